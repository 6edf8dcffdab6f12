"""Which figure is wrong: real reports with one, two or many mistakes, typed whole or in a template with formulas."""

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.checks.figures import COLUMNS, FORM, PLAN, printed_totals, published, sample, submission
from tests.filled import write_once
from xltool.checks.localisation.diagnose import Diagnosis, collect_typed_figures, diagnose_errors
from xltool.checks.localisation.repairs import Repair, StatedFigure
from xltool.forms.expressions import recompute_figures
from xltool.forms.ledger_totals import LedgerTotal, list_row_totals, list_subtotals
from xltool.model.agency import Agency
from xltool.model.expression import Comparison, LinearExpression, Term
from xltool.model.form import Number, Relation, Severity, Values
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

COMPLETE = ("zhangjiawan-2025", "suqian-2023", "suqian-2024", "pingtan-2023", "pingtan-2024", "hongze-2024")
LEAVES = list(dict.fromkeys(cell.line for cell in FORM.cells.values() if cell.table == "requests"))[2:-2]


def inputs(name: str) -> dict[str, Number]:
    """The inputs of a published report; what it does not show is 0."""
    return {
        cell: 0 if value is None else Decimal(value) if isinstance(value, str) else value
        for cell, value in published(name).items()
    }


def whole(name: str) -> dict[str, Number]:
    """A published report with its totals, as they should be."""
    return {cell: value for cell, value in recompute_figures(FORM.formulas, inputs(name)).items() if value is not None}


SUQIAN = whole("suqian-2023")
SUQIAN_INPUTS = inputs("suqian-2023")


def told(repair: Repair) -> tuple[str, dict[str, Number | None]]:
    return repair.kind, {change.cell: change.becomes for change in repair.changes}


def only(found: tuple[Diagnosis, ...]) -> Diagnosis:
    assert len(found) == 1, found
    return found[0]


def sums(controls: tuple[LedgerTotal, ...], figures: Mapping[str, Number]) -> dict[str, Number]:
    return {control.id: sum(figures[cell] for cell in control.cells) for control in controls}


# --- nobody is accused without cause ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPLETE)
def test_published_report_without_mistakes__nothing_is_said(name: str) -> None:
    assert diagnose_errors(FORM, whole(name)) == ()
    assert diagnose_errors(FORM, inputs(name)) == ()
    assert diagnose_errors(FORM, inputs(name), controls=sums(list_subtotals(FORM), whole(name))) == ()
    assert diagnose_errors(FORM, inputs(name), controls=sums(list_row_totals(FORM), whole(name))) == ()


@pytest.mark.parametrize("name", ["longgang-ndrc-2024", "meizi-2024"])
def test_published_report_in_part__what_is_missing_accuses_nobody(name: str) -> None:
    held = sample(name)
    figures = {**dict(held["figures"]), **dict(held["printed_totals"])}  # type: ignore[call-overload] # JSON as it is
    assert diagnose_errors(FORM, figures) == ()


def test_real_report_with_two_wrong_totals__both_are_named_with_every_other_possibility() -> None:
    figures = {**inputs("hongze-2023"), **printed_totals("hongze-2023")}
    review, litigation = diagnose_errors(FORM, figures)  # type: ignore[arg-type] # counts only
    assert review.relations == ("T4-SUM.review",)
    assert [told(item) for item in review.repairs] == [("total_overwritten", {"disputes.review.total": 11})]
    assert litigation.relations == ("T4-SUM.post_review_litigation",)
    assert [told(item) for item in litigation.repairs] == [
        ("total_overwritten", {"disputes.post_review_litigation.total": 5}),
        ("single", {"disputes.post_review_litigation.upheld": 0}),
    ]


# --- totals are typed too -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [1, 37])
def test_fully_typed__any_one_figure_of_table_three_wrong__it_is_named_alone(wrong: int) -> None:
    for cell in (cell for cell in SUQIAN if cell.startswith("requests.")):
        found = only(diagnose_errors(FORM, {**SUQIAN, cell: SUQIAN[cell] + wrong}))
        assert [told(item)[1] for item in found.repairs] == [{cell: SUQIAN[cell]}], cell
        assert (found.more, found.complete, found.question) == (0, True, None)


