"""Consolidated workbooks written, opened, recalculated by LibreOffice, read back and merged again."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.judges import audit, recalculate
from tests.merging import (
    CITY,
    FEES,
    NEW,
    REPORTS,
    YEAR,
    a_return,
    found,
    members,
    published,
    renamed,
    roster,
    the_form,
    twelve,
)
from tests.returns import rewritten
from tests.workbooks.hand import trial_plan
from xltool.consolidation.choosing import choose_returns
from xltool.consolidation.totals import consolidate
from xltool.errors import UsageError
from xltool.forms.cell_addresses import parse_address
from xltool.forms.consolidated_layout import panel_addresses
from xltool.forms.load_definitions import load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import Number, Severity
from xltool.model.submission import Explanation, Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.summary.write_summary import write_summary

PLAN = plan_workbook(the_form())
SHEETS = [
    "总览",
    "表二",
    "表三",
    "表四",
    "六 其他事项",
    "筛选视图",
    "校验",
    "明细",
    "审核问题",
    "报送情况",
    "单位文字",
    "_xltool",
]
FLAW = Finding(
    "merge.lacking", Severity.MUST_FIX, (FindingCell(NEW, "表三", "D7"),), {"count": 1, "counted": 1, "cells": ("D7",)}
)
DOUBT = Finding(
    "merge.lacking",
    Severity.EXPLAIN,
    (FindingCell(NEW, "表三", "D7"),),
    {"count": 1, "counted": 2, "cells": ("D7",)},
    settled="机构合并",
)


def merged(
    items: Sequence[ReviewedFile], known: Roster | None = None, area: Agency = CITY, *, include_flawed: bool = False
) -> Consolidation:
    chosen = choose_returns(items, known, the_form(), YEAR, include_flawed=include_flawed)
    return consolidate(chosen, known, the_form(), YEAR, area=area)


def complete(agency: Agency, report: str, **more: Number | None) -> Submission:
    """A return without a blank."""
    filled = {cell: 0 if value is None else value for cell, value in published(report).items()}
    return a_return(agency, {**filled, **more})


def all_of(agencies: Sequence[Agency]) -> list[ReviewedFile]:
    return [found(complete(agency, REPORTS[at % len(REPORTS)])) for at, agency in enumerate(agencies)]


def written(folder: Path, made: Consolidation, name: str = "汇总.xlsx") -> Path:
    write_summary(made, PLAN, folder / name)
    return folder / name


def sheet(book: Workbook, name: str) -> Worksheet:
    found_sheet = book[name]
    assert isinstance(found_sheet, Worksheet)
    return found_sheet


def rows(book: Workbook, name: str, first: int, columns: int) -> list[tuple[object, ...]]:
    """The rows of a list from ``first`` on, blank cells as None."""
    return [row[:columns] for row in sheet(book, name).iter_rows(min_row=first, values_only=True)]


def totals(path: Path, places: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """The stored value of every cell of the form, amounts as exact as a spreadsheet program shows them."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {cell: exact(sheet(book, name)[spot].value) for cell, (name, spot) in places.items()}


def exact(value: object) -> object:
    return Decimal(format(value, ".15g")) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def complete_city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Consolidation, Path]:
    made = merged(all_of(members()), roster())
    return made, written(tmp_path_factory.mktemp("city"), made)


# --- what stands in it -------------------------------------------------------------------------------------------


def test_sheets__in_their_order__the_last_one_very_hidden(complete_city: tuple[Consolidation, Path]) -> None:
    book = openpyxl.load_workbook(complete_city[1])
    assert book.sheetnames == SHEETS
    assert [page.sheet_state for page in book.worksheets] == ["visible"] * 11 + ["veryHidden"]
    assert [page.title for page in book.worksheets if page.protection.sheet] == ["_xltool"]
    assert [page.auto_filter.ref for page in book.worksheets if page.auto_filter.ref] == [
        "A7:HD19",
        "A3:M4",
        "A3:S15",
        "A3:F4",
    ]
    assert sheet(book, "明细").freeze_panes == "D8"


def test_file__points_to_no_other_file_and_is_what_the_standard_asks(complete_city: tuple[Consolidation, Path]) -> None:
    with zipfile.ZipFile(complete_city[1]) as archive:
        assert [name for name in archive.namelist() if "external" in name.lower()] == []
        assert b'TargetMode="External"' not in b"".join(archive.read(name) for name in archive.namelist())
    assert audit(complete_city[1]) == []


