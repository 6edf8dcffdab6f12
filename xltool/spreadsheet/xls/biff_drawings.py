"""Read the comments and shapes of a sheet from the records of an .xls ([MS-XLS], [MS-ODRAW]). Runs in the worker.

Before the record of each object stands its drawing, with its place and fill; behind it the record of its text, whose
characters are in the record that follows. A comment is an object like others; another record names its cell.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape
from xltool.spreadsheet.shape_places import MIN_OPACITY, AxisSizes, GridPlace, find_covered_area, format_cell
from xltool.spreadsheet.xls.biff_shapes import DrawingTree

NOTE, _OBJECT, _TEXT, _DRAWING, _CONTINUED = 0x001C, 0x005D, 0x01B6, 0x00EC, 0x003C
DRAWING_RECORDS = frozenset({NOTE, _OBJECT, _TEXT, _DRAWING, _CONTINUED})
_LINE, _PICTURE, _CHART, _COMMENT = 0x01, 0x08, 0x05, 0x19  # kinds of objects
_FILLED_KINDS = frozenset({0x02, 0x03, 0x04, 0x06, 0x09, 0x1E})  # rectangle, oval, arc, text box, polygon, any shape
_FILL_OPACITY, _FILL_FLAGS = 0x0182, 0x01BF
_IS_FILLED, _STATES_FILLED = 0x10, 0x100000
_FULL_OPACITY = 0x10000
_USUAL_WIDTH, _USUAL_HEIGHT = 2230, 300
_RECORD_HEADER = 4
_TEXT_LENGTH = 10  # where the length of a text stands in its record, and behind it that of the looks of its runs
_WIDE = 1


class _DrawnObject(NamedTuple):
    """An object: kind, its left, upper, right and lower edge, whether it is filled and hidden."""

    kind: int
    corners: tuple[GridPlace, ...]
    is_filled: bool
    is_hidden: bool


class DrawingRecords:
    """Collects the comments and shapes of one sheet from its records, in their order.

    ``columns`` and ``rows`` are to be described before: 256 units are the width of a digit, 20 a point of height.
    """

    def __init__(self) -> None:
        self.columns, self.rows = AxisSizes.of_columns(_USUAL_WIDTH), AxisSizes.of_rows(_USUAL_HEIGHT)
        self._tree = DrawingTree(self.columns, self.rows)
        self._drawing: list[bytes] = []
        self._end = -1  # of the record before, in the stream
        self._objects: list[_DrawnObject] = []
        self._indexes: dict[int, int] = {}  # of the objects, by their number
        self._texts: dict[int, list[bytes]] = {}  # pieces of UTF-16, by the index of their object
        self._missing = self._missing_runs = (
            0  # what is to come: UTF-16 units of a text, bytes of the looks of its runs
        )
        self._notes: list[tuple[int, int, int, str]] = []

    def add_record(self, kind: int, data: bytes, at: int) -> None:
        """Add one record, whose data begins at a place in the stream. What is cut short is left out."""
        follows = at - _RECORD_HEADER == self._end
        self._end = at + len(data)
        if kind == _CONTINUED:
            if follows:
                self._continue_record(data)
            return
        self._missing = self._missing_runs = 0
        if kind == _DRAWING:
            self._drawing.append(data)
        elif kind == _OBJECT:
            self._add_object(data)
        elif kind == _TEXT and len(data) >= _TEXT_LENGTH + 4:
            self._texts[len(self._objects) - 1] = []
            self._missing, self._missing_runs = struct.unpack_from("<2H", data, _TEXT_LENGTH)
        elif kind == NOTE and len(data) >= 8:
            row, column, _flags, number = struct.unpack_from("<4H", data)
            self._notes.append((row, column, number, _read_author(data[8:])))

    def _continue_record(self, data: bytes) -> None:
        """Add what a record continues: a text, the looks of its runs, or the drawing."""
        if self._missing and data:
            piece = data[1 : 1 + 2 * self._missing]
            if not data[0] & _WIDE:
                piece = piece[: self._missing].decode("latin-1").encode("utf-16-le")
            self._missing -= len(piece) // 2
            self._texts[len(self._objects) - 1].append(piece[: len(piece) // 2 * 2])
        elif self._missing_runs:
            self._missing_runs = max(self._missing_runs - len(data), 0)
        else:
            self._drawing.append(data)

    def _decode_text_pieces(self, index: int) -> str:
        return b"".join(self._texts.get(index, ())).decode("utf-16-le", "replace")

    def list_comments(self) -> tuple[CellComment, ...]:
        """Return the comments, one of each object, without the names of their authors that Excel puts before them."""
        notes = {number: (row, column, author) for row, column, number, author in self._notes}
        return tuple(
            CellComment(format_cell(row + 1, column + 1), text)
            for number, (row, column, author) in notes.items()
            if number in self._indexes
            and (text := clean_comment(self._decode_text_pieces(self._indexes[number]), {author}))
        )

    def list_shapes(self) -> tuple[SheetShape, ...]:
        """Return the shapes that have a text or hide what is below."""
        return tuple(self._iterate_shapes())

    def _iterate_shapes(self) -> Iterator[SheetShape]:
        for index, drawn in enumerate(self._objects):
            if drawn.kind == _COMMENT or drawn.is_hidden:
                continue
            text = " ".join(self._decode_text_pieces(index).split())
            if not drawn.corners:
                if text:
                    yield SheetShape("", text)
                continue
            is_picture = drawn.kind in (_PICTURE, _CHART)
            left, top, right, bottom = drawn.corners
            area = find_covered_area((top, bottom), (left, right))
            if text or (area and (is_picture or drawn.is_filled)):
                yield SheetShape(area, text, format_cell(top.number, left.number), is_picture=is_picture and not text)

    def _add_object(self, data: bytes) -> None:
        if len(data) < 8:
            return
        _type, _size, kind, number = struct.unpack_from("<4H", data)
        corners, shape = self._tree.read_shape(b"".join(self._drawing))
        flags = shape.properties.get(_FILL_FLAGS, 0)
        stated = bool(flags & _STATES_FILLED)
        is_filled = kind in _FILLED_KINDS and (bool(flags & _IS_FILLED) if stated else True)
        self._indexes[number] = len(self._objects)
        self._objects.append(
            _DrawnObject(
                kind,
                corners,
                is_filled and shape.properties.get(_FILL_OPACITY, _FULL_OPACITY) >= MIN_OPACITY * _FULL_OPACITY,
                shape.is_hidden,
            )
        )
        self._drawing.clear()


def _read_author(data: bytes) -> str:
    if len(data) < 3:
        return ""
    count, wide = struct.unpack_from("<HB", data)
    return data[3 : 3 + count * (2 if wide & _WIDE else 1)].decode(
        "utf-16-le" if wide & _WIDE else "latin-1", "replace"
    )
