"""The sheet of days off and working weekends (节假日): the years that are known, and rows for an office's own."""

from datetime import date
from functools import cache
from typing import NamedTuple

from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.plan_sheets import text_height
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.ledger.working_days import find_unknown_years, load_calendar, load_holiday_years
from xltool.model.form import Box
from xltool.workbooks.ledger.ledger_layout import LedgerLayout, day_number
from xltool.workbooks.ledger.ledger_page import protect_sheet, set_up_printing
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, Formula, SheetWriter

_WIDTHS = (14.0, 14.0, 10.0, 46.0)
_COLUMNS = ("first", "last", "kind", "source")
_HEADING_ROW, _OWN_ROWS = 6, 60
_YEAR_ROWS = 3  # sentences about the years that answers may run through


class GivenHoliday(NamedTuple):
    """A row that is filled in: first and last day, the key of its kind (off or work), and the notice."""

    first: date
    last: date
    kind: str
    source: str


@cache
def list_given_holidays(first: date, last: date) -> tuple[GivenHoliday, ...]:
    """Return the rows of the years from one day to another, in the order of their days."""
    rows = []
    for year in load_holiday_years():
        source = load_workbook_wording().notes.join.join(year.source)
        rows += [GivenHoliday(*days, "off", source) for days in year.off]
        rows += [GivenHoliday(day, day, "work", source) for day in year.work]
    return tuple(sorted(row for row in rows if row.last >= first and row.first <= last))


def format_worked(layout: LedgerLayout, day: str) -> str:
    """Return the formula that is 1 for a day that is worked; the office's own rows come before those given."""
    say, given = load_workbook_wording().holidays, len(list_given_holidays(layout.first_day, layout.last_day))
    first_own = _HEADING_ROW + given
    own, known = (first_own, first_own + _OWN_ROWS + 1), (_HEADING_ROW, first_own)
    tests = [
        (_count_rows(layout, own, day, say["off"]), 0),
        (_count_rows(layout, own, day, say["work"]), 1),
        (_count_rows(layout, known, day, say["off"]), 0),
        (_count_rows(layout, known, day, say["work"]), 1),
    ]
    inner = f"IF(WEEKDAY({day},2)<6,1,0)"
    for count, worked in reversed(tests):
        inner = f"IF({count}>0,{worked},{inner})"
    return f"={inner}"


def write_holiday_sheet(layout: LedgerLayout, book: BookWriter) -> None:
    """Write the sheet."""
    say = load_workbook_wording().holidays
    sheet = book.add_sheet(layout.definition.sheets.holidays)
    for position, width in enumerate(_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_box(Box(1, 1, 1, 4), say["title"], "title")
    sheet.set_row(0, 34)
    sheet.write_box(Box(2, 1, 1, 4), say["hint"], "guide")
    sheet.set_row(1, text_height(say["hint"], sum(_WIDTHS), 10))
    for row, year in enumerate(range(layout.year - 1, layout.year - 1 + _YEAR_ROWS), start=3):
        _write_year(layout, row, year, sheet, book)
    for position, key in enumerate(_COLUMNS, start=1):
        sheet.write_box(Box(_HEADING_ROW, position), say[key], "caption")
    row = _HEADING_ROW + 1
    for holiday in list_given_holidays(layout.first_day, layout.last_day):
        for position, day in ((1, holiday.first), (2, holiday.last)):
            sheet.write_box(Box(row, position), day_number(day), "figured", "day")
        sheet.write_box(Box(row, 3), say[holiday.kind], "figured")
        sheet.write_box(Box(row, 4), holiday.source, "figured", "left")
        row += 1
    _write_own_rows(layout, row, sheet, book)
    sheet.freeze_panes(_HEADING_ROW, 0)
    sheet.set_tab_color(TAB_COLOURS["fill"])
    sheet.set_selection(row - 1, 0, row - 1, 0)
    sheet.hide_gridlines(2)
    protect_sheet(sheet)
    set_up_printing(sheet, repeated=_HEADING_ROW)


def _write_year(layout: LedgerLayout, row: int, year: int, sheet: SheetWriter, book: BookWriter) -> None:
    """Write whether the days off of a year are known."""
    say = load_workbook_wording().holidays
    name = quote_sheet_name(layout.definition.sheets.holidays)
    last = _HEADING_ROW + len(list_given_holidays(layout.first_day, layout.last_day)) + _OWN_ROWS + 1
    days = f"{name}!$B${_HEADING_ROW}:$B${last}"
    unknown, known = (say[key].format(year=year) for key in ("unknown", "known"))
    count = f'COUNTIFS({days},">="&DATE({year},1,1),{days},"<="&DATE({year},12,31))'
    lacks = find_unknown_years(date(year, 1, 1), date(year, 1, 1), load_calendar())
    shown = Formula(f'=IF({count}>0,"{known}","{unknown}")', unknown if lacks else known)
    sheet.write_box(Box(row, 1, 1, 4), shown, "guide")
    condition = {"type": "formula", "criteria": f"={count}=0", "format": book.combine_styles("waiting")}
    sheet.conditional_format(row - 1, 0, row - 1, 3, condition)
    sheet.set_row(row - 1, 30 if lacks else 20)


def _write_own_rows(layout: LedgerLayout, first: int, sheet: SheetWriter, book: BookWriter) -> None:
    """Write the rows an office fills in itself, and the locked row below them."""
    say, prompts = load_workbook_wording().holidays, load_workbook_wording().prompts
    for row in range(first, first + _OWN_ROWS):
        for position, style in enumerate(("day", "day", "word", "long"), start=1):
            sheet.write_box(Box(row, position), None, "field", style)
    sheet.write_box(Box(first + _OWN_ROWS, 1, 1, 4), None, "band")
    facts = {"first": layout.first_day.isoformat(), "last": layout.last_day.isoformat()}
    error = {"error_title": prompts["error_title"], "error_message": prompts["date_error"].format(**facts)}
    limits = {"minimum": layout.first_day, "maximum": layout.last_day}
    top, bottom = first - 1, first + _OWN_ROWS - 2
    sheet.data_validation(top, 0, bottom, 1, {"validate": "date", "criteria": "between", **limits, **error})
    words = {"validate": "list", "source": [say["off"], say["work"]], "error_message": prompts["choice_error"]}
    sheet.data_validation(top, 2, bottom, 2, {**words, "error_title": prompts["error_title"]})
    half = f'=AND(COUNTA($A{first}:$C{first})>0,A{first}="")'
    sheet.conditional_format(
        top, 0, bottom, 2, {"type": "formula", "criteria": half, "format": book.combine_styles("bad")}
    )


def _count_rows(layout: LedgerLayout, row_limits: tuple[int, int], day: str, word: str) -> str:
    name = quote_sheet_name(layout.definition.sheets.holidays)
    first, last, kind = (f"{name}!${letters}${row_limits[0]}:${letters}${row_limits[1]}" for letters in "ABC")
    return f'COUNTIFS({first},"<="&{day},{last},">="&{day},{kind},"{word}")'
