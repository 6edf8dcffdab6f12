"""Choose the control figure whose value distinguishes best between the possible repairs."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xltool.checks.localisation.repairs import Repair, RepairEvidence
from xltool.forms.ledger_totals import LedgerTotal, list_ledger_totals
from xltool.model.form import Number, Relation


class Question(NamedTuple):
    """A control figure to ask for, its value in the report, and (answer, number of repairs left) pairs."""

    control: LedgerTotal
    stated: Number
    answers: tuple[tuple[Number, int], ...]


def choose_question(evidence: RepairEvidence, repairs: Sequence[Repair], asked: Collection[str]) -> Question | None:
    """Return the question with the fewest repairs left in the worst case; None if none separates any two repairs.

    ``asked`` are the ids of control figures already given.
    """
    differences = [_changes_by_cell(repair) for repair in repairs]
    if len(repairs) < 2 or None in differences:
        return None
    form, typed = evidence.form, evidence.typed
    held = frozenset(item.computes for item in form.formulas if item.computes in typed)
    changed = {cell for item in differences for cell in item or ()}
    questions = []
    for control, weights in _weigh_controls(list_ledger_totals(form), form.formulas, held):
        if control.id in asked or control.same_cell in typed:
            continue
        stated = [evidence.values.get(cell) for cell in control.cells]
        if changed.isdisjoint(weights) or None in stated:
            continue
        now = sum(value for value in stated if value is not None)
        answers = Counter(now + _change_of_sum(item or {}, weights) for item in differences)
        if len(answers) > 1:
            questions.append(Question(control, now, tuple(answers.items())))
    return min(questions, key=_rank_question, default=None)


def _changes_by_cell(repair: Repair) -> Mapping[str, Number] | None:
    """Return the change of each cell's figure; None if the repair leaves a value open."""
    differences: dict[str, Number] = {}
    for change in repair.changes:
        if change.becomes is None:
            return None
        differences[change.cell] = change.becomes - change.was
    return differences


def _change_of_sum(differences: Mapping[str, Number], weights: Mapping[str, int]) -> Number:
    return sum(by * weights[cell] for cell, by in differences.items() if cell in weights)


def _rank_question(question: Question) -> tuple[int, int]:
    """Return the number of repairs left in the worst case, then the sum of squares of all answers' counts."""
    counts = [count for _, count in question.answers]
    return max(counts), sum(count * count for count in counts)


@lru_cache(maxsize=16)
def _weigh_controls(
    ledger_controls: tuple[LedgerTotal, ...], formulas: tuple[Relation, ...], typed: frozenset[str]
) -> tuple[tuple[LedgerTotal, Mapping[str, int]], ...]:
    """Return each control figure with the coefficient of every typed figure in it; typed totals count as figures."""
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
    return tuple((control, behind((cell, 1) for cell in control.cells)) for control in ledger_controls)
