"""LibreOffice as the judge: whatever is typed into a template, it computes what we say it shows."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell

from tests.checks.figures import published
from tests.judges import recalculate
from tests.workbooks.hand import FORM, PLAN, at, number, shown_lines, trial_plan, typed, written
from xltool.forms.check_code import compute_check_code
from xltool.forms.expressions import recompute_figures
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import Number, Severity
from xltool.workbooks.template.check_formulas import compute_check_lines, overall_result, spreadsheet_figures

pytestmark = pytest.mark.office

ZEROS: dict[str, Number | None] = {cell.id: 0 for cell in FORM.inputs}
TOWN_FIGURES: dict[str, Number | None] = {
    cell: value for cell, value in published("zhangjiawan-2025").items() if not isinstance(value, str)
}
LAST_YEAR: dict[str, Number | None] = recompute_figures(
    FORM.formulas,
    ZEROS
    | {
        "requests.carried_out.natural_person": 13,
        "disclosure.normative_documents.in_force": 3,
        "disclosure.administrative_fees.amount": Decimal("0.3"),
    },
)


def recalculated(
    folder: Path,
    made: WorkbookPlan,
    values: Mapping[str, Number | None],
    previous: Mapping[str, Number | None] | None = None,
    declared: str | None = None,
) -> Path:
    path = typed(written(folder / "a.xlsx", made, previous=previous), made, values, declared)
    (folder / "judged").mkdir()
    return recalculate(path, folder / "judged")


def agree(path: Path, made: WorkbookPlan, values: Mapping[str, Number | None], **asked: object) -> None:
    """Every total, every line of the checks, the counts and the overall result are as LibreOffice has them."""
    book = openpyxl.load_workbook(path, data_only=True)
    declared = asked.get("declared_zero") is True
    figures = spreadsheet_figures(made.form, values)
    computed = [cell.id for cell in made.form.cells.values() if cell.computed]
    assert {cell: number(at(book, *made.find_figure(cell)).value) for cell in computed} == {
        cell: figures[cell] for cell in computed
    }
    lines = compute_check_lines(made, values, profiles={"without_rule_power"}, **asked)  # type: ignore[arg-type]  # as named
    assert shown_lines(book, made) == {key: line._replace(asked=True) for key, line in lines.items()}  # it is not shown
    blanks = 0 if declared else sum(values.get(cell.id) is None for cell in made.form.inputs)
    assert (at(book, "填报说明", "B8").value, at(book, "填报说明", "D8").value) == (
        blanks,
        overall_result(made, lines),
    )


def test_blank_template__recalculated__shows_what_was_stored(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", previous=LAST_YEAR)
    (tmp_path / "judged").mkdir()
    judged = openpyxl.load_workbook(recalculate(path, tmp_path / "judged"), data_only=True)
    formulas, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    compared = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.data_type == "f":
                    spot = (sheet.title, cell.coordinate)
                    assert at(judged, *spot).value == at(stored, *spot).value, spot
                    compared += 1
    explained = sum(relation.severity is Severity.EXPLAIN for relation in FORM.relations)  # 情况说明 lists each
    assert compared == 34 + 4 * len(FORM.relations) + 3 * explained + 7 + 4  # with the check code


def test_real_report__typed_in__every_total_and_every_check(tmp_path: Path) -> None:
    judged = recalculated(tmp_path, PLAN, TOWN_FIGURES, LAST_YEAR)
    agree(judged, PLAN, TOWN_FIGURES, previous=LAST_YEAR)
    book = openpyxl.load_workbook(judged, data_only=True)
    assert [at(book, "填报说明", spot).value for spot in ("B8", "D8")] == [0, "全部相符"]
    assert at(book, "表三", "A3").value == (
        "本页已填完。各栏相符。浅黄色：填写　灰色：自动计算，已锁定　浅蓝色：已按上年数据预填，请核对，有误可改"
    )


def test_half_filled_and_wrong__the_same_lines_wait_and_break(tmp_path: Path) -> None:
    values = TOWN_FIGURES | {
        "requests.granted.enterprise": None,
        "requests.received.natural_person": 87,
        "disclosure.administrative_fees.amount": Decimal("300.000001"),
        "disclosure.rules.issued": 1,
        "processing_fees.notices": 2,
        "processing_fees.billed": Decimal("20.1"),
        "processing_fees.collected": Decimal("30.3"),
        "disputes.review.upheld": None,
    }
    agree(recalculated(tmp_path, PLAN, values, LAST_YEAR), PLAN, values, previous=LAST_YEAR)


def test_declared_zero__nothing_waits(tmp_path: Path) -> None:
    values: dict[str, Number | None] = {"requests.received.other": 1, "requests.carried_out.other": 1}
    judged = recalculated(tmp_path, PLAN, values, declared="是")
    agree(judged, PLAN, values, declared_zero=True)
    book = openpyxl.load_workbook(judged, data_only=True)
    assert [at(book, "填报说明", spot).value for spot in ("B8", "D8")] == [0, "全部相符"]


TRIALS: dict[str, tuple[dict[str, Number | None], dict[str, Number | None] | None]] = {
    "tenths that are no binary fractions": (
        {"t.rent": Decimal("0.1"), "t.interest": Decimal("0.2"), "t.change": -3, "t.cases": 0},
        {"t.sum": Decimal("0.15"), "t.change": -3, "t.rent": Decimal("0.01")},
    ),
    "all signs the other way": (
        {"t.rent": Decimal("9.9"), "t.interest": Decimal("20.1"), "t.change": -1, "t.cases": 4},
        {"t.sum": Decimal("15.01"), "t.change": 4, "t.rent": 1},
    ),
    "no last year, and half of it blank": ({"t.rent": 5, "t.change": 2}, None),
    "a last year of which little is known": (
        {"t.rent": 6, "t.interest": 0, "t.change": 2, "t.cases": 2},
        {"t.rent": 0, "t.change": None},
    ),
}


@pytest.mark.parametrize(("values", "previous"), TRIALS.values(), ids=TRIALS)
def test_every_sign_and_kind_of_figure__agrees(
    values: dict[str, Number | None], previous: dict[str, Number | None] | None, tmp_path: Path
) -> None:
    made = trial_plan(tmp_path / "trial")
    agree(recalculated(tmp_path, made, values, previous), made, values, previous=previous)


def marked(severity: str) -> str:
    """The condition of a mark: it always holds, holds while the content stays, or while its check finds a fault."""
    place = '检查结果!$A:$A,"表三!"&ADDRESS(ROW(),COLUMN(),4)'
    listed = f"COUNTIFS({place},{severity}检查结果!$J:$J,"
    return (
        f'{listed}"always")+{listed}"0:"&IFERROR(LEFT(D7,200),"#"))'
        f'+SUMPRODUCT((校验!$F$4:$F$73="✗")*{listed}ROW(校验!$F$4:$F$73)&":"))>0'
    )


def test_saved_by_office__names_validation_marks_and_locks_remain(tmp_path: Path) -> None:
    judged = openpyxl.load_workbook(recalculated(tmp_path, PLAN, TOWN_FIGURES))
    assert {name for name in judged.defined_names if not name.startswith("_xlnm")} == set(FORM.cells)
    three = judged["表三"]
    assert len(three.data_validations.dataValidation) == 24
    assert [rule.formula for area in three.conditional_formatting for rule in area.rules] == [
        [marked('检查结果!$F:$F,"必须改正",')],
        [marked("")],
        *([f'校验!$F${row}="✗"'] for row in range(4, 10)),
        ["OR(" + ",".join(f'校验!$F${row}="✗"' for row in range(4, 10)) + ")"],
    ]
    assert (three.protection.sheet, three["D7"].protection.locked, three["J7"].protection.locked) == (True, False, True)


def test_column_that_does_not_balance__is_told_above_the_table_at_once(tmp_path: Path) -> None:
    values = TOWN_FIGURES | {"requests.carried_out.natural_person": 5}
    book = openpyxl.load_workbook(recalculated(tmp_path, PLAN, values, LAST_YEAR), data_only=True)
    assert str(at(book, "表三", "A3").value).startswith("本页已填完。【自然人】不平，差 -1。浅黄色")


def test_check_code__of_the_workbook__is_that_of_its_figures(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(recalculated(tmp_path, PLAN, TOWN_FIGURES, LAST_YEAR), data_only=True)
    assert at(book, "填报说明", "B9").value == compute_check_code(PLAN, TOWN_FIGURES, 2025)
