"""Read the rows of a worksheet by templates: the bytes of a row without its values identify what its cells are.

Saves of one form have most rows in common except for the values. So the values of plain cells are cut out of the rows;
the rest of a row is the key of its `RowTemplate`, which the strict scanner makes once. A row that differs only in its
height has the same template, one that differs only in its number the same with other addresses: a long list has few
kinds of rows. Anything unusual (forbidden characters, array formulas, a row that is not in the plain dialect) makes no
template: then the strict scanner reads the whole part.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, cast

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.cell_scanner import (
    MAX_PLAIN_NUMBER,
    CellAttributes,
    CellScanner,
    SharedParts,
    count_rows,
    find_addresses,
    find_unseen_rows,
    split_tokens,
)
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.part import Part, ReadingBudget
from xltool.spreadsheet.ooxml.row_values import FORBIDDEN, INLINE_MARK, NUMBER_MARK, VALUE_MARK, RowValues
from xltool.spreadsheet.ooxml.xml_text import NotPlainError, parse_string_text
from xltool.spreadsheet.part_cache import BoundedCache
from xltool.spreadsheet.raw_workbook import RawCell, StorageType
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours

MAX_KNOWN_CELLS = 256  # of one cell of a template
MAX_KNOWN_IN_ALL = 65_536  # of all cells of all templates of one styles part, about 13 MB
MAX_KNOWN_CHARACTERS = 100  # of their texts
MAX_KNOWN_BLOCKS = 500  # combinations of row templates
BLOCK_ROWS = 128  # of one combination: a long list differs from others of its kind where it was filled in
_ROW_NUMBER = re.compile(rb'<row r="([1-9][0-9]{0,5})"')
_NUMBERED_CELL = re.compile(rb'<c r="[A-Z]+%s"' % NUMBER_MARK)
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_INLINE_TAGS = "<t></t>"  # charged with an inline string
_PLACEHOLDER = "\ue000"  # stands for each value while the rest of its row is scanned
# A height of at least `MIN_ROW_POINTS`, after complete attributes of the row.
_HEIGHT = re.compile(rb'<row(?: [A-Za-z0-9:.]+="[^"<>]*")*?( ht="(?:[4-9]|[1-9][0-9]+)(?:\.[0-9]+)?")(?=[ />])')


class TextSource(IntEnum):
    """Where the text of a cell comes from."""

    NUMBER = 0
    SHARED = 1
    VALUE = 2
    INLINE = 3


class CellSlot(NamedTuple):
    """One cell of a row template. ``known_cells`` are the cells made of texts it had before."""

    address: str
    source: TextSource
    known_cells: dict[str, RawCell]
    kind: CellAttributes
    formula: str | None


class RowTemplate(NamedTuple):
    """A row without its values.

    ``slots`` are the cells whose values were cut out, ``constants`` all other cells with content. ``numbers`` are its
    row number and those of rows without an end tag before it, ``hidden`` those of them that are hidden. ``seen`` (cells
    and rows) and ``characters`` are charged to the budget.
    """

    slots: tuple[CellSlot, ...]
    constants: Mapping[str, RawCell]
    numbers: tuple[str, ...]
    hidden: tuple[int, ...]
    seen: int
    characters: int


class FilledRows(NamedTuple):
    """The cells of a worksheet. ``seen`` and ``characters`` are charged to the budget."""

    cells: dict[str, RawCell]
    hidden: tuple[int, ...]
    seen: int
    characters: int


class RowTemplates(dict[bytes, RowTemplate]):
    """Cache of row templates by the bytes of the row without its values, for the cell formats of one styles part."""

    def __init__(self, styles: Sequence[CellStyle], colours: WorkbookColours = DEFAULT_COLOURS) -> None:
        super().__init__()
        self._shared = SharedParts((), styles, colours)
        self._size = 0
        self._known_cells = 0
        self._numbered: BoundedCache[RowTemplate] = BoundedCache()  # by the row with a mark for its number
        self._blocks: dict[tuple[int, ...], tuple[list[RowTemplate], _RowBlock]] = {}  # by their identities

    def list_blocks(self, row_bytes: Sequence[bytes]) -> "list[_RowBlock]":
        """Return the rows of a sheet in blocks. Raises NotPlainError if one has no template, or occurs twice."""
        templates = list(map(self.__getitem__, row_bytes[:-1]))
        blocks = [self._find_block(templates[at : at + BLOCK_ROWS]) for at in range(0, len(templates), BLOCK_ROWS)]
        if row_bytes[-1]:
            blocks.append(_join_templates([self._make_template(row_bytes[-1], "")]))
        if len(blocks) > 1:  # within a block, rows are compared where they are joined
            numbers = frozenset().union(*(block.numbers for block in blocks))
            if len(numbers) != sum(len(block.numbers) for block in blocks):
                raise NotPlainError
        return blocks

    def _find_block(self, row_templates: list[RowTemplate]) -> "_RowBlock":
        key = tuple(map(id, row_templates))
        known = self._blocks.get(key)
        if known is None:
            if len(self._blocks) >= MAX_KNOWN_BLOCKS:
                self._blocks.clear()
            known = self._blocks[key] = row_templates, _join_templates(row_templates)
        return known[1]

    def count_known_cells(self, count: int) -> None:
        """Note that so many cells more may be known; above the limit all templates are dropped."""
        self._known_cells += count
        if self._known_cells > MAX_KNOWN_IN_ALL:
            self.clear()
            self._blocks.clear()
            self._numbered = BoundedCache()
            self._size = self._known_cells = 0

    def __missing__(self, row: bytes) -> RowTemplate:
        height = _HEIGHT.search(row)
        plain = row[: height.start(1)] + row[height.end(1) :] if height else row
        template = self.get(plain)
        if template is None:
            template = self[plain] = self._find_numbered(plain)
        if self._size > limits.CACHE_BYTES:
            self.clear()
            self._size = 0
        self[row] = template
        self._size += 2 * len(row)
        return template

    def _find_numbered(self, row_bytes: bytes) -> RowTemplate:
        """Return the template of a row, made of that of another row if only their numbers differ."""
        number = _ROW_NUMBER.match(row_bytes)
        if number is None:
            return self._make_template(row_bytes, "</row>")
        key = row_bytes.replace(number[1] + b'"', NUMBER_MARK + b'"')
        known = self._numbered.get_value(key)
        if known is not None:
            return _renumber_row(known, number[1].decode())
        template = self._make_template(row_bytes, "</row>")
        is_plain = key.count(NUMBER_MARK) == 1 + len(_NUMBERED_CELL.findall(key))  # no mark but in an address
        if is_plain and len(template.numbers) == 1 and not template.hidden:
            self._numbered.put_value(key, template, 2 * len(key))
        return template

    def _make_template(self, row_bytes: bytes, end: str) -> RowTemplate:
        """Scan a row strictly. Raises NotPlainError if it has no template."""
        try:
            text = row_bytes.decode()
            if _PLACEHOLDER in text or "]]>" in text or FORBIDDEN.search(text.replace("\1", "")):
                raise NotPlainError
            text = text.replace("\0", f"<v>{_PLACEHOLDER}</v>").replace("\1", f"<is><t>{_PLACEHOLDER}</t></is>")
            scanner = CellScanner(Part("", lambda: iter(()), ReadingBudget()), self._shared)
            template = _scan_row(scanner, text + end)
        except (UnicodeDecodeError, UnreadableFileError):
            raise NotPlainError from None
        inline = sum(slot.source is TextSource.INLINE for slot in template.slots)
        if len(template.slots) - inline != row_bytes.count(VALUE_MARK) or inline != row_bytes.count(INLINE_MARK):
            raise NotPlainError
        return template


def _renumber_row(template: RowTemplate, number: str) -> RowTemplate:
    """Return the template of a row that differs from another only in its number."""
    slots = tuple(
        CellSlot(slot.address.rstrip("0123456789") + number, slot.source, slot.known_cells, slot.kind, slot.formula)
        for slot in template.slots
    )
    constants = {address.rstrip("0123456789") + number: cell for address, cell in template.constants.items()}
    return template._replace(slots=slots, constants=constants, numbers=(number,))


def _scan_row(scanner: CellScanner, text: str) -> RowTemplate:
    slots: list[CellSlot] = []
    constants: dict[str, RawCell] = {}
    row = ""
    for address, attributes, f, value, inline, turn, number, mismatch in split_tokens(text.lstrip()):
        if mismatch or (address and address.lstrip(_UPPER) != row):
            raise NotPlainError
        if address:
            kind, formula = scanner.kinds[attributes], scanner.read_formula(f) if f else None
            source = _find_source(kind, value, inline)
            if source is not None:
                slots.append(CellSlot(address, source, {}, kind, formula))
            elif constant := _make_constant(scanner, address, kind, formula, value, inline):
                constants[address] = constant
        elif turn:
            row = scanner.enter_row(row, turn, number)
    addresses = find_addresses(text)
    if row or scanner.arrays or len(set(addresses)) != len(addresses):
        raise NotPlainError
    if any(address.lstrip(_UPPER) not in scanner.rows for address in addresses):  # a blank cell that says another row
        raise NotPlainError
    seen = len(addresses) + count_rows(text)
    return RowTemplate(
        tuple(slots), constants, tuple(scanner.rows), tuple(find_unseen_rows(text)), seen, scanner.characters
    )


def _find_source(attributes: CellAttributes, value: str, inline: str) -> TextSource | None:
    """Return the source of a cell's text; None if the text was not cut out. Raises NotPlainError for a fixed index."""
    if value == _PLACEHOLDER and not inline:
        return {"n": TextSource.NUMBER, "s": TextSource.SHARED}.get(attributes.type, TextSource.VALUE)
    if inline == f"<t>{_PLACEHOLDER}</t>" and not value and attributes.type == "inlineStr":
        return TextSource.INLINE
    if attributes.type == "s" and value:  # the text depends on the workbook
        raise NotPlainError
    return None


