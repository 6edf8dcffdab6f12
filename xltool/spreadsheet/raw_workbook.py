"""The contents of an opened workbook, before a form is recognised in it.

Numbers keep their stored text; `recognition.cell_values` interprets them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.spreadsheet.cell_look import PLAIN_LOOK, CellLook
from xltool.spreadsheet.conditional_formats import ConditionalFormat


class StorageType(StrEnum):
    """The type a cell's content was stored as. ``EMPTY`` means no value, or a formula without a stored result."""

    EMPTY = "empty"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    ERROR = "error"
    DATE = "date"


class RawCell(NamedTuple):
    """One populated cell: its stored text (a number exactly as written in the file), its type, formula and lock.

    ``formula`` is without the leading ``=``; an empty string means "part of a shared or array formula".
    """

    stored: StorageType
    text: str
    formula: str | None = None
    locked: bool = True
    look: CellLook = PLAIN_LOOK


class SheetShape(NamedTuple):
    """A shape over cells that has a text, such as a text box, or hides what is below.

    ``area`` is the range of cells it covers, "" for none; ``at`` the cell in which it begins. ``is_picture`` is
    True for a picture or a chart, whose figures nobody can read from here.
    """

    area: str
    text: str
    at: str = ""
    is_picture: bool = False


class CellComment(NamedTuple):
    """A comment on a cell: its address and its text, without the name of the author."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet. ``cells`` is sparse, keyed by address ("D7"), and holds only cells with a value or a formula.

    ``state`` is visible, hidden or veryHidden;
    ``validated`` the ranges under data validation as written (``"D7:I31"``); ``hidden_rows`` and ``hidden_columns``
    by number from 1, in order, also those too low or too narrow to see anything; ``conditional`` the conditional
    formats by which a figure may read differently, the first to apply first; ``narrow_columns`` those in which few
    digits fit, first and last number and width in digits; ``shapes`` those over cells.
    """

    name: str
    state: str
    cells: Mapping[str, RawCell]
    merged: tuple[str, ...] = ()
    protected: bool = False
    validated: tuple[str, ...] = ()
    hidden_rows: tuple[range, ...] = ()
    hidden_columns: tuple[range, ...] = ()
    hides_zeros: bool = False
    conditional: tuple[ConditionalFormat, ...] = ()
    narrow_columns: tuple[tuple[int, int, float], ...] = ()
    shapes: tuple[SheetShape, ...] = ()
    comments: tuple[CellComment, ...] = ()


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """The contents of a workbook file. ``container`` is xlsx, xlsm, xls, xlsb or ods.

    ``names`` are the workbook's defined names (name -> reference text), ``properties`` its custom document
    properties as text, ``program`` what saved it ("Microsoft Excel 16.0300"), ``complete`` whether formulas, locks
    and names could be seen at all (False for xls, xlsb and ods, where only values can be read). ``saved`` is the date
    of the last change stored inside, see `saved_date`.
    """

    container: str
    sheets: tuple[RawSheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    program: str = ""
    structure_protected: bool = False
    macros: bool = False
    complete: bool = True
    sha256: str = ""
    size: int = 0
    modified: str = ""
    saved: str = ""
