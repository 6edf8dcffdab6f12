"""Read the sheets of an .xlsb ([MS-XLSB]): cells and their looks, merged ranges, what is hidden. Runs in the worker."""

import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import itemgetter
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import MIN_ROW_POINTS
from xltool.spreadsheet.conditional_formats import ConditionalFormat
from xltool.spreadsheet.ooxml.comments import has_comments
from xltool.spreadsheet.ooxml.drawings import has_drawings, read_shapes
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.ooxml.sheet_sizes import EMU_OF_DIGIT, EMU_OF_POINT, SheetSizes
from xltool.spreadsheet.ooxml.theme_colours import read_theme_colours
from xltool.spreadsheet.ooxml.workbook_part import find_main_part, find_theme, read_relations
from xltool.spreadsheet.raw_workbook import CellComment, SheetShape
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS
from xltool.spreadsheet.xls import xlsb_conditions
from xltool.spreadsheet.xls.biff_records import name_error, unpack_rk
from xltool.spreadsheet.xls.formula_tokens import XLSB_LAYOUT, write_formula
from xltool.spreadsheet.xls.sheet_values import SheetValues, format_number
from xltool.spreadsheet.xls.xlsb_comments import read_comment_records
from xltool.spreadsheet.xls.xlsb_records import iterate_records, read_wide_string
from xltool.spreadsheet.xls.xlsb_styles import BinaryStyles, read_strings

_SHEET = 156
_ROW, _COLUMNS, _MERGED, _VIEW = 0, 60, 176, 137
_COMMENTS, _UNITS_OF_WIDTH = "comments", 256
_STATES = ("visible", "hidden", "veryHidden")
_HIDDEN_ROW, _HIDDEN_COLUMNS, _SHOWS_ZEROS = 0x10, 0x01, 0x10
_FIRST_SHORT, _SHORT_TO_LONG = 12, 11  # a record without a column, and how much its number is above the one with it
_SHORT_KINDS = range(_FIRST_SHORT, 19)
_CELL_KINDS = range(1, 12)
_RICH_CELL = 62
_FIRST_FORMULA = 8


def read_xlsb(data: bytes) -> dict[str, Any]:
    """Return sheets and looks as `sheet_values` describes them.

    Raises ValueError for what cannot be read, TooMuchError for more cells than the limit allows.
    """
    try:
        package = Package(data)
        main = find_main_part(package)
        relations = read_relations(package, main.part)
        by_kind = {relation.kind: relation.target for relation in relations.values()}
        theme = find_theme(relations, package)
        colours = read_theme_colours(package.open_part(theme)) if theme else DEFAULT_COLOURS.theme
        styles = BinaryStyles(_read_part(package, by_kind.get("styles")), colours)
        strings = read_strings(_read_part(package, by_kind.get("sharedStrings")), styles)
        values = SheetValues(limits.MAX_CELLS_HELD)
        for kind, content in iterate_records(package.read_whole(main.part)):
            if kind == _SHEET:
                state, _tab = struct.unpack_from("<2I", content)
                relation_id, at = read_wide_string(content, 8)
                relation = relations[relation_id]
                values.begin_sheet(read_wide_string(content, at)[0], _STATES[min(state, 2)])
                if relation.kind == "worksheet":
                    reader = _XlsbSheetReader(values, styles, strings)
                    reader.read_sheet(package.read_whole(relation.target))
                    values.add_drawings(*_read_drawings(package, relation.target, reader.sizes))
        return values.finish()
    except (UnreadableFileError, IndexError, KeyError, struct.error):
        raise ValueError("no sheets that can be read") from None


def _read_part(package: Package, name: str | None) -> bytes:
    return package.read_whole(name) if name else b""


def _read_drawings(
    package: Package, sheet_part: str, sizes: SheetSizes
) -> tuple[Iterable[SheetShape], Iterable[CellComment]]:
    """Return the shapes of a worksheet, whose drawing is that of an .xlsx, and its comments."""
    shapes = read_shapes(package, sheet_part, sizes) if has_drawings(package) else ()
    relations = read_relations(package, sheet_part).values() if has_comments(package) else ()
    parts = [each.target for each in relations if each.kind == _COMMENTS and each.target in package]
    return shapes, [comment for part in parts for comment in read_comment_records(package.read_whole(part))]


