"""Read the values of an .ods and their looks in one guarded pass; empty repeated cells are not expanded.

Formulas are written as in Excel; locks and names are not read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import (
    MAX_NARROW_CHARACTERS,
    MIN_ROW_POINTS,
    PLAIN_LOOK,
    Mark,
    MarkedText,
    Run,
    mark_runs,
)
from xltool.spreadsheet.conditional_formats import keep_effective
from xltool.spreadsheet.number_formats import GENERAL
from xltool.spreadsheet.ods_conditions import NAMES, ConditionReader, has_effective_map, list_mapped_formats
from xltool.spreadsheet.ods_drawings import DEFAULT_HEIGHT, DEFAULT_WIDTH, DrawingReader
from xltool.spreadsheet.ods_formulas import convert_formula
from xltool.spreadsheet.ods_styles import StyleReader
from xltool.spreadsheet.ooxml.addresses import format_column, merge_runs
from xltool.spreadsheet.ooxml.xml_parser import make_parser, parse_all
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit
from xltool.spreadsheet.shape_places import AxisSizes

CONTENT, STYLES, SETTINGS = "content.xml", "styles.xml", "settings.xml"
_HIDES_ZEROS = re.compile(rb'config:name="ShowZeroValues"[^>]*>false<')
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (f"{_ODF}{name}:1.0 " for name in ("office", "table", "text", "style"))
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_SPREADSHEET, _SHEET, _ROW, _PARAGRAPH = f"{_OFFICE}spreadsheet", f"{_TABLE}table", f"{_TABLE}table-row", f"{_TEXT}p"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ANCHORED_TO_SHEET = f"{_TABLE}shapes"
_ROWS, _COLUMNS = f"{_TABLE}number-rows-repeated", f"{_TABLE}number-columns-repeated"
_DOWN, _ACROSS = f"{_TABLE}number-rows-spanned", f"{_TABLE}number-columns-spanned"
_COLUMN, _VISIBILITY, _SHOWN = f"{_TABLE}table-column", f"{_TABLE}visibility", "visible"
_VALUE_TYPE, _FORMULA = f"{_OFFICE}value-type", f"{_TABLE}formula"
_CHARACTER_ELEMENTS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_SPAN, _LINK, _RUBY_TEXT = f"{_TEXT}span", f"{_TEXT}a", f"{_TEXT}ruby-text"
_STYLE_NAME, _DEFAULT_STYLE = f"{_TABLE}style-name", f"{_TABLE}default-cell-style-name"
_INHERITED = Run("", inherits=True)
_TRUTH = {"true": "1", "false": "0"}
_BLANKS = re.compile(r"[ \t\r\n]+")  # collapsed to one space, as OpenDocument defines
MIN_COLUMN_POINTS = 9.0  # a narrower column has no room for one digit
POINTS_OF_CHARACTER = 5.25  # of the width of a column, in Excel's unit
_MAX_COUNT_DIGITS = 7  # of the number of rows of the grid

# How a cell of each type is stored, and the attribute that holds its value; a text's stands in its paragraphs.
_TYPES = {
    "float": (StorageType.NUMBER, f"{_OFFICE}value"),
    "percentage": (StorageType.NUMBER, f"{_OFFICE}value"),
    "currency": (StorageType.NUMBER, f"{_OFFICE}value"),
    "boolean": (StorageType.BOOLEAN, f"{_OFFICE}boolean-value"),
    "date": (StorageType.DATE, f"{_OFFICE}date-value"),
    "time": (StorageType.DATE, f"{_OFFICE}time-value"),
    "string": (StorageType.TEXT, f"{_OFFICE}string-value"),
}


def read_opendocument(content: Iterable[bytes], styles: Iterable[bytes] = ()) -> tuple[RawSheet, ...]:
    """Return the sheets of an .ods from the pieces of content.xml and styles.xml.

    Raises UnreadableFileError for malformed XML, or a file beyond the limits.
    """
    style_reader = StyleReader(STYLES)
    pieces = iter(styles)
    first = next(pieces, b"")
    if first:
        _read_styles(style_reader, chain([first], pieces))
    reader = _ContentReader(style_reader)
    parse_all(reader.parser, CONTENT, content)
    if not reader.sheets:
        raise damaged_workbook(CONTENT, DamageKind.NO_SHEETS)
    return tuple(reader.sheets)


def hides_zeros(settings: bytes) -> bool:
    """Return True if settings.xml says that cells show nothing in place of 0."""
    return _HIDES_ZEROS.search(settings) is not None


def _read_styles(style_reader: StyleReader, pieces: Iterable[bytes]) -> None:
    parser = make_parser(STYLES)
    count = 0

    def start_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > limits.MAX_ELEMENTS:
            raise exceeded_limit(STYLES, LimitKind.ELEMENTS, limits.MAX_ELEMENTS)
        style_reader.start_element(name, attributes)

    parser.StartElementHandler, parser.EndElementHandler = start_element, style_reader.end_element
    parser.CharacterDataHandler = style_reader.add_characters
    parse_all(parser, STYLES, pieces)


class _ContentReader:
    """Handle the parser events of content.xml: the position of the next cell, the paragraphs of the open one."""

    def __init__(self, styles: StyleReader) -> None:
        self.parser = make_parser(CONTENT)
        self._styles = styles
        self.sheets: list[RawSheet] = []
        self._open: list[str] = []
        self._skipping = 0
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet: _SheetBuilder | None = None
        self._runs: list[Run] = []
        self._looks = [_INHERITED]
        self._paragraphs = self._in_paragraph = self._length = 0
        self._cell: dict[str, str] = {}
        self._held = self._characters_seen = self._elements = 0
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start_element, self._end_element
        self.parser.CharacterDataHandler = self._add_characters

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > limits.MAX_XML_DEPTH:
            raise exceeded_limit(CONTENT, LimitKind.DEPTH, limits.MAX_XML_DEPTH)
        self._elements += 1
        if self._elements > limits.MAX_ODS_ELEMENTS:
            raise exceeded_limit(CONTENT, LimitKind.ELEMENTS, limits.MAX_ODS_ELEMENTS)
        above = self._open[-1] if self._open else ""
        self._open.append(name)
        if self._sheet is not None and not self._skipping and self._sheet.drawings.takes(name):
            self._sheet.start_drawing(name, attributes, is_in_cell=above != _ANCHORED_TO_SHEET)
        elif self._skipping or (self._sheet is not None and name == _SHEET):  # a table inside a sheet
            self._skipping += 1
        elif self._sheet is not None:
            self._start_in_sheet(self._sheet, name, attributes)
        elif name == _SHEET and above == _SPREADSHEET:
            hidden = attributes.get(f"{_TABLE}style-name") in self._hidden_styles
            state = "hidden" if hidden else "visible"
            self._sheet = _SheetBuilder(attributes.get(f"{_TABLE}name", ""), state, self._styles)
            self._sheet.protected = attributes.get(f"{_TABLE}protected") == "true"
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)
        if self._sheet is None:
            self._styles.start_element(name, attributes)

    def _start_in_sheet(self, sheet_builder: "_SheetBuilder", name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell = attributes
            self._runs.clear()
            self._paragraphs = 0
        elif name == _ROW:
            height = self._styles.find_size("table-row", attributes.get(_STYLE_NAME, ""))
            hidden = attributes.get(_VISIBILITY, _SHOWN) != _SHOWN or (height is not None and height < MIN_ROW_POINTS)
            count = _read_count(attributes, _ROWS)
            sheet_builder.rows.add_run(count, height, hidden=hidden)
            sheet_builder.begin_row(count, attributes.get(_DEFAULT_STYLE, ""), hidden=hidden)
        elif name == _COLUMN:
            width = self._styles.find_size("table-column", attributes.get(_STYLE_NAME, ""))
            hidden = attributes.get(_VISIBILITY, _SHOWN) != _SHOWN or (width is not None and width < MIN_COLUMN_POINTS)
            sheet_builder.add_columns(_read_count(attributes, _COLUMNS), attributes, width, hidden=hidden)
        elif name == _PARAGRAPH:
            self._begin_paragraph()
        elif name in (_SPAN, _LINK, _RUBY_TEXT):
            self._begin_run(name, attributes)
        elif name in _CHARACTER_ELEMENTS:
            self._append_text(_CHARACTER_ELEMENTS[name])
        elif name == f"{_TEXT}s":
            self._append_text(" " * _read_count(attributes, f"{_TEXT}c"))
        elif name in NAMES:
            sheet_builder.conditions.start_element(name, attributes)

    def _begin_paragraph(self) -> None:
        if self._paragraphs:
            self._runs.append(_INHERITED._replace(text="\n"))
        self._paragraphs += 1
        self._in_paragraph += 1
        self._length = 0

    def _begin_run(self, name: str, attributes: dict[str, str]) -> None:
        """Begin characters of a look of their own; inside ruby everything is ruby."""
        above = self._looks[-1]
        if name == _RUBY_TEXT or above.mark is Mark.RUBY:
            look = Run("", Mark.RUBY)
        elif name == _SPAN:
            mark, colour = self._styles.find_run_look(attributes.get(f"{_TEXT}style-name", ""))
            look = Run("", mark, colour) if mark or colour else above
        else:
            look = above
        self._looks.append(look)

    def _end_element(self, name: str) -> None:
        self._open.pop()
        if self._skipping:
            self._skipping -= 1
        elif self._sheet is None:
            self._styles.end_element(name)
        elif self._sheet.drawings.is_open:
            self._sheet.drawings.end_element(name)
        elif name in _CELLS:
            self._sheet.add_cell(_make_cell(self._cell, self._runs), self._cell)
        elif name in (_SPAN, _LINK, _RUBY_TEXT):
            self._looks.pop()
        elif name == _PARAGRAPH:
            self._in_paragraph -= 1
        elif name == _ROW:
            self._held += self._sheet.end_row(limits.MAX_CELLS_HELD - self._held)
        elif name == _SHEET:
            self.sheets.append(self._sheet.build_sheet())
            self._sheet = None

    def _add_characters(self, text: str) -> None:
        if self._sheet is None:
            self._styles.add_characters(text)
        elif self._sheet.drawings.is_open:
            self._sheet.drawings.add_characters(text)
        elif self._in_paragraph and not self._skipping:
            self._append_text(_BLANKS.sub(" ", text))

    def _append_text(self, text: str) -> None:
        if not self._paragraphs:
            return
        self._characters_seen += len(text)
        self._length += len(text)
        if self._characters_seen > limits.MAX_TOTAL_CHARACTERS:
            raise exceeded_limit(CONTENT, LimitKind.CHARACTERS, limits.MAX_TOTAL_CHARACTERS)
        if self._length > limits.MAX_TEXT_CHARACTERS:
            raise exceeded_limit(CONTENT, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
        look = self._looks[-1]
        self._runs.append(Run(text, look.mark, look.colour, look.inherits))


class _SheetBuilder:
    """Collect one sheet while it is parsed."""

    def __init__(self, name: str, state: str, styles: StyleReader) -> None:
        self.protected = False
        self.conditions = ConditionReader(styles)
        self.drawings = DrawingReader(CONTENT)
        self.rows, self._columns = AxisSizes.of_rows(DEFAULT_HEIGHT), AxisSizes.of_columns(DEFAULT_WIDTH)
        self._narrow: list[tuple[int, int, float]] = []
        self._mapped: dict[str, list[str]] = {}
        self._effective: dict[str, bool] = {}  # by style, whether its conditions matter
        self._name, self._state, self._styles = name, state, styles
        self._row_style = ""
        self._column_styles: list[tuple[int, str]] = []  # last column, and the style of its cells
        self._cells: dict[str, RawCell] = {}
        self._merged: list[str] = []
        self._row = self._column = self._described = 0
        self._hidden_rows, self._hidden_columns = list[tuple[int, int]](), list[tuple[int, int]]()
        self._rows = 1
        self._in_row: list[tuple[int, int, RawCell]] = []

    def start_drawing(self, name: str, attributes: dict[str, str], *, is_in_cell: bool) -> None:
        """Handle an element that begins a comment or shape, of the next cell or of the sheet, or is part of one."""
        cell = (self._row + 1, self._column + 1) if is_in_cell else None
        self.drawings.start_element(name, attributes, cell)

    def add_columns(self, repeated: int, attributes: dict[str, str], width: float | None, *, hidden: bool) -> None:
        """Describe the next columns, ``width`` in points; their cells come later."""
        first, last = self._described + 1, self._described + repeated
        if hidden:
            self._hidden_columns.append((first, last))
        elif width is not None and width < MAX_NARROW_CHARACTERS * POINTS_OF_CHARACTER:
            self._narrow.append((first, min(last, limits.MAX_COLUMNS), width / POINTS_OF_CHARACTER))
        self._described = last
        self._columns.add_run(repeated, width, hidden=hidden)
        self._column_styles.append((last, attributes.get(_DEFAULT_STYLE, "")))

    def begin_row(self, repeated: int, style: str, *, hidden: bool) -> None:
        if hidden:
            self._hidden_rows.append((self._row + 1, self._row + repeated))
        self._rows, self._column, self._row_style = repeated, 0, style
        self._in_row.clear()

    def add_cell(self, raw_cell: RawCell | None, attributes: dict[str, str]) -> None:
        """Add the next cell of the row, as often as it is repeated."""
        repeated = _read_count(attributes, _COLUMNS)
        if raw_cell is not None:
            style = attributes.get(_STYLE_NAME) or self._row_style or self._find_column_style()
            look = self._styles.find_look(style)
            if attributes.get(_VALUE_TYPE) == "percentage" and look.format_code == GENERAL:
                look = look._replace(format_code="0.##%", is_plain=False)
            if raw_cell.look.cached is not None:
                look = look._replace(cached=raw_cell.look.cached, is_plain=False)
            raw_cell = RawCell(raw_cell.stored, raw_cell.text, raw_cell.formula, raw_cell.locked, look)
            self._in_row.append((self._column + 1, repeated, raw_cell))
            self._note_mapped(style, repeated)
        down, across = _read_count(attributes, _DOWN), _read_count(attributes, _ACROSS)
        if down > 1 or across > 1:
            self._add_merge(down, across)
        self._column += repeated

    def _note_mapped(self, style: str, repeated: int) -> None:
        """Remember the next cells if the conditions in their style matter."""
        effective = self._effective.get(style)
        if effective is None:
            effective = self._effective[style] = has_effective_map(self._styles, style)
        if effective:
            first, last = self._column + 1, min(self._column + repeated, limits.MAX_COLUMNS)
            bottom = min(self._row + self._rows, limits.MAX_ROWS)
            area = f"{format_column(first)}{self._row + 1}:{format_column(last)}{bottom}"
            self._mapped.setdefault(style, []).append(area)

    def _find_column_style(self) -> str:
        at = bisect_left(self._column_styles, (self._column + 1, ""))
        return self._column_styles[at][1] if at < len(self._column_styles) else ""

    def _add_merge(self, down: int, across: int) -> None:
        if len(self._merged) >= limits.MAX_MERGES:
            raise exceeded_limit(CONTENT, LimitKind.MERGES, limits.MAX_MERGES)
        first = f"{format_column(self._column + 1)}{self._row + 1}"
        self._merged.append(f"{first}:{format_column(self._column + across)}{self._row + down}")

    def end_row(self, max_cells: int) -> int:
        """Store the cells of the row, as often as it is repeated; return how many cells these are."""
        count = self._rows * sum(repeated for _, repeated, _ in self._in_row)
        if count > max_cells:
            raise exceeded_limit(CONTENT, LimitKind.CELLS_HELD, limits.MAX_CELLS_HELD)
        last_column = max((column + repeated - 1 for column, repeated, _ in self._in_row), default=0)
        if count and (self._row + self._rows > limits.MAX_ROWS or last_column > limits.MAX_COLUMNS):
            raise damaged_workbook(
                CONTENT, DamageKind.BAD_ADDRESS, f"{self._name}!{format_column(last_column)}{self._row + 1}"
            )
        for row in range(self._row + 1, self._row + 1 + (self._rows if count else 0)):
            for column, repeated, cell in self._in_row:
                for place in range(column, column + repeated):
                    self._cells[format_column(place) + str(row)] = cell
        self._row += self._rows
        return count

    def build_sheet(self) -> RawSheet:
        return RawSheet(
            self._name,
            self._state,
            self._cells,
            tuple(self._merged),
            self.protected,
            hidden_rows=merge_runs(self._hidden_rows),
            hidden_columns=merge_runs(self._hidden_columns),
            conditional=keep_effective(
                tuple(self.conditions.formats) or tuple(list_mapped_formats(self._styles, self._mapped.items()))
            ),
            narrow_columns=tuple(self._narrow),
            shapes=self.drawings.make_shapes(self.rows, self._columns, self._styles),
            comments=self.drawings.make_comments(),
        )


def _make_cell(attributes: dict[str, str], runs: list[Run]) -> RawCell | None:
    """Build the cell, None for an empty one."""
    formula = convert_formula(attributes[_FORMULA]) if _FORMULA in attributes else None
    stated = attributes.get(_VALUE_TYPE)
    if stated is None:
        return RawCell(StorageType.EMPTY, "", formula) if formula is not None else None
    if attributes.get(_ERROR_TYPE) == "error":
        return RawCell(StorageType.ERROR, "".join(run.text for run in runs), formula)
    if stated not in _TYPES:
        raise damaged_workbook(CONTENT, DamageKind.CELL_TYPE, stated)
    stored, value = _TYPES[stated]
    if stored is StorageType.TEXT:
        shown = runs[0].text if len(runs) == 1 and runs[0].inherits else _mark_text(runs)
        text = shown if isinstance(shown, MarkedText) else attributes.get(value, shown)
        cached = _find_cached(runs, attributes.get(value))
    else:
        text = attributes.get(value, "")
        cached = _find_cached(runs, text) if stored is StorageType.NUMBER else None
        text = _TRUTH.get(text, text) if stored is StorageType.BOOLEAN else text
    if len(text) > limits.MAX_TEXT_CHARACTERS:
        raise exceeded_limit(CONTENT, LimitKind.TEXT, limits.MAX_TEXT_CHARACTERS)
    look = PLAIN_LOOK if cached is None else PLAIN_LOOK._replace(cached=cached)
    return RawCell(stored, text, formula, look=look) if text else None


def _find_cached(runs: list[Run], stored_text: str | None) -> str | None:
    """Return the text of the paragraphs of a cell, if it is not simply the whole number the cell states."""
    if len(runs) == 1 and runs[0].text == stored_text and "." not in stored_text:
        return None
    shown = "".join(run.text for run in runs if run.mark is not Mark.RUBY).strip()
    return None if stored_text is None or not shown or (shown == stored_text and "." not in stored_text) else shown


def _mark_text(runs: list[Run]) -> str:
    """Join the runs of a cell; ruby without digits is left out."""
    return mark_runs(run for run in runs if run.mark is not Mark.RUBY or any(map(str.isdigit, run.text)))


def _read_count(attributes: dict[str, str], name: str) -> int:
    """Return a repetition or span count; 1 where the attribute is missing."""
    stated = attributes.get(name)
    if stated is None:
        return 1
    if not stated.isascii() or not stated.isdecimal() or len(stated) > _MAX_COUNT_DIGITS or stated == "0":
        raise damaged_workbook(CONTENT, DamageKind.BAD_ADDRESS, stated)
    return int(stated)
