"""Small .xlsb files made record by record ([MS-XLSB]), so that a test can say exactly what is stored."""

import struct

from tests.spreadsheet.packages import zipped

ROW, CELL_RK, CELL_ERROR, CELL_REAL, CELL_TEXT, CELL_SHARED = 0, 2, 3, 5, 6, 7
FORMULA_NUMBER, SHORT_RK, SHORT_SHARED = 9, 13, 18
RICH_CELL, MERGED, VIEW = 62, 176, 137
_SHARED_STRING, _FORMAT, _FONT, _FILL, _BORDER, _CELL_FORMAT, _SHEET = 19, 44, 43, 45, 46, 47, 156
_PALETTE_COLOUR, _LOOK_CHANGE, _CONDITIONAL, _RULE, _COLUMNS = 475, 507, 461, 463, 60
_BEGIN_CELL_FORMATS, _END_CELL_FORMATS = 617, 618
WHITE, BLACK, YELLOW = b"\x05\0\0\0\xff\xff\xff\xff", b"\x01\0\0\0\0\0\0\xff", b"\x05\0\0\0\xff\xf9\xe3\xff"

_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relationships(**targets: str) -> str:
    listed = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'
    )


def _variable(number: int, most: int) -> bytes:
    encoded = b""
    for _ in range(most):
        low, number = number & 0x7F, number >> 7
        encoded += bytes([low | (0x80 if number else 0)])
        if not number:
            break
    return encoded


def record(kind: int, content: bytes = b"") -> bytes:
    return _variable(kind, 2) + _variable(len(content), 4) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def rich(text: str, *runs: tuple[int, int]) -> bytes:
    """A rich string; each run begins at a character with a font."""
    if not runs:
        return b"\0" + wide(text)
    return b"\1" + wide(text) + struct.pack("<I", len(runs)) + b"".join(struct.pack("<2H", *run) for run in runs)


def font(
    *, struck: bool = False, position: int = 0, colour: bytes = BLACK, points: float = 11, name: str = "Calibri"
) -> bytes:
    head = struct.pack("<4H4B", int(points * 20), 8 if struck else 0, 400, position, 0, 0, 0, 0)
    return record(_FONT, head + colour + b"\0" + wide(name))


def palette_colour(rgb: bytes) -> bytes:
    """The next colour of the palette, from the first."""
    return record(_PALETTE_COLOUR, rgb + b"\0")


def look_change(*properties: tuple[int, bytes]) -> bytes:
    """The look of a conditional format: its properties by number."""
    listed = b"".join(struct.pack("<2H", kind, len(content) + 4) + content for kind, content in properties)
    return record(_LOOK_CHANGE, struct.pack("<3H", 0, 0, len(properties)) + listed)


def token_number(number: int) -> bytes:
    return b"\x1e" + struct.pack("<H", number)


def rule(
    kind: int, look: int, parameter: int, *formulas: bytes, template: int = 0, text: str = "", priority: int = 1
) -> bytes:
    """One rule of a conditional format."""
    parsed = [struct.pack("<I", len(tokens)) + tokens + bytes(4) for tokens in formulas]
    sizes = [len(piece) for piece in parsed] + [0] * (3 - len(parsed))
    head = struct.pack("<7IH3I", kind, template, look, priority, parameter, 0, 0, 0, *sizes)
    return record(_RULE, head + wide(text) + b"".join(parsed))


def conditional(area: tuple[int, int, int, int], rules: bytes) -> bytes:
    """The rules for an area: first and last row, first and last column from 0."""
    return record(_CONDITIONAL, struct.pack("<3I4I", 1, 0, 1, *area)) + rules


def columns(first: int, last: int, width: int) -> bytes:
    """Columns from 0 of a width in 256ths of a character."""
    return record(_COLUMNS, struct.pack("<4IH", first, last, width, 0, 0))


def fill(colour: bytes | None = None) -> bytes:
    return record(_FILL, struct.pack("<I", 1 if colour else 0) + (colour or bytes(8)) + bytes(8))


def number_format(index: int, code: str) -> bytes:
    return record(_FORMAT, struct.pack("<H", index) + wide(code))


def border(diagonals: int = 0) -> bytes:
    """A border with thin lines from corner to corner: 1 falling, 2 rising, 3 both."""
    side = bytes([bool(diagonals), 0]) + BLACK
    return record(_BORDER, bytes([diagonals]) + 4 * (bytes(2) + BLACK) + side)


def cell_format(
    number: int = 0, font_index: int = 0, fill_index: int = 0, alignment: int = 0, border_index: int = 0
) -> bytes:
    tail = struct.pack("<H", border_index) + bytes(2) + struct.pack("<I", alignment)
    return record(_CELL_FORMAT, struct.pack("<4H", 0, number, font_index, fill_index) + tail)


def row(number: int, points: float = 15) -> bytes:
    return record(ROW, struct.pack("<2IH", number, 0, int(points * 20)) + bytes(7))


def cell(kind: int, column: int, content: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<2I", column, style) + content)


def short(kind: int, content: bytes, style: int = 0) -> bytes:
    """A cell without its column: the one after the last."""
    return record(kind, struct.pack("<I", style) + content)


def whole(number: int) -> bytes:
    return struct.pack("<I", number << 2 | 2)


def xlsb(
    sheet: bytes, strings: tuple[bytes, ...] = (), styles: bytes = b"", formats: bytes = b"", theme: str = ""
) -> bytes:
    """A workbook of one sheet; ``formats`` are its cell formats."""
    themed = {"theme": "theme.xml"} if theme else {}
    book = record(_SHEET, struct.pack("<2I", 0, 1) + wide("r1") + wide("表一"))
    listed = record(_BEGIN_CELL_FORMATS) + formats + record(_END_CELL_FORMATS)
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relationships(officeDocument="xl/workbook.bin"),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _relationships(
                worksheet="worksheets/sheet1.bin", styles="styles.bin", sharedStrings="sharedStrings.bin", **themed
            ),
            "xl/worksheets/sheet1.bin": sheet,
            "xl/styles.bin": styles + listed,
            "xl/sharedStrings.bin": b"".join(record(_SHARED_STRING, text) for text in strings),
            **({"xl/theme.xml": theme} if theme else {}),
        }
    )
