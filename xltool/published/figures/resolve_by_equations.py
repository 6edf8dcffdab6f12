"""Resolve rows with several readings by the equations of the form; undecided figures stay open.

Combinations of readings of connected rows are compared: those with the fewest violated equations are kept, and a figure
is accepted only if all of these agree on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.model.form import Cell, Number
from xltool.published.figures.split_digits import Segmentation, parse_figure

MAX_COMBINATIONS = 20_000  # of readings that are tried for one group of rows


class AmbiguousRow(NamedTuple):
    """One row with several possible ``readings``; ``unbalanced_readings`` violate its own equation."""

    cells: tuple[Cell, ...]
    readings: tuple[Segmentation, ...]
    unbalanced_readings: tuple[Segmentation, ...] = ()


def resolve_readings(
    questions: Sequence[AmbiguousRow], known: Mapping[str, Number], equations: Iterable[Equation]
) -> list[tuple[str | None, ...]]:
    """Return the figures of each row, None where open. ``known`` are the values already read, by cell id."""
    asked = {cell.id: at for at, question in enumerate(questions) for cell in question.cells}
    usable = [e for e in equations if all(cell in asked or cell in known for cell in e.terms)]
    usable = [e for e in usable if len({asked[cell] for cell in e.terms if cell in asked}) > 0]
    left = list(questions)
    for _ in range(3):
        left = [_drop_unbalanced(at, left, known, usable, asked) for at in range(len(left))]
    found: list[tuple[str | None, ...]] = [_agreed_figures(question.readings) for question in left]
    for group in _group_by_equations(left, usable, asked):
        for at, agreed in _resolve_group(group, left, known, usable, asked).items():
            found[at] = agreed
    return found


def _agreed_figures(ways: Sequence[Segmentation]) -> tuple[str | None, ...]:
    return tuple(same[0] if len(set(same)) == 1 else None for same in zip(*ways, strict=True))


def _reading_values(question: AmbiguousRow, way: Segmentation) -> dict[str, Number]:
    return {cell.id: parse_figure(figure) for cell, figure in zip(question.cells, way, strict=True)}


def _drop_unbalanced(
    at: int,
    questions: Sequence[AmbiguousRow],
    known: Mapping[str, Number],
    equations: Sequence[Equation],
    asked: Mapping[str, int],
) -> AmbiguousRow:
    """Drop readings that violate an equation whose other figures are certain, if some reading satisfies it."""
    question = questions[at]
    if len(question.readings) < 2:
        return question
    certain = dict(known)
    for other in questions:
        if other is not question and len(other.readings) == 1:
            certain |= _reading_values(other, other.readings[0])
    own = {cell.id for cell in question.cells}
    whole = [e for e in equations if any(c in own for c in e.terms) and all(c in own or c in certain for c in e.terms)]
    kept = [way for way in question.readings if not _count_violations(certain | _reading_values(question, way), whole)]
    return question._replace(readings=tuple(kept)) if kept else question


def _count_violations(values: Mapping[str, Number], equations: Iterable[Equation]) -> int:
    return sum(1 for e in equations if e.residual(values) != 0)


def _group_by_equations(
    questions: Sequence[AmbiguousRow], equations: Sequence[Equation], asked: Mapping[str, int]
) -> list[list[int]]:
    """Group the undecided rows connected by shared equations."""
    doubtful = {
        at for at, question in enumerate(questions) if len(question.readings) > 1 or question.unbalanced_readings
    }
    groups: list[set[int]] = [{at} for at in doubtful]
    for equation in equations:
        joined = {asked[cell] for cell in equation.terms if cell in asked} & doubtful
        touched = [group for group in groups if group & joined]
        if len(touched) > 1:
            groups = [group for group in groups if not group & joined] + [set().union(*touched)]
    return [sorted(group) for group in groups]


def _resolve_group(
    group: Sequence[int],
    questions: Sequence[AmbiguousRow],
    known: Mapping[str, Number],
    equations: Sequence[Equation],
    asked: Mapping[str, int],
) -> dict[int, tuple[str | None, ...]]:
    """Return, for each row of a group, the figures common to all combinations with the fewest violations."""
    fixed = dict(known)
    for question in questions:
        if len(question.readings) == 1:
            fixed |= _reading_values(question, question.readings[0])
    members = set(group)
    inside = {cell for cell, at in asked.items() if at in members}
    relevant = [
        e for e in equations if any(c in inside for c in e.terms) and all(c in inside or c in fixed for c in e.terms)
    ]
    doubtful = [at for at in group if len(questions[at].readings) > 1]
    if prod(len(questions[at].readings) for at in doubtful) > MAX_COMBINATIONS:
        return {at: _agreed_figures(questions[at].readings) for at in doubtful}
    rows = [questions[at] for at in doubtful]
    costs = [
        (_count_violations(fixed | _combine_readings(rows, ways), relevant), ways)
        for ways in product(*(row.readings for row in rows))
    ]
    fewest = min(cost for cost, _ in costs)
    margin = 1 if fewest else 0
    counting = [ways for cost, ways in costs if cost <= fewest + margin]
    answered = {at: _agreed_figures([ways[place] for ways in counting]) for place, at in enumerate(doubtful)}
    if fewest:
        best = next(ways for cost, ways in costs if cost == fewest)
        values = fixed | _combine_readings(rows, best)
        for at in group:
            current = best[doubtful.index(at)] if at in doubtful else questions[at].readings[0]
            answered[at] = _drop_doubted(questions[at], answered.get(at, current), values, relevant, fewest)
    return answered


def _combine_readings(ambiguous_rows: Sequence[AmbiguousRow], ways: Sequence[Segmentation]) -> dict[str, Number]:
    """Return the figures of several rows, each read in one way."""
    return {
        cell: value
        for row, way in zip(ambiguous_rows, ways, strict=True)
        for cell, value in _reading_values(row, way).items()
    }


def _drop_doubted(
    question: AmbiguousRow,
    answer: Sequence[str | None],
    values: Mapping[str, Number],
    equations: Sequence[Equation],
    fewest: int,
) -> tuple[str | None, ...]:
    """Open the figures that an unbalanced reading with no more violations in total would read differently."""
    kept = list(answer)
    for way in question.unbalanced_readings:
        if _count_violations({**values, **_reading_values(question, way)}, equations) + 1 <= fewest:
            kept = [mine if mine == other else None for mine, other in zip(kept, way, strict=True)]
    return tuple(kept)
