"""Values of an .ods from its content.xml, in one guarded pass: sparse, and no repetition is unrolled without need.

Formulas are seen but not kept (they are written in another language); locks and names are not read.
"""

import re
from collections.abc import Iterable

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import column_letters, spans
from xltool.spreadsheet.ooxml.xml_parser import new_parser, parse_all
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, Stored
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

CONTENT = "content.xml"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (f"{_ODF}{name}:1.0 " for name in ("office", "table", "text", "style"))
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_SPREADSHEET, _SHEET, _ROW, _PARAGRAPH = f"{_OFFICE}spreadsheet", f"{_TABLE}table", f"{_TABLE}table-row", f"{_TEXT}p"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_SKIPPED = frozenset({f"{_OFFICE}annotation", f"{_TABLE}shapes", _SHEET})  # inside a sheet: comments, drawings
_ROWS, _COLUMNS = f"{_TABLE}number-rows-repeated", f"{_TABLE}number-columns-repeated"
_DOWN, _ACROSS = f"{_TABLE}number-rows-spanned", f"{_TABLE}number-columns-spanned"
_COLUMN, _VISIBILITY, _SHOWN = f"{_TABLE}table-column", f"{_TABLE}visibility", "visible"
_VALUE_TYPE, _FORMULA = f"{_OFFICE}value-type", f"{_TABLE}formula"
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_TRUTH = {"true": "1", "false": "0"}
_BLANKS = re.compile(r"[ \t\r\n]+")  # one blank, as OpenDocument says
_DIGITS = 7  # of the number of rows of the grid

# How a cell of each type is stored, and the attribute that holds its value; a text's stands in its paragraphs.
_TYPES = {
    "float": (Stored.NUMBER, f"{_OFFICE}value"),
    "percentage": (Stored.NUMBER, f"{_OFFICE}value"),
    "currency": (Stored.NUMBER, f"{_OFFICE}value"),
    "boolean": (Stored.BOOLEAN, f"{_OFFICE}boolean-value"),
    "date": (Stored.DATE, f"{_OFFICE}date-value"),
    "time": (Stored.DATE, f"{_OFFICE}time-value"),
    "string": (Stored.TEXT, f"{_OFFICE}string-value"),
}


def read_opendocument(pieces: Iterable[bytes]) -> tuple[RawSheet, ...]:
    """The sheets of an .ods. Raises UnreadableFileError for what is not well-formed, or more than the limits allow."""
    reader = _Reader()
    parse_all(reader.parser, CONTENT, pieces)
    if not reader.sheets:
        raise damaged(CONTENT, Damage.NO_SHEETS)
    return tuple(reader.sheets)


