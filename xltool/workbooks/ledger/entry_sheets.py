"""The sheets in which lines are entered: requests (台账) and disputes (争议)."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from xltool.forms.cell_addresses import column_letters
from xltool.forms.plan_sheets import text_height
from xltool.ledger.ledger_definition import LedgerColumn
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.model.form import Box, Number
from xltool.workbooks.ledger.entry_rules import colour_entries, validate_column
from xltool.workbooks.ledger.ledger_layout import HEADING_ROWS, Area, LedgerLayout, day_number
from xltool.workbooks.ledger.ledger_page import protect_sheet, set_up_printing
from xltool.workbooks.ledger.ledger_styles import column_style
from xltool.workbooks.ledger.live_counts import FieldContent, LedgerRow, Lines
from xltool.workbooks.ledger.request_states import NO_CONTENT
from xltool.workbooks.ledger.summary_sentences import make_summary
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, Formula, SheetWriter

CARRIED = "carried"  # the key that is 1 for a line of the year before
_ROW_HEIGHT, _HEADING_HEIGHT = 21.0, 34.0
_SHOWN_COLUMNS = {Area.REQUESTS: 14, Area.DISPUTES: 8}  # that title and sentences run over
_FROZEN_COLUMNS = {Area.REQUESTS: 2, Area.DISPUTES: 1}


def write_entry_sheet(layout: LedgerLayout, area: Area, lines_by_area: Lines, agency: str, book: BookWriter) -> None:
    """Write the sheet of an area with its lines, rows for more, validations and conditional formats."""
    sheet = book.add_sheet(layout.sheet_name(area))
    columns = layout.list_columns(area)
    _write_head(layout, area, lines_by_area, agency, sheet)
    for position, column in enumerate(columns, start=1):
        sheet.set_column(position - 1, position - 1, column.width)
        _write_column(layout, area, position, lines_by_area[area], sheet)
        validate_column(layout, area, position, sheet)
        if column.computed:  # open, so that lines can be sorted: no reason for a warning in each cell
            letters, first = column_letters(position), layout.first_row(area)
            sheet.ignore_errors({"formula_unlocked": f"{letters}{first}:{letters}{layout.end_row(area) - 1}"})
    _write_end(layout, area, sheet)
    colour_entries(layout, area, sheet, book)
    last = layout.end_row(area) - 1
    sheet.autofilter(HEADING_ROWS[area] - 1, 0, last - 1, len(columns) - 1)
    sheet.freeze_panes(HEADING_ROWS[area], _FROZEN_COLUMNS[area])
    sheet.set_tab_color(TAB_COLOURS["fill"])
    sheet.set_selection(
        layout.first_row(area) - 1 + len(lines_by_area[area]),
        0,
        layout.first_row(area) - 1 + len(lines_by_area[area]),
        0,
    )
    sheet.hide_gridlines(2)
    protect_sheet(sheet, sortable=True)
    set_up_printing(sheet, landscape=True, repeated=HEADING_ROWS[area], wide=area is Area.REQUESTS)


def _write_head(layout: LedgerLayout, area: Area, lines_by_area: Lines, agency: str, sheet: SheetWriter) -> None:
    """Write title, sentence, group headings and headings."""
    say, columns, shown = load_workbook_wording(), layout.list_columns(area), _SHOWN_COLUMNS[area]
    is_requests = area is Area.REQUESTS
    title = layout.definition.title if is_requests else say.disputes["title"]
    sheet.write_box(Box(1, 1, 1, shown), title.format(agency=agency, year=layout.year), "title", "left")
    sheet.set_row(0, 34)
    if is_requests:
        sheet.write_box(Box(2, 1, 1, shown), make_summary(layout, lines_by_area), "heading")
        legend = say.requests["hint"].format(reminder=layout.definition.terms.reminder)
        sheet.write_box(Box(2, shown + 1, 1, len(columns) - shown), legend, "guide")
        sheet.set_row(1, 24)
        for group, first, count in _list_groups(columns):
            sheet.write_box(Box(3, first, 1, count), group or None, "band")
        sheet.set_row(2, 20)
    else:
        sheet.write_box(Box(2, 1, 1, shown), say.disputes["hint"], "guide")
        sheet.set_row(1, text_height(say.disputes["hint"], sum(column.width for column in columns), 10))
    heading = HEADING_ROWS[area]
    for position, column in enumerate(columns, start=1):
        sheet.write_box(Box(heading, position), column.title, "caption")
    sheet.set_row(heading - 1, _HEADING_HEIGHT)


def _list_groups(columns: tuple[LedgerColumn, ...]) -> Iterator[tuple[str, int, int]]:
    """Yield the heading above each run of columns, its first column and the number of columns."""
    position = 1
    for group, members in groupby(columns, key=lambda column: column.group):
        count = len(list(members))
        yield group, position, count
        position += count


def _write_column(
    layout: LedgerLayout, area: Area, position: int, filled_lines: Sequence[LedgerRow], sheet: SheetWriter
) -> None:
    """Write the fields of a column: given contents, and blank fields below."""
    column = layout.list_columns(area)[position - 1]
    look, first = column_style(column), layout.first_row(area)
    blank = Box(first + len(filled_lines), position, layout.count_lines(area) - len(filled_lines))
    if column.computed:
        computed, styles = f"={layout.same_row(area, 'due_day')}", ("figured", look, "open")
        for row, line in enumerate(filled_lines, start=first):
            value = show_content(line["due_day"])
            sheet.write_box(Box(row, position), Formula(computed, NO_CONTENT if value is None else value), *styles)
        sheet.write_alike_cells(blank, Formula(computed, NO_CONTENT), *styles)
        return
    for row, line in enumerate(filled_lines, start=first):
        carried = ("carried",) if line.get(CARRIED) else ()
        sheet.write_box(Box(row, position), show_content(line.get(column.id)), "field", look, *carried)
    sheet.write_alike_cells(blank, None, "field", look)


def show_content(field_content: FieldContent | None) -> str | Number | None:
    """Return what a cell holds: the number of a day, anything else as it is."""
    return day_number(field_content) if isinstance(field_content, date) else field_content


def _write_end(layout: LedgerLayout, area: Area, sheet: SheetWriter) -> None:
    """Write the locked row below the lines, and the heights of the rows."""
    say = load_workbook_wording()
    text = say.requests["end"] if area is Area.REQUESTS else say.disputes["end"]
    sheet.write_box(Box(layout.end_row(area), 1, 1, len(layout.list_columns(area))), text, "band", "left")
    sheet.set_default_row(_ROW_HEIGHT)
