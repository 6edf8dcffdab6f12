"""The one figure whose answer would tell most about which repair is right."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from xltool.checks.repairs import Evidence, Repair
from xltool.forms.controls import Control, controls
from xltool.model import Form, Number


class Question(NamedTuple):
    """A control figure to ask for, what the report says it is, and how many repairs remain for each answer."""

    control: Control
    stated: Number
    answers: tuple[tuple[Number, int], ...]


def best_question(evidence: Evidence, repairs: Sequence[Repair], asked: Collection[str]) -> Question | None:
    """The figure that leaves fewest repairs in the worst case; None if none tells any two apart."""
    if len(repairs) < 2:
        return None
    form = evidence.form
    parts = _parts(form, evidence.typed)
    questions = [
        question
        for control in controls(form)
        if control.id not in asked
        and evidence.typed.get(control.id) is None
        and (question := _question(control, evidence, repairs, parts)) is not None
    ]
    return min(questions, key=_left_over, default=None)


def _left_over(question: Question) -> tuple[int, int]:
    """Repairs left in the worst case; then the unevenness of the answers."""
    counts = [count for _, count in question.answers]
    return max(counts), sum(count * count for count in counts)


def _question(
    control: Control, evidence: Evidence, repairs: Sequence[Repair], parts: Mapping[str, Mapping[str, int]]
) -> Question | None:
    known = [evidence.values.get(cell) for cell in control.cells]
    stated = sum(value for value in known if value is not None)
    if None in known:
        return None
    weights = Counter[str]()
    for cell in control.cells:
        weights.update(parts.get(cell, {cell: 1}))
    answers = Counter[Number]()
    for repair in repairs:
        changed = [(change, weights[change.cell]) for change in repair.changes if change.cell in weights]
        if any(change.becomes is None for change, _ in changed):
            return None
        answers[stated + sum(((change.becomes or 0) - change.was) * weight for change, weight in changed)] += 1
    return Question(control, stated, tuple(answers.items())) if len(answers) > 1 else None


def _parts(form: Form, typed: Mapping[str, Number | None]) -> Mapping[str, Mapping[str, int]]:
    """The typed figures each computed figure is made of, with how often."""
    found: dict[str, Mapping[str, int]] = {}
    for relation in form.formulas:
        if relation.computes is not None and typed.get(relation.computes) is None:
            weights = Counter[str]()
            for term in relation.expect.right.terms:
                for cell, times in found.get(term.cell, {term.cell: 1}).items():
                    weights[cell] += times * term.coefficient
            found[relation.computes] = weights
    return found
