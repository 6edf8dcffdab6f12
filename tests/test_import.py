"""`xltool import`: real published reports become workbooks whose figures are the published ones."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.merging import the_form
from tests.test_commands import answer, run
from xltool.forms.layout import plan

DATA = Path(__file__).resolve().parent / "data" / "reports"
REPORTS = sorted(path.name for path in DATA.iterdir() if (path / "raw.txt").is_file())


def test_reports__the_real_ones_are_there() -> None:
    assert len(REPORTS) >= 5


@pytest.mark.parametrize("report", ["zhangjiawan-2025"])
def test_import__a_whole_report__its_workbook_reads_back_the_same_figures(report: str, tmp_path: Path) -> None:
    found = answer("import", DATA / report / "raw.txt", "-o", tmp_path / "out")["submissions"][0]
    again = answer("check", found["workbook"])["submissions"][0]
    truth = json.loads((DATA.parents[2] / "samples" / "reports" / f"{report}.json").read_text("utf-8"))
    assert {cell: again["values"][cell] for cell in truth["figures"] if again["values"][cell] is not None} == {
        cell: value for cell, value in found["values"].items() if cell in truth["figures"] and value is not None
    }
    assert again["values"]["requests.received.total"] == truth["printed_totals"]["requests.received.total"] == 97
    assert [item["code"] for item in found["findings"] if item["severity"] == "must_fix"] == []


def test_import__log__says_where_every_figure_stood(tmp_path: Path) -> None:
    run("import", DATA / "zhangjiawan-2025" / "raw.txt", "-o", tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "导入记录.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 203
    penalties = next(row for row in rows if row[1] == "disclosure.penalties.decisions")
    assert (penalties[5], penalties[8]) == (294, "照原文")
    assert penalties[7]


def test_import__what_is_no_report__one_line_and_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("天气很好", "utf-8")
    code, out, err = run("import", tmp_path / "letter.txt", "-o", tmp_path / "out")
    assert (code, err) == (1, "")
    assert "找不到年度报告的表格" in out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["导入记录.xlsx"]


def test_import__printed_totals_that_are_wrong__stay_and_are_found(tmp_path: Path) -> None:
    found = answer("import", DATA / "hongze-2023" / "raw.txt", "-o", tmp_path)["submissions"][0]
    wrong = [item["relation"] for item in found["findings"] if item["code"] == "T4-SUM"]
    assert wrong == ["T4-SUM.review", "T4-SUM.post_review_litigation"]
    place = plan(the_form()).cells["disputes.review.total"]
    assert openpyxl.load_workbook(found["workbook"])[place.sheet][place.address].value == 0
