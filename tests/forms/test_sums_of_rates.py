"""Rates, means and choices in sums: last month's figure, 校验, missing agencies, tracing, the filtered view."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.forms.monthly_rates import FEBRUARY, JANUARY, fill_month, write_monthly_form
from tests.judges import recalculate
from tests.official_report.test_publish import answer
from xltool.cli.options import FORMS_VARIABLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FORMS_VARIABLE, str(write_monthly_form(tmp_path)))
    return tmp_path


def merge(folder: Path, period: str, *more: object) -> Path:
    summary = folder / f"{period}.xlsx"
    options = ("--roster", folder / "roster.csv", "-o", summary, *more)
    answer("merge", folder / f"returns {period}", *options)
    return summary


def list_checks(summary: Path, *, formulas: bool = False) -> dict[str, list[Any]]:
    """Return left, right, difference and result of each relation of 校验 by its name."""
    sheet = openpyxl.load_workbook(summary, data_only=not formulas)["校验"]
    return {str(row[1].value): [cell.value for cell in row[2:6]] for row in sheet.iter_rows(min_row=4)}


def list_texts(path: Path, sheet: str) -> list[str]:
    return [
        str(cell.value)
        for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_month_before__rates_and_means_are_those_of_all_agencies(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    fill_month(folder, "2025-02", FEBRUARY)
    january = merge(folder, "2025-01")
    page = folder / "page.html"
    february = merge(folder, "2025-02", "--previous", january, "--html", page)
    told = [text for text in list_texts(february, "总览") if "上年" in text]
    before = [text.partition("，")[0] for text in told]
    assert before == ["上年 600", "上年 99.17", "上年 2.3", "上年 0.50"]  # 595 ÷ 600, 1400 ÷ 600, 1.5 ÷ 3
    assert "上年 99.17" in page.read_text("utf-8")
    assert "297.67" not in page.read_text("utf-8")  # the sum of the three rates


def test_checks_of_a_sum__computed_rates_are_rounded_on_both_sides(folder: Path) -> None:
    fill_month(folder, "2025-02", FEBRUARY)
    summary = merge(folder, "2025-02")
    left, right, difference, result = list_checks(summary)["按时办结率"]
    assert (left, right, difference, result) == (98.42, 98.42, 0, "✓")  # 249 ÷ 253
    assert "必须改正" not in " ".join(text for text in list_texts(summary, "总览") if "条" in text)


@pytest.mark.office
def test_checks_of_a_sum__recalculated__are_the_same(folder: Path, tmp_path: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    summary = merge(folder, "2025-01")
    (tmp_path / "saved").mkdir()
    recalculated, written = (list_checks(path) for path in (recalculate(summary, tmp_path / "saved"), summary))
    assert recalculated.keys() == written.keys()
    for name, cells in written.items():
        assert recalculated[name] == pytest.approx(cells)


@pytest.mark.office
def test_template__a_ratio_that_has_no_result_yet__is_tested_once_it_has(folder: Path, tmp_path: Path) -> None:
    (returned,) = fill_month(folder, "2025-01", {"1": (100, 100, 40, 40, 1.0, 0.5, "综合")}).iterdir()
    blank = next((folder / "issued 2025-01").glob("1 *.xlsx"))
    (tmp_path / "saved").mkdir()
    assert list_checks(recalculate(blank, tmp_path / "saved"))["每件跑动次数"][3] == "待填"
    assert list_checks(recalculate(returned, tmp_path / "saved"))["每件跑动次数"][3] == "✗"


def test_first_month__the_cumulative_figure_before_is_0(folder: Path) -> None:
    (returned,) = fill_month(folder, "2025-01", {"1": (479, 9999, 479, 479, 1.0, 0.5, "综合")}).iterdir()
    (item,) = answer("check", returned)["submissions"]
    (message,) = [each["message"] for each in item["findings"] if each["code"] == "CUM"]
    assert message.startswith("办件：“办结量”本年累计（C5）9999，上期“办结量”本年累计0 + “办结量”本期（B5）479 = 479，")
    assert "相差 9520 件" in message


@pytest.mark.office
def test_first_month__the_template_tests_the_cumulative_figure(folder: Path, tmp_path: Path) -> None:
    (returned,) = fill_month(folder, "2025-01", {"1": (479, 9999, 479, 479, 1.0, 0.5, "综合")}).iterdir()
    (tmp_path / "saved").mkdir()
    found = list_checks(recalculate(returned, tmp_path / "saved"))["办结量本年累计等于上期累计加本期"]
    assert found == [9999, 479, 9520, "✗"]
