"""One worksheet part: its cells, its merged ranges, its protection and its validated ranges.

``dimension`` is not looked at; addresses are taken strictly; a cell that occurs twice refuses the workbook.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.intake import limits
from xltool.intake.cell_styles import CellStyle
from xltool.intake.grids import Pieces, read_grid
from xltool.intake.plain_text import (
    ATTRIBUTE,
    ATTRIBUTES,
    STRING_ITEM,
    TEXT,
    resolved,
    string_item,
    string_text,
    unescaped,
)
from xltool.intake.raw import RawCell, Stored
from xltool.intake.refusals import Damage, Excess, damaged, over_limit
from xltool.intake.xml_parts import is_true

_PROTECTION, _MERGE, _VALIDATION = "sheetProtection", "mergeCells/mergeCell", "dataValidations/dataValidation"
_VALIDATION_2009 = "extLst/ext/x14:dataValidations/x14:dataValidation/xm:sqref"
_WANTED = frozenset({_PROTECTION, _MERGE, _VALIDATION, _VALIDATION_2009})

_LETTERS = "[A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D]"
# Cells without content are passed over together; then one cell with content or an unusual one, the start of a row, or
# (last) everything from the first thing that is none of these.
_TOKENS = re.compile(
    r'(?:<c r="([A-Z]++)[0-9]++"(?: s="[0-9]++")?+ ?/>\s*)*+'
    rf'(?:<c(?= )(?: r="({_LETTERS})([1-9][0-9]{{0,6}})")?({ATTRIBUTES}) ?(?:/>|>\s*'
    rf"(?:(<f{ATTRIBUTES}) ?(?:/>|>({TEXT})</f>)\s*)?"
    rf'(?:<v ?/>\s*|<v(?: xml:space="preserve")?>({TEXT})</v>\s*)?'
    rf"(?:<is ?/>\s*|<is>\s*({STRING_ITEM})</is>\s*)?</c>)\s*"
    rf'|(?:</row>\s*)?(<row(?: r="([1-9][0-9]{{0,6}})")?{ATTRIBUTES} ?/?)>\s*|(?:</row>\s*)?\Z|(?s:(.+)))'
)
_ADDRESSES = re.compile(r'<c r="([A-Z]++[0-9]++)"')
_ADDRESS = re.compile(rf"({_LETTERS})([1-9][0-9]{{0,6}})")
_SHORT = 40  # characters of a stored number or formula that need no second look
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
        raise over_limit(part, Excess.MERGES, limits.MERGES)
    validated = [element.attributes.get("sqref", "") for element in found if element.path == _VALIDATION]
    validated += [element.text for element in found if element.path == _VALIDATION_2009]
    protected = any(is_true(element.attributes.get("sheet")) for element in found if element.path == _PROTECTION)
    return Sheet(cells.with_arrays(), merged, protected, tuple(one for each in validated for one in each.split()))


class _Cells:
    """Takes the rows of one worksheet apart."""

    def __init__(self, part: str, shared: Shared, room: int) -> None:
        self.cells: dict[str, RawCell] = {}
        self._part, self._shared, self._room = part, shared, room
        self._kinds = _Kinds(part, shared.styles)
        self._arrays: list[str] = []
        self._rows: set[str] = set()
        self._row, self._column, self._latest_row = "", "", "0"
        self._seen = 0

    def scan(self, text: str) -> str:
        """Read every complete token at the start of ``text``; the unfinished rest is given back."""
        text = text.lstrip()
        tokens: list[tuple[str, ...]] = _TOKENS.findall(text)
        self._count(_ADDRESSES.findall(text), len(tokens))
        cells, kinds, strings, new = self.cells, self._kinds, self._shared.strings, tuple.__new__
        row, column = self._row, self._column
        unread = ""
        for skipped, letters, digits, attributes, f, stated, value, inline, begun, number, rest in tokens:
            if letters and digits == row:
                column = letters
            elif begun:
                row, column = self._begin_row(begun, number), ""
                continue
            elif letters or attributes:
                column = self._place(letters + digits, attributes, row, skipped or column)
            else:
                column, unread = skipped or column, unread or rest
                continue
            stored, type_, locked = kinds[attributes]
            if type_ == "s" and len(value) < 9 and value.isdecimal() and value.isascii() and int(value) < len(strings):
                text = strings[int(value)]
            elif type_ == "n" and len(value) < _SHORT and "&" not in value and not inline:
                text = value
            else:
                text = self._text(column + row, stored, type_, value, inline)
            if f:
                stored = stored if text or type_ == "str" else Stored.EMPTY
                simple = len(f) == 2 and len(stated) < _SHORT and "&" not in stated and "_x" not in stated
                formula = stated if simple else self._formula(f, stated)
                cells[column + row] = new(RawCell, (stored, text, formula, locked))
            elif text:
                cells[column + row] = new(RawCell, (stored, text, None, locked))
        self._row, self._column = row, column
        return unread

    def _count(self, addresses: list[str], tokens: int) -> None:
        """Refuse a cell that occurs twice, and more cells than any honest sheet has."""
        self._seen += max(len(addresses), tokens)
        if self._seen > limits.CELLS_SEEN:
            raise over_limit(self._part, Excess.CELLS_SEEN, limits.CELLS_SEEN)
        if len(self.cells) > self._room:
            raise over_limit(self._part, Excess.CELLS_HELD, limits.CELLS_HELD)
        if len(set(addresses)) != len(addresses):
            raise self._damaged(Damage.CELL_TWICE, Counter(addresses).most_common(1)[0][0])
        if not self.cells.keys().isdisjoint(addresses):
            raise self._damaged(Damage.CELL_TWICE, next(each for each in addresses if each in self.cells))

    def _begin_row(self, tag: str, number: str) -> str:
        """The row's number, "" where the row has ended already."""
        if not number or len(number) > 6:
            number = self._odd_row(tag)
        if number in self._rows:
            raise self._damaged(Damage.ROW_TWICE, number)
        self._rows.add(number)
        self._latest_row = number
        return "" if tag[-1] == "/" else number

    def _odd_row(self, tag: str) -> str:
        stated = dict(ATTRIBUTE.findall(tag)).get("r") or str(int(self._latest_row) + 1)
        if not stated.isdecimal() or not stated.isascii() or not 1 <= int(stated[:9]) <= limits.ROWS:
            raise self._damaged(Damage.BAD_ADDRESS, stated)
        return str(int(stated))

    def _place(self, stated: str, attributes: str, row: str, previous: str) -> str:
        """The column of a cell that does not simply state its own address, or the refusal of the cell."""
        stated = stated or dict(ATTRIBUTE.findall(attributes)).get("r", "")
        if not stated:
            stated = column_letters(column_number(previous) + 1) + row
        match = _ADDRESS.fullmatch(stated)
        if match is None or int(match[2]) > limits.ROWS:
            raise self._damaged(Damage.BAD_ADDRESS, stated)
        if match[2] != row:
            raise self._damaged(Damage.ROW_DISAGREES, stated)
        if stated in self.cells:
            raise self._damaged(Damage.CELL_TWICE, stated)
        return match[1]

    def _text(self, address: str, stored: Stored, type_: str, value: str, inline: str) -> str:
        """The text of a cell of the less simple kinds."""
        if inline and (value or type_ != "inlineStr"):
            raise self._damaged(Damage.VALUE_TWICE, address)
        if type_ == "s" and value:
            return self._shared_string(value, address)
        if stored is Stored.TEXT:
            return string_item(inline, self._part) if inline else string_text(value, self._part)
        text = resolved(value, self._part)
        if len(text) > limits.TEXT_CHARACTERS:
            raise over_limit(self._part, Excess.TEXT, limits.TEXT_CHARACTERS)
        return text

    def _shared_string(self, index: str, address: str) -> str:
        index = resolved(index, self._part).strip()
        if not index.isdecimal() or not index.isascii() or int(index[:9]) >= len(self._shared.strings):
            raise self._damaged(Damage.STRING_INDEX, address)
        return self._shared.strings[int(index)]

    def _formula(self, tag: str, formula: str) -> str:
        """The text of a formula; the cells it fills as an array are noted."""
        if ' t="array"' in tag or ' t="dataTable"' in tag:
            self._arrays.append(dict(ATTRIBUTE.findall(tag)).get("ref", ""))
        text = unescaped(resolved(formula, self._part))
        if len(text) > limits.FORMULA_CHARACTERS:
            raise over_limit(self._part, Excess.FORMULA, limits.FORMULA_CHARACTERS)
        return text

    def with_arrays(self) -> Mapping[str, RawCell]:
        """The cells; a value that an array formula put there has the formula "" (a part of it)."""
        for area in self._arrays:
            for address in _within(area, self.cells):
                cell = self.cells[address]
                if cell.formula is None:
                    self.cells[address] = cell._replace(formula="")
        return self.cells

    def _damaged(self, problem: Damage, at: str) -> UnreadableFileError:
        return damaged(self._part, problem, at)


