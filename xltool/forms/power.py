"""What errors the equations of a form catch, and which they tell apart: its mutation score, worked out and not sampled.

An error is known by its signature: the equations it breaks, and in which proportion. Two errors of the same signature
cannot be told apart by equations, whatever the figures; a slip of digits, last year, or a question may still decide.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import comb, gcd
from typing import NamedTuple

from xltool.forms.controls import Control, controls, row_totals, subtotals
from xltool.forms.equations import definitions, equations, without
from xltool.model.form import Cell, Form

Vector = tuple[tuple[int, int], ...]


class Power(NamedTuple):
    """Of all errors of a kind, how many break an equation (``caught``), and how many no other error looks like.

    ``way``: ``typed`` (totals are typed too), ``template`` (they are formulas), ``template_subtotals`` and
    ``template_totals`` (with the group subtotals, or the row totals, from the agency's ledger beside it),
    ``template_controls`` (with all of these). ``kind``:
    ``single`` (one figure wrong), ``pair`` (two, by unrelated amounts), ``moved`` (a figure one place down or right).
    ``suspects``: the errors of the kind that look like a caught one, itself included, added up over all caught.
    """

    way: str
    kind: str
    tried: int
    caught: int
    located: int
    suspects: int


def power(form: Form) -> tuple[Power, ...]:
    """Every kind of error in every way a report comes in; errors are put into figures that are typed."""
    computed = [cell.id for cell in form.cells.values() if cell.computed]
    ways: tuple[tuple[str, Sequence[str], tuple[Control, ...]], ...] = (
        ("typed", (), ()),
        ("template", computed, ()),
        ("template_subtotals", computed, subtotals(form)),
        ("template_totals", computed, row_totals(form)),
        ("template_controls", computed, controls(form)),
    )
    return tuple(
        Power(way, *score) for way, unknown, added in ways for score in _scores(form, frozenset(unknown), added)
    )


def _scores(
    form: Form, unknown: frozenset[str], controls: tuple[Control, ...]
) -> Iterator[tuple[str, int, int, int, int]]:
    rows = without(equations(form.relations, controls), sorted(unknown), definitions(form))
    held: dict[str, dict[int, int]] = {cell: {} for cell in form.cells if cell not in unknown}
    for place, row in enumerate(rows):
        for cell, factor in row.terms.items():
            held.setdefault(cell, {})[place] = factor
    vectors = {cell: _direction(held[cell]) for cell in held}
    yield ("single", *_counted(Counter(vectors.values())))
    yield ("pair", *_pairs(Counter(vectors.values())))
    moved = [_difference(held[one], held[other]) for one, other in _neighbours(form, unknown)]
    yield ("moved", *_counted(Counter(map(_direction, moved))))


def _counted(classes: Mapping[Vector, int]) -> tuple[int, int, int, int]:
    """Tried, caught, located, suspects; errors of one class look alike, the empty one is never caught."""
    seen = [count for vector, count in classes.items() if vector]
    return sum(classes.values()), sum(seen), seen.count(1), sum(count * count for count in seen)


def _pairs(classes: Mapping[Vector, int]) -> tuple[int, int, int, int]:
    """The same for two errors at once: pairs look alike that span the same plane."""
    tried = comb(sum(classes.values()), 2)
    unseen = classes.get((), 0)
    planes: Counter[tuple[Vector, ...]] = Counter()
    for one, other in combinations([vector for vector in classes if vector], 2):
        planes[_plane(one, other)] += classes[one] * classes[other]
    for vector, count in classes.items():
        if vector:  # two of one class, or one beside one that is never seen, look like a single error
            planes[(vector,)] += comb(count, 2) + count * unseen
    lone = sum(1 for plane, count in planes.items() if count == 1 and len(plane) == 2)
    return tried, tried - comb(unseen, 2), lone, sum(count * count for count in planes.values())


def _direction(vector: Mapping[int, int]) -> Vector:
    """A signature without its size: coefficients without a common divisor, the first above 0."""
    ordered = sorted(vector.items())
    common = gcd(*vector.values()) * (-1 if ordered and ordered[0][1] < 0 else 1)
    return tuple(ordered) if common == 1 else tuple((place, factor // common) for place, factor in ordered)


def _plane(one: Vector, other: Vector) -> tuple[Vector, ...]:
    """What two directions span, in reduced form, so that equal planes are equal."""
    first, second = (one, other) if one[0][0] <= other[0][0] else (other, one)
    if first[0][0] == second[0][0]:
        second = _direction(_cleared(second, first, first[0][0]))
    lead = second[0][0]
    if any(place == lead for place, _ in first):
        first = _direction(_cleared(first, second, lead))
    return first, second


def _cleared(vector: Vector, by: Vector, place: int) -> dict[int, int]:
    """A multiple of one direction, less so much of another that nothing is left at ``place``."""
    own, other = dict(vector), dict(by)
    result = {at: factor * other[place] for at, factor in own.items()}
    for at, factor in other.items():
        result[at] = result.get(at, 0) - factor * own[place]
    return {at: factor for at, factor in result.items() if factor}


def _difference(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    result = dict(other)
    for place, factor in one.items():
        result[place] = result.get(place, 0) - factor
    return {place: factor for place, factor in result.items() if factor}


def _neighbours(form: Form, unknown: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Typed figures next to each other in a column or a line of a grid."""
    for along, across in (("row", "column"), ("column", "row")):
        strips: dict[tuple[str, int], list[Cell]] = {}
        for cell in sorted(form.cells.values(), key=lambda cell: getattr(cell.box, across)):
            if cell.id not in unknown:
                strips.setdefault((cell.table, getattr(cell.box, along)), []).append(cell)
        for strip in strips.values():
            yield from ((one.id, other.id) for one, other in pairwise(strip))
