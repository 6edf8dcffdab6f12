"""Conditional formats: results of checks, marks of a checked workbook, whole amounts."""

from xltool.forms.cell_addresses import box_address, column_letters
from xltool.forms.plan_sheets import CHECK_COLUMNS, EXPLANATION_COLUMNS, LIST_FIRST_ROW, MARK_COLUMNS
from xltool.forms.slots import Purpose, Role, Slot
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.form import Box, Severity
from xltool.workbooks.marks.mark_conditions import format_marked_formula
from xltool.workbooks.template.check_formulas import NO_RESULT
from xltool.workbooks.template.sheet_sentence import iterate_balance_cells
from xltool.workbooks.xlsxwriter_adapter import BookWriter, SheetWriter

_MARKED_ROLES = frozenset({Role.INPUT, Role.COMPUTED, Role.PARAGRAPH, Role.CONTROL, Role.ROW_INPUT})
_MAX_COLOURED_FINDINGS = 500  # rows of the list whose severity is coloured


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
            if results:  # a form may have no relation
                _amber_explainable(sheet, book, _bounding_range(results))
                _colour_results(sheet, book, _bounding_range(results))
            _shorten_amounts(plan, planned, sheet, book)
        case Purpose.EXPLANATIONS:
            _colour_wanted_reasons(planned, sheet, book)
        case Purpose.MARKS:
            _colour_severities(sheet, book)


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


def _amber_explainable(sheet: SheetWriter, book: BookWriter, area: str) -> None:
    """Colour the result amber where a reason is enough; the first format that fits counts."""
    first = area.partition(":")[0]
    row = first.lstrip(column_letters(CHECK_COLUMNS.index("result") + 1))
    severity = f"{column_letters(CHECK_COLUMNS.index('severity') + 1)}{row}"
    must_fix = catalogue.look_up_word("severity", Severity.MUST_FIX)
    criteria = f'=AND({first}="{workbook_words().checks["broken"]}",{severity}<>"{must_fix}")'
    sheet.conditional_format(
        area, {"type": "formula", "criteria": criteria, "format": book.combine_styles("doubtful"), "stop_if_true": True}
    )


def _colour_wanted_reasons(planned: Planned, sheet: SheetWriter, book: BookWriter) -> None:
    """Colour the reason amber while its row lists a relation and nothing is written."""
    listed = {slot.box.row for slot in planned.slots if slot.key == "relation" and slot.text}
    reasons = [slot for slot in planned.slots if slot.key == "reason" and slot.box.row in listed]
    if reasons:
        column, row = column_letters(EXPLANATION_COLUMNS.index("relation") + 1), min(listed)
        criteria = f'=AND(${column}{row}<>"{NO_RESULT}",{reasons[0].address}="")'
        condition = {"type": "formula", "criteria": criteria, "format": book.combine_styles("doubtful")}
        sheet.conditional_format(_bounding_range(reasons), condition)


def _colour_severities(sheet: SheetWriter, book: BookWriter) -> None:
    """Colour the severity in the list of findings as the cells are."""
    column = column_letters(MARK_COLUMNS.index("severity") + 1)
    for severity, style in ((Severity.MUST_FIX, "marked"), (Severity.EXPLAIN, "doubtful")):
        word = catalogue.look_up_word("severity", severity)
        sheet.conditional_format(
            f"{column}{LIST_FIRST_ROW}:{column}{LIST_FIRST_ROW + _MAX_COLOURED_FINDINGS}",
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.combine_styles(style)},
        )


def _colour_overall(sheet: SheetWriter, book: BookWriter, spot: str) -> None:
    good, waiting = workbook_words().cover["all_hold"], workbook_words().checks["waiting"]
    for value, style in ((good, "good"), (waiting, "waiting")):
        sheet.conditional_format(
            spot, {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": book.combine_styles(style)}
        )
    must_fix = catalogue.look_up_word("severity", Severity.MUST_FIX)
    red = f'=COUNTIF({spot},"*{must_fix}*")>0'
    sheet.conditional_format(spot, {"type": "formula", "criteria": red, "format": book.combine_styles("bad")})
    amber = f'=AND({spot}<>"{good}",{spot}<>"{waiting}",COUNTIF({spot},"*{must_fix}*")=0)'
    sheet.conditional_format(spot, {"type": "formula", "criteria": amber, "format": book.combine_styles("doubtful")})


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
    """Colour a cell while a finding of the list holds: red if it must be corrected, else amber."""
    slots = [slot for slot in planned.slots if slot.role in _MARKED_ROLES]
    area = _bounding_range(slots)
    first = area.partition(":")[0]
    must_fix = catalogue.look_up_word("severity", Severity.MUST_FIX)
    for severity, style in ((must_fix, "marked"), ("", "doubtful")):
        criteria = format_marked_formula(plan, planned.name, first, severity)
        sheet.conditional_format(area, {"type": "formula", "criteria": criteria, "format": book.combine_styles(style)})


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
        own = [plan.form.cells[cell] for cell in cells]
        if any(cell.is_exact and (slot.role is Role.CHECK or not cell.fixed_decimals) for cell in own):
            whole = f"=INT({slot.address})={slot.address}"
            sheet.conditional_format(
                slot.address, {"type": "formula", "criteria": whole, "format": book.combine_styles("whole")}
            )
