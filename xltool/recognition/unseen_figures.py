"""Find inputs whose stored figure is not the one a person reads: under merged cells, not its formula's result, astray.

Such a figure becomes unreadable, with the note ``covered`` (``shown`` is the merged range), ``overlaid``
(by a shape; ``shown`` is its text, "" for one without), ``formula_result`` (``shown`` is the result) or ``across`` (it
is centred between its own cell and empty ones).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache, partial

from xltool.forms.cell_addresses import cell_address, is_inside_box, overlap_boxes, parse_address, parse_boxes
from xltool.forms.lists.whole_form import list_typed_cells
from xltool.forms.slots import Role
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.compact_entries import CompactEntries, EntryLayout
from xltool.model.form import MAX_CACHED_FORMS, Box
from xltool.model.submission import Entry, EntryState
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.evaluate_formula import compute_formula
from xltool.spreadsheet.cell_look import Mark
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, SheetShape

_TOLERANCE = Decimal("1e-12")  # relative; programs compute with fifteen digits


def refuse_covered(
    plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> Mapping[str, Entry]:
    """Return the entries; inputs with content under a merged range are unreadable."""
    covered: dict[str, Entry] = {}
    for name, located in assignment.located_sheets.items():
        inputs = list_inputs(plan).get(name)
        if not inputs or not located.sheet.merged:
            continue
        places = {located.real_address(address): address for address in inputs} if located.origin else None
        for real, merged in _find_covered(located.sheet.merged, tuple(places or inputs)):
            address = places[real] if places else real
            entry = entries[inputs[address]]
            if entry.raw is not None and entry.raw.strip() and address not in located.doubts:
                covered[entry.cell] = make_unreadable(entry, "covered", merged)
    return replace_entries(entries, covered)


def refuse_overlaid(
    plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> Mapping[str, Entry]:
    """Return the entries; inputs under a shape with a text, or with content under a filled one, are unreadable."""
    overlaid: dict[str, Entry] = {}
    for name, located in assignment.located_sheets.items():
        for address, cell in list_inputs(plan).get(name, {}).items() if located.sheet.shapes else ():
            shape = find_shape_over(located.sheet, located.real_address(address))
            if shape is not None and (shape.text or (entries[cell].raw or "").strip()):
                overlaid[cell] = make_unreadable(entries[cell], "overlaid", shape.text)
    return replace_entries(entries, overlaid)


def find_shape_over(sheet: RawSheet, address: str) -> SheetShape | None:
    """Return the last shape that covers a cell, or a part of its merged range; pictures aside. None if there is none.

    The figure of a merged range is shown anywhere in it, so that a shape over one of its cells may hide the figure.
    """
    shown = find_shown_box(sheet, address)
    over = (shape for shape in reversed(sheet.shapes) if not shape.is_picture and is_under(shape, shown))
    return next(over, None)


def find_shown_box(sheet: RawSheet, address: str) -> Box:
    """Return where a cell is shown: the merged range that begins with it, else the cell."""
    row, column = parse_address(address)
    return _index_merged(sheet.merged).get((row, column), Box(row, column, 1, 1))


@lru_cache(maxsize=1024)
def _index_merged(merged: tuple[str, ...]) -> Mapping[tuple[int, int], Box]:
    """Return merged ranges by row and column of their first cell; cached."""
    return {(box.row, box.column): box for box in parse_boxes(merged)}


def is_under(shape: SheetShape, box: Box) -> bool:
    """Return True if a shape covers a cell of a rectangle."""
    return bool(shape.area) and any(overlap_boxes(area, box) for area in parse_boxes([shape.area]))


def refuse_astray(plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Return the entries; inputs that may be shown in the middle of themselves and empty inputs are unreadable."""
    astray: dict[str, Entry] = {}
    for name, located in assignment.located_sheets.items():
        inputs = list_inputs(plan).get(name, {})
        for address, cell in inputs.items():
            raw = located.cells.get(address)
            if raw is None or raw.look.placed is not Mark.ACROSS or address in located.doubts or not raw.text.strip():
                continue
            row, column = parse_address(address)
            beside = cell_address(row, column + 1)
            if beside in inputs and beside not in located.cells:
                entry = entries[cell]
                astray[entry.cell] = make_unreadable(entry, "across", located.real_address(beside))
    return replace_entries(entries, astray)


