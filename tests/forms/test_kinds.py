"""A form with every kind of cell, through the whole chain, filled in as people type."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE

FORM = form_toml(
    "kinds",
    "网站年报",
    '[{ id = "site", number = "一", title = "网站情况", sheet = "网站" }]',
    report_title="{agency}{year}年度网站年报",
    opening="现公布{agency}{year}年度网站情况。",
    official_title="网站年报（20__年度）",
)
TABLES = """
[[tables]]
id = "site"
section = "site"
sheet = "网站"
title = "网站情况"
size = "B11"
widths = [50, 30]
labels = [
  { at = "A1", text = "访问量" },
  { at = "A2", text = "比上年增减" },
  { at = "A3", text = "经费（万元）" },
  { at = "A4", text = "满意率（%）" },
  { at = "A5", text = "平均办理时间" },
  { at = "A6", text = "网站类型" },
  { at = "A7", text = "是否有新媒体" },
  { at = "A8", text = "开通日期" },
  { at = "A9", text = "网站名称" },
  { at = "A10", text = "在岗人数" },
  { at = "A11", text = "人均访问量" },
]
blocks = [
  { first = "B1", lines = ["visits"], unit = "次" },
  { first = "B2", lines = ["change"], kind = "signed_count", unit = "次" },
  { first = "B3", lines = ["cost"], kind = "amount", decimals = 2, unit = "万元" },
  { first = "B4", lines = ["rate"], kind = "percent", total = "weighted_mean", weight = "site.visits" },
  { first = "B5", lines = ["days"], kind = "decimal", unit = "天", total = "mean" },
  { first = "B6", lines = ["type"], kind = "choice", choices = ["政府门户网站", "部门网站", "专项网站"] },
  { first = "B7", lines = ["media"], kind = "yes_no" },
  { first = "B8", lines = ["opened"], kind = "date" },
  { first = "B9", lines = ["name"], kind = "text", length = 20 },
  { first = "B10", lines = ["staff"], unit = "人" },
  { first = "B11", lines = ["per_head"], kind = "decimal", decimals = 1, unit = "次" },
]
"""
RELATIONS = """
[[relations]]
id = "PER"
title = "人均访问量"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "site.per_head == ratio(site.visits, site.staff)"
computes = true

[[relations]]
id = "MEDIA"
title = "有新媒体的，满意率不低于50.5%"
severity = "must_fix"
basis = "含义"
advice = "请核对。"
when = "site.media == '是'"
expect = "site.rate >= 50.5"

[[relations]]
id = "LARGE"
title = "部门网站和专项网站访问量不超过5000，或者开通在2010年以后"
severity = "explain"
basis = "含义"
advice = "请核对。"
when = "site.type == '部门网站' or site.type == '专项网站'"
expect = "site.visits <= 5000 or site.opened >= '2010-01-01'"

[[relations]]
id = "DAYS"
title = "平均办理时间在0到60天之间"
severity = "explain"
basis = "含义"
advice = "请核对。"
expect = "0 <= site.days <= 60"

[[relations]]
id = "COST"
title = "每次访问的经费约1.5元"
severity = "note"
basis = "含义"
advice = "请核对。"
expect = "ratio(10000 * site.cost, site.visits) == 1.5"
tolerance = 0.5
"""
by_formula: Callable[..., Any] = FormulaRule  # openpyxl has no types for it
AGENCIES = {"1": "甲局", "2": "乙局", "3": "丙局"}
FIRST_ROW = 4
CELLS = ("visits", "change", "cost", "rate", "days", "type", "media", "opened", "name", "staff")
TYPED: dict[str, tuple[Any, ...]] = {
    "1": (1000, -5, 0.15, 96.77, 2.5, "部门网站", "是", date(2012, 3, 1), "甲局网", 10),
    "2": (3000, 7, 0.4, (0.5, "0.00%"), 4, "专项网站", "否", "2015年6月1日", "乙局网", 0),
    "3": (2000, 7, 0.3, "88.5%", 3.25, " 部门网站", "√", date(2001, 1, 1), "丙局网", 7),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the form, the roster and a template for each agency in ``issued``."""
    forms = write_definition(tmp_path, "kinds", FORM, TABLES, RELATIONS)
    monkeypatch.setenv(FORMS_VARIABLE, str(forms))
    rows = "".join(f"{code},{name}\n" for code, name in AGENCIES.items())
    (tmp_path / "roster.csv").write_text(f"单位代码,单位名称\n{rows}", "utf-8")
    options = ("--year", 2024, "--form", "kinds", "--roster", tmp_path / "roster.csv", "-o", tmp_path / "issued")
    assert run("template", *options)[0] == 0
    return tmp_path


