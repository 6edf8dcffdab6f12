"""Parse XML parts with expat under limits: no DOCTYPE, UTF-8 or UTF-16 only, bounded depth and token length.

`ElementCollector` keeps the few wanted elements of a part; rows of cells are read by `fast_rows`, which uses it too.
"""

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pyexpat import ExpatError, ParserCreate, XMLParserType
from typing import NoReturn

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit

ENCODINGS = frozenset({"utf-8", "utf-16"})
# Namespaces by their short name; those of SpreadsheetML itself have none. Transitional first, strict second.
_IS_FINAL = True  # the last piece; expat takes it by position only
_SHORT_PREFIXES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rels:",
    "http://schemas.openxmlformats.org/package/2006/content-types": "types:",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r:",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r:",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": "app:",
    "http://purl.oclc.org/ooxml/officeDocument/extendedProperties": "app:",
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": "custom:",
    "http://purl.oclc.org/ooxml/officeDocument/customProperties": "custom:",
    "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes": "vt:",
    "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes": "vt:",
    "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main": "x14:",
    "http://schemas.microsoft.com/office/excel/2006/main": "xm:",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a:",
    "http://purl.oclc.org/ooxml/drawingml/main": "a:",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing": "xdr:",
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing": "xdr:",
}
MAIN_NAMESPACES = frozenset(uri for uri, short in _SHORT_PREFIXES.items() if not short)
RELATION_ID_NAMES = tuple(f"{uri} id" for uri, short in _SHORT_PREFIXES.items() if short == "r:")


@dataclass(slots=True)
class XmlElement:
    """One wanted element: its path below the root ("sheets/sheet"), its attributes and its own text."""

    path: str
    attributes: dict[str, str]
    text: str = ""


class _ShortNames(dict[str, str]):
    """Cache of short names by expat's full names; an unknown namespace, or none, stays before a blank."""

    def __missing__(self, full: str) -> str:
        uri, _, local = full.rpartition(" ")
        short = _SHORT_PREFIXES.get(uri)
        self[full] = name = f"{uri} {local}" if short is None else short + local
        return name


_short_names = _ShortNames()
short_name = _short_names.__getitem__


def make_parser(part: str) -> XMLParserType:
    """Make an expat parser that refuses any DOCTYPE and any encoding but UTF-8 and UTF-16."""

    def doctype(*_declaration: object) -> None:
        raise UnreadableFileError("file.doctype", part=part)

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and _find_codec(encoding) not in ENCODINGS:
            raise damaged_workbook(part, DamageKind.ENCODING)

    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declaration
    return parser


def _find_codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return ""
    return "utf-16" if name.startswith("utf-16") else name


ResumeHandler = Callable[[str], None]
DivertHandler = Callable[[str, XMLParserType, ResumeHandler], None]