def _make_constant(
    scanner: CellScanner, address: str, attributes: CellAttributes, formula: str | None, value: str, inline: str
) -> RawCell | None:
    """Return a cell whose text is part of the template; None if it has no content."""
    plain = attributes.type == "n" and len(value) < MAX_PLAIN_NUMBER and "&" not in value and not inline
    return _make_cell(attributes, formula, value if plain else scanner.read_text(address, attributes, value, inline))


def _make_cell(attributes: CellAttributes, formula: str | None, text: str) -> RawCell | None:
    if text:
        return RawCell(attributes.stored, text, formula, attributes.locked, attributes.look)
    stored = attributes.stored if attributes.type == "str" else StorageType.EMPTY  # a formula without a stored result
    return None if formula is None else RawCell(stored, text, formula, attributes.locked, attributes.look)


class _RowBlock(NamedTuple):
    """The templates of adjacent rows, joined.

    ``pick_written`` brings the values and inline strings (``inline`` of them) into the order of the slots. ``shared``
    and ``pick_strings`` are the slots of shared strings, and of other texts that are charged to the budget.
    """

    slots: tuple[CellSlot, ...]
    addresses: tuple[str, ...]
    known_cells: tuple[dict[str, RawCell], ...]
    pick_written: Callable[[Sequence[str]], Sequence[str]]
    pick_strings: Callable[[Sequence[str]], Sequence[str]]
    shared: tuple[int, ...]
    inline: int
    constants: Mapping[str, RawCell]
    numbers: frozenset[str]
    hidden: tuple[int, ...]
    seen: int
    characters: int