SLIPS = {
    "swap_digits": {"requests.granted.natural_person": 1157},
    "dropped_digit": {"requests.granted.natural_person": 115},
    "doubled_digit": {"requests.granted.natural_person": 11175},
    "factor_10": {"requests.granted.natural_person": 11750},
    "subtotal_in_detail": {"requests.refused.state_secret.natural_person": 141},
    "total_overwritten": {"requests.refused.state_secret.total": 999},
}


@pytest.mark.parametrize(("kind", "typed"), SLIPS.items())
def test_fully_typed__a_slip_in_one_figure__is_named_as_what_it_is(kind: str, typed: dict[str, Number]) -> None:
    found = only(diagnose_errors(FORM, {**SUQIAN, **typed}))
    assert [told(item) for item in found.repairs] == [(kind, {cell: SUQIAN[cell] for cell in typed})]


def test_fully_typed__two_neighbours_exchanged__one_event() -> None:
    received = {"requests.received.natural_person": 99, "requests.received.enterprise": 3402}
    found = only(diagnose_errors(FORM, {**SUQIAN, **received}))
    assert [told(item) for item in found.repairs] == [
        ("neighbours_exchanged", {"requests.received.natural_person": 3402, "requests.received.enterprise": 99})
    ]


def test_fully_typed__a_run_of_figures_one_row_too_low__one_event() -> None:
    lines = [f"requests.not_processed.{line}.natural_person" for line in ("petition", "repeated", "published_material")]
    figures = whole("zhangjiawan-2025") | {lines[0]: 5, lines[1]: 7, lines[2]: 0}
    right = recompute_figures(FORM.formulas, {cell.id: figures[cell.id] for cell in FORM.inputs})
    right["requests.carried_out.natural_person"] = 0
    balanced = _balanced(right)
    typed = {**balanced, lines[0]: 0, lines[1]: 5, lines[2]: 7}
    found = only(diagnose_errors(FORM, typed))
    assert told(found.repairs[0]) == ("row_slipped", {lines[0]: 5, lines[1]: 7, lines[2]: 0})


def _balanced(figures: Values) -> dict[str, Number]:
    """The same figures with what was received put right, then the totals."""
    held = {cell.id: figures[cell.id] or 0 for cell in FORM.inputs}
    for column in COLUMNS:
        done = sum(int(held[f"requests.{line}.{column}"]) for line in LEAVES)
        out = int(held[f"requests.carried_out.{column}"])
        held[f"requests.received.{column}"] = done + out - int(held[f"requests.carried_in.{column}"])
    return {cell: value for cell, value in recompute_figures(FORM.formulas, held).items() if value is not None}


def test_fully_typed__two_figures_wrong__both_are_named() -> None:
    typed = {"requests.granted.enterprise": 40, "requests.carried_out.total": 1}
    found = only(diagnose_errors(FORM, {**SUQIAN, **typed}))
    assert [told(item) for item in found.repairs] == [("least_change", {cell: SUQIAN[cell] for cell in typed})]


def test_fully_typed__two_errors_of_the_same_size__either_pair_is_offered() -> None:
    corners = [
        f"requests.{line}.{column}"
        for line in ("granted", "partly_granted")
        for column in ("natural_person", "enterprise")
    ]
    typed = {corners[0]: SUQIAN[corners[0]] + 2, corners[3]: SUQIAN[corners[3]] + 2}
    found = only(diagnose_errors(FORM, {**SUQIAN, **typed}))
    assert [told(item)[1] for item in found.repairs] == [
        {corners[0]: SUQIAN[corners[0]], corners[3]: SUQIAN[corners[3]]},
        {corners[1]: SUQIAN[corners[1]] - 2, corners[2]: SUQIAN[corners[2]] - 2},
    ]
    assert len(found.best_repairs) == 2


def test_fully_typed__no_total_filled_in__that_is_the_one_cause() -> None:
    empty = {cell.id: 0 for cell in FORM.cells.values() if cell.computed and cell.table == "requests"}
    found = only(diagnose_errors(FORM, {**SUQIAN, **empty}))
    kind, right = told(found.repairs[0])
    assert kind == "total_overwritten"
    assert right == {cell: SUQIAN[cell] for cell in empty if SUQIAN[cell]}


# --- totals are formulas ------------------------------------------------------------------------------------------


WRONG = {
    "requests.refused.third_party.natural_person": SUQIAN_INPUTS["requests.refused.third_party.natural_person"] + 8
}


