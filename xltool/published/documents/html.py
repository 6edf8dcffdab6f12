"""Read web pages: the visible text and tables in reading order, and pages embedded in script strings.

Spans only determine the column of a cell, never its content. Adapter to the HTML parser of lxml.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from xltool.errors import UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.document_builder import DocumentBuilder
from xltool.published.documents.plain_text import read_plain_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_EVENTS = 1_000_000  # parser events of one page; real pages have some 20,000
MAX_EMBEDDED_PAGES = 40  # strings of a page that are read as pages
MAX_STRINGS_PER_SCRIPT = 100_000  # of one script
MIN_EMBEDDED_CHARS = 200  # of a string that may be a page

_SKIPPED_TAGS = frozenset(
    {"script", "style", "noscript", "template", "title", "select", "object", "svg", "iframe", "rt", "rp"}
)
_RAISED_TAGS = frozenset({"sup", "sub"})
_STRUCK_TAGS = frozenset({"s", "strike", "del"})
_TYPED_INPUTS = frozenset({"", "text", "number", "tel"})  # input types whose value is visible
_BLOCK_TAGS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
    }
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"}
    | {"pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[^;]*:[^;]*line-through", re.IGNORECASE
)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*su(?:per|b)", re.IGNORECASE)
_DATE_NAMES = frozenset({"pubdate", "publishdate"})  # metadata that says when a page was published
_STRING_START = re.compile("[\"'`]")
_STRING_LITERALS = {  # by their quotation mark
    quote: re.compile(rf"{quote}((?:[^{quote}\\{more}]|\\.)*)({quote})?", re.DOTALL)
    for quote, more in (('"', ""), ("'", "\\n"), ("`", ""))
}
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "0": "", "\n": ""}
_PERCENT_U_ESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_MARKUP = re.compile(r"<(?:table|tr|td|p|div|span|br)\b", re.IGNORECASE)


def read_html(text: str) -> Document:
    """Read a page: the visible blocks, and the embedded documents."""
    visible, hidden = _read_visible(text, "html")
    return replace(visible, embedded=tuple(each for text in hidden if (each := _read_embedded(text)) is not None))


def read_script(text: str) -> Document:
    """Read a script: the pages in its strings, and last the text itself read as a page."""
    return _wrap_embedded([*extract_script_strings(text)][:MAX_EMBEDDED_PAGES], read_html(text))


def read_json_strings(text: str) -> Document | None:
    """Read JSON whose strings may be pages; None if the text is not JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _wrap_embedded(sorted(filter(_is_long, _iterate_strings(data)), key=len, reverse=True)[:MAX_EMBEDDED_PAGES])


def _wrap_embedded(texts: Iterable[str], *others: Document) -> Document:
    found = [document for each in texts if (document := _read_embedded(each)) is not None]
    return Document("data", (), "paragraph", embedded=(*found, *others))


def _read_embedded(text: str) -> Document | None:
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    if not _MARKUP.search(text):
        return read_plain_text(text)
    return _read_visible(text, "embedded")[0]


def _read_visible(text: str, kind: str) -> tuple[Document, list[str]]:
    """Return the visible content as a document, and the hidden texts."""
    root = _parse_html(text)
    page = DocumentBuilder()
    walk = _PageWalker(page)
    for event, node in _iterate_events(root):
        walk.handle_event(event, node)
    titles = [node.text_content() for node in root.iter("title", "h1")][:5]
    metadata = [(node.get("name", "").casefold(), node.get("content", "")) for node in root.iter("meta")]
    titles += [content for name, content in metadata if "title" in name]
    shown = tuple(filter(None, (title.strip() for title in titles)))
    dates = tuple(content for name, content in metadata if name in _DATE_NAMES)
    document = Document(kind, page.build_blocks(), "paragraph", shown, walk.pictures, dates=dates)
    return document, walk.hidden[:MAX_EMBEDDED_PAGES]


def _iterate_events(root: "HtmlElement") -> "Iterator[tuple[str, HtmlElement]]":
    from lxml import etree

    for count, found in enumerate(etree.iterwalk(root, events=("start", "end", "comment", "pi"))):
        if count > MAX_EVENTS:
            raise UnreadableFileError("import.too_long", limit=MAX_EVENTS)
        yield found


