"""Read the values of .xls and .xlsb. Runs in the worker.

The texts, sheet names and merged ranges of an .xls are those of calamine, everything else those of its records.
"""

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import PLAIN_LOOK
from xltool.spreadsheet.file_type import OLE_SIGNATURE
from xltool.spreadsheet.xls.biff_drawings import DrawingRecords
from xltool.spreadsheet.xls.biff_records import OldFormatError, TooMuchError
from xltool.spreadsheet.xls.biff_workbook import BookRecords, CellPosition, SheetRecords, TextRecord, read_book
from xltool.spreadsheet.xls.sheet_values import SheetValues, format_number, join_runs
from xltool.spreadsheet.xls.xlsb_workbook import read_xlsb

_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}


def read_values(data: bytes) -> dict[str, Any]:
    """Return what `sheet_values` describes, or a ``problem``."""
    try:
        answer = _read_xls(data) if data.startswith(OLE_SIGNATURE) else read_xlsb(data)
    except TooMuchError:
        return {"problem": "cells_held"}
    except OldFormatError:
        return {"problem": "old_excel"}
    except ValueError:
        return {"problem": "unreadable"}
    return answer if answer["sheets"] else {"problem": "no_sheets"}


def _read_xls(data: bytes) -> dict[str, Any]:
    book = read_book(data)  # first: files it refuses could make calamine use too much memory
    values = SheetValues(limits.MAX_CELLS_HELD)
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        for index, metadata in enumerate(workbook.sheets_metadata[: limits.MAX_SHEETS]):
            state = _STATES.get(str(metadata.visible).rpartition(".")[2], "visible")
            values.begin_sheet(metadata.name, state)
            cells: dict[CellPosition, object] = {}
            if metadata.typ == SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_name(metadata.name)
                for first, last in sheet.merged_cell_ranges or ():
                    values.merge(*first, *last)
                left = (sheet.start or (0, 0))[1] + 1
                for row, line in enumerate(sheet.iter_rows(), start=1):
                    cells |= {(row, column): value for column, value in enumerate(line, start=left) if value != ""}
                    if len(cells) > limits.MAX_CELLS_HELD:
                        raise TooMuchError
            _add_sheet(values, cells, book.sheets.get(index), book)
    return values.finish()


def _add_sheet(
    sheet_values: SheetValues, cell_values: dict[CellPosition, object], records: SheetRecords | None, book: BookRecords
) -> None:
    """Add the texts among ``cell_values``, and every figure from its record. Raises ValueError where one is missing."""
    records = records or SheetRecords({}, {}, [], [], [], [], DrawingRecords())
    figures = dict(records.figures)
    for (row, column), value in cell_values.items():
        figure = figures.pop((row, column), None)
        if isinstance(value, str):
            if figure is not None:
                raise ValueError("a text and a figure in one cell")
            record = records.texts.get((row, column), TextRecord(PLAIN_LOOK))
            text = _mark_text(value, record, book)
            sheet_values.add_cell(row, column, "text", text, record.look, record.formula)
        elif figure is None:
            raise ValueError("a figure without a record")
        else:
            text = _format_date(value) if figure.stored == "date" else ""
            sheet_values.add_cell(
                row, column, figure.stored, text or _format(figure.value), figure.look, figure.formula
            )
    for (row, column), figure in figures.items():
        sheet_values.add_cell(row, column, figure.stored, _format(figure.value), figure.look, figure.formula)
    for row in records.hidden_rows:
        sheet_values.hide_rows(row, row)
    for first, last, width, hidden in records.columns:
        sheet_values.describe_columns(first, last, width, hidden=hidden)
    sheet_values.add_drawings(records.drawings.list_shapes(), records.drawings.list_comments())
    sheet_values.add_conditional(records.conditional)
    sheet_values.hides_zeros = bool(records.shows_zeros) and not records.shows_zeros[0]


def _mark_text(text: str, record: TextRecord, book: BookRecords) -> str:
    """Return a text with the marks of its runs. Raises ValueError where its length is not that of its record."""
    if not record.runs:
        return text
    if record.units != len(text.encode("utf-16-le", "surrogatepass")) // 2:
        raise ValueError("runs of another text")
    return join_runs(text, record.runs, book.styles.find_run_look)


def _format(stored_value: float | int | str) -> str:
    if isinstance(stored_value, bool):
        return "1" if stored_value else "0"
    return stored_value if isinstance(stored_value, str) else format_number(stored_value)


def _format_date(value: object) -> str:
    """Return a date as calamine reads it, "" for anything else."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""
