"""One worksheet part: its cells, its merged ranges, its protection and its validated ranges.

``dimension`` is not looked at; addresses are taken strictly; a cell that occurs twice refuses the workbook. Of a sheet
whose like was read before only the values are looked at (`shapes`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import ADDRESS, LETTERS, column_letters, column_number, row_number, spans
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.fast_rows import read_grid
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.sheet_template import (
    SHORT,
    Mould,
    Shape,
    characters,
    filled,
    is_index,
    picking,
    rows_in,
    torn,
)
from xltool.spreadsheet.ooxml.xml_parser import Element, is_true
from xltool.spreadsheet.ooxml.xml_text import (
    ATTRIBUTE,
    ATTRIBUTES,
    STRING_ITEM,
    TEXT,
    NotPlainError,
    resolved,
    string_item,
    string_text,
    unescaped,
)
from xltool.spreadsheet.part_cache import Memory
from xltool.spreadsheet.raw_workbook import RawCell, Stored
from xltool.spreadsheet.refusals import Damage, Excess, damaged, over_limit

_PROTECTION, _MERGE, _VALIDATION = "sheetProtection", "mergeCells/mergeCell", "dataValidations/dataValidation"
_VALIDATION_2009 = "extLst/ext/x14:dataValidations/x14:dataValidation/xm:sqref"
_COLUMN = "cols/col"
_WANTED = frozenset({_PROTECTION, _MERGE, _VALIDATION, _VALIDATION_2009, _COLUMN})

# Rows that are hidden, or have no height; and what is in every text that has one.
_UNSEEN_ROWS = re.compile(r'<row r="([1-9][0-9]{0,6}+)"(?=[^>]* (?:hidden="(?:1|true)"|ht="0(?:\.0+)?"))')
_UNSEEN = (' hidden="', ' ht="0')

# Cells without content are passed over together; then comes a cell with content or an unusual one, the start of a row,
# the end of the text, or (last) everything from the first thing that is none of these.
_TOKENS = re.compile(
    r'(?>(?:<c r="[A-Z]++[0-9]++"(?> s="[0-9]++")? ?/>\s*)*)'
    rf'(?:<c r="({LETTERS}[1-9][0-9]{{0,6}}+)"({ATTRIBUTES}) ?(?:/>|>\s*'
    rf"(?:<f({ATTRIBUTES} ?(?:/>|>{TEXT}</f>))\s*)?"
    rf'(?:<v ?/>\s*|<v(?: xml:space="preserve")?>({TEXT})</v>\s*)?'
    rf"(?:<is ?/>\s*|<is>\s*({STRING_ITEM})</is>\s*)?</c>)\s*"
    rf'|((?:</row>\s*)?(?:<row r="([1-9][0-9]{{0,6}}+)"{ATTRIBUTES} ?/?>|\Z))\s*'
    r"|(?s:(.+)))"
)
_ADDRESSES = re.compile(r'<c r="([A-Z]++[0-9]++)"')
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
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
    hidden_rows: tuple[range, ...]
    hidden_columns: tuple[range, ...]


class _CellKind(NamedTuple):
    """What the attributes of a cell but its address say."""

    stored: Stored
    type: str
    locked: bool


class _Kind(NamedTuple):
    """What is the same for every sheet of one frame."""

    shape: Shape
    merged: tuple[str, ...]
    protected: bool
    validated: tuple[str, ...]
    hidden_rows: tuple[range, ...]
    hidden_columns: tuple[range, ...]


_kinds: Memory[_Kind] = Memory()


def read_worksheet(part: Part, shared: Shared) -> Sheet:
    """One worksheet; what it holds is taken from the effort that the workbook may still cost."""
    parts = torn(part) if part.content else None
    kind = _kinds.recall((parts.frame, shared.styles)) if parts else None
    grid = filled(kind.shape, parts.values, shared.strings) if parts and kind else None
    if parts and kind and grid is not None:
        part.effort.spend(part.name, Excess.BYTES, parts.around)
        part.effort.spend(part.name, Excess.CELLS_SEEN, kind.shape.seen)
        part.effort.spend(part.name, Excess.CELLS_HELD, len(grid))
        part.effort.spend(part.name, Excess.CHARACTERS, characters(kind.shape, parts.values))
        return Sheet(grid, *kind[1:])
    sheet, cells = _read_strictly(part, shared)
    if parts and cells and kind is None and (shape := cells.shape(part, parts.values)):
        _kinds.keep((parts.frame, shared.styles), _Kind(shape, *sheet[1:]), 2 * len(parts.frame))
    return sheet


def _read_strictly(part: Part, shared: Shared) -> "tuple[Sheet, _Cells | None]":
    """The sheet, and what took its rows apart if they are in the plain dialect."""
    found, cells, plain = read_grid(
        part, "sheetData", _WANTED, frozenset({_VALIDATION_2009}), lambda: _Cells(part, shared)
    )
    merged = tuple(element.attributes.get("ref", "") for element in found if element.path == _MERGE)
    if len(merged) > limits.MERGES:
        raise over_limit(part.name, Excess.MERGES, limits.MERGES)
    validated = [element.attributes.get("sqref", "") for element in found if element.path == _VALIDATION]
    validated += [element.text for element in found if element.path == _VALIDATION_2009]
    protected = any(is_true(element.attributes.get("sheet")) for element in found if element.path == _PROTECTION)
    part.effort.spend(part.name, Excess.CELLS_HELD, len(cells.cells))
    part.effort.spend(part.name, Excess.CHARACTERS, cells.characters)
    sheet = Sheet(
        cells.with_arrays(),
        merged,
        protected,
        tuple(one for each in validated for one in each.split()),
        spans((row, row) for row in cells.hidden),
        spans(_hidden_columns(found)),
    )
    return sheet, cells if plain else None


def _hidden_columns(found: list[Element]) -> Iterator[tuple[int, int]]:
    """First and last of the columns that are hidden, or have no width."""
    for element in found:
        stated = element.attributes
        if element.path == _COLUMN and (is_true(stated.get("hidden")) or stated.get("width") == "0"):
            first, last = (row_number(stated.get(edge, "")) for edge in ("min", "max"))
            if first and last:
                yield first, min(last, limits.COLUMNS)


class _Cells:
    """Takes the rows of one worksheet apart."""

    def __init__(self, part: Part, shared: Shared) -> None:
        self.characters = 0
        self.cells: dict[str, RawCell] = {}
        self._part, self._shared, self._effort = part.name, shared, part.effort
        self._kinds = _Kinds(part.name, shared.styles)
        self._arrays: list[str] = []
        self._rows: set[str] = set()
        self.hidden: set[int] = set()
        self.inside = False
        self._row = ""

    def scan(self, text: str) -> str:
        """Read every complete token at the start of ``text``; the unfinished rest is given back."""
        text = text.lstrip()
        tokens: list[tuple[str, ...]] = _TOKENS.findall(text)
        self._count(_ADDRESSES.findall(text), len(tokens))
        if _UNSEEN[0] in text or _UNSEEN[1] in text:
            self.hidden.update(map(int, _UNSEEN_ROWS.findall(text)))
        cells, kinds, strings, new = self.cells, self._kinds, self._shared.strings, tuple.__new__
        same: dict[tuple[str, str], RawCell] = {}
        row, unread, count = self._row, "", len(strings)
        for address, attributes, f, value, inline, turn, number, rest in tokens:
            if not address:
                row, unread = self._turn(row, turn, number) if turn else row, unread or rest
                continue
            if address.lstrip(_UPPER) != row:
                raise damaged(self._part, Damage.ROW_DISAGREES, address)
            stored, type_, locked = kinds[attributes]
            if type_ == "n" and len(value) < SHORT and "&" not in value and not inline:
                text = value
            elif type_ == "s" and is_index(value) and int(value) < count:
                text = strings[int(value)]
            else:
                text = self._text(address, stored, type_, value, inline)
            if f:
                stored = stored if text or type_ == "str" else Stored.EMPTY
                cells[address] = new(RawCell, (stored, text, self._formula(f), locked))
            elif text:  # a long list has few different figures: the same is held once
                cell = same.get((attributes, text))
                if cell is None:
                    cell = same[attributes, text] = new(RawCell, (stored, text, None, locked))
                cells[address] = cell
        self._row, self.inside = row, bool(row)
        return unread

    def _count(self, addresses: list[str], tokens: int) -> None:
        """Refuse a cell that occurs twice, and more cells than any honest sheet has."""
        self._effort.spend(self._part, Excess.CELLS_SEEN, max(len(addresses), tokens))
        self._effort.must_afford(self._part, Excess.CELLS_HELD, len(self.cells))
        self._effort.must_afford(self._part, Excess.CHARACTERS, self.characters)
        if len(set(addresses)) != len(addresses):
            raise damaged(self._part, Damage.CELL_TWICE, Counter(addresses).most_common(1)[0][0])
        if not self.cells.keys().isdisjoint(addresses):
            raise damaged(self._part, Damage.CELL_TWICE, next(each for each in addresses if each in self.cells))

    def _turn(self, before: str, turn: str, row: str) -> str:
        """The row we are in after the end of a row, the start of one, or both."""
        if turn.startswith("</") != bool(before):
            raise NotPlainError
        if not row:
            return ""
        if row in self._rows:
            raise damaged(self._part, Damage.ROW_TWICE, row)
        if len(row) > 6 and int(row) > limits.ROWS:
            raise damaged(self._part, Damage.BAD_ADDRESS, row)
        self._rows.add(row)
        return "" if turn.endswith("/>") else row

    def _text(self, address: str, stored: Stored, type_: str, value: str, inline: str) -> str:
        """The text of a cell of the less simple kinds."""
        self.characters += len(value) + len(inline)
        if inline and (value or type_ != "inlineStr"):
            raise damaged(self._part, Damage.VALUE_TWICE, address)
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
            raise damaged(self._part, Damage.STRING_INDEX, address)
        return self._shared.strings[int(index)]

    def _formula(self, f: str) -> str:
        """The text of a formula from its element after the name; the cells it fills as an array are noted."""
        self.characters += len(f)
        about, _, formula = f.removesuffix("</f>").partition(">")
        stated = dict(ATTRIBUTE.findall(about)) if about else {}
        if stated.get("t") in ("array", "dataTable"):
            self._arrays.append(stated.get("ref", ""))
        if "&" in formula or "_x" in formula:
            formula = unescaped(resolved(formula, self._part))
        if len(formula) > limits.FORMULA_CHARACTERS:
            raise over_limit(self._part, Excess.FORMULA, limits.FORMULA_CHARACTERS)
        return formula

    def with_arrays(self) -> Mapping[str, RawCell]:
        """The cells; a value that an array formula put there has the formula "" (a part of it)."""
        for area in self._arrays:
            for address in _within(area, self.cells):
                cell = self.cells[address]
                if cell.formula is None:
                    self.cells[address] = cell._replace(formula="")
        return self.cells

    def shape(self, part: Part, values: tuple[str, ...]) -> Shape | None:
        """The shape of a sheet in the plain dialect that was read; None where one of the values is no plain one."""
        data = b"".join(part.pieces())
        text = data[slice(*rows_in(data))].decode().replace("\r\n", "\n").replace("\r", "\n").lstrip()
        tokens: list[tuple[str, ...]] = _TOKENS.findall(text)
        valued = [(token[0], self._kinds[token[1]].type, token[3]) for token in tokens if token[3]]
        index = {address: at for at, address in enumerate(self.cells)}
        if tuple(value for *_, value in valued) != values or not all(address in index for address, *_ in valued):
            return None
        told = frozenset(number for number, (_, type_, _) in enumerate(valued) if type_ not in ("n", "s"))
        shared = tuple(number for number, (_, type_, _) in enumerate(valued) if type_ == "s")
        if not all(is_index(values[number]) for number in shared):
            return None
        if any(len(value) >= SHORT and number not in told for number, value in enumerate(values)):
            return None
        row = {address: number for number, (address, *_) in enumerate(valued)}
        constant = [cell.text for address, cell in self.cells.items() if address not in row]
        row |= {valued[number][0]: len(valued) + len(constant) + at for at, number in enumerate(shared)}
        rest = iter(range(len(valued), len(valued) + len(constant)))
        return Shape(
            index=index,
            moulds=tuple(Mould(cell.stored, cell.formula, cell.locked) for cell in self.cells.values()),
            constant=tuple(constant),
            shared=picking(shared),
            told=told,
            laid_out=picking([row[address] if address in row else next(rest) for address in self.cells]),
            silent=constant.count(""),
            seen=max(len(_ADDRESSES.findall(text)), len(tokens)),
            characters=self.characters - sum(len(values[number]) for number in told),
        )


class _Kinds(dict[str, _CellKind]):
    """What the attributes of a cell but its address say, remembered: a sheet has few different ones."""

    def __init__(self, part: str, styles: Sequence[CellStyle]) -> None:
        super().__init__()
        self._part, self._styles = part, styles

    def __missing__(self, attributes: str) -> _CellKind:
        pairs = ATTRIBUTE.findall(attributes)
        stated = dict(pairs)
        if len(stated) != len(pairs):
            raise damaged(self._part, Damage.XML, attributes)
        type_, index = stated.get("t", "n"), stated.get("s") or "0"
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
    corners = [ADDRESS.fullmatch(corner) for corner in area.split(":")]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        return
    (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
    columns = range(column_number(left), column_number(right) + 1)
    rows = range(int(top), int(bottom) + 1)
    if len(columns) * len(rows) <= len(cells):
        candidates = (f"{column_letters(column)}{row}" for column in columns for row in rows)
        yield from [address for address in candidates if address in cells]
    else:
        placed = ((address, ADDRESS.fullmatch(address)) for address in cells)
        yield from [a for a, at in placed if at and column_number(at[1]) in columns and int(at[2]) in rows]
