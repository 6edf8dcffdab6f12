"""A monthly form with current and cumulative figures: templates, checks against earlier months, sums, publication."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE
from xltool.forms.period_words import name_period, parse_period_words
from xltool.model.period import Period, calendar_year, parse_period

FORM = form_toml(
    "statistics",
    "情况统计表",
    '[{ id = "statistics", number = "一", title = "统计表", sheet = "统计表" }]',
    report_title="{agency}{period}情况统计表",
    opening="{agency}{period}情况如下。",
    period="month",
)
TABLES = """
[[tables]]
id = "statistics"
section = "statistics"
sheet = "统计表"
title = "统计表"
size = "E4"
widths = [40, 10, 8, 14, 14]
asides = ["B", "C"]
labels = [
  { at = "A1", text = "指标名称" }, { at = "B1", text = "计量单位" }, { at = "C1", text = "代码" },
  { at = "D1", text = "本期实际" }, { at = "E1", text = "本年累计" },
  { at = "A2", text = "申请总数" }, { at = "B2", text = "条" }, { at = "C2", text = "10" },
  { at = "A3", text = "当面申请数" }, { at = "B3", text = "条" }, { at = "C3", text = "11" },
  { at = "A4", text = "网上申请数" }, { at = "B4", text = "条" }, { at = "C4", text = "14" },
]
blocks = [
  { first = "D2", lines = ["requests", "in_person", "online"], columns = ["current", "cumulative"], unit = "条" },
]
"""
RELATIONS = """
[[relations]]
id = "SUM"
title = "申请总数等于当面与网上之和"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "statistics.requests == statistics.in_person + statistics.online"
computes = true

[[relations]]
id = "CUM"
title = "本年累计等于上期累计加本期"
severity = "must_fix"
basis = "含义"
advice = "请核对。"
expect = "statistics.each.cumulative == previous(statistics.each.cumulative) + statistics.each.current"
within_year = true

