"""Read the shapes that lie over the cells of a worksheet (text boxes, filled boxes, pictures), and which they cover."""

import re
from collections.abc import Iterator, Mapping, Sequence

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.related_parts import read_related_parts
from xltool.spreadsheet.ooxml.sheet_sizes import SheetSizes, read_sheet_sizes
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, collect_elements, is_true
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.raw_workbook import SheetShape
from xltool.spreadsheet.shape_places import (
    MIN_OPACITY,
    AxisSizes,
    GridPlace,
    GroupFrame,
    find_covered_area,
    format_cell,
)

_DRAWING = "drawings/drawing"
_ROOTS = frozenset({"xdr:wsDr"})
_ANCHOR, _ONE_CELL_ANCHOR = "xdr:twoCellAnchor", "xdr:oneCellAnchor"
_EDGES = tuple(
    f"{_ANCHOR}/xdr:{corner}/xdr:{edge}" for corner in ("from", "to") for edge in ("col", "colOff", "row", "rowOff")
)
_EDGE_PAIRS = tuple(zip(_EDGES[::2], _EDGES[1::2], strict=True))
_SIZE = f"{_ANCHOR}/xdr:ext"  # of a shape whose end is not stated
_GROUP = "xdr:grpSp/"
_MAX_GROUPS = 4  # inside each other
_GROUP_START = f"{_ANCHOR}/xdr:grpSp"
_STARTS = frozenset({_GROUP_START, *(f"{_ANCHOR}/xdr:{kind}" for kind in ("sp", "pic", "graphicFrame"))})
_TEXTS = frozenset(f"{_ANCHOR}/xdr:sp/xdr:txBody/a:p/a:{kind}/a:t" for kind in ("r", "fld"))
_PICTURES = frozenset(f"{_ANCHOR}/xdr:{kind}" for kind in ("pic", "graphicFrame"))
_NAMES = frozenset(
    f"{_ANCHOR}/xdr:{kind}/xdr:{name}/xdr:cNvPr"
    for kind, name in zip(
        ("sp", "pic", "graphicFrame", "grpSp"), ("nvSpPr", "nvPicPr", "nvGraphicFramePr", "nvGrpSpPr"), strict=True
    )
)
_SHAPE = f"{_ANCHOR}/xdr:sp/xdr:spPr"
_GEOMETRY, _NO_FILL, _STYLE_FILL = f"{_SHAPE}/a:prstGeom", f"{_SHAPE}/a:noFill", f"{_ANCHOR}/xdr:sp/xdr:style/a:fillRef"
_FILLS = frozenset(f"{_SHAPE}/a:{kind}Fill" for kind in ("solid", "grad", "patt", "blip"))
_ALPHAS = frozenset(
    {
        *(f"{_SHAPE}/a:solidFill/a:{kind}Clr/a:alpha" for kind in ("srgb", "scheme", "sys", "prst", "scrgb", "hsl")),
        f"{_ANCHOR}/xdr:pic/xdr:blipFill/a:blip/a:alphaModFix",
    }
)
# Where a shape or group lies in the coordinates of the group around it, and the coordinates inside a group.
_BOXES = frozenset(
    f"{_ANCHOR}/xdr:{frame}xfrm/a:{edge}"
    for frame in ("sp/xdr:spPr/a:", "pic/xdr:spPr/a:", "graphicFrame/xdr:", "grpSp/xdr:grpSpPr/a:")
    for edge in ("off", "ext", "chOff", "chExt")
)
_DRAWN = frozenset({_GEOMETRY, _NO_FILL, _STYLE_FILL}) | _STARTS | _TEXTS | _NAMES | _FILLS | _ALPHAS | _BOXES


def _nest(paths: frozenset[str]) -> frozenset[str]:
    """Return the paths outside of groups and those inside."""
    depths = range(_MAX_GROUPS + 1)
    return frozenset(path.replace(f"{_ANCHOR}/", f"{_ANCHOR}/{_GROUP * depth}") for path in paths for depth in depths)


