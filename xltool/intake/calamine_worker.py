"""The process in which .xls, .xlsb and .ods are read by calamine, so that a death or a loop there harms nobody else.

It reads requests from standard input and answers on standard output, each as eight bytes of length and a body. A
request is the bytes of a file. An answer is JSON, with 1-based places: ``{"sheets": [[name, state, merged,
[[row, column, kind, text], …]], …]}``, or ``{"problem": word}``.
"""

import contextlib
import io
import json
import struct
import sys
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from xltool.intake import limits

LENGTH = struct.Struct("<Q")
_WHOLE = 1e15  # above this a binary float no longer holds every whole number with a digit to spare
_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "veryHidden"}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while head := requests.read(LENGTH.size):
        answer = json.dumps(_answer(requests.read(LENGTH.unpack(head)[0])), ensure_ascii=True).encode()
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def main() -> None:
    """Limit this process, then serve. Standard output belongs to the answers alone."""
    _limit_memory()
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    serve(sys.stdin.buffer, answers)


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not always on macOS
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.WORKER_BYTES, limits.WORKER_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(data: bytes) -> dict[str, object]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return {"sheets": _sheets(workbook)}
    except PasswordError:
        return {"problem": "encrypted"}
    except MemoryError:
        return {"problem": "memory"}
    except BaseException as error:  # a panic inside calamine is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return {"problem": str(error) if isinstance(error, _TooMuchError) else "unreadable"}


class _TooMuchError(Exception):
    """More than the limits allow."""


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
            raise _TooMuchError("cells_held")
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
