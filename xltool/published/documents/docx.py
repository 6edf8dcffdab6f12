"""Read Word documents (.docx): visible paragraphs, and tables with their merged cells. Adapter to lxml."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xltool.errors import UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.document_builder import DocumentBuilder
from xltool.spreadsheet.ooxml.package import Package

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN_PART = "word/document.xml"
MAX_MAIN_PART_BYTES = 48 * 1024 * 1024  # a report's text is some 200 KB
_CORE_PROPERTIES = "docprops/core.xml"
_MAX_CORE_BYTES = 64 * 1024
_STYLES = "word/styles.xml"
_BODY_TEXT_LEVEL = 9  # outline level of body text in Word

_INVISIBLE_ELEMENTS = frozenset({"moveFrom", "del", "Fallback", "instrText", "delText"})
MIN_RAISED_HALF_POINTS = 5  # position above the baseline from which text is a note mark
_OFF_VALUES = frozenset({"0", "false", "off"})
_BREAK_ELEMENTS = frozenset({"p", "br", "cr"})


def read_docx(package: Package) -> Document:
    """Read the visible content. Raises UnreadableFileError for a damaged or oversized document."""
    page = DocumentBuilder()
    styles = _read_style_levels(package)
    pictures = 0
    skipped: _Element | None = None
    for event, node in _iterate_events(package):
        name = _local_name(node)
        if skipped is not None:
            if event == "end" and node is skipped:
                skipped = None
        elif event == "start" and (
            name in _INVISIBLE_ELEMENTS or _is_continued(page, node, name) or _is_hidden(node, name)
        ):
            skipped = node
        elif event == "start":
            pictures += name in {"drawing", "pict"}
            _open_element(page, node, name)
        else:
            _close_element(page, node, name, styles)
    return Document("docx", page.build_blocks(), "paragraph", tuple(_read_titles(package)), pictures)


def _iterate_events(package: Package) -> "Iterator[tuple[str, _Element]]":
    from lxml import etree

    if package.find_size(MAIN_PART) > MAX_MAIN_PART_BYTES:
        raise UnreadableFileError("import.too_long", limit=MAX_MAIN_PART_BYTES)
    yield from etree.iterwalk(_parse_xml(package.read_whole(MAIN_PART)), events=("start", "end"))


def _parse_xml(content: bytes) -> "_Element":
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableFileError("import.damaged") from None


def _local_name(node: "_Element") -> str:
    return str(node.tag).rpartition("}")[2]


def _open_element(builder: DocumentBuilder, node: "_Element", name: str) -> None:
    if name == "tbl":
        builder.open_table()
    elif name == "tr":
        builder.open_row()
    elif name == "tc":
        builder.open_cell(_column_span(node))
    elif name == "t":
        put = builder.add_raised_text if _is_raised(node) else builder.add_text
        put(node.text or "")
    elif name == "tab":
        builder.add_text("\t")
    elif name in {"noBreakHyphen", "softHyphen"}:
        builder.add_text("-" if name == "noBreakHyphen" else "")


def _close_element(builder: DocumentBuilder, node: "_Element", name: str, styles: Mapping[str, int]) -> None:
    if name == "tbl":
        builder.close_table()
    elif name == "tc":
        builder.close_cell()
    elif name == "p":
        builder.end_paragraph(_heading_level(node, styles))
    elif name in _BREAK_ELEMENTS:
        builder.end_paragraph()


def _heading_level(paragraph: "_Element", styles: Mapping[str, int]) -> int:
    """Return the heading level of a paragraph from its own properties or its style; 0 for body text."""
    properties = _find_child(paragraph, "pPr")
    own = _outline_level(properties)
    return styles.get(_read_val(_find_child(properties, "pStyle")), 0) if own is None else own


def _read_style_levels(package: Package) -> dict[str, int]:
    """Return the heading level of each paragraph style by style id."""
    if _STYLES not in package or package.find_size(_STYLES) > MAX_MAIN_PART_BYTES:
        return {}
    own: dict[str, int | None] = {}
    based: dict[str, str] = {}
    for style in _parse_xml(package.read_whole(_STYLES)):
        if _local_name(style) == "style":
            name = next((str(value) for key, value in style.attrib.items() if str(key).endswith("}styleId")), "")
            own[name] = _outline_level(_find_child(style, "pPr"))
            based[name] = _read_val(_find_child(style, "basedOn"))
    return {name: _inherited_level(name, own, based) for name in own}


def _inherited_level(name: str, own: Mapping[str, int | None], based: Mapping[str, str]) -> int:
    for _ in own:
        level = own.get(name)
        if level is not None:
            return level
        name = based.get(name, "")
    return 0


def _outline_level(properties: "_Element | None") -> int | None:
    """Return the level in paragraph properties, from 1; 0 for body text, None if not stated."""
    level = _read_val(_find_child(properties, "outlineLvl"))
    if not level.isdigit():
        return None
    return 0 if int(level) >= _BODY_TEXT_LEVEL else int(level) + 1


def _is_continued(builder: DocumentBuilder, node: "_Element", name: str) -> bool:
    """Return True for a cell merged into the one above or before it, and skip its columns."""
    if name != "tc":
        return False
    for kind in ("vMerge", "hMerge"):
        merged = _find_child(_find_child(node, "tcPr"), kind)
        if merged is not None and _read_val(merged) != "restart":
            builder.skip_cell(_column_span(node))
            return True
    return False


def _is_hidden(node: "_Element", name: str) -> bool:
    """Return True if a run is hidden or struck through."""
    look = _find_child(node, "rPr") if name == "r" else None
    kinds = (_find_child(look, kind) for kind in ("vanish", "strike", "dstrike"))
    return any(kind is not None and _read_val(kind) not in _OFF_VALUES for kind in kinds)


def _is_raised(text: "_Element") -> bool:
    """Return True for superscript, subscript or text raised by a position offset."""
    look = _find_child(text.getparent(), "rPr")
    lifted = _read_val(_find_child(look, "position"))
    apart = _read_val(_find_child(look, "vertAlign")) in {"superscript", "subscript"}
    return apart or (lifted.isdigit() and int(lifted) >= MIN_RAISED_HALF_POINTS)


def _column_span(cell_element: "_Element") -> int:
    span = _read_val(_find_child(_find_child(cell_element, "tcPr"), "gridSpan"))
    return int(span) if span.isdigit() and 0 < len(span) < 4 else 1


def _find_child(node: "_Element | None", name: str) -> "_Element | None":
    return next((child for child in node if _local_name(child) == name), None) if node is not None else None


def _read_val(node: "_Element | None") -> str:
    if node is None:
        return ""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == "val"), "")


def _read_titles(package: Package) -> Iterator[str]:
    if _CORE_PROPERTIES not in package or package.find_size(_CORE_PROPERTIES) > _MAX_CORE_BYTES:
        return
    for node in _parse_xml(package.read_whole(_CORE_PROPERTIES)):
        if _local_name(node) == "title" and node.text:
            yield node.text
