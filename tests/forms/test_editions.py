"""The editions of the annual report, as data: what each asks, what their figures share, and the bridge between them."""

import dataclasses
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltool.cli import console_forms
from xltool.cli.main import main
from xltool.errors import DefinitionError
from xltool.forms.compare_editions import compare_editions
from xltool.forms.expressions import check_relation, recompute_figures
from xltool.forms.load_definitions import find_form_for_year, load_form, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.expression import LinearExpression
from xltool.model.form import CellKind, Form, Number, Severity
from xltool.package_data import find_data_folder

FORMS = load_forms()


def edition(name: str) -> Form:
    return next(form for form in FORMS if form.edition == name)


OLD, NEW = edition("2019"), edition("2021")


def test_edition__of_a_year() -> None:
    assert [find_form_for_year(FORMS, year).edition for year in (2019, 2020, 2021, 2025)] == [
        "2019",
        "2019",
        "2021",
        "2021",
    ]


def test_2019__its_cells__are_those_of_the_official_form() -> None:
    assert Counter(cell.table for cell in OLD.cells.values()) == {"disclosure": 22, "requests": 161, "disputes": 15}
    assert (len(OLD.cells), len(OLD.inputs)) == (198, 166)
    assert OLD.cells["disclosure.licensing.change"].kind is CellKind.SIGNED_COUNT
    assert OLD.cells["disclosure.central_procurement.amount"].unit == ""
    assert [cell.box.row for cell in OLD.tables[0].cells] == sorted(cell.box.row for cell in OLD.tables[0].cells)
    assert OLD.cells["disclosure.other_services.decisions"].row_path == ("其他对外管理服务事项",)
    assert OLD.cells["requests.other.natural_person"].line_words == "（六）其他处理"


def test_2019__its_relations() -> None:
    rules = Counter(relation.rule for relation in OLD.relations)
    of_one_year = {"T3-RESULT": 7, "T3-ROW": 23, "T4-SUM": 3, "T3-BAL": 7}
    assert rules == of_one_year | {"YEAR-CARRY": 7, "YEAR-PENDING": 3, "YEAR-SILENT": 1}
    result = next(relation for relation in OLD.relations if relation.id == "T3-RESULT.total")
    assert len(result.expect.right.terms) == 19


def test_2019__its_workbook__has_a_place_for_every_cell() -> None:
    assert set(plan_workbook(OLD).cells) == set(OLD.cells)


def test_bridge__what_means_the_same_has_the_same_id__and_nothing_else() -> None:
    shared = {cell.rpartition(".")[0] for cell in OLD.cells.keys() & NEW.cells.keys()}
    assert {line for line in shared if line.startswith("disclosure.")} == {
        "disclosure.licensing",
        "disclosure.penalties",
        "disclosure.coercion",
    }
    assert "disclosure.normative_documents.public_total" not in NEW.cells
    assert "disclosure.normative_documents.in_force" not in OLD.cells
    assert len(shared & {f"requests.{cell.line}" for cell in OLD.cells.values()}) == 22


def carried(form: Form, **figures: Number) -> dict[str, Number | None]:
    inputs = {cell.id: figures.get(cell.id, 0) for cell in form.inputs}
    inputs |= {name.replace("__", "."): value for name, value in figures.items()}
    return recompute_figures(form.formulas, inputs)


def test_bridge__carried_out_of_2020__is_carried_in_of_2021__by_column() -> None:
    last = carried(OLD, requests__carried_out__natural_person=3, requests__carried_out__enterprise=1)
    this = carried(NEW, requests__carried_in__natural_person=4)
    broken = [
        relation.id
        for relation in NEW.relations
        if relation.rule == "YEAR-CARRY" and check_relation(relation, this, last).holds is False
    ]
    assert broken == ["YEAR-CARRY.natural_person", "YEAR-CARRY.enterprise"]


def test_bridge__all_ever_published__is_not_taken_for_what_is_in_force() -> None:
    last = carried(OLD, disclosure__normative_documents__public_total=40)
    this = carried(NEW, disclosure__normative_documents__in_force=3)
    asked = [check_relation(relation, this, last) for relation in NEW.relations if relation.rule == "YEAR-VALID"]
    assert [answer.holds for answer in asked] == [None, None]