def _join_templates(templates: Sequence[RowTemplate]) -> _RowBlock:
    """Join the templates of adjacent rows. Raises NotPlainError if a row occurs twice."""
    numbers = list(chain.from_iterable(template.numbers for template in templates))
    if len(set(numbers)) != len(numbers):
        raise NotPlainError
    slots = tuple(chain.from_iterable(template.slots for template in templates))
    sources = [slot.source for slot in slots]
    inline = [place for place, source in enumerate(sources) if source is TextSource.INLINE]
    values = [place for place, source in enumerate(sources) if source is not TextSource.INLINE]
    order = sorted(range(len(slots)), key=(values + inline).__getitem__)
    return _RowBlock(
        slots,
        tuple(slot.address for slot in slots),
        tuple(slot.known_cells for slot in slots),
        _make_picker(order),
        _make_picker([place for place, source in enumerate(sources) if source >= TextSource.VALUE]),
        tuple(place for place, source in enumerate(sources) if source is TextSource.SHARED),
        len(inline),
        {address: cell for template in templates for address, cell in template.constants.items()},
        frozenset(numbers),
        tuple(chain.from_iterable(template.hidden for template in templates)),
        sum(template.seen for template in templates),
        sum(template.characters for template in templates) + len(_INLINE_TAGS) * len(inline),
    )


