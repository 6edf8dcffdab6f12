"""The sheet of open requests by the day their answer is due (提醒)."""

from datetime import date

from xltool.forms.plan_sheets import text_height
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.ledger.working_days import count_working_days
from xltool.model.form import Box
from xltool.workbooks.ledger.entry_sheets import show_content
from xltool.workbooks.ledger.ledger_layout import Area, LedgerLayout, day_number, single_value
from xltool.workbooks.ledger.ledger_page import protect_sheet, set_up_printing
from xltool.workbooks.ledger.live_counts import LedgerRow, Lines
from xltool.workbooks.ledger.request_states import NO_CONTENT, TermContext, format_days_left, list_open
from xltool.workbooks.ledger.summary_sentences import (
    count_open,
    count_states,
    format_open_count,
    format_state_count,
)
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, SheetWriter

_WIDTHS = (7.0, 16.0, 13.0, 10.0, 16.0, 13.0, 12.0, 14.0)
_FIELDS = ("number", "received", "channel", "applicant_type", "due_day")  # of the ledger, from the second column on
_STYLES = {"received": "day", "due_day": "day"}
_HEADING_ROW, _ROWS = 6, 200
_PLACE_COLUMN = "J"  # hidden: the position of a line in the ledger, from 1 at the heading


def write_reminder_sheet(
    layout: LedgerLayout, lines_by_area: Lines, context: TermContext, agency: str, book: BookWriter
) -> None:
    """Write the sheet."""
    say = load_workbook_wording().reminders
    sheet = book.add_sheet(layout.definition.sheets.reminders)
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_column(8, 9, 8, None, {"hidden": True})
    sheet.write_box(Box(1, 1, 1, 8), say["title"].format(agency=agency, year=layout.year), "title")
    sheet.set_row(0, 34)
    sheet.write_box(Box(2, 1, 1, 8), say["hint"], "guide")
    sheet.set_row(1, text_height(say["hint"], sum(_WIDTHS), 10))
    _write_counts(layout, lines_by_area, context, sheet)
    titles = {column.id: column.title for column in layout.definition.requests}
    headings = [say["position"], *(titles[field.removesuffix("_day")] for field in _FIELDS), say["left"], say["state"]]
    for position, heading in enumerate(headings, start=1):
        sheet.write_box(Box(_HEADING_ROW, position), heading, "caption")
    sheet.set_row(_HEADING_ROW - 1, 26)
    opened = list_open(lines_by_area[Area.REQUESTS])
    for number in range(1, _ROWS + 1):
        place, row = opened[number - 1] if number <= len(opened) else (-1, None)
        _write_line(layout, number, place, row, context, sheet)
    _write_rest(layout, len(opened), sheet)
    _colour_states(sheet, book)
    sheet.freeze_panes(_HEADING_ROW, 0)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.hide_gridlines(2)
    protect_sheet(sheet)
    set_up_printing(sheet, repeated=_HEADING_ROW)


def _write_counts(layout: LedgerLayout, lines_by_area: Lines, context: TermContext, sheet: SheetWriter) -> None:
    """Write today, and how many requests are open, late, due and waiting."""
    say, states, rows = load_workbook_wording().reminders, load_workbook_wording().states, lines_by_area[Area.REQUESTS]
    waiting = (states["correction"], states["third_party"], states["fee"])
    shown: list[tuple[str, CellContent, str]] = [
        (say["today"], Formula(f"={single_value('today')}", day_number(context.today)), "day"),
        (say["open"], Formula(f"={format_open_count(layout)}", count_open(rows)), "figured"),
    ]
    due = say["due"].format(reminder=layout.definition.terms.reminder)
    for title, keys in ((say["overdue"], (states["overdue"],)), (due, (states["due"],)), (say["waiting"], waiting)):
        count = Formula(f"={format_state_count(layout, *keys)}", count_states(rows, *keys))
        shown.append((title, count, "figured"))
    for (title, content, style), column in zip(shown, (1, 3, 4, 5, 7), strict=True):
        wide = 2 if column in {1, 5} else 1
        sheet.write_box(Box(3, column, 1, wide), title, "caption")
        sheet.write_box(Box(4, column, 1, wide), content, "figured", style)
    sheet.set_row(2, 30)
    sheet.set_row(3, 24)


def _write_line(
    layout: LedgerLayout,
    number: int,
    place: int,
    filled_line: LedgerRow | None,
    context: TermContext,
    sheet: SheetWriter,
) -> None:
    """Write one open request; a row without one shows nothing."""
    at = _HEADING_ROW + number
    found = f"${_PLACE_COLUMN}{at}"
    order = layout.span(Area.REQUESTS, "order")
    match = f"=IFERROR(MATCH(SMALL({order},{number}),{order},0),0)"
    sheet.write_box(Box(at, 10), Formula(match, place + 2 if filled_line else 0))
    position = Formula(f'=IF({found}=0,"{NO_CONTENT}",{number})', number if filled_line else NO_CONTENT)
    sheet.write_box(Box(at, 1), position, "shown")
    for column, field in enumerate(_FIELDS, start=2):
        content = f"INDEX({layout.span(Area.REQUESTS, field)},{found})"
        formula = f'=IF({found}=0,"{NO_CONTENT}",IF({content}="","{NO_CONTENT}",{content}))'
        value = show_content(filled_line.get(field)) if filled_line else None
        shown = Formula(formula, NO_CONTENT if value is None else value)
        sheet.write_box(Box(at, column), shown, "shown", _STYLES.get(field, "word"))
    sheet.write_box(
        Box(at, 7), Formula(f"={format_days_left(layout, f'$F{at}')}", _count_left(filled_line, context)), "shown"
    )
    state = f'=IF({found}=0,"{NO_CONTENT}",INDEX({layout.span(Area.REQUESTS, "state")},{found}))'
    sheet.write_box(Box(at, 8), Formula(state, str(filled_line["state"]) if filled_line else NO_CONTENT), "shown")


def _count_left(filled_line: LedgerRow | None, context: TermContext) -> int | str:
    due = filled_line["due_day"] if filled_line else None
    return count_working_days(context.today, due, context.calendar) if isinstance(due, date) else NO_CONTENT


def _write_rest(layout: LedgerLayout, count: int, sheet: SheetWriter) -> None:
    """Write whether all open requests are listed."""
    say = load_workbook_wording().reminders
    more = f'"{say["more_before"]}"&({format_open_count(layout)}-{_ROWS})&"{say["more_after"]}"'
    text = f'=IF({format_open_count(layout)}>{_ROWS},{more},"{say["all_shown"]}")'
    shown = f"{say['more_before']}{count - _ROWS}{say['more_after']}" if count > _ROWS else say["all_shown"]
    sheet.write_box(Box(5, 1, 1, 8), Formula(text, shown), "guide")


def _colour_states(sheet: SheetWriter, book: BookWriter) -> None:
    states = load_workbook_wording().states
    first = _HEADING_ROW + 1
    conditions = [(f'$H{first}="{states[state]}"', style) for state, style in (("overdue", "bad"), ("due", "doubtful"))]
    conditions.append((f"${_PLACE_COLUMN}{first}>0", "framed"))
    for criteria, style in conditions:
        condition = {"type": "formula", "criteria": f"={criteria}", "format": book.combine_styles(style)}
        sheet.conditional_format(first - 1, 0, first + _ROWS - 2, 7, condition)
