"""How a sheet of a template stands on the screen and on paper, and what its protection allows."""

from collections.abc import Mapping

from xltool.forms.furniture import words
from xltool.forms.slots import Purpose, Role
from xltool.forms.slots import Sheet as Planned
from xltool.model.form import Form
from xltool.workbooks.template.styles import TABS
from xltool.workbooks.xlsxwriter_adapter import Book, Sheet

A4 = 9
TALLEST = 409.0  # points a row can show
_FILLED_IN = {Role.INPUT, Role.PARAGRAPH, Role.FIELD}
_ROWS_MAY_GROW = {"format_rows": True}


def set_up(planned: Planned, sheet: Sheet, book: Book, needed: Mapping[int, float], document: str) -> None:
    """Widths, heights (at least those ``needed``), what stays in sight, protection without a password, A4 pages."""
    heights = {row: max(planned.heights.get(row, 0.0), needed.get(row, 0.0)) for row in {*planned.heights, *needed}}
    # What a check writes into the list of findings takes the looks of its columns.
    listed = book.style("mark") if planned.purpose is Purpose.MARKS else None
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width, listed)
    for row, height in sorted(heights.items()):
        sheet.set_row(row - 1, min(height, TALLEST), None, _folding(planned, row))
    if planned.folded:
        sheet.outline_settings(True, False)  # the sign to unfold stands at the row above
    if planned.frozen:
        sheet.freeze_panes(planned.frozen, 0)
    to_fill = [slot for slot in planned.slots if slot.role in _FILLED_IN]
    sheet.set_tab_color(TABS["fill" if to_fill else "look"])
    if to_fill:
        sheet.set_selection(to_fill[0].address)
    sheet.hide_gridlines(2)
    if not planned.folded:  # rows of a protected sheet cannot be unfolded
        sheet.protect("", _ROWS_MAY_GROW)
    _print(planned, sheet, document)


def item_labels(form: Form) -> set[tuple[str, str]]:
    """Labels that stand left-aligned before their figures: where lines are named in several steps, or at length."""
    found: set[tuple[str, str]] = set()
    for table in form.tables:
        rows = {cell.box.row for cell in table.cells}
        first = min(cell.box.column for cell in table.cells)
        before = [label for label in table.labels if label.box.row in rows and label.box.column < first]
        if len({label.box.column for label in before}) > 1 or not table.printed:
            found |= {(table.id, label.text) for label in before if label.box.rows == 1}
    return found


def _folding(planned: Planned, row: int) -> dict[str, object]:
    """What hides a row, or says that those below it are hidden."""
    if row in planned.folded:
        return {"level": 1, "hidden": True}
    return {"collapsed": True} if row + 1 in planned.folded else {}


def _print(planned: Planned, sheet: Sheet, document: str) -> None:
    say = words().look
    sheet.set_paper(A4)
    if planned.landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.75)
    sheet.center_horizontally()
    grows = any(slot.role in {Role.PARAGRAPH, Role.CHECK, Role.EXPLANATION} for slot in planned.slots)
    sheet.fit_to_pages(1, 0 if grows or planned.purpose is Purpose.MARKS else 1)
    if planned.purpose in {Purpose.CHECKS, Purpose.EXPLANATIONS, Purpose.MARKS}:
        sheet.repeat_rows(planned.frozen - 1)
    small = f'&"{say["body_font"]},Regular"&9 '
    sheet.set_header(f"&R{small}{document.replace('&', '&&')}", {"margin": 0.35})
    sheet.set_footer(f"&C{small}{say['footer']}", {"margin": 0.35})
