"""Forms the program has never seen, as data alone: another form of another shape, and the next edition of ours.

Every command of the chain is run on them. Where one needed Python, the design of definitions would be wrong.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.filled import write_once
from tests.official_report.test_publish import answer, run
from xltool.forms.load_definitions import find_form_for_year, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Number
from xltool.package_data import find_data_folder
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

ROOT = Path(__file__).resolve().parents[2]
AGENCIES = {"1": "甲镇人民政府", "2": "乙镇人民政府"}

PLATFORMS = """
[[sections]]
id = "platforms"
number = "五"
title = "政府信息公开平台建设情况"
sheet = "表五"
"""
PLATFORM_TABLE = """
[[tables]]
id = "platforms"
section = "platforms"
sheet = "表五"
title = "政府信息公开平台建设情况"
size = "C4"
labels = [
  { at = "A1", text = "平台" },
  { at = "B1", text = "数量" },
  { at = "C1", text = "本年投入" },
  { at = "A2", text = "政府网站" },
  { at = "A3", text = "政务新媒体" },
  { at = "A4", text = "合计" },
]

[[tables.blocks]]
first = "B2"
lines = ["websites", "new_media", "all"]
columns = ["count"]
unit = "个"

[[tables.blocks]]
first = "C2"
lines = ["websites", "new_media", "all"]
columns = ["cost"]
kind = "amount"
unit = "万元"
decimals = 2

"""
PLATFORM_SUM = """
[[relations]]
id = "T5-SUM"
title = "合计等于政府网站与政务新媒体之和"
severity = "must_fix"
basis = "表五“合计”行的含义"
advice = "请恢复合计公式。"
expect = "platforms.all == platforms.websites + platforms.new_media"
computes = true

