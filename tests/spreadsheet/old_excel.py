"""Small .xls files made record by record ([MS-XLS], [MS-CFB]), so that a test can say exactly what is stored."""

import struct
from collections.abc import Sequence

BOF, EOF, BOUNDSHEET, FORMAT, XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
NUMBER, RK, MULRK, FORMULA, BOOLERR, LABEL = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205, 0x0204
ROW, COLINFO = 0x0208, 0x007D
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(NUMBER, struct.pack("<3Hd", row, column, style, value))


def packed(row: int, column: int, value: int, style: int = 0) -> bytes:
    """A number in 32 bits; ``value`` is those bits."""
    return record(RK, struct.pack("<3HI", row, column, style, value))


def several(row: int, column: int, *values: int) -> bytes:
    cells = b"".join(struct.pack("<HI", 0, value) for value in values)
    return record(MULRK, struct.pack("<2H", row, column) + cells + struct.pack("<H", column + len(values) - 1))


def truth(row: int, column: int, value: int, *, error: bool = False) -> bytes:
    return record(BOOLERR, struct.pack("<3H2B", row, column, 0, value, error))


def formula(row: int, column: int, result: bytes) -> bytes:
    """The formula ``=1`` with a stored result of eight bytes."""
    return record(FORMULA, struct.pack("<3H", row, column, 0) + result + bytes(6) + b"\x03\0\x1e\1\0")


def label(row: int, column: int, text: str) -> bytes:
    return record(LABEL, struct.pack("<4HB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def hidden_row(row: int) -> bytes:
    return record(ROW, struct.pack("<6HI", row, 0, 1, 255, 0, 0, 0x20))


def hidden_columns(first: int, last: int) -> bytes:
    return record(COLINFO, struct.pack("<6H", first, last, 0, 0, 1, 0))


def number_format(index: int, code: str) -> bytes:
    return record(FORMAT, struct.pack("<2HB", index, len(code), 0) + code.encode())


def style(format_index: int) -> bytes:
    return record(XF, struct.pack("<2H", 0, format_index) + bytes(16))


def workbook(cells: bytes, styles: Sequence[int] = (0,), formats: bytes = b"") -> bytes:
    """The stream of a workbook with one sheet."""
    begin = record(BOF, struct.pack("<2H12x", 0x0600, 0x0005))
    before = formats + b"".join(map(style, styles))
    name = b"\x05\0Sheet"
    start = len(begin) + len(before) + 4 + 6 + len(name) + 4
    listed = record(BOUNDSHEET, struct.pack("<IH", start, 0) + name)
    sheet = record(BOF, struct.pack("<2H12x", 0x0600, 0x0010)) + cells + record(EOF)
    return begin + before + listed + record(EOF) + sheet


def compound(stream: bytes, name: str = "Workbook", chain: Sequence[int] | None = None) -> bytes:
    """An OLE2 file with one stream; ``chain`` are the entries of the table for it, where they should be odd."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    table = [*(chain or [*range(1, sectors), _END]), _END]
    table_sectors = -(-(sectors + 1) * 4 // (_SECTOR - 4)) + 1
    table += [_TABLE] * table_sectors
    header = struct.pack("<8s16x5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, table_sectors, sectors, 0, 4096, _END, 0, _END, 0)
    listed = [sectors + 1 + number for number in range(table_sectors)]
    header += struct.pack("<109I", *listed, *[_FREE] * (109 - len(listed)))
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry(name, 2, 0, len(stream))
    body = stream.ljust(sectors * _SECTOR, b"\0") + directory.ljust(_SECTOR, b"\0")
    entries = [*table, *[_FREE] * (table_sectors * _SECTOR // 4 - len(table))]
    return header + body + struct.pack(f"<{len(entries)}I", *entries)


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<3I", _FREE, _FREE, child)
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def xls(cells: bytes, styles: Sequence[int] = (0,), formats: bytes = b"") -> bytes:
    """A whole .xls with one sheet."""
    return compound(workbook(cells, styles, formats))


def far_apart() -> bytes:
    """Two figures at opposite corners: the library that reads texts takes room for everything in between."""
    return xls(number(0, 0, 1) + number(65535, 255, 2))