def _make_picker(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return a function that picks the texts at these places out of a sequence."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda texts: [texts[place] for place in places]


def fill_rows(
    templates: RowTemplates, row_values: RowValues, scanner: CellScanner, strings: Mapping[str, str]
) -> FilledRows:
    """Fill the values into the templates of their rows; ``strings`` are the first shared strings by index.

    Raises NotPlainError or UnreadableFileError if the strict scanner must read the rows.
    """
    blocks = templates.list_blocks(row_values.rows)
    cells: dict[str, RawCell] = {}
    values, inline, characters = 0, 0, 0
    for block in blocks:
        last = values + len(block.slots) - block.inline
        texts = row_values.values[values:last] + row_values.inline[inline : inline + block.inline]
        values, inline = last, inline + block.inline
        written = block.pick_written(texts)
        cells.update(block.constants)
        cells.update(_fill_block(templates, block, written, scanner, strings))
        characters += block.characters + sum(map(len, block.pick_strings(written)))
    hidden = tuple(chain.from_iterable(block.hidden for block in blocks))
    return FilledRows(cells, hidden, sum(block.seen for block in blocks), characters + scanner.characters)


def _fill_block(
    templates: RowTemplates,
    block: _RowBlock,
    written: Sequence[str],
    scanner: CellScanner,
    strings: Mapping[str, str],
) -> Iterable[tuple[str, RawCell]]:
    """Return the cells of a block, with their addresses, for the texts ``written`` in its slots."""
    keys = list(written)
    for place in block.shared:
        keys[place] = strings.get(keys[place], "")
    filled = list(map(dict.get, block.known_cells, keys))
    new = [place for place, cell in enumerate(filled) if cell is None]
    for place in new:
        filled[place] = _read_cell(scanner, block.slots[place], written[place])
    templates.count_known_cells(len(new))
    if all(filled[place] is not None for place in new):
        return zip(block.addresses, cast("list[RawCell]", filled), strict=True)
    return ((address, cell) for address, cell in zip(block.addresses, filled, strict=True) if cell is not None)


def _read_cell(scanner: CellScanner, slot: CellSlot, written: str) -> RawCell | None:
    """Return the cell for a value its slot did not have before; None if it has no content."""
    address, source, known_cells, kind, formula = slot
    charged = scanner.characters
    key: str | None = written
    if source is TextSource.SHARED:
        key = text = scanner.find_shared_string(written)
        if text is None:
            text = scanner.read_text(address, kind, written, "")
    elif source is TextSource.NUMBER:
        is_plain = len(written) < MAX_PLAIN_NUMBER and "&" not in written
        key, text = (written, written) if is_plain else (None, scanner.read_text(address, kind, written, ""))
    elif kind.stored is StorageType.TEXT:
        text = _string_texts[written] if "&" in written or "_x" in written else parse_string_text(written, "")
    else:
        text = scanner.read_text(address, kind, written, "")
        scanner.characters = charged  # every such value is charged in `fill_rows`
    cell = _make_cell(kind, formula, text)
    if cell is not None and key and len(key) < MAX_KNOWN_CHARACTERS:  # "" stands for every rare shared string
        if len(known_cells) >= MAX_KNOWN_CELLS:
            known_cells.clear()
        known_cells[key] = cell
    return cell


class _StringTexts(dict[str, str]):
    """Cache of string texts by the way they are written, with references and escapes."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def __missing__(self, written: str) -> str:
        text = parse_string_text(written, "")
        self._size += len(written)
        if self._size > limits.CACHE_BYTES:
            self.clear()
            self._size = len(written)
        self[written] = text
        return text


_string_texts = _StringTexts()
