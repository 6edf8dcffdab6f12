"""Read the values of .xls and .xlsb by calamine. Runs in the worker."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from xltool.spreadsheet import limits
from xltool.spreadsheet.file_type import OLE_SIGNATURE, ZIP_SIGNATURE
from xltool.spreadsheet.xls.biff_records import SheetRecords, TooMuchError, read_records
from xltool.spreadsheet.xls.xlsb_records import refuse_error_cells

_MAX_EXACT_FLOAT = 1e15  # above this, floats do not represent every integer exactly
_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}

_ValueCell = tuple[int, int, str, str]  # row, column, kind, text


def read_values(data: bytes) -> dict[str, Any]:
    """Return ``sheets``: of each its name, state, merged ranges, cells, hidden rows and columns; or a ``problem``.

    Rows and columns begin at 1. Numbers, errors and booleans of an .xls are those of its records.
    """
    try:
        sheets = _read_workbook(data)
    except TooMuchError:
        return {"problem": "cells_held"}
    except ValueError:
        return {"problem": "unreadable"}
    return {"sheets": sheets} if sheets else {"problem": "no_sheets"}


def _read_workbook(data: bytes) -> list[object]:
    records: dict[int, SheetRecords] = {}
    if data.startswith(OLE_SIGNATURE):
        records = read_records(data)  # first: files it refuses could make calamine use too much memory
    elif data.startswith(ZIP_SIGNATURE):
        refuse_error_cells(data)
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        return _read_sheets(workbook, records)


def _read_sheets(workbook: CalamineWorkbook, records: dict[int, SheetRecords]) -> list[object]:
    sheets: list[object] = []
    room = limits.MAX_CELLS_HELD
    for index, metadata in enumerate(workbook.sheets_metadata[: limits.MAX_SHEETS]):
        cells: list[_ValueCell] = []
        merged: list[tuple[int, ...]] = []
        if metadata.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(metadata.name)
            cells = _read_cells(sheet, room)
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        hidden: tuple[object, ...] = ((), ())
        if index in records:
            cells = list(_correct_cells(cells, records[index]))
            hidden = records[index].hidden_rows, records[index].hidden_columns
        room -= len(cells)
        state = _STATES.get(str(metadata.visible).rpartition(".")[2], "visible")
        sheets.append((metadata.name, state, merged, cells, *hidden))
    return sheets


def _correct_cells(cells: list[_ValueCell], records: SheetRecords) -> Iterator[_ValueCell]:
    """Yield the texts among ``cells``, and every figure from its record. Raises ValueError where one is missing."""
    remaining = dict(records.figures)
    for row, column, kind, text in cells:
        figure = remaining.pop((row, column), None)
        if kind == "text":
            if figure is not None:
                raise ValueError("a text and a figure in one cell")
            yield row, column, kind, text
        elif figure is None:
            raise ValueError("a figure without a record")
        else:
            yield row, column, *_format_recorded(*figure, text if kind == "date" else "")
    for (row, column), figure in remaining.items():
        yield row, column, *_format_recorded(*figure, "")


def _format_recorded(kind: str, figure: float | int | str, date: str) -> tuple[str, str]:
    """Return type and text of a recorded figure; a date as calamine formats it, if it recognised one."""
    if kind == "error":
        return kind, str(figure)
    text = _format_value(figure)[1]
    return kind, (date or text) if kind == "date" else text


def _read_cells(sheet: CalamineSheet, max_cells: int) -> list[_ValueCell]:
    """Return row and column (1-based), type and text of every non-empty cell."""
    cells: list[_ValueCell] = []
    first_column = (sheet.start or (0, 0))[1] + 1
    for row, values in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(values, start=first_column):
            if value != "":
                cells.append((row, column, *_format_value(value)))
        if len(cells) > max_cells:
            raise TooMuchError
    return cells


def _format_value(value: object) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "1" if value else "0"
        case int():
            return "number", str(value)
        case float():
            return "number", str(int(value)) if value.is_integer() and abs(value) < _MAX_EXACT_FLOAT else repr(value)
        case datetime() | date() | time():
            return "date", value.isoformat()
        case timedelta():
            return "date", str(value)
    return "text", str(value)
