"""Read again the inputs to which a conditional format may apply, as they look then.

Where a condition cannot be decided the cell has two looks; a figure that reads the same in both is that figure,
otherwise it is unreadable with the note ``conditional``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

from xltool.forms.cell_addresses import is_inside_box, parse_address, parse_boxes
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import Cell
from xltool.model.submission import Entry, EntryState
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.evaluate_condition import (
    compare_operands,
    find_operand,
    find_value,
    is_formula_met,
    shift_formula,
)
from xltool.recognition.evaluate_formula import FindCell
from xltool.recognition.kind_values import OTHER_KINDS
from xltool.recognition.locate_cells import LocatedSheet
from xltool.recognition.read_entries import read_cell_entry
from xltool.recognition.shown_values import is_read_as_stored
from xltool.recognition.unseen_figures import list_inputs, replace_entries
from xltool.spreadsheet.cell_look import CellLook, LookChange, change_look
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, RawWorkbook, StorageType

Looks = tuple[CellLook, ...]
_MAX_LOOKS = 64  # of one cell, for conditions that cannot be decided


def apply_conditional_formats(
    plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> Mapping[str, Entry]:
    """Return the entries; inputs under conditional formats as they look, or unreadable where that is not certain."""
    changed: dict[str, Entry] = {}
    for name, located in assignment.located_sheets.items():
        inputs = list_inputs(plan).get(name, {}) if located.sheet.conditional else {}
        for address, real, applying in _find_formatted(tuple(inputs), located) if inputs else ():
            cell, raw = plan.form.cells[inputs[address]], located.cells[address]
            entry = entries[cell.id]
            again = _read_again(cell, located, real, raw, applying, workbook)
            if again is not None and entry.state is not EntryState.BLANK and address not in located.doubts:
                changed[cell.id] = again
    return replace_entries(entries, changed)


def find_shown_looks(sheet: RawSheet, addresses: Sequence[str], workbook: RawWorkbook) -> Mapping[str, Looks | None]:
    """Return the looks that filled cells may have by the conditional formats of their sheet; None for too many.

    Cells that look as without any conditional format are not among them.
    """
    filled = tuple(address for address in addresses if address in sheet.cells) if sheet.conditional else ()
    find_cell, shown = _make_finder(sheet.name, workbook), dict[str, Looks | None]()
    for number, formats in _find_formats(sheet.conditional, filled) if filled else ():
        raw = sheet.cells[filled[number]]
        looks = _decide_looks(filled[number], raw, formats, find_cell)
        if looks is None or looks != [raw.look]:
            shown[filled[number]] = None if looks is None else tuple(looks)
    return shown


def read_under_formats(
    cell: Cell, located: LocatedSheet, address: str, raw: RawCell, workbook: RawWorkbook
) -> Entry | None:
    """Return the entry of one cell under the conditional formats of its sheet; None if it reads as without them."""
    formats = located.sheet.conditional
    if not formats or _is_never_changed(cell, raw, formats):
        return None
    row, column = parse_address(address)
    applying = [item for item in formats if any(is_inside_box(area, row, column) for area in parse_boxes([item.areas]))]
    return _read_again(cell, located, address, raw, applying, workbook) if applying else None


def _is_never_changed(cell: Cell, raw: RawCell, formats: tuple[ConditionalFormat, ...]) -> bool:
    """Return True if a cell reads the same, whichever of all formats of a sheet apply to it."""
    possible = _list_possible_looks(raw.look, tuple(dict.fromkeys(item.change for item in formats)))
    if possible is None:
        return False
    if cell.kind not in OTHER_KINDS:
        return is_read_as_stored(raw, possible)
    return type(raw.text) is str and all(
        look.is_plain and look.format_code == raw.look.format_code for look in possible
    )


def _find_formatted(
    inputs: tuple[str, ...], located: LocatedSheet
) -> Iterator[tuple[str, str, tuple[ConditionalFormat, ...]]]:
    """Yield planned and real address of every filled input with its formats."""
    reals = tuple(map(located.real_address, inputs)) if located.origin else inputs
    for number, applying in _find_formats(located.sheet.conditional, reals):
        if inputs[number] in located.cells:
            yield inputs[number], reals[number], applying


@lru_cache(maxsize=256)
def _find_formats(
    formats: tuple[ConditionalFormat, ...], addresses: tuple[str, ...]
) -> tuple[tuple[int, tuple[ConditionalFormat, ...]], ...]:
    """Return the number of each address in the area of a format, with its formats; most workbooks have the same."""
    inside = {areas: _find_inside(areas, addresses) for areas in {item.areas for item in formats}}
    found = []
    for number in range(len(addresses)):
        applying = tuple(item for item in formats if number in inside[item.areas])
        if applying:
            found.append((number, applying))
    return tuple(found)


def _find_inside(areas: str, addresses: tuple[str, ...]) -> frozenset[int]:
    """Return the numbers of the addresses in one of the areas."""
    left = dict(enumerate(map(parse_address, addresses)))
    inside: set[int] = set()
    for area in parse_boxes([areas]):
        found = {number for number, (row, column) in left.items() if is_inside_box(area, row, column)}
        inside |= found
        for number in found:
            del left[number]
        if not left:
            break
    return frozenset(inside)


# --- looks -----------------------------------------------------------------------------------------------------------


def _read_again(
    cell: Cell,
    located: LocatedSheet,
    real: str,
    raw: RawCell,
    formats: Sequence[ConditionalFormat],
    workbook: RawWorkbook,
) -> Entry | None:
    """Return the entry of a cell under conditional formats; None if it reads as without them.

    Formats that are harmless alone are tried last, together with the others: what these hide is hidden.
    """
    groups = {item.group for item in formats if not item.change.is_harmless}
    effective = [item for item in formats if item.group in groups and (item.stops or not item.change.is_harmless)]
    found = _read_under(cell, located, real, raw, effective, workbook)
    return (
        found if found or len(effective) == len(formats) else _read_under(cell, located, real, raw, formats, workbook)
    )


def _read_under(
    cell: Cell,
    located: LocatedSheet,
    real: str,
    raw: RawCell,
    formats: Sequence[ConditionalFormat],
    workbook: RawWorkbook,
) -> Entry | None:
    """Return the entry of a cell under these conditional formats; None if it reads as without them."""
    possible = _list_possible_looks(raw.look, tuple(item.change for item in formats))
    if possible is not None and cell.kind not in OTHER_KINDS and is_read_as_stored(raw, possible):
        return None
    read = partial(_read_look, cell, located.sheet.name, real, raw)
    before = read(raw.look)
    if possible is not None and {_meaning(read(look)) for look in possible} == {_meaning(before)}:
        return None
    looks = _decide_looks(real, raw, formats, _make_finder(located.sheet.name, workbook))
    readings = {_meaning(entry): entry for entry in map(read, looks or ())}
    if len(readings) == 1:
        (entry,) = readings.values()
        return None if _meaning(entry) == _meaning(before) else entry
    if before.state is EntryState.UNREADABLE:  # for a reason of its own, which no format is sure to remove
        return None
    other = next((entry for entry in readings.values() if _meaning(entry) != _meaning(before)), before)
    return _make_uncertain(before, (other.raw if other.shown is None else other.shown) or "" if readings else "")


def _make_finder(sheet_name: str, workbook: RawWorkbook) -> FindCell:
    """Return the function that finds the cells a condition refers to, by sheet (empty for its own) and address."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}

    def find_cell(sheet: str, address: str) -> RawCell | None:
        found = sheets.get(sheet or sheet_name)
        return found.cells.get(address) if found else None

    return find_cell


