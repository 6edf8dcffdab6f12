"""The sheet of control figures: folded, open to be typed into, and apart from everything that is printed."""

from pathlib import Path

import openpyxl
import pytest

from tests.workbooks.hand import FORM, PLAN, trial_plan, typed, written
from xltool.forms.ledger_totals import list_ledger_totals
from xltool.forms.load_definitions import load_forms
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import plan_workbook
from xltool.recognition import assign_sheets
from xltool.spreadsheet.open_workbook import open_workbook

CONTROLS = "核对数"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template as it is handed out."""
    return written(tmp_path_factory.mktemp("template") / "a.xlsx")


def test_sheet__folded_block_by_block_under_heads_that_stay_in_sight(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)[CONTROLS]
    rows = {row: sheet.row_dimensions[row] for row in range(1, sheet.max_row + 1)}
    heads = {row: sheet.cell(row, 1).value for row in rows if rows[row].collapsed}
    assert heads == {3: "表三 各行总计", 28: "表四 各行总计", 32: "表三 各组小计"}
    assert {row for row in rows if rows[row].hidden} == {row for row in rows if row > 2} - heads.keys()
    assert all(rows[row].outlineLevel == 1 for row in rows if rows[row].hidden)
    assert sheet.sheet_properties.outlinePr is not None
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert not sheet.protection.sheet  # rows of a protected sheet cannot be unfolded


def test_sheet__asks_for_row_totals_and_the_four_groups_by_column(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)[CONTROLS]
    assert [sheet.cell(row, 1).value for row in range(33, 37)] == [
        "（三）不予公开",
        "（四）无法提供",
        "（五）不予处理",
        "（六）其他处理",
    ]
    asked = {item.id: (PLAN.controls[item.id].address, item.cells) for item in list_ledger_totals(FORM)}
    assert len(asked) == 24 + 3 + 28
    assert asked["ledger.disputes.review.total"][0] == "B29"
    assert asked["ledger.requests.refused.enterprise"][0] == "C33"
    assert len(asked["ledger.requests.refused.enterprise"][1]) == 8
    ((validation),) = sheet.data_validations.dataValidation
    assert (validation.type, validation.operator, validation.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert str(validation.sqref) == "B4:B27 B29:B31 B33:H36"


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_sheet__of_every_edition_as_its_own_tables_have_it(edition: str) -> None:
    form = next(each for each in load_forms() if each.edition == edition)
    sheet = plan_workbook(form).sheet_for(Purpose.CONTROLS)
    assert {slot.key for slot in sheet.slots if slot.role is Role.CONTROL} == {
        item.id for item in list_ledger_totals(form)
    }
    assert len({slot.address for slot in sheet.slots}) == len(sheet.slots)


def test_sheet__none_where_a_form_has_no_such_sum(tmp_path: Path) -> None:
    made = trial_plan(tmp_path)
    assert [sheet.name for sheet in made.sheets if sheet.purpose is Purpose.CONTROLS] == []
    assert made.controls == {}
    book = openpyxl.load_workbook(typed(written(tmp_path / "a.xlsx", made), made, {}))
    assert CONTROLS not in book.sheetnames
    assert CONTROLS not in [book["填报说明"].cell(row, 1).value for row in range(1, 40)]


def test_sheet__not_there_as_in_older_workbooks__nothing_is_searched(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.load_workbook(template)
    del book[CONTROLS]
    book.save(tmp_path / "older.xlsx")
    searched: list[object] = []
    monkeypatch.setattr(assign_sheets, "_search_sheets", lambda *asked: searched.append(asked))
    (made,) = assign_sheets.assign_sheets(PLAN, open_workbook(tmp_path / "older.xlsx"))
    assert set(made.located_sheets) == {sheet.name for sheet in PLAN.sheets} - {CONTROLS}
    assert searched == []