_WANTED = frozenset({_ANCHOR, _SIZE, *_EDGES}) | _nest(_DRAWN)
_STATED = frozenset(_EDGES) | _nest(_TEXTS)
_MAX_DIGITS = 9
_COORDINATE = re.compile("-?[0-9]{1,10}")
_FULL_OPACITY = 100_000
# Outlines that leave out their middle.
HOLLOW_OUTLINES = frozenset(
    {
        *("line", "lineInv", "straightConnector1", "arc", "blockArc", "frame", "halfFrame", "donut", "noSmoking"),
        *("bracketPair", "bracePair", "leftBracket", "rightBracket", "leftBrace", "rightBrace"),
    }
)


def has_drawings(package: Package) -> bool:
    """Return whether a workbook has any drawing part; templates have none."""
    return any(_DRAWING in name.casefold() for name in package.list_names())


def read_shapes(package: Package, sheet_part: str, sizes: SheetSizes | None = None) -> tuple[SheetShape, ...]:
    """Return the shapes over the cells of a worksheet that have a text or hide what is below.

    ``sizes`` are those of its columns and rows if the worksheet is not XML. A drawing that cannot be parsed has no
    shapes: its workbook is sound.
    """
    parts = [each for each in read_related_parts(package, sheet_part, "drawing", _read_elements) if each]
    sizes = sizes or (read_sheet_sizes(package, sheet_part) if parts else SheetSizes())
    return tuple(shape for elements in parts for shape in _make_shapes(elements, sizes))


def _collect_elements(part: Part) -> list[XmlElement]:
    """Return the wanted elements; those of an anchor at one cell have the paths of one at two."""
    elements = collect_elements(part, _ROOTS, _WANTED | _rename(_WANTED), _STATED | _rename(_STATED))
    for element in elements:
        element.path = element.path.replace(_ONE_CELL_ANCHOR, _ANCHOR, 1)
    return elements


