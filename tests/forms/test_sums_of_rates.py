"""Rates, means and choices in sums: last month's figure, 校验, missing agencies, tracing, the filtered view."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.forms.monthly_rates import FEBRUARY, JANUARY, fill_month, write_monthly_form
from tests.judges import recalculate
from tests.official_report.test_publish import answer, run
from xltool.cli.options import FORMS_VARIABLE
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.period import parse_period


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
    told = [text for text in list_texts(february, "总览") if "上期" in text]
    before = [text.partition("，")[0] for text in told]
    assert before == ["上期 600", "上期 99.17", "上期 2.3", "上期 0.50"]  # 595 ÷ 600, 1400 ÷ 600, 1.5 ÷ 3
    assert "上期 99.17" in page.read_text("utf-8")
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


# --- missing agencies, tracing, the filtered view ----------------------------------------------------------------


def test_agency_missing__only_sums_of_counts_are_lower_bounds(folder: Path) -> None:
    fill_month(folder, "2025-01", {code: JANUARY[code] for code in "12"})
    page = folder / "page.html"
    summary = merge(folder, "2025-01", "--html", page)
    told = " ".join(list_texts(summary, "总览"))
    assert "数量的合计只是下限（≥），比率和平均数只按已有的单位算" in told
    assert told.count("缺 1/3") == 4  # below each figure shown
    book = openpyxl.load_workbook(summary)
    tiles = {
        cell.value: cell.number_format for row in book["总览"].iter_rows() for cell in row if cell.data_type == "f"
    }
    assert ["≥" in tiles[f"=办件!{at}"] for at in ("B5", "B7", "B8", "B9")] == [True, False, False, False]
    text = page.read_text("utf-8")
    assert "≥400" in text
    assert "≥99" not in text
    assert "0.75，缺 1/3" in text
    _, out, _ = run("trace", summary, "cases.trips.current")
    assert "0.75 次，缺 1/3" in out
    assert "≥" not in out
    assert "≥ 400 件，缺 1/3" in run("trace", summary, "cases.done.current")[1]


def test_mean_that_an_agency_lacks__is_told_as_no_lower_bound(folder: Path) -> None:
    fill_month(folder, "2025-01", {**JANUARY, "2": JANUARY["2"][:4]})
    summary = merge(folder, "2025-01", "--include-flawed")
    told = [text for text in list_texts(summary, "审核问题") if "没有填这一项" in text]
    assert told == ["办件的 B8:B10 只按填了的单位算：计入的 3 个单位中有 1 个没有填这一项。"]


def test_official_table__computed_rates_show_their_decimals(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    book = openpyxl.load_workbook(merge(folder, "2025-01"))
    assert [book["办件"][at].number_format for at in ("B7", "B8")] == ["General", "General"]


def test_trace_of_a_choice__shows_the_counts_and_what_each_agency_chose(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    summary = merge(folder, "2025-01")
    _, out, _ = run("trace", summary, "cases.type.current")
    assert "综合 2、专业 1" in out
    assert [line.split()[1:3] for line in out.splitlines() if "局" in line][:3] == [
        ["乙局", "专业"],
        ["甲局", "综合"],
        ["丙局", "综合"],
    ]
    assert "共 3 个单位有数，0 个单位为 0，0 个单位没有填" in out
    (figure,) = answer("trace", summary, "cases.type.current")["figures"]
    assert (figure["words"], figure["agrees"]) == ("综合 2、专业 1", True)
    assert {each["name"]: each["word"] for each in figure["contributors"]} == {
        "甲局": "综合",
        "乙局": "专业",
        "丙局": "综合",
    }


def test_two_levels_without_codes__are_traced_to_the_areas(folder: Path) -> None:
    returns = fill_month(folder, "2025-01", JANUARY)
    for area, codes in (("东片", "12"), ("西片", "3")):
        files = [path for path in returns.iterdir() if path.name[0] in codes]
        assert run("merge", *files, "--area", area, "-o", folder / f"{area}.xlsx")[0] == 0
    whole = folder / "whole.xlsx"
    assert run("merge", folder / "东片.xlsx", folder / "西片.xlsx", "--area", "全市", "-o", whole)[0] == 0
    (figure,) = answer("trace", whole, "cases.done.current")["figures"]
    assert (figure["total"], figure["agrees"]) == (600, True)
    assert [(each["name"], each["value"]) for each in figure["contributors"]] == [("东片", 400), ("西片", 200)]
    both = folder / "both.xlsx"
    alone = next(path for path in returns.iterdir() if path.name.startswith("3"))
    assert run("merge", folder / "东片.xlsx", alone, "--area", "全市", "-o", both)[0] == 0
    (figure,) = answer("trace", both, "cases.done.current")["figures"]
    assert (figure["total"], figure["agrees"]) == (600, True)


@pytest.mark.office
def test_filtered_view__means_and_choices_are_those_of_the_rows_shown(folder: Path, tmp_path: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    summary = merge(folder, "2025-01")
    (tmp_path / "all").mkdir()
    official = openpyxl.load_workbook(recalculate(summary, tmp_path / "all"), data_only=True)
    shown = list_figures_shown(official["筛选视图"])
    assert shown == {"按时办结率": 99.17, "平均时长": 2.3, "平均跑动次数": 0.5, "大厅类型": "综合 2、专业 1"}
    book = openpyxl.load_workbook(summary)
    details = book["明细"]
    hidden = next(row for row in range(1, details.max_row + 1) if details.cell(row, 3).value == "乙局")
    details.auto_filter.add_filter_column(2, ["甲局", "丙局"])
    details.row_dimensions[hidden].hidden = True
    book.save(tmp_path / "filtered.xlsx")
    (tmp_path / "some").mkdir()
    filtered = openpyxl.load_workbook(recalculate(tmp_path / "filtered.xlsx", tmp_path / "some"), data_only=True)
    assert list_figures_shown(filtered["筛选视图"]) == {
        "按时办结率": 98.67,  # 296 ÷ 300
        "平均时长": 1.7,  # 500 ÷ 300
        "平均跑动次数": 0.25,
        "大厅类型": "综合 2",
    }


def list_figures_shown(sheet: Any) -> dict[str, Any]:
    names = ("按时办结率", "平均时长", "平均跑动次数", "大厅类型")
    return {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value in names}


# --- areas and other years ---------------------------------------------------------------------------------------


def test_area_that_reports_its_own_figures__only_what_adds_up_is_compared_with_its_members(folder: Path) -> None:
    rows = "9,示例区,{0},汇总\n1,甲局,{1},本机关\n2,乙局,{1},本机关\n3,丙局,{1},本机关\n"
    (folder / "roster.csv").write_text("代码,名称,上级代码,口径\n" + rows.format("", ""), "utf-8")
    fill_month(folder, "2025-01", {**JANUARY, "9": (600, 600, 595, 595, 2.3, 0.5, "综合")})
    (folder / "roster.csv").write_text("代码,名称,上级代码,口径\n" + rows.format("", "9"), "utf-8")
    summary = folder / "2025-01.xlsx"
    merged = answer(
        "merge", folder / "returns 2025-01", "--roster", folder / "roster.csv", "-o", summary, "--include-flawed"
    )
    (area,) = (file for file in merged["files"] if file["status"] == "foreign")
    assert "示例区" in area["reason"]
    assert [each["code"] for each in merged["findings"]] == []
    (own,) = (path for path in (folder / "returns 2025-01").iterdir() if path.name.startswith("9"))
    (item,) = answer("check", own)["submissions"]
    assert (item["values"]["cases.type.current"], item["findings"]) == ("综合", [])  # not a sum: its choice is its own


def test_compare_of_two_months__agencies_in_both__rates_and_means_are_theirs(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    fill_month(folder, "2025-02", {code: FEBRUARY[code] for code in "12"})
    january = merge(folder, "2025-01")
    (folder / "roster.csv").write_text("单位代码,单位名称\n1,甲局\n2,乙局\n", "utf-8")
    february = merge(folder, "2025-02")
    _, out, _ = run("compare", january, february)
    assert "两期都有的 2 个单位" in out
    told = {line.partition("”")[0].partition("“")[2]: line for line in out.splitlines() if "：2025" in line}
    assert "2.5" in told["平均时长"]  # (100 × 1.0 + 300 × 3.0) ÷ 400
    assert "1.7" in told["平均时长"]
    assert "0.75" in told["平均跑动次数"]


# --- what the period before is called ----------------------------------------------------------------------------


def list_all_texts(path: Path) -> str:
    """Return the texts of all cells and prompts of a workbook."""
    book = openpyxl.load_workbook(path)
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts += [rule.prompt or "" for sheet in book for rule in sheet.data_validations.dataValidation]
    return "\n".join(texts)


def test_month_before__is_never_called_the_year_before(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    january, page = merge(folder, "2025-01"), folder / "page.html"
    options = ("--form", "windows", "--roster", folder / "roster.csv", "--previous", january)
    code, out, _ = run("template", "--period", "2025-02", *options, "-o", folder / "issued")
    assert (code, out.splitlines()[-1]) == (0, "上期数字（2025年1月）：3 个单位中 3 个有，写在各格的提示里。")
    template = list_all_texts(next((folder / "issued").glob("1 *.xlsx")))
    for words in ("上期各栏依次：100、100。", "上期：1。", "—：不适用或没有上期数据", "填法和上期的数"):
        assert words in template
    fill_month(folder, "2025-02", FEBRUARY)
    february = merge(folder, "2025-02", "--previous", january, "--html", page)
    assert "上期" in page.read_text("utf-8")
    _, compared, _ = run("compare", january, february)
    assert "与上期衔接的关系核对了" in compared
    for text in (template, list_all_texts(february), page.read_text("utf-8"), compared):
        assert "上年" not in text
        assert "两年" not in text


def test_wrong_month_before__errors_name_the_periods_in_words(folder: Path) -> None:
    fill_month(folder, "2025-01", JANUARY)
    january = merge(folder, "2025-01")
    options = ("--period", "2025-03", "--form", "windows", "--roster", folder / "roster.csv", "--previous", january)
    code, _, err = run("template", *options, "-o", folder / "issued")
    assert code != 0
    assert "上期报表里没有用得上的数字：要的是 2025年2月、这 3 个单位的，里面是 2025年1月的。" in err


def test_month_beside_an_option__is_written_as_the_option_takes_it() -> None:
    period = parse_period("2025-02")
    finding = Finding("identity.earlier_year", Severity.NOTE, facts={"found": period - 1, "expected": period})
    assert "2025年1月" in catalogue.render_problem(finding)
    assert "2025-02" in catalogue.render_option(finding)


def test_year_of_all_agencies__counts_choices_and_weighs_means_by_their_basis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FORMS_VARIABLE, str(write_monthly_form(tmp_path)))
    january = fill_month(tmp_path, "2025-01", JANUARY)
    of_one = (*FEBRUARY["1"][:5], 1.5, "综合")  # days 1.0, trips 1.5: the means of this agency are of two months
    february = fill_month(tmp_path, "2025-02", {"1": of_one})
    answered = answer("rollup", january, february, "--roster", tmp_path / "roster.csv", "-o", tmp_path / "year.xlsx")
    assert answered["total_tallies"] == {"cases.type.current": {"综合": 3, "专业": 1}}
    # (0.5 + 1.5 + 1.0 + 0.0) / 4 reports, not (1.0 + 1.0 + 0.0) / 3; of days: (100×1 + 300×3 + 200×2 + 50×1) / 650
    assert (answered["totals"]["cases.trips.current"], answered["totals"]["cases.days.current"]) == ("0.75", "2.2")
    sheet = openpyxl.load_workbook(tmp_path / "year.xlsx")["合计"]
    column = [cell.value for cell in sheet[3]].index("cases.type.current") + 1
    assert [sheet.cell(row, column).value for row in range(4, 8)] == ["综合 3、专业 1", "综合 2", "专业 1", "综合 1"]
