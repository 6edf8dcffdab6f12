"""Read the rows of a worksheet by templates: the bytes of a row without its values identify what its cells are.

Saves of one form have most rows in common except for the values. So the values of plain cells are cut out of the rows;
the rest of a row is the key of its `RowTemplate`, which the strict scanner makes once. A row that differs only in its
height has the same template. Anything unusual (forbidden characters, array formulas, a row that is not in the plain
dialect) makes no template: then the strict scanner reads the whole part.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.cell_scanner import (
    MAX_PLAIN_NUMBER,
    CellKind,
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

MAX_TEMPLATE_ROWS = 2_000  # longer sheets are lists, whose rows are never the same
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_INLINE = re.compile(rb"<is><t>([^<]*)</t></is>")
_VALUE_MARK, _INLINE_MARK = b"\0", b"\1"  # in place of what was cut out; no XML contains them
_PLACEHOLDER = "\ue000"  # stands for each value while the rest of its row is scanned
# A height above 0, after complete attributes of the row.
_HEIGHT = re.compile(rb'<row(?: [A-Za-z0-9:.]+="[^"<>]*")*?( ht="[1-9][0-9]*(?:\.[0-9]+)?")(?=[ />])')
# What no value of the plain dialect contains. Line ends are normalised by the strict scanner only.
_FORBIDDEN = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]|]]>|x14ac:")


class TextSource(IntEnum):
    """Where the text of a cell comes from."""

    CONSTANT = 0
    NUMBER = 1
    SHARED = 2
    VALUE = 3
    INLINE = 4


class CellSlot(NamedTuple):
    """One cell of a row template. ``constant``: the cell itself, if its text is part of the template."""

    address: str
    source: TextSource
    kind: CellKind
    formula: str | None
    constant: RawCell | None


class RowTemplate(NamedTuple):
    """A row without its values.

    ``numbers``: its row number, and those of rows without an end tag before it; ``hidden``: those of them that are
    hidden. ``seen`` (cells and rows) and ``characters`` are charged to the budget.
    """

    slots: tuple[CellSlot, ...]
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
    pieces = _VALUE.split(body)
    body, values = _VALUE_MARK.join(pieces[0::2]), pieces[1::2]
    inline: list[bytes] = []
    if b"<is>" in body:
        pieces = _INLINE.split(body)
        body, inline = _INLINE_MARK.join(pieces[0::2]), pieces[1::2]
    rows = body.split(b"</row>")
    if len(rows) > MAX_TEMPLATE_ROWS:
        raise NotPlainError
    return RowValues(rows, _decode_values(values), _decode_values(inline))


def _decode_values(values: list[bytes]) -> list[str]:
    try:
        text = b"\0".join(values).decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if _FORBIDDEN.search(text):
        raise NotPlainError
    return text.split("\0") if values else []


class RowTemplates(dict[bytes, RowTemplate]):
    """Cache of row templates by the bytes of the row without its values, for the cell formats of one styles part."""

    def __init__(self, styles: Sequence[CellStyle]) -> None:
        super().__init__()
        self._shared = SharedParts((), styles)
        self._size = 0

    def find_templates(self, rows: Sequence[bytes]) -> list[RowTemplate]:
        """Return the template of each row. Raises NotPlainError if one has none."""
        templates = list(map(self.__getitem__, rows[:-1]))
        if rows[-1]:
            templates.append(self._make_template(rows[-1], ""))
        return templates

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

    def _make_template(self, row: bytes, end: str) -> RowTemplate:
        """Scan a row strictly. Raises NotPlainError if it has no template."""
        try:
            text = row.decode()
            if _PLACEHOLDER in text or _FORBIDDEN.search(text.replace("\1", "")):
                raise NotPlainError
            text = text.replace("\0", f"<v>{_PLACEHOLDER}</v>").replace("\1", f"<is><t>{_PLACEHOLDER}</t></is>")
            scanner = CellScanner(Part("", lambda: iter(()), ReadingBudget()), self._shared)
            template = _scan_row(scanner, text + end)
        except (UnicodeDecodeError, UnreadableFileError):
            raise NotPlainError from None
        sources = [slot.source for slot in template.slots]
        inline = sources.count(TextSource.INLINE)
        values = len(sources) - sources.count(TextSource.CONSTANT) - inline
        if values != row.count(_VALUE_MARK) or inline != row.count(_INLINE_MARK):
            raise NotPlainError
        return template


def _scan_row(scanner: CellScanner, text: str) -> RowTemplate:
    slots: list[CellSlot] = []
    row = ""
    for address, attributes, f, value, inline, turn, number, mismatch in split_tokens(text.lstrip()):
        if mismatch or (address and address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != row):
            raise NotPlainError
        if address:
            slots += _make_slot(scanner, address, scanner.kinds[attributes], f, value, inline)
        elif turn:
            row = scanner.enter_row(row, turn, number)
    addresses = find_addresses(text)
    if row or scanner.arrays or len(set(addresses)) != len(addresses):
        raise NotPlainError
    seen = len(addresses) + count_rows(text)
    return RowTemplate(tuple(slots), tuple(scanner.rows), tuple(find_unseen_rows(text)), seen, scanner.characters)


def _make_slot(
    scanner: CellScanner, address: str, kind: CellKind, f: str, value: str, inline: str
) -> Iterator[CellSlot]:
    """Yield the slot of a cell; none if it is always empty."""
    formula = scanner.read_formula(f) if f else None
    if value == _PLACEHOLDER and not inline:
        sources = {"n": TextSource.NUMBER, "s": TextSource.SHARED}
        yield CellSlot(address, sources.get(kind.type, TextSource.VALUE), kind, formula, None)
    elif inline == f"<t>{_PLACEHOLDER}</t>" and not value and kind.type == "inlineStr":
        yield CellSlot(address, TextSource.INLINE, kind, formula, None)
    elif kind.type == "s" and value:
        raise NotPlainError
    else:
        plain = kind.type == "n" and len(value) < MAX_PLAIN_NUMBER and "&" not in value and not inline
        text = value if plain else scanner.read_text(address, kind, value, inline)
        if text or f:
            constant = RawCell(_storage_type(kind, text, formula), text, formula, kind.locked, kind.look)
            yield CellSlot(address, TextSource.CONSTANT, kind, formula, constant)


def _storage_type(kind: CellKind, text: str, formula: str | None) -> StorageType:
    """Return the storage type of a cell; a formula without a stored result is empty."""
    return StorageType.EMPTY if formula is not None and not text and kind.type != "str" else kind.stored


def fill_rows(templates: Sequence[RowTemplate], row_values: RowValues, part: Part, shared: SharedParts) -> FilledRows:
    """Fill the values into the templates of their rows. Raises NotPlainError if the strict scanner must read them."""
    numbers = list(chain.from_iterable([template.numbers for template in templates]))
    if len(set(numbers)) != len(numbers):
        raise NotPlainError
    scanner = CellScanner(part, shared)
    try:
        cells = _fill_slots([template.slots for template in templates], row_values, scanner, shared.strings_by_index)
    except UnreadableFileError:
        raise NotPlainError from None
    return FilledRows(
        cells,
        tuple(chain.from_iterable([template.hidden for template in templates])),
        sum([template.seen for template in templates]),
        scanner.characters + sum([template.characters for template in templates]),
    )


def _fill_slots(
    rows: Sequence[Sequence[CellSlot]], row_values: RowValues, scanner: CellScanner, strings: Mapping[str, str]
) -> dict[str, RawCell]:
    cells: dict[str, RawCell] = {}
    values, inline_values, new = iter(row_values.values), iter(row_values.inline), tuple.__new__
    number_source, shared_source, inline_source = TextSource.NUMBER, TextSource.SHARED, TextSource.INLINE
    for address, source, kind, formula, constant in chain.from_iterable(rows):
        if constant is not None:
            cells[address] = constant
            continue
        written = next(values) if source is not inline_source else next(inline_values)
        if source is number_source and len(written) < MAX_PLAIN_NUMBER and "&" not in written:
            text = written
        elif source is not shared_source or (text := strings.get(written, "")) == "":
            text = _read_written(scanner, address, kind, source, written)
        if text:
            cells[address] = new(RawCell, (kind.stored, text, formula, kind.locked, kind.look))
        elif formula is not None:
            cells[address] = RawCell(_storage_type(kind, text, formula), text, formula, kind.locked, kind.look)
    return cells


def _read_written(scanner: CellScanner, address: str, kind: CellKind, source: TextSource, written: str) -> str:
    """Return the text of a value that is neither a plain number nor the index of one of the first shared strings."""
    if source is TextSource.SHARED and (text := scanner.find_shared_string(written)) is not None:
        return text
    if source in (TextSource.SHARED, TextSource.NUMBER) or kind.stored is not StorageType.TEXT:
        return scanner.read_text(address, kind, written, "")
    scanner.characters += len(written) + (len("<t></t>") if source is TextSource.INLINE else 0)
    return _string_texts[written] if "&" in written or "_x" in written else parse_string_text(written, "")


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
