"""Rows in any dialect of SpreadsheetML (prefixes, UTF-16, comments, CDATA, any order) become rows in the plain one."""

from pyexpat import XMLParserType

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import ADDRESS, column_letters, column_number, row_number
from xltool.spreadsheet.ooxml.xml_parser import Resume, short_name
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

# What may stand in what, by short name; everything else of SpreadsheetML found there is refused, never skipped.
_CHILDREN = {
    "sheetData": frozenset({"row"}),
    "row": frozenset({"c"}),
    "c": frozenset({"f", "v", "is"}),
    "is": frozenset({"t", "r"}),
    "sst": frozenset({"si"}),
    "si": frozenset({"t", "r"}),
    "r": frozenset({"t"}),
}
_SKIPPED = frozenset({"extLst", "rPr", "rPh", "phoneticPr"})  # looks, readings and extensions hold no value of a cell
_CELL_PARTS = ("f", "v", "is")
_TEXTS = frozenset({"f", "v", "t"})
_KEPT_ATTRIBUTES = {
    "row": ("r", "hidden", "ht"),
    "c": ("r", "s", "t"),
    "f": ("t", "ref"),
}  # r first: it is looked for there


class Rewriter:
    """Listens to a parser inside one element and writes what it hears in the plain dialect."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._out: list[str] = []
        self._sink = self._out
        self._cell: dict[str, list[str]] = {}
        self._open: list[str] = []
        self._skipping = 0
        self._used = False
        self._row, self._column = 0, 0

    def begin(self, body: str, parser: XMLParserType, resume: Resume) -> None:
        """Listen to ``parser``, inside the element ``body`` that has just begun; at its end call ``resume``."""
        if self._used:
            raise _unexpected(self._part)
        self._used = True
        self._open.append(body)
        self._resume = resume
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters

    def taken(self) -> str:
        """What was rewritten since the last call; a cell still open stays."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = short_name(full)
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            if self._skipping > limits.DEPTH:
                raise over_limit(self._part, Excess.DEPTH, limits.DEPTH)
            return
        above = self._open[-1]
        if name not in _CHILDREN.get(above, ()):
            raise _unexpected(self._part)
        self._open.append(name)
        if above == "c":
            if name in self._cell:
                raise damaged(self._part, Damage.VALUE_TWICE)
            self._sink = self._cell[name] = []
        if name in ("row", "c"):
            attributes = {**attributes, "r": self._placed(name, attributes.get("r"))}
        self._sink.append(_start_tag(name, attributes))

    def _placed(self, name: str, stated: str | None) -> str:
        """The place of a row or cell: as stated, or next to the one before."""
        if name == "row":
            number = row_number(stated) if stated is not None else self._row + 1
            if number is None:
                raise damaged(self._part, Damage.BAD_ADDRESS, stated or "")
            self._row, self._column = number, 0
            return str(number)
        match = ADDRESS.fullmatch(stated or f"{column_letters(self._column + 1)}{self._row}")
        if match is None:
            raise damaged(self._part, Damage.BAD_ADDRESS, stated or "")
        self._column = column_number(match[1])
        return match[0]

    def _end(self, full: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = self._open.pop()
        if not self._open:
            self._resume(full)
            return
        if name == "c":
            self._end_cell()
        else:
            self._sink.append(f"</{name}>")
        if self._open[-1] == "c":
            self._sink = self._out

    def _end_cell(self) -> None:
        """The parts of a cell in the one order of the plain dialect; a cell without any is an empty tag there."""
        if not self._cell:
            self._out[-1] = self._out[-1][:-1] + "/>"
            return
        for part in _CELL_PARTS:
            self._out += self._cell.pop(part, ())
        self._out.append("</c>")

    def _characters(self, text: str) -> None:
        if self._skipping:
            return
        if self._open[-1] in _TEXTS:
            self._sink.append(_escaped(text))
        elif text.strip():
            raise _unexpected(self._part)


def _unexpected(part: str) -> UnreadableFileError:
    return damaged(part, Damage.UNEXPECTED_ELEMENT)


def _start_tag(name: str, attributes: dict[str, str]) -> str:
    kept = "".join(
        f' {key}="{_escaped(attributes[key])}"' for key in _KEPT_ATTRIBUTES.get(name, ()) if key in attributes
    )
    return f"<{name}{kept}>"


def _escaped(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return escaped.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")
