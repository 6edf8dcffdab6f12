"""Read the rows of a worksheet by templates: the bytes of a row without its values identify what its cells are.

Saves of one form have most rows in common except for the values. So the values of plain cells are cut out of the rows;
the rest of a row is the key of its `RowTemplate`, which the strict scanner makes once. A row that differs only in its
height has the same template. Anything unusual (forbidden characters, array formulas, a row that is not in the plain
dialect) makes no template: then the strict scanner reads the whole part.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

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
from xltool.spreadsheet.ooxml.xml_text import NotPlainError, parse_string_text
from xltool.spreadsheet.raw_workbook import RawCell, StorageType
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours

MAX_KNOWN_CELLS = 256  # of one cell of a template
MAX_KNOWN_IN_ALL = 65_536  # of all cells of all templates of one styles part, about 13 MB
MAX_KNOWN_CHARACTERS = 100  # of their texts
MAX_KNOWN_SHEETS = 500  # combinations of row templates
MAX_TEMPLATE_ROWS = 2_000  # longer sheets are lists, whose rows are never the same
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_INLINE = re.compile(rb"<is><t>([^<]*)</t></is>")
_VALUE_MARK, _INLINE_MARK = b"\0", b"\1"  # in place of what was cut out; no XML contains them
_INLINE_TAGS = "<t></t>"  # charged with an inline string
_PLACEHOLDER = "\ue000"  # stands for each value while the rest of its row is scanned
# A height of at least `MIN_ROW_POINTS`, after complete attributes of the row.
_HEIGHT = re.compile(rb'<row(?: [A-Za-z0-9:.]+="[^"<>]*")*?( ht="(?:[4-9]|[1-9][0-9]+)(?:\.[0-9]+)?")(?=[ />])')
# What no value of the plain dialect contains. Line ends are normalised by the strict scanner only.
_FORBIDDEN = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]")
_FORBIDDEN_TEXTS = ("]]>", "x14ac:")


class TextSource(IntEnum):
    """Where the text of a cell comes from."""

    NUMBER = 0
    SHARED = 1
    VALUE = 2
    INLINE = 3


class CellSlot(NamedTuple):
    """One cell of a row template. ``known_cells``: the cell for texts it had before."""

    address: str
    source: TextSource
    known_cells: dict[str, RawCell]
    kind: CellAttributes
    formula: str | None


class RowTemplate(NamedTuple):
    """A row without its values.

    ``slots``: the cells whose values were cut out; ``constants``: all other cells with content. ``numbers``: its row
    number, and those of rows without an end tag before it; ``hidden``: those of them that are hidden. ``seen`` (cells
    and rows) and ``characters`` are charged to the budget.
    """

    slots: tuple[CellSlot, ...]
    constants: Mapping[str, RawCell]
    numbers: tuple[str, ...]
    hidden: tuple[int, ...]
    seen: int
    characters: int


class RowValues(NamedTuple):
    """The rows of a worksheet without their values, and the values in order. The last row is what follows all rows."""

    rows: list[bytes]
    values: list[str]
    inline: list[str]


class FilledRows(NamedTuple):
    """The cells of a worksheet. ``seen`` and ``characters`` are charged to the budget."""

    cells: dict[str, RawCell]
    hidden: tuple[int, ...]
    seen: int
    characters: int


def cut_values(body: bytes) -> RowValues:
    """Cut the values out of the rows of a worksheet. Raises NotPlainError if the strict scanner must read them."""
    if _VALUE_MARK in body or _INLINE_MARK in body:
        raise NotPlainError
    body, values = _cut_texts(body, _VALUE, _VALUE_MARK)
    body, inline = _cut_texts(body, _INLINE, _INLINE_MARK) if b"<is>" in body else (body, [])
    rows = body.split(b"</row>")
    if len(rows) > MAX_TEMPLATE_ROWS:
        raise NotPlainError
    return RowValues(rows, values, inline)


def _cut_texts(body: bytes, pattern: re.Pattern[bytes], mark: bytes) -> tuple[bytes, list[str]]:
    """Replace every match of ``pattern`` by ``mark``; return the texts in its group too."""
    pieces = pattern.split(body)
    try:
        text = b"\0".join(pieces[1::2]).decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if any(forbidden in text for forbidden in _FORBIDDEN_TEXTS) or _FORBIDDEN.search(text):
        raise NotPlainError
    return mark.join(pieces[0::2]), text.split("\0") if len(pieces) > 1 else []


class RowTemplates(dict[bytes, RowTemplate]):
    """Cache of row templates by the bytes of the row without its values, for the cell formats of one styles part."""

    def __init__(self, styles: Sequence[CellStyle], colours: WorkbookColours = DEFAULT_COLOURS) -> None:
        super().__init__()
        self._shared = SharedParts((), styles, colours)
        self._size = 0
        self._known_cells = 0
        self._sheets: dict[tuple[int, ...], tuple[list[RowTemplate], _SheetTemplate]] = {}  # by their identities

    def find_sheet_template(self, row_bytes: Sequence[bytes]) -> "_SheetTemplate":
        """Return the joined templates of the rows of a sheet. Raises NotPlainError if one has none."""
        templates = list(map(self.__getitem__, row_bytes[:-1]))
        if row_bytes[-1]:
            templates.append(self._make_template(row_bytes[-1], ""))
            return _join_templates(templates)
        key = tuple(map(id, templates))
        known = self._sheets.get(key)
        if known is None:
            if len(self._sheets) >= MAX_KNOWN_SHEETS:
                self._sheets.clear()
            known = self._sheets[key] = templates, _join_templates(templates)
        return known[1]

    def count_known_cells(self, count: int) -> None:
        """Note that so many cells more may be known; above the limit all templates are dropped."""
        self._known_cells += count
        if self._known_cells > MAX_KNOWN_IN_ALL:
            self.clear()
            self._sheets.clear()
            self._size = self._known_cells = 0

    def __missing__(self, row: bytes) -> RowTemplate:
        height = _HEIGHT.search(row)
        plain = row[: height.start(1)] + row[height.end(1) :] if height else row
        template = self.get(plain)
        if template is None:
            template = self[plain] = self._make_template(plain, "</row>")
        if self._size > limits.CACHE_BYTES:
            self.clear()
            self._size = 0
        self[row] = template
        self._size += 2 * len(row)
        return template

    def _make_template(self, row_bytes: bytes, end: str) -> RowTemplate:
        """Scan a row strictly. Raises NotPlainError if it has no template."""
        try:
            text = row_bytes.decode()
            if _PLACEHOLDER in text or "]]>" in text or _FORBIDDEN.search(text.replace("\1", "")):
                raise NotPlainError
            text = text.replace("\0", f"<v>{_PLACEHOLDER}</v>").replace("\1", f"<is><t>{_PLACEHOLDER}</t></is>")
            scanner = CellScanner(Part("", lambda: iter(()), ReadingBudget()), self._shared)
            template = _scan_row(scanner, text + end)
        except (UnicodeDecodeError, UnreadableFileError):
            raise NotPlainError from None
        inline = sum(slot.source is TextSource.INLINE for slot in template.slots)
        if len(template.slots) - inline != row_bytes.count(_VALUE_MARK) or inline != row_bytes.count(_INLINE_MARK):
            raise NotPlainError
        return template


def _scan_row(scanner: CellScanner, text: str) -> RowTemplate:
    slots: list[CellSlot] = []
    constants: dict[str, RawCell] = {}
    row = ""
    for address, attributes, f, value, inline, turn, number, mismatch in split_tokens(text.lstrip()):
        if mismatch or (address and address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != row):
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


class _SheetTemplate(NamedTuple):
    """The templates of all rows of a sheet, joined.

    ``pick_written`` brings values and inline strings into the order of the slots. ``shared`` and ``pick_strings`` are
    the slots of shared strings, and of other texts that are charged to the budget.
    """

    slots: tuple[CellSlot, ...]
    addresses: tuple[str, ...]
    known_cells: tuple[dict[str, RawCell], ...]
    pick_written: Callable[[Sequence[str]], Sequence[str]]
    pick_strings: Callable[[Sequence[str]], Sequence[str]]
    shared: tuple[int, ...]
    constants: Mapping[str, RawCell]
    hidden: tuple[int, ...]
    seen: int
    characters: int


def _join_templates(templates: Sequence[RowTemplate]) -> _SheetTemplate:
    """Join the templates of the rows of a sheet. Raises NotPlainError if a row occurs twice."""
    numbers = list(chain.from_iterable(template.numbers for template in templates))
    if len(set(numbers)) != len(numbers):
        raise NotPlainError
    slots = tuple(chain.from_iterable(template.slots for template in templates))
    sources = [slot.source for slot in slots]
    inline = [place for place, source in enumerate(sources) if source is TextSource.INLINE]
    values = [place for place, source in enumerate(sources) if source is not TextSource.INLINE]
    order = sorted(range(len(slots)), key=(values + inline).__getitem__)
    return _SheetTemplate(
        slots,
        tuple(slot.address for slot in slots),
        tuple(slot.known_cells for slot in slots),
        _make_picker(order),
        _make_picker([place for place, source in enumerate(sources) if source >= TextSource.VALUE]),
        tuple(place for place, source in enumerate(sources) if source is TextSource.SHARED),
        {address: cell for template in templates for address, cell in template.constants.items()},
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
    sheet = templates.find_sheet_template(row_values.rows)
    written = sheet.pick_written(row_values.values + row_values.inline)
    keys = list(written)
    for place in sheet.shared:
        keys[place] = strings.get(keys[place], "")
    filled = list(map(dict.get, sheet.known_cells, keys))
    if not all(filled):
        new = filled.count(None)
        for place, cell in enumerate(filled):
            if cell is None:
                filled[place] = _read_cell(scanner, sheet.slots[place], written[place])
        templates.count_known_cells(new)
    cells = dict(sheet.constants)
    with_content = [cell for cell in filled if cell is not None]
    if len(with_content) == len(filled):
        cells.update(zip(sheet.addresses, with_content, strict=True))
    else:
        cells.update((address, cell) for address, cell in zip(sheet.addresses, filled, strict=True) if cell is not None)
    characters = sheet.characters + scanner.characters + sum(map(len, sheet.pick_strings(written)))
    return FilledRows(cells, sheet.hidden, sheet.seen, characters)


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
