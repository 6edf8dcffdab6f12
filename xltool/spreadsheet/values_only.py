"""Call the worker process for what only a library can do: values of .xls, .et and .xlsb, and decryption.

Of these formats values, looks and simple formulas are read, not locks and names.
"""

from typing import Any

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, LookChange, Mark, MarkedText, Run
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind
from xltool.spreadsheet.ooxml.addresses import format_column, merge_runs
from xltool.spreadsheet.raw_workbook import CellComment, RawCell, RawSheet, SheetShape, StorageType
from xltool.spreadsheet.refusals import DamageKind, FileKind, LimitKind, damaged_workbook, exceeded_limit, foreign_file
from xltool.spreadsheet.worker.client import SHARED_WORKER

_VALUES_TASK = "xltool.spreadsheet.xls.calamine:read_values"
_DECRYPT_TASK = "xltool.spreadsheet.decrypt:decrypt_bytes"
_PROBLEMS: dict[str, UnreadableFileError | ForeignFileError] = {
    "password": UnreadableFileError("file.wrong_password"),
    "no_library": UnreadableFileError("file.no_decryption"),
    "memory": UnreadableFileError("file.reader_died"),
    "cells_held": exceeded_limit("", LimitKind.CELLS_HELD, limits.MAX_CELLS_HELD),
    "no_sheets": damaged_workbook("", DamageKind.NO_SHEETS),
    "unreadable": damaged_workbook("", DamageKind.UNREADABLE),
    "old_excel": foreign_file(FileKind.OLD_EXCEL),
}


def read_binary_sheets(data: bytes, max_seconds: float = limits.MAX_WORKER_SECONDS) -> tuple[RawSheet, ...]:
    """Return the sheets of an .xls or .xlsb. Raises UnreadableFileError when the worker cannot read it."""
    answer, _ = SHARED_WORKER.run_task(_VALUES_TASK, data, max_seconds)
    _raise_problem(answer.get("problem"))
    looks = [_make_look(*values) for values in answer["looks"]]
    return tuple(_make_sheet(described, looks) for described in answer["sheets"])


def decrypt_workbook(data: bytes, password: str, max_seconds: float = limits.MAX_WORKER_SECONDS) -> bytes:
    """Return the decrypted workbook. Raises UnreadableFileError for a wrong password, or without the library."""
    answer, plaintext = SHARED_WORKER.run_task(_DECRYPT_TASK, data, max_seconds, password=password)
    _raise_problem(answer.get("problem"))
    return plaintext


def _raise_problem(problem: str | None) -> None:
    if problem is not None:
        refusal = _PROBLEMS[problem]
        raise type(refusal)(refusal.code, **refusal.facts)


def _make_sheet(described: dict[str, Any], looks: list[CellLook]) -> RawSheet:
    """Build a sheet from the answer of the worker, which `xls.sheet_values` describes."""
    cells = {
        f"{format_column(column)}{row}": RawCell(StorageType(kind), _make_text(text, runs), formula, look=looks[look])
        for row, column, kind, text, look, formula, runs in described["cells"]
    }
    return RawSheet(
        described["name"],
        described["state"],
        cells,
        tuple(_format_range(*corners) for corners in described["merged"]),
        hidden_rows=merge_runs((first, last) for first, last in described["hidden_rows"]),
        hidden_columns=merge_runs((first, last) for first, last in described["hidden_columns"]),
        hides_zeros=described["hides_zeros"],
        conditional=tuple(_make_conditional(*fields) for fields in described["conditional"]),
        narrow_columns=tuple((first, last, width) for first, last, width in described["narrow_columns"]),
        shapes=tuple(SheetShape(*fields) for fields in described["shapes"]),
        comments=tuple(CellComment(*fields) for fields in described["comments"]),
    )


def _make_conditional(areas: str, base: str, kind: str, change: list[Any], *fields: Any) -> ConditionalFormat:
    """Build a conditional format from its fields in the answer of the worker."""
    code, mark, clears, colour, background = change
    changed = LookChange(code, Mark(mark) if mark else None, clears, colour, background)
    operator, operands, negated, stops, group = fields
    return ConditionalFormat(
        areas, base, ConditionKind(kind), changed, operator, tuple(operands), negated, stops, group
    )


def _make_look(code: str, marks: list[str], background: str, *fields: Any) -> CellLook:
    """Build a look from its fields in the answer of the worker."""
    is_plain, is_date, placed, font_mark, colour, _cached = fields
    mark, place = (Mark(name) if name else None for name in (font_mark, placed))
    return CellLook(code, tuple(map(Mark, marks)), background, is_plain, is_date, place, mark, colour)


def _make_text(text: str, rich_runs: list[list[Any]] | None) -> str:
    if rich_runs is None:
        return text
    return MarkedText(
        Run(piece, Mark(mark) if mark else None, colour, inherits) for piece, mark, colour, inherits in rich_runs
    )


def _format_range(top: int, left: int, bottom: int, right: int) -> str:
    return f"{format_column(left + 1)}{top + 1}:{format_column(right + 1)}{bottom + 1}"
