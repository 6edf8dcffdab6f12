"""Compute which errors the equations of a form detect and distinguish: an exact mutation score.

The signature of an error is the equations it violates, up to a factor. Equations cannot distinguish two errors with the
same signature, whatever the figures; digit slips, last year's figures or a question to the agency still may.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import comb, gcd
from typing import NamedTuple

from xltool.forms.equations import computing_relations, eliminate_unknowns, form_equations
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals, list_row_totals, list_subtotals
from xltool.model.form import Cell, Form

ErrorSignature = tuple[tuple[int, int], ...]


class DetectionPower(NamedTuple):
    """Of all errors of a kind, how many violate an equation (``caught``), and how many have a unique signature.

    ``way`` is ``typed`` (totals are typed too), ``template`` (they are formulas), ``template_subtotals`` and
    ``template_totals`` (with the group subtotals, or the row totals, from the agency's ledger beside it),
    ``template_controls`` (with all of these). ``kind``:
    ``single`` (one figure wrong), ``pair`` (two, by unrelated amounts), ``moved`` (a figure one place down or right).
    ``suspects`` is the number of errors with the same signature, itself included, summed over all caught errors.
    """

    way: str
    kind: str
    tried: int
    caught: int
    located: int
    suspects: int


def measure_detection_power(form: Form) -> tuple[DetectionPower, ...]:
    """Score every kind of error in typed figures, for every way a report is filled in."""
    computed = [cell.id for cell in form.cells.values() if cell.computed]
    ways: tuple[tuple[str, Sequence[str], tuple[LedgerTotal, ...]], ...] = (
        ("typed", (), ()),
        ("template", computed, ()),
        ("template_subtotals", computed, list_subtotals(form)),
        ("template_totals", computed, list_row_totals(form)),
        ("template_controls", computed, list_ledger_totals(form)),
    )
    return tuple(
        DetectionPower(way, *score)
        for way, unknown, added in ways
        for score in _score_errors(form, frozenset(unknown), added)
    )


def _score_errors(
    form: Form, unknown: frozenset[str], controls: tuple[LedgerTotal, ...]
) -> Iterator[tuple[str, int, int, int, int]]:
    rows = eliminate_unknowns(form_equations(form.relations, controls), sorted(unknown), computing_relations(form))
    signatures: dict[str, dict[int, int]] = {cell: {} for cell in form.cells if cell not in unknown}
    for place, row in enumerate(rows):
        for cell, factor in row.terms.items():
            signatures.setdefault(cell, {})[place] = factor
    vectors = {cell: _reduce_signature(signatures[cell]) for cell in signatures}
    yield ("single", *_count_classes(Counter(vectors.values())))
    yield ("pair", *_count_pairs(Counter(vectors.values())))
    moved = [
        _signature_difference(signatures[one], signatures[other]) for one, other in _list_neighbours(form, unknown)
    ]
    yield ("moved", *_count_classes(Counter(map(_reduce_signature, moved))))


def _count_classes(classes: Mapping[ErrorSignature, int]) -> tuple[int, int, int, int]:
    """Return tried, caught, located, suspects from the number of errors by signature; the empty one is never caught."""
    seen = [count for vector, count in classes.items() if vector]
    return sum(classes.values()), sum(seen), seen.count(1), sum(count * count for count in seen)


def _count_pairs(classes: Mapping[ErrorSignature, int]) -> tuple[int, int, int, int]:
    """Return the same for two errors at once: pairs that span the same plane are indistinguishable."""
    tried = comb(sum(classes.values()), 2)
    unseen = classes.get((), 0)
    planes: Counter[tuple[ErrorSignature, ...]] = Counter()
    for one, other in combinations([vector for vector in classes if vector], 2):
        planes[_reduce_plane(one, other)] += classes[one] * classes[other]
    for vector, count in classes.items():
        if vector:  # two of one class, or one beside one that is never seen, look like a single error
            planes[(vector,)] += comb(count, 2) + count * unseen
    lone = sum(1 for plane, count in planes.items() if count == 1 and len(plane) == 2)
    return tried, tried - comb(unseen, 2), lone, sum(count * count for count in planes.values())


def _reduce_signature(vector: Mapping[int, int]) -> ErrorSignature:
    """Normalise a signature: coprime coefficients, the first one positive."""
    ordered = sorted(vector.items())
    common = gcd(*vector.values()) * (-1 if ordered and ordered[0][1] < 0 else 1)
    return tuple(ordered) if common == 1 else tuple((place, factor // common) for place, factor in ordered)


def _reduce_plane(one_signature: ErrorSignature, other_signature: ErrorSignature) -> tuple[ErrorSignature, ...]:
    """Return the span of two directions in reduced form: equal planes compare equal."""
    first, second = (
        (one_signature, other_signature)
        if one_signature[0][0] <= other_signature[0][0]
        else (other_signature, one_signature)
    )
    if first[0][0] == second[0][0]:
        second = _reduce_signature(_clear_position(second, first, first[0][0]))
    lead = second[0][0]
    if any(place == lead for place, _ in first):
        first = _reduce_signature(_clear_position(first, second, lead))
    return first, second


def _clear_position(vector: ErrorSignature, by: ErrorSignature, place: int) -> dict[int, int]:
    """Subtract a multiple of ``by`` from a multiple of ``vector`` so that ``place`` becomes 0."""
    own, other = dict(vector), dict(by)
    result = {at: factor * other[place] for at, factor in own.items()}
    for at, factor in other.items():
        result[at] = result.get(at, 0) - factor * own[place]
    return {at: factor for at, factor in result.items() if factor}


def _signature_difference(one_signature: Mapping[int, int], other_signature: Mapping[int, int]) -> dict[int, int]:
    result = dict(other_signature)
    for place, factor in one_signature.items():
        result[place] = result.get(place, 0) - factor
    return {place: factor for place, factor in result.items() if factor}


def _list_neighbours(form: Form, unknown: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of adjacent typed figures in a column or a row of a table."""
    for along, across in (("row", "column"), ("column", "row")):
        strips: dict[tuple[str, int], list[Cell]] = {}
        for cell in sorted(form.cells.values(), key=lambda cell: getattr(cell.box, across)):
            if cell.id not in unknown:
                strips.setdefault((cell.table, getattr(cell.box, along)), []).append(cell)
        for strip in strips.values():
            yield from ((one.id, other.id) for one, other in pairwise(strip))
