"""Read the sheet of days off (节假日) of a ledger; a later row has the last word on a day."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.reading.ledger_values import read_date
from xltool.ledger.reading.ledger_words import load_reading_words
from xltool.ledger.reading.locate_columns import SheetGrid
from xltool.ledger.working_days import iterate_days
from xltool.recognition.identify_form import cell_text
from xltool.spreadsheet.raw_workbook import RawSheet, RawWorkbook

_MAX_DAYS = 60  # of one holiday; a longer one is a mistake


class DaysOff(NamedTuple):
    """Days off, and weekend days that are worked."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()


def read_days_off(workbook: RawWorkbook) -> DaysOff:
    """Read the days of the sheet; none without that sheet."""
    name = load_ledger_definition().sheets.holidays
    sheet = next((each for each in workbook.sheets if each.name == name), None)
    if sheet is None:
        return DaysOff()
    days = {day: is_off for first, last, is_off in _list_rows(sheet) for day in iterate_days(first, last)}
    return DaysOff(frozenset(day for day in days if days[day]), frozenset(day for day in days if not days[day]))


def _list_rows(sheet: RawSheet) -> Iterator[tuple[date, date, bool]]:
    """Yield first and last day of each row, and whether they are off."""
    words, rows = load_reading_words(), SheetGrid(sheet).rows
    wanted = {"first": words.holiday_first, "last": words.holiday_last, "kind": words.holiday_kind}
    columns: dict[str, str] = {}
    for row in sorted(rows):
        texts = {cell_text(cell).strip(): letters for letters, cell in rows[row].items()}
        found = {key: texts[word] for key, names in wanted.items() for word in names if word in texts}
        if len(found) == len(wanted):
            columns = found
            continue
        cells = {key: rows[row].get(letters) for key, letters in columns.items()}
        first, last = (read_date(cell).content if (cell := cells.get(key)) else None for key in ("first", "last"))
        kind = cell_text(cells.get("kind")).strip()
        if not (isinstance(first, date) and isinstance(last, date) and kind in (*words.off, *words.work)):
            continue
        if 0 <= (last - first).days < _MAX_DAYS:
            yield first, last, kind in words.off
