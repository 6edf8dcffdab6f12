"""Word documents (.docx): paragraphs, and tables with their spans, as Word shows them. A door to lxml."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xltool.errors import UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.document_builder import Page
from xltool.spreadsheet.ooxml.package import Package

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN = "word/document.xml"
MAIN_BYTES = 48 * 1024 * 1024  # a report's text is some 200 KB
_CORE = "docprops/core.xml"
_CORE_BYTES = 64 * 1024
_STYLES = "word/styles.xml"
_PLAIN_LEVEL = 9  # as Word numbers the level of text that is no heading

_UNSEEN = frozenset({"moveFrom", "del", "Fallback", "instrText", "delText"})
LIFTED = 5  # half points above the line from which a text is a mark, not the figure
_OFF = frozenset({"0", "false", "off"})
_BORDERS = frozenset({"p", "br", "cr"})


def read_word(package: Package) -> Document:
    """What a document shows. Raises UnreadableFileError where it is damaged or swollen."""
    page = Page()
    styles = _levels(package)
    pictures = 0
    skipped: _Element | None = None
    for event, node in _walk(package):
        name = _name(node)
        if skipped is not None:
            if event == "end" and node is skipped:
                skipped = None
        elif event == "start" and (name in _UNSEEN or _is_continued(page, node, name) or _is_hidden(node, name)):
            skipped = node
        elif event == "start":
            pictures += name in {"drawing", "pict"}
            _open(page, node, name)
        else:
            _close(page, node, name, styles)
    return Document("docx", page.done(), "paragraph", tuple(_titles(package)), pictures)


def _walk(package: Package) -> "Iterator[tuple[str, _Element]]":
    from lxml import etree

    if package.size(MAIN) > MAIN_BYTES:
        raise UnreadableFileError("import.too_long", limit=MAIN_BYTES)
    yield from etree.iterwalk(_parsed(package.whole(MAIN)), events=("start", "end"))


def _parsed(content: bytes) -> "_Element":
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableFileError("import.damaged") from None


def _name(node: "_Element") -> str:
    return str(node.tag).rpartition("}")[2]


def _open(page: Page, node: "_Element", name: str) -> None:
    if name == "tbl":
        page.open_table()
    elif name == "tr":
        page.open_row()
    elif name == "tc":
        page.open_cell(_width(node))
    elif name == "t":
        put = page.raised if _is_raised(node) else page.text
        put(node.text or "")
    elif name == "tab":
        page.text("\t")
    elif name in {"noBreakHyphen", "softHyphen"}:
        page.text("-" if name == "noBreakHyphen" else "")


def _close(page: Page, node: "_Element", name: str, styles: Mapping[str, int]) -> None:
    if name == "tbl":
        page.close_table()
    elif name == "tc":
        page.close_cell()
    elif name == "p":
        page.border(_level(node, styles))
    elif name in _BORDERS:
        page.border()


def _level(paragraph: "_Element", styles: Mapping[str, int]) -> int:
    """Of which level of headings a paragraph is, by its own properties or those of its style."""
    properties = _child(paragraph, "pPr")
    own = _outline_level(properties)
    return styles.get(_value(_child(properties, "pStyle")), 0) if own is None else own


def _levels(package: Package) -> dict[str, int]:
    """The level of headings each style of paragraphs is of, by its id."""
    if _STYLES not in package or package.size(_STYLES) > MAIN_BYTES:
        return {}
    own: dict[str, int | None] = {}
    based: dict[str, str] = {}
    for style in _parsed(package.whole(_STYLES)):
        if _name(style) == "style":
            name = next((str(value) for key, value in style.attrib.items() if str(key).endswith("}styleId")), "")
            own[name] = _outline_level(_child(style, "pPr"))
            based[name] = _value(_child(style, "basedOn"))
    return {name: _inherited(name, own, based) for name in own}


def _inherited(name: str, own: Mapping[str, int | None], based: Mapping[str, str]) -> int:
    for _ in own:
        level = own.get(name)
        if level is not None:
            return level
        name = based.get(name, "")
    return 0


def _outline_level(properties: "_Element | None") -> int | None:
    """The level that properties of a paragraph or style give, from 1; 0 for plain text, None where they are silent."""
    level = _value(_child(properties, "outlineLvl"))
    if not level.isdigit():
        return None
    return 0 if int(level) >= _PLAIN_LEVEL else int(level) + 1


def _is_continued(page: Page, node: "_Element", name: str) -> bool:
    """Whether a cell only continues the one above it or before it; its columns are passed over."""
    if name != "tc":
        return False
    for kind in ("vMerge", "hMerge"):
        merged = _child(_child(node, "tcPr"), kind)
        if merged is not None and _value(merged) != "restart":
            page.pass_cell(_width(node))
            return True
    return False


def _is_hidden(node: "_Element", name: str) -> bool:
    """Whether a run is hidden or struck out."""
    look = _child(node, "rPr") if name == "r" else None
    kinds = (_child(look, kind) for kind in ("vanish", "strike", "dstrike"))
    return any(kind is not None and _value(kind) not in _OFF for kind in kinds)


def _is_raised(text: "_Element") -> bool:
    """Whether a text stands off its line: above or below it, or lifted by what other programs write for that."""
    look = _child(text.getparent(), "rPr")
    lifted = _value(_child(look, "position"))
    apart = _value(_child(look, "vertAlign")) in {"superscript", "subscript"}
    return apart or (lifted.isdigit() and int(lifted) >= LIFTED)


def _width(cell: "_Element") -> int:
    span = _value(_child(_child(cell, "tcPr"), "gridSpan"))
    return int(span) if span.isdigit() and 0 < len(span) < 4 else 1


def _child(node: "_Element | None", name: str) -> "_Element | None":
    return next((child for child in node if _name(child) == name), None) if node is not None else None


def _value(node: "_Element | None") -> str:
    if node is None:
        return ""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == "val"), "")


def _titles(package: Package) -> Iterator[str]:
    if _CORE not in package or package.size(_CORE) > _CORE_BYTES:
        return
    for node in _parsed(package.whole(_CORE)):
        if _name(node) == "title" and node.text:
            yield node.text
