"""Web pages: the visible text and tables in reading order, and the pages that hide in a script's strings.

Tables are taken as they are written: spans only decide which column a cell is said to stand in, never what it holds.
The door to lxml's HTML parser, which reads whatever a browser would.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from xltool.errors import UnreadableFileError
from xltool.published.documents.document import Document
from xltool.published.documents.document_builder import Page
from xltool.published.documents.plain_text import read_plain

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_EVENTS = 1_000_000  # of the walk through a page; real ones have some 20,000
MOST_EMBEDDED = 40  # strings of a page that are looked at as pages of their own
MOST_STRINGS = 100_000  # of one script
SHORTEST_EMBEDDED = 200  # signs

_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "title", "select", "object", "svg", "iframe", "rt", "rp"}
)
_LIFTED = frozenset({"sup", "sub"})
_STRUCK = frozenset({"s", "strike", "del"})
_TYPED = frozenset({"", "text", "number", "tel"})  # kinds of fields that show what was typed
_BLOCKS = frozenset(
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
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[^;]*:[^;]*line-through", re.IGNORECASE
)
_RAISED = re.compile(r"vertical-align\s*:\s*su(?:per|b)", re.IGNORECASE)
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "0": "", "\n": ""}
_OLD_ESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_MARKUP = re.compile(r"<(?:table|tr|td|p|div|span|br)\b", re.IGNORECASE)


def read_web(text: str) -> Document:
    """A page: what it shows, and what it hides."""
    visible, titles, pictures, hidden = _read(text)
    embedded = tuple(document for each in hidden if (document := _embedded(each)) is not None)
    return Document("html", visible.done(), "paragraph", titles, pictures, embedded)


def read_script(text: str) -> Document:
    """A script by itself: the pages in its strings, and at last whatever a browser would make of it as a page."""
    return _hiding([*strings_in_script(text)][:MOST_EMBEDDED], read_web(text))


def strings_of_data(text: str) -> Document | None:
    """A file of data (JSON) whose strings may be pages; None if it is no data."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _hiding(sorted(filter(_is_long, _strings_in_data(data)), key=len, reverse=True)[:MOST_EMBEDDED])


def _hiding(texts: Iterable[str], *others: Document) -> Document:
    found = [document for each in texts if (document := _embedded(each)) is not None]
    return Document("data", (), "paragraph", embedded=(*found, *others))


def _embedded(text: str) -> Document | None:
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    if not _MARKUP.search(text):
        return read_plain(text)
    page, titles, pictures, _ = _read(text)
    return Document("embedded", page.done(), "paragraph", titles, pictures)


def _read(text: str) -> tuple[Page, tuple[str, ...], int, list[str]]:
    """The visible page, the titles it states, how many pictures it shows, and the texts it hides."""
    root = _parsed(text)
    page = Page()
    walk = _Walk(page)
    for event, node in _events(root):
        walk.step(event, node)
    titles = [node.text_content() for node in root.iter("title", "h1")][:5]
    titles += [node.get("content", "") for node in root.iter("meta") if "title" in node.get("name", "").casefold()]
    return page, tuple(filter(None, (title.strip() for title in titles))), walk.pictures, walk.hidden[:MOST_EMBEDDED]


def _events(root: "HtmlElement") -> "Iterator[tuple[str, HtmlElement]]":
    from lxml import etree

    for count, found in enumerate(etree.iterwalk(root, events=("start", "end", "comment", "pi"))):
        if count > MOST_EVENTS:
            raise UnreadableFileError("import.too_long", limit=MOST_EVENTS)
        yield found