def fill(folder: Path, code: str, changed: Mapping[str, Any] | None = None) -> Path:
    """Type figures into the template of an agency; a pair is a figure and its number format."""
    (template,) = (folder / "issued").glob(f"{code} *.xlsx")
    book = openpyxl.load_workbook(template)
    sheet = book["网站"]
    for row, (name, typed) in enumerate(zip(CELLS, TYPED[code], strict=True), start=FIRST_ROW):
        value = (changed or {}).get(name, typed)
        cell = sheet.cell(row, 2)
        if isinstance(value, tuple):
            cell.value, cell.number_format = value
        else:
            cell.value = value
    (folder / "returns").mkdir(exist_ok=True)
    path = folder / "returns" / template.name
    book.save(path)
    return path


def checked(path: Path) -> tuple[dict[str, object], list[str]]:
    (item,) = answer("check", path)["submissions"]
    return item["values"], [each["message"] for each in item["findings"] if each["severity"] != "note"]


def test_every_kind__as_people_type_it__has_one_meaning(folder: Path) -> None:
    values = {code: checked(fill(folder, code)) for code in AGENCIES}
    assert [found for _, found in values.values()] == [[], [], []]
    assert values["1"][0] == {
        "site.visits": 1000,
        "site.change": -5,
        "site.cost": "0.15",
        "site.rate": "96.77",
        "site.days": "2.5",
        "site.type": "部门网站",
        "site.media": "是",
        "site.opened": "2012-03-01",
        "site.name": "甲局网",
        "site.staff": 10,
        "site.per_head": "100.0",
    }
    second, third = values["2"][0], values["3"][0]
    assert [second[f"site.{name}"] for name in ("rate", "opened", "media", "per_head")] == [
        "50",
        "2015-06-01",
        "否",
        None,
    ]
    assert [third[f"site.{name}"] for name in ("rate", "type", "media", "per_head")] == [
        "88.5",
        "部门网站",
        "是",
        "285.7",
    ]


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("rate", "9677%", "请核对后改填百分号前的数字"),
        ("opened", True, "请改填日期，如 2025-03-01"),
        ("days", "很快", "请只填数字（单位天）"),
        ("visits", "很多", "请只填 0 或正整数；"),
    ],
)
def test_what_is_asked_instead__stands_behind_a_word_without_a_space(
    folder: Path, cell: str, typed: object, said: str
) -> None:
    (message,) = checked(fill(folder, "1", {cell: typed}))[1]
    assert said in message


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("rate", "9677%", "网站!B7“满意率（%）”填的是“9677%”，超出了这一格的范围"),
        ("rate", (96.77, "0.00%"), "网站!B7“满意率（%）”填的是“96.77”，超出了这一格的范围"),
        ("days", -1, "网站!B8“平均办理时间”填的是“-1”，超出了这一格的范围"),
        ("days", 2.555, "网站!B8“平均办理时间”填的是“2.555”，小数超过 2 位"),
        ("type", "门户网站", "网站!B9“网站类型”填的是“门户网站”，不在选项之内"),
        ("media", "不清楚", "网站!B10“是否有新媒体”填的是“不清楚”，不在选项之内"),
        ("opened", "3月1日", "网站!B11“开通日期”填的是“3月1日”，不是能认出的日期"),
        ("opened", (45717, "General"), "网站!B11“开通日期”填的是“45717”，不是能认出的日期"),
        ("opened", "2025-02-30", "网站!B11“开通日期”填的是“2025-02-30”，不是能认出的日期"),
        (
            "rate",
            0.9677,
            "网站!B7“满意率（%）”填的是“0.9677”，小数超过 2 位，没有计入。这一格填百分号前的数，是不是 96.77？",
        ),
        (
            "name",
            "很长的名称" * 5,
            "网站!B12“网站名称”的文字有 25 个字，太长，没有计入："
            "“很长的名称很长的名称很长的名称很长的名称很长的名称”。",
        ),
        (
            "name",
            "很长的\n名称" * 50,
            "网站!B12“网站名称”的文字有 300 个字，太长，没有计入："
            "“很长的 名称很长的 名称很长的 名称很长的 名称很长的 名称…”。",
        ),
        ("name", None, "网站有 1 个单元格没有填：B12。"),
    ],
)
def test_what_a_cell_cannot_hold__one_clear_answer(folder: Path, cell: str, typed: object, said: str) -> None:
    _, (message,) = checked(fill(folder, "1", {cell: typed}))
    assert message.startswith(said)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (0.97, "网站的 B7“满意率（%）”填的是不大于 1 的数（如 0.97），按 0.97% 计入。这里填百分号前的数，疑为 97。"),
        (1, "网站的 B7“满意率（%）”填的是不大于 1 的数（如 1），按 1% 计入。这里填百分号前的数，疑为 100。"),
        ("0.97%", ""),
        ((0.0097, "0.00%"), ""),
        (0, ""),
        (1.01, ""),
        *((word, "") for word in ("nan", "sNaN", "inf", "-inf", "1e999", "1e-999", "0.1e999999")),
    ],
)
def test_share_in_a_cell_of_percentages__is_asked_about(folder: Path, typed: object, asked: str) -> None:
    (item,) = answer("check", fill(folder, "1", {"rate": typed, "media": "否"}))["submissions"]
    assert "file.unexpected" not in {each["code"] for each in item["findings"]}
    told = [each for each in item["findings"] if each["code"] == "percent.as_share"]
    assert [(each["severity"], each["message"].startswith(asked)) for each in told] == [("note", True)] * bool(asked)


