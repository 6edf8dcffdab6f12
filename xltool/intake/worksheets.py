"""One worksheet part: its cells, its merged ranges, its protection and its validated ranges.

``dimension`` is not looked at; addresses are taken strictly; a cell that occurs twice refuses the workbook.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.intake import limits
from xltool.intake.cell_styles import CellStyle
from xltool.intake.grids import Pieces, read_grid
from xltool.intake.plain_text import ATTRIBUTE, ATTRIBUTES, resolved, string_item, string_text, unescaped
from xltool.intake.raw import RawCell, Stored
from xltool.intake.xml_parts import is_true, over_limit

_PROTECTION, _MERGE, _VALIDATION = "sheetProtection", "mergeCells/mergeCell", "dataValidations/dataValidation"
_VALIDATION_2009 = "extLst/ext/x14:dataValidations/x14:dataValidation/xm:sqref"
_WANTED = frozenset({_PROTECTION, _MERGE, _VALIDATION, _VALIDATION_2009})

# One cell, the start or end of a row, or (last) everything from the first thing that is neither.
_LETTERS = "[A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D]"
_TOKENS = re.compile(
    rf'<c(?: r="({_LETTERS})([1-9][0-9]{{0,6}})")?({ATTRIBUTES})\s*'
    rf"(?:/>|>\s*(?:(<f)({ATTRIBUTES})\s*(?:/>|>([^<]*)</f>)\s*)?"
    r"(?:<v\s*/>\s*|<v(?: xml:space=\"preserve\")?>([^<]*)</v>\s*)?"
    r"(?:<is\s*/>\s*|<is>([^<]*(?:<(?!/is>)[^<]*)*)</is>\s*)?</c>)\s*"
    rf"|(<row)({ATTRIBUTES})\s*(/?)>\s*|(</row>)\s*|(?s:(.+))"
)
_ADDRESS = re.compile(rf"({_LETTERS})([1-9][0-9]{{0,6}})")
_TYPES = {
    "n": Stored.NUMBER,
    "s": Stored.TEXT,
    "str": Stored.TEXT,
    "inlineStr": Stored.TEXT,
    "b": Stored.BOOLEAN,
    "e": Stored.ERROR,
    "d": Stored.DATE,
}


class Shared(NamedTuple):
    """What the sheets of one workbook share."""

    strings: Sequence[str]
    styles: Sequence[CellStyle]


class Sheet(NamedTuple):
    """What one worksheet part holds."""

    cells: Mapping[str, RawCell]
    merged: tuple[str, ...]
    protected: bool
    validated: tuple[str, ...]


class _CellKind(NamedTuple):
    """What the attributes of a cell but its address say."""

    stored: Stored
    type: str
    locked: bool


def read_worksheet(pieces: Pieces, part: str, shared: Shared, room: int = limits.CELLS_HELD) -> Sheet:
    """One worksheet. ``room`` is how many cells with content the workbook may still hold."""
    found, cells = read_grid(pieces, part, "sheetData", _WANTED, lambda: _Cells(part, shared, room))
    merged = tuple(element.attributes.get("ref", "") for element in found if element.path == _MERGE)
    if len(merged) > limits.MERGES:
        raise over_limit(part, "merges", limits.MERGES)
    validated = [element.attributes.get("sqref", "") for element in found if element.path == _VALIDATION]
    validated += [element.text for element in found if element.path == _VALIDATION_2009]
    protected = any(is_true(element.attributes.get("sheet")) for element in found if element.path == _PROTECTION)
    return Sheet(cells.cells, merged, protected, tuple(one for each in validated for one in each.split()))


class _Cells:
    """Takes the rows of one worksheet apart."""

    def __init__(self, part: str, shared: Shared, room: int) -> None:
        self.cells: dict[str, RawCell] = {}
        self._part, self._shared, self._room = part, shared, room
        self._kinds: dict[str, _CellKind] = {}
        self._arrays: list[str] = []
        self._rows: set[str] = set()
        self._row, self._row_number = "", 0
        self._columns: set[str] = set()
        self._letters = ""
        self._seen = 0

    def scan(self, text: str) -> str:
        """Read every complete token at the start of ``text``; the unfinished rest is given back."""
        tokens = _TOKENS.findall(text.lstrip())
        self._seen += len(tokens)
        if self._seen > limits.CELLS_SEEN:
            raise over_limit(self._part, "cells_seen", limits.CELLS_SEEN)
        cells, kinds, content = self.cells, self._kinds, self._content
        row, columns, letters = self._row, self._columns, self._letters
        unread = ""
        for found, digits, attributes, f, about, formula, value, inline, begun, of_row, empty, ended, rest in tokens:
            if found and digits == row and found not in columns:
                letters = found
            elif begun:
                row, columns, letters = self._begin_row(of_row, empty)
                continue
            elif ended:
                row = ""
                continue
            elif rest:
                unread = rest.rstrip() and rest
                break
            else:
                letters = self._place(found, digits, attributes, row, columns, letters)
            columns.add(letters)
            if value or f or inline:
                kind = kinds.get(attributes) or self._kind(attributes)
                cell = content(letters + row, kind, value, inline, (about, formula) if f else None)
                if cell is not None:
                    cells[letters + row] = cell
        self._row, self._columns, self._letters = row, columns, letters
        if len(cells) > self._room:
            raise over_limit(self._part, "cells_held", limits.CELLS_HELD)
        return unread

    def _begin_row(self, attributes: str, empty: str) -> tuple[str, set[str], str]:
        stated = dict(ATTRIBUTE.findall(attributes)).get("r", str(self._row_number + 1))
        if not stated.isdecimal() or not stated.isascii() or not 1 <= int(stated[:9]) <= limits.ROWS:
            raise self._damaged("bad_address", stated)
        self._row_number = int(stated)
        row = str(self._row_number)
        if row in self._rows:
            raise self._damaged("row_twice", row)
        self._rows.add(row)
        self._columns = set()
        return "" if empty else row, self._columns, ""

    def _place(self, found: str, digits: str, attributes: str, row: str, columns: set[str], previous: str) -> str:
        """The column of a cell that does not simply state its own address, or its refusal."""
        stated = dict(ATTRIBUTE.findall(attributes)).get("r") if not found else found + digits
        if stated is None:
            letters = column_letters(column_number(previous) + 1)
            stated = letters + row
        match = _ADDRESS.fullmatch(stated)
        if match is None:
            raise self._damaged("bad_address", stated)
        letters, digits = match.groups()
        if digits != row:
            raise self._damaged("row_disagrees", stated)
        if letters in columns:
            raise self._damaged("cell_twice", stated)
        return letters

    def _kind(self, attributes: str) -> _CellKind:
        """The meaning of a cell's attributes, remembered: a sheet has few different ones."""
        stated = dict(ATTRIBUTE.findall(attributes))
        type_, index = stated.get("t", "n"), stated.get("s", "0")
        stored = _TYPES.get(type_)
        if stored is None or not index.isdecimal():
            raise self._damaged("cell_type", type_)
        styles = self._shared.styles
        style = styles[int(index)] if int(index) < len(styles) else CellStyle()
        if stored is Stored.NUMBER and style.date:
            stored = Stored.DATE
        kind = _CellKind(stored, type_, style.locked)
        if len(self._kinds) < limits.FORMATS:
            self._kinds[attributes] = kind
        return kind

    def _content(
        self, address: str, kind: _CellKind, value: str, inline: str, formula: tuple[str, str] | None
    ) -> RawCell | None:
        """One populated cell, or None where nothing is in it after all."""
        stored, type_, locked = kind
        if inline and (value or type_ != "inlineStr"):
            raise self._damaged("value_twice", address)
        if type_ == "s":
            text = self._shared_string(value, address) if value else ""
        elif stored is Stored.TEXT:
            text = string_item(inline, self._part) if inline else string_text(value, self._part)
        else:
            text = resolved(value).strip() if value else ""
            if len(text) > limits.TEXT_CHARACTERS:
                raise over_limit(self._part, "text", limits.TEXT_CHARACTERS)
        if formula is None:
            return RawCell(stored, text, None, locked) if text else None
        if not text and type_ != "str":
            stored = Stored.EMPTY
        return RawCell(stored, text, self._formula(*formula), locked)

    def _shared_string(self, index: str, address: str) -> str:
        index = index.strip()
        if not index.isdecimal() or not index.isascii() or int(index[:9]) >= len(self._shared.strings):
            raise self._damaged("string_index", address)
        return self._shared.strings[int(index)]

    def _formula(self, attributes: str, formula: str) -> str:
        if "ref=" in attributes and "array" in attributes:
            self._arrays.append(dict(ATTRIBUTE.findall(attributes)).get("ref", ""))
        text = unescaped(resolved(formula))
        if len(text) > limits.FORMULA_CHARACTERS:
            raise over_limit(self._part, "formula", limits.FORMULA_CHARACTERS)
        return text

    def _damaged(self, problem: str, at: str) -> UnreadableFileError:
        return UnreadableFileError("file.damaged", part=self._part, problem=problem, at=at[:40])


def column_number(letters: str) -> int:
    """The 1-based number of a column; 0 for no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a 1-based column number."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
