"""A form with a list of websites beside a plain table, filled in as people type, for the tests of lists."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.official_report.test_publish import run
from tests.own_forms import form_toml, write_definition

FORM = form_toml(
    "websites",
    "政府网站年度报表",
    """[
  { id = "basics", number = "一", title = "基本情况", sheet = "基本情况" },
  { id = "sites", number = "二", title = "网站清单", sheet = "网站清单" },
  { id = "remarks", number = "三", title = "情况说明", sheet = "说明", paragraphs = 5 },
]""",
    report_title="{agency}{year}年度政府网站报表",
    opening="现公布{agency}{year}年度政府网站情况。",
    official_title="政府网站年度报表（20__年度）",
)
TABLES = """
[[tables]]
id = "basics"
section = "basics"
sheet = "基本情况"
title = "基本情况"
size = "B3"
widths = [50, 30]
labels = [
  { at = "A1", text = "政府网站总数" },
  { at = "A2", text = "其中部门网站" },
  { at = "A3", text = "信息发布总数" },
]
blocks = [
  { first = "B1", lines = ["sites", "departments"], unit = "个" },
  { first = "B3", lines = ["articles"], unit = "条" },
]

[[lists]]
id = "sites"
section = "sites"
sheet = "网站清单"
title = "网站"
unit = "个"
rows = 6
key = ["name"]
columns = [
  { id = "name", label = "网站名称", kind = "text", length = 30 },
  { id = "type", label = "网站类型", kind = "choice", choices = ["政府门户网站", "部门网站", "专项网站"] },
  { id = "barrier_free", label = "是否适老化", kind = "yes_no" },
  { id = "opened", label = "开办日期", kind = "date" },
  { id = "articles", label = "信息发布数", unit = "条" },
  { id = "original", label = "其中原创", unit = "条" },
  { id = "available", label = "可用率（%）", kind = "percent" },
  { id = "cost", label = "运维经费", kind = "amount", decimals = 2, unit = "万元", optional = true },
]
"""
RELATIONS = """
[[relations]]
id = "N-SITES"
title = "网站总数等于清单行数"
severity = "must_fix"
basis = "清单逐个列出"
advice = "请核对清单。"
expect = "basics.sites == count(sites)"

[[relations]]
id = "N-DEP"
title = "部门网站数等于清单中的部门网站"
severity = "must_fix"
basis = "清单逐个列出"
advice = "请核对清单。"
expect = "basics.departments == count(sites.type == '部门网站')"

[[relations]]
id = "N-ART"
title = "信息发布总数等于清单合计"
severity = "must_fix"
basis = "清单逐个列出"
advice = "请核对清单。"
expect = "basics.articles == sum(sites.articles)"

[[relations]]
id = "N-OLD"
title = "2000年以前开办的网站不超过一个"
severity = "explain"
basis = "测试"
advice = "请核对。"
expect = "count(sites.opened < '2000-01-01') <= 1"

[[relations]]
id = "R-ORIG"
title = "原创不超过信息发布数"
severity = "must_fix"
basis = "“其中”的含义"
advice = "请核对。"
expect = "sites.row.original <= sites.row.articles"

[[relations]]
id = "R-GATE"
title = "门户网站可用率不低于90%"
severity = "explain"
basis = "测试"
advice = "请核对。"
when = "sites.row.type == '政府门户网站'"
expect = "sites.row.available >= 90"
"""
SHEET, BASICS_SHEET = "网站清单", "基本情况"
COLUMNS = ("name", "type", "barrier_free", "opened", "articles", "original", "available", "cost")
AGENCIES = {"1": "甲局", "2": "乙局", "3": "丙局"}
Rows = Sequence[Sequence[Any]]
ROWS: Mapping[str, Rows] = {
    "1": (
        ("甲局网", "部门网站", "是", date(2012, 3, 1), 100, 60, 99.5, 1.25),
        ("甲局政务网", "政府门户网站", "否", date(2010, 5, 6), 200, 150, 96.77, None),
    ),
    "2": (("乙局网", "部门网站", "是", date(2015, 6, 1), 50, 50, 100, 0.5),),
    "3": (("/",),),
}
BASICS: Mapping[str, Sequence[int]] = {"1": (2, 1, 300), "2": (1, 1, 50), "3": (0, 0, 0)}
FORM_OPTIONS = ("--form", "websites")


def write_form(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the definition below ``folder``, each text of ``changes`` replaced; return the folder of the forms."""
    texts = (reduce(lambda done, change: done.replace(*change), changes, text) for text in (FORM, TABLES, RELATIONS))
    return write_definition(folder, "websites", *texts)


def write_templates(folder: Path) -> None:
    """Write the roster and a template for each agency, in ``issued``."""
    rows = "".join(f"{code},{name}\n" for code, name in AGENCIES.items())
    (folder / "roster.csv").write_text(f"单位代码,单位名称\n{rows}", "utf-8")
    options = ("--year", 2024, *FORM_OPTIONS, "--roster", folder / "roster.csv", "-o", folder / "issued")
    assert run("template", *options)[0] == 0


def find_head_row(sheet: Worksheet) -> int:
    """Return the row of the heads of the columns."""
    return next(row for row in range(1, 40) if sheet.cell(row, 1).value == "序号")


def fill(
    folder: Path,
    code: str,
    rows: Rows | None = None,
    *,
    basics: Sequence[int] | None = None,
    first: int = 1,
    change: Callable[[Worksheet], None] | None = None,
) -> Path:
    """Type rows into the template of an agency, from row ``first`` of the list; save it in ``returns``."""
    (template,) = (folder / "issued").glob(f"{code} *.xlsx")
    book = openpyxl.load_workbook(template)
    for row, figure in enumerate(basics or BASICS[code], start=4):
        book[BASICS_SHEET].cell(row, 2).value = figure
    book["说明"]["A6"] = "本年度网站运行正常，没有其他需要说明的情况。"
    sheet = book[SHEET]
    head = find_head_row(sheet)
    for row, typed in enumerate(ROWS[code] if rows is None else rows, start=head + first):
        for column, content in enumerate(typed, start=2):
            sheet.cell(row, column).value = content
    if change is not None:
        change(sheet)
    (folder / "returns").mkdir(exist_ok=True)
    path = folder / "returns" / template.name
    book.save(path)
    return path
