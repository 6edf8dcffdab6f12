"""Conditional formats: results of checks, marks of a checked workbook, whole amounts."""

from xltool.forms.cell_addresses import box_address, column_letters
from xltool.forms.plan_sheets import MARK_COLUMNS
from xltool.forms.slots import Purpose, Role, Slot
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.form import Box, Severity
from xltool.workbooks.template.sheet_sentence import iterate_balance_cells
from xltool.workbooks.xlsxwriter_adapter import BookWriter, SheetWriter

_MARKED_ROLES = frozenset({Role.INPUT, Role.COMPUTED, Role.PARAGRAPH, Role.CONTROL, Role.ROW_INPUT})


def add_conditional_formats(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Add every conditional format of one sheet."""
    match planned.purpose:
        case Purpose.COVER:
            for slot in planned.slots:
                if slot.role is Role.CHECKED:
                    _colour_overall(sheet, book, slot.address)
        case Purpose.SECTION:
            _colour_marked(plan, planned, sheet, book)
            _colour_unbalanced(plan, planned, sheet, book)
            _shorten_amounts(plan, planned, sheet, book)
        case Purpose.CONTROLS:
            _colour_marked(plan, planned, sheet, book)
        case Purpose.CHECKS:
            results = [slot for slot in planned.slots if slot.role is Role.CHECK and slot.text == "result"]
            _colour_results(sheet, book, _bounding_range(results))
            _shorten_amounts(plan, planned, sheet, book)
        case _:
            pass


def _bounding_range(slots: list[Slot]) -> str:
    """Return the address of the smallest rectangle around some slots."""
    top, left = min(slot.box.row for slot in slots), min(slot.box.column for slot in slots)
    bottom = max(slot.box.row + slot.box.rows for slot in slots)
    right = max(slot.box.column + slot.box.columns for slot in slots)
    return box_address(Box(top, left, bottom - top, right - left))


def _colour_results(sheet: SheetWriter, book: BookWriter, area: str) -> None:
    say = workbook_words().checks
    for key, style in (("holds", "good"), ("broken", "bad"), ("waiting", "waiting")):
        sheet.conditional_format(
            area, {"type": "cell", "criteria": "==", "value": f'"{say[key]}"', "format": book.combine_styles(style)}
        )


def _colour_overall(sheet: SheetWriter, book: BookWriter, spot: str) -> None:
    good, waiting = workbook_words().cover["all_hold"], workbook_words().checks["waiting"]
    for value, style in ((good, "good"), (waiting, "waiting")):
        sheet.conditional_format(
            spot, {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": book.combine_styles(style)}
        )
    neither = f'=AND({spot}<>"{good}",{spot}<>"{waiting}")'
    sheet.conditional_format(spot, {"type": "formula", "criteria": neither, "format": book.combine_styles("bad")})


def _colour_unbalanced(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Colour the last figure of a column, and the sentence above the table, while the column does not balance."""
    broken = workbook_words().checks["broken"]
    results = []
    for address, result in iterate_balance_cells(plan, planned.name):
        results.append(result)
        condition = {"type": "formula", "criteria": f'={result}="{broken}"', "format": book.combine_styles("bad")}
        sheet.conditional_format(address, condition)
    sentences = [slot.address for slot in planned.slots if slot.role is Role.UNFILLED]
    if results and sentences:
        conditions = ",".join(f'{result}="{broken}"' for result in results)
        sheet.conditional_format(
            sentences[0], {"type": "formula", "criteria": f"=OR({conditions})", "format": book.combine_styles("bad")}
        )


def _colour_marked(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Colour a cell while the list of findings names it: red if it must be corrected, else amber."""
    slots = [slot for slot in planned.slots if slot.role in _MARKED_ROLES]
    marks = plan.sheet_for(Purpose.MARKS).name.replace("'", "''")
    here = planned.name.replace('"', '""')
    column = column_letters(MARK_COLUMNS.index("severity") + 1)
    severity = f"'{marks}'!${column}:${column}"
    listed = f"'{marks}'!$A:$A,\"{here}!\"&ADDRESS(ROW(),COLUMN(),4)"
    must_fix = catalogue.look_up_word("severity", Severity.MUST_FIX)
    for criteria, style in (
        (f'=COUNTIFS({listed},{severity},"{must_fix}")>0', "marked"),
        (f"=COUNTIF({listed})>0", "doubtful"),
    ):
        sheet.conditional_format(
            _bounding_range(slots), {"type": "formula", "criteria": criteria, "format": book.combine_styles(style)}
        )


def _shorten_amounts(plan: WorkbookPlan, planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Format whole amounts without the decimal point that the format with up to six decimals would show."""
    relations = {relation.id: relation for relation in plan.form.relations}
    for slot in planned.slots:
        match slot.role:
            case Role.INPUT | Role.COMPUTED:
                cells = [slot.key]
            case Role.CHECK if slot.text in {"left", "right", "difference"} and slot.key in relations:
                cells = [term.cell for term in relations[slot.key].terms]
            case _:
                continue
        if any(plan.form.cells[cell].is_exact for cell in cells):
            whole = f"=INT({slot.address})={slot.address}"
            sheet.conditional_format(
                slot.address, {"type": "formula", "criteria": whole, "format": book.combine_styles("whole")}
            )
