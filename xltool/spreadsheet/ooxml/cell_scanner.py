"""Scan the rows of a worksheet in the plain dialect: cells with their texts, formulas and formats."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, LookChange
from xltool.spreadsheet.ooxml.addresses import CELL_ADDRESS, COLUMN_LETTERS, format_column, parse_column_letters
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_text import (
    ATTRIBUTE,
    ATTRIBUTES,
    PLAIN_TEXT,
    STRING_ITEM,
    NotPlainError,
    decode_escapes,
    parse_string_item,
    parse_string_text,
    resolve_references,
)
from xltool.spreadsheet.raw_workbook import RawCell, StorageType
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours

MAX_PLAIN_NUMBER = 40  # characters of a stored number that is taken as it is written
MAX_INDEX_DIGITS = 8  # of the index of a shared string; honest files have fewer strings
_FIRST_INDEXES = tuple(map(str, range(4096)))

# Rows that are hidden, or lower than `MIN_ROW_POINTS`; and what every text with such a row contains.
_UNSEEN_ROWS = re.compile(r'<row r="([1-9][0-9]{0,6}+)"(?=[^>]* (?:hidden="(?:1|true)"|ht="[0-3](?:\.[0-9]+)?"))')
_UNSEEN = re.compile(r' (?:hidden="|ht="[0-3][."])')

# Cells without content are skipped together; then comes a cell with content or an unusual one, the start of a row, the
# end of the text, or (last) everything from the first mismatch on.
_TOKENS = re.compile(
    r'(?>(?:<c r="[A-Z]++[0-9]++"(?> s="[0-9]++")? ?/>\s*)*)'
    rf'(?:<c r="({COLUMN_LETTERS}[1-9][0-9]{{0,6}}+)"({ATTRIBUTES}) ?(?:/>|>\s*'
    rf"(?:<f({ATTRIBUTES} ?(?:/>|>{PLAIN_TEXT}</f>))\s*)?"
    rf'(?:<v ?/>\s*|<v(?: xml:space="preserve")?>({PLAIN_TEXT})</v>\s*)?'
    rf"(?:<is ?/>\s*|<is>\s*({STRING_ITEM})</is>\s*)?</c>)\s*"
    rf'|((?:</row>\s*)?(?:<row r="([1-9][0-9]{{0,6}}+)"{ATTRIBUTES} ?/?>|\Z))\s*'
    r"|(?s:(.+)))"
)
_ADDRESSES = re.compile(r'<c r="([A-Z]++[0-9]++)"')
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TYPES = {
    "n": StorageType.NUMBER,
    "s": StorageType.TEXT,
    "str": StorageType.TEXT,
    "inlineStr": StorageType.TEXT,
    "b": StorageType.BOOLEAN,
    "e": StorageType.ERROR,
    "d": StorageType.DATE,
}


@dataclass(frozen=True)
class SharedParts:
    """The parts shared by the sheets of one workbook; ``changes`` are the looks of its conditional formats."""

    strings: Sequence[str]
    styles: Sequence[CellStyle]
    colours: WorkbookColours = DEFAULT_COLOURS
    changes: Sequence[LookChange] = ()

    @cached_property
    def strings_by_index(self) -> Mapping[str, str]:
        """The first strings by their index as a cell states it; without the rest of a very long list."""
        return dict(zip(_FIRST_INDEXES, self.strings, strict=False))


class CellAttributes(NamedTuple):
    """The meaning of the attributes of a cell except its address."""

    stored: StorageType
    type: str
    locked: bool
    look: CellLook


def split_tokens(text: str) -> list[tuple[str, ...]]:
    """Split rows into tokens: address, attributes, formula, value, inline string, row change, row number, mismatch."""
    return _TOKENS.findall(text)


def find_addresses(text: str) -> list[str]:
    """Return the addresses of all cells in a text, empty ones too."""
    return _ADDRESSES.findall(text)


def find_unseen_rows(text: str) -> list[int]:
    """Return the numbers of the rows that are hidden or too low to see anything."""
    return list(map(int, _UNSEEN_ROWS.findall(text))) if _UNSEEN.search(text) else []


def count_rows(text: str) -> int:
    """Count the start tags of rows."""
    return text.count("<row ")


def is_string_index(text: str) -> bool:
    """Return whether a text is the index of a shared string in plain digits."""
    return len(text) < MAX_INDEX_DIGITS and text.isdecimal() and text.isascii()


class CellScanner:
    """A scanner of the rows of one worksheet; a duplicate cell refuses the workbook."""

    def __init__(self, part: Part, shared: SharedParts) -> None:
        self.characters = 0
        self.cells: dict[str, RawCell] = {}
        self._part, self._shared, self._effort = part.name, shared, part.effort
        self.kinds = _CellKinds(part.name, shared.styles)
        self.arrays: list[str] = []
        self.rows: set[str] = set()
        self.hidden: set[int] = set()
        self.inside = False
        self._row = ""

    def scan_rows(self, text: str) -> str:
        """Read every complete token at the start of ``text``; return the unfinished rest."""
        text = text.lstrip()
        self._charge_cells(find_addresses(text), count_rows(text))
        self.hidden.update(find_unseen_rows(text))
        cells, kinds, strings, new = self.cells, self.kinds, self._shared.strings, tuple.__new__
        same: dict[tuple[str, str], RawCell] = {}
        row, unread, count = self._row, "", len(strings)
        for address, attributes, f, value, inline, turn, number, rest in split_tokens(text):
            if not address:
                row, unread = self.enter_row(row, turn, number) if turn else row, unread or rest
                continue
            if address.lstrip(_UPPER) != row:
                raise damaged_workbook(self._part, DamageKind.ROW_DISAGREES, address)
            stored, type_, locked, look = kinds[attributes]
            if type_ == "n" and len(value) < MAX_PLAIN_NUMBER and "&" not in value and not inline:
                text = value
            elif type_ == "s" and is_string_index(value) and int(value) < count:
                text = strings[int(value)]
            else:
                text = self.read_text(address, kinds[attributes], value, inline)
            if f:
                stored = stored if text or type_ == "str" else StorageType.EMPTY
                cells[address] = new(RawCell, (stored, text, self.read_formula(f), locked, look))
            elif text:  # a long list has few different figures: equal cells are one object
                cell = same.get((attributes, text))
                if cell is None:
                    cell = same[attributes, text] = new(RawCell, (stored, text, None, locked, look))
                cells[address] = cell
        self._row, self.inside = row, bool(row)
        return unread

    def _charge_cells(self, addresses: list[str], rows: int) -> None:
        """Charge cells and rows to the budget; refuse a duplicate cell."""
        self._effort.spend(self._part, LimitKind.CELLS_SEEN, len(addresses) + rows)
        self._effort.require(self._part, LimitKind.CELLS_HELD, len(self.cells))
        self._effort.require(self._part, LimitKind.CHARACTERS, self.characters)
        if len(set(addresses)) != len(addresses):
            raise damaged_workbook(self._part, DamageKind.CELL_TWICE, Counter(addresses).most_common(1)[0][0])
        if not self.cells.keys().isdisjoint(addresses):
            raise damaged_workbook(
                self._part, DamageKind.CELL_TWICE, next(address for address in addresses if address in self.cells)
            )

    def enter_row(self, before: str, turn: str, row_address: str) -> str:
        """Return the number of the open row after the end of a row, the start of one, or both."""
        if turn.startswith("</") != bool(before):
            raise NotPlainError
        if not row_address:
            return ""
        if row_address in self.rows:
            raise damaged_workbook(self._part, DamageKind.ROW_TWICE, row_address)
        if len(row_address) > 6 and int(row_address) > limits.MAX_ROWS:
            raise damaged_workbook(self._part, DamageKind.BAD_ADDRESS, row_address)
        self.rows.add(row_address)
        return "" if turn.endswith("/>") else row_address

    def read_text(self, address: str, attributes: CellAttributes, value: str, inline: str) -> str:
        """Return the text of a cell that is not a plain number or string index."""
        self.characters += len(value) + len(inline)
        if inline and (value or attributes.type != "inlineStr"):
            raise damaged_workbook(self._part, DamageKind.VALUE_TWICE, address)
        if attributes.type == "s" and value:
            return self._read_shared_string(value, address)
        if attributes.stored is StorageType.TEXT:
            return (
                parse_string_item(inline, self._part, self._shared.colours)
                if inline
                else parse_string_text(value, self._part)
            )
        text = resolve_references(value, self._part)
        if len(text) > limits.MAX_TEXT_CHARACTERS:
            raise exceeded_limit(self._part, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
        return text

    def find_shared_string(self, index: str) -> str | None:
        """Return the shared string of an index in plain digits; None for any other index."""
        strings = self._shared.strings
        return strings[int(index)] if is_string_index(index) and int(index) < len(strings) else None

    def _read_shared_string(self, index: str, address: str) -> str:
        index = resolve_references(index, self._part).strip()
        if not index.isdecimal() or not index.isascii() or int(index[:9]) >= len(self._shared.strings):
            raise damaged_workbook(self._part, DamageKind.STRING_INDEX, address)
        return self._shared.strings[int(index)]

    def read_formula(self, f: str) -> str:
        """Return the formula of an ``f`` element, given without its name; remember the range an array formula fills."""
        self.characters += len(f)
        attributes, _, formula = f.removesuffix("</f>").partition(">")
        stated = dict(ATTRIBUTE.findall(attributes)) if attributes else {}
        if stated.get("t") in ("array", "dataTable"):
            self.arrays.append(stated.get("ref", ""))
        if "&" in formula or "_x" in formula:
            formula = decode_escapes(resolve_references(formula, self._part))
        if len(formula) > limits.MAX_FORMULA_CHARACTERS:
            raise exceeded_limit(self._part, LimitKind.FORMULA, limits.MAX_FORMULA_CHARACTERS)
        return formula

    def mark_array_cells(self) -> Mapping[str, RawCell]:
        """Return the cells; one filled by an array formula gets the formula ""."""
        for area in self.arrays:
            for address in _find_populated(area, self.cells):
                cell = self.cells[address]
                if cell.formula is None:
                    self.cells[address] = cell._replace(formula="")
        return self.cells


class _CellKinds(dict[str, CellAttributes]):
    """Cache of cell kinds by the attributes of a cell except its address."""

    def __init__(self, part: str, styles: Sequence[CellStyle]) -> None:
        super().__init__()
        self._part, self._styles = part, styles

    def __missing__(self, attributes: str) -> CellAttributes:
        pairs = ATTRIBUTE.findall(attributes)
        stated = dict(pairs)
        if len(stated) != len(pairs):
            raise damaged_workbook(self._part, DamageKind.XML, attributes)
        type_, index = stated.get("t", "n"), stated.get("s") or "0"
        stored = _TYPES.get(type_)
        if stored is None or not index.isdecimal():
            raise damaged_workbook(self._part, DamageKind.CELL_TYPE, type_)
        style = self._styles[int(index[:9])] if int(index[:9]) < len(self._styles) else CellStyle()
        if stored is StorageType.NUMBER and style.look.is_date:
            stored = StorageType.DATE
        kind = CellAttributes(stored, type_, style.locked, style.look)
        if len(self) < limits.MAX_FORMATS:
            self[attributes] = kind
        return kind


def _find_populated(area: str, cells: Mapping[str, RawCell]) -> Iterator[str]:
    """Yield the populated addresses inside a range such as "B2:C9"."""
    corners = [CELL_ADDRESS.fullmatch(corner) for corner in area.split(":")]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        return
    (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
    columns = range(parse_column_letters(left), parse_column_letters(right) + 1)
    rows = range(int(top), int(bottom) + 1)
    if len(columns) * len(rows) <= len(cells):
        candidates = (f"{format_column(column)}{row}" for column in columns for row in rows)
        yield from [address for address in candidates if address in cells]
    else:
        placed = ((address, CELL_ADDRESS.fullmatch(address)) for address in cells)
        yield from [a for a, at in placed if at and parse_column_letters(at[1]) in columns and int(at[2]) in rows]
