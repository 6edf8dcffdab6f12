"""Read what lies over and beside the cells of a sheet of an .ods: comments, text boxes, filled shapes, pictures."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.comment_text import clean_comment
from xltool.spreadsheet.ods_styles import StyleReader, parse_length
from xltool.spreadsheet.ooxml.addresses import CELL_ADDRESS, format_column, parse_column_letters, parse_row_number
from xltool.spreadsheet.ooxml.drawings import HOLLOW_OUTLINES
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_DRAW, _TABLE, _TEXT, _SVG = (f"{_ODF}{name}:1.0 " for name in ("drawing", "table", "text", "svg-compatible"))
_ANNOTATION, _CREATOR = f"{_ODF}office:1.0 annotation", "http://purl.org/dc/elements/1.1/ creator"
_FILLED = ("custom-shape", "rect", "ellipse", "circle", "polygon", "regular-polygon", "path", "caption")
_SHAPES = frozenset(f"{_DRAW}{name}" for name in (*_FILLED, "frame", "g", "line", "polyline", "connector", "measure"))
_FILLED_SHAPES = frozenset(f"{_DRAW}{name}" for name in _FILLED)
_PICTURES = frozenset(f"{_DRAW}{name}" for name in ("image", "object", "object-ole", "plugin"))
_TEXT_BOX, _GEOMETRY = f"{_DRAW}text-box", f"{_DRAW}enhanced-geometry"
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_BLANKS = frozenset(f"{_TEXT}{name}" for name in ("s", "tab", "line-break"))
_HOLLOW_OUTLINES = HOLLOW_OUTLINES | {
    *("ring", "block-arc", "forbidden", "bracket-pair", "brace-pair"),
    *("left-bracket", "right-bracket", "left-brace", "right-brace"),
}
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 64.0, 12.8  # points, of columns and rows whose style states nothing
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


class AxisSizes:
    """The sizes of the rows, or of the columns, of a sheet in points, in runs of equal ones."""

    def __init__(self, default: float) -> None:
        self._default = default
        self._runs: list[tuple[int, float]] = []  # the last one of each run, from 1

    @classmethod
    def of_columns(cls) -> "AxisSizes":
        """Return sizes for columns."""
        return cls(_DEFAULT_WIDTH)

    @classmethod
    def of_rows(cls) -> "AxisSizes":
        """Return sizes for rows."""
        return cls(_DEFAULT_HEIGHT)

    def add_run(self, count: int, size: float | None, *, hidden: bool) -> None:
        """Describe the next rows or columns."""
        last = self._runs[-1][0] if self._runs else 0
        self._runs.append((last + count, 0.0 if hidden else self._default if size is None else size))

    def locate(self, first: int, points: float) -> tuple[int, float]:
        """Return in which row or column, and at which share of it, a place so many points behind ``first`` lies."""
        at = first
        for last, size in (*self._runs, (limits.MAX_ROWS, self._default)):
            if last < at:
                continue
            count = min(last - at + 1, int(points / size) if size else last - at + 1)
            at, points = at + count, points - count * size
            if at <= last:
                return at, points / size
        return limits.MAX_ROWS, 0.0


class DrawingReader:
    """Collects the comments and shapes of one sheet from the parser events between their tags."""

    def __init__(self) -> None:
        self._drawings: list[_Drawing] = []
        self._depth = self._in_paragraph = self._characters = 0
        self._name, self._attributes = "", dict[str, str]()
        self._cell: tuple[int, int] | None = None
        self._lines: list[str] = []
        self._author: list[str] = []
        self._inside: dict[str, dict[str, str]] = {}
        self._in_author = False

    def takes(self, name: str) -> bool:
        """Whether an element is part of a comment or shape."""
        return self._depth > 0 or name == _ANNOTATION or name in _SHAPES

    @property
    def is_open(self) -> bool:
        """Whether the end of a comment or shape is still to come."""
        return self._depth > 0

    def start_element(self, name: str, attributes: dict[str, str], anchor_cell: tuple[int, int] | None) -> None:
        """Handle the beginning of an element; ``anchor_cell``: row and column of its cell, None for the sheet."""
        if not self._depth:
            self._name, self._attributes, self._cell = name, attributes, anchor_cell
            self._lines, self._author, self._inside = [], [], {}
        self._depth += 1
        self._inside.setdefault(name, attributes)
        self._in_author = name == _CREATOR
        if name in _PARAGRAPHS:
            self._in_paragraph += 1
            self._lines.append("")
        elif name in _BLANKS and self._lines:
            self._lines[-1] += " "

    def add_characters(self, text: str) -> None:
        """Handle text; that of paragraphs and of the author's name matters."""
        self._characters += len(text)
        if self._in_author:
            self._author.append(text)
        elif self._in_paragraph and self._characters <= limits.MAX_TOTAL_CHARACTERS:
            self._lines[-1] += text

    def end_element(self, name: str) -> None:
        """Handle the end of an element."""
        self._depth -= 1
        self._in_author = False
        self._in_paragraph -= name in _PARAGRAPHS
        if not self._depth:
            lines = tuple(" ".join(line.split()) for line in self._lines)
            outline = self._inside.get(_GEOMETRY, {}).get(f"{_DRAW}type", "")
            self._drawings.append(
                _Drawing(
                    self._name,
                    self._attributes,
                    self._cell,
                    tuple(line for line in lines if line),
                    "".join(self._author).strip(),
                    outline.removeprefix("ooxml-"),
                    not _PICTURES.isdisjoint(self._inside),
                    _TEXT_BOX in self._inside,
                )
            )

    def make_comments(self) -> tuple[CellComment, ...]:
        """Return the comments, without the names of their authors before the text."""
        return tuple(
            CellComment(_format_cell(drawing.cell), text)
            for drawing in self._drawings
            if drawing.name == _ANNOTATION
            and drawing.cell
            and (text := clean_comment(" ".join(drawing.lines), [drawing.author]))
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
        if attributes.get(f"{_DRAW}display") == "none":
            continue
        across = _find_edges(drawing, column_sizes, 1, ("x", "width"))
        down = _find_edges(drawing, row_sizes, 0, ("y", "height"))
        area = "" if attributes.get(f"{_TABLE}table-background") == "true" else _find_covered_area(down, across)
        if text or (area and _is_opaque(drawing, styles)):
            at = _format_cell((down[0][0], across[0][0]))
            yield SheetShape(area, text, at, is_picture=drawing.is_picture and not text)


def _find_edges(
    drawing: _Drawing, sizes: AxisSizes, axis: int, names: Sequence[str]
) -> tuple[tuple[int, float], tuple[int, float] | None]:
    """Return where a shape begins and ends in one direction: the row or column, and the share of it before the edge.

    ``axis`` is 0 for rows and 1 for columns, ``names`` those of the attributes for position and size. No end is known
    for a group.
    """
    position, size = (parse_length(drawing.attributes.get(f"{_SVG}{name}", "")) for name in names)
    first = (drawing.cell or _FIRST_CELL)[axis]
    start = sizes.locate(first, position or 0.0)
    end_cell = _parse_end(drawing.attributes.get(f"{_TABLE}end-cell-address", ""))
    if end_cell:
        offset = parse_length(drawing.attributes.get(f"{_TABLE}end-{names[0]}", "")) or 0.0
        return start, sizes.locate(end_cell[axis], offset)
    return start, None if size is None else sizes.locate(first, (position or 0.0) + size)


def _find_covered_area(
    down: tuple[tuple[int, float], tuple[int, float] | None], across: tuple[tuple[int, float], tuple[int, float] | None]
) -> str:
    """Return the range of cells of which more than half is covered; empty if there is none, or nothing is known."""
    corners = []
    for (first, before), end in (down, across):
        if end is None:
            return ""
        corners.append((first + (before > 0.5), end[0] - (end[1] <= 0.5)))
    (top, bottom), (left, right) = corners
    return "" if bottom < top or right < left else f"{_format_cell((top, left))}:{_format_cell((bottom, right))}"


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


def _format_cell(position: tuple[int, int]) -> str:
    return f"{format_column(min(position[1], limits.MAX_COLUMNS))}{position[0]}"
