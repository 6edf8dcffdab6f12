"""Read the comments and shapes of a sheet from the records of an .xls ([MS-XLS], [MS-ODRAW]). Runs in the worker.

Before the record of each object stands its drawing, with its place and fill; behind it the record of its text, whose
characters are in the record that follows. A comment is an object like others; another record names its cell.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape

NOTE, _OBJECT, _TEXT, _DRAWING, _CONTINUED = 0x001C, 0x005D, 0x01B6, 0x00EC, 0x003C
DRAWING_RECORDS = frozenset({NOTE, _OBJECT, _TEXT, _DRAWING, _CONTINUED})
_LINE, _PICTURE, _CHART, _COMMENT = 0x01, 0x08, 0x05, 0x19  # kinds of objects
_FILLED_KINDS = frozenset({0x02, 0x03, 0x04, 0x06, 0x09, 0x1E})  # rectangle, oval, arc, text box, polygon, any shape
_SHAPE, _PROPERTIES, _ANCHOR = 0xF004, 0xF00B, 0xF010  # parts of a drawing
_HEADER = struct.Struct("<HHI")
_CONTAINER = 0x0F
_FILL_OPACITY, _FILL_FLAGS, _GROUP_FLAGS = 0x0182, 0x01BF, 0x03BF
_IS_FILLED, _STATES_FILLED, _IS_HIDDEN, _STATES_HIDDEN = 0x10, 0x100000, 0x02, 0x20000
_MIN_OPACITY = 0.8 * 0x10000
_HALF_COLUMN, _HALF_ROW = 512, 128  # a column has 1024 parts, a row 256
_TEXT_LENGTH = 10  # where the number of characters stands in the record of a text
_WIDE = 1


class _DrawnObject(NamedTuple):
    """An object: kind, number, the corners of its place (column, part, row, part, twice), whether it is filled."""

    kind: int
    number: int
    corners: tuple[int, ...]
    is_filled: bool
    is_hidden: bool


class DrawingRecords:
    """Collects the comments and shapes of one sheet from its records, in their order."""

    def __init__(self) -> None:
        self._drawing = b""
        self._objects: list[_DrawnObject] = []
        self._texts: dict[int, str] = {}
        self._missing = 0  # characters of a text that are still to come
        self._notes: list[tuple[int, int, int, str]] = []

    def add_record(self, kind: int, data: bytes) -> None:
        """Add one record. What is cut short is left out."""
        if kind == _DRAWING:
            self._drawing, self._missing = data, 0
        elif kind == _OBJECT:
            self._add_object(data)
        elif kind == _TEXT:
            self._missing = int.from_bytes(data[_TEXT_LENGTH : _TEXT_LENGTH + 2], "little")
        elif kind == _CONTINUED and self._missing and self._objects and data:
            text = data[1:].decode("utf-16-le" if data[0] & _WIDE else "latin-1", "replace")[: self._missing]
            self._missing -= len(text)
            number = self._objects[-1].number
            self._texts[number] = self._texts.get(number, "") + text
        elif kind == NOTE and len(data) >= 8:
            row, column, _flags, number = struct.unpack_from("<4H", data)
            self._notes.append((row, column, number, _read_author(data[8:])))

    def list_comments(self) -> tuple[CellComment, ...]:
        """Return the comments, without the names of their authors that Excel puts before the text."""
        return tuple(
            CellComment(f"{format_column(column + 1)}{row + 1}", text)
            for row, column, number, author in self._notes
            if (text := clean_comment(self._texts.get(number, ""), [author]))
        )

    def list_shapes(self) -> tuple[SheetShape, ...]:
        """Return the shapes that have a text or hide what is below."""
        return tuple(self._iterate_shapes())

    def _iterate_shapes(self) -> Iterator[SheetShape]:
        for drawn in self._objects:
            if drawn.kind == _COMMENT or drawn.is_hidden or not drawn.corners:
                continue
            text = " ".join(self._texts.get(drawn.number, "").split())
            is_picture = drawn.kind in (_PICTURE, _CHART)
            area = _find_covered_area(drawn.corners)
            if text or (area and (is_picture or drawn.is_filled)):
                at = f"{format_column(drawn.corners[0] + 1)}{drawn.corners[2] + 1}"
                yield SheetShape(area, text, at, is_picture=is_picture and not text)

    def _add_object(self, data: bytes) -> None:
        if len(data) < 8:
            return
        _type, _size, kind, number = struct.unpack_from("<4H", data)
        corners, properties = _read_drawing(self._drawing)
        flags, group = properties.get(_FILL_FLAGS, 0), properties.get(_GROUP_FLAGS, 0)
        stated = bool(flags & _STATES_FILLED)
        is_filled = kind in _FILLED_KINDS and (bool(flags & _IS_FILLED) if stated else True)
        self._objects.append(
            _DrawnObject(
                kind,
                number,
                corners,
                is_filled and properties.get(_FILL_OPACITY, 0x10000) >= _MIN_OPACITY,
                bool(group & _STATES_HIDDEN and group & _IS_HIDDEN),
            )
        )
        self._drawing = b""


def _read_author(data: bytes) -> str:
    if len(data) < 3:
        return ""
    count, wide = struct.unpack_from("<HB", data)
    return data[3 : 3 + count * (2 if wide & _WIDE else 1)].decode(
        "utf-16-le" if wide & _WIDE else "latin-1", "replace"
    )


def _read_drawing(drawing: bytes) -> tuple[tuple[int, ...], dict[int, int]]:
    """Return the corners and the properties, by number, of the last shape in a drawing, whose end may be missing."""
    corners: tuple[int, ...] = ()
    properties: dict[int, int] = {}
    at = 0
    while at + _HEADER.size <= len(drawing):
        version, kind, size = _HEADER.unpack_from(drawing, at)
        at += _HEADER.size
        if version & _CONTAINER == _CONTAINER:
            if kind == _SHAPE:
                corners, properties = (), {}
            continue
        content = drawing[at : at + size]
        if kind == _ANCHOR and len(content) >= 18:
            corners = struct.unpack_from("<8H", content, 2)
        elif kind == _PROPERTIES:
            listed = content[: min(version >> 4, len(content) // 6) * 6]
            properties |= {number & 0x3FFF: value for number, value in struct.iter_unpack("<HI", listed)}
        at += size
    return corners, properties


def _find_covered_area(corners: tuple[int, ...]) -> str:
    """Return the range of cells of which more than half is covered; empty if there is none."""
    left, left_part, top, top_part, right, right_part, bottom, bottom_part = corners
    left, top = left + (left_part > _HALF_COLUMN), top + (top_part > _HALF_ROW)
    right, bottom = right - (right_part <= _HALF_COLUMN), bottom - (bottom_part <= _HALF_ROW)
    if right < left or bottom < top:
        return ""
    return f"{format_column(left + 1)}{top + 1}:{format_column(right + 1)}{bottom + 1}"
