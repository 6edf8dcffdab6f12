"""Prove properties of a form's relations: contradictions, redundancies, and cells without any relation.

The proof is exact and needs only the definition. Equalities are decided by elimination, inequalities and conditions by
linear programming over non-negative figures; what is infeasible there is infeasible in integers too. Relations with
``%`` or ``!=`` are not linear: they are left out and reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xltool.forms.cell_kinds import can_be_negative
from xltool.forms.detection_power import DetectionPower, measure_detection_power
from xltool.forms.equations import Equation, find_dependents, form_equations
from xltool.forms.feasibility import EquationGroup, find_conflict
from xltool.model.expression import Comparison, LinearExpression, Operation, OperationKind, Side, Term
from xltool.model.form import Cell, Form, Number, Relation, Severity


class Redundancy(NamedTuple):
    """A relation implied by ``others``; empty if it holds unconditionally."""

    relation: str
    others: tuple[str, ...]


class RelationProof(NamedTuple):
    """The proof of one form.

    ``equations`` counts the equalities within a year, ``rank`` how many of them are independent. ``find_conflicts`` are
    minimal sets of relations that cannot all hold; ``untouched`` are the cells no relation names; ``left_out`` the
    relations that are not linear.
    """

    equations: int
    rank: int
    conflicts: tuple[tuple[str, ...], ...]
    redundancies: tuple[Redundancy, ...]
    untouched: tuple[str, ...]
    left_out: tuple[str, ...]
    power: tuple[DetectionPower, ...]


def prove_relations(form: Form) -> RelationProof:
    """Prove one form."""
    rows = form_equations(form.relations)
    touched = {term.cell for relation in form.relations for side in _relation_sides(relation) for term in side.terms}
    return RelationProof(
        equations=len(rows),
        rank=len(rows) - len(find_dependents(rows)),
        conflicts=find_conflicts(form),
        redundancies=find_redundancies(form),
        untouched=tuple(cell for cell in form.cells if cell not in touched),
        left_out=tuple(relation.id for relation in form.relations if not _is_linear(relation)),
        power=measure_detection_power(form),
    )


def find_conflicts(form: Form) -> tuple[tuple[str, ...], ...]:
    """Return minimal sets of relations that cannot all hold."""
    return tuple(_separate_conflicts(form)[1])


def find_redundancies(form: Form) -> tuple[Redundancy, ...]:
    """Return the relations implied by others, after removing one relation of each contradiction."""
    return tuple(_find_redundancies(_separate_conflicts(form)[0], form.cells))


def _relation_sides(relation: Relation) -> list[Side]:
    return [side for item in (relation.expect, *relation.when) for side in item.sides]


def _is_linear(relation: Relation) -> bool:
    return relation.is_linear and all(map(_is_linear_comparison, (relation.expect, *relation.when)))


def _joins_linear(relation: Relation) -> bool:
    """Return True for linear comparisons of this or an earlier period joined by ``and``."""
    return not relation.tolerance and all(map(_is_linear_comparison, _list_joined(relation)))


def _is_linear_comparison(comparison: Comparison) -> bool:
    sides = comparison.sides
    return comparison.operator != "!=" and all(
        isinstance(side, LinearExpression) and side.modulus is None for side in sides
    )


# --- contradictions ----------------------------------------------------------------------------------------------


def _separate_conflicts(form: Form) -> tuple[list[Relation], list[tuple[str, ...]]]:
    """Return the relations left after removing one of each contradiction, and the contradictions."""
    contradictions = []
    linear = [relation for relation in form.relations if _is_linear(relation) or _joins_linear(relation)]
    always = [relation for relation in linear if not relation.when]
    limits = _list_limits(linear, form.cells)
    while (clash := _find_clash(always, limits, form.cells)) is not None:
        contradictions.append(tuple(always[place].id for place in clash))
        del always[clash[-1]]
    agreeing = list(always)
    for relation in linear:
        if relation.when:
            clash = _find_clash([*always, relation], limits, form.cells)
            if clash is None:
                agreeing.append(relation)
            else:
                contradictions.append(tuple([*always, relation][place].id for place in clash))
    return [relation for relation in agreeing if _is_linear(relation)], contradictions


def _find_clash(
    relations: Sequence[Relation], limits: Sequence[EquationGroup], cells: Mapping[str, Cell]
) -> tuple[int, ...] | None:
    """Return the positions of relations that cannot all hold within the limits of their figures; None if all can."""
    clash = find_conflict([*(_relation_equations(relation, cells) for relation in relations), *limits])
    return None if clash is None else tuple(place for place in clash if place < len(relations)) or None


def _list_limits(relations: Sequence[Relation], cells: Mapping[str, Cell]) -> list[EquationGroup]:
    """Return the smallest and the largest value of each figure that relations name, as far as they have any."""
    named = {term.cell for relation in relations for side in _relation_sides(relation) for term in side.terms}
    limits: list[EquationGroup] = []
    for cell in (cells[name] for name in sorted(named)):
        figure = LinearExpression((Term(cell.id),))
        for operator, number in ((">=", cell.minimum), ("<=", cell.maximum)):
            if number is not None and not cell.is_worded:
                limit = Comparison(figure, operator, LinearExpression((), number))
                limits.append([_comparison_equation(limit, f"{operator} {cell.id}", "", cells)])
    return limits


# --- redundancies ------------------------------------------------------------------------------------------------


def _find_redundancies(relations: Sequence[Relation], cells: Mapping[str, Cell]) -> Iterator[Redundancy]:
    """Yield implied equalities (last year's included), then conditions and limits that cannot be violated."""
    always = [item for item in relations if not (item.when or item.profile) and item.expect.operator == "=="]
    within = [relation for relation in always if not relation.uses_previous]
    rows = [row for relation in always for row in _relation_equations(relation, cells)]
    rows += [_shift_to_previous_year(row) for relation in within for row in _relation_equations(relation, cells)]
    ranks = [_redundancy_rank(relation) for relation in (*always, *within)]
    for item in find_dependents(rows, ranks):
        if item.position < len(always):
            names = dict.fromkeys(rows[other].relations[0] for other in item.others)
            yield Redundancy(rows[item.position].relations[0], tuple(names))
    laws = [relation for relation in within if relation.severity is Severity.MUST_FIX and not relation.profile]
    groups = [_relation_equations(relation, cells) for relation in laws]
    for relation in relations:
        if relation.when or relation.expect.operator != "==":
            clashes = [find_conflict([*groups, broken]) for broken in _violating_groups(relation, cells)]
            if None not in clashes:
                needed = sorted({place for clash in clashes for place in clash or () if place < len(laws)})
                yield Redundancy(relation.id, tuple(laws[place].id for place in needed))


def _redundancy_rank(relation: Relation) -> int:
    """Rank which of several dependent relations is reported: known sums of others first, definitions last."""
    if relation.computes:
        return 0
    return 3 if relation.implied_by else 2 if relation.uses_previous else 1


def _shift_to_previous_year(equation: Equation) -> Equation:
    return equation._replace(
        terms={_variable_name(Term(cell, previous=True)): factor for cell, factor in equation.terms.items()}
    )


def _violating_groups(relation: Relation, cells: Mapping[str, Cell]) -> Iterator[EquationGroup]:
    """Yield the equations of each way a relation can apply and be violated."""
    contrary = {"==": ("<", ">"), "<=": (">",), ">=": ("<",), "<": (">=",), ">": ("<=",)}
    for operator in contrary[relation.expect.operator]:
        yield _relation_equations(replace(relation, expect=relation.expect._replace(operator=operator)), cells)


# --- rows --------------------------------------------------------------------------------------------------------


def _relation_equations(relation: Relation, cells: Mapping[str, Cell]) -> EquationGroup:
    """Return the equations of a relation's conditions and expectation."""
    return [
        _comparison_equation(item, f"{relation.id} {place}", relation.id, cells)
        for place, item in enumerate(_list_joined(relation))
    ]


def _list_joined(relation: Relation) -> list[Comparison]:
    """Return the comparisons of a relation, instead of those joined by ``and`` or in a chain the comparisons joined."""
    found: list[Comparison] = []
    pending = [relation.expect, *relation.when]
    while pending:
        item = pending.pop(0)
        if isinstance(item.left, Operation) and item.left.kind is OperationKind.ALL:
            pending += [part for part in item.left.arguments if isinstance(part, Comparison)]
        else:
            found.append(item)
    return found


def _comparison_equation(comparison: Comparison, name: str, relation: str, cells: Mapping[str, Cell]) -> Equation:
    """Turn a comparison into an equation with a slack variable; a strict inequality differs by at least one unit."""
    left, right = comparison.sides
    assert isinstance(left, LinearExpression)  # others are left out
    assert isinstance(right, LinearExpression)
    decimals = [cells[term.cell].decimals for side in comparison.sides for term in side.terms]
    constant = Fraction(right.constant) - Fraction(left.constant)
    finest = max([*decimals, *(_count_decimals(side.constant) for side in (left, right))])
    terms: dict[str, int] = {}
    for sign, side in ((1, comparison.left), (-1, comparison.right)):
        for term in side.terms:
            _add_term(terms, term, sign * 10**finest, cells)
    if comparison.operator in {"<", "<="}:
        terms[f"<open {name}>"] = 1
    if comparison.operator in {">", ">="}:
        terms[f"<open {name}>"] = -1
    gap = {"<": -1, ">": 1}.get(comparison.operator, 0)
    return Equation(
        (relation,), {cell: factor for cell, factor in terms.items() if factor}, int(constant * 10**finest) + gap
    )


def _count_decimals(number: Number) -> int:
    return max(0, -int(number.as_tuple().exponent)) if isinstance(number, Decimal) else 0


def _add_term(terms: dict[str, int], term: Term, times: int, cells: Mapping[str, Cell]) -> None:
    name = _variable_name(term)
    terms[name] = terms.get(name, 0) + times * term.coefficient
    if can_be_negative(cells[term.cell]):  # the difference of two figures that are 0 or more
        terms[f"<minus {name}>"] = -terms[name]


def _variable_name(term: Term) -> str:
    return f"previous({term.cell})" if term.previous else term.cell
