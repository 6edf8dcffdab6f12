"""The two long parts of a workbook, sheets and shared strings, read fast without giving up on being right.

Calling Python for every element costs several times what parsing does. So the rows are taken apart by one regular
expression that is a grammar: it describes the plain dialect in which Excel, WPS, LibreOffice, openpyxl and XlsxWriter
write, completely, and it must account for every character between the start and the end of the rows. What comes before
and after goes through expat, which also tells whether the default namespace is the right one. Everything else
(UTF-16, prefixes, comments, CDATA, odd order or spelling, faults) leaves a gap; then the whole part is read anew,
through expat, and rewritten (`rewriting`) into the plain dialect first. So there is one reader of cells, and expat is
the judge of whatever it does not recognise.
"""

import codecs
import io
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol, TypeVar

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.normalise_xml import Rewriter
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import MAIN, Collector, Element
from xltool.spreadsheet.ooxml.xml_text import NotPlainError
from xltool.spreadsheet.refusals import Damage, Excess, damaged

PLAIN_REST = 1 * limits.MIB  # longer than any token of the plain dialect that keeps Excel's limits

_FORBIDDEN = ("]]>", "\ufffe", "\uffff")  # no XML has the last two, and none the first where the plain dialect could
_EXCEL_2010 = ("x14ac", "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac")  # row heights of Excel


class Rows(Protocol):
    """What takes the rows apart; ``inside`` tells whether something has begun that has not ended."""

    inside: bool

    def scan(self, text: str) -> str:
        """Read the complete tokens at the start of ``text``; the unfinished rest is given back."""


AnyRows = TypeVar("AnyRows", bound=Rows)


def read_grid(
    part: Part, body: str, wanted: frozenset[str], texts: frozenset[str], new_rows: Callable[[], AnyRows]
) -> tuple[list[Element], AnyRows, bool]:
    """The elements ``wanted`` (those in ``texts`` with their text) outside the element ``body``, and the rows in it.

    ``body`` is "sheetData", or "sst" where the root itself is meant. Last, whether all was in the plain dialect.
    """
    roots = frozenset({"worksheet" if body == "sheetData" else body})
    rows, plain = new_rows(), True
    try:
        found = _read_plain(part.pieces(), Collector(part, roots, wanted | {body}, texts), body.encode(), rows)
    except NotPlainError:
        rows, plain = new_rows(), False
        rewriter = Rewriter(part.name)
        collector = Collector(part, roots, wanted, texts, body, rewriter.begin, Excess.REWRITTEN)
        found = _read_rewritten(part.pieces(), collector, rewriter, rows)
    if sum(element.path == body for element in found) > 1:
        raise damaged(part.name, Damage.UNEXPECTED_ELEMENT)
    return found, rows, plain


def _read_plain(pieces: Iterator[bytes], collector: Collector, body: bytes, rows: Rows) -> list[Element]:
    head, rest = _head(pieces, body)
    namespaces = _watch_namespaces(collector)
    collector.feed(head)
    default = [uri for prefix, uri in namespaces if prefix is None]
    if collector.latest != body.decode() or len(default) != 1 or default[0] not in MAIN:
        raise NotPlainError
    if any(prefix is not None and uri in MAIN for prefix, uri in namespaces):
        raise NotPlainError
    if not head.endswith(b"/>"):
        forbidden = _FORBIDDEN if _EXCEL_2010 in namespaces else (*_FORBIDDEN, _EXCEL_2010[0] + ":")
        rest = _scan_body(chain([rest], pieces), collector.part, b"</" + body + b">", rows, forbidden)
    collector.feed(rest)
    for piece in pieces:
        collector.feed(piece)
    collector.feed(b"", final=True)
    return collector.found


def _head(pieces: Iterator[bytes], body: bytes) -> tuple[bytes, bytes]:
    """Everything up to the end of the body's own start tag, and what was read beyond it."""
    head = b""
    for piece in pieces:
        head += piece
        start = head.find(b"<" + body)
        end = head.find(b">", start) + 1 if start >= 0 else 0
        if end:
            return head[:end], head[end:]
        if len(head) > limits.TOKEN_BYTES:
            break
    raise NotPlainError


def _scan_body(pieces: Iterator[bytes], part: str, closing: bytes, rows: Rows, forbidden: tuple[str, ...]) -> bytes:
    """Scan everything before ``closing``; what follows it is given back, with ``closing`` itself."""
    decode = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), translate=True).decode
    held, unread = b"", ""
    for piece in pieces:
        held += piece
        end = held.find(closing)
        ready = held[:end] if end >= 0 else held[: -len(closing)]
        held = held[len(ready) :]
        try:
            text = unread + decode(ready, end >= 0)
            if any(sign in text for sign in forbidden):
                raise NotPlainError
            unread = rows.scan(text)
        except UnicodeDecodeError:
            raise damaged(part, Damage.ENCODING) from None
        if len(unread) > PLAIN_REST or (end >= 0 and (unread or rows.inside)):
            raise NotPlainError
        if end >= 0:
            return held
    raise NotPlainError


def _watch_namespaces(collector: Collector) -> list[tuple[str | None, str | None]]:
    """Every namespace declaration the parser meets from here on is added to the list given back."""
    seen: list[tuple[str | None, str | None]] = []
    collector.parser.StartNamespaceDeclHandler = lambda prefix, uri: seen.append((prefix, uri))
    return seen


def _read_rewritten(pieces: Iterator[bytes], collector: Collector, rewriter: Rewriter, rows: Rows) -> list[Element]:
    unread = ""
    for piece in chain(pieces, [None]):
        collector.feed(piece or b"", final=piece is None)
        unread = rows.scan(unread + rewriter.taken())
        if len(unread) > PLAIN_REST:
            break
    if unread:
        raise damaged(collector.part, Damage.UNEXPECTED_ELEMENT)
    return collector.found
