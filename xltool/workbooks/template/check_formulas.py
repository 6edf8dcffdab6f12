"""The live checks of a workbook: the formulas of the checks sheet, and the values they have for given figures.

A blank counts as 0 in every sum, as in a spreadsheet program. While a figure needed by a relation is blank and the
agency has not declared its blanks to be 0, the result of the relation is "waiting".
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.absent_tables import list_switch_words, name_switch
from xltool.forms.cell_addresses import box_address, cover_with_rectangles, parse_address
from xltool.forms.expressions import (
    check_relation,
    choose_earlier_figures,
    evaluate_sides,
    is_rounded,
    recompute_figures,
)
from xltool.forms.form_index import index_form
from xltool.forms.format_formulas import (
    EXCEL_OPERATORS,
    format_excel_formula,
    format_operation,
    quote_sheet_name,
)
from xltool.forms.lists.whole_form import list_counted_cells, list_row_relations, list_typed_cells
from xltool.forms.plan_sheets import list_announced_relations
from xltool.forms.slots import Purpose
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.expression import Comparison, LinearExpression, Operation, Side, Term
from xltool.model.form import MAX_CACHED_FORMS, Form, Number, Relation, Severity, Values
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula

NO_RESULT = " "  # of an operation such as a ratio by 0


class CheckLine(NamedTuple):
    """The values of one relation's row on the checks sheet: both sides, their difference, and the result.

    ``left`` and ``right`` are None where there is no result, as of a ratio by 0; ``difference`` is None unless the
    result is "holds" or "broken". A relation is not ``asked`` if it does not apply to this agency or lacks last year's
    figures.
    """

    left: Number | None
    right: Number | None
    difference: Number | None
    result: str
    asked: bool = True


def compute_check_lines(
    plan: WorkbookPlan,
    values: Values,
    previous: Values | None = None,
    *,
    year: int | None = None,
    declared_zero: bool = False,
    profiles: Collection[str] = (),
    absent: Collection[str] = (),
) -> dict[str, CheckLine]:
    """Compute the rows of the checks sheet for these inputs, by relation id.

    ``previous`` are the figures of the period before ``year``. ``profiles`` are those of the agency, ``absent`` the ids
    of tables that are switched off.
    """
    figures = spreadsheet_figures(plan.form, values)
    blank = frozenset(
        cell.id
        for cell in list_typed_cells(plan.form)
        if values.get(cell.id) is None and cell.table not in absent and not (declared_zero and not cell.is_worded)
    )
    idle = CheckLine(None, None, None, workbook_words().checks["idle"], asked=False)
    lines = {}
    for relation in list_announced_relations(plan.form):
        earlier = choose_earlier_figures(relation, year, previous)
        is_asked = is_answerable(relation, earlier, profiles) and not _is_switched_off(plan, relation, absent)
        lines[relation.id] = _compute_check_line(plan.form, relation, figures, earlier, blank) if is_asked else idle
    return lines


def _is_switched_off(plan: WorkbookPlan, relation: Relation, absent: Collection[str]) -> bool:
    tables = index_form(plan.form).switched.get(relation.id)
    return tables is not None and tables <= set(absent)


def spreadsheet_figures(form: Form, values: Values) -> dict[str, Number | None]:
    """Compute all figures as a spreadsheet program does: blanks count as 0; totals are computed unless typed."""
    typed = {relation.computes for relation in form.formulas if values.get(relation.computes or "") is not None}
    figures = {
        cell.id: values.get(cell.id) or 0 for cell in form.cells.values() if not cell.computed or cell.id in typed
    }
    return recompute_figures((relation for relation in form.formulas if relation.computes not in typed), figures)


def is_answerable(relation: Relation, previous: Values | None, profiles: Collection[str]) -> bool:
    """Return True if the relation applies to the agency's profiles and last year's figures it needs are known."""
    if relation.profile and relation.profile not in profiles:
        return False
    needed = {term.earlier_key for term in _relation_terms(relation) if term.previous}
    if not needed or (relation.missing == "zero" and previous is not None):
        return True
    return all((previous or {}).get(cell) is not None for cell in needed)


def _compute_check_line(
    form: Form, relation: Relation, figures: Values, previous: Values | None, blank: frozenset[str]
) -> CheckLine:
    say = workbook_words().checks
    left, right = evaluate_sides(relation, figures, previous, missing_as_zero=True)
    outcome = check_relation(relation, figures, previous)
    conditions, sides = find_needed_inputs(form, relation)
    if blank.intersection(conditions) or (outcome.asked and blank.intersection(sides)):
        return CheckLine(left, right, None, say["waiting"])
    if not outcome.asked or left is None or right is None:
        return CheckLine(left, right, None, say["idle"])
    return CheckLine(left, right, left - right, say["holds" if outcome.holds else "broken"])


def find_needed_inputs(form: Form, relation: Relation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the inputs needed to decide a relation's condition, and those needed for its two sides."""
    return _needed_inputs_by_relation(form)[relation.id]


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _needed_inputs_by_relation(form: Form) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    needed: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for relation in form.relations:
        conditions = [side for condition in relation.when for side in (condition.left, condition.right)]
        sides = [relation.expect.left, relation.expect.right]
        undecided = relation.missing != "zero"
        needed[relation.id] = (_trace_inputs(form, conditions), _trace_inputs(form, sides)) if undecided else ((), ())
    return needed


