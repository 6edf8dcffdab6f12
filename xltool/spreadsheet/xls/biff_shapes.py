"""Read the places and properties of shapes from the drawing of a sheet of an .xls ([MS-ODRAW]). Runs in the worker.

A shape lies between two cells, or in a group between edges in coordinates of the group, whose own shape comes first.
"""

import struct

from xltool.spreadsheet.shape_places import AxisSizes, GridPlace, GroupFrame

_GROUP, _SHAPE, _GROUP_BOX, _PROPERTIES, _CHILD_ANCHOR, _ANCHOR = 0xF003, 0xF004, 0xF009, 0xF00B, 0xF00F, 0xF010
_HEADER = struct.Struct("<HHI")
_CONTAINER = 0x0F
_GROUP_FLAGS = 0x03BF
_IS_HIDDEN, _STATES_HIDDEN = 0x02, 0x20000
_PARTS = (1024, 256, 1024, 256)  # of a column and of a row
_MAX_GROUPS = 32  # inside each other


class ShapeRecord:
    """The last shape of a drawing while it is read."""

    def __init__(self, group: "ShapeGroup | None" = None) -> None:
        self.group = group  # around it
        self.corners: tuple[int, ...] = ()
        self.box: tuple[int, ...] = ()  # left, upper, right and lower edge in the coordinates of the group
        self.inner_box: tuple[int, ...] = ()  # of a group, the edges in the coordinates of its shapes
        self.properties: dict[int, int] = {}

    @property
    def is_hidden(self) -> bool:
        """Whether the shape, or a group around it, is hidden."""
        flags = self.properties.get(_GROUP_FLAGS, 0)
        by_group = self.group is not None and self.group.is_hidden
        return by_group or bool(flags & _STATES_HIDDEN and flags & _IS_HIDDEN)


class ShapeGroup(GroupFrame):
    """A group of shapes, and where it ends in the drawing of the sheet."""

    def __init__(self, end: int) -> None:
        super().__init__()
        self.end = end


class DrawingTree:
    """Finds the place and the properties of each shape in the drawing of a sheet, which comes in pieces."""

    def __init__(self, columns: AxisSizes, rows: AxisSizes) -> None:
        self._axes = (columns, rows) * 2
        self._groups: list[ShapeGroup] = []
        self._read = 0

    def read_shape(self, drawing: bytes) -> tuple[tuple[GridPlace, ...], ShapeRecord]:
        """Return the edges (left, upper, right, lower) and the rest of the last shape in the next piece."""
        shape = ShapeRecord()
        at = 0
        while at + _HEADER.size <= len(drawing):
            version, kind, size = _HEADER.unpack_from(drawing, at)
            at += _HEADER.size
            if version & _CONTAINER == _CONTAINER:
                if kind in (_SHAPE, _GROUP):
                    self._finish_shape(shape, self._read + at)
                    shape = ShapeRecord(self._groups[-1] if self._groups else None)
                if kind == _GROUP and len(self._groups) < _MAX_GROUPS:
                    self._groups.append(ShapeGroup(self._read + at + size))
                continue
            _read_atom(shape, version, kind, drawing[at : at + size])
            at += size
        self._finish_shape(shape, self._read + len(drawing))
        self._read += len(drawing)
        return self._find_places(shape), shape

    def _finish_shape(self, shape: ShapeRecord, at: int) -> None:
        """Note the place of a group, if the shape is the one that stands for it; leave the groups that have ended."""
        if shape.inner_box and shape.group is not None and not shape.group.inner_box:
            group, around = shape.group, self._groups[-2] if len(self._groups) > 1 else None
            places = _find_places(shape.corners)
            lengths = tuple(axis.measure(*place) for axis, place in zip(self._axes, places, strict=False))
            group.inner_box, group.is_hidden = shape.inner_box, shape.is_hidden or bool(around and around.is_hidden)
            group.lengths = lengths or (around.convert(shape.box) if around else ())
        while self._groups and self._groups[-1].end <= at:
            self._groups.pop()

    def _find_places(self, shape: ShapeRecord) -> tuple[GridPlace, ...]:
        if shape.corners or shape.group is None:
            return _find_places(shape.corners)
        lengths = shape.group.convert(shape.box)
        return tuple(axis.locate(1, length) for axis, length in zip(self._axes, lengths, strict=False))


def _read_atom(shape: ShapeRecord, version: int, kind: int, content: bytes) -> None:
    """Read one property of a shape; its end may be missing."""
    if kind == _ANCHOR and len(content) >= 18:
        shape.corners = struct.unpack_from("<8H", content, 2)
    elif kind in (_CHILD_ANCHOR, _GROUP_BOX) and len(content) >= 16:
        box = struct.unpack_from("<4i", content)
        if kind == _CHILD_ANCHOR:
            shape.box = box
        else:
            shape.inner_box = box
    elif kind == _PROPERTIES:
        listed = content[: min(version >> 4, len(content) // 6) * 6]
        shape.properties |= {number & 0x3FFF: value for number, value in struct.iter_unpack("<HI", listed)}


def _find_places(corners: tuple[int, ...]) -> tuple[GridPlace, ...]:
    """Return the places of the edges, each from a column or row from 0 and a part of it."""
    pairs = zip(corners[::2], corners[1::2], _PARTS, strict=True) if corners else ()
    return tuple(GridPlace(number + 1, min(part / parts, 1.0)) for number, part, parts in pairs)