class _XlsbSheetReader:
    """Reads the records of one worksheet."""

    def __init__(self, values: SheetValues, styles: BinaryStyles, strings: list[str]) -> None:
        self.sizes = SheetSizes()
        self._values, self._styles, self._strings = values, styles, strings
        self._row = self._column = -1
        self._areas = ""
        self._origin = 0, 0
        self._conditional: list[tuple[int, ConditionalFormat]] = []

    def read_sheet(self, content: bytes) -> None:
        """Add everything on the sheet to the values. Raises IndexError or struct.error for damaged records."""
        for kind, data in iterate_records(content):
            if kind == _ROW:
                self._row, self._column = struct.unpack_from("<I", data)[0], -1
                points = struct.unpack_from("<H", data, 8)[0] / 20
                hidden = bool(data[11] & _HIDDEN_ROW or points < MIN_ROW_POINTS)
                if hidden:
                    self._values.hide_rows(self._row + 1, self._row + 1)
                self.sizes.rows.describe(self._row + 1, self._row + 1, points * EMU_OF_POINT, hidden=hidden)
            elif kind in _CELL_KINDS or kind == _RICH_CELL:
                self._column, style = struct.unpack_from("<2I", data)
                self._add_cell(kind, style, data[8:])
            elif kind in _SHORT_KINDS:
                self._column += 1
                self._add_cell(kind - _SHORT_TO_LONG, struct.unpack_from("<I", data)[0], data[4:])
            else:
                self._read_surroundings(kind, data)
        self._values.add_conditional(item for _, item in sorted(self._conditional, key=itemgetter(0)))

    def _read_surroundings(self, kind: int, data: bytes) -> None:
        """Read a record that is no cell and no row."""
        if kind == _COLUMNS:
            first, last, width, _style, flags = struct.unpack_from("<4IH", data)
            last = min(last, limits.MAX_COLUMNS - 1)
            hidden = bool(flags & _HIDDEN_COLUMNS)
            width /= _UNITS_OF_WIDTH
            self._values.describe_columns(first + 1, last + 1, width, hidden=hidden)
            self.sizes.columns.describe(first + 1, last + 1, width * EMU_OF_DIGIT, hidden=hidden)
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", data)
            self._values.merge(top, left, bottom, right)
        elif kind == _VIEW:
            self._values.hides_zeros |= not struct.unpack_from("<H", data)[0] & _SHOWS_ZEROS
        elif kind == xlsb_conditions.AREAS:
            self._areas, self._origin = xlsb_conditions.read_areas(data)
        elif kind == xlsb_conditions.RULE:
            with suppress(struct.error, IndexError):  # a look that cannot be known
                rule = xlsb_conditions.read_rule(data, self._areas, self._origin, self._styles.changes)
                self._conditional.append(rule)

    def _add_cell(self, kind: int, style: int, data: bytes) -> None:
        read = _READERS.get(kind)
        if read is None:
            return  # a cell without content
        if self._row >= limits.MAX_ROWS or self._column >= limits.MAX_COLUMNS or self._row < 0:
            raise IndexError("a cell outside the sheet")
        stored, text, end = read(self, data)
        formula = None
        if kind in range(_FIRST_FORMULA, 12):
            size = struct.unpack_from("<I", data, end + 2)[0]
            formula = write_formula(data[end + 6 : end + 6 + size], XLSB_LAYOUT)
        look = self._styles.find_look(style & 0xFFFFFF)
        self._values.add_cell(self._row + 1, self._column + 1, stored, text, look, formula)

    def read_shared(self, data: bytes) -> tuple[str, str, int]:
        """Return a cell with a shared string."""
        return "text", self._strings[struct.unpack_from("<I", data)[0]], 4

    def read_rich(self, data: bytes) -> tuple[str, str, int]:
        """Return a cell with a rich string of its own."""
        return "text", self._styles.read_rich_string(data), len(data)


def _read_rk(_reader: _XlsbSheetReader, data: bytes) -> tuple[str, str, int]:
    return "number", format_number(unpack_rk(struct.unpack_from("<I", data)[0])), 4


def _read_real(_reader: _XlsbSheetReader, data: bytes) -> tuple[str, str, int]:
    return "number", format_number(struct.unpack_from("<d", data)[0]), 8


def _read_error(_reader: _XlsbSheetReader, data: bytes) -> tuple[str, str, int]:
    return "error", name_error(data[0]), 1


def _read_boolean(_reader: _XlsbSheetReader, data: bytes) -> tuple[str, str, int]:
    return "boolean", "1" if data[0] else "0", 1


def _read_text(_reader: _XlsbSheetReader, data: bytes) -> tuple[str, str, int]:
    return "text", *read_wide_string(data, 0)


_READERS: dict[int, Callable[[_XlsbSheetReader, bytes], tuple[str, str, int]]] = {
    2: _read_rk,
    3: _read_error,
    4: _read_boolean,
    5: _read_real,
    6: _read_text,
    7: _XlsbSheetReader.read_shared,
    8: _read_text,
    9: _read_real,
    10: _read_boolean,
    11: _read_error,
    _RICH_CELL: _XlsbSheetReader.read_rich,
}
