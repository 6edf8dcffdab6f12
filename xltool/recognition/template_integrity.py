"""Report what a returned workbook lost of its template: protection, validation, hidden and visible sheets."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from xltool.forms.cell_addresses import is_inside_box, parse_address, parse_boxes
from xltool.forms.slots import Purpose, Role
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.compact_entries import EntryPosition
from xltool.model.form import MAX_CACHED_FORMS
from xltool.model.submission import Entry, EntryState, Observation
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.unseen_figures import list_inputs
from xltool.spreadsheet.cell_look import Mark
from xltool.spreadsheet.number_formats import GENERAL, render_number
from xltool.spreadsheet.ooxml.addresses import is_in_runs
from xltool.spreadsheet.raw_workbook import RawCell, RawWorkbook, StorageType

PROGRAMS_WITHOUT_STRUCTURE_LOCK = ("LibreOffice", "OpenOffice")  # programs that never write the structure lock
_MIN_WIDTH_SHARE = 0.8  # of the template's; programs change widths a little when they save
_ANY_DIGITS = 100


def check_integrity(plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment) -> Iterator[Observation]:
    """Yield the differences from the issued workbook other than values and labels."""
    yield from _check_sheets(plan, workbook, assignment)
    if not workbook.complete:
        return
    yield from _find_lost_protection(plan, workbook, assignment)
    yield from _find_overwritten_checks(plan, assignment)


def _find_lost_protection(
    plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment
) -> Iterator[Observation]:
    """Yield lost locks and validations; one observation where all are lost, as after a save by some programs."""
    unlocked = not workbook.structure_protected
    if unlocked and _is_without_protection(plan, assignment):
        yield Observation("protection.all_removed")
        return
    if unlocked and not workbook.program.startswith(PROGRAMS_WITHOUT_STRUCTURE_LOCK):
        yield Observation("structure.unprotected")
    for page in assignment.located_sheets.values():
        sheet = page.sheet
        if not sheet.protected and page.planned_sheet.layout.purpose is not Purpose.CONTROLS:
            yield Observation("protection.removed", sheet.name)
        inputs = _input_addresses(plan)[page.planned_sheet.layout.name]
        if page.origin:
            inputs = tuple(map(page.real_address, inputs))
        if inputs and (lost := _find_unvalidated(sheet.validated, inputs)):
            yield Observation("validation.lost", sheet.name, lost[0], facts={"count": len(lost), "at": lost})


def _is_without_protection(plan: WorkbookPlan, assignment: SheetAssignment) -> bool:
    """Return whether no sheet is locked and none that has inputs validates anything."""
    pages = assignment.located_sheets.values()
    inputs = _input_addresses(plan)
    if any(page.sheet.protected for page in pages):
        return False
    validated = [page.sheet.validated for page in pages if inputs[page.planned_sheet.layout.name]]
    return bool(validated) and not any(validated)


def _check_sheets(plan: WorkbookPlan, workbook: RawWorkbook, assignment: SheetAssignment) -> Iterator[Observation]:
    for page in assignment.located_sheets.values():
        if page.sheet.state != "visible":
            yield Observation("sheet.hidden", page.sheet.name)
    order = [sheet.name for sheet in workbook.sheets]
    planned = [
        assignment.located_sheets[sheet.name].sheet.name
        for sheet in plan.sheets
        if sheet.name in assignment.located_sheets
    ]
    current = sorted(set(planned), key=order.index)
    if current != list(dict.fromkeys(planned)):
        yield Observation("sheets.reordered", facts={"order": tuple(current)})
    identity = workbook_words().sheets["identity"]
    if any(sheet.name == identity and sheet.state == "visible" for sheet in workbook.sheets):
        yield Observation("sheet.shown", identity)


def find_hidden_figures(assignment: SheetAssignment, spots: Iterable[EntryPosition]) -> Iterator[Observation]:
    """Yield figures in hidden rows or columns, by sheet."""
    sheets_with_hidden = {
        page.sheet.name: page.sheet
        for page in assignment.located_sheets.values()
        if page.sheet.hidden_rows or page.sheet.hidden_columns
    }
    hidden_addresses: dict[str, list[str]] = {}
    for spot in spots if sheets_with_hidden else ():
        if (sheet := sheets_with_hidden.get(spot.sheet)) is not None:
            row, column = parse_address(spot.address)
            if is_in_runs(sheet.hidden_rows, row) or is_in_runs(sheet.hidden_columns, column):
                hidden_addresses.setdefault(sheet.name, []).append(spot.address)
    for name, at in hidden_addresses.items():
        yield Observation("place.hidden", name, at[0], facts={"count": len(at), "at": tuple(at)})


def find_narrow_figures(
    plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> Iterator[Observation]:
    """Yield figures with more digits than fit their columns, which show ``####`` instead, by sheet.

    Columns as wide as those of the template are left out, as are merged cells and figures shrunk to fit.
    """
    for planned in plan.sheets:
        located = assignment.located_sheets.get(planned.name)
        if located is None or located.origin:
            continue
        widths = _find_narrowed(planned.widths, located.sheet.narrow_columns)
        at = [
            address
            for address, cell in (list_inputs(plan).get(planned.name, {}) if widths else {}).items()
            if (raw := located.cells.get(address)) is not None
            and entries[cell].state is EntryState.NUMBER
            and _count_digits(raw) > widths.get(parse_address(address)[1], _ANY_DIGITS)
            and not _is_merged(located.sheet.merged, address)
        ]
        if at:
            yield Observation("place.narrow", located.sheet.name, at[0], facts={"count": len(at), "at": tuple(at)})


@lru_cache(maxsize=256)
def _find_narrowed(
    planned_widths: tuple[float, ...], narrow_columns: tuple[tuple[int, int, float], ...]
) -> Mapping[int, float]:
    """Return the widths of columns that are clearly narrower than in the template; no template has columns beyond."""
    return {
        column: width
        for first, last, width in narrow_columns
        for column in range(first, min(last, len(planned_widths)) + 1)
        if width < _MIN_WIDTH_SHARE * planned_widths[column - 1]
    }


def _count_digits(raw: RawCell) -> int:
    """Return how many digits of a figure its cell must show; decimals in the general format are only rounded."""
    if raw.look.placed is Mark.FITTED:
        return 0
    text = str(raw.text)
    if raw.stored is StorageType.NUMBER:
        code = raw.look.format_code
        text = render_number(text, code).text if code != GENERAL else text.partition(".")[0]
    return sum(map(str.isdecimal, text))


def _is_merged(merged: tuple[str, ...], address: str) -> bool:
    row, column = parse_address(address)
    return any(is_inside_box(box, row, column) for box in parse_boxes(merged))


def find_hidden_zeros(assignment: SheetAssignment, entries: Mapping[str, Entry]) -> Iterator[Observation]:
    """Yield zeros on sheets that show nothing in their place, by sheet."""
    names = {located.sheet.name for located in assignment.located_sheets.values() if located.sheet.hides_zeros}
    zeros: dict[str, list[str]] = {}
    for entry in entries.values() if names else ():
        if entry.sheet in names and entry.value == 0 and entry.raw is not None and entry.formula is None:
            zeros.setdefault(entry.sheet, []).append(entry.address)
    for name, at in zeros.items():
        yield Observation("zeros.hidden", name, at[0], facts={"count": len(at), "at": tuple(at)})


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _input_addresses(plan: WorkbookPlan) -> dict[str, tuple[str, ...]]:
    """Return the planned addresses of the inputs, by sheet; cached."""
    return {sheet.name: tuple(slot.address for slot in sheet.slots if slot.role is Role.INPUT) for sheet in plan.sheets}


@lru_cache(maxsize=1024)
def _find_unvalidated(validated: tuple[str, ...], inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs outside all of these ranges. Most workbooks of a batch have the same ranges."""
    boxes = list(parse_boxes(validated))
    return tuple(spot for spot in inputs if not any(is_inside_box(box, *parse_address(spot)) for box in boxes))


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _result_addresses(plan: WorkbookPlan) -> tuple[str, ...]:
    """Return the addresses of the live check results; cached."""
    slots = plan.sheet_for(Purpose.CHECKS).slots
    return tuple(s.address for s in slots if s.role is Role.CHECK and s.text == "result")


def _find_overwritten_checks(plan: WorkbookPlan, assignment: SheetAssignment) -> Iterator[Observation]:
    """Yield live checks whose formula was replaced by the text for a passed check."""
    page = assignment.located_sheets.get(plan.sheet_for(Purpose.CHECKS).name)
    if page is None:
        return
    holds = workbook_words().checks["holds"]  # never a template's own text: a check without data shows "—"
    cells = page.cells
    typed = tuple(
        spot
        for spot in _result_addresses(plan)
        if (cell := cells.get(spot)) and cell.formula is None and cell.text == holds
    )
    if typed:
        yield Observation("checks.overwritten", page.sheet.name, typed[0], facts={"count": len(typed), "at": typed})
