"""The hidden sheet: what is computed for each line, the lists of words, the calendar of working days."""

from collections.abc import Mapping
from datetime import timedelta

from xltool.forms.cell_addresses import column_number
from xltool.ledger.ledger_definition import LedgerChoice
from xltool.ledger.working_days import is_working_day
from xltool.model.form import Box
from xltool.workbooks.ledger.entry_sheets import show_content
from xltool.workbooks.ledger.holiday_sheet import format_worked
from xltool.workbooks.ledger.ledger_layout import (
    CALCULATION_SHEET,
    DAY_COLUMN,
    NUMBER_COLUMN,
    VALUE_COLUMN,
    WORKED_COLUMN,
    Area,
    LedgerLayout,
    computed_columns,
    day_number,
    word_columns,
)
from xltool.workbooks.ledger.live_counts import Lines
from xltool.workbooks.ledger.request_states import (
    NO_CONTENT,
    TermContext,
    find_limit,
    format_dispute_formulas,
    format_limit,
    format_line_formulas,
)
from xltool.workbooks.xlsxwriter_adapter import BookWriter, Formula, SheetWriter

_COLUMN_STYLES: Mapping[str, str] = {"start": "day", "due_day": "day", "order": "order"}


def write_calculation_sheet(layout: LedgerLayout, lines_by_area: Lines, context: TermContext, book: BookWriter) -> None:
    """Write the sheet."""
    sheet = book.add_sheet(CALCULATION_SHEET)
    for area, formulas in (
        (Area.REQUESTS, format_line_formulas(layout)),
        (Area.DISPUTES, format_dispute_formulas(layout)),
    ):
        for column, letters in computed_columns(area).items():
            _write_computed(layout, area, column, column_number(letters), formulas[column], lines_by_area, sheet)
    for words, letters in word_columns().items():
        choices: tuple[LedgerChoice, ...] = getattr(layout.definition, words)
        sheet.write_box(Box(1, column_number(letters)), words)
        for row, choice in enumerate(choices, start=2):
            sheet.write_box(Box(row, column_number(letters)), choice.title)
    _write_calendar(layout, context, sheet)
    _write_values(layout, context, sheet)
    sheet.protect()
    sheet.hide()


def _write_computed(
    layout: LedgerLayout, area: Area, column: str, position: int, formula: str, lines_by_area: Lines, sheet: SheetWriter
) -> None:
    sheet.write_box(Box(1, position), f"{area}.{column}")
    lines, first, style = lines_by_area[area], layout.first_row(area), _COLUMN_STYLES.get(column, "whole")
    for row, line in enumerate(lines, start=first):
        value = show_content(line[column])
        assert value is not None  # a computed column is never blank
        sheet.write_box(Box(row, position), Formula(formula, value), style)
    blank = Box(first + len(lines), position, layout.count_lines(area) - len(lines))
    sheet.write_alike_cells(blank, Formula(formula, _blank_value(column)), style)


def _blank_value(column: str) -> str | int:
    """Return the value of a computed column in a row without a line."""
    return 1 if column == "counted" else 0 if column.endswith(("counted", "incomplete")) else NO_CONTENT


def _write_calendar(layout: LedgerLayout, context: TermContext, sheet: SheetWriter) -> None:
    """Write each day with a formula whether it is worked, and how many days have been worked by then."""
    at_day, at_worked, at_number = map(column_number, (DAY_COLUMN, WORKED_COLUMN, NUMBER_COLUMN))
    number = 0
    for at in range(layout.days):
        row, day = at + 2, layout.first_day + timedelta(days=at)
        worked = int(is_working_day(day, context.calendar))
        number += worked
        sheet.write_box(Box(row, at_day), day_number(day), "day")
        sheet.write_box(Box(row, at_worked), Formula(format_worked(layout, f"${DAY_COLUMN}{row}"), worked), "whole")
        before = f"{NUMBER_COLUMN}{row - 1}+" if at else ""
        sheet.write_box(Box(row, at_number), Formula(f"={before}{WORKED_COLUMN}{row}", number), "whole")


def _write_values(layout: LedgerLayout, context: TermContext, sheet: SheetWriter) -> None:
    position = column_number(VALUE_COLUMN)
    sheet.write_box(Box(2, position), Formula("=TODAY()", day_number(context.today)), "day")
    sheet.write_box(Box(3, position), Formula(format_limit(layout), day_number(find_limit(layout, context))), "day")
    sheet.write_box(Box(4, position), day_number(layout.first_day), "day")
