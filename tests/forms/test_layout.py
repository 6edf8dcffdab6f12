"""The layout of a form: several tables in a section with titles, own widths and notes, a signature line, landscape."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.enum.section import WD_ORIENT

from tests.filled import write_once
from tests.official_report.test_publish import answer, run
from xltool.forms.load_definitions import find_named_form, load_forms
from xltool.forms.section_columns import plan_section_columns
from xltool.forms.slots import Role
from xltool.forms.workbook_plan import WorkbookPlan, plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Form, Number
from xltool.model.period import parse_period
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest

FORMS = Path(__file__).parents[1] / "data" / "forms"
ENFORCEMENT = find_named_form(load_forms([FORMS]), "xzzf-annual-report")
WEBSITE = find_named_form(load_forms([FORMS]), "zfwz-annual-report")
TITLES = ["行政强制措施实施数量", "行政强制执行实施数量"]
NOTES = [note for table in ENFORCEMENT.tables for note in table.footnotes]


def figures_of(form: Form) -> Iterator[tuple[str, Number | str]]:
    for number, cell in enumerate(form.inputs):
        if cell.is_worded:
            yield cell.id, 1 if cell.choices else 45000 if cell.kind == "date" else "云河市人民政府"
        else:
            yield cell.id, 94929 if number % 2 else 10**6


def write(form: Form, path: Path) -> WorkbookPlan:
    plan = plan_workbook(form)
    texts = {section.id: ["全年工作平稳。"] for section in form.sections if section.paragraphs}
    request = TemplateRequest(
        Agency("1", "云河市公安局"), 2024, "1", filling=FilledContents(dict(figures_of(form)), texts)
    )
    write_once(plan, request, path)
    book = openpyxl.load_workbook(path)
    for item, text in (("author", "甲"), ("leader", "乙"), ("reviewer", "乙"), ("date", "2025-01-08")):
        if item in plan.fields:
            book[plan.fields[item].sheet][plan.fields[item].address] = text
    book.save(path)
    return plan


def test_tables_of_a_section__have_titles__their_own_widths__and_notes() -> None:
    sheet = next(sheet for sheet in plan_workbook(ENFORCEMENT).sheets if sheet.name == "强制")
    assert [slot.text for slot in sheet.slots if slot.role is Role.TABLE_TITLE] == TITLES
    assert [slot.text for slot in sheet.slots if slot.role is Role.GUIDE and slot.text in NOTES] == NOTES[2:]
    tables = [table for table in ENFORCEMENT.tables if table.section == "coercion"]
    columns = plan_section_columns(tables)
    for table in tables:
        for given, width in zip(table.widths, columns.list_widths(table.id), strict=True):
            assert abs(given - width) <= 2 * 2.0
    boxes = [slot.box for slot in sheet.slots if slot.role in {Role.LABEL, Role.INPUT, Role.COMPUTED}]
    taken = [
        (row, column)
        for box in boxes
        for row in range(box.row, box.row + box.rows)
        for column in range(box.column, box.column + box.columns)
    ]
    assert len(taken) == len(set(taken))


def test_only_table_of_a_section__stands_as_it_did() -> None:
    sheet = next(sheet for sheet in plan_workbook(ENFORCEMENT).sheets if sheet.name == "处罚")
    assert not [slot for slot in sheet.slots if slot.role is Role.TABLE_TITLE]
    assert (sheet.widths, sheet.landscape) == (ENFORCEMENT.tables[0].widths, True)


def test_default_widths__fill_a_page_and_no_more() -> None:
    for table in (table for form in (ENFORCEMENT, WEBSITE) for table in form.tables if not table.own_widths):
        assert 60 <= sum(table.widths) <= (135 if table.landscape else 90)


def test_labels_between_figures__name_only_what_follows_them() -> None:
    assert WEBSITE.cells["site.type"].row_path == ("网站类型",)
    assert WEBSITE.cells["site.code"].row_path == ("政府网站标识码",)


@pytest.mark.parametrize("form", [ENFORCEMENT, WEBSITE])
def test_signature__is_filled_in_on_the_cover__printed__and_no_text_of_the_report(form: Form, tmp_path: Path) -> None:
    returned = tmp_path / "return.xlsx"
    plan = write(form, returned)
    cover = {slot.text for slot in plan.sheets[0].slots if slot.role is Role.CAPTION}
    assert {item.label for item in form.signature} <= cover
    footer = openpyxl.load_workbook(returned)[form.sections[0].sheet].oddFooter
    assert footer is not None
    assert all(f"{item.label}：" in str(footer.center.text) for item in form.signature)
    for kind in ("docx", "html"):
        report = tmp_path / f"report.{kind}"
        assert run("publish", returned, "-o", report, "--forms", FORMS, "--include-flawed")[0] == 0
        found = answer("compare", returned, report, "--forms", FORMS)
        assert (found["same"], found["compared"]) == (True, len(form.cells))
    assert "填表人：甲" in (tmp_path / "report.html").read_text("utf-8")
    last = [text.text for text in Document(str(tmp_path / "report.docx")).paragraphs][-1]
    assert [part in last for part in ("甲", "乙", "2025-01-08")] == [True] * 3


def test_wide_table__is_published_in_landscape__with_its_notes__and_the_text_upright(tmp_path: Path) -> None:
    returned = tmp_path / "return.xlsx"
    write(ENFORCEMENT, returned)
    run("publish", returned, "-o", tmp_path / "a.docx", "--forms", FORMS, "--include-flawed")
    document = Document(str(tmp_path / "a.docx"))
    assert [section.orientation for section in document.sections] == [WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    written = [text.text for text in document.paragraphs]
    assert [text for text in written if text in NOTES] == NOTES
    assert [text for text in written if text in TITLES] == TITLES
    run("publish", returned, "-o", tmp_path / "a.html", "--forms", FORMS, "--include-flawed")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "size: A4 landscape" in page
    assert all(note in page for note in NOTES)


def test_table_longer_than_a_page__begins_below_its_heading__at_its_full_size(tmp_path: Path) -> None:
    form = find_named_form(load_forms(regional=True), "zfxxgk-statistics-pudong")
    blank = tmp_path / "blank.xlsx"
    write_once(plan_workbook(form), TemplateRequest(Agency("1", "云河市"), parse_period("2025-01"), "1"), blank)
    assert run("publish", blank, "-o", tmp_path / "a.docx", "--include-flawed")[0] == 0
    table = Document(str(tmp_path / "a.docx")).tables[0]
    kept = [
        text
        for row in table.rows[1:]
        for cell in row.cells
        for text in cell.paragraphs
        if text.paragraph_format.keep_with_next
    ]
    assert (len(table.rows), kept) == (55, [])