def _trace_inputs(form: Form, sides: Iterable[Side]) -> tuple[str, ...]:
    """Return the inputs of some sides; a computed figure is replaced by the inputs it is computed from."""
    definitions = {relation.computes: relation.expect.right.terms for relation in form.formulas}
    inputs: dict[str, None] = {}
    pending = [term.cell for side in sides for term in side.terms if not term.previous]
    seen: set[str] = set()
    while pending:
        cell = pending.pop()
        if cell not in definitions:
            inputs[cell] = None
        elif cell not in seen:
            pending += [term.cell for term in definitions[cell]]
        seen.add(cell)
    return tuple(inputs)


def _relation_terms(relation: Relation) -> Iterator[Term]:
    yield from relation.terms
    for condition in relation.when:
        yield from (*condition.left.terms, *condition.right.terms)


# --- formulas --------------------------------------------------------------------------------------------------


def format_total(plan: WorkbookPlan, relation: Relation, sheet: str) -> str:
    """Format the formula of a computed cell; an operation without a result shows nothing."""
    text = format_side(plan, relation.expect.right, sheet=sheet)
    if isinstance(relation.expect.right, LinearExpression):
        return text
    return f'IFERROR(ROUND({text},{relation.decimals or 0}),"{NO_RESULT}")'


def format_side(plan: WorkbookPlan, side: Side, previous: Values | None = None, sheet: str = "") -> str:
    """Format one side of a relation as a formula; amounts are rounded to their decimals because floats are inexact."""
    if previous is not None and not any(term.previous for term in side.terms):
        previous = None  # the same for every agency
    return _format_known_side(plan, side, sheet) if previous is None else _format_side(plan, side, previous, sheet)


@lru_cache(maxsize=1024)
def _format_known_side(plan: WorkbookPlan, side: Side, sheet: str) -> str:
    return _format_side(plan, side, None, sheet)


def _format_side(plan: WorkbookPlan, side: Side, previous: Values | None, sheet: str) -> str:
    if isinstance(side, Operation):
        return format_operation(side, lambda part: format_side(plan, part, previous, sheet))
    plain = format_excel_formula(side._replace(modulus=None), plan.find_figure, previous, sheet, plan.worded)
    cells = [plan.form.cells[term.cell] for term in side.terms]
    decimals = max((cell.decimals for cell in cells if cell.is_exact), default=0)
    rounded = f"ROUND({plain},{decimals})" if decimals else plain
    if side.modulus is None:
        return rounded
    return f"ROUND(MOD({rounded},{side.modulus}),{decimals})"


def format_check_row(
    plan: WorkbookPlan, relation: Relation, previous: Values | None, line: CheckLine, year: int | None = None
) -> dict[str, CellContent]:
    """Return the live columns of one relation's row: left, right, difference and result."""
    say = workbook_words().checks
    previous = choose_earlier_figures(relation, year, previous)
    if not line.asked:
        return dict.fromkeys(("left", "right", "difference", "result"), say["idle"])
    row = plan.checks[relation.id]
    left, right, result = (f"{column}{row}" for column in "CDF")
    decided = f'OR({result}="{say["holds"]}",{result}="{say["broken"]}")'
    rounding = "ROUND({0}-{1},6)" if _has_amounts(plan.form, relation) else "{0}-{1}"
    verdict = _format_result(plan, relation, previous, _format_verdict(relation, left, right))
    if any(isinstance(side, Operation) for side in relation.expect.sides):
        verdict = f'IFERROR({verdict},"{say["idle"]}")'
    values = [say["idle"] if value is None else value for value in line[:3]]
    texts = (
        _format_shown_side(plan, relation.expect.left, previous),
        _format_shown_side(plan, relation.expect.right, previous, relation if is_rounded(relation) else None),
        f'IF({decided},{rounding.format(left, right)},"{say["idle"]}")',
    )
    columns = zip(("left", "right", "difference", "result"), (*texts, verdict), (*values, line.result), strict=True)
    return {key: Formula(text, value) for key, text, value in columns}


