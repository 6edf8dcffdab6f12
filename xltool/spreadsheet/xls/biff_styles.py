"""Read from an .xls ([MS-XLS]) how cells and characters look: fonts, fills, number formats, runs of rich text.

Runs in the worker. Colours are those of the palette, which Excel fills with the nearest ones to any true colour.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, Mark, make_look, mark_alignment, mark_font
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS, GENERAL
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS

_FONT, _PALETTE, _SST, _CONTINUE, _FORMAT, _XF = 0x0031, 0x0092, 0x00FC, 0x003C, 0x041E, 0x00E0
_STRUCK = 0x0008
_RAISED, _LOWERED = 1, 2
_FIRST_OWN_COLOUR = 8  # the palette replaces the colours from here on
_SOLID = 1
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08
_FONT_NAME = 14  # where the name of a font begins, with its length
_ALIGNMENT, _HORIZONTAL = 6, 0x07  # the byte of a cell format with the alignment, and its bits
_ROTATION, _SHRINKS, _SHRINK = 7, 8, 0x10
_DIAGONALS, _DIAGONAL_STYLE = 0xC0000000, 0x01E00000  # of the numbers at 10 and 14: which lines there are, and how

RunStarts = tuple[tuple[int, int], ...]  # of each run: the index of its first character, and its font


class Font(NamedTuple):
    """One font: the mark of its characters, and the index of their colour."""

    mark: Mark | None
    colour: int


def _read_font(data: bytes) -> Font:
    """Parse a FONT record."""
    height, flags, colour, _weight, position = struct.unpack_from("<5H", data)
    mark = mark_font(
        struck=bool(flags & _STRUCK),
        raised=position == _RAISED,
        lowered=position == _LOWERED,
        points=height / 20,
        name=_read_font_name(data),
    )
    return Font(mark, colour)


def _read_font_name(data: bytes) -> str:
    """Return the name in a FONT record, "" where it is cut short."""
    if len(data) < _FONT_NAME + 2:
        return ""
    count, wide = data[_FONT_NAME], data[_FONT_NAME + 1] & _WIDE
    name = data[_FONT_NAME + 2 : _FONT_NAME + 2 + (count << wide)]
    return name.decode("utf-16-le" if wide else "latin-1", "replace")


def _read_palette(data: bytes) -> dict[int, str]:
    """Parse a PALETTE record: RRGGBB by index."""
    count = min(struct.unpack_from("<H", data)[0], (len(data) - 2) // 4)
    return {_FIRST_OWN_COLOUR + number: data[2 + 4 * number : 5 + 4 * number].hex().upper() for number in range(count)}


class BookStyles:
    """The fonts, palette and cell formats of one workbook, filled record by record."""

    def __init__(self) -> None:
        self.fonts: list[Font] = []
        self.formats: dict[int, str] = dict(BUILT_IN_FORMATS)
        self.palette: dict[int, str] = {}
        self.cell_formats: list[bytes] = []
        self._looks: dict[int, CellLook] = {}
        self._strings: list[bytes] = []
        self._before = 0

    def add_record(self, kind: int, data: bytes) -> None:
        """Take a record of the workbook, if it is one of these. Raises struct.error where it is cut short."""
        if kind == _XF:
            self.cell_formats.append(data)
        elif kind == _FORMAT:
            self.formats[int.from_bytes(data[:2], "little")] = _decode_format(data[2:])
        elif kind == _FONT:
            self.fonts.append(_read_font(data))
        elif kind == _PALETTE:
            self.palette.update(_read_palette(data))
        continues = kind == _CONTINUE and self._before == _SST
        if kind == _SST or continues:
            self._strings.append(data)
        self._before = _SST if continues else kind

    def read_strings(self) -> list[tuple[int, RunStarts]]:
        """Return the number of UTF-16 units and the runs of every shared string."""
        return list(_read_string_runs(self._strings)) if self._strings else []

    def find_font(self, index: int) -> Font:
        """Return a font by its index in a record: there is no font of index 4."""
        at = index - (index > 4)
        return self.fonts[at] if at < len(self.fonts) else Font(None, 0x7FFF)

    def find_colour(self, index: int) -> str:
        """Return RRGGBB of a colour, "" for an automatic one."""
        return self.palette.get(index) or DEFAULT_COLOURS.find_indexed_colour(index)

    def find_run_look(self, index: int) -> tuple[Mark | None, str]:
        """Return mark and colour of the characters in a font."""
        font = self.find_font(index)
        return font.mark, self.find_colour(font.colour)

    def find_look(self, index: int) -> CellLook:
        """Return the look of the cells of one cell format."""
        if index not in self._looks:
            self._looks[index] = self._make_look(index)
        return self._looks[index]

    def _make_look(self, index: int) -> CellLook:
        if index >= len(self.cell_formats):
            return CellLook()
        data = self.cell_formats[index]
        font_index, format_index = struct.unpack_from("<2H", data)
        font, code = self.find_font(font_index), self.formats.get(format_index, GENERAL)
        background, placed = "", mark_alignment(data[_ALIGNMENT] & _HORIZONTAL)
        if len(data) >= 20:
            sides, rest, colour = struct.unpack_from("<2IH", data, 10)
            background = self.find_colour(colour & 0x7F) if rest >> 26 == _SOLID else ""
            placed = Mark.CROSSED if sides & _DIAGONALS and rest & _DIAGONAL_STYLE else placed
            placed = placed or (Mark.FITTED if data[_ROTATION] or data[_SHRINKS] & _SHRINK else None)
        return make_look(code, font.mark, self.find_colour(font.colour), background, placed)


# --- shared strings ------------------------------------------------------------------------------------------------


class _Segments:
    """The content of a record and of those that continue it, read as one."""

    def __init__(self, segments: list[bytes]) -> None:
        self._segments = segments
        self._segment = self._at = 0

    def take(self, size: int) -> bytes:
        """Read bytes across the ends of records. Raises IndexError at the end of the last."""
        taken = b""
        while len(taken) < size:
            content = self._segments[self._segment]
            if self._at >= len(content):
                self._segment, self._at = self._segment + 1, 0
                continue
            piece = content[self._at : self._at + size - len(taken)]
            taken += piece
            self._at += len(piece)
        return taken

    def take_text(self, count: int, *, wide: bool) -> str:
        """Read characters; where a record ends inside them, the next begins with a flag for their width."""
        text = ""
        while len(text) < count:
            content = self._segments[self._segment]
            if self._at >= len(content):
                self._segment, self._at = self._segment + 1, 0
                wide = bool(self._segments[self._segment][0] & _WIDE)
                self._at = 1
                continue
            width = 2 if wide else 1
            size = min((count - len(text)) * width, (len(content) - self._at) // width * width)
            if not size:
                raise IndexError("half a character")
            piece = content[self._at : self._at + size]
            text += "".join(map(chr, struct.unpack(f"<{size // 2}H", piece))) if wide else piece.decode("latin-1")
            self._at += size
        return text


def _read_string_runs(segments: list[bytes]) -> Iterator[tuple[int, RunStarts]]:
    """Yield the number of UTF-16 units and the runs of every shared string. Raises IndexError for damaged records."""
    reader = _Segments(segments)
    _total, count = struct.unpack("<2I", reader.take(8))
    for _ in range(min(count, limits.MAX_SHARED_STRINGS)):
        yield _read_string(reader)


def _read_string(reader: _Segments) -> tuple[int, RunStarts]:
    length, flags = struct.unpack("<HB", reader.take(3))
    runs = struct.unpack("<H", reader.take(2))[0] if flags & _RICH else 0
    extension = struct.unpack("<I", reader.take(4))[0] if flags & _EXTENDED else 0
    if length:
        reader.take_text(length, wide=bool(flags & _WIDE))
    starts = struct.unpack(f"<{2 * runs}H", reader.take(4 * runs))
    if extension > limits.MAX_FILE_BYTES:
        raise IndexError("an extension past the end")
    reader.take(extension)
    return length, tuple(zip(starts[::2], starts[1::2], strict=True))


def read_rich_label(data: bytes) -> tuple[int, RunStarts]:
    """Parse a rich text in its cell: the number of UTF-16 units and the runs."""
    length, flags = struct.unpack_from("<HB", data)
    at = 3 + (length << (flags & _WIDE))
    count = struct.unpack_from("<H", data, at)[0]
    starts = struct.unpack_from(f"<{2 * count}H", data, at + 2)
    return length, tuple(zip(starts[::2], starts[1::2], strict=True))


def _decode_format(data: bytes) -> str:
    """Decode a number format; its length precedes it in two bytes."""
    length, wide = int.from_bytes(data[:2], "little"), data[2] & 1
    return data[3 : 3 + (length << wide)].decode("utf-16-le" if wide else "latin-1", "replace")
