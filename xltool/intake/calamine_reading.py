"""Values of .xls and .xlsb by way of calamine; runs in the worker. The door to that library."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from xltool.intake import limits

_WHOLE = 1e15  # above this a binary float no longer holds every whole number with a digit to spare
_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}


def values(data: bytes) -> dict[str, Any]:
    """``sheets``: of each its name, state, merged ranges and cells, whose places begin at 1; or a ``problem``."""
    try:
        sheets = _read(data)
    except _TooMuchError:
        return {"problem": "cells_held"}
    return {"sheets": sheets} if sheets else {"problem": "no_sheets"}


class _TooMuchError(Exception):
    """More cells than the limit allows."""


def _read(data: bytes) -> list[object]:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return _sheets(workbook)


def _sheets(workbook: CalamineWorkbook) -> list[object]:
    sheets: list[object] = []
    room = limits.CELLS_HELD
    for about in workbook.sheets_metadata[: limits.SHEETS]:
        cells: list[tuple[int, int, str, str]] = []
        merged: list[tuple[int, ...]] = []
        if about.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(about.name)
            cells = _cells(sheet, room)
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        room -= len(cells)
        sheets.append((about.name, _STATES.get(str(about.visible).rpartition(".")[2], "visible"), merged, cells))
    return sheets


def _cells(sheet: CalamineSheet, room: int) -> list[tuple[int, int, str, str]]:
    """Row and column (1-based), kind and text of every cell that is not empty."""
    cells: list[tuple[int, int, str, str]] = []
    first_column = (sheet.start or (0, 0))[1] + 1
    for row, values in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(values, start=first_column):
            if value != "":
                cells.append((row, column, *_stored(value)))
        if len(cells) > room:
            raise _TooMuchError
    return cells


def _stored(value: object) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "1" if value else "0"
        case int():
            return "number", str(value)
        case float():
            return "number", str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
        case datetime() | date() | time():
            return "date", value.isoformat()
        case timedelta():
            return "date", str(value)
    return "text", str(value)
