"""The sheet of counts by month, quarter and year to date (统计)."""

from calendar import monthrange
from datetime import date

from xltool.forms.cell_addresses import column_letters
from xltool.forms.plan_sheets import text_height
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.model.form import Box
from xltool.workbooks.ledger.annual_counts import Span, list_statistics
from xltool.workbooks.ledger.ledger_layout import LedgerLayout, day_number, single_value
from xltool.workbooks.ledger.ledger_page import protect_sheet, set_up_printing
from xltool.workbooks.ledger.live_counts import Lines, evaluate_count, format_count
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, Formula

_TITLE_WIDTH, _UNIT_WIDTH, _WIDTH = 33.0, 6.0, 7.5
_FIRST_COLUMN = 3
_HEADING_ROW, _FROM_ROW, _UNTIL_ROW = 3, 4, 5


def list_spans(year: int) -> list[tuple[str, Span]]:
    """Return the periods of a year in the order of their columns, with their titles."""
    say, spans = load_workbook_wording().statistics, []
    for quarter in range(4):
        months = range(quarter * 3 + 1, quarter * 3 + 4)
        spans += [(say.months[month - 1], *_month_days(year, month, month)) for month in months]
        spans.append((say.quarters[quarter], *_month_days(year, months[0], months[-1])))
    spans.append((say.total, *_month_days(year, 1, 12)))
    return [
        (title, _name_span(first, last, column)) for column, (title, first, last) in enumerate(spans, _FIRST_COLUMN)
    ]


def _month_days(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _name_span(first: date, last: date, column: int) -> Span:
    letters = column_letters(column)
    return Span(first, last, f"{letters}${_FROM_ROW}", f"{letters}${_UNTIL_ROW}")


def write_statistics_sheet(layout: LedgerLayout, lines_by_area: Lines, agency: str, book: BookWriter) -> None:
    """Write the sheet."""
    say, spans = load_workbook_wording().statistics, list_spans(layout.year)
    sheet = book.add_sheet(layout.definition.sheets.statistics)
    across = _FIRST_COLUMN + len(spans) - 1
    sheet.set_column(0, 0, _TITLE_WIDTH)
    sheet.set_column(1, 1, _UNIT_WIDTH)
    sheet.set_column(2, across - 1, _WIDTH)
    sheet.write_box(Box(1, 1, 1, across), say.title.format(agency=agency, year=layout.year), "title")
    sheet.set_row(0, 34)
    sheet.write_box(Box(2, 1, 1, across), say.hint, "guide")
    sheet.set_row(1, text_height(say.hint, 150, 10))
    for position, heading in enumerate((say.indicator, say.unit), start=1):
        sheet.write_box(Box(_HEADING_ROW, position), heading, "caption")
    for row, name in ((_FROM_ROW, say.from_), (_UNTIL_ROW, say.until)):
        sheet.write_box(Box(row, 1), name, "caption", "later")
        sheet.write_box(Box(row, 2), None, "caption")
    sheet.set_row(_HEADING_ROW - 1, 30)
    for column, (title, span) in enumerate(spans, start=_FIRST_COLUMN):
        sheet.write_box(Box(_HEADING_ROW, column), title, "caption")
        sheet.write_box(Box(_FROM_ROW, column), day_number(span.first), "caption", "small_day")
        sheet.write_box(Box(_UNTIL_ROW, column), day_number(span.last), "caption", "small_day")
        for row, (indicator, counts) in enumerate(list_statistics(layout, span), start=_UNTIL_ROW + 1):
            lead = ("leading",) if indicator.leading else ()
            if column == _FIRST_COLUMN:
                sheet.write_box(Box(row, 1), indicator.title, "listed" if lead else "entry", "left", *lead)
                sheet.write_box(Box(row, 2), indicator.unit, "centred")
            content = Formula(format_count(layout, counts), evaluate_count(counts, lines_by_area))
            look = "money" if indicator.unit == say.yuan else "whole"
            sheet.write_box(Box(row, column), content, "figured", look, "shrunk", *lead)
    first = f"{column_letters(_FIRST_COLUMN)}${_FROM_ROW}"
    condition = {"type": "formula", "criteria": f"={first}>{single_value('today')}"}
    condition["format"] = book.combine_styles("later")
    last_row = _UNTIL_ROW + len(list_statistics(layout, spans[0][1]))
    sheet.conditional_format(_UNTIL_ROW, _FIRST_COLUMN - 1, last_row - 1, across - 1, condition)
    sheet.freeze_panes(_UNTIL_ROW, 2)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.hide_gridlines(2)
    protect_sheet(sheet)
    set_up_printing(sheet, landscape=True, repeated=_UNTIL_ROW)