class _Walk:
    """One walk through a page; what is not shown is kept aside."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pictures = 0
        self.hidden: list[str] = []
        self._skipped: HtmlElement | None = None
        self._headings: dict[HtmlElement, list[int]] = {}  # in the element that holds them

    def step(self, event: str, node: "HtmlElement") -> None:
        """The next event of the walk."""
        if event == "start":
            if self._skipped is None:
                self._start(node)
            return
        if event == "end":
            if self._skipped is None:
                self._end(node)
            elif self._skipped is node:
                self._skipped = None
        if self._skipped is None:
            self.page.text(node.tail or "")

    def _end(self, node: "HtmlElement") -> None:
        _close(self.page, node)
        if node.tag in _HEADINGS and (at := self.page.last_heading()) is not None:
            self._headings.setdefault(node.getparent(), []).append(at)
        if node in self._headings:
            self.page.enclosed(self._headings.pop(node))

    def _start(self, node: "HtmlElement") -> None:
        if node.tag in _LIFTED or _RAISED.search(node.get("style", "")):
            self._skipped = node
            self.page.raised(node.text_content())
            return
        if node.tag in _SKIPPED or node.tag in _STRUCK or _is_hidden(node):
            self._skipped = node
            self.hidden += _strings(node)
            return
        self.pictures += node.tag == "img"
        if node.tag in {"textarea", "input"}:
            self.hidden += _strings(node)
        if node.tag == "input" and node.get("type", "").casefold() in _TYPED and self.page.in_cell:
            self.page.text(node.get("value", ""))
        _open(self.page, node)


def _parsed(text: str) -> "HtmlElement":
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False, no_network=True)
    try:
        return document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableFileError("import.damaged") from None


def _is_hidden(node: "HtmlElement") -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style", "")))


def _open(page: Page, node: "HtmlElement") -> None:
    match node.tag:
        case "table":
            page.open_table()
        case "tr":
            page.open_row()
        case "td" | "th":
            page.open_cell(_number(node.get("colspan")), _number(node.get("rowspan")))
        case tag if tag in _BLOCKS:
            page.border()
        case "textarea":
            return
    page.text(node.text or "")


def _close(page: Page, node: "HtmlElement") -> None:
    match node.tag:
        case "table":
            page.close_table()
        case "td" | "th":
            page.close_cell()
        case tag if tag in _HEADINGS:
            page.border(_HEADINGS.index(tag) + 1)
        case tag if tag in _BLOCKS:
            page.border()


def _number(span: str | None) -> int:
    digits = re.match(r"\s*(\d{1,4})", span or "")
    return max(1, int(digits[1])) if digits else 1


# --- what a page hides ---------------------------------------------------------------------------------------------


def _strings(node: "HtmlElement") -> Iterator[str]:
    """Texts inside an element that is not shown: strings of a script, or what a hidden part would show."""
    from lxml import etree

    if node.tag == "script":
        yield from strings_in_script(node.text or "")
    elif node.tag == "input":
        yield from filter(_is_long, [node.get("value", "")])
    elif node.tag == "iframe":
        yield from filter(_is_long, [node.get("srcdoc", "")])
    elif node.tag not in {"style", "title"}:
        inside = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
        yield from filter(_is_long, [html.unescape(node.text or "") if node.tag == "textarea" else inside])


def _is_long(text: str) -> bool:
    return len(text) >= SHORTEST_EMBEDDED


def strings_in_script(script: str) -> Iterator[str]:
    """The long strings of a script, unescaped, the longest first; and all its strings joined, as built by a script."""
    try:
        found = list(_strings_in_data(json.loads(script)))
    except (ValueError, RecursionError):
        literals = islice(_STRING.finditer(script), MOST_STRINGS)
        found = [unescaped(next(filter(None, match.groups()), "")) for match in literals]
    long = sorted(filter(_is_long, found), key=len, reverse=True)
    yield from long
    joined = "".join(found)
    if _is_long(joined) and joined not in long:
        yield joined


def _strings_in_data(data: object) -> Iterator[str]:
    waiting = [data]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case list() as items:
                waiting += reversed(items)
            case dict() as fields:
                waiting += reversed(fields.values())


def unescaped(text: str) -> str:
    """What a string of a script stands for; percent signs are resolved where they make up mark-up."""
    text = _ESCAPE.sub(_sign, text)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "%3C" in text or "%3c" in text:
        text = unquote(_OLD_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    return text


def _sign(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return _SIMPLE.get(match[4], match[4])