class _Reader:
    """Hears content.xml; knows the place of the next cell, and the paragraphs of the one that is open."""

    def __init__(self) -> None:
        self.parser = new_parser(CONTENT)
        self.sheets: list[RawSheet] = []
        self._open: list[str] = []
        self._skipping = 0
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet: _Sheet | None = None
        self._paragraphs: list[str] = []
        self._in_paragraph = 0
        self._cell: dict[str, str] = {}
        self._held = self._characters_seen = self._elements = 0
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > limits.DEPTH:
            raise over_limit(CONTENT, Excess.DEPTH, limits.DEPTH)
        self._elements += 1
        if self._elements > limits.ODS_ELEMENTS:
            raise over_limit(CONTENT, Excess.ELEMENTS, limits.ODS_ELEMENTS)
        above = self._open[-1] if self._open else ""
        self._open.append(name)
        if self._skipping or (self._sheet is not None and name in _SKIPPED):
            self._skipping += 1
        elif self._sheet is not None:
            self._start_in_sheet(self._sheet, name, attributes)
        elif name == _SHEET and above == _SPREADSHEET:
            hidden = attributes.get(f"{_TABLE}style-name") in self._hidden_styles
            self._sheet = _Sheet(attributes.get(f"{_TABLE}name", ""), "hidden" if hidden else "visible")
            self._sheet.protected = attributes.get(f"{_TABLE}protected") == "true"
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)

    def _start_in_sheet(self, sheet: "_Sheet", name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell = attributes
            self._paragraphs.clear()
        elif name == _ROW:
            sheet.begin_row(_count(attributes, _ROWS), hidden=attributes.get(_VISIBILITY, _SHOWN) != _SHOWN)
        elif name == _COLUMN:
            sheet.add_columns(_count(attributes, _COLUMNS), hidden=attributes.get(_VISIBILITY, _SHOWN) != _SHOWN)
        elif name == _PARAGRAPH:
            self._in_paragraph += 1
            self._paragraphs.append("")
        elif name in _SIGNS:
            self._add(_SIGNS[name])
        elif name == f"{_TEXT}s":
            self._add(" " * _count(attributes, f"{_TEXT}c"))

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._skipping:
            self._skipping -= 1
        elif self._sheet is None:
            return
        elif name in _CELLS:
            self._sheet.add(_content(self._cell, self._paragraphs), self._cell)
        elif name == _PARAGRAPH:
            self._in_paragraph -= 1
        elif name == _ROW:
            self._held += self._sheet.end_row(limits.CELLS_HELD - self._held)
        elif name == _SHEET:
            self.sheets.append(self._sheet.finished())
            self._sheet = None

    def _characters(self, text: str) -> None:
        if self._in_paragraph and not self._skipping:
            self._add(_BLANKS.sub(" ", text))

    def _add(self, text: str) -> None:
        if not self._paragraphs:
            return
        self._characters_seen += len(text)
        if self._characters_seen > limits.TEXT_TOTAL:
            raise over_limit(CONTENT, Excess.CHARACTERS, limits.TEXT_TOTAL)
        if len(self._paragraphs[-1]) + len(text) > limits.TEXT_CHARACTERS:
            raise over_limit(CONTENT, Excess.TEXT, limits.TEXT_CHARACTERS)
        self._paragraphs[-1] += text


class _Sheet:
    """One sheet in the making."""

    def __init__(self, name: str, state: str) -> None:
        self.protected = False
        self._name, self._state = name, state
        self._cells: dict[str, RawCell] = {}
        self._merged: list[str] = []
        self._row = self._column = self._described = 0
        self._hidden_rows: list[tuple[int, int]] = []
        self._hidden_columns: list[tuple[int, int]] = []
        self._rows = 1
        self._in_row: list[tuple[int, int, RawCell]] = []

    def add_columns(self, repeated: int, *, hidden: bool) -> None:
        """The next columns; their cells come later."""
        if hidden:
            self._hidden_columns.append((self._described + 1, self._described + repeated))
        self._described += repeated

    def begin_row(self, repeated: int, *, hidden: bool) -> None:
        if hidden:
            self._hidden_rows.append((self._row + 1, self._row + repeated))
        self._rows, self._column = repeated, 0
        self._in_row.clear()

    def add(self, cell: RawCell | None, attributes: dict[str, str]) -> None:
        """The next cell of the row, as often as it is repeated."""
        repeated = _count(attributes, _COLUMNS)
        if cell is not None:
            self._in_row.append((self._column + 1, repeated, cell))
        down, across = _count(attributes, _DOWN), _count(attributes, _ACROSS)
        if down > 1 or across > 1:
            self._merge(down, across)
        self._column += repeated

    def _merge(self, down: int, across: int) -> None:
        if len(self._merged) >= limits.MERGES:
            raise over_limit(CONTENT, Excess.MERGES, limits.MERGES)
        first = f"{column_letters(self._column + 1)}{self._row + 1}"
        self._merged.append(f"{first}:{column_letters(self._column + across)}{self._row + down}")

    def end_row(self, room: int) -> int:
        """Place the cells of the row, as often as it is repeated; how many they are is given back."""
        count = self._rows * sum(repeated for _, repeated, _ in self._in_row)
        if count > room:
            raise over_limit(CONTENT, Excess.CELLS_HELD, limits.CELLS_HELD)
        last_column = max((column + repeated - 1 for column, repeated, _ in self._in_row), default=0)
        if count and (self._row + self._rows > limits.ROWS or last_column > limits.COLUMNS):
            raise damaged(CONTENT, Damage.BAD_ADDRESS, f"{self._name}!{column_letters(last_column)}{self._row + 1}")
        for row in range(self._row + 1, self._row + 1 + (self._rows if count else 0)):
            for column, repeated, cell in self._in_row:
                for place in range(column, column + repeated):
                    self._cells[column_letters(place) + str(row)] = cell
        self._row += self._rows
        return count

    def finished(self) -> RawSheet:
        return RawSheet(
            self._name,
            self._state,
            self._cells,
            tuple(self._merged),
            self.protected,
            hidden_rows=spans(self._hidden_rows),
            hidden_columns=spans(self._hidden_columns),
        )


def _content(attributes: dict[str, str], paragraphs: list[str]) -> RawCell | None:
    """What a cell holds, None if nothing."""
    text = "\n".join(paragraphs)
    formula = attributes.get(_FORMULA)
    stated = attributes.get(_VALUE_TYPE)
    if stated is None:
        return RawCell(Stored.EMPTY, "", formula) if formula is not None else None
    if attributes.get(_ERROR_TYPE) == "error":
        return RawCell(Stored.ERROR, text)
    if stated not in _TYPES:
        raise damaged(CONTENT, Damage.CELL_TYPE, stated)
    stored, value = _TYPES[stated]
    if stored is Stored.TEXT:
        text = attributes.get(value, text)
    else:
        text = attributes.get(value, "")
        text = _TRUTH.get(text, text) if stored is Stored.BOOLEAN else text
    if len(text) > limits.TEXT_CHARACTERS:
        raise over_limit(CONTENT, Excess.TEXT, limits.TEXT_CHARACTERS)
    return RawCell(stored, text) if text else None


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated, or how far it spans; once where nothing is said."""
    stated = attributes.get(name)
    if stated is None:
        return 1
    if not stated.isascii() or not stated.isdecimal() or len(stated) > _DIGITS or stated == "0":
        raise damaged(CONTENT, Damage.BAD_ADDRESS, stated)
    return int(stated)
