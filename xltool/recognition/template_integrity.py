"""What the template had and the returned workbook has no more: protection, validation, what is hidden and shown."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.places import box, place
from xltool.forms.slots import Purpose, Role
from xltool.model.compact_entries import Spot
from xltool.model.form import Box
from xltool.model.submission import Observation
from xltool.recognition.assign_sheets import Arrangement
from xltool.spreadsheet.ooxml.addresses import among
from xltool.spreadsheet.raw_workbook import RawWorkbook

DROPPING = ("LibreOffice", "OpenOffice")  # programs that never write the lock of the structure


def integrity(plan: Plan, workbook: RawWorkbook, found: Arrangement) -> Iterator[Observation]:
    """Everything that differs from the workbook that was handed out, besides what is filled in and what it says."""
    yield from _sheets(plan, workbook, found)
    if not workbook.complete:
        return
    if not workbook.structure_protected and not workbook.program.startswith(DROPPING):
        yield Observation("structure.unprotected")
    for page in found.pages.values():
        sheet = page.sheet
        if not sheet.protected and page.chart.planned.purpose is not Purpose.CONTROLS:
            yield Observation("protection.removed", sheet.name)
        inputs = _inputs(plan)[page.chart.planned.name]
        if page.origin:
            inputs = tuple(map(page.where, inputs))
        if inputs and (lost := _unvalidated(sheet.validated, inputs)):
            yield Observation("validation.lost", sheet.name, lost[0], facts={"count": len(lost), "at": lost})
    yield from _checks(plan, found)


def _sheets(plan: Plan, workbook: RawWorkbook, found: Arrangement) -> Iterator[Observation]:
    for page in found.pages.values():
        if page.sheet.state != "visible":
            yield Observation("sheet.hidden", page.sheet.name)
    order = [sheet.name for sheet in workbook.sheets]
    planned = [found.pages[sheet.name].sheet.name for sheet in plan.sheets if sheet.name in found.pages]
    now = sorted(set(planned), key=order.index)
    if now != list(dict.fromkeys(planned)):
        yield Observation("sheets.reordered", facts={"order": tuple(now)})
    identity = words().sheets["identity"]
    if any(sheet.name == identity and sheet.state == "visible" for sheet in workbook.sheets):
        yield Observation("sheet.shown", identity)


def unseen(found: Arrangement, spots: Iterable[Spot]) -> Iterator[Observation]:
    """Figures in rows or columns that are hidden: they are read like any other, but nobody sees them."""
    narrowed = {
        page.sheet.name: page.sheet
        for page in found.pages.values()
        if page.sheet.hidden_rows or page.sheet.hidden_columns
    }
    out_of_sight: dict[str, list[str]] = {}
    for spot in spots if narrowed else ():
        if (sheet := narrowed.get(spot.sheet)) is not None:
            row, column = place(spot.address)
            if among(sheet.hidden_rows, row) or among(sheet.hidden_columns, column):
                out_of_sight.setdefault(sheet.name, []).append(spot.address)
    for name, at in out_of_sight.items():
        yield Observation("place.hidden", name, at[0], facts={"count": len(at), "at": tuple(at)})


_by_sheet: dict[str, dict[str, tuple[str, ...]]] = {}


def _inputs(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Planned addresses of the inputs, by sheet."""
    if plan.digest not in _by_sheet:
        _by_sheet[plan.digest] = {
            sheet.name: tuple(slot.address for slot in sheet.slots if slot.role is Role.INPUT) for sheet in plan.sheets
        }
    return _by_sheet[plan.digest]


@lru_cache(maxsize=1024)
def _unvalidated(validated: tuple[str, ...], inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs under none of these ranges. Most workbooks of a batch have the same ranges."""
    boxes = [found for ranges in validated for text in ranges.split() if (found := _box(text))]
    return tuple(spot for spot in inputs if not any(_holds(each, spot) for each in boxes))


def _box(text: str) -> Box | None:
    try:
        return box(text.replace("$", ""))
    except ValueError:
        return None


def _holds(area: Box, spot: str) -> bool:
    row, column = place(spot)
    return area.row <= row < area.row + area.rows and area.column <= column < area.column + area.columns


_results: dict[str, tuple[str, ...]] = {}


def _result_cells(plan: Plan) -> tuple[str, ...]:
    """Where the live checks show their results; worked out once for a plan."""
    if plan.digest not in _results:
        slots = plan.sheet(Purpose.CHECKS).slots
        _results[plan.digest] = tuple(s.address for s in slots if s.role is Role.CHECK and s.text == "result")
    return _results[plan.digest]


def _checks(plan: Plan, found: Arrangement) -> Iterator[Observation]:
    """Live checks that somebody replaced by what they should show."""
    page = found.pages.get(plan.sheet(Purpose.CHECKS).name)
    if page is None:
        return
    holds = words().checks["holds"]  # what a template never writes itself: a check that has no data yet says "—"
    cells = page.cells
    typed = tuple(
        spot
        for spot in _result_cells(plan)
        if (cell := cells.get(spot)) and cell.formula is None and cell.text == holds
    )
    if typed:
        yield Observation("checks.overwritten", page.sheet.name, typed[0], facts={"count": len(typed), "at": typed})