def test_official_figure__is_a_live_sum_over_the_details__with_its_value(
    complete_city: tuple[Consolidation, Path],
) -> None:
    made, path = complete_city
    book = openpyxl.load_workbook(path)
    assert sheet(book, "表三")["D7"].value == "=SUM(明细!$T$8:$T$19)"
    assert sheet(book, "表二")["B17"].value == "=ROUND(SUM(明细!$S$8:$S$19),6)"
    assert sheet(book, "表三")["J7"].value == "=SUM(D7:I7)"
    assert sheet(book, "筛选视图")["I9"].value == "=SUBTOTAL(109,明细!$T$8:$T$19)"
    assert sheet(book, "总览")["A12"].value == "=表三!J7"
    assert totals(path, PLAN.cells) == dict(made.summary.values)
    assert totals(path, panel_addresses(PLAN)) == dict(made.summary.values)


def test_official_sheets__have_the_labels_and_names_of_the_template(complete_city: tuple[Consolidation, Path]) -> None:
    book = openpyxl.load_workbook(complete_city[1])
    for name, labels in PLAN.labels.items():
        assert {spot: sheet(book, name)[spot].value for spot in labels} == dict(labels)
    assert {name: book.defined_names[name].attr_text for name in (NEW, FEES)} == {NEW: "表三!$D$7", FEES: "表二!$B$17"}
    assert sheet(book, "表三")["A1"].value == "示例市人民政府2025年政府信息公开工作年度报告"
    assert sheet(book, "表三")["A3"].value == "计入 12 个单位。"


def test_details__one_row_a_part__blank_stays_blank__not_applicable_is_a_stroke(tmp_path: Path) -> None:
    first, second, third = members()[:3]
    figures = published("hongze-2023")
    items = [
        found(a_return(first, {**figures, NEW: None})),
        found(a_return(second, figures, absent=[NEW])),
        found(a_return(third, {**figures, NEW: 0})),
    ]
    book = openpyxl.load_workbook(written(tmp_path, merged(items)), data_only=True)
    assert [row[:9] for row in rows(book, "明细", 8, 20)] == [
        (1, "329901", "示例市人民政府办公室", None, "本机关", 1, "已计入", 0, "329901.xlsx"),
        (2, "329902", "示例一区人民政府", None, "本机关", 1, "已计入", 0, "329902.xlsx"),
        (3, "329903", "示例二区人民政府", None, "本机关", 1, "已计入", 0, "329903.xlsx"),
    ]
    assert [row[19] for row in rows(book, "明细", 8, 20)] == [None, "/", 0]
    assert [sheet(book, "明细")[f"T{row}"].value for row in (3, 5, 6, 7)] == [
        NEW,
        "三、收到和处理政府信息公开申请情况",
        "一、本年新收政府信息公开申请数量",
        "自然人",
    ]


def test_overview__says_who_is_missing__and_that_totals_are_lower_bounds(tmp_path: Path) -> None:
    items = all_of(members())
    items[4] = replace(items[4], findings=(FLAW, DOUBT))
    book = openpyxl.load_workbook(written(tmp_path, merged(items[:-1], roster())), data_only=True)
    page = sheet(book, "总览")
    assert page["A1"].value == "示例市人民政府2025年政府信息公开工作年度报告汇总"
    assert page["A4"].value == (
        "汇总不完整：应有 12 个单位，计入 10 个，缺 2 个（示例四区人民政府、示例市档案局）。以下合计只是下限（≥）。"
    )
    assert [(page.cell(7, column).value, page.cell(8, column).value) for column in range(1, 12, 2)] == [
        ("应报单位", 12),
        ("已计入", 10),
        ("退回", 1),
        ("未报", 1),
        ("收到文件", 11),
        ("必须改正的问题", 2),  # with the incomplete sum
    ]
    assert (page["A11"].value, page["A12"].value, page["A12"].number_format) == (
        "本年新收申请（件）",
        14660 - 3511 - 97,
        '"≥ "#,##0',
    )
    start = next(row for row in range(1, 99) if page.cell(row, 1).value == "各单位报送状态") + 3
    board = [[page.cell(row, column).value for column in (2, 4, 8, 9, 11, 12)] for row in range(start, start + 12)]
    assert board[3:6] == [
        ["329904", "示例三区人民政府", "区", "已计入", 81, None],
        ["329905", "示例四区人民政府", "区", "退回", None, 1],
        ["329906", "示例五区人民政府", "区", "已计入", 97, None],
    ]
    assert board[11] == ["329912", "示例市档案局", "市直", "未报", None, None]
    with zipfile.ZipFile(tmp_path / "汇总.xlsx") as archive:
        assert len([name for name in archive.namelist() if name.startswith("xl/charts/")]) == 5


