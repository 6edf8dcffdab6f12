"""Read the texts of shapes that lie over the cells of a worksheet, such as text boxes, and which cells they cover."""

from collections.abc import Iterator, Mapping, Sequence

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.workbook_part import read_relations
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, collect_elements
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.raw_workbook import SheetShape

_DRAWING = "drawings/drawing"
_ROOTS = frozenset({"xdr:wsDr"})
_ANCHOR = "xdr:twoCellAnchor"
_EDGES = tuple(
    f"{_ANCHOR}/xdr:{corner}/xdr:{edge}" for corner in ("from", "to") for edge in ("col", "colOff", "row", "rowOff")
)
_GROUP = "xdr:grpSp/"
_TEXTS = frozenset(
    f"{_ANCHOR}/{_GROUP * depth}xdr:sp/xdr:txBody/a:p/a:{kind}/a:t" for depth in range(3) for kind in ("r", "fld")
)
_WANTED = frozenset({_ANCHOR, *_EDGES}) | _TEXTS
# A cell at an edge is covered if more than this is: half of an ordinary column and of an ordinary row, in EMU.
_HALF_COLUMN, _HALF_ROW = 300_000, 120_000
_MAX_DIGITS = 9


def has_drawings(package: Package) -> bool:
    """Whether a workbook has any drawing part; templates have none."""
    return any(_DRAWING in name.casefold() for name in package.list_names())


def read_shapes(package: Package, sheet_part: str) -> tuple[SheetShape, ...]:
    """Return the shapes with a text over the cells of a worksheet; those that cover half a cell or less are left out.

    A drawing that cannot be parsed has none: its workbook is sound.
    """
    shapes: list[SheetShape] = []
    for relation in read_relations(package, sheet_part).values():
        if relation.kind == "drawing" and relation.target in package:
            try:
                shapes += _make_shapes(_read_elements(package.open_part(relation.target)))
            except UnreadableFileError as refusal:
                if refusal.code == "file.doctype":
                    raise
    return tuple(shapes)


_read_elements = CachedReader(lambda part: collect_elements(part, _ROOTS, _WANTED, frozenset(_EDGES) | _TEXTS))


def _make_shapes(elements: Sequence[XmlElement]) -> Iterator[SheetShape]:
    for anchor in _split_anchors(elements):
        text = " ".join("".join(element.text for element in anchor if element.path in _TEXTS).split())
        area = _find_covered_area({element.path: element.text for element in anchor if element.path in _EDGES})
        if text and area:
            yield SheetShape(area, text)


def _split_anchors(elements: Sequence[XmlElement]) -> Iterator[list[XmlElement]]:
    """Yield the elements of each anchor."""
    anchor: list[XmlElement] = []
    for element in elements:
        if element.path == _ANCHOR and anchor:
            yield anchor
            anchor = []
        anchor.append(element)
    if anchor:
        yield anchor


def _find_covered_area(edges: Mapping[str, str]) -> str:
    """Return the range of cells of which more than half is covered; empty if there is none, or no place is stated."""
    if any(not edges.get(path, "").strip().isdecimal() for path in _EDGES):
        return ""
    numbers = [min(int(edges[path].strip()[:_MAX_DIGITS]), limits.MAX_ROWS - 1) for path in _EDGES]
    left, left_offset, top, top_offset, right, right_offset, bottom, bottom_offset = numbers
    left, top = left + (left_offset > _HALF_COLUMN), top + (top_offset > _HALF_ROW)
    right, bottom = right - (right_offset <= _HALF_COLUMN), bottom - (bottom_offset <= _HALF_ROW)
    if right < left or bottom < top:
        return ""
    return f"{format_column(left + 1)}{top + 1}:{format_column(right + 1)}{bottom + 1}"