class ElementCollector:
    """Parse one part and keep the wanted elements, in document order.

    ``roots`` are allowed short names of the root element, ``wanted`` the paths below it to keep, ``texts`` those of
    them whose text is kept too (they have no child elements). At the element ``diverted`` (a path, or the name of the
    root) ``diversion`` takes over the parser until that element ends. Its bytes are charged to the budget ``cost``.
    """

    def __init__(
        self,
        part: Part,
        roots: frozenset[str],
        wanted: frozenset[str],
        texts: frozenset[str] = frozenset(),
        diverted: str = "",
        diversion: DivertHandler | None = None,
        cost: LimitKind = LimitKind.BYTES,
    ) -> None:
        self.part = part.name
        self.elements: list[XmlElement] = []
        self.latest = ""
        self.parser = make_parser(part.name)
        self._roots, self._wanted, self._ways = roots, wanted, _find_ancestor_paths(wanted)
        self._diverted, self._diversion = diverted, diversion
        self._wanted_texts = texts
        self._paths: list[str] = []
        self._texts: list[str] = []
        self._effort, self._cost = part.effort, cost
        self._fed = self._depth = 0
        self._set_handlers()

    def _set_handlers(self) -> None:
        """Set the handlers of the parser."""
        parser = self.parser
        parser.StartElementHandler, parser.EndElementHandler = self._start_element, self._end_element
        parser.CharacterDataHandler = None

    def feed_data(self, data: bytes, *, final: bool = False) -> None:
        """Parse the next piece. Raises UnreadableFileError if the part is not XML, or exceeds a limit."""
        try:
            self.parser.Parse(data, final)
        except ExpatError:
            raise damaged_workbook(self.part, DamageKind.XML) from None
        self._fed += len(data)
        self._effort.spend(self.part, self._cost, len(data))
        if not final:
            _refuse_endless_token(self.parser, self.part, self._fed)

    def _start_element(self, full: str, attributes: dict[str, str]) -> None:
        name = _short_names[full]
        paths = self._paths
        if not paths:
            if name not in self._roots:
                raise damaged_workbook(self.part, DamageKind.WRONG_ROOT)
            path = self.latest = name
            paths.append("")
        else:
            above = paths[-1]
            path = self.latest = f"{above}/{name}" if above else name
            paths.append(path)
            if path in self._wanted:
                self._keep_element(path, attributes)
            elif path not in self._ways and path != self._diverted:
                if above in self._wanted_texts:
                    raise damaged_workbook(self.part, DamageKind.UNEXPECTED_ELEMENT, name)
                self._skip_element()
        if path == self._diverted and self._diversion:
            self._diversion(path, self.parser, self._resume_after)

    def _keep_element(self, path: str, attributes: dict[str, str]) -> None:
        if len(self.elements) >= limits.MAX_ELEMENTS:
            raise exceeded_limit(self.part, LimitKind.ELEMENTS, limits.MAX_ELEMENTS)
        self.elements.append(XmlElement(path, attributes))
        if path in self._wanted_texts:
            self._texts.clear()
            self.parser.CharacterDataHandler = self._texts.append

    def _end_element(self, _full: str) -> None:
        path = self._paths.pop()
        if path in self._wanted_texts:
            self.elements[-1].text = "".join(self._texts)
            self.parser.CharacterDataHandler = None

    def _skip_element(self) -> None:
        """Ignore everything until the element just begun ends."""
        self._depth = 1
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start_skipped, self._end_skipped

    def _start_skipped(self, _full: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > limits.MAX_XML_DEPTH:
            raise exceeded_limit(self.part, LimitKind.DEPTH, limits.MAX_XML_DEPTH)

    def _end_skipped(self, full: str) -> None:
        self._depth -= 1
        if not self._depth:
            self._resume_after(full)

    def _resume_after(self, full: str) -> None:
        self._set_handlers()
        self._end_element(full)


@cache
def _find_ancestor_paths(paths: frozenset[str]) -> frozenset[str]:
    """Return the paths of all ancestors of ``paths``."""
    return frozenset(path[:at] for path in paths for at, sign in enumerate(path) if sign == "/")


def collect_elements(
    part: Part, roots: frozenset[str], wanted: frozenset[str], texts: frozenset[str] = frozenset()
) -> list[XmlElement]:
    """Return the wanted elements of a whole part; parameters as for `ElementCollector`."""
    collector = ElementCollector(part, roots, wanted, texts)
    for piece in part.pieces():
        collector.feed_data(piece)
    collector.feed_data(b"", final=True)
    return collector.elements


def is_true(text: str | None) -> bool:
    """Return the value of an xsd:boolean attribute; a missing one is false."""
    return text is not None and text.strip() in ("1", "true", "on")


def parse_all(parser: XMLParserType, part: str, pieces: Iterable[bytes]) -> None:
    """Feed a whole part to a parser whose handlers are set."""
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece)
            fed += len(piece)
            _refuse_endless_token(parser, part, fed)
        parser.Parse(b"", _IS_FINAL)
    except ExpatError:
        raise damaged_workbook(part, DamageKind.XML) from None


def _refuse_endless_token(parser: XMLParserType, part: str, fed: int) -> None:
    """Refuse a part with a very long token: expat would keep all of it in memory and scan it again."""
    if fed - parser.CurrentByteIndex > limits.MAX_TOKEN_BYTES + limits.PIECE_BYTES:
        raise exceeded_limit(part, LimitKind.TOKEN, limits.MAX_TOKEN_BYTES)


def refuse_doctype(part: Part) -> None:
    """Parse a part up to its root element. Raises UnreadableFileError for a DOCTYPE or an endless prolog."""
    parser = make_parser(part.name)
    parser.StartElementHandler = _stop_at_root
    fed = 0
    try:
        for piece in part.pieces():
            part.effort.spend(part.name, LimitKind.BYTES, len(piece))
            parser.Parse(piece)
            fed += len(piece)
            _refuse_endless_token(parser, part.name, fed)
    except (_RootReachedError, ExpatError):
        return


class _RootReachedError(Exception):
    """Stops the parser at the root element."""


def _stop_at_root(*_element: object) -> NoReturn:
    raise _RootReachedError
