"""Call the worker process for what only a library can do: values of .xls, .et and .xlsb, and decryption.

Of these formats only values are read, not formulas, locks and names.
"""

from typing import Any

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import format_column, merge_runs
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit
from xltool.spreadsheet.worker.client import SHARED_WORKER

_VALUES_TASK = "xltool.spreadsheet.xls.calamine:read_values"
_DECRYPT_TASK = "xltool.spreadsheet.decrypt:decrypt_bytes"
_PROBLEMS = {
    "password": UnreadableFileError("file.wrong_password"),
    "no_library": UnreadableFileError("file.no_decryption"),
    "memory": UnreadableFileError("file.reader_died"),
    "cells_held": exceeded_limit("", LimitKind.CELLS_HELD, limits.MAX_CELLS_HELD),
    "no_sheets": damaged_workbook("", DamageKind.NO_SHEETS),
    "unreadable": damaged_workbook("", DamageKind.UNREADABLE),
}


def read_binary_sheets(data: bytes, max_seconds: float = limits.MAX_WORKER_SECONDS) -> tuple[RawSheet, ...]:
    """Return the sheets of an .xls or .xlsb. Raises UnreadableFileError when the worker cannot read it."""
    answer, _ = SHARED_WORKER.run_task(_VALUES_TASK, data, max_seconds)
    _raise_problem(answer.get("problem"))
    return tuple(_make_sheet(*described) for described in answer["sheets"])


def decrypt_workbook(data: bytes, password: str, max_seconds: float = limits.MAX_WORKER_SECONDS) -> bytes:
    """Return the decrypted workbook. Raises UnreadableFileError for a wrong password, or without the library."""
    answer, plaintext = SHARED_WORKER.run_task(_DECRYPT_TASK, data, max_seconds, password=password)
    _raise_problem(answer.get("problem"))
    return plaintext


def _raise_problem(problem: str | None) -> None:
    if problem is not None:
        refusal = _PROBLEMS[problem]
        raise UnreadableFileError(refusal.code, **refusal.facts)


def _make_sheet(
    name: str,
    state: str,
    merged: list[list[int]],
    cells: list[list[Any]],
    hidden_rows: list[int],
    hidden_columns: list[int],
) -> RawSheet:
    cell_by_address = {
        f"{format_column(column)}{row}": RawCell(StorageType(kind), text) for row, column, kind, text in cells
    }
    ranges = tuple(_format_range(*corners) for corners in merged)
    return RawSheet(
        name,
        state,
        cell_by_address,
        ranges,
        hidden_rows=merge_runs((n, n) for n in hidden_rows),
        hidden_columns=merge_runs((n, n) for n in hidden_columns),
    )


def _format_range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{format_column(left + 1)}{top + 1}:{format_column(right + 1)}{bottom + 1}"