def _decide_looks(
    address: str, raw: RawCell, formats: Sequence[ConditionalFormat], find_cell: FindCell
) -> list[CellLook] | None:
    """Return every look a cell may have under these formats; None for too many."""
    decided = [(item, _is_met(item, address, raw, find_cell)) for item in formats]
    return _list_looks(raw.look, list(_stop_at_first(decided)))


def _make_uncertain(entry: Entry, shown: str) -> Entry:
    return entry._replace(state=EntryState.UNREADABLE, value=None, note="conditional", shown=shown, declared=False)


def _read_look(cell: Cell, sheet: str, address: str, raw: RawCell, look: CellLook) -> Entry:
    stored = StorageType.DATE if look.is_date and raw.stored is StorageType.NUMBER else raw.stored
    return read_cell_entry(cell, raw._replace(look=look, stored=stored), sheet, address)


def _meaning(entry: Entry) -> tuple[object, ...]:
    return entry.state, entry.value, entry.note


def _list_looks(look: CellLook, judged_changes: Sequence[tuple[LookChange, bool | None]]) -> list[CellLook] | None:
    """Return every look a cell may have, None for too many; the first change to apply wins, so it is applied last."""
    looks = {look: None}
    for change, met in reversed(judged_changes):
        if met is False:
            continue
        altered = dict.fromkeys(change_look(known, change) for known in looks)
        looks = altered if met else {**looks, **altered}
        if len(looks) > _MAX_LOOKS:
            return None
    return list(looks)


