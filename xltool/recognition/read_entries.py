"""Read the figures of one submission, for every cell of the form.

In a workbook whose sheets are as planned a plain count is its number, and everything else is an entry of its own; where
the cells are, and with which formulas, is one layout shared by all workbooks alike.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.compact_entries import CompactEntries, EntryLayout, EntryPosition, share_entry_layout
from xltool.model.form import Cell, CellKind, Number
from xltool.model.submission import Entry, EntryState
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.cell_values import MAX_DIGITS, Meaning, interpret_cell
from xltool.recognition.kind_values import OTHER_KINDS, check_limits, interpret_kind, spell_day
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.shown_values import ShownMeaning, interpret_shown
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

NOTE_NOT_PLACED = "place"  # the note of a figure that was not read because its place is not certain
_MAX_CACHED_LAYOUTS = 256
_SMALL_COUNTS = {str(count): count for count in range(1_000)}


class _PlannedCell(NamedTuple):
    """One cell of the form in a workbook as planned: its index among all cells, its address, what it may contain."""

    number: int
    address: str
    computed: bool
    is_count: bool
    cell: Cell


def read_entries(
    plan: WorkbookPlan, assignment: SheetAssignment, *, declared: bool
) -> tuple[Mapping[str, Entry], bool]:
    """Read every cell of the form; also return True if all are plain numbers or blanks and formulas are in place.

    ``declared`` is True if the agency declares that blank cells are zero.
    """
    by_sheet = _group_planned_cells(plan)
    located_sheets = {sheet: assignment.located_sheets.get(sheet) for sheet in by_sheet}
    if any(located is None or located.origin or located.doubts for located in located_sheets.values()):
        return _read_single_entries(plan, assignment, declared=declared), False
    numbers: list[Number | None] = [None] * len(plan.form.cells)
    formulas: list[str | None] = [None] * len(plan.form.cells)
    exceptions: dict[str, Entry] = {}
    formulas_in_place = True
    for sheet, planned in by_sheet.items():
        located = assignment.located_sheets[sheet]
        cells = located.cells
        for number, address, computed, is_count, cell in planned:
            raw = cells.get(address)
            if raw is None:
                continue
            stored, text, formula, _, look = raw
            formulas[number] = formula
            if computed != (formula is not None):
                formulas_in_place = False
            if is_count and stored is StorageType.NUMBER and look.is_plain:
                count = _SMALL_COUNTS.get(text)
                if count is None and _is_plain_count(text):
                    count = int(text)
                if count is not None:
                    numbers[number] = count
                    continue
            entry = read_entry(cell, located, address, declared=declared)
            if _is_plain_entry(entry):
                numbers[number] = entry.value
            else:
                exceptions[cell.id] = entry
    names = tuple(assignment.located_sheets[sheet].sheet.name for sheet in by_sheet)
    layout = _make_layout(plan, names, tuple(formulas))
    return CompactEntries(layout, numbers, exceptions, declared=declared), formulas_in_place and not exceptions


@lru_cache(maxsize=_MAX_CACHED_LAYOUTS)
def _group_planned_cells(plan: WorkbookPlan) -> Mapping[str, Sequence[_PlannedCell]]:
    """Return the cells of a form by planned sheet."""
    by_sheet: dict[str, list[_PlannedCell]] = {}
    for number, cell in enumerate(plan.form.cells.values()):
        sheet, address = plan.cells[cell.id]
        is_unlimited = cell.maximum is None and not cell.minimum
        is_count = cell.kind in {CellKind.COUNT, CellKind.SIGNED_COUNT} and is_unlimited
        computed = cell.computed or cell.aggregate is not None
        by_sheet.setdefault(sheet, []).append(_PlannedCell(number, address, computed, is_count, cell))
    return by_sheet


@lru_cache(maxsize=_MAX_CACHED_LAYOUTS)
def _make_layout(plan: WorkbookPlan, cell_names: tuple[str, ...], formulas: tuple[str | None, ...]) -> EntryLayout:
    """Make the layout of the entries of a planned workbook, whose sheets have these names in the order of the plan."""
    by_sheet = _group_planned_cells(plan)
    planned = [(item, name) for name, items in zip(cell_names, by_sheet.values(), strict=True) for item in items]
    planned.sort(key=lambda pair: pair[0].number)
    positions = tuple(EntryPosition(name, item.address, formulas[item.number]) for item, name in planned)
    inputs = frozenset(item.number for item, _ in planned if not (item.computed or item.cell.is_worded))
    return share_entry_layout(tuple(item.cell.id for item, _ in planned), positions, inputs)


def _is_plain_count(text: str) -> bool:
    """Return True if a count is written in plain digits, without leading zeros."""
    return text.isdigit() and text.isascii() and len(text) <= MAX_DIGITS and (text[0] != "0" or len(text) == 1)


def _is_plain_entry(entry: Entry) -> bool:
    """Return True if an entry is a non-negative number in plain notation."""
    value = entry.value
    if entry.state is not EntryState.NUMBER or entry.note is not None or value is None or value < 0:
        return False
    return entry.raw == (str(value) if isinstance(value, int) else f"{value:f}")


# --- one by one --------------------------------------------------------------------------------------------------


def _read_single_entries(plan: WorkbookPlan, assignment: SheetAssignment, *, declared: bool) -> dict[str, Entry]:
    entries = {}
    for cell in plan.form.cells.values():
        sheet, spot = plan.cells[cell.id]
        page = assignment.located_sheets.get(sheet)
        entries[cell.id] = (
            read_entry(cell, page, spot, declared=declared) if page else _make_missing_entry(cell, sheet, spot)
        )
    return entries


def _make_missing_entry(cell: Cell, sheet: str, address: str) -> Entry:
    return Entry(cell.id, EntryState.BLANK, None, None, sheet, address)


def read_entry(cell: Cell, located: LocatedSheet, address: str, *, declared: bool) -> Entry:
    """Read the entry of a cell at one planned address."""
    sheet, where = located.sheet.name, located.origin.get(address, address)
    if address in located.doubts:
        return Entry(cell.id, EntryState.UNREADABLE, None, None, sheet, where, note=NOTE_NOT_PLACED)
    raw = located.cells.get(address)
    if raw is None:
        zero = declared and not (cell.computed or cell.aggregate or cell.is_worded)
        return Entry(cell.id, EntryState.BLANK, 0 if zero else None, None, sheet, where, None, zero)
    return read_cell_entry(cell, raw, sheet, where, declared=declared)


def read_cell_entry(cell: Cell, raw: RawCell, sheet: str, address: str, *, declared: bool = False) -> Entry:
    """Read the entry of a cell that is not empty; a stored date in a place for text is what people write."""
    if cell.kind is CellKind.TEXT:
        raw = spell_day(raw)
    if (cell.computed or cell.aggregate) and raw.formula is not None:  # recomputed, whatever it shows
        kind = CellKind.AMOUNT if cell.is_exact else cell.kind
        meaning = ShownMeaning(*interpret_cell(raw, kind, cell.decimals))
    elif cell.kind in OTHER_KINDS:
        meaning = interpret_kind(raw, cell).meaning
    else:
        meaning = interpret_shown(raw, cell.kind, cell.decimals, cell.unit)
        if cell.minimum is not None or cell.maximum is not None:
            meaning = ShownMeaning(*check_limits(Meaning(*meaning[:3]), cell), shown=meaning.shown)
    zero = declared and not (cell.computed or cell.is_worded) and meaning.state is EntryState.BLANK
    value = 0 if zero else meaning.value
    stored, formula = str(raw.text), raw.formula
    return Entry(cell.id, meaning.state, value, stored, sheet, address, formula, zero, meaning.note, meaning.shown)
