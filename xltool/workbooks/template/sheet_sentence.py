"""The live sentence above a table: how many cells are blank, and which columns do not balance."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.plan_sheets import list_announced_relations
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Number, Relation, Severity
from xltool.workbooks.template.check_formulas import CheckLine
from xltool.workbooks.xlsxwriter_adapter import Formula


class ShownRelation(NamedTuple):
    """A relation between figures of one sheet, and what it is called there: its column, else its title."""

    relation: Relation
    name: str


@lru_cache(maxsize=256)
def list_shown_relations(plan: WorkbookPlan, sheet: str) -> tuple[ShownRelation, ...]:
    """Return the relations that must hold between typed figures of one sheet, as on the checks sheet; cached."""
    return tuple(
        ShownRelation(relation, _name_relation(plan, relation))
        for relation in sorted(list_announced_relations(plan.form), key=lambda relation: plan.checks[relation.id])
        if relation.severity is Severity.MUST_FIX
        and not relation.implied_by
        and not any(relation.rule == formula.rule for formula in plan.form.formulas)
        and {plan.find_figure(term.cell).sheet for term in relation.terms} == {sheet}
    )


def _name_relation(plan: WorkbookPlan, relation: Relation) -> str:
    columns = {plan.form.cells[term.cell].column_path for term in relation.terms}
    return columns.pop()[-1] if len(columns) == 1 and any(columns) else relation.title


def make_sheet_sentence(
    shown_relations: Sequence[ShownRelation],
    plan: WorkbookPlan,
    lines: Mapping[str, CheckLine],
    count_address: str,
    count: int,
    legend: str,
) -> Formula:
    """Make the sentence; ``count_address`` is the cell with the number of blank cells, ``count`` its value."""
    say = workbook_words().table
    sentence = f"{say['unfilled_before']}{count}{say['unfilled_after']}" if count else say["filled"]
    blanks = (
        f'IF({count_address}=0,"{say["filled"]}","{say["unfilled_before"]}"&{count_address}&"{say["unfilled_after"]}")'
    )
    if not shown_relations:
        return Formula(f'{blanks}&"{legend}"', sentence + legend)
    broken = "&".join(_format_broken(plan, each) for each in shown_relations)
    all_hold = (
        f'IF(AND({",".join(_format_result_holds(plan, each) for each in shown_relations)}),"{say["balanced"]}","")'
    )
    verdict = "".join(_tell_broken(each, lines[each.relation.id]) for each in shown_relations)
    holds = workbook_words().checks["holds"]
    if all(lines[each.relation.id].result == holds for each in shown_relations):
        verdict = say["balanced"]
    return Formula(f'{blanks}&{all_hold}&{broken}&"{legend}"', sentence + verdict + legend)


def _format_result_holds(plan: WorkbookPlan, shown: ShownRelation) -> str:
    return f'{_locate_check(plan, shown, "F")}="{workbook_words().checks["holds"]}"'


def _format_broken(plan: WorkbookPlan, shown: ShownRelation) -> str:
    say, checks = workbook_words().table, workbook_words().checks
    before, _, after = say["unbalanced"].format(name=shown.name, difference="\0").partition("\0")
    result, difference = _locate_check(plan, shown, "F"), _locate_check(plan, shown, "E")
    return f'IF({result}="{checks["broken"]}","{before}"&{difference}&"{after}","")'


def _tell_broken(shown: ShownRelation, line: CheckLine) -> str:
    if line.result != workbook_words().checks["broken"]:
        return ""
    return workbook_words().table["unbalanced"].format(name=shown.name, difference=_format_difference(line.difference))


def _format_difference(difference: Number | None) -> str:
    """Format a difference as a spreadsheet program joins it to a text."""
    text = f"{difference or 0:f}" if not isinstance(difference, int) else str(difference)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _locate_check(plan: WorkbookPlan, shown: ShownRelation, column: str) -> str:
    sheet = quote_sheet_name(plan.sheet_for(Purpose.CHECKS).name)
    return f"{sheet}!{column}{plan.checks[shown.relation.id]}"


def iterate_balance_cells(plan: WorkbookPlan, sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the last figure of each relation that has a column of its own, and the cell with the relation's result."""
    for shown in list_shown_relations(plan, sheet):
        if shown.name != shown.relation.title:
            last = plan.find_figure(shown.relation.terms[-1].cell).address
            yield last, _locate_check(plan, shown, "$F$")