def test_overview__complete__says_so(complete_city: tuple[Consolidation, Path]) -> None:
    page = sheet(openpyxl.load_workbook(complete_city[1], data_only=True), "总览")
    assert (page["A4"].value, page["A12"].number_format) == ("应报 12 个单位，已全部计入，各项合计完整。", "#,##0")


def test_overview__in_print__a_page_ends_before_the_agencies_and_within_no_chart(
    complete_city: tuple[Consolidation, Path],
) -> None:
    with zipfile.ZipFile(complete_city[1]) as package:
        overview = package.read("xl/worksheets/sheet1.xml").decode()
        drawing = package.read("xl/drawings/drawing1.xml").decode()
    (end,) = map(int, re.findall(r'<brk id="([0-9]+)"', overview))
    spans = re.findall(r"<xdr:from>.*?<xdr:row>([0-9]+)<.*?<xdr:to>.*?<xdr:row>([0-9]+)<", drawing)
    charts = [(int(first), int(last)) for first, last in spans]
    assert len(charts) == 5
    assert end == charts[-1][0]
    assert not any(first < end <= last for first, last in charts)


def test_tracking__who_sent_nothing__then_one_row_for_every_file(tmp_path: Path) -> None:
    first, second, third = all_of(members()[:3])
    earlier = found(a_return(members()[0], {}, file="旧/329901.xlsx", time="2026-01-01T00:00:00+00:00"))
    empty = Finding("merge.nobody", Severity.MUST_FIX)
    unreadable = ReviewedFile("报送/空.xlsx", "e3b0", Status.UNREADABLE, None, (empty,), empty)
    known = Roster({agency.code: agency for agency in members()[:4]}, "名册.xlsx")
    items = [unreadable, earlier, first, replace(second, findings=(FLAW,)), third, renamed(third, "报送/副本.xlsx")]
    book = openpyxl.load_workbook(written(tmp_path, merged(items, known)), data_only=True)
    found_rows = [
        [*row[:3], *row[5:8], *row[12:14], row[18]] if row[1] else [row[0], *row[6:8], row[12], row[18]]
        for row in rows(book, "报送情况", 4, 19)
    ]
    names = ["示例市人民政府办公室", "示例一区人民政府", "示例二区人民政府", "示例三区人民政府"]
    new, old, gone = "2026-01-20 09:00", "2026-01-01 08:00", "已被后报替代"
    assert found_rows == [
        [1, "329904", names[3], "区", "未报", "否", None, None, None],
        [2, "329901", names[0], "市直", "已计入", "是", "报送/329901.xlsx", new, first.sha256],
        [3, "329901", names[0], "市直", gone, "否", "旧/329901.xlsx", old, earlier.sha256],
        [4, "329902", names[1], "区", "退回", "否", "329902.xlsx", new, second.sha256],
        [5, "329903", names[2], "区", "已计入", "是", "329903.xlsx", new, third.sha256],
        [6, "329903", names[2], "区", "重复", "否", "副本.xlsx", new, third.sha256],
        [7, "无法读取", "否", "空.xlsx", "e3b0"],
    ]
    assert [row[11] for row in rows(book, "报送情况", 4, 16)][2:4] == [
        "“报送/329901.xlsx”在这一份之后（依据：文件日期（2026-01-20 09:00:00，另一份 2026-01-01 08:00:00）、"
        "文件夹名），以它为准；它改了 169 个数（表二!B6 空→2、表二!C6 空→1、表二!D6 空→12，另有 166 处）。"
        "请看一看改动是不是单位自己改的；要用这一份，请在裁定表里写明。",
        "有 1 处必须改正的问题，没有计入汇总。请退回填报单位改正后重报；确需先计入的，由汇总单位在裁定表里写“计入”。",
    ]


def test_return_of_another_year__is_not_said_to_be_no_return(tmp_path: Path) -> None:
    items = [found(a_return(members()[0], {}, year=2024))]
    book = openpyxl.load_workbook(written(tmp_path, merged(items, roster())), data_only=True)
    assert "未计入" in [row[6] for row in rows(book, "报送情况", 4, 8)]