class _PageWalker:
    """Handles the parser events of one page; collects hidden content separately."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.pictures = 0
        self.hidden: list[str] = []
        self._skipped: HtmlElement | None = None
        self._headings: dict[HtmlElement, list[int]] = {}  # in the element that holds them

    def handle_event(self, event: str, node: "HtmlElement") -> None:
        """Handle the next parser event."""
        if event == "start":
            if self._skipped is None:
                self._start_element(node)
            return
        if event == "end":
            if self._skipped is None:
                self._end_element(node)
            elif self._skipped is node:
                self._skipped = None
        if self._skipped is None:
            self.builder.add_text(node.tail or "")

    def _end_element(self, node: "HtmlElement") -> None:
        _close_element(self.builder, node)
        if node.tag in _HEADING_TAGS and (at := self.builder.last_heading_index()) is not None:
            self._headings.setdefault(node.getparent(), []).append(at)
        if node in self._headings:
            self.builder.end_container(self._headings.pop(node))

    def _start_element(self, node: "HtmlElement") -> None:
        raised, hidden = _read_style(node.get("style", ""))
        if raised or node.tag in _RAISED_TAGS:
            self._skipped = node
            self.builder.add_raised_text(node.text_content())
            return
        if node.tag in _SKIPPED_TAGS or node.tag in _STRUCK_TAGS or hidden or "hidden" in node.attrib:
            self._skipped = node
            self.hidden += _hidden_strings(node)
            return
        self.pictures += node.tag == "img"
        if node.tag in {"textarea", "input"}:
            self.hidden += _hidden_strings(node)
        if node.tag == "input" and node.get("type", "").casefold() in _TYPED_INPUTS and self.builder.in_cell:
            self.builder.add_text(node.get("value", ""))
        _open_element(self.builder, node)


def _parse_html(text: str) -> "HtmlElement":
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False, no_network=True)
    try:
        return document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableFileError("import.damaged") from None


@lru_cache(maxsize=1024)
def _read_style(style: str) -> tuple[bool, bool]:
    """Return whether a style raises or lowers its text, and whether it hides it."""
    return bool(_RAISED_STYLE.search(style)), bool(_HIDDEN_STYLE.search(style))


def _open_element(builder: DocumentBuilder, node: "HtmlElement") -> None:
    match node.tag:
        case "table":
            builder.open_table()
        case "tr":
            builder.open_row()
        case "td" | "th":
            builder.open_cell(_parse_span(node.get("colspan")), _parse_span(node.get("rowspan")))
        case tag if tag in _BLOCK_TAGS:
            builder.end_paragraph()
        case "textarea":
            return
    builder.add_text(node.text or "")


def _close_element(builder: DocumentBuilder, node: "HtmlElement") -> None:
    match node.tag:
        case "table":
            builder.close_table()
        case "td" | "th":
            builder.close_cell()
        case tag if tag in _HEADING_TAGS:
            builder.end_paragraph(_HEADING_TAGS.index(tag) + 1)
        case tag if tag in _BLOCK_TAGS:
            builder.end_paragraph()


def _parse_span(span: str | None) -> int:
    digits = re.match(r"\s*(\d{1,4})", span) if span else None
    return max(1, int(digits[1])) if digits else 1


# --- hidden content ------------------------------------------------------------------------------------------------


def _hidden_strings(node: "HtmlElement") -> Iterator[str]:
    """Yield the texts inside a hidden element: strings of a script, or the markup of a hidden part."""
    from lxml import etree

    if node.tag == "script":
        yield from extract_script_strings(node.text or "")
    elif node.tag == "input":
        yield from filter(_is_long, [node.get("value", "")])
    elif node.tag == "iframe":
        yield from filter(_is_long, [node.get("srcdoc", "")])
    elif node.tag not in {"style", "title"}:
        inside = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
        yield from filter(_is_long, [html.unescape(node.text or "") if node.tag == "textarea" else inside])


def _is_long(text: str) -> bool:
    return len(text) >= MIN_EMBEDDED_CHARS


def extract_script_strings(script: str) -> Iterator[str]:
    """Yield the long strings of a script, unescaped, longest first; then all strings concatenated."""
    try:
        found = list(_iterate_strings(json.loads(script)))
    except (ValueError, RecursionError):
        found = [unescape_script(literal) for literal in islice(_iterate_literals(script), MAX_STRINGS_PER_SCRIPT)]
    long = sorted(filter(_is_long, found), key=len, reverse=True)
    yield from long
    joined = "".join(found)
    if _is_long(joined) and joined not in long:
        yield joined


def _iterate_literals(script: str) -> Iterator[str]:
    """Yield the string literals of a script; after many characters in literals without an end, no more."""
    at, wasted = 0, 0
    while wasted <= 2 * len(script) and (start := _STRING_START.search(script, at)):
        match = _STRING_LITERALS[start[0]].match(script, start.start())
        assert match is not None
        if match[2]:
            yield match[1]
            at = match.end()
        else:
            wasted += len(match[0])
            at = start.end()


def _iterate_strings(data: object) -> Iterator[str]:
    waiting = [data]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case list() as items:
                waiting += reversed(items)
            case dict() as fields:
                waiting += reversed(fields.values())


def unescape_script(text: str) -> str:
    """Resolve the escapes of a script string; percent escapes only if they encode markup."""
    if "\\" in text:
        text = _ESCAPE.sub(_replace_escape, text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "%3C" in text or "%3c" in text:
        text = unquote(_PERCENT_U_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    return text


def _replace_escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _SIMPLE_ESCAPES.get(match[4], match[4])