def test_template__one_balance_broken__every_figure_it_could_be_and_the_question_that_halves_them() -> None:
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}))
    assert found.relations == ("T3-BAL.natural_person",)
    suspects = [change.cell for repair in found.repairs for change in repair.changes]
    assert len(suspects) == len(set(suspects)) == 19  # 24 less those below 8
    assert {cell.rpartition(".")[2] for cell in suspects} == {"natural_person"}
    assert next(iter(WRONG)) in suspects
    assert found.question is not None
    assert (found.question.control.id, found.question.control.line_words, found.question.control.column_words) == (
        "ledger.requests.refused.natural_person",
        "（三）不予公开",
        "自然人",
    )
    assert sorted(count for _, count in found.question.answers) == [6, 13]


def test_template__the_question_answered__only_what_fits_the_answer_is_left() -> None:
    before = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}))
    assert before.question is not None
    control = before.question.control
    true = {control.id: sum(SUQIAN[cell] for cell in control.cells)}
    after = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}, controls=true))
    suspects = {change.cell for repair in after.repairs for change in repair.changes}
    assert len(suspects) == 6
    assert suspects <= set(control.cells)


def test_template__group_subtotals_from_the_ledger__few_suspects_are_left() -> None:
    asked = sums(list_subtotals(FORM), SUQIAN)
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}, controls=asked))
    suspects = {change.cell for repair in found.repairs for change in repair.changes}
    assert next(iter(WRONG)) in suspects
    assert {cell.rpartition(".")[0].rpartition(".")[0] for cell in suspects} == {"requests.refused"}


def test_template__row_totals_from_the_ledger__one_suspect_is_left() -> None:
    asked = sums(list_row_totals(FORM), SUQIAN)
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}, controls=asked))
    assert [told(item)[1] for item in found.repairs] == [{cell: SUQIAN[cell] for cell in WRONG}]


def test_template__a_wrong_control_figure__is_itself_a_suspect() -> None:
    asked = sums(list_subtotals(FORM), SUQIAN) | {"ledger.requests.refused.natural_person": 1}
    found = only(diagnose_errors(FORM, SUQIAN_INPUTS, controls=asked))
    assert [told(item)[1] for item in found.repairs] == [{"ledger.requests.refused.natural_person": 141}]


def test_template__a_figure_in_the_next_column__one_event_mends_both_balances() -> None:
    here, there = (f"requests.granted.{column}" for column in COLUMNS[:2])
    figures = inputs("zhangjiawan-2025")
    assert (figures[here], figures[there]) == (26, 0)
    found = only(diagnose_errors(FORM, {**figures, here: 0, there: 26}))
    assert found.relations == ("T3-BAL.natural_person", "T3-BAL.enterprise")
    assert [told(item) for item in found.repairs] == [("column_slipped", {here: 26, there: 0})]


def test_template__errors_in_two_columns__two_causes() -> None:
    typed = {"requests.granted.natural_person": 1, "requests.granted.enterprise": 90}
    found = diagnose_errors(FORM, {**SUQIAN_INPUTS, **typed})
    assert [item.relations for item in found] == [("T3-BAL.natural_person",), ("T3-BAL.enterprise",)]


# --- what else is known -------------------------------------------------------------------------------------------


def test_last_year__the_figure_that_must_be_carried_over_comes_first() -> None:
    cell = "requests.carried_in.natural_person"
    previous = {**SUQIAN, "requests.carried_out.natural_person": 91}
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, cell: 90}, previous=previous))
    assert told(found.repairs[0]) == ("single", {cell: 91})
    assert found.best_repairs == found.repairs[:1]


def test_last_year__a_figure_left_as_it_was() -> None:
    cell = "requests.granted.natural_person"
    found = only(diagnose_errors(FORM, {**SUQIAN, cell: 1100}, previous={**SUQIAN, cell: 1100}))
    assert told(found.repairs[0]) == ("last_year_left", {cell: 1175})


def test_last_year__yuan_instead_of_ten_thousand() -> None:
    fee = "disclosure.administrative_fees.amount"
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, fee: Decimal("592372449")}, previous=SUQIAN_INPUTS))
    assert found.relations == ("T2-UNIT-HIGH",)
    assert [told(item) for item in found.repairs] == [("unit_10000", {fee: Decimal("59237.2449")})]


