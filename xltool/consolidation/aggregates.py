"""How the figures of several returns make the figure of their sum: by adding, as a mean, or as counts of choices."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import NamedTuple

from xltool.forms.absent_tables import find_absent_tables, list_switch_words, name_switch
from xltool.forms.cell_kinds import word_of
from xltool.model.form import Cell, CellKind, Form, Number, Table, TotalKind, Values
from xltool.model.submission import MeanBasis, Submission

EXACT_CONTEXT = Context(prec=1000)  # sums of amounts are never rounded
_MEANS = frozenset({TotalKind.MEAN, TotalKind.WEIGHTED_MEAN})


class Aggregates(NamedTuple):
    """The inputs of a sum, what its means are made of, and how many chose each word."""

    inputs: Mapping[str, Number | None]
    bases: Mapping[str, MeanBasis]
    tallies: Mapping[str, Mapping[str, int]]


def aggregate(part_submissions: Sequence[Submission], form: Form) -> Aggregates:
    """Aggregate every input of the form over the parts that have it."""
    figures = [part.counted for part in part_submissions]
    inputs: dict[str, Number | None] = {}
    bases: dict[str, MeanBasis] = {}
    tallies: dict[str, Mapping[str, int]] = {}
    for cell in form.inputs:
        inputs[cell.id] = None
        if cell.total is TotalKind.SUM:
            inputs[cell.id] = _sum_figures([each.get(cell.id) for each in figures], cell)
        elif cell.total in _MEANS:
            basis = _add_bases(_find_bases(part_submissions, figures, cell))
            if basis is not None:
                bases[cell.id] = basis
                inputs[cell.id] = _divide(basis, cell)
        elif cell.total is TotalKind.COUNT:
            tallies[cell.id] = _count_words(part_submissions, cell)
    for table in form.tables:
        if table.absence:
            tallies[name_switch(table)] = _count_duties(part_submissions, form, table)
    return Aggregates(inputs, bases, tallies)


def _sum_figures(numbers: Sequence[Number | None], cell: Cell) -> Number | None:
    known = [figure for figure in numbers if figure is not None]
    if not known:
        return None
    with localcontext(EXACT_CONTEXT):
        return sum(known, Decimal(0)) if cell.is_exact else sum(known)


# --- means -------------------------------------------------------------------------------------------------------


def _find_bases(part_submissions: Sequence[Submission], part_values: Sequence[Values], cell: Cell) -> list[MeanBasis]:
    """Return what each part adds to a mean; a part that lacks the figure or its weight adds nothing."""
    bases = []
    for part, values in zip(part_submissions, part_values, strict=True):
        if cell.id in part.bases:
            bases.append(part.bases[cell.id])
            continue
        value = part.values.get(cell.id)  # a figure that does not apply is no 0 here
        weight = 1 if cell.total is TotalKind.MEAN else values.get(cell.weight)
        if value is not None and weight is not None:
            bases.append(MeanBasis(_multiply(value, weight), weight))
    return bases


def _multiply(value: Number, weight: Number) -> Number:
    with localcontext(EXACT_CONTEXT):
        return value * weight


def _add_bases(bases: Sequence[MeanBasis]) -> MeanBasis | None:
    if not bases:
        return None
    with localcontext(EXACT_CONTEXT):
        return MeanBasis(sum(basis.total for basis in bases), sum(basis.weight for basis in bases))


def _divide(basis: MeanBasis, cell: Cell) -> Number | None:
    """Return a mean, rounded half up to the decimals of its cell; None if nothing has any weight."""
    if not basis.weight:
        return None
    with localcontext(EXACT_CONTEXT):
        exact = Decimal(basis.total) / Decimal(basis.weight)
        rounded = exact.quantize(Decimal(1).scaleb(-cell.decimals), ROUND_HALF_UP)
    return rounded if cell.is_exact else int(rounded)


# --- choices -----------------------------------------------------------------------------------------------------


def _count_duties(part_submissions: Sequence[Submission], form: Form, table: Table) -> Mapping[str, int]:
    """Count to how many a table applies, and to how many not."""
    applies, applies_not = list_switch_words()
    counts: Counter[str] = Counter({applies: 0, applies_not: 0})
    for part in part_submissions:
        if name_switch(table) in part.tallies:
            counts.update(part.tallies[name_switch(table)])
        else:
            counts[applies_not if table in find_absent_tables(form, part.entries) else applies] += 1
    return dict(counts)


def _count_words(part_submissions: Sequence[Submission], cell: Cell) -> Mapping[str, int]:
    """Count how many chose each word; of other kinds, each different word."""
    counts: Counter[str] = Counter(dict.fromkeys(cell.choices, 0))
    for part in part_submissions:
        if cell.id in part.tallies:
            counts.update(part.tallies[cell.id])
            continue
        value = part.values.get(cell.id)
        word = part.words.get(cell.id) or (word_of(cell, value) if value is not None else None)
        if word is None and value is not None and cell.kind is not CellKind.TEXT:
            word = str(value)
        if word:
            counts[word] += 1
    return dict(counts)