def _format_shown_side(
    plan: WorkbookPlan, side: Side, previous: Values | None, computing: Relation | None = None
) -> str:
    """Format one side as shown, that of a computed total rounded as it is; an operation without a result shows "—"."""
    text = format_side(plan, side, previous)
    if not isinstance(side, Operation):
        return text
    shown = f"ROUND({text},{computing.decimals or 0})" if computing else text
    return f'IFERROR({shown},"{workbook_words().checks["idle"]}")'


def _format_verdict(relation: Relation, left: str, right: str) -> str:
    """Format the condition that a relation holds, over the cells of its two sides."""
    if relation.tolerance and relation.expect.operator == "==":
        return f"ROUND(ABS({left}-{right}),10)<={relation.tolerance}"
    if relation.is_linear:
        return f"{left}{EXCEL_OPERATORS[relation.expect.operator]}{right}"
    return f"ROUND({left}-{right},10){EXCEL_OPERATORS[relation.expect.operator]}0"


def _has_amounts(form: Form, relation: Relation) -> bool:
    return any(form.cells[term.cell].is_exact for term in relation.terms)


def _format_result(plan: WorkbookPlan, relation: Relation, previous: Values | None, holds: str) -> str:
    say = workbook_words().checks
    conditions, sides = find_needed_inputs(plan.form, relation)
    text = _wait_until_filled(plan, sides, f'IF({holds},"{say["holds"]}","{say["broken"]}")')
    if relation.when:
        asked = ",".join(_format_comparison(plan, condition, previous) for condition in relation.when)
        text = _wait_until_filled(plan, conditions, f'IF(AND({asked}),{text},"{say["idle"]}")')
    if relation.id in index_form(plan.form).switched:
        switches = _group_by_switch(plan, [term.cell for term in relation.terms if not term.previous])
        text = f'IF(AND({",".join(switches)}),"{say["idle"]}",{text})'
    return text


def _format_comparison(plan: WorkbookPlan, condition: Comparison, previous: Values | None) -> str:
    left, right = (format_side(plan, side, previous) for side in (condition.left, condition.right))
    return f"{left}{EXCEL_OPERATORS[condition.operator]}{right}"


def _wait_until_filled(plan: WorkbookPlan, inputs: Collection[str], formula: str) -> str:
    if not inputs:
        return formula
    waiting = workbook_words().checks["waiting"]
    worded = [cell for cell in inputs if cell in plan.worded]
    figures = [cell for cell in inputs if cell not in plan.worded]
    open_figures = [
        f"AND(NOT({declaration_condition(plan)}),{missing})" for missing in _format_missing(plan, figures, "COUNT")
    ]
    conditions = [*open_figures, *_format_missing(plan, worded, "COUNTA")]
    is_open = conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"
    return f'IF({is_open},"{waiting}",{formula})'


def _format_missing(plan: WorkbookPlan, cell_ids: Sequence[str], function: str) -> list[str]:
    """Return conditions that some figures are missing, of which ``function`` counts those filled in."""
    conditions = []
    for switch, own in _group_by_switch(plan, cell_ids).items():
        missing = f"{function}({','.join(format_areas(plan, own))})<{len(own)}"
        conditions.append(f"AND(NOT({switch}),{missing})" if switch else missing)
    return conditions


def declaration_condition(plan: WorkbookPlan) -> str:
    """Return the formula condition that the agency declared its blanks to be 0; FALSE if there is no such cell."""
    if "declaration" not in plan.fields:
        return "FALSE"
    sheet, spot = plan.fields["declaration"]
    return f'{quote_sheet_name(sheet)}!{absolute_address(spot)}="{workbook_words().cover["yes"]}"'


def format_areas(plan: WorkbookPlan, cell_ids: Iterable[str]) -> list[str]:
    """Return formula references of some figures, adjacent cells merged into ranges."""
    return list(_merge_areas(plan, tuple(cell_ids)))


