"""The equations of a form as sparse rows of whole numbers: what proof and localisation work on. Exact throughout."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import gcd
from typing import NamedTuple, TypeVar

from xltool.forms.controls import Control
from xltool.model.form import Form, Relation, Severity

_Key = TypeVar("_Key", str, int)


class Equation(NamedTuple):
    """``sum(coefficient * cell) == constant``; ``relations`` are the ids of the relations it was made from."""

    relations: tuple[str, ...]
    terms: Mapping[str, int]
    constant: int = 0


class Dependent(NamedTuple):
    """An equation that follows from others (``consistent``), or contradicts them; ``others`` are their positions."""

    position: int
    others: tuple[int, ...]
    consistent: bool


class _Row(NamedTuple):
    """An equation on its way through elimination; ``origin`` counts how often each equation went into it."""

    terms: Mapping[str, int]
    constant: int
    origin: Mapping[int, int]


def is_equation(relation: Relation) -> bool:
    """Whether a relation is an equality every report must satisfy, within the year and under no condition."""
    sides = (relation.expect.left, relation.expect.right)
    return (
        relation.expect.operator == "=="
        and relation.severity is Severity.MUST_FIX
        and not (relation.when or relation.profile or relation.uses_previous or relation.beta)
        and all(side.modulus is None for side in sides)
    )


def equations(relations: Iterable[Relation], controls: Iterable[Control] = ()) -> tuple[Equation, ...]:
    """The relations that are equations, and for each control figure the sum it is; its id stands for a relation's."""
    rows = [equation(relation) for relation in relations if is_equation(relation)]
    rows += [Equation((item.id,), {**dict.fromkeys(item.cells, -1), item.id: 1}) for item in controls]
    return tuple(rows)


def equation(relation: Relation) -> Equation:
    """Left minus right, like terms drawn together."""
    terms: dict[str, int] = {}
    for sign, side in ((1, relation.expect.left), (-1, relation.expect.right)):
        for cell, coefficient, _ in side.terms:
            terms[cell] = terms.get(cell, 0) + sign * coefficient
    constant = relation.expect.right.constant - relation.expect.left.constant
    return Equation((relation.id,), {cell: factor for cell, factor in terms.items() if factor}, constant)


def definitions(form: Form) -> Mapping[str, str]:
    """The relation that computes a cell, by cell."""
    return {relation.computes: relation.id for relation in form.formulas if relation.computes is not None}


def without(
    rows: Iterable[Equation], unknown: Collection[str], defined: Mapping[str, str] | None = None
) -> tuple[Equation, ...]:
    """What the equations still say when some cells are unknown: each is replaced by what an equation makes of it.

    A cell in ``defined`` is replaced by its definition, which then is no statement of its own (the template computes
    it); any other by the shortest equation it stands in, whose relations the others then rest on too.
    """
    left = list(rows)
    for cell in unknown:
        holding = [row for row in left if cell in row.terms]
        if not holding:
            continue
        formula = (defined or {}).get(cell)
        pivot = min(holding, key=lambda row: (formula not in row.relations, len(row.terms)))
        added = () if formula in pivot.relations else pivot.relations
        left = [_replaced(row, cell, pivot, added) for row in left if row is not pivot]
    return tuple(row for row in left if row.terms or row.constant)


def _replaced(row: Equation, cell: str, pivot: Equation, added: tuple[str, ...]) -> Equation:
    if cell not in row.terms:
        return row
    terms, constant, _ = _combined(_Row(row.terms, row.constant, {}), cell, _Row(pivot.terms, pivot.constant, {}))
    return Equation(tuple(dict.fromkeys((*row.relations, *added))), terms, constant)


def dependents(rows: Sequence[Equation], ranks: Sequence[int] | None = None) -> tuple[Dependent, ...]:
    """The equations that say nothing new, or the contrary of what others say.

    Equations of a lower rank are kept before those of a higher one, shorter ones before longer.
    """
    first = ranks or [0] * len(rows)
    kept: dict[str, _Row] = {}
    found = []
    for position in sorted(range(len(rows)), key=lambda place: (first[place], len(rows[place].terms))):
        row = _Row(rows[position].terms, rows[position].constant, {position: 1})
        while pivot := next((cell for cell in row.terms if cell in kept), None):
            row = _combined(row, pivot, kept[pivot])
        if not row.terms:
            others = tuple(sorted(place for place in row.origin if place != position))
            found.append(Dependent(position, others, consistent=not row.constant))
            continue
        kept[next(iter(row.terms))] = row
    return tuple(sorted(found))


def _combined(row: _Row, cell: str, pivot: _Row) -> _Row:
    """``row`` with ``cell`` taken out of it by ``pivot``, in lowest terms."""
    own, other = row.terms[cell], pivot.terms[cell]
    shared = gcd(own, other)
    own, other = own // shared, other // shared
    if other < 0:
        own, other = -own, -other
    terms = _difference(row.terms, other, pivot.terms, own)
    constant = row.constant * other - pivot.constant * own
    origin = _difference(row.origin, other, pivot.origin, own)
    common = gcd(constant, *terms.values(), *origin.values())
    if common <= 1:
        return _Row(terms, constant, origin)
    return _Row(
        {cell: factor // common for cell, factor in terms.items()},
        constant // common,
        {place: times // common for place, times in origin.items()},
    )


def _difference(row: Mapping[_Key, int], times: int, pivot: Mapping[_Key, int], minus: int) -> dict[_Key, int]:
    result = {key: value * times for key, value in row.items()} if times != 1 else dict(row)
    for key, value in pivot.items():
        changed = result.get(key, 0) - value * minus
        if changed:
            result[key] = changed
        else:
            result.pop(key, None)
    return result


def blocks(rows: Sequence[Equation]) -> tuple[int | None, ...]:
    """Which equations hang together by shared cells, by number; None for one that only adds several blocks up."""
    empty = {item.position for item in dependents(rows)}
    leader: dict[str, str] = {}

    def lead(cell: str) -> str:
        while leader.setdefault(cell, cell) != cell:
            cell = leader[cell]
        return cell

    for position, row in enumerate(rows):
        if position not in empty:
            first, *others = row.terms
            for other in others:
                leader[lead(other)] = lead(first)
    numbers: dict[str, int] = {}
    found: list[int | None] = []
    for row in rows:
        held = {lead(cell) for cell in row.terms}
        found.append(numbers.setdefault(held.pop(), len(numbers)) if len(held) == 1 else None)
    return tuple(found)
