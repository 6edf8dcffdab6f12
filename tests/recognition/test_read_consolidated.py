"""A consolidated workbook as an archive: last year's figures come back exactly, however it was saved or sorted."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.filled import write_once
from tests.judges import recalculate
from tests.merging import CITY, FEES, NEW, YEAR, a_return, found, members, published, roster, stored, the_form, twelve
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.totals import consolidate
from xltool.errors import UnreadableFileError
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Scope
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Number
from xltool.model.submission import ManifestItem
from xltool.recognition import read_consolidated
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet import limits
from xltool.spreadsheet.open_workbook import open_named_sheets, open_workbook
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.workbooks.summary.write_summary import write_summary
from xltool.workbooks.template.template_request import TemplateRequest


def merged(items: list[ReviewedFile]) -> Consolidation:
    return consolidate(choose_returns(items, roster(), the_form(), YEAR), roster(), the_form(), YEAR, area=CITY)


@pytest.fixture
def city(tmp_path: Path) -> tuple[Consolidation, Path]:
    """Eleven of twelve agencies; a figure of one is not applicable."""
    items = twelve()[:-1]
    items[2] = found(a_return(members()[2], published("hongze-2023"), absent=[NEW]))
    made = merged(items)
    write_summary(made, plan_workbook(the_form()), tmp_path / "汇总.xlsx")
    return made, tmp_path / "汇总.xlsx"


def listed(path: Path) -> RawWorkbook:
    return open_named_sheets(path, read_consolidated.list_sheet_names())


def figures(made: Consolidation) -> dict[str, dict[str, Number | None]]:
    return {part.agency_code: dict(part.counted) for part in made.parts}


def edited(path: Path) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(path)
    sheet = book["明细"]
    assert isinstance(sheet, Worksheet)
    return book, sheet


def test_details__every_figure_of_every_part__exactly(city: tuple[Consolidation, Path]) -> None:
    made, path = city
    read = read_consolidated.read_details(listed(path))
    assert read == figures(made)
    assert read["329901"][FEES] == Decimal("72701.2578")
    assert (read["329903"][NEW], read["329905"]["processing_fees.notices"]) == (0, None)
    assert {type(value) for part in read.values() for value in part.values()} == {int, Decimal, type(None)}


def test_details__what_was_left_open__is_no_figure(tmp_path: Path) -> None:
    made = merged([found(a_return(members()[0], {FEES: Decimal("0.000001")}))])
    write_summary(made, plan_workbook(the_form()), tmp_path / "a.xlsx")
    read = read_consolidated.read_details(listed(tmp_path / "a.xlsx"))
    assert {cell: value for cell, value in read["329901"].items() if value is not None} == {FEES: Decimal("0.000001")}


def test_details__sorted__with_a_column_and_rows_added__found_by_their_ids(city: tuple[Consolidation, Path]) -> None:
    made, path = city
    book, sheet = edited(path)
    held = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=8, max_row=18)]
    for merge in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merge))
    for line, row in enumerate(reversed(held), start=8):
        for column, value in enumerate(row, start=1):
            sheet.cell(line, column).value = value
    sheet.insert_cols(5)
    sheet.cell(7, 5).value = "备注"
    sheet.cell(9, 5).value = "已电话核对"
    sheet.insert_rows(2)
    book.save(path)
    assert read_consolidated.read_details(listed(path)) == figures(made)


@pytest.mark.office
def test_details__saved_by_libreoffice__the_same(city: tuple[Consolidation, Path], tmp_path: Path) -> None:
    made, path = city
    assert read_consolidated.read_details(listed(recalculate(path, tmp_path / "office"))) == figures(made)


def test_details__own_return_beside_that_of_the_area__the_own_one_is_meant(tmp_path: Path) -> None:
    office = Agency("329901", "示例市人民政府办公室")
    inner = consolidate(
        choose_returns([found(a_return(agency, {NEW: 7})) for agency in members()[1:3]], None, the_form(), YEAR),
        None,
        the_form(),
        YEAR,
        area=replace(office, scope=Scope.AREA),
    )
    made = merged([stored(inner.summary, "片.xlsx"), found(a_return(office, {NEW: 5}))])
    assert [(part.agency_code, part.values[NEW]) for part in made.parts] == [("329901", 14), ("329901", 5)]
    write_summary(made, plan_workbook(the_form()), tmp_path / "a.xlsx")
    assert read_consolidated.read_details(listed(tmp_path / "a.xlsx"))["329901"][NEW] == 5


def test_manifest__who_is_inside__who_is_not__what_they_left_open(city: tuple[Consolidation, Path]) -> None:
    made, path = city
    workbook = open_workbook(path, skip_rule=read_consolidated.make_skip_rule())
    assert read_consolidated.read_manifest(workbook) == made.summary.manifest
    assert read_consolidated.read_absent(workbook) == (ManifestItem("329912", "示例市档案局", ""),)
    assert read_consolidated.read_lacking(workbook) == dict(made.summary.lacking)


def test_own_workbook_of_an_agency__is_no_archive(tmp_path: Path) -> None:
    write_once(plan_workbook(the_form()), TemplateRequest(members()[0], YEAR, "2025-1"), tmp_path / "a.xlsx")
    workbook = open_workbook(tmp_path / "a.xlsx")
    assert (
        read_consolidated.read_details(workbook),
        read_consolidated.read_manifest(workbook),
        read_consolidated.read_absent(workbook),
    ) == ({}, (), ())
    assert read_consolidated.read_lacking(workbook) == {}


def test_opened_as_a_return__the_lists_stay_closed__whatever_their_length(
    city: tuple[Consolidation, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = city
    workbook = open_workbook(path, skip_rule=read_consolidated.make_skip_rule())
    closed = [sheet.name for sheet in workbook.sheets if not sheet.cells]
    assert closed == ["明细", "审核问题", "报送情况", "单位文字"]
    counts = [len(sheet.cells) for sheet in workbook.sheets]
    with monkeypatch.context() as patch:
        patch.setattr(limits, "MAX_CELLS_HELD", sum(counts))
        assert [
            len(sheet.cells) for sheet in open_workbook(path, skip_rule=read_consolidated.make_skip_rule()).sheets
        ] == counts
        patch.setattr(limits, "MAX_CELLS_HELD", sum(counts) - 1)
        with pytest.raises(UnreadableFileError):
            open_workbook(path, skip_rule=read_consolidated.make_skip_rule())
        assert read_consolidated.read_details(listed(path))
        patch.setattr(limits, "MAX_LISTED_CELLS", 100)
        with pytest.raises(UnreadableFileError):
            listed(path)


def test_return_of_an_agency__with_a_sheet_named_like_a_list__nothing_is_left_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_once(plan_workbook(the_form()), TemplateRequest(members()[0], YEAR, "2025-1"), path)
    book = openpyxl.load_workbook(path)
    book.create_sheet("明细")["B2"] = "台账"
    book.save(path)
    submission = read_submission(
        open_workbook(path, skip_rule=read_consolidated.make_skip_rule()), [the_form()], "a.xlsx"
    )
    assert [(each.sheet, each.address) for each in submission.observations if each.sheet == "明细"] == [("明细", "B2")]
