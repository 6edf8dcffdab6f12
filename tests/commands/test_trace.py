"""`xltool trace`: who a figure of a consolidated workbook is made of."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from tests.cli.test_commands import ROSTER, answer, report, returned, run
from tests.merging import NEW

TOTAL = "requests.received.total"


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    """Three agencies: 88 natural persons (97 in all) at two of them, and one with no requests."""
    folder = tmp_path / "returns"
    for code in ("329907", "329908"):
        returned(folder, code, report("zhangjiawan-2025"))
    returned(folder, "329909", {})
    path = tmp_path / "汇总.xlsx"
    run("merge", folder, "--roster", ROSTER, "-o", path)
    return path


def test_trace__a_total__every_agency_with_its_share_and_its_file(summary: Path) -> None:
    (figure,) = answer("trace", summary, TOTAL)["figures"]
    assert (figure["line"], figure["column"], figure["unit"]) == ("一、本年新收政府信息公开申请数量", "总计", "件")
    assert (figure["sheet"], figure["address"], figure["total"], figure["agrees"]) == ("表三", "J7", 194, True)
    assert [(each["code"], each["value"], each["share"], each["file"]) for each in figure["contributors"]] == [
        ("329907", 97, "0.5000", "329907.xlsx"),
        ("329908", 97, "0.5000", "329908.xlsx"),
        ("329909", 0, "0.0000", "329909.xlsx"),
    ]


def test_trace__in_words__the_official_ones(summary: Path) -> None:
    code, out, _ = run("trace", summary, TOTAL)
    assert code == 0
    assert "表三!J7 一、本年新收政府信息公开申请数量·总计（requests.received.total）：≥ 194 件，缺 9/12" in out
    assert "示例一镇人民政府" in out
    assert "50.0%" in out
    assert "共 2 个单位有数，1 个单位为 0，0 个单位没有填，或填的不能计入。" in out


@pytest.mark.parametrize(
    ("asked", "where", "ids"),
    [
        ("表三!J7", "", [TOTAL]),
        ("表三!$J$7", "", [TOTAL]),
        (TOTAL, "natural_person", [NEW]),
        (TOTAL, "自然人", [NEW]),
        ("requests.received", "enterprise", ["requests.received.enterprise"]),
    ],
)
def test_trace__a_place_and_a_part_of_a_total__are_understood(
    summary: Path, asked: str, where: str, ids: list[str]
) -> None:
    assert [figure["id"] for figure in answer("trace", summary, asked, "--where", where)["figures"]] == ids


def test_trace__the_beginning_of_an_id__a_whole_line(summary: Path) -> None:
    assert len(answer("trace", summary, "requests.received")["figures"]) == 7


def test_trace__a_largest_contributor_comes_first__and_parts_come_to_the_total(summary: Path) -> None:
    for figure in answer("trace", summary, "requests")["figures"]:
        values = [Decimal(str(each["value"])) for each in figure["contributors"] if each["value"] is not None]
        assert values == sorted(values, reverse=True)
        assert sum(values) == figure["total"]


@pytest.mark.parametrize(
    ("asked", "where", "said"),
    [
        (
            "requests.recieved.total",
            "",
            "没有指标“requests.recieved.total”（有关的有：表三!J7 一、本年新收政府信息公开申请数量·总计",
        ),
        ("法律服务机构", "", "有关的有：表三!H7 一、本年新收政府信息公开申请数量·法人或其他组织·法律服务机构"),
        ("新收", "", "没有指标“新收”（有关的有：表三!J7 一、本年新收政府信息公开申请数量·总计）。"),
        ("qqq", "", "没有指标“qqq”。"),
        (NEW, "enterprise", "之内没有与“enterprise”有关的指标"),
    ],
)
def test_trace__unknown_figure__one_line_with_suggestions(summary: Path, asked: str, where: str, said: str) -> None:
    code, out, err = run("trace", summary, asked, "--where", where)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err


def test_trace__a_return_of_one_agency__is_no_consolidation(summary: Path) -> None:
    code, _, err = run("trace", summary.parent / "returns" / "329907.xlsx", TOTAL)
    assert code == 2
    assert "不是汇总工作簿" in err


def test_trace__details_changed_by_hand__the_difference_is_said(summary: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(summary, data_only=True)
    details = book["明细"]
    column = next(cell.column for row in details.iter_rows(max_row=8) for cell in row if cell.value == NEW)
    row = next(row[1].row for row in details.iter_rows() if row[1].value == "329907")
    details.cell(row, column).value = 87
    book.save(tmp_path / "changed.xlsx")
    code, out, _ = run("trace", tmp_path / "changed.xlsx", NEW)
    assert code == 1
    assert "表中是 176，“明细”各行之和是 175" in out


def test_trace__a_total_lacking_one_figure__the_known_ones_are_a_lower_bound_everywhere(tmp_path: Path) -> None:
    folder, output = tmp_path / "returns", tmp_path / "汇总.xlsx"
    figures = report("zhangjiawan-2025")
    returned(folder, "329907", figures)
    struck = returned(folder, "329908", figures)
    book = openpyxl.load_workbook(struck)
    book["表三"]["D7"].font = Font(strike=True)
    book.save(struck)
    run("merge", folder, "--roster", ROSTER, "--include-flawed", "-o", output, "--export", tmp_path / "导出")
    (figure,) = answer("trace", output, TOTAL)["figures"]
    parts = [(each["code"], each["value"], each["least"]) for each in figure["contributors"]]
    assert (figure["total"], figure["agrees"], parts) == (106, True, [("329907", 97, None), ("329908", None, 9)])
    _, out, _ = run("trace", output, TOTAL)
    assert "≥ 106 件，缺 11/12" in out
    assert "≥ 9 " in out
    assert "标“≥”的单位缺其中的数" in out
    details = openpyxl.load_workbook(output, data_only=True)["明细"]
    column = next(cell.column for cell in details[3] if cell.value == TOTAL)
    assert [details.cell(row, column).value for row in (4, 8, 9)] == [106, 97, None]
    assert openpyxl.load_workbook(output, data_only=True)["表三"]["J7"].value == 106
    totals = (tmp_path / "导出" / "totals.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[-3:] for line in totals if f",{TOTAL}," in line] == [["106", "12", "11"]]
