"""Rewrite rows in any dialect of SpreadsheetML (prefixes, UTF-16, comments, CDATA, any order) into the plain one."""

import re
from collections.abc import Mapping
from pyexpat import XMLParserType

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import CELL_ADDRESS, format_column, parse_column_letters, parse_row_number
from xltool.spreadsheet.ooxml.xml_parser import ResumeHandler, short_name
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit

_FONT_PARTS = frozenset({"strike", "vertAlign", "sz", "color"})  # of a run: they decide what a person sees
# Allowed children by parent, by short name; any other element is refused, never skipped.
_CHILDREN = {
    "sheetData": frozenset({"row"}),
    "row": frozenset({"c"}),
    "c": frozenset({"f", "v", "is"}),
    "is": frozenset({"t", "r", "rPh"}),
    "sst": frozenset({"si"}),
    "si": frozenset({"t", "r", "rPh"}),
    "r": frozenset({"rPr", "t"}),
    "rPr": _FONT_PARTS,
    "rPh": frozenset({"t"}),
}
_SKIPPED_ELEMENTS = frozenset({"extLst", "phoneticPr"})  # they contain no cell value
_SAFE_VALUE = re.compile(r"[\w.#-]*")
_CELL_PARTS = ("f", "v", "is")
_TEXT_ELEMENTS = frozenset({"f", "v", "t"})
_KEPT_ATTRIBUTES = {
    "row": ("r", "hidden", "ht"),
    "c": ("s", "t"),  # after the address
    "f": ("t", "ref"),
    **dict.fromkeys(_FONT_PARTS, ("val", "rgb", "theme", "indexed", "tint")),
}  # r first: it is looked for there


class PlainXmlWriter:
    """Handlers of a parser inside one element that write its content in the plain dialect."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._out: list[str] = []
        self._sink = self._out
        self._cell: dict[str, list[str]] = {}
        self._open: list[str] = []
        self._skipping = 0
        self._cell_attributes: dict[tuple[str | None, str | None], str] = {}  # by format and type
        self._used = False
        self._row, self._letters = 0, ""  # of the previous cell

    def take_over(self, body: str, parser: XMLParserType, resume: ResumeHandler) -> None:
        """Take over the handlers of ``parser`` inside the element ``body``, just begun; call ``resume`` at its end."""
        if self._used:
            raise _refuse_element(self._part)
        self._used = True
        self._open.append(body)
        self._resume = resume
        parser.StartElementHandler, parser.EndElementHandler = self._start_element, self._end_element
        parser.CharacterDataHandler = self._add_characters

    def take_output(self) -> str:
        """Return what was written since the last call; an unfinished cell stays."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def _start_element(self, full: str, attributes: dict[str, str]) -> None:
        name, above = short_name(full), self._open[-1]
        if self._skipping or name not in _CHILDREN.get(above, ()):
            self._skip_element(name, above)
            return
        self._open.append(name)
        if name == "c":
            self._sink.append(self._start_cell(attributes))
            return
        if name == "row":
            attributes = {**attributes, "r": self._start_row(attributes.get("r"))}
        elif above == "c":
            if name in self._cell:
                raise damaged_workbook(self._part, DamageKind.VALUE_TWICE)
            self._sink = self._cell[name] = []
        self._sink.append(_make_start_tag(name, attributes))

    def _skip_element(self, name: str, above: str) -> None:
        """Skip an element without cell values, or inside one. Raises UnreadableFileError for any other element."""
        if not self._skipping and name not in _SKIPPED_ELEMENTS and above != "rPr":
            raise _refuse_element(self._part)
        self._skipping += 1
        if self._skipping > limits.MAX_XML_DEPTH:
            raise exceeded_limit(self._part, LimitKind.DEPTH, limits.MAX_XML_DEPTH)

    def _start_row(self, stated: str | None) -> str:
        """Return the number of a row: as stated, or next to the previous one."""
        number = parse_row_number(stated) if stated is not None else self._row + 1
        if number is None:
            raise damaged_workbook(self._part, DamageKind.BAD_ADDRESS, stated or "")
        self._row, self._letters = number, ""
        return str(number)

    def _start_cell(self, attributes: dict[str, str]) -> str:
        """Return the start tag of a cell; its address is as stated, or next to the previous one."""
        stated = attributes.get("r")
        match = CELL_ADDRESS.fullmatch(stated or self._find_next_address())
        if match is None:
            raise damaged_workbook(self._part, DamageKind.BAD_ADDRESS, stated or "")
        self._letters = match[1]
        key = attributes.get("s"), attributes.get("t")
        kept = self._cell_attributes.get(key)
        if kept is None:
            kept = self._cell_attributes[key] = _make_attributes("c", attributes)
        return f'<c r="{match[0]}"{kept}>'

    def _find_next_address(self) -> str:
        return f"{format_column(parse_column_letters(self._letters) + 1)}{self._row}"

    def _end_element(self, full: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = self._open.pop()
        if not self._open:
            self._resume(full)
            return
        if name == "c":
            self._end_cell()
        elif name not in _FONT_PARTS:
            self._sink.append(f"</{name}>")
        if self._open[-1] == "c":
            self._sink = self._out

    def _end_cell(self) -> None:
        """Write the parts of a cell in the order of the plain dialect; a cell without any becomes an empty tag."""
        if not self._cell:
            self._out[-1] = self._out[-1][:-1] + "/>"
            return
        for part in _CELL_PARTS:
            self._out += self._cell.pop(part, ())
        self._out.append("</c>")

    def _add_characters(self, text: str) -> None:
        if self._skipping:
            return
        if self._open[-1] in _TEXT_ELEMENTS:
            self._sink.append(_escape_text(text))
        elif text.strip():
            raise _refuse_element(self._part)


def _refuse_element(part: str) -> UnreadableFileError:
    return damaged_workbook(part, DamageKind.UNEXPECTED_ELEMENT)


def _make_start_tag(name: str, attributes: dict[str, str]) -> str:
    kept = _make_attributes(name, attributes)
    return f"<{name}{kept}/>" if name in _FONT_PARTS else f"<{name}{kept}>"


def _make_attributes(name: str, attributes: Mapping[str, str]) -> str:
    return "".join(
        f' {key}="{_escape_text(attributes[key])}"'
        for key in _KEPT_ATTRIBUTES.get(name, ())
        if key in attributes and (name not in _FONT_PARTS or _SAFE_VALUE.fullmatch(attributes[key]))
    )


def _escape_text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return escaped.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")
