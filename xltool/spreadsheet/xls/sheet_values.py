"""Collect the sheets of an .xls or .xlsb in the worker, as plain data for its answer.

``sheets``: of each ``name``, ``state``, ``merged`` (top, left, bottom, right from 0), ``cells`` (row and column from 1,
storage type, text, index of its look, formula or None, runs or None), ``hidden_rows`` and ``hidden_columns`` (first and
last number), ``narrow_columns`` (the same and the width), ``hides_zeros``, ``conditional``, ``shapes`` and ``comments``
(the fields of each). ``looks``: the fields of `CellLook`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import (
    MAX_NARROW_CHARACTERS,
    MIN_COLUMN_CHARACTERS,
    CellLook,
    Mark,
    MarkedText,
    Run,
    mark_runs,
)
from xltool.spreadsheet.conditional_formats import ConditionalFormat, keep_effective
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape
from xltool.spreadsheet.xls.biff_records import TooMuchError

_MAX_EXACT_FLOAT = 1e15  # above this, floats do not represent every integer exactly


class SheetValues:
    """The sheets read so far; ``max_cells`` bounds the cells of all of them."""

    def __init__(self, max_cells: int) -> None:
        self._sheets: list[dict[str, Any]] = []
        self._looks: dict[CellLook, int] = {}
        self._free = max_cells
        self.hides_zeros = False

    def begin_sheet(self, name: str, state: str) -> None:
        """Begin the next sheet."""
        if len(self._sheets) >= limits.MAX_SHEETS:
            raise TooMuchError
        self._finish_sheet()
        lists: dict[str, list[Any]] = {
            key: []
            for key in (
                *("merged", "cells", "hidden_rows", "hidden_columns", "narrow_columns"),
                *("conditional", "shapes", "comments"),
            )
        }
        self._sheets.append({"name": name, "state": state, **lists})

    def add_cell(self, row: int, column: int, stored: str, text: str, look: CellLook, formula: str | None) -> None:
        """Add one cell. Raises TooMuchError beyond the limit."""
        self._free -= 1
        if self._free < 0:
            raise TooMuchError
        runs = [tuple(run) for run in text.runs] if isinstance(text, MarkedText) else None
        if look.is_date and stored == "number":
            stored = "date"
        index = self._looks.setdefault(look, len(self._looks))
        self._sheets[-1]["cells"].append((row, column, stored, text, index, formula, runs))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Add a merged range, counted from 0."""
        self._sheets[-1]["merged"].append((top, left, bottom, right))

    def hide_rows(self, first: int, last: int) -> None:
        """Add hidden rows."""
        self._sheets[-1]["hidden_rows"].append((first, last))

    def describe_columns(self, first: int, last: int, width: float, *, hidden: bool) -> None:
        """Add columns by number from 1, their width in digits; those with room for every figure are left out."""
        if hidden or width < MIN_COLUMN_CHARACTERS:
            self._sheets[-1]["hidden_columns"].append((first, last))
        elif width < MAX_NARROW_CHARACTERS:
            self._sheets[-1]["narrow_columns"].append((first, last, width))

    def add_drawings(self, shapes: Iterable[SheetShape], comments: Iterable[CellComment]) -> None:
        """Add what lies over and beside cells."""
        self._sheets[-1]["shapes"] += shapes
        self._sheets[-1]["comments"] += comments

    def add_conditional(self, formats: Iterable[ConditionalFormat]) -> None:
        """Add conditional formats, the first to apply first."""
        self._sheets[-1]["conditional"] += keep_effective(tuple(formats))

    def finish(self) -> dict[str, Any]:
        """Return everything collected."""
        self._finish_sheet()
        return {"sheets": self._sheets, "looks": list(self._looks)}

    def _finish_sheet(self) -> None:
        if self._sheets:
            self._sheets[-1]["hides_zeros"] = self.hides_zeros
        self.hides_zeros = False


def format_number(stored_number: float | int) -> str:
    """Return a number as the text that stands for it in a cell."""
    if isinstance(stored_number, int):
        return str(stored_number)
    return (
        str(int(stored_number))
        if stored_number.is_integer() and abs(stored_number) < _MAX_EXACT_FLOAT
        else repr(stored_number)
    )


def join_runs(
    text: str, starts: Iterable[tuple[int, int]], find_run_look: Callable[[int], tuple[Mark | None, str]]
) -> str:
    """Return a text, marked where its runs look different.

    ``starts`` are the UTF-16 unit at which each run begins, and its font; before the first the text looks like its
    cell.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    runs: list[Run] = []
    begin, font = 0, -1
    for start, next_font in [*starts, (len(units) // 2, -1)]:
        piece = units[2 * begin : 2 * start].decode("utf-16-le", "surrogatepass")
        runs.append(Run(piece, *find_run_look(font)) if font >= 0 else Run(piece, inherits=True))
        begin, font = start, next_font
    return mark_runs(runs)
