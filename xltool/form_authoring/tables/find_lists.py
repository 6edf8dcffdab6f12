"""Decide whether a table is a list: rows of blanks below heads, as many as there are things to enter."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from xltool.form_authoring.authoring_words import matches_word, search_word, squeeze_text
from xltool.form_authoring.tables.grid_cells import TableCell
from xltool.form_authoring.tables.guess_kinds import list_row_heads
from xltool.form_authoring.tables.list_tables import ListDraft
from xltool.form_authoring.tables.table_draft import DraftFigure, TableDraft

MIN_LIST_COLUMNS = 2
MIN_LIST_ROWS = 3  # blank rows of one kind; fewer are a table
_NAMING_KINDS = frozenset({"text", "choice"})  # of the first column, or of any one where rows are numbered

FigureRows = dict[int, list[DraftFigure]]  # figures by the row of the grid


class ListFault(StrEnum):
    """Why a table with rows that have no name is no list."""

    FEW_ROWS = "few_rows"
    GAP = "gap"
    OTHER_ROW = "other_row"
    ONE_COLUMN = "one_column"
    FIRST_COLUMN = "first_column"
    ROWS_DIFFER = "rows_differ"


class ListRefusal(NamedTuple):
    """Why a table is no list, and the cell of its sheet that shows it."""

    draft: TableDraft
    fault: ListFault
    address: str


def find_list(draft: TableDraft) -> ListDraft | ListRefusal | None:
    """Return the list that a table is, or why it is none though its rows have no names; None if they have."""
    rows: FigureRows = {}
    for (row, _), figure in sorted(draft.figures.items()):
        rows.setdefault(row, []).append(figure)
    nameless = [row for row, figures in rows.items() if not _is_named(draft, figures[0].item)]
    serial = _has_running_numbers(draft)
    if not nameless or (len(nameless) < MIN_LIST_ROWS and not serial):
        return None
    rest = [row for row in rows if row not in nameless]
    fault = next(_list_faults(draft, rows, nameless, rest, serial=serial), None)
    if fault is not None:
        return ListRefusal(draft, *fault)
    return ListDraft(draft, tuple(nameless), tuple(rest))


def _list_faults(
    draft: TableDraft, figure_rows: FigureRows, nameless: Sequence[int], rest: Sequence[int], *, serial: bool
) -> Iterator[tuple[ListFault, str]]:
    """Yield what keeps a table from being a list, with the address of the cell that shows it."""
    first = figure_rows[nameless[0]]
    start = first[0].item.cell.address
    if len(nameless) < MIN_LIST_ROWS:
        yield ListFault.FEW_ROWS, start
    for row in range(nameless[0], nameless[-1]):
        if row not in nameless:
            yield ListFault.GAP, _find_first_address(draft, row)
    for row in rest:
        if row < nameless[-1] or not _is_total(draft, figure_rows[row][0].item):
            yield ListFault.OTHER_ROW, _find_first_address(draft, row)
    if len(first) < MIN_LIST_COLUMNS:
        yield ListFault.ONE_COLUMN, start
    naming = first if serial else first[:1]
    if not any(figure.kind.kind in _NAMING_KINDS for figure in naming):
        yield ListFault.FIRST_COLUMN, start
    for row in nameless[1:]:
        yield from _compare_rows(first, figure_rows[row])


def _compare_rows(
    first_row: Sequence[DraftFigure], other_row: Sequence[DraftFigure]
) -> Iterator[tuple[ListFault, str]]:
    """Yield the first figure of a row that is unlike that of the first row in its column."""
    wanted = {figure.item.box.column: figure.kind.kind for figure in first_row}
    for figure in other_row:
        if wanted.pop(figure.item.box.column, None) != figure.kind.kind:
            yield ListFault.ROWS_DIFFER, figure.item.cell.address
    if wanted:
        yield ListFault.ROWS_DIFFER, other_row[0].item.cell.address


def _find_first_address(draft: TableDraft, row: int) -> str:
    """Return the address of the first cell that covers a row of the grid."""
    member = draft.cells.find_at(row, 1)
    assert member is not None  # rows come from the grid itself
    return member.cell.address


def _has_running_numbers(draft: TableDraft) -> bool:
    return any(item.is_label and matches_word("cells", "serial", item.cell.text) for item in draft.cells)


def _is_named(draft: TableDraft, member: TableCell) -> bool:
    """Return True if a label other than a running number stands left of the first figure of a row."""
    heads = list_row_heads(draft.cells, member)
    return any(not head.aside and not squeeze_text(str(head.cell.value or "")).isdecimal() for head in heads)


def _is_total(draft: TableDraft, member: TableCell) -> bool:
    return any(search_word("cells", "total", head.cell.text) for head in list_row_heads(draft.cells, member))
