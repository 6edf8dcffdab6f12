"""Read what lies over and beside the cells of a sheet of an .ods: comments, text boxes, filled shapes, pictures."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.ods_styles import StyleReader, parse_length
from xltool.spreadsheet.ooxml.addresses import CELL_ADDRESS, parse_column_letters, parse_row_number
from xltool.spreadsheet.ooxml.drawings import HOLLOW_OUTLINES
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit
from xltool.spreadsheet.shape_places import AxisSizes, GridPlace, find_covered_area, format_cell

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_DRAW, _TABLE, _TEXT, _SVG = (f"{_ODF}{name}:1.0 " for name in ("drawing", "table", "text", "svg-compatible"))
_ANNOTATION, _CREATOR = f"{_ODF}office:1.0 annotation", "http://purl.org/dc/elements/1.1/ creator"
_FILLED = ("custom-shape", "rect", "ellipse", "circle", "polygon", "regular-polygon", "path", "caption")
_SHAPES = frozenset(f"{_DRAW}{name}" for name in (*_FILLED, "frame", "line", "polyline", "connector", "measure"))
_FILLED_SHAPES = frozenset(f"{_DRAW}{name}" for name in _FILLED)
_PICTURES = frozenset(f"{_DRAW}{name}" for name in ("image", "object", "object-ole", "plugin"))
_GROUP, _TEXT_BOX, _GEOMETRY = (f"{_DRAW}{name}" for name in ("g", "text-box", "enhanced-geometry"))
_DISPLAY, _IN_BACKGROUND = f"{_DRAW}display", f"{_TABLE}table-background"
_UNSEEN = {_DISPLAY: "none", _IN_BACKGROUND: "true"}  # what hides a shape, or puts it behind the cells
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_BLANKS = frozenset(f"{_TEXT}{name}" for name in ("s", "tab", "line-break"))
_HOLLOW_OUTLINES = HOLLOW_OUTLINES | {
    *("ring", "block-arc", "forbidden", "bracket-pair", "brace-pair"),
    *("left-bracket", "right-bracket", "left-brace", "right-brace"),
}
DEFAULT_WIDTH, DEFAULT_HEIGHT = 64.0, 12.8  # points, of columns and rows whose style states nothing
_FIRST_CELL = (1, 1)


class _Drawing(NamedTuple):
    """A comment or shape as it was read: its outermost element, the cell it belongs to, the lines of its text."""

    name: str
    attributes: dict[str, str]
    cell: tuple[int, int] | None
    lines: tuple[str, ...]
    author: str
    outline: str
    is_picture: bool
    is_text_box: bool


class DrawingReader:
    """Collects the comments and shapes of one sheet from the parser events between their tags.

    A group has none of its own: its shapes stand for themselves, each with a place behind the cell of the group.
    """

    def __init__(self, part: str) -> None:
        self._part = part
        self._drawings: list[_Drawing] = []
        self._groups: list[dict[str, str]] = []  # what of `_UNSEEN` each open group states
        self._depth = self._in_paragraph = self._characters = 0
        self._name, self._attributes = "", dict[str, str]()
        self._cell: tuple[int, int] | None = None
        self._lines: list[list[str]] = []
        self._author: list[str] = []
        self._inside: dict[str, dict[str, str]] = {}
        self._in_author = False

    def takes(self, name: str) -> bool:
        """Whether an element is part of a comment, shape or group."""
        return self.is_open or name in (_ANNOTATION, _GROUP) or name in _SHAPES

    @property
    def is_open(self) -> bool:
        """Whether the end of a comment, shape or group is still to come."""
        return self._depth > 0 or bool(self._groups)

    def start_element(self, name: str, attributes: dict[str, str], anchor_cell: tuple[int, int] | None) -> None:
        """Handle the beginning of an element; ``anchor_cell``: row and column of its cell, None for the sheet."""
        if not self._depth:
            if name == _GROUP:
                self._groups.append({each: value for each, value in _UNSEEN.items() if attributes.get(each) == value})
            if name != _ANNOTATION and name not in _SHAPES:
                return
            self._name, self._attributes, self._cell = name, attributes, anchor_cell
            self._lines, self._author, self._inside, self._characters = [], [], {}, 0
        self._depth += 1
        self._inside.setdefault(name, attributes)
        self._in_author = name == _CREATOR
        if name in _PARAGRAPHS:
            self._in_paragraph += 1
            self._lines.append([])
        elif name in _BLANKS and self._lines:
            self._add_to_line(" ")

    def add_characters(self, text: str) -> None:
        """Handle text; that of paragraphs and authors matters. Raises UnreadableFileError for a long one."""
        if self._in_author:
            self._author.append(text)
        elif self._in_paragraph:
            self._add_to_line(text)

    def _add_to_line(self, text: str) -> None:
        self._lines[-1].append(text)
        self._characters += len(text)
        if self._characters > limits.MAX_TEXT_CHARACTERS:
            raise exceeded_limit(self._part, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)

    def end_element(self, name: str) -> None:
        """Handle the end of an element."""
        if self._depth:
            self._depth -= 1
            self._in_author = False
            self._in_paragraph -= name in _PARAGRAPHS
            if not self._depth:
                self._drawings.append(self._make_drawing())
        elif name == _GROUP:
            self._groups.pop()

    def _make_drawing(self) -> _Drawing:
        """Return the comment or shape that has just ended; it is as little seen as the groups it is in."""
        lines = (" ".join("".join(line).split()) for line in self._lines)
        return _Drawing(
            self._name,
            self._attributes | dict(chain.from_iterable(group.items() for group in self._groups)),
            self._cell,
            tuple(line for line in lines if line),
            "".join(self._author).strip(),
            self._inside.get(_GEOMETRY, {}).get(f"{_DRAW}type", "").removeprefix("ooxml-"),
            not _PICTURES.isdisjoint(self._inside),
            _TEXT_BOX in self._inside,
        )

    def make_comments(self) -> tuple[CellComment, ...]:
        """Return the comments, without the names of their authors before the text."""
        return tuple(
            CellComment(format_cell(*drawing.cell), text)
            for drawing in self._drawings
            if drawing.name == _ANNOTATION
            and drawing.cell
            and (text := clean_comment(" ".join(drawing.lines), {drawing.author}))
        )

    def make_shapes(self, row_sizes: AxisSizes, column_sizes: AxisSizes, styles: StyleReader) -> tuple[SheetShape, ...]:
        """Return the shapes that have a text or hide what is below."""
        drawings = (each for each in self._drawings if each.name != _ANNOTATION)
        return tuple(_iterate_shapes(drawings, row_sizes, column_sizes, styles)) if self._drawings else ()


def _iterate_shapes(
    drawings: Iterator[_Drawing], row_sizes: AxisSizes, column_sizes: AxisSizes, styles: StyleReader
) -> Iterator[SheetShape]:
    for drawing in drawings:
        attributes, text = drawing.attributes, " ".join(drawing.lines)
        if attributes.get(_DISPLAY) == _UNSEEN[_DISPLAY]:
            continue
        top, bottom = _find_edges(drawing, row_sizes, 0, ("y", "height"))
        left, right = _find_edges(drawing, column_sizes, 1, ("x", "width"))
        is_behind = attributes.get(_IN_BACKGROUND) == _UNSEEN[_IN_BACKGROUND]
        area = find_covered_area((top, bottom), (left, right)) if bottom and right and not is_behind else ""
        if text or (area and _is_opaque(drawing, styles)):
            at = format_cell(top.number, left.number)
            yield SheetShape(area, text, at, is_picture=drawing.is_picture and not text)


def _find_edges(
    drawing: _Drawing, sizes: AxisSizes, axis: int, names: Sequence[str]
) -> tuple[GridPlace, GridPlace | None]:
    """Return where a shape begins and ends in one direction; no end is known without a size.

    ``axis`` is 0 for rows and 1 for columns, ``names`` those of the attributes for position and size.
    """
    position, size = (parse_length(drawing.attributes.get(f"{_SVG}{name}", "")) for name in names)
    first = (drawing.cell or _FIRST_CELL)[axis]
    start = sizes.locate(first, position or 0.0)
    end_cell = _parse_end(drawing.attributes.get(f"{_TABLE}end-cell-address", ""))
    if end_cell:
        offset = parse_length(drawing.attributes.get(f"{_TABLE}end-{names[0]}", "")) or 0.0
        return start, sizes.locate(end_cell[axis], offset)
    return start, None if size is None else sizes.locate(first, (position or 0.0) + size)


def _is_opaque(drawing: _Drawing, styles: StyleReader) -> bool:
    if drawing.is_picture:
        return True
    if drawing.name not in _FILLED_SHAPES and not drawing.is_text_box:
        return False
    if drawing.outline in _HOLLOW_OUTLINES:
        return False
    by_default = drawing.name in _FILLED_SHAPES
    return styles.is_filled(drawing.attributes.get(f"{_DRAW}style-name", ""), by_default=by_default)


def _parse_end(address: str) -> tuple[int, int] | None:
    """Return row and column of the cell in which a shape ends."""
    found = CELL_ADDRESS.fullmatch(address.rpartition(".")[2].replace("$", ""))
    row = parse_row_number(found[2]) if found else None
    return (row, parse_column_letters(found[1])) if found and row else None
