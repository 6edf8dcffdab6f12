"""What an office's form prints beside its figures appears once, where it stood; dates keep their limits."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from tests.form_authoring.office_forms import equipment, first_sheet, frame, head, put
from tests.official_report.test_publish import answer, run
from xltool.commands.author_from_workbook import AuthoredForm, AuthoringRequest, author_from_workbook
from xltool.forms.shown_figures import label_with_unit
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template


def author(tmp_path: Path, book: openpyxl.Workbook) -> AuthoredForm:
    book.save(tmp_path / "blank.xlsx")
    return author_from_workbook(AuthoringRequest(tmp_path / "blank.xlsx", tmp_path / "forms", edition="1", form="made"))


def write_return(made: AuthoredForm, tmp_path: Path, figures: dict[str, int]) -> Path:
    file = tmp_path / "1.xlsx"
    filling = FilledContents({cell.id: figures.get(cell.id, 1) for cell in made.form.inputs})
    write_template(plan_workbook(made.form), TemplateRequest(Agency("1", "甲镇"), 2025, "1", filling=filling), file)
    return file


def fill_cells(file: Path, values: dict[tuple[str, str], object]) -> None:
    book = openpyxl.load_workbook(file)
    for (sheet, address), value in values.items():
        book[sheet][address] = value  # type: ignore[assignment]  # anything a cell may hold
    book.save(file)


def draw_two_sheets() -> openpyxl.Workbook:
    """Two sheets of one form, each with a number of its own; one with a unit and an issuer."""
    book = openpyxl.Workbook()
    for number, name in enumerate(("基本情况", "服务成效"), start=1):
        sheet = first_sheet(book, name) if number == 1 else book.create_sheet(name)
        head(sheet, f"2025年基层服务年报（{'一二'[number - 1]}）", "C", f"填报单位：　　　　　表号：服年{number}表")
        put(
            sheet,
            {"A4": "项目", "B4": "涉及金额（万元）", "C4": "数量", "A5": "窗口", "A6": "合计", "B6": "=SUM(B5:B5)"},
        )
        frame(sheet, "A4:C6")
    put(book["基本情况"], {"A3": "制定机关：示例县政务服务局", "C3": "单位：件", "A7": "填表人：　　　　填报日期："})
    return book


def test_number_and_unit__above_the_table_once(tmp_path: Path) -> None:
    made = author(tmp_path, draw_two_sheets())
    assert [table.head_line for table in made.form.tables] == [
        "表号：服年1表　　制定机关：示例县政务服务局　　单位：件",
        "表号：服年2表",
    ]
    assert [table.footnotes for table in made.form.tables] == [(), ()]
    file = write_return(made, tmp_path, {})
    printed = [
        [cell.value for row in sheet.iter_rows() for cell in row if "服年" in str(cell.value)]
        for sheet in openpyxl.load_workbook(file).worksheets[1:3]
    ]
    assert printed == [[table.head_line] for table in made.form.tables]
    report = tmp_path / "report.docx"
    assert run("publish", file, "-o", report, "--forms", tmp_path / "forms")[0] == 0
    found = answer("compare", file, report, "--forms", tmp_path / "forms")
    assert (found["figures"], found["same"]) == ([], True)


def test_unit_of_a_list__above_its_heads_and_no_number_in_the_header_of_the_page(tmp_path: Path) -> None:
    book = equipment()
    book["设备"]["A2"] = "填报单位：　　　　　表号：装备1表　　　　　单位：台、元"
    made = author(tmp_path, book)
    (listed,) = made.form.lists
    assert listed.head_line == "表号：装备1表　　单位：台、元"
    file = tmp_path / "list.xlsx"
    write_template(plan_workbook(made.form), TemplateRequest(Agency("1", "甲镇"), 2025, "1"), file)
    sheet = openpyxl.load_workbook(file)[listed.name]
    (line,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == listed.head_line]
    assert line.alignment.horizontal == "right"
    assert sheet.cell(line.row + 1, 1).value == "序号"
    assert sheet.oddHeader is None or "装备1表" not in str(sheet.oddHeader.right.text)


def test_dash_in_a_row__is_centred_and_no_heading(tmp_path: Path) -> None:
    book = draw_two_sheets()
    book["基本情况"]["C6"] = "—"
    made = author(tmp_path, book)
    report = tmp_path / "report.html"
    file = write_return(made, tmp_path, {})
    assert run("publish", file, "-o", report, "--forms", tmp_path / "forms")[0] == 0
    text = report.read_text("utf-8")
    cell = text[: text.index(">—<")].rpartition("<")[2]
    assert cell.startswith("td ")
    assert "text-align:center" in cell
    assert answer("compare", file, report, "--forms", tmp_path / "forms")["figures"] == []


def test_title_of_several_sheets__is_that_of_all(tmp_path: Path) -> None:
    form = author(tmp_path, draw_two_sheets()).form
    assert (form.title, form.official_title) == ("基层服务年报", "20__年基层服务年报")
    assert [section.title for section in form.sections] == ["基层服务年报（一）", "基层服务年报（二）"]


def test_headline__its_unit_stands_once(tmp_path: Path) -> None:
    form = author(tmp_path, draw_two_sheets()).form
    labels = [label_with_unit(figure) for figure in form.headlines]
    assert labels[0].count("（万元）") == 1


def test_date_in_the_signature_line__is_printed_as_people_write_it(tmp_path: Path) -> None:
    made = author(tmp_path, draw_two_sheets())
    file = write_return(made, tmp_path, {})
    place = plan_workbook(made.form).fields["date"]
    for value in (datetime(2025, 10, 11), 45_941, "2025年10月11日"):
        fill_cells(file, {(place.sheet, place.address): value})
        report = tmp_path / "report.html"
        assert run("publish", file, "-o", report, "--forms", tmp_path / "forms", "--force")[0] == 0
        assert "填报日期：2025年10月11日" in report.read_text("utf-8")


# --- dates ---------------------------------------------------------------------------------------------------------


def draw_dates(operator: Any, first: str, second: str = "") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "登记")
    head(sheet, "2025年设备登记表", "B")
    put(sheet, {"A3": "购置日期", "A4": "名称", "A5": "数量（台）"})
    frame(sheet, "A3:B5")
    known = DataValidation("date", operator=operator, formula1=first, formula2=second or None)
    known.add("B3")
    sheet.add_data_validation(known)
    return book


@pytest.mark.parametrize(
    ("operator", "first", "second", "limits"),
    [
        ("between", "36526", "46022", ("2000-01-01", "2025-12-31")),
        ("between", "DATE(2000,1,1)", "DATE(2025,12,31)", ("2000-01-01", "2025-12-31")),
        ("lessThanOrEqual", "46022", "", (None, "2025-12-31")),
        ("greaterThan", "36526", "", ("2000-01-02", None)),
        ("lessThan", "TODAY()", "", (None, None)),
    ],
)
def test_limits_of_a_date__both_are_kept(
    tmp_path: Path, operator: str, first: str, second: str, limits: tuple[str | None, str | None]
) -> None:
    cell = author(tmp_path, draw_dates(operator, first, second)).form.cells["t1.r3"]
    zero = date(1899, 12, 30)
    assert (cell.minimum, cell.maximum) == tuple(
        None if limit is None else (date.fromisoformat(limit) - zero).days for limit in limits
    )


def test_date_beyond_its_limit__goes_back_and_the_template_refuses_it(tmp_path: Path) -> None:
    made = author(tmp_path, draw_dates("between", "36526", "46022"))
    place = plan_workbook(made.form).find_figure("t1.r3")
    file = write_return(made, tmp_path, {"t1.r3": 45_000})
    (rule,) = [
        item
        for item in openpyxl.load_workbook(file)[place.sheet].data_validations.dataValidation
        if place.address in str(item.sqref)
    ]
    assert (rule.type, rule.formula1, rule.formula2) == ("date", "36526", "46022")
    assert "不早于 2000-01-01" in str(rule.prompt)
    for day, codes in ((datetime(2025, 12, 31), []), (datetime(2030, 1, 1), ["CELL-NUM"])):
        fill_cells(file, {(place.sheet, place.address): day})
        (entry,) = answer("check", file, "--forms", tmp_path / "forms")["submissions"]
        assert [item["code"] for item in entry["findings"]] == codes
    assert "不晚于 2025-12-31" in entry["findings"][0]["message"]


def test_stored_date_in_a_text__is_what_people_read(tmp_path: Path) -> None:
    made = author(tmp_path, draw_dates("between", "36526", "46022"))
    place = plan_workbook(made.form).find_figure("t1.r4")
    file = write_return(made, tmp_path, {"t1.r3": 45_000})
    fill_cells(file, {(place.sheet, place.address): datetime(2025, 3, 5)})
    report = tmp_path / "report.html"
    assert run("publish", file, "-o", report, "--forms", tmp_path / "forms")[0] == 0
    assert "2025年3月5日" in report.read_text("utf-8")


@pytest.mark.parametrize(("key", "written"), [("earliest", "2025-13-01"), ("latest", "46022")])
def test_limit_that_is_no_date__is_told(tmp_path: Path, key: str, written: str) -> None:
    made = author(tmp_path, draw_dates("between", "36526", "46022"))
    file = made.folder / "tables.toml"
    lines = [line for line in file.read_text("utf-8").split("\n") if not line.startswith(f"{key} =")]
    at = next(number for number, line in enumerate(lines) if line.startswith('kind = "date"'))
    lines.insert(at, f'{key} = "{written}"')
    file.write_text("\n".join(lines), "utf-8")
    code, _, problem = run("forms", "check", tmp_path / "forms")
    assert code == 2
    assert written in problem


# --- decimals ------------------------------------------------------------------------------------------------------


def test_decimals_of_the_number_format__are_shown_in_template_and_report(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = first_sheet(book, "经费")
    head(sheet, "2025年经费表", "C")
    put(sheet, {"A3": "项目", "B3": "支出（万元）", "C3": "完成率", "A4": "甲", "A5": "乙", "A6": "丙"})
    for address, code in {"B4": "0.0", "B5": "#,##0.00", "B6": "0.##", "C4": "0.0%", "C5": "0.00%", "C6": "0%"}.items():
        sheet[address].number_format = code
    frame(sheet, "A3:C6")
    made = author(tmp_path, book)
    filling = FilledContents({cell.id: 88 for cell in made.form.inputs})
    plan, file = plan_workbook(made.form), tmp_path / "1.xlsx"
    write_template(plan, TemplateRequest(Agency("1", "甲镇"), 2025, "1", filling=filling), file)
    place = plan.find_figure("t1.r4.c2")
    filled = openpyxl.load_workbook(file)[place.sheet]
    formats = [filled[plan.find_figure(f"t1.r{row}.c2").address].number_format for row in (4, 5, 6)]
    assert formats == ["0.0", "0.00", "0.######"]
    report = tmp_path / "report.html"
    assert run("publish", file, "-o", report, "--forms", tmp_path / "forms")[0] == 0
    text = report.read_text("utf-8")
    assert [f">{figure}<" in text for figure in ("88.0", "88.00", "88", "88.0%", "88.00%", "88%")] == [True] * 6
    found = answer("compare", file, report, "--forms", tmp_path / "forms")
    assert (found["figures"], found["same"]) == ([], True)
