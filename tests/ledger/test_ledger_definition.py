"""The ledger's definition agrees with the annual form it is counted for."""

from itertools import product

from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.ledger.ledger_definition import LedgerChoice, load_ledger_definition

DEFINITION = load_ledger_definition()
FORM = find_form_for_year(load_forms(), 2026, DEFINITION.form)


def list_ids(choices: tuple[LedgerChoice, ...]) -> list[str]:
    return [choice.id for choice in choices]


def test_cells__every_input_of_the_three_tables_is_counted_once() -> None:
    ids = {
        "applicant_type": list_ids(DEFINITION.applicant_types),
        "result": list_ids(DEFINITION.results),
        "kind": list_ids(DEFINITION.dispute_kinds),
        "outcome": list_ids(DEFINITION.outcomes),
    }
    counted: list[str] = []
    for pattern in (getattr(DEFINITION.cells, field) for field in DEFINITION.cells.__struct_fields__):
        names = [name for name in ids if f"{{{name}}}" in pattern]
        lines = product(*(ids[name] for name in names))
        counted += [pattern.format(**dict(zip(names, values, strict=True))) for values in lines]
    tables = {"requests", "disputes", "processing_fees"}
    assert sorted(counted) == sorted(cell.id for cell in FORM.inputs if cell.table in tables)


def test_results__stand_in_the_order_of_the_form_in_its_words() -> None:
    lines = list(dict.fromkeys(cell.line for cell in FORM.inputs if cell.table == "requests"))
    assert list_ids(DEFINITION.results) == [line for line in lines if line in list_ids(DEFINITION.results)]
    types = list(dict.fromkeys(cell.column for cell in FORM.inputs if cell.table == "requests"))
    assert list_ids(DEFINITION.applicant_types) == types
    for kind in DEFINITION.suit_kinds:
        assert kind.id in list_ids(DEFINITION.dispute_kinds)


def test_words__each_means_one_thing() -> None:
    for column in (*DEFINITION.requests, *DEFINITION.disputes):
        words = [word for choice in DEFINITION.list_choices(column) for word in (choice.title, *choice.aliases)]
        assert len(words) == len(set(words)), column.id
        assert column.choices == tuple(choice.title for choice in DEFINITION.list_choices(column))
        assert bool(column.choices) == (column.kind in {"choice", "yes_no"})
    for columns in (DEFINITION.requests, DEFINITION.disputes):
        heads = [head for column in columns for head in (column.title, *column.aliases)]
        assert len(heads) == len(set(heads))


def test_columns__those_that_stay_in_the_office() -> None:
    assert len(DEFINITION.requests) == 24
    assert [column.id for column in DEFINITION.requests if column.private] == ["applicant", "content", "remarks"]
    assert [column.id for column in DEFINITION.requests if column.computed] == ["due"]
