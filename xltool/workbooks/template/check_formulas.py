"""The live checks of a workbook: what the checks sheet computes for any figures, and the formulas that compute it.

A blank counts as 0 in every sum, as in a spreadsheet program; but while a figure is blank that a relation needs, and
the agency has not declared its blanks to be 0, the relation is only waiting.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from xltool.forms.expressions import evaluate, quoted, recompute, to_excel, verdict
from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.places import box_address, place, rectangles
from xltool.forms.sheets import announced
from xltool.forms.slots import Purpose
from xltool.model.form import Comparison, Form, Kind, Linear, Number, Relation, Term, Values
from xltool.workbooks.xlsxwriter_adapter import Content, Formula

_SIGNS = {"==": "=", "!=": "<>", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}


class CheckLine(NamedTuple):
    """What the checks sheet shows for one relation: both sides, their difference, and the sign of the result.

    ``left`` and ``right`` are None where the relation is not asked of this agency or lacks last year's figures;
    ``difference`` is None unless the result is "holds" or "broken".
    """

    left: Number | None
    right: Number | None
    difference: Number | None
    result: str


def check_lines(
    plan: Plan,
    values: Values,
    previous: Values | None = None,
    declared_zero: bool = False,
    profiles: Collection[str] = (),
) -> dict[str, CheckLine]:
    """What the checks sheet shows for these inputs, by relation id. ``profiles`` are those the agency answers to."""
    figures = counted(plan.form, values)
    blank = frozenset(cell.id for cell in plan.form.inputs if values.get(cell.id) is None and not declared_zero)
    idle = CheckLine(None, None, None, words().checks["idle"])
    return {
        relation.id: _line(plan.form, relation, figures, previous, blank)
        if answerable(relation, previous, profiles)
        else idle
        for relation in announced(plan.form)
    }


def counted(form: Form, values: Values) -> dict[str, Number | None]:
    """All figures as a spreadsheet program has them: blanks count as 0; totals are computed unless one is typed."""
    typed = {relation.computes for relation in form.formulas if values.get(relation.computes or "") is not None}
    figures = {
        cell.id: values.get(cell.id) or 0 for cell in form.cells.values() if not cell.computed or cell.id in typed
    }
    return recompute((relation for relation in form.formulas if relation.computes not in typed), figures)


def answerable(relation: Relation, previous: Values | None, profiles: Collection[str]) -> bool:
    """Whether a relation is asked at all: of agencies it is meant for, and where last year's figures are known."""
    if relation.profile and relation.profile not in profiles:
        return False
    needed = {term.cell for term in _terms(relation) if term.previous}
    if not needed or (relation.missing == "zero" and previous is not None):
        return True
    return all((previous or {}).get(cell) is not None for cell in needed)


def _line(form: Form, relation: Relation, figures: Values, previous: Values | None, blank: frozenset[str]) -> CheckLine:
    say = words().checks
    left = evaluate(relation.expect.left, figures, previous, zero=True)
    right = evaluate(relation.expect.right, figures, previous, zero=True)
    found = verdict(relation, figures, previous)
    conditions, sides = needed_inputs(form, relation)
    if blank.intersection(conditions) or (found.asked and blank.intersection(sides)):
        return CheckLine(left, right, None, say["waiting"])
    if not found.asked or left is None or right is None:
        return CheckLine(left, right, None, say["idle"])
    return CheckLine(left, right, left - right, say["holds" if found.holds else "broken"])


_needed: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}


