"""A monthly form with rates, means, a choice and cumulative figures, filled in by three agencies, for tests of sums."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

from tests.official_report.test_publish import run
from tests.own_forms import form_toml, write_definition

FORM = form_toml(
    "windows",
    "窗口月报",
    '[{ id = "cases", number = "一", title = "办件情况", sheet = "办件" }]',
    report_title="{agency}{period}窗口情况",
    opening="{agency}{period}情况如下。",
    official_title="窗口月报表",
    period="month",
    more="""
headlines = [
  { label = "办结量", sum = "cases.done.current" },
  { label = "按时办结率", sum = "cases.rate.current" },
  { label = "平均时长", sum = "cases.days.current" },
  { label = "平均跑动次数", sum = "cases.trips.current" },
]
""",
)
TABLES = """
[[tables]]
id = "cases"
section = "cases"
sheet = "办件"
title = "办件情况"
size = "C7"
labels = [
  { at = "A1", text = "指标名称" }, { at = "B1", text = "本期" }, { at = "C1", text = "本年累计" },
  { at = "A2", text = "办结量" }, { at = "A3", text = "按时办结" }, { at = "A4", text = "按时办结率" },
  { at = "A5", text = "平均时长" }, { at = "A6", text = "平均跑动次数" }, { at = "A7", text = "大厅类型" },
]
blanks = ["C4", "C5", "C6", "C7"]

[[tables.blocks]]
first = "B2"
lines = ["done", "on_time"]
columns = ["current", "cumulative"]
unit = "件"

[[tables.blocks]]
first = "B4"
lines = ["rate"]
columns = ["current"]
kind = "percent"
decimals = 2
unit = "%"

[[tables.blocks]]
first = "B5"
lines = ["days"]
columns = ["current"]
kind = "decimal"
decimals = 1
unit = "天"
total = "weighted_mean"
weight = "cases.done.current"

[[tables.blocks]]
first = "B6"
lines = ["trips"]
columns = ["current"]
kind = "decimal"
decimals = 2
unit = "次"
total = "mean"

[[tables.blocks]]
first = "B7"
lines = ["type"]
columns = ["current"]
kind = "choice"
choices = ["综合", "专业"]
total = "count"
"""
RELATIONS = """
[[relations]]
id = "RATE"
title = "按时办结率"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "cases.rate.current == 100 * ratio(cases.on_time.current, cases.done.current)"
computes = true

[[relations]]
id = "CUM"
title = "办结量本年累计等于上期累计加本期"
severity = "must_fix"
basis = "累计的含义"
advice = "请核对。"
expect = "cases.done.cumulative == previous(cases.done.cumulative) + cases.done.current"
within_year = true

[[relations]]
id = "SHARE"
title = "每件跑动次数"
severity = "explain"
basis = "含义"
advice = "请核对。"
expect = "ratio(cases.on_time.current, cases.done.current) >= 0.5"
"""
AGENCIES = {"1": "甲局", "2": "乙局", "3": "丙局"}
CELLS = ("B5", "C5", "B6", "C6", "B8", "B9", "B10")  # done, on time, days, trips, type
JANUARY: Mapping[str, tuple[Any, ...]] = {
    "1": (100, 100, 100, 100, 1.0, 0.5, "综合"),
    "2": (300, 300, 299, 299, 3.0, 1.0, "专业"),
    "3": (200, 200, 196, 196, 2.0, 0.0, "综合"),
}
FEBRUARY: Mapping[str, tuple[Any, ...]] = {
    "1": (50, 150, 50, 150, 1.0, 0.5, "综合"),
    "2": (100, 400, 98, 397, 2.0, 0.5, "专业"),
    "3": (103, 303, 101, 297, 3.0, 0.5, "综合"),
}


def write_monthly_form(folder: Path, *, roster_rows: str = "1,甲局\n2,乙局\n3,丙局\n") -> Path:
    """Write the definition and the roster; return the folder of the forms."""
    write_definition(folder, "windows", FORM, TABLES, RELATIONS)
    (folder / "roster.csv").write_text(f"单位代码,单位名称\n{roster_rows}", "utf-8")
    return folder / "forms"


def fill_month(folder: Path, period: str, typed_by_code: Mapping[str, tuple[Any, ...]]) -> Path:
    """Hand out the templates of a month, fill in those of the agencies by code; return the folder of returns."""
    issued, returns = folder / f"issued {period}", folder / f"returns {period}"
    options = ("--period", period, "--form", "windows", "--roster", folder / "roster.csv", "-o", issued)
    assert run("template", *options)[0] == 0
    returns.mkdir()
    for code, typed in typed_by_code.items():
        (template,) = issued.glob(f"{code} *.xlsx")
        book = openpyxl.load_workbook(template)
        for address, figure in zip(CELLS, typed, strict=False):
            book["办件"][address] = figure
        book.save(returns / template.name)
    return returns
