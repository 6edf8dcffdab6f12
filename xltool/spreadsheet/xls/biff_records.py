"""Iterate the records of an .xls ([MS-XLS]), and decode the values in them."""

import struct
from collections.abc import Iterator

BOF, EOF = 0x0809, 0x000A
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class TooMuchError(Exception):
    """More cells than the limit allows."""


class OldFormatError(Exception):
    """A workbook of Excel 95 or earlier."""


def iterate_records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, offset and size of every record of one substream, without embedded substreams."""
    at, end, depth = start, len(stream), 0
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, size = unpack(stream, at)
        at += 4
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth == 1:
            yield kind, at, size
        at += size


def name_error(code: int) -> str:
    """Return the name of an error value."""
    return _ERRORS.get(code, f"#{code}")


def unpack_rk(packed: int) -> float | int:
    """Decode an RK number: the upper 30 bits of a double or an integer, optionally divided by 100."""
    number: float | int
    if packed & 2:
        number = (packed >> 2) - (1 << 30 if packed & 0x80000000 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return number / 100 if packed & 1 else number
