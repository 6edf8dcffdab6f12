"""The sheet of notes (说明): whose ledger it is, how lines are entered, where the words of answers belong."""

from itertools import count

from xltool.forms.plan_sheets import text_height
from xltool.forms.slots import SheetPlan
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.model.agency import Agency
from xltool.model.form import Box
from xltool.workbooks.ledger.ledger_layout import LedgerLayout
from xltool.workbooks.ledger.ledger_page import protect_sheet, set_up_printing
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, Link, SheetWriter

_WIDTHS = (16.0, 30.0, 16.0, 30.0)
_WIDE = sum(_WIDTHS)


def write_notes_sheet(layout: LedgerLayout, form_sheets: list[SheetPlan], agency: Agency, book: BookWriter) -> None:
    """Write the sheet."""
    say = load_workbook_wording().notes
    sheet = book.add_sheet(layout.definition.sheets.notes)
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    title = layout.definition.title.format(agency=agency.name, year=layout.year)
    sheet.write_box(Box(1, 1, 1, 4), title, "title")
    sheet.set_row(0, text_height(title, _WIDE, 16))
    rows = count(2)
    for row, (first, second) in zip(
        rows, (((say.agency, agency.name), (say.code, agency.code)), ((say.year, str(layout.year)), None)), strict=False
    ):
        for position, pair in ((1, first), (3, second)):
            sheet.write_box(Box(row, position), pair[0] if pair else None, "caption")
            sheet.write_box(Box(row, position + 1), pair[1] if pair else None, "identity")
        sheet.set_row(row - 1, 26)
    row = _write_steps(layout, 4, sheet)
    row = _write_sheets(layout, form_sheets, row, sheet)
    _write_words(layout, row, sheet)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.hide_gridlines(2)
    protect_sheet(sheet)
    set_up_printing(sheet)


def _write_heading(row: int, text: str, sheet: SheetWriter) -> None:
    sheet.write_box(Box(row, 1, 1, 4), text, "heading")
    sheet.set_row(row - 1, 30)


def _write_steps(layout: LedgerLayout, row: int, sheet: SheetWriter) -> int:
    """Write how lines are entered; return the next row."""
    say, terms = load_workbook_wording().notes, layout.definition.terms
    facts = {"answer": terms.answer, "extension": terms.extension, "reminder": terms.reminder}
    _write_heading(row, say.how, sheet)
    for number, step in enumerate(say.steps, start=1):
        text = f"{number}. {step.format(**facts)}"
        sheet.write_box(Box(row + number, 1, 1, 4), text, "guide")
        sheet.set_row(row + number - 1, text_height(text, _WIDE, 10))
    return row + len(say.steps) + 1


def _write_sheets(layout: LedgerLayout, form_sheets: list[SheetPlan], row: int, sheet: SheetWriter) -> int:
    """Write the list of sheets with links; return the next row."""
    say = load_workbook_wording().notes
    listed = [(getattr(layout.definition.sheets, key), text) for key, text in say.explained]
    listed[4:4] = [(planned.name, say.form_explained) for planned in form_sheets]
    _write_heading(row, say.sheets, sheet)
    for at, (name, text) in enumerate(listed, start=row + 1):
        sheet.write_box(Box(at, 1), Link(name, name, "A1"), "link")
        sheet.write_box(Box(at, 2, 1, 3), text, "entry")
        sheet.set_row(at - 1, 22)
    return row + len(listed) + 1


def _write_words(layout: LedgerLayout, row: int, sheet: SheetWriter) -> None:
    """Write where the usual words of answers belong."""
    say = load_workbook_wording().notes
    _write_heading(row, say.words, sheet)
    sheet.write_box(Box(row + 1, 1, 1, 2), say.result, "caption")
    sheet.write_box(Box(row + 1, 3, 1, 2), say.practice, "caption")
    for at, result in enumerate(layout.definition.results, start=row + 2):
        words = say.join.join(word for word in result.aliases if word not in result.title)
        sheet.write_box(Box(at, 1, 1, 2), result.title, "entry")
        sheet.write_box(Box(at, 3, 1, 2), words or None, "entry")
        sheet.set_row(at - 1, text_height(words, sum(_WIDTHS[2:]) - 2, 10))
