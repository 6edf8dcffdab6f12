"""XML parts of a workbook through expat, guarded: no DOCTYPE, UTF-8 or UTF-16 only, bounded depth and token length.

`Collector` gathers the few elements that are wanted from a part; grids go through `grids`, which uses it too.
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
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

ENCODINGS = frozenset({"utf-8", "utf-16"})
# Namespaces by their short name; those of SpreadsheetML itself have none. Transitional first, strict second.
_SHORT = {
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
}
MAIN = frozenset(uri for uri, short in _SHORT.items() if not short)
RELATION_ID = tuple(f"{uri} id" for uri, short in _SHORT.items() if short == "r:")


@dataclass(slots=True)
class Element:
    """One wanted element: where it stood below the root ("sheets/sheet"), its attributes and its own text."""

    path: str
    attributes: dict[str, str]
    text: str = ""


class _ShortNames(dict[str, str]):
    """Short names by the full names expat gives; a foreign namespace, or none, stays before a blank."""

    def __missing__(self, full: str) -> str:
        uri, _, local = full.rpartition(" ")
        short = _SHORT.get(uri)
        self[full] = name = f"{uri} {local}" if short is None else short + local
        return name


_NAMES = _ShortNames()
short_name = _NAMES.__getitem__


def new_parser(part: str) -> XMLParserType:
    """An expat parser that refuses any DOCTYPE and any encoding but UTF-8 and UTF-16."""

    def doctype(*_declaration: object) -> None:
        raise UnreadableFileError("file.doctype", part=part)

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and _codec(encoding) not in ENCODINGS:
            raise damaged(part, Damage.ENCODING)

    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declaration
    return parser


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return ""
    return "utf-16" if name.startswith("utf-16") else name


Resume = Callable[[str], None]
Diversion = Callable[[str, XMLParserType, Resume], None]


class Collector:
    """Feeds one part through a parser and keeps the wanted elements, in document order.

    ``roots`` are the short names the root element may have; ``wanted`` the paths below it to keep; ``texts`` those
    of them whose text is wanted too (they have no elements inside). At the element
    ``diverted`` (a path, or the name of the root) the parser is handed to ``diversion``, to be resumed at its end.
    ``cost`` is what its bytes are counted as.
    """

    def __init__(
        self,
        part: Part,
        roots: frozenset[str],
        wanted: frozenset[str],
        texts: frozenset[str] = frozenset(),
        diverted: str = "",
        diversion: Diversion | None = None,
        cost: Excess = Excess.BYTES,
    ) -> None:
        self.part = part.name
        self.found: list[Element] = []
        self.latest = ""
        self.parser = new_parser(part.name)
        self._roots, self._wanted, self._ways = roots, wanted, _ways_to(wanted)
        self._diverted, self._diversion = diverted, diversion
        self._wanted_texts = texts
        self._paths: list[str] = []
        self._texts: list[str] = []
        self._effort, self._cost = part.effort, cost
        self._fed = self._depth = 0
        self._listen()

    def _listen(self) -> None:
        """Let this collector hear the parser (again)."""
        parser = self.parser
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = None

    def feed(self, data: bytes, final: bool = False) -> None:
        """Parse the next piece. Raises UnreadableFileError when the part is not XML, or too odd."""
        try:
            self.parser.Parse(data, final)
        except ExpatError:
            raise damaged(self.part, Damage.XML) from None
        self._fed += len(data)
        self._effort.spend(self.part, self._cost, len(data))
        if not final:
            _must_move_on(self.parser, self.part, self._fed)

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = _NAMES[full]
        paths = self._paths
        if not paths:
            if name not in self._roots:
                raise damaged(self.part, Damage.WRONG_ROOT)
            path = self.latest = name
            paths.append("")
        else:
            above = paths[-1]
            path = self.latest = f"{above}/{name}" if above else name
            paths.append(path)
            if path in self._wanted:
                self._keep(path, attributes)
            elif path not in self._ways and path != self._diverted:
                if above in self._wanted_texts:
                    raise damaged(self.part, Damage.UNEXPECTED_ELEMENT, name)
                self._skip()
        if path == self._diverted and self._diversion:
            self._diversion(path, self.parser, self._resume)

    def _keep(self, path: str, attributes: dict[str, str]) -> None:
        if len(self.found) >= limits.ELEMENTS:
            raise over_limit(self.part, Excess.ELEMENTS, limits.ELEMENTS)
        self.found.append(Element(path, attributes))
        if path in self._wanted_texts:
            self._texts.clear()
            self.parser.CharacterDataHandler = self._texts.append

    def _end(self, _full: str) -> None:
        path = self._paths.pop()
        if path in self._wanted_texts:
            self.found[-1].text = "".join(self._texts)
            self.parser.CharacterDataHandler = None

    def _skip(self) -> None:
        """Hear nothing until the element that has just begun ends."""
        self._depth = 1
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start_skipped, self._end_skipped

    def _start_skipped(self, _full: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > limits.DEPTH:
            raise over_limit(self.part, Excess.DEPTH, limits.DEPTH)

    def _end_skipped(self, full: str) -> None:
        self._depth -= 1
        if not self._depth:
            self._resume(full)

    def _resume(self, full: str) -> None:
        self._listen()
        self._end(full)


@cache
def _ways_to(paths: frozenset[str]) -> frozenset[str]:
    """The paths of everything that contains one of ``paths``."""
    return frozenset(path[:at] for path in paths for at, sign in enumerate(path) if sign == "/")


def collect(
    part: Part, roots: frozenset[str], wanted: frozenset[str], texts: frozenset[str] = frozenset()
) -> list[Element]:
    """The wanted elements of a whole part, as `Collector` has them."""
    collector = Collector(part, roots, wanted, texts)
    for piece in part.pieces():
        collector.feed(piece)
    collector.feed(b"", final=True)
    return collector.found


def is_true(text: str | None) -> bool:
    """An xsd:boolean attribute; absent is false."""
    return text is not None and text.strip() in ("1", "true", "on")


def parse_all(parser: XMLParserType, part: str, pieces: Iterable[bytes]) -> None:
    """Feed a whole part to a parser that has its handlers."""
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            _must_move_on(parser, part, fed)
        parser.Parse(b"", True)
    except ExpatError:
        raise damaged(part, Damage.XML) from None


def _must_move_on(parser: XMLParserType, part: str, fed: int) -> None:
    """Refuse a part in which one token has gone on for too long: expat would hold all of it, and look at it again."""
    if fed - parser.CurrentByteIndex > limits.TOKEN_BYTES + limits.PIECE_BYTES:
        raise over_limit(part, Excess.TOKEN, limits.TOKEN_BYTES)


def refuse_doctype(part: Part) -> None:
    """Look at a part as far as its root element. Raises UnreadableFileError for a DOCTYPE, or an endless search."""
    parser = new_parser(part.name)
    parser.StartElementHandler = _at_root
    fed = 0
    try:
        for piece in part.pieces():
            part.effort.spend(part.name, Excess.BYTES, len(piece))
            parser.Parse(piece, False)
            fed += len(piece)
            _must_move_on(parser, part.name, fed)
    except (_RootReachedError, ExpatError):
        return


class _RootReachedError(Exception):
    """The prolog is over."""


def _at_root(*_element: object) -> NoReturn:
    raise _RootReachedError
