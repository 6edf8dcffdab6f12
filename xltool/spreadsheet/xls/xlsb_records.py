"""Iterate the records of a part of an .xlsb ([MS-XLSB] 2.1.4), and read the strings in them."""

import struct
from collections.abc import Iterator

_NO_STRING = 0xFFFFFFFF


def iterate_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and data of every record. Raises IndexError where one is cut short."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                break
        if at + size > end:
            raise IndexError("a record cut short")
        yield kind, content[at : at + size]
        at += size


def read_wide_string(data: bytes, at: int) -> tuple[str, int]:
    """Return a string after its length, and where it ends. Raises IndexError where it is cut short."""
    count = struct.unpack_from("<I", data, at)[0]
    if count == _NO_STRING:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(data):
        raise IndexError("a string cut short")
    return data[at + 4 : end].decode("utf-16-le", "replace"), end