[[relations]]
id = "T5-COST"
title = "没有政府网站的，没有政府网站的投入"
severity = "must_fix"
basis = "表五各栏的含义"
advice = "请核对。"
when = "platforms.websites.count == 0"
expect = "platforms.websites.cost == 0"
"""


def next_edition(folder: Path) -> None:
    """The annual report as it may be issued next: a table and a rule more, a row and a column renamed, a line gone."""
    made = folder / "zfxxgk-annual-report" / "2031"
    shutil.copytree(find_data_folder("templates") / "zfxxgk-annual-report" / "2021", made)
    problems, disputes = '[[sections]]\nid = "problems"', '[[tables]]\nid = "disputes"'
    changes = {
        "form.toml": {
            'edition = "2021"': 'edition = "2031"',
            "first_year = 2021": "first_year = 2031",
            'number = "六"': 'number = "七"',
            'number = "五"': 'number = "六"',
            problems: PLATFORMS.lstrip() + "\n" + problems,
        },
        "tables.toml": {
            disputes: PLATFORM_TABLE + disputes,
            "2.重复申请": "2.同一申请人重复申请",
            "本年废止件数": "本年废止或失效件数",
        },
        "relations.toml": {"[[standards]]": PLATFORM_SUM + "\n[[standards]]"},
    }
    for name, edits in changes.items():
        text = (made / name).read_text("utf-8")
        for old, new in edits.items():
            assert old in text, old
            text = text.replace(old, new, 1)
        (made / name).write_text(text, "utf-8")


def another_form(folder: Path) -> None:
    """The form of docs/en/forms.md: lines without columns, figures that may be negative, no claims, year last."""
    made = folder / "website-report" / "2024"
    made.mkdir(parents=True)
    page = (ROOT / "docs" / "en" / "forms.md").read_text("utf-8")
    blocks = re.findall(r"^## (\S+\.toml)$.*?^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for name, block in blocks:
        (made / name).write_text(block, "utf-8")


WEBSITES: dict[str, Number] = {
    "basics.topics": 5,
    "basics.new_topics": 2,
    "basics.cost": Decimal("12.5"),
    "visits.columns.articles": 11,
    "visits.data.articles": 31,
    "visits.data.change": -4,
}
ANNUAL: dict[str, Number] = {
    "requests.received.natural_person": 9,
    "requests.granted.natural_person": 8,
    "requests.carried_out.natural_person": 1,
    "platforms.websites.count": 2,
    "platforms.websites.cost": Decimal("3.25"),
}


class Case(NamedTuple):
    """A form, a year of it, figures that are right, and a change that breaks one of its rules."""

    make: Callable[[Path], None]
    form: str
    year: int
    figures: Mapping[str, Number]
    broken: tuple[str, Number, str]
    traced: str


CASES = (
    Case(another_form, "website-report", 2025, WEBSITES, ("basics.new_topics", 9, "W-TOPIC"), "visits.all.articles"),
    Case(
        next_edition,
        "zfxxgk-annual-report",
        2031,
        ANNUAL,
        ("platforms.websites.count", 0, "T5-COST"),
        "platforms.all.cost",
    ),
)


def filled(case: Case, forms: Path, folder: Path, code: str, changed: Mapping[str, Number] | None = None) -> Path:
    form = find_form_for_year(load_forms([forms]), case.year, case.form)
    figures = {cell.id: 0 for cell in form.inputs} | dict(case.figures) | dict(changed or {})
    texts = {section.id: ["（一）主要做法", "说明。"] for section in form.sections if section.paragraphs}
    folder.mkdir(exist_ok=True)
    path = folder / f"{AGENCIES[code]}.xlsx"
    filling = FilledContents(figures, texts)
    write_once(
        plan_workbook(form), TemplateRequest(Agency(code, AGENCIES[code]), case.year, code, filling=filling), path
    )
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.form)
def test_definitions_alone__every_command_of_the_chain(case: Case, tmp_path: Path) -> None:
    forms, roster, returns = tmp_path / "forms", tmp_path / "roster.csv", tmp_path / "returns"
    case.make(forms)
    roster.write_text("单位代码,单位名称\n" + "".join(f"{each},{AGENCIES[each]}\n" for each in AGENCIES), "utf-8")
    with_forms, with_roster = ("--forms", forms), ("--forms", forms, "--roster", roster)

    assert run("forms", "check", forms)[0] == 0
    assert run("forms", "prove", case.form, *with_forms)[0] == 0
    issued = run("template", "--year", case.year, "--form", case.form, *with_roster, "-o", tmp_path / "issued")
    assert (issued[0], len(list((tmp_path / "issued").glob("[12] *.xlsx")))) == (0, 2)

    right = [filled(case, forms, returns, code) for code in AGENCIES]
    assert run("check", returns, *with_roster)[0] == 0
    cell, value, rule = case.broken
    wrong = filled(case, forms, tmp_path / "wrong", "1", {cell: value})
    (found,) = answer("check", wrong, *with_roster)["submissions"]
    assert [each["code"] for each in found["findings"] if each["severity"] == "must_fix"] == [rule]

    summary = tmp_path / "summary.xlsx"
    merged = run("merge", returns, *with_roster, "-o", summary, "--html", tmp_path / "summary.html")
    assert (merged[0], merged[2]) == (0, "")
    (traced,) = answer("trace", summary, case.traced, *with_forms)["figures"]
    assert (traced["agrees"], len(traced["contributors"])) == (True, 2)

    for kind in ("docx", "html"):
        report = tmp_path / f"report.{kind}"
        assert run("publish", right[0], "-o", report, *with_forms)[0] == 0
        assert run("compare", right[0], report, *with_forms)[0] == 0
        assert run("compare", summary, report, *with_forms)[0] == 0
    assert run("import", tmp_path / "report.html", *with_roster, "-o", tmp_path / "imported")[0] == 0
    (again,) = (path for path in (tmp_path / "imported").glob("1 *.xlsx"))
    assert run("compare", right[0], again, *with_forms)[0] == 0
    assert run("publish", right[0], "--draft", *with_forms)[0] == 0


def test_next_edition__said_in_words(tmp_path: Path) -> None:
    next_edition(tmp_path)
    code, out, _ = run("forms", "diff", "zfxxgk-annual-report", "2021", "2031", "--forms", tmp_path)
    assert (code, out.splitlines()) == (
        0,
        [
            "zfxxgk-annual-report 2021 与 zfxxgk-annual-report 2031 相比：203 个指标含义相同，可以跨年比较。",
            "新增的指标 6 个：",
            "  整张表：政府信息公开平台建设情况（6 个指标）",
            "含义相同、写法不同的指标 9 个：",
            "  规章：本年废止件数 → 规章：本年废止或失效件数",
            "  行政规范性文件：本年废止件数 → 行政规范性文件：本年废止或失效件数",
            "  （五）不予处理2.重复申请 → （五）不予处理2.同一申请人重复申请",
            "五、存在的主要问题及改进情况 → 六、存在的主要问题及改进情况",
            "六、其他需要报告的事项 → 七、其他需要报告的事项",
            "新增：五、政府信息公开平台建设情况",
            "新增：合计等于政府网站与政务新媒体之和",
            "新增：没有政府网站的，没有政府网站的投入",
        ],
    )


def test_next_edition__beside_last_years_report__what_means_the_same_is_compared(tmp_path: Path) -> None:
    next_edition(tmp_path / "forms")
    case = CASES[1]
    later = filled(case, tmp_path / "forms", tmp_path / "later", "1")
    earlier = filled(
        case._replace(year=2030, figures={cell: value for cell, value in ANNUAL.items() if "platforms" not in cell}),
        tmp_path / "forms",
        tmp_path / "earlier",
        "1",
    )
    found = answer("compare", earlier, later, "--forms", tmp_path / "forms")
    assert (found["compared"], len(found["only_right"])) == (203, 6)
