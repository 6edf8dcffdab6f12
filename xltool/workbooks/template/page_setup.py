"""Screen view, page setup and protection of a template's sheets."""

from collections.abc import Mapping

from xltool.forms.signature_line import list_print_footer
from xltool.forms.slots import Purpose, Role
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Form
from xltool.workbooks.marks.mark_conditions import CONDITION_COLUMN
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, SheetWriter

A4_PAPER_CODE = 9
DEFAULT_MARGINS_INCHES = (0.6, 0.6, 0.75, 0.75)  # left, right, top, bottom
MAX_ROW_HEIGHT_POINTS = 409.0  # the highest row a spreadsheet program shows
_FILLED_IN_ROLES = {Role.INPUT, Role.PARAGRAPH, Role.FIELD, Role.ROW_INPUT}
_GROWING_ROLES = {Role.PARAGRAPH, Role.CHECK, Role.EXPLANATION, Role.ROW_INPUT}  # of sheets of several pages
_PORTRAIT_WIDTH_CHARACTERS = 95.0  # of columns on a page in portrait that is still read with ease
_PROTECTION_OPTIONS = {"format_rows": True}


def set_up_page(
    planned: Planned, sheet: SheetWriter, book: BookWriter, needed: Mapping[int, float], form: Form
) -> None:
    """Set widths, heights (points, at least those ``needed``), frozen rows, protection without password, A4 pages."""
    heights = {row: max(planned.heights.get(row, 0.0), needed.get(row, 0.0)) for row in {*planned.heights, *needed}}
    # Findings written later take the column style.
    listed = book.combine_styles("mark") if planned.purpose is Purpose.MARKS else None
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width, listed)
    if planned.purpose is Purpose.MARKS:
        sheet.set_column(CONDITION_COLUMN - 1, CONDITION_COLUMN - 1, None, listed, {"hidden": True})
    for row, height in sorted(heights.items()):
        sheet.set_row(row - 1, min(height, MAX_ROW_HEIGHT_POINTS), None, _folding_options(planned, row))
    if planned.folded:
        sheet.outline_settings(visible=True, symbols_below=False)  # the expand button is at the row above
    if planned.frozen:
        sheet.freeze_panes(planned.frozen, 0)
    to_fill = [slot for slot in planned.slots if slot.role in _FILLED_IN_ROLES]
    sheet.set_tab_color(TAB_COLOURS["fill" if to_fill else "look"])
    if to_fill:
        sheet.set_selection(to_fill[0].address)
    sheet.hide_gridlines(2)
    if not planned.folded:  # collapsed rows of a protected sheet cannot be expanded
        sheet.protect("", _PROTECTION_OPTIONS)
    _set_up_printing(planned, sheet, form)


def find_item_labels(form: Form) -> set[tuple[str, str]]:
    """Find the row headers to align left: those of tables with several levels of row headers, or with long ones."""
    labels: set[tuple[str, str]] = set()
    for table in form.tables:
        rows = {cell.box.row for cell in table.cells}
        first = min(cell.box.column for cell in table.cells)
        before = [label for label in table.labels if label.box.row in rows and label.box.column < first]
        if len({label.box.column for label in before}) > 1 or not table.printed:
            labels |= {(table.id, label.text) for label in before if label.box.rows == 1}
    return labels


def _folding_options(planned: Planned, row: int) -> dict[str, object]:
    """Return the row options that collapse a row, or mark the row above collapsed ones."""
    if row in planned.folded:
        return {"level": 1, "hidden": True}
    return {"collapsed": True} if row + 1 in planned.folded else {}


def _set_up_printing(planned: Planned, sheet: SheetWriter, form: Form) -> None:
    say = workbook_words().look
    page = planned.page
    sheet.set_paper(page.paper or A4_PAPER_CODE)
    listed = any(slot.role is Role.ROW_INPUT for slot in planned.slots)
    if planned.landscape or (listed and sum(planned.widths) > _PORTRAIT_WIDTH_CHARACTERS):
        sheet.set_landscape()
    left, right, top, bottom = page.margins or DEFAULT_MARGINS_INCHES
    sheet.set_margins(left=left, right=right, top=top, bottom=bottom)
    sheet.center_horizontally()
    grows = any(slot.role in _GROWING_ROLES for slot in planned.slots)
    if page.repeated:
        sheet.repeat_rows(page.repeated[0] - 1, page.repeated[1] - 1)
    sheet.fit_to_pages(1, 0 if grows or page.repeated or planned.purpose is Purpose.MARKS else 1)
    if listed or planned.purpose in {Purpose.CHECKS, Purpose.EXPLANATIONS, Purpose.MARKS}:
        sheet.repeat_rows(planned.frozen - 1)
    small = f'&"{say["body_font"]},Regular"&9 '
    document = "" if planned.purpose is Purpose.SECTION and _prints_document(form) else form.document
    sheet.set_header(f"&R{small}{document.replace('&', '&&')}", {"margin": 0.35})
    signature = f"{small}{list_print_footer(form).replace('&', '&&')}\n" if planned.purpose is Purpose.SECTION else ""
    sheet.set_footer(f"&C{signature}{small}{say['footer']}", {"margin": 0.35})


def _prints_document(form: Form) -> bool:
    """Return True if a line above a table names the document of the form."""
    lines = [*(table.head_line for table in form.tables), *(listed.head_line for listed in form.lists)]
    return bool(form.document) and any(form.document in line for line in lines)
