"""Read one worksheet part: cells, and what surrounds them.

``dimension`` is ignored; addresses are parsed strictly; a duplicate cell refuses the workbook. The strict scanner can
read every part; most are read by the templates of their rows (`row_templates`), with the same result and cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.conditional_formats import ConditionalFormat
from xltool.spreadsheet.ooxml.addresses import merge_runs
from xltool.spreadsheet.ooxml.cell_scanner import CellScanner, SharedParts
from xltool.spreadsheet.ooxml.cell_styles import CellStyle
from xltool.spreadsheet.ooxml.conditional_rules import make_formats
from xltool.spreadsheet.ooxml.fast_rows import read_grid
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.row_templates import RowTemplates, fill_rows
from xltool.spreadsheet.ooxml.row_values import cut_values
from xltool.spreadsheet.ooxml.surroundings import (
    PATHS,
    TEXT_PATHS,
    Surroundings,
    make_surroundings,
    read_surroundings,
    split_worksheet,
)
from xltool.spreadsheet.ooxml.xml_text import NotPlainError
from xltool.spreadsheet.raw_workbook import RawCell
from xltool.spreadsheet.refusals import LimitKind
from xltool.spreadsheet.workbook_colours import WorkbookColours

_MAX_STYLE_TABLES = 16  # styles parts whose row templates are cached


class WorksheetContent(NamedTuple):
    """The content of one worksheet part."""

    cells: Mapping[str, RawCell]
    merged: tuple[str, ...]
    protected: bool
    validated: tuple[str, ...]
    hidden_rows: tuple[range, ...]
    hidden_columns: tuple[range, ...]
    hides_zeros: bool
    conditional: tuple[ConditionalFormat, ...]
    narrow_columns: tuple[tuple[int, int, float], ...]


class _StyleTable:
    """The styles of a workbook as the key of a cache: by identity, since equal styles are the same cached object."""

    def __init__(self, styles: Sequence[CellStyle]) -> None:
        self.styles = styles

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _StyleTable) and other.styles is self.styles

    def __hash__(self) -> int:
        return id(self.styles)


def read_worksheet(part: Part, shared: SharedParts) -> WorksheetContent:
    """Read one worksheet; its content is charged to the budget of the workbook."""
    if part.content is None:
        return _read_strictly(part, shared)
    try:
        return _read_by_templates(part, shared)
    except NotPlainError:
        return _read_strictly(part, shared)


def _read_strictly(part: Part, shared: SharedParts) -> WorksheetContent:
    elements, scanner = read_grid(part, "sheetData", PATHS, TEXT_PATHS, lambda: CellScanner(part, shared))
    surroundings = make_surroundings(part.name, elements)
    part.effort.spend(part.name, LimitKind.CELLS_HELD, len(scanner.cells))
    part.effort.spend(part.name, LimitKind.CHARACTERS, scanner.characters)
    return _make_content(scanner.mark_array_cells(), surroundings, scanner.hidden, shared)


def _make_content(
    cells: Mapping[str, RawCell], surroundings: Surroundings, hidden_rows: Iterable[int], shared: SharedParts
) -> WorksheetContent:
    merged, protected, validated, hidden_columns, hides_zeros, rules, all_rows, narrow = surroundings
    hidden = all_rows or merge_runs((row, row) for row in hidden_rows)
    conditional = make_formats(rules, shared) if rules else ()
    return WorksheetContent(
        cells, merged, protected, validated, hidden, hidden_columns, hides_zeros, conditional, narrow
    )


def _find_row_templates(shared: SharedParts) -> RowTemplates:
    return _make_row_templates(_StyleTable(shared.styles), shared.colours)


@lru_cache(maxsize=_MAX_STYLE_TABLES)
def _make_row_templates(style_table: _StyleTable, colours: WorkbookColours) -> RowTemplates:
    """Return the cache of row templates for the styles of a workbook."""
    return RowTemplates(style_table.styles, colours)


def _read_by_templates(part: Part, shared: SharedParts) -> WorksheetContent:
    """Read a worksheet by the templates of its rows. Raises NotPlainError if the strict scanner must read it."""
    try:
        sheet = split_worksheet(b"".join(part.pieces()))
    except UnreadableFileError:
        raise NotPlainError from None
    surroundings = read_surroundings(sheet)
    row_values = cut_values(sheet.body)
    try:
        filled = fill_rows(_find_row_templates(shared), row_values, CellScanner(part, shared), shared.strings_by_index)
    except UnreadableFileError:
        raise NotPlainError from None
    cost = {
        LimitKind.BYTES: len(sheet.head) + len(sheet.tail),
        LimitKind.CELLS_SEEN: filled.seen,
        LimitKind.CELLS_HELD: len(filled.cells),
        LimitKind.CHARACTERS: filled.characters,
    }
    left = part.effort.copy_remaining()
    if any(amount > left[limit] for limit, amount in cost.items()):
        raise NotPlainError
    for limit, amount in cost.items():
        part.effort.spend(part.name, limit, amount)
    return _make_content(filled.cells, surroundings, filled.hidden, shared)
