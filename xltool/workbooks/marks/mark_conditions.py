"""While a marked cell stays coloured: until its check holds, else until its content is another one.

A condition stands beside the key of the cell in the list of findings, and the conditional formats of the template
compare it with the workbook as it is now: "always"; "17:", while row 17 of the checks sheet is violated; or "0:12",
while the cell still holds 12.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from xltool.forms.absent_tables import find_absent_tables
from xltool.forms.cell_addresses import column_letters
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.plan_sheets import MARK_COLUMNS
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.finding import Finding, FindingCell
from xltool.model.submission import Entry, Submission
from xltool.workbooks.template.check_formulas import compute_check_lines

ALWAYS = "always"
CONDITION_COLUMN = len(MARK_COLUMNS) + 1  # right of the list, hidden
_MAX_COMPARED_CHARACTERS = 200  # of a cell's content; a criterion can have 255
_ERROR = "#"  # what an error value counts as
_DATE_NOTES = frozenset({"date"})  # stored as a serial number, read as a day

FindConditions = Callable[[Finding, FindingCell], tuple[str, ...]]


def format_marked_formula(plan: WorkbookPlan, sheet: str, first: str, severity: str = "") -> str:
    """Return the condition that the list of findings marks a cell of ``sheet``; ``first`` is the range's first cell.

    With ``severity`` only marks of that word count.
    """
    marks = quote_sheet_name(plan.sheet_for(Purpose.MARKS).name)
    first_row, last_row = plan.check_rows
    results = f"{quote_sheet_name(plan.sheet_for(Purpose.CHECKS).name)}!$F${first_row}:$F${last_row}"
    key = sheet.replace('"', '""')
    listed = f'{marks}!$A:$A,"{key}!"&ADDRESS(ROW(),COLUMN(),4)'
    if severity:
        column = column_letters(MARK_COLUMNS.index("severity") + 1)
        listed += f',{marks}!${column}:${column},"{severity}"'
    column = column_letters(CONDITION_COLUMN)
    listed += f",{marks}!${column}:${column}"
    content = f'IFERROR(LEFT({first},{_MAX_COMPARED_CHARACTERS}),"{_ERROR}")'
    broken = workbook_words().checks["broken"]
    return (
        f'=COUNTIFS({listed},"{ALWAYS}")+COUNTIFS({listed},"0:"&{content})'
        f'+SUMPRODUCT(({results}="{broken}")*COUNTIFS({listed},ROW({results})&":"))>0'
    )


def is_decided_by_check(condition: str) -> bool:
    """Return whether a condition lasts while a row of the checks sheet is violated."""
    return condition.endswith(":") and condition != "0:"


def make_conditions(plan: WorkbookPlan, submission: Submission | None) -> FindConditions:
    """Return a function from a finding and one of its cells to the conditions of the mark: any of them keeps it."""
    if submission is None:
        return lambda _finding, _finding_cell: (ALWAYS,)
    broken = _list_broken_relations(plan, submission)
    entries = {(entry.sheet, entry.address): entry for entry in _iterate_entries(submission)}

    def find_conditions(finding: Finding, finding_cell: FindingCell) -> tuple[str, ...]:
        if finding.relation in broken:
            return (f"{plan.checks[finding.relation]}:",)
        entry = entries.get((finding_cell.sheet, finding_cell.address))
        texts = _list_contents(entry, submission) if entry else ()
        return tuple(f"0:{text}" for text in texts) or (ALWAYS,)

    return find_conditions


def _list_broken_relations(plan: WorkbookPlan, submission: Submission) -> frozenset[str]:
    """Return the relations that the workbook itself shows as violated, last year's figures aside."""
    formulas = {cell.id for cell in plan.form.cells.values() if cell.computed}
    typed = {
        cell: entry.value
        for cell, entry in submission.entries.items()
        if entry.value is not None and not (cell in formulas and entry.formula is not None)
    }
    absent = tuple(table.id for table in find_absent_tables(plan.form, submission.entries))
    lines = compute_check_lines(plan, typed, declared_zero=submission.declared_zero, absent=absent)
    broken = workbook_words().checks["broken"]
    shown = {relation for relation, line in lines.items() if line.result == broken}
    return frozenset(
        relation.id for relation in plan.form.relations if relation.id in shown and not relation.uses_previous
    )


def _iterate_entries(submission: Submission) -> Iterator[Entry]:
    yield from submission.entries.values()
    yield from submission.controls.values()


def _list_contents(entry: Entry, submission: Submission) -> tuple[str, ...]:
    """Return what the cell holds, as a spreadsheet program joins it to a text; nothing if that is not known."""
    if entry.note in _DATE_NOTES:
        return ()
    if entry.formula is not None and (value := submission.values.get(entry.cell)) is not None:
        return (_show_number(str(value)),)
    if entry.raw is None:
        return ("",)
    if entry.raw.startswith(_ERROR):
        return (_ERROR,)
    return tuple(dict.fromkeys((entry.raw[:_MAX_COMPARED_CHARACTERS], _show_number(entry.raw))))


def _show_number(text: str) -> str:
    """Return a number without trailing zeros; a text as it is."""
    with suppress(ValueError):
        return f"{float(text):.15g}"
    return text[:_MAX_COMPARED_CHARACTERS]