def test_findings__the_gravest_first__with_advice_and_the_reason_that_settles_it(tmp_path: Path) -> None:
    first, second = all_of(members()[:2])
    items = [replace(first, findings=(DOUBT,)), replace(second, findings=(FLAW,))]
    book = openpyxl.load_workbook(written(tmp_path, merged(items)), data_only=True)
    sentence, advice = (
        "表三的 D7 汇总数只是下限：计入的 {} 个单位中有 1 个没有填这一项。",
        "请有关单位补填；没有发生的填 0。",
    )
    assert rows(book, "审核问题", 4, 12) == [
        (
            1,
            "必须改正",
            "329902",
            "示例一区人民政府",
            "表三",
            "D7",
            sentence.format(1),
            advice,
            None,
            None,
            "退回",
            "329902.xlsx",
        ),
        (
            2,
            "可说明",
            "329901",
            "示例市人民政府办公室",
            "表三",
            "D7",
            sentence.format(2),
            advice,
            "机构合并",
            None,
            "已计入",
            "329901.xlsx",
        ),
    ]


def test_texts__one_row_a_paragraph__explanations_too(tmp_path: Path) -> None:
    agency = members()[0]
    explained = Explanation("YEAR-CARRY", "5", "4", "上年漏报一件", "张三", "2026-01-12", "B4")
    item = complete(agency, "hongze-2023")
    item = replace(item, texts={"overview": "第一段。\n\n=第二段", "problems": ""}, explanations=(explained,))
    book = openpyxl.load_workbook(written(tmp_path, merged([found(item)])), data_only=True)
    assert [row[3:] for row in rows(book, "单位文字", 4, 6)] == [
        ("一、总体情况", 1, "第一段。"),
        ("一、总体情况", 2, "=第二段"),
        ("情况说明", 1, "YEAR-CARRY：左边 5，右边 4。上年漏报一件（张三 2026-01-12）"),
    ]


def test_total_some_part_gives_no_figure_for__carries_the_sign_and_names_the_part(tmp_path: Path) -> None:
    first, second = members()[:2]
    blank = complete(second, "hongze-2023", **{NEW: None})
    made = merged([found(complete(first, "hongze-2023")), found(blank)])
    book = openpyxl.load_workbook(written(tmp_path, made), data_only=True)
    page = sheet(book, "表三")
    assert (page["D7"].number_format, page["E7"].number_format) == ('"≥"0', "0")
    comment = page["D7"].comment
    assert comment
    assert comment.text == "合计是下限：计入的 2 个单位中有 1 个没有填这一项：示例一区人民政府。"
    results = {key: sheet(book, "校验")[f"F{row}"].value for key, row in PLAN.checks.items()}
    assert [key for key, result in results.items() if result == "待填"] == [
        "T3-BAL.natural_person",
        "T3-BAL.total",
        "T3-ROW.received",
    ]
    assert sheet(book, "总览")["E20"].value == "待填"


