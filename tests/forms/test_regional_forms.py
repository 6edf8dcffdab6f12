"""The regional forms that travel with the program: data alone, with the published figures of 庆元县 as a sample."""

import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.official_report.test_publish import answer, run
from xltool.forms.load_definitions import check_forms_below, find_form_for_year, find_named_form, load_forms
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.period import parse_period
from xltool.package_data import find_data_folder
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template

AGENCY = Agency("1", "庆元县人民政府")
FORMS = ("xzzf-annual-report-qingyuan", "zfxxgk-statistics-dingxi", "zfxxgk-statistics-pudong")


def test_all_definitions_that_travel_with_the_program__stand_every_check() -> None:
    assert {form.id for form in check_forms_below(find_data_folder("templates"))} >= set(FORMS)


def test_without_a_name__the_annual_report_is_meant() -> None:
    assert find_form_for_year(load_forms(regional=True), 2025).id == "zfxxgk-annual-report"
    assert find_form_for_year(load_forms(regional=True), 2025, FORMS[0]).id == FORMS[0]
    assert find_form_for_year(load_forms(regional=True), parse_period("2025-Q3"), FORMS[1]).id == FORMS[1]


@pytest.mark.parametrize(("name", "codes"), [(FORMS[1], 35), (FORMS[2], 54)])
def test_statistics__have_every_code_once(name: str, codes: int) -> None:
    form = find_named_form(load_forms(regional=True), name)
    printed = [label.text for table in form.tables for label in table.labels if label.box.column == 3]
    assert printed == ["代码", *(f"{code:02d}" for code in range(1, codes + 1))]
    assert len(form.cells) == 2 * codes


def test_enforcement__published_figures__through_the_whole_chain(tmp_path: Path) -> None:
    sample = json.loads((find_data_folder("samples") / "enforcement" / "qingyuan-2024.json").read_text("utf-8"))
    figures = {cell: Decimal(value) if isinstance(value, str) else value for cell, value in sample["figures"].items()}
    form = find_named_form(load_forms(regional=True), FORMS[0])
    returned = tmp_path / "return.xlsx"
    request = TemplateRequest(AGENCY, 2024, "1", filling=FilledContents(figures))
    write_template(plan_workbook(form), request, returned)
    (item,) = answer("check", returned)["submissions"]
    assert (item["findings"], item["values"]["penalties.all.total"]) == (
        [],
        sample["printed_totals"]["penalties.all.total"],
    )
    for kind in ("docx", "html"):
        report = tmp_path / f"report.{kind}"
        assert run("publish", returned, "-o", report)[0] == 0
        found = answer("compare", returned, report)
        assert (found["same"], found["compared"]) == (True, 16)


def test_monthly_statistics__six_sums__and_figures_of_half_years_may_be_blank(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("单位代码,单位名称\n1,甲局\n", "utf-8")
    words = ("--period", "2025-01", "--form", FORMS[2], "--roster", roster, "-o", tmp_path / "issued")
    assert run("template", *words)[0] == 0
    (template,) = (tmp_path / "issued").glob("1 *.xlsx")
    assert template.name == "1 甲局 2025年1月政府信息公开月报.xlsx"
    book = openpyxl.load_workbook(template)
    sheet = book["统计表"]
    for row in range(4, 4 + 55):
        code = sheet.cell(row, 3).value
        for column in (4, 5):
            cell = sheet.cell(row, column)
            if isinstance(code, str) and code.isdigit() and not cell.protection.locked and int(code) < 49:
                cell.value = 2
    sheet["D6"] = sheet["E6"] = 1  # 02 其中: at most 01
    book.save(tmp_path / "return.xlsx")
    (item,) = answer("check", tmp_path / "return.xlsx")["submissions"]
    values = item["values"]
    names = ("requests", "refused", "answers", "disclosure_fees", "request_fees", "fees")
    assert [values[f"statistics.{name}.current"] for name in names] == [12, 12, 26, "8", "10", "18"]
    assert [each["code"] for each in item["findings"] if each["severity"] != "note"] == []


def test_author__starts_from_a_form__draws_it__and_asks_about_a_cell(tmp_path: Path) -> None:
    assert run("forms", "new", "--like", FORMS[0], "-o", tmp_path / "mine")[0] == 0
    assert run("forms", "new", "--like", FORMS[0], "-o", tmp_path / "mine")[0] == 2  # never over another
    made = tmp_path / "mine" / FORMS[0] / "2024"
    assert sorted(path.name for path in made.iterdir()) == ["form.toml", "relations.toml", "tables.toml"]
    assert run("forms", "check", tmp_path / "mine")[0] == 0
    assert run("forms", "draw", FORMS[0], "-o", tmp_path / "form.html")[0] == 0
    page = (tmp_path / "form.html").read_text("utf-8")
    assert page.count("<table") == 2
    assert "penalties.all.money" in page
    code, told, _ = run("forms", "explain", FORMS[0], "penalties.all.fine")
    assert (code, told.splitlines()[0]) == (
        0,
        "penalties.all.fine：行政处罚实施数量（宗）·罚款。件数（宗），填报，汇总时相加。",
    )
    assert [rule for rule in ("PENALTIES", "MONEY", "ACCEPTED") if rule in told] == ["PENALTIES", "MONEY"]
    assert run("forms", "explain", FORMS[0], "penalties.all.nothing")[0] == 2