# --- two editions side by side ---------------------------------------------------------------------------------------


def test_difference__names_what_came_went_and_is_said_otherwise() -> None:
    found = compare_editions(OLD, NEW)
    assert (len(found.kept), len(found.gone), len(found.added)) == (172, 26, 31)
    assert [pair.new.id for pair in found.reworded] == [
        "disclosure.licensing.decisions",
        "disclosure.penalties.decisions",
        "disclosure.coercion.decisions",
    ]
    assert [change.rule for change in found.relations if not change.new] == []
    assert ("T3-ROW", (23, 25)) in [(change.rule, change.instances) for change in found.relations]
    assert found.sections == ()


def test_difference__of_a_form_and_itself__is_nothing() -> None:
    found = compare_editions(NEW, NEW)
    assert (found.kept, found.gone, found.added, found.reworded) == (tuple(NEW.cells), (), (), ())
    assert (found.relations, found.sections) == ((), ())


def test_difference__of_a_heading__is_told() -> None:
    first = dataclasses.replace(NEW.sections[0], title="概况")
    found = compare_editions(NEW, dataclasses.replace(NEW, sections=(first, *NEW.sections[1:])))
    assert [change._asdict() for change in found.sections] == [
        {"id": "overview", "old": "一、总体情况", "new": "一、概况"}
    ]


def test_difference__of_what_a_relation_asks__is_told() -> None:
    balance = next(relation for relation in NEW.relations if relation.rule == "T3-BAL")
    left = balance.expect.left
    assert isinstance(left, LinearExpression)
    moved = balance.expect._replace(left=left._replace(constant=1))
    changed = dataclasses.replace(balance, expect=moved)
    relations = tuple(changed if relation is balance else relation for relation in NEW.relations)
    found = compare_editions(NEW, dataclasses.replace(NEW, relations=relations))
    assert [(change.rule, change.otherwise) for change in found.relations] == [("T3-BAL", True)]
    title = "第一项加第二项之和，等于第三项加第四项之和"
    assert console_forms.describe_edition_changes(found).splitlines()[1:] == [f"要求改变的勾稽关系：{title}"]


def test_difference__of_how_strictly_a_relation_is_taken__is_told() -> None:
    relations = tuple(
        dataclasses.replace(relation, severity=Severity.EXPLAIN) if relation.rule == "T4-SUM" else relation
        for relation in NEW.relations
    )
    found = compare_editions(NEW, dataclasses.replace(NEW, relations=relations))
    assert console_forms.describe_edition_changes(found).splitlines()[1:] == [
        "总计等于维持、纠正、其他、尚未审结之和：必须改正 → 可说明"
    ]


def test_forms_diff__prints_both_ways__and_as_json() -> None:
    words = ["forms", "diff", "zfxxgk-annual-report", "2019", "2021"]
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[0] == "zfxxgk-annual-report 2019 与 zfxxgk-annual-report 2021 相比：172 个指标含义相同，可以跨年比较。"
    assert "  其他对外管理服务事项：上一年项目数量、本年增/减、处理决定数量" in lines
    assert "  行政许可：处理决定数量 → 行政许可：本年处理决定数量" in lines
    data = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert (data["editions"], len(data["kept"]), len(data["added"])) == (["2019", "2021"], 172, 31)


# --- what the definitions may say of published reports ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('alone = "other.other"', 'alone = "other.nothing"', "other.nothing"),
        ("{processing_fees.billed}", "{fees}", "fees"),
    ],
)
def test_tables__that_refer_to_what_is_not_there__refused(old: str, new: str, key: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_data_folder("templates") / "zfxxgk-annual-report" / "2021", tmp_path / "form"))
    text = (folder / "tables.toml").read_text("utf-8")
    assert old in text
    (folder / "tables.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as refused:
        load_form(folder)
    assert (refused.value.code, refused.value.facts["key"]) == ("definition.unknown_line", key)
