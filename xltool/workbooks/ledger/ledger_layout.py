"""Where everything of a ledger's workbook stands: rows of lines, columns, ranges for formulas.

Formulas refer to ranges from the heading to the closing row below the lines. Both are locked, so that no cutting,
pasting or sorting of lines can move the ends of a range.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.cell_addresses import column_letters
from xltool.forms.format_formulas import quote_sheet_name
from xltool.ledger.ledger_definition import LedgerColumn, LedgerDefinition, WordList
from xltool.model.day_numbers import DAY_ZERO

CALCULATION_SHEET = "_calc"  # hidden: terms, lists of words, calendar
MIN_DISPUTE_LINES, DISPUTE_SHARE = 200, 10
YEARS_BEFORE, YEARS_AFTER = 3, 1  # of the calendar, around the year of the ledger


class Area(StrEnum):
    """A list of lines."""

    REQUESTS = "requests"
    DISPUTES = "disputes"


# Columns of the hidden sheet: computed for each line, in the row of the line; then lists, calendar, single values.
_COMPUTED_COLUMNS: Mapping[Area, Mapping[str, str]] = {
    Area.REQUESTS: {
        "start": "A",
        "due_day": "B",
        "state": "C",
        "order": "D",
        "incomplete": "E",
        "review_counted": "F",
        "suit_counted": "G",
    },
    Area.DISPUTES: {"counted": "I", "incomplete": "J"},
}
_LIST_COLUMNS: Mapping[WordList, str] = {
    "applicant_types": "L",
    "channels": "M",
    "results": "N",
    "dispute_kinds": "O",
    "suit_kinds": "P",
    "outcomes": "Q",
    "answers": "R",
}
DAY_COLUMN, WORKED_COLUMN, NUMBER_COLUMN = "T", "U", "V"  # a day, whether it is worked, working days up to it
VALUE_COLUMN = "X"
HEADING_ROWS: Mapping[Area, int] = {Area.REQUESTS: 4, Area.DISPUTES: 3}


class LedgerLayout(NamedTuple):
    """The places of a workbook with room for so many lines of requests, and for ``carried_disputes`` more disputes."""

    definition: LedgerDefinition
    year: int
    lines: int
    carried_disputes: int = 0

    @property
    def first_day(self) -> date:
        """The first day of the calendar."""
        return date(self.year - YEARS_BEFORE, 1, 1)

    @property
    def last_day(self) -> date:
        """The last day of the calendar."""
        return date(self.year + YEARS_AFTER, 12, 31)

    @property
    def days(self) -> int:
        """The number of days of the calendar."""
        return (self.last_day - self.first_day).days + 1

    def count_lines(self, area: Area) -> int:
        """Return the number of lines of an area."""
        if area is Area.REQUESTS:
            return self.lines
        return max(MIN_DISPUTE_LINES, self.lines // DISPUTE_SHARE) + self.carried_disputes

    def first_row(self, area: Area) -> int:
        """Return the row of the first line."""
        return HEADING_ROWS[area] + 1

    def end_row(self, area: Area) -> int:
        """Return the locked row below the last line."""
        return self.first_row(area) + self.count_lines(area)

    def list_columns(self, area: Area) -> tuple[LedgerColumn, ...]:
        """Return the columns of an area's sheet."""
        return self.definition.requests if area is Area.REQUESTS else self.definition.disputes

    def sheet_name(self, area: Area) -> str:
        """Return the name of an area's sheet."""
        return self.definition.sheets.requests if area is Area.REQUESTS else self.definition.sheets.disputes

    def find_letters(self, area: Area, column: str) -> str:
        """Return the letters of a column of an area's sheet."""
        ids = [each.id for each in self.list_columns(area)]
        return column_letters(ids.index(column) + 1)

    def span(self, area: Area, column: str) -> str:
        """Return the absolute range of a column, computed ones on the hidden sheet, with the sheet's name."""
        computed = _COMPUTED_COLUMNS[area].get(column)
        sheet = CALCULATION_SHEET if computed else self.sheet_name(area)
        letters = computed or self.find_letters(area, column)
        first, last = HEADING_ROWS[area], self.end_row(area)
        return f"{quote_sheet_name(sheet)}!${letters}${first}:${letters}${last}"

    def same_row(self, area: Area, column: str) -> str:
        """Return a formula for the field of a column in the row of the formula, wherever lines are moved."""
        computed = _COMPUTED_COLUMNS[area].get(column)
        sheet = CALCULATION_SHEET if computed else self.sheet_name(area)
        letters = computed or self.find_letters(area, column)
        return f"INDEX({quote_sheet_name(sheet)}!${letters}:${letters},ROW())"

    def list_span(self, word_list: WordList) -> str:
        """Return the absolute range of a list of words on the hidden sheet."""
        letters, count = _LIST_COLUMNS[word_list], len(getattr(self.definition, word_list))
        return f"{CALCULATION_SHEET}!${letters}$2:${letters}${count + 1}"

    def word_cell(self, word_list: WordList, position: int) -> str:
        """Return the absolute address of a word by its position from 0."""
        letters = _LIST_COLUMNS[word_list]
        return f"{CALCULATION_SHEET}!${letters}${position + 2}"

    def calendar_span(self, column: str) -> str:
        """Return the absolute range of a column of the calendar."""
        return f"{CALCULATION_SHEET}!${column}$2:${column}${self.days + 1}"


def word_columns() -> Mapping[WordList, str]:
    """Return the letters of the lists of words on the hidden sheet."""
    return _LIST_COLUMNS


def computed_columns(area: Area) -> Mapping[str, str]:
    """Return the letters of the columns that the hidden sheet computes for each line."""
    return _COMPUTED_COLUMNS[area]


def single_value(name: str) -> str:
    """Return the absolute address of a single value of the hidden sheet: today, limit, first."""
    row = {"today": 2, "limit": 3, "first": 4}[name]
    return f"{CALCULATION_SHEET}!${VALUE_COLUMN}${row}"


def day_number(day: date) -> int:
    """Return the number a spreadsheet program stores for a day."""
    return (day - DAY_ZERO).days