def test_text__what_it_says_comes_first() -> None:
    cell = "requests.received.natural_person"
    said = [StatedFigure(LinearExpression((Term("requests.received.total"),)), SUQIAN["requests.received.total"])]
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, cell: 3042}, statements=said))
    assert told(found.repairs[0]) == ("swap_digits", {cell: 3402})
    assert found.best_repairs == found.repairs[:1]


def test_likely_right__comes_last_but_is_not_hidden() -> None:
    cell = next(iter(WRONG))
    found = only(diagnose_errors(FORM, {**SUQIAN_INPUTS, **WRONG}, likely_right=[cell]))
    assert [change.cell for change in found.repairs[-1].changes] == [cell]


def test_locked__is_never_accused() -> None:
    cell = next(iter(WRONG))
    found = only(diagnose_errors(FORM, {**SUQIAN, **WRONG}, locked=[cell]))
    assert found.repairs
    assert all(change.cell != cell for repair in found.repairs for change in repair.changes)


def test_blank__says_nothing_alone_but_two_equations_about_it_are_compared() -> None:
    blank = "requests.granted.natural_person"
    typed: dict[str, Number | None] = {**SUQIAN, blank: None}
    assert diagnose_errors(FORM, typed) == ()
    found = only(diagnose_errors(FORM, {**typed, "requests.granted.total": 1}))
    assert set(found.relations) == {"T3-RESULT.natural_person", "T3-ROW.granted", "T3-RESULT.total"}
    assert [told(item)[1] for item in found.repairs] == [{"requests.granted.total": SUQIAN["requests.granted.total"]}]


# --- bad input ----------------------------------------------------------------------------------------------------


def _always(name: str, left: LinearExpression, right: LinearExpression) -> Relation:
    expect = Comparison(left, "==", right)
    return Relation(name, name, name, "", Severity.MUST_FIX, "", "", expect)


def test_contradictory_relations__no_repair_and_an_end() -> None:
    total = LinearExpression((Term("requests.received.total"),))
    extra = (_always("X1", total, LinearExpression((), 5)), _always("X2", total, LinearExpression((), 6)))
    start = time.process_time()
    found = only(diagnose_errors(replace(FORM, relations=(*FORM.relations, *extra)), SUQIAN, seconds=0.2))
    assert found.repairs == ()
    assert {"X1", "X2"} <= set(found.relations)
    assert time.process_time() - start < 5


def test_nothing_fits__the_time_bound_is_kept_and_told() -> None:
    typed = {cell: (place * 7919) % 50 if cell.startswith("requests.") else 0 for place, cell in enumerate(FORM.cells)}
    start = time.process_time()
    found = only(diagnose_errors(FORM, typed, seconds=0.2))
    assert (found.repairs, found.complete) == ((), False)
    assert time.process_time() - start < 5


def test_huge_figures__exact() -> None:
    cell = "requests.received.natural_person"
    found = only(diagnose_errors(FORM, {**SUQIAN, cell: 10**40}))
    assert [told(item)[1] for item in found.repairs] == [{cell: SUQIAN[cell]}]


def test_fraction_of_a_request__is_named() -> None:
    cell = "requests.received.natural_person"
    found = only(diagnose_errors(FORM, {**SUQIAN, cell: Decimal("3402.5")}))
    assert [told(item)[1] for item in found.repairs] == [{cell: SUQIAN[cell]}]


# --- from a workbook ----------------------------------------------------------------------------------------------


def test_workbook__totals_are_formulas__inputs_only_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "1_甲镇.xlsx"
    figures = published("zhangjiawan-2025") | {"requests.granted.natural_person": 1}
    filling = FilledContents(figures, {}, declared=True)  # type: ignore[arg-type] # counts only
    write_once(PLAN, TemplateRequest(Agency("1", "甲镇"), 2025, "S", filling=filling), path)
    typed = collect_typed_figures(read_submission(open_workbook(path), [FORM], str(path)), FORM)
    assert set(typed) == {cell.id for cell in FORM.inputs}
    assert only(diagnose_errors(FORM, typed)).relations == ("T3-BAL.natural_person",)


def test_workbook__a_total_without_its_formula_is_typed() -> None:
    read = submission(
        published("zhangjiawan-2025"), stored={"requests.received.total": 1}, typed=["requests.received.total"]
    )
    found = only(diagnose_errors(FORM, collect_typed_figures(read, FORM)))
    assert told(found.repairs[0]) == ("total_overwritten", {"requests.received.total": 97})
