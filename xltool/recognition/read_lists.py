"""Read the rows of lists: everything below the heads of the columns, wherever rows were inserted, sorted or left empty.

A list stands last on its sheet, so rows beyond those the template offers are read too; a check refuses them. A row
without any content is no row; a row of nothing but ``/`` says that there is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.cell_kinds import word_of
from xltool.forms.consolidated_layout import find_owner_columns
from xltool.forms.lists.aggregates import compute_aggregate
from xltool.forms.lists.plan_list import ListPlan
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Scope
from xltool.model.compact_entries import NOTE_NOT_READ
from xltool.model.form import Cell, CellKind
from xltool.model.submission import Entry, EntryRow, EntryState, Observation, RowOwner
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.read_consolidated import read_manifest
from xltool.recognition.read_entries import NOTE_NOT_PLACED, read_cell_entry
from xltool.recognition.unseen_figures import replace_entries
from xltool.recognition.unseen_rows import refuse_unseen_rows
from xltool.spreadsheet.raw_workbook import RawCell, RawWorkbook


class ReadLists(NamedTuple):
    """The rows of the lists that were found, by id, and what was noticed."""

    rows: Mapping[str, tuple[EntryRow, ...]]
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRegion:
    """Where a list stands in a workbook: the row of the heads, and the column of the sheet of each column found.

    ``first`` and ``last`` are the outermost columns, of the rows' numbers and of their checks.
    """

    listed: ListPlan
    head_row: int
    columns: Mapping[str, int]
    first: int
    last: int

    def covers_cell(self, address: str) -> bool:
        """Return True for a cell below the heads."""
        row, column = parse_address(address)
        return row > self.head_row and self.first <= column <= self.last


def find_list_region(list_plan: ListPlan, located: LocatedSheet) -> ListRegion | None:
    """Find a list on its sheet by the heads of its columns; None if no head is there."""
    found: dict[str, tuple[int, int]] = {}
    for column in list_plan.table.columns:
        planned = cell_address(list_plan.head_row, column.box.column)
        if planned in located.cells and planned not in located.doubts:
            found[column.id] = parse_address(located.real_address(planned))
    if not found:
        return None
    columns = {name: spot[1] for name, spot in found.items()}
    rows = [row for row, _ in found.values()]
    first = min(columns.values()) - 1
    last = max(columns.values()) + 1
    return ListRegion(list_plan, max(set(rows), key=rows.count), columns, max(1, first), last)


def find_list_regions(plan: WorkbookPlan, assignment: SheetAssignment) -> Iterator[tuple[LocatedSheet, ListRegion]]:
    """Yield every list found, with its sheet."""
    for listed in plan.lists.values():
        located = assignment.located_sheets.get(listed.sheet)
        region = find_list_region(listed, located) if located else None
        if located and region:
            yield located, region


def read_lists(
    plan: WorkbookPlan,
    workbook: RawWorkbook,
    assignment: SheetAssignment,
    entries: Mapping[str, Entry],
    *,
    scope: Scope,
    declared: bool,
) -> tuple[ReadLists, Mapping[str, Entry]]:
    """Read every list of a return; also return the entries with the figures computed from the rows."""
    if not plan.lists:
        return ReadLists({}), entries
    if scope is Scope.AREA:  # its figures are sums of its parts
        owned = bool(read_manifest(workbook))  # a template has no agencies beside the rows
        return _read_every_list(plan, workbook, assignment, declared=False, owned=owned), entries
    lists = _read_every_list(plan, workbook, assignment, declared=declared)
    filled, typed = _fill_aggregates(plan, workbook, entries, lists)
    return lists._replace(observations=(*lists.observations, *typed)), filled


def _read_every_list(
    plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment, *, declared: bool, owned: bool = False
) -> ReadLists:
    rows: dict[str, tuple[EntryRow, ...]] = {}
    noticed: list[Observation] = []
    for located, region in find_list_regions(plan, assignment):
        read, none = _read_rows(located, region, declared=declared)
        table = region.listed.table
        read = refuse_unseen_rows(read, {column.id: column for column in table.columns}, located, workbook)
        rows[table.id] = tuple(_read_owners(row, region, located) for row in read) if owned else read
        if none:
            noticed.append(Observation("list.none", located.sheet.name, none, facts={"list": table.id}))
        missing = [column for column in table.columns if column.id not in region.columns]
        noticed += (
            Observation("list.no_column", located.sheet.name, "", column.id, {"label": column.column_words})
            for column in missing
        )
    return ReadLists(rows, tuple(noticed))


def _read_rows(located: LocatedSheet, region: ListRegion, *, declared: bool) -> tuple[tuple[EntryRow, ...], str]:
    """Return the rows, and the address of a row that says there is none ("": no such row)."""
    by_row: dict[int, dict[int, RawCell]] = {}
    wanted = set(region.columns.values())
    for address, raw in located.sheet.cells.items():
        row, column = parse_address(address)
        if row > region.head_row and column in wanted and raw.text.strip():
            by_row.setdefault(row, {})[column] = raw
    rows, none = [], ""
    for row in sorted(by_row):
        entries = {
            column.id: _read_row_entry(column, by_row[row], row, region, located, declared=declared)
            for column in region.listed.table.columns
        }
        filled = [entry for entry in entries.values() if entry.raw is not None]
        if all(entry.state is EntryState.NOT_APPLICABLE for entry in filled):
            none = none or filled[0].address
        else:
            rows.append(EntryRow(entries, row - region.head_row))
    return tuple(rows), none


def _read_owners(entry_row: EntryRow, region: ListRegion, located: LocatedSheet) -> EntryRow:
    """Return a row of a consolidation with its agencies, whose codes and names stand behind it."""
    joint, row = workbook_words().summary.shared["joint"], region.head_row + entry_row.number
    shift = region.last - region.listed.check_column
    cells = [located.sheet.cells.get(cell_address(row, at + shift)) for at in find_owner_columns(region.listed)]
    codes, names = (cell.text.split(joint) if cell else [] for cell in cells)
    return entry_row._replace(owners=tuple(RowOwner(*pair) for pair in zip_longest(codes, names, fillvalue="")))


def _read_row_entry(
    list_column: Cell,
    row_cells: Mapping[int, RawCell],
    row: int,
    region: ListRegion,
    located: LocatedSheet,
    *,
    declared: bool,
) -> Entry:
    sheet, at = located.sheet.name, region.columns.get(list_column.id)
    if at is None:
        return Entry(list_column.id, EntryState.UNREADABLE, None, None, sheet, "", note=NOTE_NOT_PLACED)
    address = cell_address(row, at)
    if at in row_cells:
        entry = read_cell_entry(list_column, row_cells[at], sheet, address, declared=declared)
        if entry.value is not None and list_column.kind is CellKind.DATE:
            return entry._replace(shown=word_of(list_column, entry.value))
        return entry
    zero = declared and not list_column.is_worded
    return Entry(list_column.id, EntryState.BLANK, 0 if zero else None, None, sheet, address, None, zero)


# --- the figures computed from the rows --------------------------------------------------------------------------


def _fill_aggregates(
    plan: WorkbookPlan, workbook: RawWorkbook, entries: Mapping[str, Entry], lists: ReadLists
) -> tuple[Mapping[str, Entry], tuple[Observation, ...]]:
    """Return the entries with every aggregate computed from its rows, and observations of other figures typed there."""
    replaced: dict[str, Entry] = {}
    noticed = []
    for cell in plan.form.cells.values():
        if cell.aggregate is None:
            continue
        entry, rows = entries[cell.id], lists.rows.get(cell.aggregate.table)
        value = None if rows is None else compute_aggregate(cell, plan.lists[cell.aggregate.table].table, rows)
        state = EntryState.BLANK if value is None else EntryState.NUMBER
        note = NOTE_NOT_READ if value is None else None
        replaced[cell.id] = Entry(cell.id, state, value, None, entry.sheet, entry.address, note=note)
        typed = entry.raw is not None and entry.formula is None and workbook.complete
        if typed and entry.value != value:
            facts = {"raw": entry.raw}
            noticed.append(Observation("list.typed_total", entry.sheet, entry.address, cell.id, facts))
    return replace_entries(entries, replaced), tuple(noticed)