[[relations]]
id = "JUMP"
title = "本期不超过上年同期的三倍"
severity = "explain"
basis = "含义"
advice = "请核对。"
expect = "statistics.requests.current <= 3 * same_period_last_year(statistics.requests.current)"
"""


def test_periods__are_ordered__and_know_the_one_before() -> None:
    assert [str(parse_period(text) - 1) for text in ("2025-02", "2025-01", "2025-Q1", "2025-H2")] == [
        "2025-01",
        "2024-12",
        "2024-Q4",
        "2025-H1",
    ]
    assert parse_period("2025-01") > parse_period("2024-12")
    assert (parse_period("2025"), calendar_year(parse_period("2025-Q4"))) == (2025, 2025)
    march = parse_period("2025-03")
    assert isinstance(march, Period)
    assert (str(march.year_before), march.is_first, f"{march}") == ("2024-03", False, "2025-03")
    for text in ("2025-13", "2025-Q5", "2025-H3", "25-01", "2025-1"):
        with pytest.raises(ValueError, match=text):
            parse_period(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [("2025", "2025年"), ("2025-09", "2025年9月"), ("2025-Q3", "2025年第三季度"), ("2025-H1", "2025年上半年")],
)
def test_periods__in_words__and_back(text: str, words: str) -> None:
    assert name_period(parse_period(text)) == words
    assert parse_period_words(words) == text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    forms = write_definition(tmp_path, "statistics", FORM, TABLES, RELATIONS)
    monkeypatch.setenv(FORMS_VARIABLE, str(forms))
    (tmp_path / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n2,乙局\n", "utf-8")
    return tmp_path


def fill(folder: Path, period: str, figures: tuple[int, int, int, int], *earlier: Path) -> list[Path]:
    """Hand out templates for a period and fill in 本期 and 本年累计 of both inputs."""
    options = [word for file in earlier for word in ("--previous", file)]
    issued, returns = folder / f"issued {period}", folder / f"returns {period}"
    code, _, problem = run("template", "--period", period, "--roster", folder / "roster.csv", *options, "-o", issued)
    assert (code, problem) == (0, "")
    returns.mkdir()
    for template in sorted(issued.glob("[12] *.xlsx")):
        book = openpyxl.load_workbook(template)
        for address, figure in zip(("D6", "E6", "D7", "E7"), figures, strict=True):
            book["统计表"][address] = figure
        book.save(returns / template.name)
    return sorted(returns.iterdir())


def merged(folder: Path, period: str) -> Path:
    summary = folder / f"{period}.xlsx"
    answered = answer("merge", folder / f"returns {period}", "--roster", folder / "roster.csv", "-o", summary)
    assert (answered["year"], answered["complete"]) == (period, True)
    return summary


def test_months__templates_sums_and_carry_over(folder: Path) -> None:
    first, _ = fill(folder, "2025-01", (3, 3, 4, 4))
    assert first.name == "1 甲局 2025年1月情况统计表.xlsx"
    book = openpyxl.load_workbook(first)
    assert (book["统计表"]["A1"].value, book["填报说明"]["B4"].value) == ("甲局2025年1月情况统计表", "2025-01")
    january = merged(folder, "2025-01")
    second, _ = fill(folder, "2025-02", (5, 8, 4, 9), january)
    (item,) = answer("check", second, "--previous", january)["submissions"]
    assert item["year"] == "2025-02"
    assert [each["message"] for each in item["findings"]] == [
        "统计表“网上申请数”：“本年累计”（E7）9，上期“本年累计”4 + “本期实际”（D7）4 = 8，相差 1 条，"
        "不符合“本年累计等于上期累计加本期”。依据：含义。请核对。"
    ]


def test_first_period__starts_from_nothing(folder: Path) -> None:
    wrong, _ = fill(folder, "2025-01", (3, 3, 4, 5))
    (item,) = answer("check", wrong)["submissions"]
    assert [each["code"] for each in item["findings"]] == ["CUM"]


def test_same_period_of_last_year__is_told_as_such(folder: Path) -> None:
    fill(folder, "2024-02", (1, 2, 1, 2))
    fill(folder, "2025-01", (4, 4, 4, 4))
    last_year, january = merged(folder, "2024-02"), merged(folder, "2025-01")
    now, _ = fill(folder, "2025-02", (4, 8, 4, 8), last_year, january)
    (item,) = answer("check", now, "--previous", last_year, "--previous", january)["submissions"]
    (finding,) = item["findings"]
    assert (finding["code"], finding["severity"]) == ("JUMP", "explain")
    assert "上年同期“申请总数”2" in finding["message"]


def test_same_period_of_last_year_alone__is_used__and_what_is_missing_is_said(folder: Path) -> None:
    fill(folder, "2024-02", (1, 2, 1, 2))
    last_year = merged(folder, "2024-02")
    now, _ = fill(folder, "2025-02", (4, 8, 4, 8))
    _, said, problem = run("check", now, "--previous", last_year)
    assert problem == ""
    assert "上年同期“申请总数”2" in said
    assert "上年同期数字（2024年2月）：1 个单位中 1 个有，已用来核对。" in said
    assert "没有给出上期（2025年1月）的数字，与上期有关的关系没有核对。" in said
    answered = answer("check", folder / "returns 2025-02", "--previous", last_year, "--roster", folder / "roster.csv")
    assert answered["previous"] == {"year": "2024-02", "used": ["1", "2"], "without": [], "missing": "2025-01"}


def test_other_period_of_last_year__is_refused_as_before(folder: Path) -> None:
    fill(folder, "2024-03", (1, 2, 1, 2))
    now, _ = fill(folder, "2025-02", (4, 8, 4, 8))
    words = ("check", now, "--previous", merged(folder, "2024-03"), "--roster", folder / "roster.csv")
    code, _, problem = run(*words)
    assert code == 2
    assert "没有用得上的数字" in problem


def test_return_of_another_period__is_not_summed(folder: Path) -> None:
    fill(folder, "2025-01", (3, 3, 4, 4))
    fill(folder, "2025-02", (5, 8, 4, 8))
    paths = (folder / "returns 2025-01", folder / "returns 2025-02")
    answered = answer(
        "merge", *paths, "--period", "2025-02", "--roster", folder / "roster.csv", "-o", folder / "s.xlsx"
    )
    assert (answered["accepted"], answered["foreign"]) == (2, 2)
    assert answered["totals"]["statistics.requests.cumulative"] == 32
    reason = next(item["reason"] for item in answered["files"] if item["status"] == "foreign")
    assert reason.startswith("报告期是 2025年1月，本次汇总的是 2025年2月。")


def test_published_month__is_read_back_with_its_period(folder: Path) -> None:
    returned, _ = fill(folder, "2025-09", (3, 30, 4, 40))
    for kind in ("docx", "html"):
        report = folder / f"report.{kind}"
        assert run("publish", returned, "-o", report)[0] == 0
        found = answer("compare", returned, report)
        assert (found["same"], found["right"]["year"], found["right"]["agency"]["name"]) == (True, "2025-09", "甲局")
    assert run("import", folder / "report.html", "--roster", folder / "roster.csv", "-o", folder / "imported")[0] == 0
    (imported,) = (folder / "imported").glob("1 *.xlsx")
    assert answer("compare", returned, imported)["same"] is True


@pytest.mark.parametrize(
    ("option", "said"), [("2025-13", "不是年度或期间"), ("2025", "“statistics”是月报，不能用于 2025")]
)
def test_period_that_is_none__or_of_another_length(folder: Path, option: str, said: str) -> None:
    words = ("template", "--period", option, "--form", "statistics", "--roster", folder / "roster.csv")
    code, _, problem = run(*words, "-o", folder / "issued")
    assert code == 2
    assert said in problem


def test_exports__have_a_column_for_the_period(folder: Path) -> None:
    fill(folder, "2025-02", (5, 8, 4, 8))
    words = ("--roster", folder / "roster.csv", "-o", folder / "s.xlsx", "--export", folder / "tables")
    run("merge", folder / "returns 2025-02", *words)
    lines = (folder / "tables" / "totals.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] + line.split(",")[-1] for line in lines[:2]] == ["yearperiod", "20252025-02"]
    assert Decimal(lines[1].split(",")[9]) == 18


# --- which period is collected: check and status -----------------------------------------------------------------


@pytest.fixture
def two_months(folder: Path) -> tuple[Path, Path]:
    """January of both agencies, February of the first."""
    fill(folder, "2025-01", (3, 3, 4, 4))
    _, second = fill(folder, "2025-02", (5, 8, 4, 8))
    second.unlink()
    return folder / "returns 2025-01", folder / "returns 2025-02"


def list_statuses(answered: Any) -> list[tuple[str, str]]:
    return [(item["year"], item["status"]) for item in answered["submissions"]]


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        ((), ["accepted", "accepted", "accepted"]),
        (("--period", "2025-01"), ["accepted", "accepted", "foreign"]),
        (("--period", "2025-02"), ["foreign", "foreign", "accepted"]),
        (("--period", "2025-03"), ["foreign", "foreign", "foreign"]),
        (("--period", "2025"), ["foreign", "foreign", "foreign"]),
        (("--period", "2025-01", "--period", "2025-02"), ["foreign", "foreign", "accepted"]),  # the last one counts
    ],
)
def test_check__counts_the_period_that_is_asked_for(
    two_months: tuple[Path, Path], words: tuple[str, ...], statuses: list[str]
) -> None:
    answered = answer("check", *two_months, *words)
    periods = ["2025-01", "2025-01", "2025-02"]
    assert list_statuses(answered) == list(zip(periods, statuses, strict=True))
    codes = {each["code"] for item in answered["submissions"] for each in item["findings"]}
    assert codes == ({"merge.other_year"} if words else {"identity.minority_year"})


def test_check__whole_periods_side_by_side__are_told_once(folder: Path) -> None:
    months = [fill(folder, f"2025-{month:02d}", (1, month, 2, 2 * month)) for month in (1, 2)]
    answered = answer("check", *(path for paths in months for path in paths))
    assert [item["findings"] for item in answered["submissions"]] == [[]] * 4
    code, out, _ = run("check", *(path for paths in months for path in paths))
    assert code == 0
    assert "重报" not in out
    assert [line.partition("　")[2] for line in out.splitlines() if line.startswith("校验码")] == [
        "甲局 2025年1月",
        "乙局 2025年1月",
        "甲局 2025年2月",
        "乙局 2025年2月",
    ]


def test_check__many_check_codes__the_rest_is_counted_and_listed_when_asked(folder: Path) -> None:
    paths = [path for month in range(1, 12) for path in fill(folder, f"2025-{month:02d}", (1, month, 2, 2 * month))]
    out = run("check", *paths)[1]
    assert "另有 2 份的校验码没有列出，加 --verbose 全部列出。" in out
    assert "汇总工作簿" not in out
    assert run("check", *paths, "--verbose")[1].count("校验码 ") == 22


def test_check__without_the_period_before__says_once_what_was_not_checked(folder: Path) -> None:
    january, february = (fill(folder, f"2025-{month:02d}", (1, month, 2, 2 * month)) for month in (1, 2))
    unchecked = "没有给上期的报表，与上期衔接的 {} 条关系没有核对，如“{}”。要核对的，用 --previous 给出上期的报表。"
    told = unchecked.format(2, "本年累计等于上期累计加本期")
    assert run("check", *february)[1].count(told) == 1
    assert unchecked.format(1, "本期不超过上年同期的三倍") in run("check", *january)[1]  # 0 before the first month
    assert "没有核对" not in run("check", *february, "--previous", *january[:1], "--previous", january[1])[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--year", "2025"), "“statistics”是月报，不能用于 2025。请用 --period 写明是哪一期，例如 --period 2025-01。"),
        (("--period", "2025-Q1"), "“statistics”是月报，不能用于 2025-Q1。"),
        (("--period", "2010-01"), "没有适用于 2010-01"),
    ],
)
def test_template__of_another_length__says_which_periods_the_form_has(
    folder: Path, words: tuple[str, str], told: str
) -> None:
    options = ("--form", "statistics", "--roster", folder / "roster.csv", "-o", folder / "issued")
    code, _, problem = run("template", *words, *options)
    assert (code, problem.startswith(told)) == (2, True), problem


def test_tables__of_a_month__have_its_period(folder: Path) -> None:
    paths = fill(folder, "2025-02", (1, 2, 2, 4))
    exported = folder / "tables"
    assert run("merge", *paths, "-o", folder / "sum.xlsx", "--export", exported)[0] == 0
    for name in ("figures", "totals", "findings", "tracking"):
        head, *rows = (exported / f"{name}.csv").read_text("utf-8-sig").splitlines()
        assert head.endswith(",period"), name
        assert all(row.endswith(",2025-02") for row in rows)


def test_form_that_is_not_known__is_told_with_the_option_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = fill(folder, "2025-02", (1, 2, 2, 4))
    assert run("merge", *paths, "-o", folder / "sum.xlsx")[0] == 0
    monkeypatch.delenv(FORMS_VARIABLE)
    (folder / "elsewhere").mkdir()
    path = (folder / "sum.xlsx").rename(folder / "elsewhere" / "sum.xlsx")
    for words in (
        ("trace", path, "statistics.requests.current"),
        ("publish", path, "-o", folder / "a.docx"),
        ("forms", "prove", "statistics"),
    ):
        code, _, problem = run(*words)
        assert (code, "自己定义的报表，用 --forms 指定" in problem) == (2, True), problem


def test_check__several_periods_and_none_named__says_which_there_are(two_months: tuple[Path, Path]) -> None:
    code, out, _ = run("check", *two_months)
    assert code == 1
    assert "注意：这里有 2 期的报表：2025-01 2 份、2025-02 1 份。只收一期的，请加 --period；合成全年用 rollup。" in out


@pytest.mark.parametrize(
    ("words", "statuses", "code"),
    [
        ((), ["accepted", "accepted"], 0),  # the period of most returns
        (("--period", "2025-01"), ["accepted", "accepted"], 0),
        (("--period", "2025-02"), ["accepted", "foreign"], 1),
        (("--period", "2025-03"), ["foreign", "foreign"], 1),
    ],
)
def test_status__shows_the_period_that_is_asked_for(
    two_months: tuple[Path, Path], words: tuple[str, ...], statuses: list[str], code: int
) -> None:
    roster = two_months[0].parent / "roster.csv"
    answered = answer("status", *two_months, "--roster", roster, *words)
    assert [agency["status"] for agency in answered["agencies"]] == statuses
    assert run("status", *two_months, "--roster", roster, *words)[0] == code


@pytest.mark.parametrize("command", ["check", "status"])
@pytest.mark.parametrize("period", ["2025-13", "2025-Q5", "25-01", "九月"])
def test_period_that_is_none__is_refused_before_anything_is_read(folder: Path, command: str, period: str) -> None:
    code, out, problem = run(command, folder, "--roster", folder / "roster.csv", "--period", period)
    assert (code, out) == (2, "")
    assert f"“{period}”不是年度或期间" in problem
