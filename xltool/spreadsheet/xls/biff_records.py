"""Read from the records of an .xls ([MS-XLS]) what calamine does not return, or returns wrongly. Runs in the worker.

Calamine drops errors, takes a number format for a date by its id even where the file redefines that id (as Gnumeric
does), and does not return hidden rows. So the numbers, errors and booleans of every sheet are read here; texts, sheet
names and merged ranges are those of calamine.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.number_formats import BUILT_IN_DATES, is_date_format
from xltool.spreadsheet.xls.ole_compound import CompoundFile

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_OLD_FORMULAS = (0x0206, 0x0406)  # other record numbers in use for the same record
_ROW, _COLUMNS = 0x0208, 0x007D
_BIFF8, _WORKSHEET = 0x0600, 0x0010
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_HIDDEN_ROW, _HIDDEN_COLUMNS = 0x20, 0x01

CellPosition = tuple[int, int]
Figure = tuple[str, float | int | str]  # number, date, boolean or error, and its value


class TooMuchError(Exception):
    """More cells than the limit allows."""


class SheetRecords(NamedTuple):
    """The records of one sheet; rows and columns are counted from 1."""

    figures: dict[CellPosition, Figure]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]


def read_records(data: bytes) -> dict[int, SheetRecords]:
    """Return the records of each sheet by its index in the workbook.

    Raises ValueError for invalid records, TooMuchError for more cells than the limit allows.
    """
    stream = CompoundFile(data).read_stream("Workbook", "Book")
    try:
        return _read_sheet_records(stream)
    except (struct.error, IndexError):
        raise ValueError("a record cut short") from None


def _read_sheet_records(stream: bytes) -> dict[int, SheetRecords]:
    starts: list[tuple[int, bool]] = []
    formats: list[int] = []
    dates = set(BUILT_IN_DATES)
    version = 0
    for kind, at, size in _iterate_records(stream, 0):
        if kind == _BOF:
            version = int.from_bytes(stream[at : at + 2], "little")
        elif kind == _BOUNDSHEET:
            starts.append((int.from_bytes(stream[at : at + 4], "little"), stream[at + 5] == 0))
        elif kind == _XF:
            formats.append(int.from_bytes(stream[at + 2 : at + 4], "little"))
        elif kind == _FORMAT:
            number = int.from_bytes(stream[at : at + 2], "little")
            code = _decode_format(stream[at + 2 : at + size], version)
            dates = dates | {number} if is_date_format(code) else dates - {number}
    dated = [number in dates for number in formats]
    room = limits.MAX_CELLS_HELD
    records_by_sheet = {}
    for index, (start, grid) in enumerate(starts[: limits.MAX_SHEETS]):
        if grid:
            records_by_sheet[index] = _read_sheet(stream, start, dated, room)
            room -= len(records_by_sheet[index].figures)
    return records_by_sheet


def _iterate_records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, offset and size of every record of one substream, without embedded substreams."""
    at, end, depth = start, len(stream), 0
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, size = unpack(stream, at)
        at += 4
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth == 1:
            yield kind, at, size
        at += size


def _read_sheet(stream: bytes, start: int, dated: list[bool], max_cells: int) -> SheetRecords:
    figures: dict[CellPosition, Figure] = {}
    rows: list[int] = []
    columns: list[int] = []
    for kind, at, size in _iterate_records(stream, start):
        if cell_reader := _CELL_READERS.get(kind):
            for row, column, style, figure in cell_reader(stream, at, size):
                if isinstance(figure, (int, float)) and not isinstance(figure, bool):
                    figure_type = "date" if style < len(dated) and dated[style] else "number"
                else:
                    figure_type = "boolean" if isinstance(figure, bool) else "error"
                figures[row + 1, column + 1] = figure_type, figure
            if len(figures) > max_cells:
                raise TooMuchError
        elif kind == _ROW:
            if stream[at + 12] & _HIDDEN_ROW:
                rows.append(int.from_bytes(stream[at : at + 2], "little") + 1)
        elif kind == _COLUMNS:
            first, last, _width, _style, flags = struct.unpack_from("<5H", stream, at)
            if flags & _HIDDEN_COLUMNS:
                columns += range(first + 1, min(last, 255) + 2)
    return SheetRecords(figures, tuple(rows), tuple(columns))


_RecordCell = tuple[int, int, int, float | int | str]  # row and column from 0, cell format, figure


def _read_number(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    yield struct.unpack_from("<3Hd", stream, at)


def _read_rk(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    row, column, style, packed = struct.unpack_from("<3HI", stream, at)
    yield row, column, style, _unpack_rk(packed)


def _read_several_rk(stream: bytes, at: int, size: int) -> Iterator[_RecordCell]:
    row, first = struct.unpack_from("<2H", stream, at)
    for number in range((size - 6) // 6):
        style, packed = struct.unpack_from("<HI", stream, at + 4 + 6 * number)
        yield row, first + number, style, _unpack_rk(packed)


def _read_formula_result(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    """Yield the stored result, unless it is a text."""
    row, column, style, result = struct.unpack_from("<3Hd", stream, at)
    if stream[at + 12 : at + 14] != b"\xff\xff":
        yield row, column, style, result
    elif stream[at + 6] == 1:
        yield row, column, style, bool(stream[at + 8])
    elif stream[at + 6] == 2:
        yield row, column, style, _name_error(stream[at + 8])


def _read_boolean_or_error(stream: bytes, at: int, _size: int) -> Iterator[_RecordCell]:
    row, column, style, value, error = struct.unpack_from("<3H2B", stream, at)
    yield row, column, style, _name_error(value) if error else bool(value)


_CellReader = Callable[[bytes, int, int], Iterator[_RecordCell]]
_CELL_READERS: dict[int, _CellReader] = {
    _NUMBER: _read_number,
    _RK: _read_rk,
    _MULRK: _read_several_rk,
    _FORMULA: _read_formula_result,
    _BOOLERR: _read_boolean_or_error,
    **dict.fromkeys(_OLD_FORMULAS, _read_formula_result),
}


def _name_error(code: int) -> str:
    return _ERRORS.get(code, f"#{code}")


def _unpack_rk(packed: int) -> float | int:
    """Decode an RK number: the upper 30 bits of a double or an integer, optionally divided by 100."""
    number: float | int
    if packed & 2:
        number = (packed >> 2) - (1 << 30 if packed & 0x80000000 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number


def _decode_format(data: bytes, version: int) -> str:
    """Decode a number format; its length precedes it in one byte (BIFF5) or two (BIFF8)."""
    if version < _BIFF8:
        return data[1 : 1 + data[0]].decode("latin-1")
    length, wide = int.from_bytes(data[:2], "little"), data[2] & 1
    return data[3 : 3 + (length << wide)].decode("utf-16-le" if wide else "latin-1", "replace")