class _Kinds(dict[str, _CellKind]):
    """What the attributes of a cell but its address say, remembered: a sheet has few different ones."""

    def __init__(self, part: str, styles: Sequence[CellStyle]) -> None:
        super().__init__()
        self._part, self._styles = part, styles

    def __missing__(self, attributes: str) -> _CellKind:
        stated = dict(ATTRIBUTE.findall(attributes))
        type_, index = stated.get("t", "n"), stated.get("s", "0")
        stored = _TYPES.get(type_)
        if stored is None or not index.isdecimal():
            raise damaged(self._part, Damage.CELL_TYPE, type_)
        style = self._styles[int(index[:9])] if int(index[:9]) < len(self._styles) else CellStyle()
        if stored is Stored.NUMBER and style.date:
            stored = Stored.DATE
        kind = _CellKind(stored, type_, style.locked)
        if len(self) < limits.FORMATS:
            self[attributes] = kind
        return kind


def _within(area: str, cells: Mapping[str, RawCell]) -> Iterator[str]:
    """The populated addresses inside a range such as "B2:C9"."""
    corners = [_ADDRESS.fullmatch(corner) for corner in area.split(":")]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        return
    (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
    columns = range(column_number(left), column_number(right) + 1)
    rows = range(int(top), int(bottom) + 1)
    if len(columns) * len(rows) <= len(cells):
        candidates = (f"{column_letters(column)}{row}" for column in columns for row in rows)
        yield from [address for address in candidates if address in cells]
    else:
        placed = ((address, _ADDRESS.fullmatch(address)) for address in cells)
        yield from [a for a, at in placed if at and column_number(at[1]) in columns and int(at[2]) in rows]


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