def test_foreign_text__never_becomes_a_formula(tmp_path: Path) -> None:
    evil = Agency("=1+1", '=HYPERLINK("http://x")')
    item = replace(complete(evil, "hongze-2023"), texts={"overview": "@SUM(A1)"})
    named = replace(found(item), file="报送/=cmd|'x'!A1.xlsx")
    path = written(tmp_path, merged([named]), "汇总.xlsx")
    book = openpyxl.load_workbook(path)
    formulas = [cell.value for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert [text for text in formulas if "http" in str(text) and not str(text).startswith('=HYPERLINK("#')] == []
    assert sheet(book, "明细")["B8"].data_type == "s"
    assert audit(path) == []


def test_existing_file__stays_unless_forced(complete_city: tuple[Consolidation, Path], tmp_path: Path) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(UsageError):
        write_summary(complete_city[0], PLAN, path)
    assert path.read_bytes() == b"old"
    write_summary(complete_city[0], PLAN, path, force=True)
    assert path.read_bytes() == complete_city[1].read_bytes()  # the same input, the same bytes


def test_nothing_to_sum__no_figure_is_shown(tmp_path: Path) -> None:
    made = merged([replace(item, findings=(FLAW,)) for item in all_of(members()[:2])], roster())
    path = written(tmp_path, made)
    read = read_submission(open_workbook(path), load_forms(), str(path))
    assert set(read.values.values()) == {None}
    assert sheet(openpyxl.load_workbook(path), "总览")["A4"].value == "没有一份报表计入汇总。"
    assert audit(path) == []


def test_another_form__without_the_figures_of_the_overview(tmp_path: Path) -> None:
    made_up = trial_plan(tmp_path / "form")
    form = made_up.form
    empty = consolidate((), None, form, 2025, area=CITY)
    write_summary(empty, made_up, tmp_path / "汇总.xlsx")
    assert openpyxl.load_workbook(tmp_path / "汇总.xlsx").sheetnames[:3] == ["总览", "收 支", "筛选视图"]
    assert audit(tmp_path / "汇总.xlsx") == []


# --- read back, and merged again -----------------------------------------------------------------------------------


def test_read_back__it_is_a_return_of_the_area(complete_city: tuple[Consolidation, Path]) -> None:
    made, path = complete_city
    read = read_submission(open_workbook(path), load_forms(), str(path))
    assert (read.scope, read.agency_code, read.agency_name, read.year) == (Scope.AREA, "3299", "示例市人民政府", 2025)
    assert dict(read.values) == dict(made.summary.values)
    assert (read.manifest, read.absent, read.observations) == (made.summary.manifest, (), ())


def test_merged_bottom_up_through_files__the_same_as_in_one_go(tmp_path: Path) -> None:
    everyone = [*all_of(members()[:-1]), found(a_return(members()[-1], published("meizi-2024")))]
    east, west = Agency("e", "东片", scope=Scope.AREA), Agency("w", "西片", scope=Scope.AREA)
    parts = []
    for area, items in ((east, everyone[:5]), (west, everyone[5:])):
        path = written(tmp_path, merged(items, area=area), f"{area.name}.xlsx")
        read = read_submission(open_workbook(path), load_forms(), str(path))
        parts.append(ReviewedFile(str(path), read.source.sha256, Status.ACCEPTED, read, ()))
    whole, bottom_up = merged(everyone, roster()), merged(parts, roster())
    assert dict(bottom_up.summary.values) == dict(whole.summary.values)
    assert (bottom_up.summary.manifest, bottom_up.missing) == (whole.summary.manifest, ())
    assert dict(bottom_up.lacking) == dict(whole.lacking)
    book = openpyxl.load_workbook(written(tmp_path, bottom_up, "全市.xlsx"), data_only=True)
    assert [row[1:7] for row in rows(book, "明细", 8, 9)] == [
        ("e", "东片", None, "汇总", 5, "已计入"),
        ("w", "西片", None, "汇总", 7, "已计入"),
    ]
    assert sheet(book, "总览")["A4"].value.startswith("应有 12 个单位，已全部计入；有单位的个别项目未填")


# --- as LibreOffice calculates it ----------------------------------------------------------------------------------


@pytest.mark.office
def test_recalculated__every_total_and_every_check_is_the_same(tmp_path: Path) -> None:
    made = merged(twelve(), roster())
    path = written(tmp_path, made)
    again = recalculate(path, tmp_path / "office")
    before, after = (openpyxl.load_workbook(each, data_only=True) for each in (path, again))
    for places in (PLAN.cells, panel_addresses(PLAN)):
        filled = {cell for cell, value in made.summary.values.items() if value is not None}
        shown = totals(again, places)
        assert {cell: shown[cell] for cell in filled} == {cell: made.summary.values[cell] for cell in filled}
    for name in ("总览", "校验", "明细", "报送情况", "审核问题"):
        for row in sheet(before, name).iter_rows():
            for cell in row:
                assert exact(sheet(after, name)[cell.coordinate].value) == exact(cell.value), (name, cell.coordinate)


@pytest.mark.office
def test_recalculated_after_a_change_in_the_details__totals_follow(
    complete_city: tuple[Consolidation, Path], tmp_path: Path
) -> None:
    made, path = complete_city
    book = openpyxl.load_workbook(path)
    sheet(book, "明细")["T8"].value += 5
    book.save(tmp_path / "changed.xlsx")
    shown = totals(recalculate(tmp_path / "changed.xlsx", tmp_path / "office"), PLAN.cells)
    changed = {NEW: 14257, "requests.received.total": 14665}
    assert {cell: value for cell, value in shown.items() if value != made.summary.values[cell]} == changed


@pytest.mark.office
def test_rows_out_of_sight__leave_the_filtered_view_and_not_the_official_one(
    complete_city: tuple[Consolidation, Path], tmp_path: Path
) -> None:
    made, path = complete_city
    book = openpyxl.load_workbook(path)
    for row in range(8, 20):
        sheet(book, "明细").row_dimensions[row].hidden = row != 10
    book.save(tmp_path / "filtered.xlsx")
    again = recalculate(tmp_path / "filtered.xlsx", tmp_path / "office")
    assert totals(again, panel_addresses(PLAN)) == dict(made.parts[2].values)
    assert totals(again, PLAN.cells) == dict(made.summary.values)
    shown = sheet(openpyxl.load_workbook(again, data_only=True), "筛选视图")["A3"].value
    assert shown == "当前合计 1 行，“明细”页共 12 行。"


@pytest.mark.office
def test_a_thousand_agencies__libreoffice_comes_to_the_same_totals__and_follows_the_filter(tmp_path: Path) -> None:
    """Filtered as a person does it: by the list of a column, which hides the other rows."""
    agencies = [Agency(f"{code:06}", f"{code}号单位", CITY.code, "区" if code % 3 else "镇") for code in range(1000)]
    made = merged(all_of(agencies), Roster({each.code: each for each in [CITY, *agencies]}, "名册.csv"))
    path = written(tmp_path, made)
    towns = [row for row, agency in enumerate(agencies, start=8) if agency.level == "镇"]

    def filtered(name: str, content: bytes) -> bytes:
        text = content.decode() if name.startswith("xl/worksheets/") else ""
        if "<autoFilter" not in text or 'r="1007"' not in text or "SUBTOTAL(109" not in text:
            return content
        shown = '<filterColumn colId="3"><filters><filter val="镇"/></filters></filterColumn></autoFilter>'
        text = re.sub(r'(<autoFilter ref="[^"]*")/>', rf"\1>{shown}", text)
        for row in set(range(8, 1008)) - set(towns):
            text = text.replace(f'<row r="{row}"', f'<row r="{row}" hidden="1"', 1)
        return text.encode()

    again = recalculate(rewritten(path, tmp_path / "filtered.xlsx", filtered), tmp_path / "office")
    book = openpyxl.load_workbook(again, data_only=True, read_only=True)
    names = {"筛选视图", *(spot.sheet for spot in PLAN.cells.values())}
    known = {name: list(book[name].iter_rows(values_only=True)) for name in names}

    def figure(name: str, address: str) -> object:
        row, column = parse_address(address)
        return exact(known[name][row - 1][column - 1])

    values = made.summary.values
    assert {cell: figure(*spot) for cell, spot in PLAN.cells.items()} == dict(values)
    parts = [part for part in made.parts if int(part.agency_code) % 3 == 0]
    assert len(parts) == len(towns) == 334
    wanted = {cell: sum(part.values[cell] or 0 for part in parts) for cell in values}
    assert {cell: figure(*spot) for cell, spot in panel_addresses(PLAN).items()} == wanted


@pytest.mark.office
def test_overview__beside_the_year_before__of_the_same_agencies__and_recalculated(tmp_path: Path) -> None:
    made = merged(twelve()[:11], roster())
    before = {cell: None if value is None else value // 2 for cell, value in made.summary.values.items()}
    write_summary(made, PLAN, tmp_path / "汇总.xlsx", previous=before)
    again = recalculate(tmp_path / "汇总.xlsx", tmp_path / "office")
    received = before["requests.received.total"]
    for path in (tmp_path / "汇总.xlsx", again):
        page = sheet(openpyxl.load_workbook(path, data_only=True), "总览")
        told = [str(cell) for row in page.values for cell in row if "上年同口径" in str(cell)]
        assert len(told) == 9
        assert told[0] == f"缺 1/12，上年同口径 {received:,}，+100.0%"


def test_total_that_is_mostly_one_agencys__says_whose(tmp_path: Path) -> None:
    figures: dict[str, Number | None] = dict.fromkeys(published("zhangjiawan-2025"), 0)
    items = [
        found(a_return(agency, {**figures, NEW: 75 if at == 1 else 10})) for at, agency in enumerate(members()[:4])
    ]
    page = sheet(openpyxl.load_workbook(written(tmp_path, merged(items, roster()))), "表三")
    remark = page[PLAN.cells["requests.received.total"].address].comment
    assert remark is not None
    largest = "示例一区人民政府 75（71%）、示例市人民政府办公室 10（10%）、示例二区人民政府 10（10%）"
    assert remark.text == f"其中最多的：{largest}。"
    assert page[PLAN.cells["requests.granted.total"].address].comment is None


@pytest.mark.office
def test_saved_by_libreoffice__read_back_to_the_unit(complete_city: tuple[Consolidation, Path], tmp_path: Path) -> None:
    made, path = complete_city
    again = recalculate(path, tmp_path / "office")
    read = read_submission(open_workbook(again), load_forms(), str(again))
    assert (dict(read.values), read.manifest) == (dict(made.summary.values), made.summary.manifest)
