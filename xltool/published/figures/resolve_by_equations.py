"""Open questions about figures, decided by the relations of the form where they decide, and left open where not.

A question is one line of figures that can be read in several ways. Ways are judged together: those count that break the
fewest equations with the figures already known. A figure is answered only if all ways that count agree on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from xltool.model.form import Cell, Number
from xltool.published.figures.split_digits import Balance, Cut, number

MOST_TOGETHER = 20_000  # combinations of ways that are tried together


class Question(NamedTuple):
    """One line whose figures can be read in several ``ways``; ``others`` are ways that break its own equation."""

    cells: tuple[Cell, ...]
    ways: tuple[Cut, ...]
    others: tuple[Cut, ...] = ()


def answers(
    questions: Sequence[Question], known: Mapping[str, Number], equations: Iterable[Balance]
) -> list[tuple[str | None, ...]]:
    """For each question its figures, None where they stay open. ``known`` are the figures read without doubt."""
    asked = {cell.id: at for at, question in enumerate(questions) for cell in question.cells}
    usable = [e for e in equations if all(cell in asked or cell in known for cell, _ in e.terms)]
    usable = [e for e in usable if len({asked[cell] for cell, _ in e.terms if cell in asked}) > 0]
    left = list(questions)
    for _ in range(3):
        left = [_narrowed(at, left, known, usable, asked) for at in range(len(left))]
    found: list[tuple[str | None, ...]] = [_agreed(question.ways) for question in left]
    for group in _together(left, usable, asked):
        for at, agreed in _weighed(group, left, known, usable, asked).items():
            found[at] = agreed
    return found


def _agreed(ways: Sequence[Cut]) -> tuple[str | None, ...]:
    return tuple(same[0] if len(set(same)) == 1 else None for same in zip(*ways, strict=True))


def _values(question: Question, way: Cut) -> dict[str, Number]:
    return {cell.id: number(figure) for cell, figure in zip(question.cells, way, strict=True)}


def _narrowed(
    at: int,
    questions: Sequence[Question],
    known: Mapping[str, Number],
    equations: Sequence[Balance],
    asked: Mapping[str, int],
) -> Question:
    """The question without the ways that break an equation whose every other figure is certain, if any way keeps it."""
    question = questions[at]
    if len(question.ways) < 2:
        return question
    certain = dict(known)
    for other in questions:
        if other is not question and len(other.ways) == 1:
            certain |= _values(other, other.ways[0])
    own = {cell.id for cell in question.cells}
    whole = [
        e for e in equations if any(c in own for c, _ in e.terms) and all(c in own or c in certain for c, _ in e.terms)
    ]
    kept = [way for way in question.ways if not _broken(certain | _values(question, way), whole)]
    return question._replace(ways=tuple(kept)) if kept else question


def _broken(values: Mapping[str, Number], equations: Iterable[Balance]) -> int:
    return sum(
        1 for e in equations if sum(coefficient * values[cell] for cell, coefficient in e.terms) + e.constant != 0
    )


def _together(questions: Sequence[Question], equations: Sequence[Balance], asked: Mapping[str, int]) -> list[list[int]]:
    """Questions still in doubt that share an equation, directly or through each other."""
    doubtful = {at for at, question in enumerate(questions) if len(question.ways) > 1 or question.others}
    groups: list[set[int]] = [{at} for at in doubtful]
    for equation in equations:
        joined = {asked[cell] for cell, _ in equation.terms if cell in asked} & doubtful
        touched = [group for group in groups if group & joined]
        if len(touched) > 1:
            groups = [group for group in groups if not group & joined] + [set().union(*touched)]
    return [sorted(group) for group in groups]


def _weighed(
    group: Sequence[int],
    questions: Sequence[Question],
    known: Mapping[str, Number],
    equations: Sequence[Balance],
    asked: Mapping[str, int],
) -> dict[int, tuple[str | None, ...]]:
    """What the ways that break the fewest equations agree on, for each question of a group."""
    members = set(group)
    fixed = dict(known)
    for at, question in enumerate(questions):
        if at not in members and len(question.ways) == 1:
            fixed |= _values(question, question.ways[0])
    inside = {cell for cell, at in asked.items() if at in members}
    relevant = [
        e
        for e in equations
        if any(c in inside for c, _ in e.terms) and all(c in inside or c in fixed for c, _ in e.terms)
    ]
    doubtful = [at for at in group if len(questions[at].ways) > 1]
    sure = [at for at in group if len(questions[at].ways) == 1]
    for at in sure:
        fixed |= _values(questions[at], questions[at].ways[0])
    if prod(len(questions[at].ways) for at in doubtful) > MOST_TOGETHER:
        return {at: _agreed(questions[at].ways) for at in doubtful}
    costs: list[tuple[int, tuple[Cut, ...]]] = []
    for ways in product(*(questions[at].ways for at in doubtful)):
        values = dict(fixed)
        for at, way in zip(doubtful, ways, strict=True):
            values |= _values(questions[at], way)
        costs.append((_broken(values, relevant), ways))
    fewest = min(cost for cost, _ in costs)
    margin = 1 if fewest else 0
    counting = [ways for cost, ways in costs if cost <= fewest + margin]
    answered = {at: _agreed([ways[place] for ways in counting]) for place, at in enumerate(doubtful)}
    if fewest:
        best = next(ways for cost, ways in costs if cost == fewest)
        values = dict(fixed)
        for at, way in zip(doubtful, best, strict=True):
            values |= _values(questions[at], way)
        for at in group:
            current = best[doubtful.index(at)] if at in doubtful else questions[at].ways[0]
            answered[at] = _doubted(questions[at], answered.get(at, current), values, relevant, fewest)
    return answered


def _doubted(
    question: Question,
    answer: Sequence[str | None],
    values: Mapping[str, Number],
    equations: Sequence[Balance],
    fewest: int,
) -> tuple[str | None, ...]:
    """The answer without the figures that a way against the line's own equation would read otherwise.

    Only ways count that break no more equations in all.
    """
    kept = list(answer)
    for way in question.others:
        if _broken({**values, **_values(question, way)}, equations) + 1 <= fewest:
            kept = [mine if mine == other else None for mine, other in zip(kept, way, strict=True)]
    return tuple(kept)
