"""Read from the records of an .xls ([MS-XLS]) what calamine does not return, or returns wrongly. Runs in the worker.

Calamine drops errors, takes a number format for a date by its id even where the file redefines that id (as Gnumeric
does), and returns neither hidden rows nor formats. So the numbers, errors and booleans of every sheet are read here,
and how each cell looks; texts, sheet names and merged ranges are those of calamine.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import MIN_ROW_POINTS, CellLook
from xltool.spreadsheet.conditional_formats import ConditionalFormat
from xltool.spreadsheet.xls import biff_conditions
from xltool.spreadsheet.xls.biff_drawings import DRAWING_RECORDS, DrawingRecords
from xltool.spreadsheet.xls.biff_records import (
    BOF,
    OldFormatError,
    TooMuchError,
    iterate_records,
    name_error,
    unpack_rk,
)
from xltool.spreadsheet.xls.biff_styles import BookStyles, RunStarts, read_rich_label
from xltool.spreadsheet.xls.formula_tokens import XLS_LAYOUT, write_formula
from xltool.spreadsheet.xls.ole_compound import CompoundFile

_BOUNDSHEET = 0x0085
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_OLD_FORMULAS = (0x0206, 0x0406)  # other record numbers in use for the same record
_ROW, _COLUMNS, _WINDOW, _DEFAULT_HEIGHT, _DEFAULT_WIDTH = 0x0208, 0x007D, 0x023E, 0x0225, 0x0055
_LABEL, _LABEL_SST, _RICH_LABEL = 0x0204, 0x00FD, 0x00D6
_BIFF8 = 0x0600
_HIDDEN_ROW, _HIDDEN_COLUMNS, _SHOWS_ZEROS = 0x20, 0x01, 0x10
_LAST_COLUMN, _UNITS_OF_WIDTH, _PADDING = 255, 256, 182  # the last beside the digits of a column of default width
_ROW_HEIGHT = 0x7FFF  # the bits with the height of a row, in twentieths of a point
_FORMULA_TOKENS = 20  # where the size of the parsed expression stands in a FORMULA record

CellPosition = tuple[int, int]


class ValueRecord(NamedTuple):
    """A cell with a number, date, boolean or error."""

    stored: str
    value: float | int | str
    look: CellLook
    formula: str | None = None


class TextRecord(NamedTuple):
    """The look of a cell with a text; ``units`` is the length of the text in UTF-16 units, if known, for its runs."""

    look: CellLook
    formula: str | None = None
    units: int | None = None
    runs: RunStarts = ()


class SheetRecords(NamedTuple):
    """The records of one sheet; rows and columns are counted from 1.

    ``columns``: first and last number, width in digits, whether they are hidden.
    """

    figures: dict[CellPosition, ValueRecord]
    texts: dict[CellPosition, TextRecord]
    hidden_rows: list[int]
    columns: list[tuple[int, int, float, bool]]
    shows_zeros: list[bool]
    conditional: list[ConditionalFormat]
    drawings: DrawingRecords


class BookRecords(NamedTuple):
    """The records of each sheet by its index in the workbook, and its styles."""

    sheets: dict[int, SheetRecords]
    styles: BookStyles


def read_book(data: bytes) -> BookRecords:
    """Return the records of a workbook.

    Raises ValueError for invalid records, TooMuchError for more cells than the limit allows, OldFormatError for a
    workbook before Excel 97.
    """
    stream = CompoundFile(data).read_stream("Workbook", "Book")
    try:
        return _read_stream(stream)
    except (struct.error, IndexError):
        raise ValueError("a record cut short") from None


def _read_stream(stream: bytes) -> BookRecords:
    starts: list[tuple[int, bool]] = []
    styles = BookStyles()
    for kind, at, size in iterate_records(stream, 0):
        data = stream[at : at + size]
        if kind == BOF and int.from_bytes(data[:2], "little") < _BIFF8:
            raise OldFormatError
        if kind == _BOUNDSHEET:
            starts.append((int.from_bytes(data[:4], "little"), data[5] == 0))
        else:
            styles.add_record(kind, data)
    strings = styles.read_strings()
    free = limits.MAX_CELLS_HELD
    sheets = {}
    for index, (start, grid) in enumerate(starts[: limits.MAX_SHEETS]):
        if grid:
            sheets[index] = _BiffSheetReader(stream, styles, strings, free).read_sheet(start)
            free -= len(sheets[index].figures) + len(sheets[index].texts)
    return BookRecords(sheets, styles)


class _BiffSheetReader:
    """Reads the records of one sheet."""

    def __init__(self, stream: bytes, styles: BookStyles, strings: list[tuple[int, RunStarts]], max_cells: int) -> None:
        self._stream, self._styles, self._strings, self._max_cells = stream, styles, strings, max_cells
        self._records = SheetRecords({}, {}, [], [], [], [], DrawingRecords())

    def read_sheet(self, start: int) -> SheetRecords:
        """Return the records from the beginning of the sheet in the stream."""
        stream, records = self._stream, self._records
        condition_areas = ""
        origin, at_areas = (0, 0), 0
        for kind, at, size in iterate_records(stream, start):
            if cell_reader := _CELL_READERS.get(kind):
                for cell in cell_reader(stream, at, size):
                    self._add_figure(kind, at, *cell)
                if len(records.figures) + len(records.texts) > self._max_cells:
                    raise TooMuchError
            elif kind in (_LABEL, _LABEL_SST, _RICH_LABEL):
                self._add_text(kind, at, size)
            elif kind == biff_conditions.AREAS:
                condition_areas = biff_conditions.read_areas(stream[at : at + size])
                origin, at_areas = biff_conditions.read_origin(stream[at : at + size]), at
            elif kind == biff_conditions.RULE:
                rule = stream[at : at + size], condition_areas, origin, at_areas, self._styles.find_colour
                with suppress(struct.error, IndexError):  # a look that cannot be known
                    records.conditional.append(biff_conditions.read_rule(*rule))
            elif kind in (_ROW, _COLUMNS, _WINDOW, _DEFAULT_HEIGHT, _DEFAULT_WIDTH):
                self._read_visibility(kind, at)
            elif kind in DRAWING_RECORDS:
                records.drawings.add_record(kind, stream[at : at + size], at)
        return records

    def _read_visibility(self, kind: int, at: int) -> None:
        drawings = self._records.drawings
        if kind == _ROW:
            height = int.from_bytes(self._stream[at + 6 : at + 8], "little") & _ROW_HEIGHT
            row = int.from_bytes(self._stream[at : at + 2], "little") + 1
            hidden = bool(self._stream[at + 12] & _HIDDEN_ROW or height < MIN_ROW_POINTS * 20)
            if hidden:
                self._records.hidden_rows.append(row)
            drawings.rows.describe(row, row, height, hidden=hidden)
        elif kind == _COLUMNS:
            first, last, width, _style, flags = struct.unpack_from("<5H", self._stream, at)
            hidden = bool(flags & _HIDDEN_COLUMNS)
            self._records.columns.append((first + 1, min(last, _LAST_COLUMN) + 1, width / _UNITS_OF_WIDTH, hidden))
            drawings.columns.describe(first + 1, last + 1, width, hidden=hidden)
        elif kind == _DEFAULT_HEIGHT:
            drawings.rows.default = int.from_bytes(self._stream[at + 2 : at + 4], "little") & _ROW_HEIGHT
        elif kind == _DEFAULT_WIDTH:
            drawings.columns.default = int.from_bytes(self._stream[at : at + 2], "little") * _UNITS_OF_WIDTH + _PADDING
        else:
            self._records.shows_zeros.append(bool(self._stream[at] & _SHOWS_ZEROS))

    def _add_figure(
        self, kind: int, at: int, row: int, column: int, style: int, stored_figure: float | int | str | None
    ) -> None:
        look = self._styles.find_look(style)
        formula = None
        if kind in _OLD_FORMULAS:
            formula = ""
        elif kind == _FORMULA:
            size = int.from_bytes(self._stream[at + _FORMULA_TOKENS : at + _FORMULA_TOKENS + 2], "little")
            tokens = at + _FORMULA_TOKENS + 2
            formula = write_formula(self._stream[tokens : tokens + size], XLS_LAYOUT)
        position = row + 1, column + 1
        if stored_figure is None:
            self._records.texts[position] = TextRecord(look, formula)
            return
        if isinstance(stored_figure, bool):
            stored = "boolean"
        elif isinstance(stored_figure, str):
            stored = "error"
        else:
            stored = "date" if look.is_date else "number"
        self._records.figures[position] = ValueRecord(stored, stored_figure, look, formula)

    def _add_text(self, kind: int, at: int, size: int) -> None:
        row, column, style = struct.unpack_from("<3H", self._stream, at)
        units: int | None = None
        runs: RunStarts = ()
        if kind == _LABEL_SST:
            units, runs = self._strings[struct.unpack_from("<I", self._stream, at + 6)[0]]
        elif kind == _RICH_LABEL:
            units, runs = read_rich_label(self._stream[at + 6 : at + size])
        self._records.texts[row + 1, column + 1] = TextRecord(self._styles.find_look(style), None, units, runs)


# Row and column from 0, cell format, and the figure; None for a text.
_RecordCell = tuple[int, int, int, float | int | str | None]


def _read_number(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    yield struct.unpack_from("<3Hd", stream, at)


def _read_rk(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    row, column, style, packed = struct.unpack_from("<3HI", stream, at)
    yield row, column, style, unpack_rk(packed)


def _read_several_rk(stream: bytes, at: int, size: int) -> Iterator[_RecordCell]:
    row, first = struct.unpack_from("<2H", stream, at)
    for number in range((size - 6) // 6):
        style, packed = struct.unpack_from("<HI", stream, at + 4 + 6 * number)
        yield row, first + number, style, unpack_rk(packed)


def _read_formula_result(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    """Yield the stored result; None for a text."""
    row, column, style, result = struct.unpack_from("<3Hd", stream, at)
    if stream[at + 12 : at + 14] != b"\xff\xff":
        yield row, column, style, result
    elif stream[at + 6] == 1:
        yield row, column, style, bool(stream[at + 8])
    elif stream[at + 6] == 2:
        yield row, column, style, name_error(stream[at + 8])
    else:
        yield row, column, style, None


def _read_boolean_or_error(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    row, column, style, value, error = struct.unpack_from("<3H2B", stream, at)
    yield row, column, style, name_error(value) if error else bool(value)


_CellReader = Callable[[bytes, int, int], Iterator[_RecordCell]]
_CELL_READERS: dict[int, _CellReader] = {
    _NUMBER: _read_number,
    _RK: _read_rk,
    _MULRK: _read_several_rk,
    _FORMULA: _read_formula_result,
    _BOOLERR: _read_boolean_or_error,
    **dict.fromkeys(_OLD_FORMULAS, _read_formula_result),
}