@lru_cache(maxsize=1024)
def _merge_areas(plan: WorkbookPlan, cell_ids: tuple[str, ...]) -> tuple[str, ...]:
    by_sheet: dict[str, list[tuple[int, int]]] = {}
    for cell in cell_ids:
        sheet, spot = plan.find_figure(cell)
        by_sheet.setdefault(sheet, []).append(parse_address(spot))
    return tuple(
        f"{quote_sheet_name(sheet)}!{box_address(area)}"
        for sheet, spots in by_sheet.items()
        for area in cover_with_rectangles(spots)
    )


def absolute_address(spot: str) -> str:
    """Return "$D$7" for "D7"."""
    letters = spot.rstrip("0123456789")
    return f"${letters}${spot[len(letters) :]}"


def format_unfilled_count(plan: WorkbookPlan, sheet: str) -> str:
    """Return the formula that counts the blanks of a sheet to be filled in; 0 once blanks are declared to be 0."""
    own = [cell for cell in list_counted_cells(plan.form) if plan.find_figure(cell.id).sheet == sheet]
    groups = ([cell.id for cell in own if cell.is_worded is worded] for worded in (False, True))
    figures, worded = (_count_blanks(plan, group) for group in groups)
    return f"IF({declaration_condition(plan)},0,{figures or 0})" + (f"+{worded}" if worded else "")


def _count_blanks(plan: WorkbookPlan, cell_ids: Iterable[str]) -> str:
    """Return the formula that counts the blanks among some figures, without tables that do not apply."""
    parts = []
    for switch, own in _group_by_switch(plan, cell_ids).items():
        count = "+".join(f"COUNTBLANK({area})" for area in format_areas(plan, own))
        parts.append(f"IF({switch},0,{count})" if switch else count)
    return "+".join(parts)


def _group_by_switch(plan: WorkbookPlan, cell_ids: Iterable[str]) -> dict[str, list[str]]:
    """Group figures by the condition that their table does not apply; "" for tables that always do."""
    switched = {table.id: plan.fields.get(name_switch(table)) for table in plan.form.tables if table.absence}
    groups: dict[str, list[str]] = {}
    for cell in cell_ids:
        place = switched.get(plan.form.cells[cell].table)
        condition = ""
        if place:
            spot = f"{quote_sheet_name(place.sheet)}!{absolute_address(place.address)}"
            condition = f'{spot}="{list_switch_words()[1]}"'
        groups.setdefault(condition, []).append(cell)
    return groups


def format_overall_result(plan: WorkbookPlan) -> str:
    """Return the formula of the summary of all checks: how many are violated, by what they ask for."""
    say, cover = workbook_words().checks, workbook_words().cover
    first_row, last_row = plan.check_rows
    sheet = quote_sheet_name(plan.sheet_for(Purpose.CHECKS).name)
    results, severities = (f"{sheet}!${column}${first_row}:${column}${last_row}" for column in ("F", "H"))
    counts = "&".join(
        f'IF({count}>0,"{cover["joint"]}"&{count}&"{_name_severity(severity)}","")'
        for severity in Severity
        for count in [f'COUNTIFS({results},"{say["broken"]}",{severities},"{_severity_word(severity)}")']
    )
    broken, waiting = (f'COUNTIF({results},"{say[key]}")' for key in ("broken", "waiting"))
    none_broken = f'IF({waiting}>0,"{say["waiting"]}","{cover["all_hold"]}")'
    return f"IF({broken}>0,MID({counts},{len(cover['joint']) + 1},99),{none_broken})"


def overall_result(plan: WorkbookPlan, lines: Mapping[str, CheckLine]) -> str:
    """Compute the value of `format_overall_result` for the rows of the checks sheet, by relation id."""
    say, cover = workbook_words().checks, workbook_words().cover
    relations = (*plan.form.relations, *list_row_relations(plan.form))
    severities = {relation.id: relation.severity for relation in relations}
    broken = Counter(severities[relation] for relation, line in lines.items() if line.result == say["broken"])
    if broken:
        return cover["joint"].join(f"{broken[each]}{_name_severity(each)}" for each in Severity if broken[each])
    waiting = any(line.result == say["waiting"] for line in lines.values())
    return say["waiting"] if waiting else cover["all_hold"]


def _name_severity(severity: Severity) -> str:
    return workbook_words().cover["broken_after"].format(severity=_severity_word(severity))


def _severity_word(severity: Severity) -> str:
    return catalogue.look_up_word("severity", severity)
