"""What an .xls stores in its records ([MS-XLS]) that calamine does not tell, or tells otherwise; runs in the worker.

Calamine reads an error as nothing, takes a number format for a date by its number even where the file defines that
number anew (as Gnumeric does), and knows nothing of hidden rows. So the numbers, errors and truth values of every
sheet are read here once more; texts, names and merged ranges are calamine's.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.cell_styles import BUILT_IN_DATES, is_date
from xltool.spreadsheet.xls.ole_compound import Compound

_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_OLD_FORMULAS = (0x0206, 0x0406)  # as some programs number the same record
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

Place = tuple[int, int]
Figure = tuple[str, float | int | str]  # number, date, boolean or error, and what it is


class TooMuchError(Exception):
    """More cells than the limit allows."""


class Records(NamedTuple):
    """What one sheet stores; rows and columns are counted from 1."""

    figures: dict[Place, Figure]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]


def read_records(data: bytes) -> dict[int, Records]:
    """Each sheet by its number in the workbook's own list.

    Raises ValueError for what cannot be followed, TooMuchError for more figures than the limit allows.
    """
    stream = Compound(data).stream("Workbook", "Book")
    try:
        return _sheets(stream)
    except (struct.error, IndexError):
        raise ValueError("a record cut short") from None


def _sheets(stream: bytes) -> dict[int, Records]:
    starts: list[tuple[int, bool]] = []
    formats: list[int] = []
    dates = set(BUILT_IN_DATES)
    version = 0
    for kind, at, size in _records(stream, 0):
        if kind == _BOF:
            version = int.from_bytes(stream[at : at + 2], "little")
        elif kind == _BOUNDSHEET:
            starts.append((int.from_bytes(stream[at : at + 4], "little"), stream[at + 5] == 0))
        elif kind == _XF:
            formats.append(int.from_bytes(stream[at + 2 : at + 4], "little"))
        elif kind == _FORMAT:
            number = int.from_bytes(stream[at : at + 2], "little")
            code = _text(stream[at + 2 : at + size], version)
            dates = dates | {number} if is_date(code) else dates - {number}
    dated = [number in dates for number in formats]
    room = limits.CELLS_HELD
    found = {}
    for index, (start, grid) in enumerate(starts[: limits.SHEETS]):
        if grid:
            found[index] = _sheet(stream, start, dated, room)
            room -= len(found[index].figures)
    return found


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and size of every record of one substream, what is embedded in it passed over."""
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


def _sheet(stream: bytes, start: int, dated: list[bool], room: int) -> Records:
    figures: dict[Place, Figure] = {}
    rows: list[int] = []
    columns: list[int] = []
    for kind, at, size in _records(stream, start):
        if read := _CELLS.get(kind):
            for row, column, style, figure in read(stream, at, size):
                if isinstance(figure, (int, float)) and not isinstance(figure, bool):
                    name = "date" if style < len(dated) and dated[style] else "number"
                else:
                    name = "boolean" if isinstance(figure, bool) else "error"
                figures[row + 1, column + 1] = name, figure
            if len(figures) > room:
                raise TooMuchError
        elif kind == _ROW:
            if stream[at + 12] & _HIDDEN_ROW:
                rows.append(int.from_bytes(stream[at : at + 2], "little") + 1)
        elif kind == _COLUMNS:
            first, last, _width, _style, flags = struct.unpack_from("<5H", stream, at)
            if flags & _HIDDEN_COLUMNS:
                columns += range(first + 1, min(last, 255) + 2)
    return Records(figures, tuple(rows), tuple(columns))


_Cell = tuple[int, int, int, float | int | str]  # row and column from 0, cell format, figure


def _number(stream: bytes, at: int, _size: int) -> Iterator[_Cell]:
    yield struct.unpack_from("<3Hd", stream, at)


def _rk(stream: bytes, at: int, _size: int) -> Iterator[_Cell]:
    row, column, style, packed = struct.unpack_from("<3HI", stream, at)
    yield row, column, style, _unpacked(packed)


def _several(stream: bytes, at: int, size: int) -> Iterator[_Cell]:
    row, first = struct.unpack_from("<2H", stream, at)
    for number in range((size - 6) // 6):
        style, packed = struct.unpack_from("<HI", stream, at + 4 + 6 * number)
        yield row, first + number, style, _unpacked(packed)


def _formula(stream: bytes, at: int, _size: int) -> Iterator[_Cell]:
    """The stored result, where it is no text."""
    row, column, style, result = struct.unpack_from("<3Hd", stream, at)
    if stream[at + 12 : at + 14] != b"\xff\xff":
        yield row, column, style, result
    elif stream[at + 6] == 1:
        yield row, column, style, bool(stream[at + 8])
    elif stream[at + 6] == 2:
        yield row, column, style, _error(stream[at + 8])


def _truth_or_error(stream: bytes, at: int, _size: int) -> Iterator[_Cell]:
    row, column, style, value, error = struct.unpack_from("<3H2B", stream, at)
    yield row, column, style, _error(value) if error else bool(value)


_Read = Callable[[bytes, int, int], Iterator[_Cell]]
_CELLS: dict[int, _Read] = {
    _NUMBER: _number,
    _RK: _rk,
    _MULRK: _several,
    _FORMULA: _formula,
    _BOOLERR: _truth_or_error,
    **dict.fromkeys(_OLD_FORMULAS, _formula),
}


def _error(code: int) -> str:
    return _ERRORS.get(code, f"#{code}")


def _unpacked(packed: int) -> float | int:
    """The number behind 32 bits: the upper part of a double or a whole number, perhaps a hundredth of it."""
    number: float | int
    if packed & 2:
        number = (packed >> 2) - (1 << 30 if packed & 0x80000000 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number


def _text(data: bytes, version: int) -> str:
    """The code of a number format; its length stands before it, in one byte or two."""
    if version < _BIFF8:
        return data[1 : 1 + data[0]].decode("latin-1")
    length, wide = int.from_bytes(data[:2], "little"), data[2] & 1
    return data[3 : 3 + (length << wide)].decode("utf-16-le" if wide else "latin-1", "replace")
