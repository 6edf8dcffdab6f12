"""A year of periods against the annual form: sums by agency, missing periods, cumulative figures, differences."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.forms.test_periods import FORM, RELATIONS, TABLES
from tests.official_report.test_publish import answer, run
from tests.own_forms import form_toml, write_definition
from xltool.cli.options import FORMS_VARIABLE

AGENCIES = ("甲局", "乙局", "丙局")
ANNUAL_FORM = form_toml(
    "annual",
    "情况年报",
    '[{ id = "annual", number = "一", title = "年报表", sheet = "年报表" }]',
    report_title="{agency}{year}年情况年报",
    opening="{agency}{year}年情况如下。",
    more="""
[made_from]
form = "statistics"
[made_from.cells]
"annual.in_person.count" = "statistics.in_person.current"
"annual.online.count" = "statistics.online.current"
"annual.total.count" = "statistics.requests.current"
"annual.offices.count" = "statistics.offices.open"
""",
)
ANNUAL_TABLES = """
[[tables]]
id = "annual"
section = "annual"
sheet = "年报表"
title = "年报表"
size = "B5"
labels = [
  { at = "A1", text = "指标名称" }, { at = "B1", text = "全年" },
  { at = "A2", text = "当面申请数" }, { at = "A3", text = "网上申请数" },
  { at = "A4", text = "受理点" }, { at = "A5", text = "申请总数" },
]
blocks = [{ first = "B2", lines = ["in_person", "online", "offices", "total"], columns = ["count"], unit = "条" }]
"""
ANNUAL_RELATIONS = """
[[relations]]
id = "SUM"
title = "申请总数等于当面与网上之和"
severity = "must_fix"
basis = "含义"
advice = "请恢复公式。"
expect = "annual.total.count == annual.in_person.count + annual.online.count"
computes = true
"""
# One more line than `test_periods` has: how many offices there are at the end of the month, which does not add up.
MONTHLY_TABLES = (
    TABLES.replace('size = "E4"', 'size = "E5"')
    .replace('text = "14" },', 'text = "14" },\n  { at = "A5", text = "受理点" },')
    .replace(
        'columns = ["current", "cumulative"], unit = "条" },',
        'columns = ["current", "cumulative"], unit = "条" },\n'
        '  { first = "D5", lines = ["offices"], columns = ["open"], unit = "个", span = 2, year_total = "last" },',
    )
)


@pytest.fixture(scope="module")
def filled_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve monthly returns and the annual return of three agencies, all in order."""
    folder = tmp_path_factory.mktemp("year")
    write_definition(folder, "statistics", FORM, MONTHLY_TABLES, RELATIONS)
    write_definition(folder, "annual", ANNUAL_FORM, ANNUAL_TABLES, ANNUAL_RELATIONS)
    listed = "".join(f"{number},{name}\n" for number, name in enumerate(AGENCIES, 1))
    (folder / "roster.csv").write_text(f"单位代码,单位名称\n{listed}", "utf-8")
    (folder / "returns").mkdir()
    for month in range(1, 13):
        hand_out(folder, "statistics", f"2025-{month:02d}")
        for number in range(1, 4):
            figures = {"D6": number, "E6": month * number, "D7": month * number}
            figures |= {"E7": number * month * (month + 1) // 2, "D8": 10 + month}
            enter_month(folder, f"{number} {AGENCIES[number - 1]}", month, figures)
    hand_out(folder, "annual", "2025")
    for number in range(1, 4):
        figures = {"B5": 12 * number, "B6": 78 * number, "B7": 22}
        enter(folder, f"{number} {AGENCIES[number - 1]} 2025年情况年报", "年报表", figures)
    return folder


@pytest.fixture
def year(filled_year: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may change."""
    monkeypatch.setenv(FORMS_VARIABLE, str(filled_year / "forms"))
    return Path(shutil.copytree(filled_year, tmp_path / "year"))


def hand_out(folder: Path, form: str, period: str) -> None:
    issued = folder / "issued"
    words = ("template", "--period", period, "--form", form, "--forms", folder / "forms", "-o", issued)
    assert run(*words, "--roster", folder / "roster.csv")[0] == 0
    for path in issued.glob("[123] *.xlsx"):
        path.rename(folder / "returns" / path.name)
    shutil.rmtree(issued)


def enter(folder: Path, name: str, sheet: str, figures: Mapping[str, int | str | None]) -> Path:
    """Enter figures into a return; return its path."""
    path = folder / "returns" / f"{name}.xlsx"
    book = openpyxl.load_workbook(path)
    for address, figure in figures.items():
        book[sheet][address] = figure
    book.save(path)
    return path


def enter_month(folder: Path, agency: str, month: int, figures: Mapping[str, int | str | None]) -> Path:
    return enter(folder, f"{agency} 2025年{month}月情况统计表", "统计表", figures)


def add_up(folder: Path, *words: object) -> Any:
    return answer("rollup", folder / "returns", "--roster", folder / "roster.csv", *words)


def agency_of(answered: Any, name: str) -> Any:
    return next(agency for agency in answered["agencies"] if agency["name"] == name)


def test_year_in_order__adds_up__and_agrees_with_the_annual_form(year: Path) -> None:
    code, out, _ = run("rollup", year / "returns", "--roster", year / "roster.csv")
    assert code == 0
    assert out.splitlines()[:2] == [
        "情况统计表2025年：3 个单位，每个单位 12 期；齐全 3 个，缺期 0 个。",
        "与年报（季报、半年报）核对了 3 份、9 个数：0 处不符，0 个未能核对。",
    ]
    answered = add_up(year)
    assert (answered["period"], answered["periods"][::11], answered["complete"]) == (2025, ["2025-01", "2025-12"], True)
    assert answered["kinds"] == {
        "statistics.in_person.current": "sum",
        "statistics.in_person.cumulative": "last",
        "statistics.online.current": "sum",
        "statistics.online.cumulative": "last",
        "statistics.offices.open": "last",
        "statistics.requests.current": "sum",
        "statistics.requests.cumulative": "last",
    }
    assert agency_of(answered, "乙局")["values"] == {
        "statistics.in_person.current": 24,
        "statistics.in_person.cumulative": 24,
        "statistics.online.current": 156,
        "statistics.online.cumulative": 156,
        "statistics.offices.open": 22,
        "statistics.requests.current": 180,
        "statistics.requests.cumulative": 180,
    }
    assert (answered["totals"]["statistics.requests.current"], answered["totals"]["statistics.offices.open"]) == (
        540,
        66,
    )


def test_missing_month_wrong_cumulative_other_annual_figure__are_told_by_cell(year: Path) -> None:
    (year / "returns" / "2 乙局 2025年3月情况统计表.xlsx").unlink()
    enter_month(year, "3 丙局", 5, {"E7": 46})
    enter(year, "1 甲局 2025年情况年报", "年报表", {"B6": 80})
    code, out, _ = run("rollup", year / "returns", "--roster", year / "roster.csv", "-o", year / "2025.xlsx")
    assert code == 1
    assert out.splitlines()[:6] == [
        "甲局：与年报不符（2025年 年报表!B6）网上申请数·全年：80，各期之和 78，相差 2",
        "乙局：缺期（2025年3月）缺 1/12",
        "乙局：未能核对（2025年）3 个数因缺期或空着未能核对",
        "丙局：累计不符（2025年5月 统计表!E7）网上申请数·本年累计：46，各期之和 45，相差 1",
        "情况统计表2025年：3 个单位，每个单位 12 期；齐全 2 个，缺期 1 个。",
        "与年报（季报、半年报）核对了 3 份、6 个数：1 处不符，3 个未能核对。",
    ]


def test_workbook__traces_each_sum_to_its_months(year: Path) -> None:
    (year / "returns" / "2 乙局 2025年3月情况统计表.xlsx").unlink()
    add_up(year, "-o", year / "2025.xlsx")
    formulas = openpyxl.load_workbook(year / "2025.xlsx")
    values = openpyxl.load_workbook(year / "2025.xlsx", data_only=True)
    assert formulas.sheetnames == ["各单位", "合计", "各期", "核对", "文件"]
    heads = [cell.value for cell in values["合计"][3]]
    column = heads.index("statistics.online.current") + 1
    rows = [[values["合计"].cell(row, at).value for at in (1, 2, 3, column)] for row in range(4, 8)]
    assert rows == [
        [None, "全部单位", None, 78 + 150 + 234],
        ["1", "甲局", "12/12", 78],
        ["2", "乙局", "11/12", 150],
        ["3", "丙局", "12/12", 234],
    ]
    assert formulas["合计"].cell(6, column).value == "=SUM(各期!I16:I27)"
    stock = heads.index("statistics.offices.open") + 1
    assert (formulas["合计"].cell(5, stock).value, values["合计"].cell(5, stock).value) == ("=各期!K15", 22)
    months = [[values["各期"].cell(row, at).value for at in (2, 3, 4, 9)] for row in (17, 18, 19)]
    assert months == [
        ["乙局", "2025年2月", "2 乙局 2025年2月情况统计表.xlsx", 4],
        ["乙局", "2025年3月", "缺", None],
        ["乙局", "2025年4月", "2 乙局 2025年4月情况统计表.xlsx", 8],
    ]
    assert [cell.value for cell in values["各单位"][4]][2:4] == ["11/12", "缺 1/12：2025年3月"]
    code, _, problem = run("rollup", year / "returns", "-o", year / "2025.xlsx")
    assert (code, "已经存在" in problem) == (2, True)


def test_month_sent_back__is_missing__with_its_file(year: Path) -> None:
    flawed = enter_month(year, "2 乙局", 3, {"D6": "若干"})
    answered = add_up(year)
    agency = agency_of(answered, "乙局")
    assert (agency["missing"], list(agency["held"])) == (["2025-03"], ["2025-03"])
    assert Path(agency["held"]["2025-03"]).name == flawed.name
    assert "2025年3月已交，没有计入：" in run("rollup", year / "returns")[1]


def test_annual_return_sent_back__is_told_with_its_file(year: Path) -> None:
    for number, name in enumerate(AGENCIES, 1):
        enter(year, f"{number} {name} 2025年情况年报", "年报表", {"B5": "若干"})
    answered = add_up(year)
    assert [list(agency["held"]) for agency in answered["agencies"]] == [["2025"]] * 3
    told = run("rollup", year / "returns", "--roster", year / "roster.csv")[1]
    assert "甲局：年报没有计入（2025年）2025年已交，没有计入：退回（1 甲局 2025年情况年报.xlsx）" in told


def test_blank_figure__makes_a_lower_bound(year: Path) -> None:
    enter_month(year, "2 乙局", 3, {"D8": None})
    enter_month(year, "2 乙局", 12, {"D6": None, "E6": None})
    agency = agency_of(add_up(year, "--include-flawed"), "乙局")
    assert agency["blank"] == {
        "statistics.in_person.current": ["2025-12"],
        "statistics.in_person.cumulative": ["2025-12"],
        "statistics.requests.current": ["2025-12"],
        "statistics.requests.cumulative": ["2025-12"],
    }
    (whole,) = agency["wholes"]
    assert (whole["differences"], whole["compared"], whole["unsure"]) == ([], 2, 1)


def test_figure_blank_in_the_annual_return__does_not_agree(year: Path) -> None:
    enter(year, "1 甲局 2025年情况年报", "年报表", {"B5": None})
    answered = add_up(year, "--include-flawed")
    (whole,) = agency_of(answered, "甲局")["wholes"]
    assert (whole["differences"], whole["compared"], whole["unsure"], answered["complete"]) == ([], 2, 1, False)


def test_last_cumulative__other_than_the_sum_of_the_months(year: Path) -> None:
    for month, figure in ((11, 199), (12, 235)):
        enter_month(year, "3 丙局", month, {"E7": figure})
    (gap,) = agency_of(add_up(year), "丙局")["running"]
    assert [gap[key] for key in ("period", "address", "stated", "added", "difference")] == [
        "2025-11",
        "E7",
        199,
        198,
        1,
    ]


def test_behind_a_missing_month__cumulative_figures_go_on(year: Path) -> None:
    (year / "returns" / "3 丙局 2025年3月情况统计表.xlsx").unlink()
    assert agency_of(add_up(year), "丙局")["running"] == []
    enter_month(year, "3 丙局", 4, {"E7": 20})  # less than January, February and April have: 3 + 6 + 12
    (gap,) = agency_of(add_up(year), "丙局")["running"]
    assert [gap[key] for key in ("period", "stated", "added")] == ["2025-04", 20, 21]


def test_sums_of_months__give_every_agency(year: Path) -> None:
    sums = year / "sums"
    sums.mkdir()
    for month in range(1, 13):
        files = sorted((year / "returns").glob(f"* 2025年{month}月*.xlsx"))
        run("merge", *files, "--roster", year / "roster.csv", "-o", sums / f"{month}.xlsx")
    annual = sorted((year / "returns").glob("*年报.xlsx"))
    answered = answer("rollup", sums, *annual, "--roster", year / "roster.csv")
    assert (answered["complete"], len(answered["agencies"])) == (True, 3)
    assert agency_of(answered, "丙局")["values"] == agency_of(add_up(year), "丙局")["values"]


def test_agency_without_any_report__is_named(year: Path) -> None:
    for path in (year / "returns").glob("3 *.xlsx"):
        path.unlink()
    agency = agency_of(add_up(year), "丙局")
    assert (len(agency["missing"]), agency["without_whole"]) == (12, True)
    assert "丙局：没有收到年报（2025年）" in run("rollup", year / "returns", "--roster", year / "roster.csv")[1]


def test_quarter__adds_up_its_months__and_is_compared_with_the_quarterly_form(year: Path) -> None:
    quarterly = ANNUAL_FORM.replace('id = "annual"', 'id = "quarterly"', 1).replace("年报", "季报")
    quarterly = quarterly.replace("first_year = 2018", 'first_year = 2018\nperiod = "quarter"').replace(
        "{year}年", "{period}"
    )
    forms = Path(shutil.copytree(year / "forms", year / "more"))
    write_definition(
        forms.parent / "q", "quarterly", quarterly, ANNUAL_TABLES.replace("年报", "季报"), ANNUAL_RELATIONS
    )
    shutil.copytree(forms.parent / "q" / "forms" / "quarterly", forms / "quarterly")
    shutil.copytree(forms, year / "forms", dirs_exist_ok=True)
    hand_out(year, "quarterly", "2025-Q3")
    enter(year, "2 乙局 2025年第三季度情况季报", "季报表", {"B5": 6, "B6": 49, "B7": 19})
    words = ("--forms", year / "forms", "--period", "2025-Q3")
    answered = answer("rollup", *sorted((year / "returns").glob("2 *.xlsx")), *words)
    assert (answered["period"], answered["periods"]) == ("2025-Q3", ["2025-07", "2025-08", "2025-09"])
    (agency,) = answered["agencies"]
    assert agency["values"]["statistics.online.current"] == 48
    (whole,) = agency["wholes"]
    (gap,) = whole["differences"]
    assert (whole["period"], gap["address"], gap["stated"], gap["added"]) == ("2025-Q3", "B6", 49, 48)


def test_no_period_there__is_said(year: Path) -> None:
    annual = sorted((year / "returns").glob("*年报.xlsx"))
    code, _, problem = run("rollup", *annual)
    assert (code, "没有月报、季报或半年报" in problem) == (2, True)
    code, _, problem = run("rollup", year / "returns", "--period", "2024")
    assert (code, "没有2024年的月报、季报或半年报" in problem) == (2, True), problem


def test_earlier_edition_of_the_months__need_not_fit_a_later_annual_form(year: Path) -> None:
    forms = year / "forms"
    earlier = Path(shutil.copytree(forms / "statistics" / "1", forms / "statistics" / "0"))
    text = (earlier / "form.toml").read_text("utf-8").replace('edition = "1"', 'edition = "0"')
    (earlier / "form.toml").write_text(text.replace("first_year = 2018", "first_year = 2017"), "utf-8")
    for path in earlier.iterdir():
        path.write_text(path.read_text("utf-8").replace("offices", "places"), "utf-8")
    assert run("forms", "check", forms)[0] == 0
    annual = forms / "annual" / "1" / "form.toml"
    annual.write_text(annual.read_text("utf-8").replace("first_year = 2018", "first_year = 2017"), "utf-8")
    code, _, problem = run("forms", "check", forms)
    assert (code, "statistics.offices.open" in problem) == (2, True), problem


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("statistics", 'year_total = "last"', 'year_total = "weighted_mean"', "year_total = weighted_mean"),
        ("annual", "statistics.online.current", "statistics.online.nothing", "statistics.online.nothing"),
        ("annual", '"annual.online.count"', '"annual.nothing.count"', "annual.nothing.count"),
        ("annual", "first_year = 2018", 'first_year = 2018\nperiod = "month"', "不比本表短"),
    ],
)
def test_mistakes_of_a_definition__are_told(year: Path, file: str, old: str, new: str, said: str) -> None:
    for path in (year / "forms" / file / "1").iterdir():
        text = path.read_text("utf-8").replace(old, new)
        path.write_text(text.replace("{year}年", "{period}") if "month" in new else text, "utf-8")
    code, _, problem = run("forms", "check", year / "forms")
    assert (code, said in problem) == (2, True), problem


def test_exports_beside_sums__are_known__and_other_files_are_named(year: Path) -> None:
    sums, made = year / "sums", year / "2025.xlsx"
    sums.mkdir()
    for month in ("01", "02", "03"):
        returns = sorted((year / "returns").glob(f"* 2025年{int(month)}月*.xlsx"))
        words = ("merge", *returns, "--roster", year / "roster.csv", "-o", sums / f"{month}.xlsx")
        assert run(*words, "--export", sums / month, "--html", sums / f"{month}.html")[0] == 0
    words = ("rollup", sums, "--roster", year / "roster.csv", "--period", "2025-Q1", "-o", made, "--force")
    code, out, _ = run(*words)
    assert (code, "还要处理" in out) == (0, False), out
    (sums / "通知.docx").write_bytes(b"PK")
    code, out, _ = run(*words)
    assert (code, "还要处理的文件 1 个" in out, "  通知.docx（" in out) == (1, True, True), out


def test_stock_that_differs__is_not_called_a_sum(year: Path) -> None:
    enter(year, "1 甲局 2025年情况年报", "年报表", {"B7": 21})
    out = run("rollup", year / "returns", "--roster", year / "roster.csv", "-o", year / "2025.xlsx")[1]
    assert "受理点·全年：21，最后一期的数 22，相差 -1" in out


def test_workbook__sheets_of_figures__are_printed_on_pages_that_can_be_read(year: Path) -> None:
    add_up(year, "-o", year / "2025.xlsx")
    book = openpyxl.load_workbook(year / "2025.xlsx")
    for name in ("合计", "各期"):
        sheet = book[name]
        assert (sheet.page_setup.scale, sheet.page_setup.orientation) == (60, "landscape")
        assert sheet.print_title_cols == "$A:$C"
