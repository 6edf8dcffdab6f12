"""The rows of 情况说明: those that list what needs a reason by themselves, with both figures, and the free ones."""

from collections.abc import Mapping

from xltool.forms.cell_addresses import column_letters
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.plan_sheets import CHECK_COLUMNS, MARK_COLUMNS
from xltool.forms.slots import Purpose, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.workbooks.template.check_formulas import NO_RESULT, CheckLine
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula

_LISTED_STYLES = {"relation": ("listed",), "left": ("number",), "right": ("number",)}


def fill_explanation(
    plan: WorkbookPlan, check_lines: Mapping[str, CheckLine], slot: Slot
) -> tuple[CellContent, tuple[str, ...]]:
    """Return the content of a cell of 情况说明 and its styles."""
    if slot.key == "number":
        return int(slot.text), ("centred",)
    if slot.text:
        return _list_relation(plan, check_lines[slot.text], slot), _LISTED_STYLES[slot.key]
    return None, (slot.role, "text") if slot.key in {"author", "date"} else (slot.role,)


def _list_relation(plan: WorkbookPlan, line: CheckLine, slot: Slot) -> Formula:
    """Show a relation, or one of its sides, while the checks or the list of findings say that it needs a reason."""
    checks = quote_sheet_name(plan.sheet_for(Purpose.CHECKS).name)
    row, broken = plan.checks[slot.text], workbook_words().checks["broken"]
    is_broken = f'{checks}!{column_letters(CHECK_COLUMNS.index("result") + 1)}{row}="{broken}"'
    live = f"{checks}!{column_letters(CHECK_COLUMNS.index(slot.key) + 1)}{row}"
    found = _locate_marks(plan, "place")
    if slot.key == "relation":
        (name,) = (relation.name for relation in plan.form.relations if relation.id == slot.text)
        text = f'IF(OR({is_broken},COUNTIF({found},"{slot.text}")>0),{live},"{NO_RESULT}")'
        return Formula(text, name if line.result == broken else NO_RESULT)
    marked = f'INDEX({_locate_marks(plan, slot.key)},MATCH("{slot.text}",{found},0))'
    value = (line.left if slot.key == "left" else line.right) if line.result == broken else None
    return Formula(f'IF({is_broken},{live},IFERROR({marked},"{NO_RESULT}"))', NO_RESULT if value is None else value)


def _locate_marks(plan: WorkbookPlan, column: str) -> str:
    """Return the reference of a column of the list of findings."""
    letters = column_letters(MARK_COLUMNS.index(column) + 1)
    return f"{quote_sheet_name(plan.sheet_for(Purpose.MARKS).name)}!${letters}:${letters}"