def refuse_wrong_results(
    plan: WorkbookPlan, workbook: RawWorkbook, entries: Mapping[str, Entry]
) -> Mapping[str, Entry]:
    """Return the entries; inputs whose formula has another result than the one stored are unreadable."""
    find_cell = make_cell_finder(workbook)
    judged = ((entry, refuse_wrong_result(entry, find_cell)) for entry in _iterate_formula_inputs(plan, entries))
    return replace_entries(entries, {entry.cell: wrong for entry, wrong in judged if wrong is not entry})


def make_cell_finder(workbook: RawWorkbook) -> Callable[[str, str, str], RawCell | None]:
    """Return a function that finds a cell by a formula's sheet, the sheet it names ("" for its own) and address."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}

    def find_cell(own: str, sheet: str, address: str) -> RawCell | None:
        found = sheets.get(sheet or own)
        return found.cells.get(address) if found else None

    return find_cell


def refuse_wrong_result(entry: Entry, find_cell: Callable[[str, str, str], RawCell | None]) -> Entry:
    """Return an entry with a formula; unreadable if its result is not the one stored."""
    result = compute_formula(entry.formula or "", partial(find_cell, entry.sheet))
    value = Decimal(entry.value or 0)
    if result is None or abs(result - value) <= _TOLERANCE * max(abs(result), abs(value)):
        return entry
    return make_unreadable(entry, "formula_result", f"{result.normalize():f}")


@lru_cache(maxsize=MAX_CACHED_FORMS)
def list_inputs(plan: WorkbookPlan) -> dict[str, dict[str, str]]:
    """Return the cell ids of the inputs by sheet and planned address; cached."""
    return {
        sheet.name: {slot.address: slot.key for slot in sheet.slots if slot.role is Role.INPUT} for sheet in plan.sheets
    }


@lru_cache(maxsize=256)
def _find_covered(merged: tuple[str, ...], addresses: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the addresses that a merged range covers, each with its range. Most workbooks of a batch merge alike."""
    places = {parse_address(address): address for address in addresses}
    covered: list[tuple[str, str]] = []
    for text in merged:
        for box in parse_boxes([text]):
            covered += [
                (address, text)
                for place, address in places.items()
                if is_inside_box(box, *place) and place != (box.row, box.column)
            ]
    return tuple(covered)


def find_covered_addresses(merged: tuple[str, ...], address: str) -> str:
    """Return the merged range that covers a cell which is not its first; "" if none does."""
    return next((area for _, area in _find_covered(merged, (address,))), "") if merged else ""


def _iterate_formula_inputs(plan: WorkbookPlan, entries: Mapping[str, Entry]) -> Iterator[Entry]:
    cells: Iterable[str] = (cell.id for cell in list_typed_cells(plan.form))
    if isinstance(entries, CompactEntries):
        cells = _list_formula_inputs(plan, entries.layout)
    for cell in cells:
        entry = entries[cell]
        if entry.formula and entry.state is EntryState.NUMBER:
            yield entry


@lru_cache(maxsize=256)
def _list_formula_inputs(plan: WorkbookPlan, layout: EntryLayout) -> tuple[str, ...]:
    """Return the inputs in whose cells there is a formula; most workbooks have one layout."""
    return tuple(cell.id for cell in plan.form.inputs if layout.positions[layout.index[cell.id]].formula)


def make_unreadable(entry: Entry, note: str, shown: str) -> Entry:
    """Return an entry that does not count, for the reason of its note."""
    return entry._replace(state=EntryState.UNREADABLE, value=None, note=note, shown=shown, declared=False)


def replace_entries(entries: Mapping[str, Entry], replaced: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Return the entries with others in place of some of them; the same entries if there are none."""
    if not replaced:
        return entries
    if not isinstance(entries, CompactEntries):
        return {**entries, **replaced}
    numbers = [
        None if cell in replaced else number for cell, number in zip(entries.layout.index, entries.numbers, strict=True)
    ]
    exceptions = {**entries.exceptions, **replaced}
    return CompactEntries(entries.layout, numbers, exceptions, declared=entries.declared)
