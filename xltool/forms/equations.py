"""The equations of a form as sparse rows of integers, for proof and localisation. All arithmetic is exact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import gcd
from typing import NamedTuple, TypeVar

from xltool.forms.ledger_totals import LedgerTotal
from xltool.model.expression import LinearExpression
from xltool.model.form import Form, Holding, Number, Relation, Severity

_Key = TypeVar("_Key", str, int)
_Number = TypeVar("_Number", int, Number)


class Equation(NamedTuple):
    """``sum(coefficient * cell) == constant``; ``relations`` are the ids of the relations it comes from.

    A balance of received + carried in = answered + carried out has the terms +1, +1, -1, -1. With 88, 2, 85 and 4 its
    residual is 1: one case too many on the left, or one too few on the right.
    """

    relations: tuple[str, ...]
    terms: Mapping[str, int]
    constant: int = 0

    def residual(self, values_by_cell: Mapping[str, _Number], scale: int = 1) -> _Number:
        """Return left minus right for ``values_by_cell``, all multiplied by ``scale``; 0 if satisfied."""
        return sum((factor * values_by_cell[cell] for cell, factor in self.terms.items()), -self.constant * scale)


class DependentEquation(NamedTuple):
    """An equation that follows from others (``consistent``) or contradicts them; ``others`` are their positions."""

    position: int
    others: tuple[int, ...]
    consistent: bool


class _EliminationRow(NamedTuple):
    """An equation during elimination; ``origin`` is the multiple of each original equation in it, by position."""

    terms: Mapping[str, int]
    constant: int
    origin: Mapping[int, int]


def is_equation(relation: Relation) -> bool:
    """Return True for an unconditional equality within one year that every report must satisfy."""
    return _is_unconditional(relation) and relation.severity is Severity.MUST_FIX and not relation.beta


def _is_unconditional(relation: Relation) -> bool:
    """Return True for an equality within one year that has no condition and applies to every agency."""
    sides = (relation.expect.left, relation.expect.right)
    return (
        relation.expect.operator == "=="
        and relation.is_linear
        and not (relation.when or relation.profile or relation.uses_previous or relation.holds is Holding.SUM)
        and all(isinstance(side, LinearExpression) and side.modulus is None for side in sides)
    )


def year_equations(relations: Iterable[Relation]) -> tuple[Equation, ...]:
    """Return an equation for each unconditional equality within one year, whatever its severity."""
    return tuple(relation_equation(relation) for relation in relations if _is_unconditional(relation))


def form_equations(relations: Iterable[Relation], controls: Iterable[LedgerTotal] = ()) -> tuple[Equation, ...]:
    """Return an equation for each relation that is one, and for each ledger total (its id in place of a relation's)."""
    rows = [relation_equation(relation) for relation in relations if is_equation(relation)]
    rows += [Equation((item.id,), {**dict.fromkeys(item.cells, -1), item.id: 1}) for item in controls]
    return tuple(rows)


def relation_equation(relation: Relation) -> Equation:
    """Return left minus right with like terms combined."""
    terms: dict[str, int] = {}
    for sign, side in ((1, relation.expect.left), (-1, relation.expect.right)):
        for term in side.terms:
            terms[term.cell] = terms.get(term.cell, 0) + sign * term.coefficient
    left, right = relation.expect.sides
    assert isinstance(left, LinearExpression)  # only called for equalities of linear expressions
    assert isinstance(right, LinearExpression)
    constant = int(right.constant - left.constant)
    return Equation((relation.id,), {cell: factor for cell, factor in terms.items() if factor}, constant)


def computing_relations(form: Form) -> Mapping[str, str]:
    """Return the id of the relation that computes a cell, by cell id."""
    return {relation.computes: relation.id for relation in form.formulas if relation.computes is not None}


def eliminate_unknowns(
    equations: Iterable[Equation], unknown: Collection[str], defined: Mapping[str, str] | None = None
) -> tuple[Equation, ...]:
    """Eliminate unknown cells from the equations.

    A cell in ``defined`` is eliminated by its definition, whose relation is then not added to the others (the template
    computes it); any other by the shortest equation it stands in, whose relations are added to the others.
    """
    left = list(equations)
    for cell in unknown:
        holding = [row for row in left if cell in row.terms]
        if not holding:
            continue
        formula = (defined or {}).get(cell)
        pivot = min(holding, key=lambda row: (formula not in row.relations, len(row.terms)))
        added = () if formula in pivot.relations else pivot.relations
        left = [_substitute_cell(row, cell, pivot, added) for row in left if row is not pivot]
    return tuple(row for row in left if row.terms or row.constant)


def _substitute_cell(equation: Equation, cell: str, pivot: Equation, added: tuple[str, ...]) -> Equation:
    if cell not in equation.terms:
        return equation
    terms, constant, _ = _eliminate_cell(
        _EliminationRow(equation.terms, equation.constant, {}), cell, _EliminationRow(pivot.terms, pivot.constant, {})
    )
    return Equation(tuple(dict.fromkeys((*equation.relations, *added))), terms, constant)


def find_dependents(equations: Sequence[Equation], ranks: Sequence[int] | None = None) -> tuple[DependentEquation, ...]:
    """Find the equations that are implied by others or contradict them.

    Equations of a lower rank are kept before those of a higher one, shorter ones before longer.
    """
    first = ranks or [0] * len(equations)
    kept: dict[str, _EliminationRow] = {}
    dependent = []
    for position in sorted(range(len(equations)), key=lambda place: (first[place], len(equations[place].terms))):
        row = _EliminationRow(equations[position].terms, equations[position].constant, {position: 1})
        while pivot := next((cell for cell in row.terms if cell in kept), None):
            row = _eliminate_cell(row, pivot, kept[pivot])
        if not row.terms:
            others = tuple(sorted(place for place in row.origin if place != position))
            dependent.append(DependentEquation(position, others, consistent=not row.constant))
            continue
        kept[next(iter(row.terms))] = row
    return tuple(sorted(dependent))


def _eliminate_cell(elimination_row: _EliminationRow, cell: str, pivot: _EliminationRow) -> _EliminationRow:
    """Eliminate ``cell`` from ``elimination_row`` with ``pivot``; the result is in lowest terms."""
    own, other = elimination_row.terms[cell], pivot.terms[cell]
    shared = gcd(own, other)
    own, other = own // shared, other // shared
    if other < 0:
        own, other = -own, -other
    terms = _subtract_multiples(elimination_row.terms, other, pivot.terms, own)
    constant = elimination_row.constant * other - pivot.constant * own
    origin = _subtract_multiples(elimination_row.origin, other, pivot.origin, own)
    common = gcd(constant, *terms.values(), *origin.values())
    if common <= 1:
        return _EliminationRow(terms, constant, origin)
    return _EliminationRow(
        {cell: factor // common for cell, factor in terms.items()},
        constant // common,
        {place: times // common for place, times in origin.items()},
    )


def _subtract_multiples(row: Mapping[_Key, int], times: int, pivot: Mapping[_Key, int], minus: int) -> dict[_Key, int]:
    result = {key: value * times for key, value in row.items()} if times != 1 else dict(row)
    for key, value in pivot.items():
        changed = result.get(key, 0) - value * minus
        if changed:
            result[key] = changed
        else:
            result.pop(key, None)
    return result


def number_blocks(equations: Sequence[Equation]) -> tuple[int | None, ...]:
    """Return the number of each equation's connected group; None for a redundant equation that joins several."""
    empty = {item.position for item in find_dependents(equations)}
    leader: dict[str, str] = {}

    def lead(cell: str) -> str:
        while leader.setdefault(cell, cell) != cell:
            cell = leader[cell]
        return cell

    for position, row in enumerate(equations):
        if position not in empty:
            first, *others = row.terms
            for other in others:
                leader[lead(other)] = lead(first)
    numbers: dict[str, int] = {}
    result: list[int | None] = []
    for row in equations:
        leaders = {lead(cell) for cell in row.terms}
        result.append(numbers.setdefault(leaders.pop(), len(numbers)) if len(leaders) == 1 else None)
    return tuple(result)
