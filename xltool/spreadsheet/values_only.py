"""What only a library can do, done in the worker: values of .xls, .et and .xlsb, and opening with a password.

Of those formats only values can be read; formulas, locks and names cannot.
"""

from typing import Any

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import column_letters, spans
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, Stored
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit
from xltool.spreadsheet.worker.client import WORKER

_PROBLEMS = {
    "password": UnreadableFileError("file.wrong_password"),
    "no_library": UnreadableFileError("file.no_decryption"),
    "memory": UnreadableFileError("file.reader_died"),
    "cells_held": over_limit("", Excess.CELLS_HELD, limits.CELLS_HELD),
    "no_sheets": damaged("", Damage.NO_SHEETS),
    "unreadable": damaged("", Damage.UNREADABLE),
}


def read_foreign(data: bytes, seconds: float = limits.WORKER_SECONDS) -> tuple[RawSheet, ...]:
    """The sheets of an .xls or .xlsb. Raises UnreadableFileError when the worker cannot read it."""
    answer, _ = WORKER.do("values", data, seconds)
    _raise(answer.get("problem"))
    return tuple(_sheet(*described) for described in answer["sheets"])


def decrypt(data: bytes, password: str, seconds: float = limits.WORKER_SECONDS) -> bytes:
    """The workbook behind an open password. Raises UnreadableFileError for a wrong one, or without the library."""
    answer, opened = WORKER.do("decrypted", data, seconds, password=password)
    _raise(answer.get("problem"))
    return opened


def _raise(problem: str | None) -> None:
    if problem is not None:
        refusal = _PROBLEMS[problem]
        raise UnreadableFileError(refusal.code, **refusal.facts)


def _sheet(
    name: str, state: str, merged: list[list[int]], cells: list[list[Any]], rows: list[int], columns: list[int]
) -> RawSheet:
    found = {f"{column_letters(column)}{row}": RawCell(Stored(kind), text) for row, column, kind, text in cells}
    ranges = tuple(_range(*corners) for corners in merged)
    return RawSheet(
        name,
        state,
        found,
        ranges,
        hidden_rows=spans((n, n) for n in rows),
        hidden_columns=spans((n, n) for n in columns),
    )


def _range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
