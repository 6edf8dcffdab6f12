"""Read one worksheet part: cells, merged ranges, protection and validated ranges.

``dimension`` is ignored; addresses are parsed strictly; a duplicate cell refuses the workbook.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook
from xltool.spreadsheet.ooxml.addresses import (
    CELL_ADDRESS,
    COLUMN_LETTERS,
    format_column,
    merge_runs,
    parse_column_letters,
    parse_row_number,
)
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
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, is_true
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
from xltool.spreadsheet.part_cache import BoundedCache
from xltool.spreadsheet.raw_workbook import RawCell, StorageType
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit

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


class SharedParts(NamedTuple):
    """The parts shared by the sheets of one workbook."""

    strings: Sequence[str]
    styles: Sequence[CellStyle]


class WorksheetContent(NamedTuple):
    """The content of one worksheet part."""

    cells: Mapping[str, RawCell]
    merged: tuple[str, ...]
    protected: bool
    validated: tuple[str, ...]
    hidden_rows: tuple[range, ...]
    hidden_columns: tuple[range, ...]


class _CellKind(NamedTuple):
    """The meaning of the attributes of a cell except its address."""

    stored: StorageType
    type: str
    locked: bool
    look: CellLook


class _Kind(NamedTuple):
    """What is the same for every sheet of one frame."""

    shape: Shape
    merged: tuple[str, ...]
    protected: bool
    validated: tuple[str, ...]
    hidden_rows: tuple[range, ...]
    hidden_columns: tuple[range, ...]


_kinds: BoundedCache[_Kind] = BoundedCache()


def read_worksheet(part: Part, shared: SharedParts) -> WorksheetContent:
    """Read one worksheet; its content is charged to the budget of the workbook."""
    parts = torn(part) if part.content else None
    kind = _kinds.get_value((parts.frame, shared.styles)) if parts else None
    grid = filled(kind.shape, parts.values, shared.strings) if parts and kind else None
    if parts and kind and grid is not None:
        part.effort.spend(part.name, LimitKind.BYTES, parts.around)
        part.effort.spend(part.name, LimitKind.CELLS_SEEN, kind.shape.seen)
        part.effort.spend(part.name, LimitKind.CELLS_HELD, len(grid))
        part.effort.spend(part.name, LimitKind.CHARACTERS, characters(kind.shape, parts.values))
        return WorksheetContent(grid, *kind[1:])
    sheet, cells = _read_strictly(part, shared)
    if parts and cells and kind is None and (shape := cells.shape(part, parts.values)):
        _kinds.put_value((parts.frame, shared.styles), _Kind(shape, *sheet[1:]), 2 * len(parts.frame))
    return sheet


def _read_strictly(part: Part, shared: SharedParts) -> "tuple[WorksheetContent, _Cells | None]":
    """The sheet, and what took its rows apart if they are in the plain dialect."""
    found, cells, plain = read_grid(
        part, "sheetData", _WANTED, frozenset({_VALIDATION_2009}), lambda: _Cells(part, shared)
    )
    merged = tuple(element.attributes.get("ref", "") for element in found if element.path == _MERGE)
    if len(merged) > limits.MAX_MERGES:
        raise exceeded_limit(part.name, LimitKind.MERGES, limits.MAX_MERGES)
    validated = [element.attributes.get("sqref", "") for element in found if element.path == _VALIDATION]
    validated += [element.text for element in found if element.path == _VALIDATION_2009]
    protected = any(is_true(element.attributes.get("sheet")) for element in found if element.path == _PROTECTION)
    part.effort.spend(part.name, LimitKind.CELLS_HELD, len(cells.cells))
    part.effort.spend(part.name, LimitKind.CHARACTERS, cells.characters)
    sheet = WorksheetContent(
        cells.with_arrays(),
        merged,
        protected,
        tuple(one for each in validated for one in each.split()),
        merge_runs((row, row) for row in cells.hidden),
        merge_runs(_hidden_columns(found)),
    )
    return sheet, cells if plain else None


def _hidden_columns(found: list[XmlElement]) -> Iterator[tuple[int, int]]:
    """Yield first and last number of the columns that are hidden, or have no width."""
    for element in found:
        stated = element.attributes
        if element.path == _COLUMN and (is_true(stated.get("hidden")) or stated.get("width") == "0"):
            first, last = (parse_row_number(stated.get(edge, "")) for edge in ("min", "max"))
            if first and last:
                yield first, min(last, limits.MAX_COLUMNS)


class _Cells:
    """Takes the rows of one worksheet apart."""

    def __init__(self, part: Part, shared: SharedParts) -> None:
        self.characters = 0
        self.cells: dict[str, RawCell] = {}
        self._part, self._shared, self._effort = part.name, shared, part.effort
        self._kinds = _Kinds(part.name, shared.styles)
        self._arrays: list[str] = []
        self._rows: set[str] = set()
        self.hidden: set[int] = set()
        self.inside = False
        self._row = ""

    def scan_rows(self, text: str) -> str:
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
                raise damaged_workbook(self._part, DamageKind.ROW_DISAGREES, address)
            stored, type_, locked, look = kinds[attributes]
            if type_ == "n" and len(value) < SHORT and "&" not in value and not inline:
                text = value
            elif type_ == "s" and is_index(value) and int(value) < count:
                text = strings[int(value)]
            else:
                text = self._text(address, stored, type_, value, inline)
            if f:
                stored = stored if text or type_ == "str" else StorageType.EMPTY
                cells[address] = new(RawCell, (stored, text, self._formula(f), locked, look))
            elif text:  # a long list has few different figures: the same is held once
                cell = same.get((attributes, text))
                if cell is None:
                    cell = same[attributes, text] = new(RawCell, (stored, text, None, locked, look))
                cells[address] = cell
        self._row, self.inside = row, bool(row)
        return unread

    def _count(self, addresses: list[str], tokens: int) -> None:
        """Refuse a cell that occurs twice, and more cells than any honest sheet has."""
        self._effort.spend(self._part, LimitKind.CELLS_SEEN, max(len(addresses), tokens))
        self._effort.require(self._part, LimitKind.CELLS_HELD, len(self.cells))
        self._effort.require(self._part, LimitKind.CHARACTERS, self.characters)
        if len(set(addresses)) != len(addresses):
            raise damaged_workbook(self._part, DamageKind.CELL_TWICE, Counter(addresses).most_common(1)[0][0])
        if not self.cells.keys().isdisjoint(addresses):
            raise damaged_workbook(
                self._part, DamageKind.CELL_TWICE, next(each for each in addresses if each in self.cells)
            )

    def _turn(self, before: str, turn: str, row: str) -> str:
        """The row we are in after the end of a row, the start of one, or both."""
        if turn.startswith("</") != bool(before):
            raise NotPlainError
        if not row:
            return ""
        if row in self._rows:
            raise damaged_workbook(self._part, DamageKind.ROW_TWICE, row)
        if len(row) > 6 and int(row) > limits.MAX_ROWS:
            raise damaged_workbook(self._part, DamageKind.BAD_ADDRESS, row)
        self._rows.add(row)
        return "" if turn.endswith("/>") else row

    def _text(self, address: str, stored: StorageType, type_: str, value: str, inline: str) -> str:
        """The text of a cell of the less simple kinds."""
        self.characters += len(value) + len(inline)
        if inline and (value or type_ != "inlineStr"):
            raise damaged_workbook(self._part, DamageKind.VALUE_TWICE, address)
        if type_ == "s" and value:
            return self._shared_string(value, address)
        if stored is StorageType.TEXT:
            return parse_string_item(inline, self._part) if inline else parse_string_text(value, self._part)
        text = resolve_references(value, self._part)
        if len(text) > limits.MAX_TEXT_CHARACTERS:
            raise exceeded_limit(self._part, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
        return text

    def _shared_string(self, index: str, address: str) -> str:
        index = resolve_references(index, self._part).strip()
        if not index.isdecimal() or not index.isascii() or int(index[:9]) >= len(self._shared.strings):
            raise damaged_workbook(self._part, DamageKind.STRING_INDEX, address)
        return self._shared.strings[int(index)]

    def _formula(self, f: str) -> str:
        """The text of a formula from its element after the name; the cells it fills as an array are noted."""
        self.characters += len(f)
        about, _, formula = f.removesuffix("</f>").partition(">")
        stated = dict(ATTRIBUTE.findall(about)) if about else {}
        if stated.get("t") in ("array", "dataTable"):
            self._arrays.append(stated.get("ref", ""))
        if "&" in formula or "_x" in formula:
            formula = decode_escapes(resolve_references(formula, self._part))
        if len(formula) > limits.MAX_FORMULA_CHARACTERS:
            raise exceeded_limit(self._part, LimitKind.FORMULA, limits.MAX_FORMULA_CHARACTERS)
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
            moulds=tuple(Mould(cell.stored, cell.formula, cell.locked, cell.look) for cell in self.cells.values()),
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
            raise damaged_workbook(self._part, DamageKind.XML, attributes)
        type_, index = stated.get("t", "n"), stated.get("s") or "0"
        stored = _TYPES.get(type_)
        if stored is None or not index.isdecimal():
            raise damaged_workbook(self._part, DamageKind.CELL_TYPE, type_)
        style = self._styles[int(index[:9])] if int(index[:9]) < len(self._styles) else CellStyle()
        if stored is StorageType.NUMBER and style.look.is_date:
            stored = StorageType.DATE
        kind = _CellKind(stored, type_, style.locked, style.look)
        if len(self) < limits.MAX_FORMATS:
            self[attributes] = kind
        return kind


def _within(area: str, cells: Mapping[str, RawCell]) -> Iterator[str]:
    """The populated addresses inside a range such as "B2:C9"."""
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
