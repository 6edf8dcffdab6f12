"""How figures of every kind add up over the periods of a year, and forms that need no relation."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms.load_definitions import load_form
from xltool.forms.year_totals import find_running_sums, find_year_totals

FORM = form_toml(
    "cases",
    "办件半年报",
    '[{ id = "cases", number = "一", title = "办件", sheet = "办件" }]',
    report_title="{agency}{period}办件半年报",
    opening="{agency}{period}办件情况如下。",
    period="half",
)
TABLES = """
[[tables]]
id = "cases"
section = "cases"
sheet = "办件"
title = "办件"
size = "B9"
labels = [
  { at = "A1", text = "新收" }, { at = "A2", text = "上期结转" }, { at = "A3", text = "办结" },
  { at = "A4", text = "结转下期" }, { at = "A5", text = "办结率" }, { at = "A6", text = "在岗人数" },
  { at = "A7", text = "满意度得分" }, { at = "A8", text = "是否设窗口" }, { at = "A9", text = "期末库存" },
]
blocks = [
  { first = "B1", lines = ["received", "carried_in", "concluded", "carried_out"], unit = "件" },
  { first = "B5", lines = ["rate"], kind = "percent" },
  { first = "B6", lines = ["staff"], unit = "人", total = "sum", year_total = "mean" },
  { first = "B7", lines = ["score"], kind = "decimal", total = "weighted_mean", weight = "cases.received" },
  { first = "B8", lines = ["counter"], kind = "yes_no" },
  { first = "B9", lines = ["stock"], unit = "件" },
]
"""
RELATIONS = """
[[relations]]
id = "BAL"
title = "收办平衡"
severity = "must_fix"
basis = "含义"
advice = "请核对。"
expect = "cases.received + cases.carried_in == cases.concluded + cases.carried_out"

[[relations]]
id = "CARRY"
title = "上期结转等于上期的结转下期"
severity = "explain"
basis = "含义"
advice = "请核对。"
expect = "cases.carried_in == previous(cases.carried_out)"

[[relations]]
id = "RATE"
title = "办结率"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "cases.rate == 100 * ratio(cases.concluded, cases.received + cases.carried_in)"
computes = true
"""
HALVES = {
    "2025-H1": (10, 2, 9, 3, None, 4, 90, "是", 7),
    "2025-H2": (30, 3, 31, 2, None, 6, 80, "否", 5),
}


def prepare_folder(folder: Path, relations: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_definition(folder, "cases", FORM, TABLES, relations)
    monkeypatch.setenv(FORMS_VARIABLE, str(folder / "forms"))
    (folder / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n", "utf-8")
    return folder


def fill_half(folder: Path, period: str) -> Path:
    code, _, problem = run("template", "--period", period, "--roster", folder / "roster.csv", "-o", folder / period)
    assert (code, problem) == (0, "")
    (path,) = (folder / period).glob("1 *.xlsx")
    book = openpyxl.load_workbook(path)
    for row, value in enumerate(HALVES[period], start=4):
        if value is not None:
            book["办件"].cell(row, 2).value = value
    book.save(path)
    return path


def test_figures_of_every_kind__over_two_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = prepare_folder(tmp_path, RELATIONS, monkeypatch)
    answered: Any = answer("rollup", *(fill_half(folder, period) for period in HALVES), "-o", folder / "year.xlsx")
    assert answered["kinds"] == {
        "cases.received": "sum",
        "cases.carried_in": "first",
        "cases.concluded": "sum",
        "cases.carried_out": "last",
        "cases.rate": "recompute",
        "cases.staff": "mean",
        "cases.score": "weighted_mean",
        "cases.counter": "count",
        "cases.stock": "last",  # its label says so
    }
    (agency,) = answered["agencies"]
    assert agency["values"] == {
        "cases.received": 40,
        "cases.carried_in": 2,
        "cases.concluded": 40,
        "cases.carried_out": 2,
        "cases.rate": "95.24",
        "cases.staff": 5,
        "cases.score": "82.50",
        "cases.counter": None,
        "cases.stock": 5,
    }
    assert agency["tallies"] == {"cases.counter": {"是": 1, "否": 1}}
    sums = openpyxl.load_workbook(folder / "year.xlsx")["合计"]
    column = [cell.value for cell in sums[3]].index("cases.counter") + 1
    assert sums.cell(5, column).value == "是 1、否 1"


def test_cumulative_figure__is_what_a_relation_within_the_year_says(tmp_path: Path) -> None:
    running = """
[[relations]]
id = "CUM"
title = "期末库存是累计数"
severity = "must_fix"
basis = "含义"
advice = "请核对。"
expect = "cases.stock == previous(cases.stock) + cases.received + cases.carried_in"
within_year = true
"""
    write_definition(tmp_path, "cases", FORM, TABLES, RELATIONS + running)
    form = load_form(tmp_path / "forms" / "cases" / "1")
    (added,) = find_running_sums(form).values()
    assert [term.cell for term in added.terms] == ["cases.received", "cases.carried_in"]
    assert find_year_totals(form)["cases.stock"] == "last"


def test_form_without_relations__goes_through_template_check_and_merge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = prepare_folder(tmp_path, "relations = []", monkeypatch)
    returned = fill_half(folder, "2025-H1")
    book = openpyxl.load_workbook(returned)
    book["办件"]["B8"] = 75
    book.save(returned)
    (item,) = answer("check", returned)["submissions"]
    assert (item["status"], item["values"]["cases.received"]) == ("accepted", 10)
    merged = answer("merge", returned, "-o", folder / "sum.xlsx")
    assert merged["totals"]["cases.received"] == 10
    code, told, errors = run("check", returned, "--return", folder / "back")
    assert code == 0, told + errors