def test_overwritten_quotient__is_no_sum(folder: Path) -> None:
    path = fill(folder, "1")
    book = openpyxl.load_workbook(path)
    book["网站"].cell(FIRST_ROW + len(CELLS), 2).value = 7
    book.save(path)
    _, (message,) = checked(path)
    assert message.startswith(
        "网站!B14“人均访问量”直接填了 7 次（公式已被覆盖），按 B4、B13 计算，应为 100 次，相差 93 次。"
    )


def test_does_not_apply__is_no_blank_and_no_figure(folder: Path) -> None:
    path = fill(folder, "1", {"rate": "不适用", "type": "/", "opened": "—", "name": "不适用"})
    (item,) = answer("check", path)["submissions"]
    names = ("site.rate", "site.type", "site.opened", "site.name")
    assert {name: item["states"][name] for name in names} == dict.fromkeys(names, "not_applicable")
    assert all(each["severity"] == "note" for each in item["findings"])


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"rate": 50.4}, ["MEDIA"]),
        ({"rate": 50.4, "media": "否"}, []),
        ({"visits": 6000, "opened": date(2009, 12, 31), "cost": 0.9}, ["LARGE"]),
        ({"visits": 6000, "opened": date(2010, 1, 1), "cost": 0.9}, []),
        ({"visits": 6000, "opened": date(2009, 12, 31), "cost": 0.9, "type": "政府门户网站"}, []),
        ({"days": 60.01}, ["DAYS"]),
        ({"cost": 0.21}, ["COST"]),
        ({"cost": 0.2}, []),
    ],
)
def test_relations__over_words_days_and_ratios(folder: Path, changed: Mapping[str, object], rules: list[str]) -> None:
    (item,) = answer("check", fill(folder, "1", changed))["submissions"]
    assert [each["code"] for each in item["findings"]] == rules


