"""Ledger workbooks as people keep them, drawn for tests with XlsxWriter."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from xltool.ledger.ledger_definition import LedgerColumn, load_ledger_definition
from xltool.ledger.reading.ledger_words import shown_choices

DEFINITION = load_ledger_definition()
Lines = Sequence[Mapping[str, Any]]


def shown(column: LedgerColumn, value: Any) -> Any:
    """What a person sees of a field: the word of a choice."""
    return shown_choices().get(column.id, {}).get(value, value)


def write_ledger(
    path: Path,
    requests: Lines,
    cases: Lines = (),
    *,
    year: int | None = 2025,
    agency: tuple[str, str] = ("110112114", "张家湾镇人民政府"),
    columns: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
    gap_every: int = 0,
) -> Path:
    """Write the sheets 台账 and 争议; ``columns`` chooses and orders those of requests, ``renamed`` their headings."""
    known = {column.id: column for column in DEFINITION.requests}
    chosen = [known[column] for column in columns] if columns else list(DEFINITION.requests)
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        _write_sheet(book.add_worksheet("台账"), chosen, requests, day, renamed or {}, gap_every)
        if cases:
            _write_sheet(book.add_worksheet("争议"), list(DEFINITION.disputes), cases, day, {}, 0)
        if year is not None:
            book.set_custom_property("xltool.year", str(year))
            book.set_custom_property("xltool.agency_code", agency[0])
            book.set_custom_property("xltool.agency_name", agency[1])
    return path


def _write_sheet(
    sheet: Any,
    columns: Sequence[LedgerColumn],
    lines: Lines,
    day: Any,
    renamed: Mapping[str, str],
    gap_every: int,
) -> None:
    sheet.write(0, 0, "台账")
    for at, column in enumerate(columns):
        sheet.write(1, at, renamed.get(column.id, column.title))
    row = 2
    for number, line in enumerate(lines, start=1):
        for at, column in enumerate(columns):
            write_field(sheet, row, at, shown(column, line.get(column.id)), day)
        row += 2 if gap_every and number % gap_every == 0 else 1


def write_field(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, at, value, day)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, at, float(value))
    else:
        sheet.write_string(row, at, str(value))