def needed_inputs(form: Form, relation: Relation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs that must be filled in before the condition, and then both sides, of a relation can be decided."""
    key = (form.digest, relation.id)
    if key not in _needed:
        conditions = [side for condition in relation.when for side in (condition.left, condition.right)]
        sides = [relation.expect.left, relation.expect.right]
        undecided = relation.missing != "zero"
        _needed[key] = (_inputs(form, conditions), _inputs(form, sides)) if undecided else ((), ())
    return _needed[key]


def _inputs(form: Form, sides: Iterable[Linear]) -> tuple[str, ...]:
    """The inputs behind the figures of some sides; a computed figure stands for the inputs it is computed from."""
    definitions = {relation.computes: relation.expect.right.terms for relation in form.formulas}
    found: dict[str, None] = {}
    pending = [term.cell for side in sides for term in side.terms if not term.previous]
    seen: set[str] = set()
    while pending:
        cell = pending.pop()
        if cell not in definitions:
            found[cell] = None
        elif cell not in seen:
            pending += [term.cell for term in definitions[cell]]
        seen.add(cell)
    return tuple(found)


def _terms(relation: Relation) -> Iterator[Term]:
    yield from relation.terms
    for condition in relation.when:
        yield from (*condition.left.terms, *condition.right.terms)


# --- formulas --------------------------------------------------------------------------------------------------


def side_formula(plan: Plan, side: Linear, previous: Values | None = None, sheet: str = "") -> str:
    """One side of a relation as a formula. Amounts are rounded to their places: binary fractions do not add up."""
    plain = to_excel(side._replace(modulus=None), plan.where, previous, sheet)
    cells = [plan.form.cells[term.cell] for term in side.terms]
    decimals = max((cell.decimals for cell in cells if cell.kind is Kind.AMOUNT), default=0)
    rounded = f"ROUND({plain},{decimals})" if decimals else plain
    if side.modulus is None:
        return rounded
    return f"ROUND(MOD({rounded},{side.modulus}),{decimals})"


def check_contents(plan: Plan, relation: Relation, previous: Values | None, line: CheckLine) -> dict[str, Content]:
    """The live columns of one relation's row: left, right, difference and result."""
    say = words().checks
    if line.left is None or line.right is None:
        return dict.fromkeys(("left", "right", "difference", "result"), say["idle"])
    row = plan.checks[relation.id]
    left, right, result = (f"{column}{row}" for column in "CDF")
    decided = f'OR({result}="{say["holds"]}",{result}="{say["broken"]}")'
    rounding = "ROUND({0}-{1},6)" if _has_amounts(plan.form, relation) else "{0}-{1}"
    shown = line.difference if line.difference is not None else say["idle"]
    return {
        "left": Formula(side_formula(plan, relation.expect.left, previous), line.left),
        "right": Formula(side_formula(plan, relation.expect.right, previous), line.right),
        "difference": Formula(f'IF({decided},{rounding.format(left, right)},"{say["idle"]}")', shown),
        "result": Formula(
            _result(plan, relation, previous, f"{left}{_SIGNS[relation.expect.operator]}{right}"), line.result
        ),
    }


def _has_amounts(form: Form, relation: Relation) -> bool:
    return any(form.cells[term.cell].kind is Kind.AMOUNT for term in relation.terms)


def _result(plan: Plan, relation: Relation, previous: Values | None, holds: str) -> str:
    say = words().checks
    conditions, sides = needed_inputs(plan.form, relation)
    text = _once_filled(plan, sides, f'IF({holds},"{say["holds"]}","{say["broken"]}")')
    if relation.when:
        asked = ",".join(_comparison(plan, condition, previous) for condition in relation.when)
        text = _once_filled(plan, conditions, f'IF(AND({asked}),{text},"{say["idle"]}")')
    return text


def _comparison(plan: Plan, condition: Comparison, previous: Values | None) -> str:
    left, right = (side_formula(plan, side, previous) for side in (condition.left, condition.right))
    return f"{left}{_SIGNS[condition.operator]}{right}"


def _once_filled(plan: Plan, inputs: Collection[str], formula: str) -> str:
    if not inputs:
        return formula
    waiting = words().checks["waiting"]
    return f'IF(AND(NOT({declared(plan)}),COUNT({",".join(areas(plan, inputs))})<{len(inputs)}),"{waiting}",{formula})'


def declared(plan: Plan) -> str:
    """The condition that the agency has declared its blanks to be 0; never so where there is no such cell."""
    if "declaration" not in plan.fields:
        return "FALSE"
    sheet, spot = plan.fields["declaration"]
    return f'{quoted(sheet)}!{absolute(spot)}="{words().cover["yes"]}"'


def areas(plan: Plan, cells: Iterable[str]) -> list[str]:
    """The places of some figures as references, neighbours drawn together."""
    by_sheet: dict[str, list[tuple[int, int]]] = {}
    for cell in cells:
        sheet, spot = plan.where(cell)
        by_sheet.setdefault(sheet, []).append(place(spot))
    return [f"{quoted(sheet)}!{box_address(area)}" for sheet, spots in by_sheet.items() for area in rectangles(spots)]


def absolute(spot: str) -> str:
    """ "$D$7" for "D7"."""
    letters = spot.rstrip("0123456789")
    return f"${letters}${spot[len(letters) :]}"


def unfilled_formula(plan: Plan, sheet: str) -> str:
    """How many inputs of a sheet are still blank; none once blanks are declared to be 0."""
    own = [cell.id for cell in plan.form.inputs if plan.where(cell.id).sheet == sheet]
    blanks = "+".join(f"COUNTBLANK({area})" for area in areas(plan, own))
    return f"IF({declared(plan)},0,{blanks})"


def overall_formula(plan: Plan) -> str:
    """The result of all checks in a few words."""
    say, cover = words().checks, words().cover
    rows = sorted(plan.checks.values())
    results = f"{quoted(plan.sheet(Purpose.CHECKS).name)}!$F${rows[0]}:$F${rows[-1]}"
    broken, waiting = (f'COUNTIF({results},"{say[key]}")' for key in ("broken", "waiting"))
    none_broken = f'IF({waiting}>0,"{say["waiting"]}","{cover["all_hold"]}")'
    return f'IF({broken}>0,{broken}&"{cover["broken_after"]}",{none_broken})'


def overall(lines: Iterable[CheckLine]) -> str:
    """What ``overall_formula`` comes to."""
    say, cover = words().checks, words().cover
    results = [line.result for line in lines]
    if broken := results.count(say["broken"]):
        return f"{broken}{cover['broken_after']}"
    return say["waiting"] if say["waiting"] in results else cover["all_hold"]