def _rename(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(path.replace(_ANCHOR, _ONE_CELL_ANCHOR, 1) for path in paths)


_read_elements = CachedReader(_collect_elements)


def _make_shapes(elements: Sequence[XmlElement], sizes: SheetSizes) -> Iterator[SheetShape]:
    for anchor in _split_anchors(elements):
        anchor_edges = _read_places(anchor, sizes)
        for shape, edges in _place_shapes(anchor, anchor_edges, sizes) if anchor_edges else ():
            text = " ".join("".join(element.text for element in shape if element.path in _TEXTS).split())
            picture = any(element.path in _PICTURES for element in shape)
            left, top, right, bottom = edges or anchor_edges
            area = find_covered_area((top, bottom), (left, right)) if edges else ""
            if text or (area and _is_opaque(shape)):
                yield SheetShape(area, text, format_cell(top.number, left.number), is_picture=picture and not text)


def _place_shapes(
    anchor: Sequence[XmlElement], anchor_edges: tuple[GridPlace, ...], sizes: SheetSizes
) -> Iterator[tuple[list[XmlElement], tuple[GridPlace, ...]]]:
    """Yield the elements of each shape that is not hidden, and its edges, in a group its own."""
    axes = (sizes.columns, sizes.rows) * 2
    groups: list[GroupFrame] = []
    for depth, shape in _split_shapes(anchor):
        del groups[depth:]
        around = groups[-1] if groups else None
        is_hidden = (around is not None and around.is_hidden) or any(
            element.path.endswith("/xdr:cNvPr") and is_true(element.attributes.get("hidden")) for element in shape
        )
        lengths = around.convert(_read_box(shape, "off", "ext")) if around else ()
        if shape[0].path == _GROUP_START:
            if around is None:
                lengths = tuple(axis.measure(*edge) for axis, edge in zip(axes, anchor_edges, strict=True))
            groups.append(GroupFrame(_read_box(shape, "chOff", "chExt"), lengths, is_hidden=is_hidden))
        elif not is_hidden:
            own_edges = tuple(axis.locate(1, length) for axis, length in zip(axes, lengths, strict=False))
            yield shape, own_edges if around else anchor_edges


def _split_shapes(anchor: Sequence[XmlElement]) -> Iterator[tuple[int, list[XmlElement]]]:
    """Yield each shape and group of an anchor: how many groups are around it, its elements as if there were none."""
    depth, shape = 0, list[XmlElement]()
    for element in anchor:
        path = element.path.replace(_GROUP, "")
        if path in _STARTS:
            if shape:
                yield depth, shape
            depth, shape = element.path.count(_GROUP), []
        if shape or path in _STARTS:
            shape.append(XmlElement(path, element.attributes, element.text))
    if shape:
        yield depth, shape


def _read_box(shape: Sequence[XmlElement], begin: str, extent: str) -> tuple[int, ...]:
    """Return the left, upper, right and lower edge of a shape; none if they are not stated."""
    stated = {each.path.rpartition(":")[2]: each.attributes for each in shape if "xfrm/" in each.path}
    pairs = ((begin, "x"), (begin, "y"), (extent, "cx"), (extent, "cy"))
    texts = [stated.get(name, {}).get(key, "") for name, key in pairs]
    if any(_COORDINATE.fullmatch(text) is None for text in texts):
        return ()
    left, top, width, height = map(int, texts)
    return left, top, left + width, top + height


def _is_opaque(anchor: Sequence[XmlElement]) -> bool:
    """Return True for a picture, and for a shape that is filled, by itself or by its style, and not see-through."""
    attributes = {element.path: element.attributes for element in anchor}
    opacities = [value for path in _ALPHAS & attributes.keys() for value in attributes[path].values()]
    if any(value.isdecimal() and int(value[:_MAX_DIGITS]) < MIN_OPACITY * _FULL_OPACITY for value in opacities):
        return False
    if _PICTURES & attributes.keys():
        return True
    if _NO_FILL in attributes or attributes.get(_GEOMETRY, {}).get("prst") in HOLLOW_OUTLINES:
        return False
    return bool(_FILLS & attributes.keys()) or attributes.get(_STYLE_FILL, {}).get("idx", "0") != "0"


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


def _read_places(anchor: Sequence[XmlElement], sizes: SheetSizes) -> tuple[GridPlace, ...]:
    """Return the left, upper, right and lower edge of an anchor; none if no place is stated.

    An anchor at one cell ends where its size does.
    """
    stated = {element.path: element.text.strip() for element in anchor if element.path in _EDGES}
    extent = next((element.attributes for element in anchor if element.path == _SIZE), {})
    axes = (sizes.columns, sizes.rows)
    edges = [_read_place(stated, pair, axis) for pair, axis in zip(_EDGE_PAIRS, axes * 2, strict=True)]
    if extent and not stated.keys() & set(_EDGES[4:]):
        edges[2:] = [
            axis.locate(begin.number, begin.share * axis.measure_size(begin.number) + int(size[:_MAX_DIGITS]))
            if begin and (size := extent.get(name, "")).isdecimal()
            else None
            for name, axis, begin in zip(("cx", "cy"), axes, edges[:2], strict=True)
        ]
    return tuple(edge for edge in edges if edge) if all(edges) else ()


def _read_place(stated: Mapping[str, str], edge_paths: Sequence[str], axis: AxisSizes) -> GridPlace | None:
    """Return the place in a column or row, from 0, and behind its beginning; None if it is not stated."""
    if any(not stated.get(path, "").isdecimal() for path in edge_paths):
        return None
    number, offset = (int(stated[path][:_MAX_DIGITS]) for path in edge_paths)
    number = min(number + 1, limits.MAX_ROWS)
    size = axis.measure_size(number)
    return GridPlace(number, min(offset / size, 1.0) if size > 0 else 0.0)
