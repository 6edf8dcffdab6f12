"""Read the two long parts of a workbook, worksheets and shared strings.

A Python call for every element costs several times the parsing. So the rows are read by one regular expression that is
a complete grammar of the plain dialect in which Excel, WPS, LibreOffice, openpyxl and XlsxWriter write; it must match
every character between the start and the end of the rows. Expat parses what comes before and after, and checks the
default namespace. Anything else (UTF-16, prefixes, comments, CDATA, other order or spelling, faults) does not match;
then expat parses the whole part again, and it is rewritten into the plain dialect first (`normalise_xml`). So there is
one reader of cells, and expat decides about everything the grammar does not match.
"""

import codecs
import io
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol, TypeVar

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.normalise_xml import PlainXmlWriter
from xltool.spreadsheet.ooxml.part import Part, ReadingBudget
from xltool.spreadsheet.ooxml.xml_parser import MAIN_NAMESPACES, ElementCollector, XmlElement
from xltool.spreadsheet.ooxml.xml_text import NotPlainError
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook

PLAIN_REST = 1 * limits.MIB  # longer than any token of the plain dialect that keeps Excel's limits

_FORBIDDEN = ("]]>", "\ufffe", "\uffff")  # no XML has the last two, and none the first where the plain dialect could
EXCEL_2010 = ("x14ac", "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac")  # row heights of Excel


class Rows(Protocol):
    """A scanner of rows; ``inside`` is True if an element has begun that has not ended."""

    inside: bool

    def scan_rows(self, text: str) -> str:
        """Read the complete tokens at the start of ``text``; return the unfinished rest."""


Namespace = tuple[str | None, str | None]  # prefix and URI
AnyRows = TypeVar("AnyRows", bound=Rows)


def read_grid(
    part: Part, body: str, wanted: frozenset[str], texts: frozenset[str], new_rows: Callable[[], AnyRows]
) -> tuple[list[XmlElement], AnyRows]:
    """Return the elements ``wanted`` (those in ``texts`` with their text) outside the element ``body``, and its rows.

    ``body`` is "sheetData", or "sst" for the root itself.
    """
    roots = _find_roots(body)
    rows = new_rows()
    try:
        elements = _read_plain(
            part.pieces(), ElementCollector(part, roots, wanted | {body}, texts), body.encode(), rows
        )
    except NotPlainError:
        rows = new_rows()
        rewriter = PlainXmlWriter(part.name)
        collector = ElementCollector(part, roots, wanted, texts, body, rewriter.take_over, LimitKind.REWRITTEN)
        elements = _read_rewritten(part.pieces(), collector, rewriter, rows)
    if sum(element.path == body for element in elements) > 1:
        raise damaged_workbook(part.name, DamageKind.UNEXPECTED_ELEMENT)
    return elements, rows


def _read_plain(pieces: Iterator[bytes], collector: ElementCollector, body: bytes, rows: Rows) -> list[XmlElement]:
    head, rest = _head(pieces, body)
    namespaces = _feed_head(collector, head, body)
    if not head.endswith(b"/>"):
        forbidden = _FORBIDDEN if EXCEL_2010 in namespaces else (*_FORBIDDEN, EXCEL_2010[0] + ":")
        rest = _scan_body(chain([rest], pieces), collector.part, b"</" + body + b">", rows, forbidden)
    collector.feed_data(rest)
    for piece in pieces:
        collector.feed_data(piece)
    collector.feed_data(b"", final=True)
    return collector.elements


def _head(pieces: Iterator[bytes], body: bytes) -> tuple[bytes, bytes]:
    """Return everything up to the end of the body's start tag, and what was read beyond it."""
    head = b""
    for piece in pieces:
        head += piece
        start = head.find(b"<" + body)
        end = head.find(b">", start) + 1 if start >= 0 else 0
        if end:
            return head[:end], head[end:]
        if len(head) > limits.MAX_TOKEN_BYTES:
            break
    raise NotPlainError


def _scan_body(pieces: Iterator[bytes], part: str, closing: bytes, rows: Rows, forbidden: tuple[str, ...]) -> bytes:
    """Scan everything before ``closing``; return the rest, beginning with ``closing``."""
    decode, translate = codecs.getincrementaldecoder("utf-8")().decode, None
    held, unread = b"", ""
    for piece in pieces:
        held += piece
        end = held.find(closing)
        ready = held[:end] if end >= 0 else held[: -len(closing)]
        held = held[len(ready) :]
        try:
            decoded = decode(ready, end >= 0)
            if translate is None and "\r" in decoded:  # slow, and most parts have none
                translate = io.IncrementalNewlineDecoder(None, translate=True).decode
            text = unread + (translate(decoded, end >= 0) if translate else decoded)
            if any(mark in text for mark in forbidden):
                raise NotPlainError
            unread = rows.scan_rows(text)
        except UnicodeDecodeError:
            raise damaged_workbook(part, DamageKind.ENCODING) from None
        if len(unread) > PLAIN_REST or (end >= 0 and (unread or rows.inside)):
            raise NotPlainError
        if end >= 0:
            return held
    raise NotPlainError


def _feed_head(collector: ElementCollector, head: bytes, body: bytes) -> list[Namespace]:
    """Feed everything up to the start tag of ``body``; return the namespaces declared until then.

    Raises NotPlainError if the elements of SpreadsheetML are not in the default namespace.
    """
    namespaces: list[Namespace] = []
    collector.parser.StartNamespaceDeclHandler = lambda prefix, uri: namespaces.append((prefix, uri))
    collector.feed_data(head)
    collector.parser.StartNamespaceDeclHandler = None
    default = [uri for prefix, uri in namespaces if prefix is None]
    if collector.latest != body.decode() or len(default) != 1 or default[0] not in MAIN_NAMESPACES:
        raise NotPlainError
    if any(prefix is not None and uri in MAIN_NAMESPACES for prefix, uri in namespaces):
        raise NotPlainError
    return namespaces


def read_around(
    head: bytes, tail: bytes, body: str, wanted: frozenset[str] = frozenset(), texts: frozenset[str] = frozenset()
) -> tuple[list[XmlElement], bool]:
    """Read a part without what is inside its element ``body``; ``head`` ends with the start tag of that element.

    Return the elements ``wanted`` (those in ``texts`` with their text), and whether the prefix x14ac is declared.
    Raises NotPlainError or UnreadableFileError if the part is not in the plain dialect.
    """
    part = Part("", lambda: iter((head, tail)), ReadingBudget())
    collector = ElementCollector(part, _find_roots(body), wanted | {body}, texts)
    namespaces = _feed_head(collector, head, body.encode())
    collector.feed_data(tail, final=True)
    if sum(element.path == body for element in collector.elements) > 1:
        raise NotPlainError
    return collector.elements, EXCEL_2010 in namespaces


def _find_roots(body: str) -> frozenset[str]:
    return frozenset({"worksheet" if body == "sheetData" else body})


def _read_rewritten(
    pieces: Iterator[bytes], collector: ElementCollector, rewriter: PlainXmlWriter, rows: Rows
) -> list[XmlElement]:
    unread = ""
    for piece in chain(pieces, [None]):
        collector.feed_data(piece or b"", final=piece is None)
        unread = rows.scan_rows(unread + rewriter.take_output())
        if len(unread) > PLAIN_REST:
            break
    if unread:
        raise damaged_workbook(collector.part, DamageKind.UNEXPECTED_ELEMENT)
    return collector.elements