@lru_cache(maxsize=1024)
def _list_possible_looks(look: CellLook, look_changes: tuple[LookChange, ...]) -> tuple[CellLook, ...] | None:
    """Return every look a cell may have, whichever changes apply; None for too many."""
    looks = _list_looks(look, [(change, None) for change in look_changes])
    return None if looks is None else tuple(looks)


def _stop_at_first(
    decided: Sequence[tuple[ConditionalFormat, bool | None]],
) -> Iterator[tuple[LookChange, bool | None]]:
    """Yield changes with their truth; one that is met, or may be, can stop those after it in its group."""
    stopped: dict[int, bool | None] = {}
    for item, met in decided:
        before = stopped.get(item.group, False)
        if before is True:
            continue
        yield item.change, met if before is False or met is False else None
        if item.stops and met is not False:
            stopped[item.group] = met if before is False else None


# --- conditions ------------------------------------------------------------------------------------------------------


def _is_met(conditional_format: ConditionalFormat, address: str, raw: RawCell, find_cell: FindCell) -> bool | None:
    """Return whether a format applies to a cell; None if that cannot be decided."""
    met = _decide(conditional_format, address, raw, find_cell)
    return met if met is None else met != conditional_format.negated


def _decide(conditional_format: ConditionalFormat, address: str, raw: RawCell, find_cell: FindCell) -> bool | None:
    match conditional_format.kind:
        case ConditionKind.NUMBER:
            return raw.stored in (StorageType.NUMBER, StorageType.DATE)
        case ConditionKind.ERROR:
            return raw.stored is StorageType.ERROR
        case ConditionKind.BLANK:
            return not raw.text.strip()
        case ConditionKind.TEXT:
            return _decide_text(conditional_format, raw)
        case ConditionKind.FORMULA | ConditionKind.COMPARISON:
            try:
                (row, column), (base_row, base_column) = parse_address(address), parse_address(conditional_format.base)
                operands = [
                    shift_formula(text, row - base_row, column - base_column) for text in conditional_format.operands
                ]
            except ValueError:
                return None
            if conditional_format.kind is ConditionKind.FORMULA:
                return is_formula_met(operands[0], find_cell) if operands else None
            return _decide_comparison(conditional_format.operator, operands, raw, find_cell)
        case _:
            return None


def _decide_text(conditional_format: ConditionalFormat, raw: RawCell) -> bool:
    text, sought = raw.text.casefold(), conditional_format.operands[0].casefold()
    return {"contains": sought in text, "begins": text.startswith(sought), "ends": text.endswith(sought)}[
        conditional_format.operator
    ]


def _decide_comparison(operator: str, operands: Sequence[str], raw: RawCell, find_cell: FindCell) -> bool | None:
    value, sides = find_value(raw), [find_operand(text, find_cell) for text in operands]
    if value is None or not operator or not sides or None in sides:
        return None
    known = [side for side in sides if side is not None]
    if operator != "between":
        return compare_operands(value, operator, known[0])
    if len(known) < 2:
        return None
    low, high = known[:2] if compare_operands(known[0], "<=", known[1]) else (known[1], known[0])
    return compare_operands(value, ">=", low) and compare_operands(value, "<=", high)
