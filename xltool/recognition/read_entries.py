"""Read the figures of one submission, for every cell of the form.

In a workbook whose sheets are as planned, the place of each figure depends only on the shapes of the sheets: it is
computed once and cached, and for other workbooks of the same shapes only the texts are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.compact_entries import CompactEntries, EntryLayout, EntryPosition, share_entry_layout
from xltool.model.form import Cell, CellKind, Number
from xltool.model.submission import Entry, EntryState
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.cell_values import MAX_DIGITS, interpret_cell
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.shown_values import ShownMeaning, interpret_shown
from xltool.spreadsheet.ooxml.sheet_template import Grid, Shape
from xltool.spreadsheet.part_cache import BoundedCache
from xltool.spreadsheet.raw_workbook import StorageType

NOTE_NOT_PLACED = "place"  # the note of a figure that was not read because its place is not certain
_MAX_CACHED_SHAPES = 256  # combinations of sheet shapes in the cache


@dataclass(frozen=True, slots=True, eq=False)
class _EntryPlan:
    """Where the figures are in workbooks whose sheets have certain shapes.

    ``counts`` are, by planned sheet, the indexes of counts stored as numbers and the indexes of their texts;
    ``other_cells`` all other filled cells. ``formulas_in_place``: formulas are in computed cells, and only there.
    """

    places: EntryLayout
    counts: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]
    other_cells: tuple[Cell, ...]
    formulas_in_place: bool


_entry_plans: BoundedCache[_EntryPlan] = BoundedCache(_MAX_CACHED_SHAPES)


def read_entries(
    plan: WorkbookPlan, assignment: SheetAssignment, *, declared: bool
) -> tuple[Mapping[str, Entry], bool]:
    """Read every cell of the form; also return True if all are plain numbers or blanks and formulas are in place.

    ``declared``: the agency declares that blank cells are zero.
    """
    sheets = dict.fromkeys(sheet for sheet, _ in plan.cells.values())
    grids = {
        sheet: grid for sheet in sheets if (grid := _planned_grid(assignment.located_sheets.get(sheet))) is not None
    }
    if len(grids) < len(sheets):
        return _read_single_entries(plan, assignment, declared), False
    names = tuple(assignment.located_sheets[sheet].sheet.name for sheet in sheets)
    key = (plan.digest, names, tuple(grid.shape for grid in grids.values()))
    cast = _entry_plans.get_value(key)
    if cast is None:
        cast = _make_entry_plan(
            plan, dict(zip(sheets, names, strict=True)), {sheet: g.shape for sheet, g in grids.items()}
        )
        _entry_plans.put_value(key, cast, 1)
    return _read_planned_entries(cast, plan, assignment, grids, declared)


def _planned_grid(located: LocatedSheet | None) -> Grid | None:
    """Return the grid of a sheet that is as planned; None for any other."""
    if located is None or located.origin or located.doubts or not isinstance(located.cells, Grid):
        return None
    return located.cells


def _make_entry_plan(plan: WorkbookPlan, names: Mapping[str, str], shapes: Mapping[str, Shape]) -> _EntryPlan:
    counts: dict[str, tuple[list[int], list[int]]] = {sheet: ([], []) for sheet in shapes}
    spots, others, regular = [], [], True
    for number, cell in enumerate(plan.form.cells.values()):
        sheet, address = plan.cells[cell.id]
        at = shapes[sheet].index.get(address)
        mould = shapes[sheet].moulds[at] if at is not None else None
        spots.append(EntryPosition(names[sheet], address, mould.formula if mould else None))
        if at is None or mould is None:
            continue
        regular = regular and cell.computed == (mould.formula is not None)
        if mould.stored is StorageType.NUMBER and mould.look.is_plain and cell.kind is not CellKind.AMOUNT:
            counts[sheet][0].append(number)
            counts[sheet][1].append(at)
        else:
            others.append(cell)
    inputs = frozenset(number for number, cell in enumerate(plan.form.cells.values()) if not cell.computed)
    where = share_entry_layout(tuple(plan.form.cells), tuple(spots), inputs)
    known = tuple((sheet, tuple(numbers), tuple(at)) for sheet, (numbers, at) in counts.items() if numbers)
    return _EntryPlan(where, known, tuple(others), regular)


def _read_planned_entries(
    entry_plan: _EntryPlan, plan: WorkbookPlan, assignment: SheetAssignment, grids: Mapping[str, Grid], declared: bool
) -> tuple[Mapping[str, Entry], bool]:
    numbers: list[Number | None] = [None] * len(entry_plan.places.positions)
    rest = list(entry_plan.other_cells)
    for sheet, of_cells, at in entry_plan.counts:
        texts = grids[sheet].texts
        figures = _parse_counts([texts[spot] for spot in at])
        if figures is None:
            cells = tuple(plan.form.cells.values())
            rest += [cells[number] for number in of_cells]
        else:
            for number, figure in zip(of_cells, figures, strict=True):
                numbers[number] = figure
    odd: dict[str, Entry] = {}
    for cell in rest:
        sheet, spot = plan.cells[cell.id]
        entry = read_entry(cell, assignment.located_sheets[sheet], spot, declared)
        if _is_plain_entry(entry):
            numbers[entry_plan.places.index[cell.id]] = entry.value
        else:
            odd[cell.id] = entry
    return CompactEntries(entry_plan.places, numbers, odd, declared=declared), entry_plan.formulas_in_place and not odd


def _parse_counts(texts: list[str]) -> list[int] | None:
    """Parse texts that are all counts in plain digits; None otherwise."""
    digits = "".join(texts)
    if not (digits.isascii() and digits.isdigit()) or max(map(len, texts)) > MAX_DIGITS:
        return None
    figures = list(map(int, texts))
    return figures if "".join(map(str, figures)) == digits else None


def _is_plain_entry(entry: Entry) -> bool:
    """Return True if an entry is a non-negative number in plain notation."""
    value = entry.value
    if entry.state is not EntryState.NUMBER or entry.note is not None or value is None or value < 0:
        return False
    return entry.raw == (str(value) if isinstance(value, int) else f"{value:f}")


# --- one by one --------------------------------------------------------------------------------------------------


def _read_single_entries(plan: WorkbookPlan, assignment: SheetAssignment, declared: bool) -> dict[str, Entry]:
    entries = {}
    for cell in plan.form.cells.values():
        sheet, spot = plan.cells[cell.id]
        page = assignment.located_sheets.get(sheet)
        entries[cell.id] = read_entry(cell, page, spot, declared) if page else _make_missing_entry(cell, sheet, spot)
    return entries


def _make_missing_entry(cell: Cell, sheet: str, address: str) -> Entry:
    return Entry(cell.id, EntryState.BLANK, None, None, sheet, address)


def read_entry(cell: Cell, located: LocatedSheet, address: str, declared: bool) -> Entry:
    """Read the entry of a cell at one planned address."""
    sheet, where = located.sheet.name, located.origin.get(address, address)
    if address in located.doubts:
        return Entry(cell.id, EntryState.UNREADABLE, None, None, sheet, where, note=NOTE_NOT_PLACED)
    raw = located.cells.get(address)
    if raw is None:
        zero = declared and not cell.computed
        return Entry(cell.id, EntryState.BLANK, 0 if zero else None, None, sheet, where, None, zero)
    if cell.computed and raw.formula is not None:  # recomputed, whatever it shows
        meaning = ShownMeaning(*interpret_cell(raw, cell.kind, cell.decimals))
    else:
        meaning = interpret_shown(raw, cell.kind, cell.decimals)
    zero = declared and not cell.computed and meaning.state is EntryState.BLANK
    value = 0 if zero else meaning.value
    raw_text = str(raw.text)
    return Entry(cell.id, meaning.state, value, raw_text, sheet, where, raw.formula, zero, meaning.note, meaning.shown)
