"""The one figure whose answer would tell most about which repair is right."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.checks.localisation.repairs import Evidence, Repair
from xltool.forms.controls import Control, controls
from xltool.model.form import Number, Relation


class Question(NamedTuple):
    """A control figure to ask for, what the report says it is, and how many repairs remain for each answer."""

    control: Control
    stated: Number
    answers: tuple[tuple[Number, int], ...]


def best_question(evidence: Evidence, repairs: Sequence[Repair], asked: Collection[str]) -> Question | None:
    """The figure that leaves fewest repairs in the worst case; None if none tells any two apart."""
    differences = [_differences(repair) for repair in repairs]
    if len(repairs) < 2 or None in differences:
        return None
    form, typed = evidence.form, evidence.typed
    held = frozenset(item.computes for item in form.formulas if item.computes in typed)
    changed = {cell for item in differences for cell in item or ()}
    questions = []
    for control, weights in _weighted(controls(form), form.formulas, held):
        if control.id in asked or control.shown in typed:
            continue
        stated = [evidence.values.get(cell) for cell in control.cells]
        if changed.isdisjoint(weights) or None in stated:
            continue
        now = sum(value for value in stated if value is not None)
        answers = Counter(now + _shift(item or {}, weights) for item in differences)
        if len(answers) > 1:
            questions.append(Question(control, now, tuple(answers.items())))
    return min(questions, key=_left_over, default=None)


def _differences(repair: Repair) -> Mapping[str, Number] | None:
    """By how much a repair changes which figures; None where it does not say."""
    found: dict[str, Number] = {}
    for change in repair.changes:
        if change.becomes is None:
            return None
        found[change.cell] = change.becomes - change.was
    return found


def _shift(differences: Mapping[str, Number], weights: Mapping[str, int]) -> Number:
    return sum(by * weights[cell] for cell, by in differences.items() if cell in weights)


def _left_over(question: Question) -> tuple[int, int]:
    """Repairs left in the worst case; then the unevenness of the answers."""
    counts = [count for _, count in question.answers]
    return max(counts), sum(count * count for count in counts)


@lru_cache(maxsize=16)
def _weighted(
    asking: tuple[Control, ...], formulas: tuple[Relation, ...], typed: frozenset[str]
) -> tuple[tuple[Control, Mapping[str, int]], ...]:
    """Control figures, with how often each typed figure goes into them; totals that are typed stand for themselves."""
    parts: dict[str, Counter[str]] = {}

    def behind(terms: Iterable[tuple[str, int]]) -> Counter[str]:
        weights = Counter[str]()
        for cell, times in terms:
            for part, often in parts.get(cell, {cell: 1}).items():
                weights[part] += often * times
        return weights

    for relation in formulas:
        if relation.computes is not None and relation.computes not in typed:
            parts[relation.computes] = behind((term.cell, term.coefficient) for term in relation.expect.right.terms)
    return tuple((control, behind((cell, 1) for cell in control.cells)) for control in asking)
