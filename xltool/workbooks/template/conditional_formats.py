"""Colours that follow what stands in the cells: results of checks, marks of a returned workbook, whole amounts."""

from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.places import box_address
from xltool.forms.slots import Purpose, Role, Slot
from xltool.forms.slots import Sheet as Planned
from xltool.model.form import Box, Kind
from xltool.workbooks.xlsxwriter_adapter import Book, Sheet


def mark(plan: Plan, planned: Planned, sheet: Sheet, book: Book) -> None:
    """Every conditional format of one sheet."""
    match planned.purpose:
        case Purpose.COVER:
            for slot in planned.slots:
                if slot.role is Role.CHECKED:
                    _colour_overall(sheet, book, slot.address)
        case Purpose.SECTION:
            _colour_marked(plan, planned, sheet, book)
            _shorten_amounts(plan, planned, sheet, book)
        case Purpose.CONTROLS:
            _colour_marked(plan, planned, sheet, book)
        case Purpose.CHECKS:
            results = [slot for slot in planned.slots if slot.role is Role.CHECK and slot.text == "result"]
            _colour_results(sheet, book, _around(results))
            _shorten_amounts(plan, planned, sheet, book)
        case _:
            pass


def _around(slots: list[Slot]) -> str:
    """The smallest rectangle around some slots."""
    top, left = min(slot.box.row for slot in slots), min(slot.box.column for slot in slots)
    bottom = max(slot.box.row + slot.box.rows for slot in slots)
    right = max(slot.box.column + slot.box.columns for slot in slots)
    return box_address(Box(top, left, bottom - top, right - left))


def _colour_results(sheet: Sheet, book: Book, area: str) -> None:
    say = words().checks
    for key, style in (("holds", "good"), ("broken", "bad"), ("waiting", "waiting")):
        sheet.conditional_format(
            area, {"type": "cell", "criteria": "==", "value": f'"{say[key]}"', "format": book.style(style)}
        )


def _colour_overall(sheet: Sheet, book: Book, spot: str) -> None:
    good, waiting = words().cover["all_hold"], words().checks["waiting"]
    for value, style in ((good, "good"), (waiting, "waiting")):
        sheet.conditional_format(
            spot, {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": book.style(style)}
        )
    neither = f'=AND({spot}<>"{good}",{spot}<>"{waiting}")'
    sheet.conditional_format(spot, {"type": "formula", "criteria": neither, "format": book.style("bad")})


def _colour_marked(plan: Plan, planned: Planned, sheet: Sheet, book: Book) -> None:
    """Red where the list of findings names the cell: marks come and go with that list, and nothing else changes."""
    slots = [slot for slot in planned.slots if slot.role in {Role.INPUT, Role.COMPUTED, Role.PARAGRAPH, Role.CONTROL}]
    marks = plan.sheet(Purpose.MARKS).name.replace("'", "''")
    here = planned.name.replace('"', '""')
    listed = f"=COUNTIF('{marks}'!$A:$A,\"{here}!\"&ADDRESS(ROW(),COLUMN(),4))>0"
    sheet.conditional_format(_around(slots), {"type": "formula", "criteria": listed, "format": book.style("marked")})


def _shorten_amounts(plan: Plan, planned: Planned, sheet: Sheet, book: Book) -> None:
    """Whole amounts without a decimal point: the format for up to six places would leave it standing."""
    relations = {relation.id: relation for relation in plan.form.relations}
    for slot in planned.slots:
        match slot.role:
            case Role.INPUT | Role.COMPUTED:
                cells = [slot.key]
            case Role.CHECK if slot.text in {"left", "right", "difference"}:
                cells = [term.cell for term in relations[slot.key].terms]
            case _:
                continue
        if any(plan.form.cells[cell].kind is Kind.AMOUNT for cell in cells):
            whole = f"=INT({slot.address})={slot.address}"
            sheet.conditional_format(
                slot.address, {"type": "formula", "criteria": whole, "format": book.style("whole")}
            )