def test_sums__each_cell_adds_up_as_its_form_says__one_level_up_as_well(folder: Path) -> None:
    files = [fill(folder, code) for code in AGENCIES]
    roster = ("--roster", folder / "roster.csv")
    whole = answer("merge", *files, *roster, "-o", folder / "whole.xlsx")
    expected = {
        "site.visits": 6000,
        "site.change": 9,
        "site.cost": "0.85",
        "site.rate": "70.63",  # (1000 × 96.77 + 3000 × 50 + 2000 × 88.5) ÷ 6000
        "site.days": "3.25",
        "site.type": {"政府门户网站": 0, "部门网站": 2, "专项网站": 1},
        "site.media": {"是": 2, "否": 1},
        "site.opened": None,
        "site.name": None,
        "site.staff": 17,
        "site.per_head": "352.9",
    }
    assert (whole["totals"], whole["complete"], whole["findings"]) == (expected, True, [])
    part = answer("merge", *files[:2], "--area", "片区", "-o", folder / "part.xlsx")
    assert part["totals"]["site.rate"] == "61.69"
    again = answer("merge", folder / "part.xlsx", files[2], "--area", "全县", "-o", folder / "again.xlsx")
    assert again["totals"] == expected
    shown = openpyxl.load_workbook(folder / "whole.xlsx", data_only=True)["网站"]
    assert [shown.cell(row, 2).value for row in (7, 8, 9, 10, 14)] == [
        70.63,
        3.25,
        "部门网站 2、专项网站 1",
        "是 2、否 1",
        352.9,
    ]


def test_published_report__with_words__is_read_back_in_full(folder: Path) -> None:
    returned = fill(folder, "1")
    for kind in ("docx", "html"):
        report = folder / f"report.{kind}"
        assert run("publish", returned, "-o", report)[0] == 0
        found = answer("compare", returned, report)
        assert (found["same"], found["compared"], found["unread"]) == (True, 11, [])
    roster = ("--roster", folder / "roster.csv")
    assert run("import", folder / "report.docx", *roster, "-o", folder / "imported")[0] == 0
    (imported,) = (folder / "imported").glob("1 *.xlsx")
    assert answer("compare", returned, imported)["same"] is True


def test_exports__words_have_a_column_of_their_own(folder: Path) -> None:
    path = fill(folder, "1")
    assert run("merge", path, "-o", folder / "s.xlsx", "--export", folder / "tables")[0] in (0, 1)
    lines = (folder / "tables" / "figures.csv").read_text("utf-8-sig").splitlines()
    rows = {row[6]: (row[12], row[-1]) for row in (line.split(",") for line in lines)}
    assert rows["id"] == ("value", "text")
    assert rows["site.type"] == ("", "部门网站")
    assert rows["site.opened"] == ("", "2012-03-01")
    assert rows["site.rate"] == ("96.77", "")


@pytest.mark.parametrize("typed", [2024, "7" * 5000])
def test_number_where_a_day_is_asked__is_quoted_as_typed(folder: Path, typed: int | str) -> None:
    path = fill(folder, "1", {"opened": (typed, "General")})
    told = run("check", path)[1]
    assert str(typed)[:20] in told
    assert "1905" not in told


@pytest.mark.parametrize(("condition", "counted"), [("TRUE", False), ("FALSE", True)])
def test_word_that_a_conditional_format_hides__is_told(folder: Path, condition: str, *, counted: bool) -> None:
    path = fill(folder, "1")
    book = openpyxl.load_workbook(path)
    white = by_formula(formula=[condition], font=Font(color="FFFFFFFF"))
    book["网站"].conditional_formatting.add("B9", white)  # the choice
    book.save(path)
    _, messages = checked(path)
    assert (messages == []) is counted
    assert all("B9" in message for message in messages)


def test_prompts_of_the_next_template__say_the_figures_before_as_people_read_them(folder: Path) -> None:
    path = fill(folder, "1")
    options = ("--year", 2025, "--form", "kinds", "--roster", folder / "roster.csv", "--previous", path)
    code, said, _ = run("template", *options, "-o", folder / "next")
    assert (code, "，已预填" in said, "个有，写在各格的提示里。" in said) == (0, False, True)
    (template,) = (folder / "next").glob("1 *.xlsx")
    validations = openpyxl.load_workbook(template)["网站"].data_validations.dataValidation
    prompts = {str(rule.sqref): rule.prompt.splitlines()[-1] for rule in validations if "上年" in (rule.prompt or "")}
    assert prompts == {
        "B4": "上年：1000。",
        "B5": "上年：-5。",
        "B6": "上年：0.15。",
        "B7": "上年：96.77%。",
        "B8": "上年：2.5。",
        "B9": "上年：部门网站。",
        "B10": "上年：是。",
        "B11": "上年：2012-03-01。",
        "B13": "上年：10。",
    }
