"""Relations that are no plain sum are told in the words of the form: alternatives, cases, chains, dates, quotients."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.forms.test_kinds import FORM, TABLES
from tests.official_report.test_publish import answer, run
from tests.own_forms import write_definition

# The row of each relation in the definition: its expression, and its condition if it has one.
EXPRESSIONS: Mapping[str, str] = {
    "EITHER": "site.media == '是' or site.staff == 0",
    "BOTH": "site.visits >= 10 and site.staff >= 2 and site.type != '专项网站'",
    "NESTED": "site.media == '否' or site.staff >= 1 and site.visits >= 10",
    "CHAIN": "0 <= site.days <= 60",
    "CASE": "site.rate >= 50 if site.type == '政府门户网站' else site.rate >= 30",
    "NOT": "not (site.media == '是' and site.staff == 0)",
    "AFTER": "site.opened >= '2010-06-01'",
    "SINCE": "site.opened == site.revised",
    "TYPE": "site.type == '部门网站'",
    "SPAN": "site.revised - site.opened <= 10000",
    "QUOTIENT": "site.per_visit <= 100 * ratio(site.cost + site.change, site.visits)",
    "LARGEST": "site.staff <= max(site.visits, abs(site.change))",
    "NONE_LEFT": "0 >= site.days - 100",
    "SHIFTED": "60 >= site.days - 10",
    "FEW": "9000 >= site.visits",
    "SPREAD": "max(site.visits, site.staff) - min(site.visits, site.staff) <= 6000",
    "WHEN": "site.media == '是' if site.staff >= 6000 else site.visits >= 0",
}
RELATION = """
[[relations]]
id = "{id}"
title = "规则{id}"
severity = "explain"
basis = "含义"
advice = "请核对。"
expect = "{expect}"
"""
RIGHT: Mapping[str, Any] = {
    "B4": 1000, "B5": -5, "B6": 50, "B7": 96.77, "B8": 2.5, "B9": "部门网站", "B10": "是",
    "B11": date(2012, 3, 1), "B12": "甲局网", "B13": 10, "B14": 1, "B15": date(2012, 3, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blank workbook of a form with every relation; two more figures than the form of `test_kinds`."""
    folder = tmp_path_factory.mktemp("conditions")
    tables = TABLES.replace('size = "B11"', 'size = "B12"').replace("人均访问量", "每次经费")
    tables = tables.replace("per_head", "per_visit").replace(
        '"每次经费" },', '"每次经费" },\n  { at = "A12", text = "改版日期" },'
    )
    tables = tables.rstrip().removesuffix("]") + '  { first = "B12", lines = ["revised"], kind = "date" },\n]\n'
    relations = "".join(RELATION.format(id=name, expect=text) for name, text in EXPRESSIONS.items())
    write_definition(folder, "kinds", FORM, tables, relations)
    (folder / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n", "utf-8")
    options = ("--year", 2024, "--form", "kinds", "--forms", folder / "forms", "--roster", folder / "roster.csv")
    assert run("template", *options, "-o", folder / "issued")[0] == 0
    (path,) = (folder / "issued").glob("1 *.xlsx")
    return path


def findings(template: Path, folder: Path, changed: Mapping[str, Any]) -> list[str]:
    """Check the form filled in rightly but for some cells; return what is asked, without title, basis and advice."""
    book = openpyxl.load_workbook(template)
    for address, value in {**RIGHT, **changed}.items():
        book["网站"][address] = value
    book.save(folder / "filled.xlsx")
    (item,) = answer("check", folder / "filled.xlsx", "--forms", template.parent.parent / "forms")["submissions"]
    return [each["message"].partition("依据：")[0] for each in item["findings"] if each["severity"] == "explain"]


def test_conditions__all_hold__nothing_is_asked(template: Path, tmp_path: Path) -> None:
    assert findings(template, tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"B10": "否"},
            "网站不符合“规则EITHER”：应当“是否有新媒体”（B10，现为“否”）为“是”，或者“在岗人数”（B13，现为 10）等于 0。",
        ),
        ({"B4": 5}, "网站不符合“规则BOTH”：应当“访问量”（B4，现为 5）不小于 10。"),
        (
            {"B4": 5},
            "网站不符合“规则NESTED”：应当“是否有新媒体”（B10，现为“是”）为“否”，"
            "或者（“在岗人数”（B13，现为 10）不小于 1，并且“访问量”（B4，现为 5）不小于 10）。",
        ),
        ({"B8": 61}, "网站不符合“规则CHAIN”：应当“平均办理时间”（B8，现为 61 天）不大于 60。"),
        (
            {"B9": "政府门户网站", "B7": 49},
            "网站不符合“规则CASE”：应当在“网站类型”（B9，现为“政府门户网站”）为“政府门户网站”时，"
            "“满意率（%）”（B7，现为 49）不小于 50。",
        ),
        (
            {"B7": 29},
            "网站不符合“规则CASE”：应当在“网站类型”（B9，现为“部门网站”）不为“政府门户网站”时，"
            "“满意率（%）”（B7，现为 29）不小于 30。",
        ),
        (
            {"B13": 0},
            "网站不符合“规则NOT”：应当“是否有新媒体”（B10，现为“是”）不为“是”，或者“在岗人数”（B13，现为 0）不等于 0。",
        ),
        (
            {"B11": date(2009, 1, 1)},
            "网站：“开通日期”（B11）“2009-01-01”，应不早于“2010-06-01”，不符合“规则AFTER”。",
        ),
        (
            {"B15": date(2013, 1, 1)},
            "网站：“开通日期”（B11）“2012-03-01”，应为“改版日期”（B15）“2013-01-01”，不符合“规则SINCE”。",
        ),
        ({"B9": "专项网站"}, "网站：“网站类型”（B9）“专项网站”，应为“部门网站”，不符合“规则TYPE”。"),
        (
            {"B15": date(2050, 1, 1)},
            "网站：“改版日期”（B15）“2050-01-01” - “开通日期”（B11）“2012-03-01” = 13820 天，应不大于 10000，"
            "不符合“规则SPAN”。",
        ),
        (
            {"B14": 50},
            "网站：“每次经费”（B14）50 次，100 × （“经费（万元）”（B6）50 万元 + “比上年增减”（B5）-5） ÷ "
            "“访问量”（B4）1000 = 4.5，相差 45.5，不符合“规则QUOTIENT”。",
        ),
        (
            {"B13": 5000},
            "网站：“在岗人数”（B13）5000，“访问量”（B4）1000、“比上年增减”（B5）-5 的绝对值 中最大的 = 1000，"
            "相差 4000，不符合“规则LARGEST”。",
        ),
        ({"B8": 71}, "网站：“平均办理时间”（B8）71 天 - 10 = 61 天，应不大于 60，不符合“规则SHIFTED”。"),
        ({"B8": 101}, "网站：“平均办理时间”（B8）101 天 - 100 = 1 天，应不大于 0，不符合“规则NONE_LEFT”。"),
        ({"B4": 9500}, "网站：“访问量”（B4）9500，应不大于 9000，不符合“规则FEW”。"),
        (
            {"B4": 9500},
            "网站：“访问量”（B4）9500、“在岗人数”（B13）10 中最大的 - "
            "“访问量”（B4）9500、“在岗人数”（B13）10 中最小的 = 9490，应不大于 6000，不符合“规则SPREAD”。",
        ),
        (
            {"B13": 6000, "B10": "否"},
            "网站不符合“规则WHEN”：应当在“在岗人数”（B13，现为 6000）不小于 6000 时，"
            "“是否有新媒体”（B10，现为“否”）为“是”。",
        ),
    ],
)
def test_condition__does_not_hold__told_in_words_of_the_form(
    template: Path, tmp_path: Path, changed: Mapping[str, Any], said: str
) -> None:
    assert said in findings(template, tmp_path, changed)
