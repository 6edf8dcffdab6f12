"""Values of .xls and .xlsb by way of calamine; runs in the worker. The door to that library."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from xltool.spreadsheet import limits
from xltool.spreadsheet.file_type import OLE, ZIP
from xltool.spreadsheet.xls.biff_records import Records, TooMuchError, read_records
from xltool.spreadsheet.xls.xlsb_records import refuse_errors

_WHOLE = 1e15  # above this a binary float no longer holds every whole number with a digit to spare
_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}

_Cell = tuple[int, int, str, str]  # row, column, kind, text


def values(data: bytes) -> dict[str, Any]:
    """``sheets``: of each its name, state, merged ranges, cells, hidden rows and columns; or a ``problem``.

    Places begin at 1. Numbers, errors and truth values of an .xls are those of its records.
    """
    try:
        sheets = _read(data)
    except TooMuchError:
        return {"problem": "cells_held"}
    except ValueError:
        return {"problem": "unreadable"}
    return {"sheets": sheets} if sheets else {"problem": "no_sheets"}


def _read(data: bytes) -> list[object]:
    records: dict[int, Records] = {}
    if data.startswith(OLE):
        records = read_records(data)  # first: what it refuses could make calamine swell
    elif data.startswith(ZIP):
        refuse_errors(data)
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return _sheets(workbook, records)


def _sheets(workbook: CalamineWorkbook, records: dict[int, Records]) -> list[object]:
    sheets: list[object] = []
    room = limits.CELLS_HELD
    for number, about in enumerate(workbook.sheets_metadata[: limits.SHEETS]):
        cells: list[_Cell] = []
        merged: list[tuple[int, ...]] = []
        if about.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(about.name)
            cells = _cells(sheet, room)
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        hidden: tuple[object, ...] = ((), ())
        if number in records:
            cells = list(_corrected(cells, records[number]))
            hidden = records[number].hidden_rows, records[number].hidden_columns
        room -= len(cells)
        state = _STATES.get(str(about.visible).rpartition(".")[2], "visible")
        sheets.append((about.name, state, merged, cells, *hidden))
    return sheets


def _corrected(cells: list[_Cell], records: Records) -> Iterator[_Cell]:
    """The texts among ``cells``, and every figure as its record has it. Raises ValueError where a record is missing."""
    left = dict(records.figures)
    for row, column, kind, text in cells:
        figure = left.pop((row, column), None)
        if kind == "text":
            if figure is not None:
                raise ValueError("a text and a figure in one cell")
            yield row, column, kind, text
        elif figure is None:
            raise ValueError("a figure without a record")
        else:
            yield row, column, *_recorded(*figure, text if kind == "date" else "")
    for (row, column), figure in left.items():
        yield row, column, *_recorded(*figure, "")


def _recorded(kind: str, figure: float | int | str, date: str) -> tuple[str, str]:
    """A figure of a record as it is told; a date as calamine writes it, where it saw one."""
    if kind == "error":
        return kind, str(figure)
    told = _stored(figure)[1]
    return kind, (date or told) if kind == "date" else told


def _cells(sheet: CalamineSheet, room: int) -> list[_Cell]:
    """Row and column (1-based), kind and text of every cell that is not empty."""
    cells: list[_Cell] = []
    first_column = (sheet.start or (0, 0))[1] + 1
    for row, values in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(values, start=first_column):
            if value != "":
                cells.append((row, column, *_stored(value)))
        if len(cells) > room:
            raise TooMuchError
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
