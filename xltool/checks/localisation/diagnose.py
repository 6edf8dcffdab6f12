"""Localise errors: which figures are probably wrong where equations are violated, and their correct values.

An explanation is a set of events: one wrong figure, or one slip that moved several. All explanations of fewest events
are returned, best first, and only those that satisfy every equation. Single figures are found in closed form, several
by an exact search (`minimal_sets`), the rest by an integer programme (`integer_programme`, optional extra
``localise``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import NamedTuple

from xltool.checks.localisation.best_question import Question, choose_question
from xltool.checks.localisation.integer_programme import DEFAULT_CHANGE_WEIGHT, find_least_changes, is_solver_installed
from xltool.checks.localisation.minimal_sets import PartialChanges, SearchTimeout
from xltool.checks.localisation.repairs import CONFIRMED_PENALTY, Repair, RepairEvidence, StatedFigure, complete_values
from xltool.checks.localisation.report_equations import ReportEquations
from xltool.checks.localisation.typing_errors import SlipMove, propose_moves
from xltool.checks.localisation.unit_errors import find_unit_errors
from xltool.forms.lists.whole_form import list_typed_cells
from xltool.model.form import Form, Number, Values
from xltool.model.submission import Submission

MAX_SEARCH_SECONDS = 0.25  # for one report
MAX_REPAIRS_LISTED = 30
MAX_REPAIRS_COUNTED = 300
MAX_CHANGES_LISTED = 12  # a longer list does not help anybody
EQUAL_WEIGHT_MARGIN = 1  # weight difference up to which repairs are equally good
MAX_EVENTS = 8  # of the exact search


class Diagnosis(NamedTuple):
    """Explanations of one connected group of violated equations.

    ``relations`` are the ids of the relations and control figures explained. ``repairs`` are the explanations of
    fewest events, best first (of equal weight, those nearest to last year); ``more`` counts the ones not listed.
    ``complete`` is False if time ran out or nothing was found; complete without any repair, the relations contradict
    each other. ``question`` is the control figure whose value would distinguish best between the repairs.
    """

    relations: tuple[str, ...]
    repairs: tuple[Repair, ...]
    more: int
    complete: bool
    question: Question | None

    @property
    def best_repairs(self) -> tuple[Repair, ...]:
        """The repairs whose weight equals that of the first."""
        return tuple(item for item in self.repairs if item.weight == self.repairs[0].weight)


def diagnose_errors(
    form: Form,
    typed: Values,
    *,
    locked: Collection[str] = (),
    likely_right: Collection[str] = (),
    previous: Values | None = None,
    statements: Sequence[StatedFigure] = (),
    controls: Mapping[str, Number] | None = None,
    seconds: float = MAX_SEARCH_SECONDS,
) -> tuple[Diagnosis, ...]:
    """Return one diagnosis per connected group of violated equations; none if all equations hold.

    ``typed`` are the figures as typed, without totals computed by formulas. ``locked`` cells are never suspected,
    ``likely_right`` ones last. ``previous`` are last year's figures, ``statements`` figures quoted in the text,
    ``controls`` control figures by id (`forms.ledger_totals`). ``seconds`` bounds the search.
    """
    asked = controls or {}
    known = {cell: value for cell, value in (*asked.items(), *typed.items()) if value is not None}
    case = ReportEquations(form, known, locked, asked)
    if not any(case.residuals) and previous is None:
        return ()
    evidence = RepairEvidence(form, known, previous, likely_right, statements)
    broken = tuple(_ExplanationSearch(case, evidence, asked, seconds).diagnose_blocks()) if any(case.residuals) else ()
    units = (
        Diagnosis(names, (repair,), more=0, complete=True, question=None)
        for names, repair in find_unit_errors(evidence)
    )
    return (*broken, *units)


def leading_repairs(diagnosis: Diagnosis) -> tuple[Repair, ...]:
    """Return the repairs as good as the first, within `EQUAL_WEIGHT_MARGIN`."""
    return tuple(item for item in diagnosis.repairs if item.weight <= diagnosis.repairs[0].weight + EQUAL_WEIGHT_MARGIN)


def collect_typed_figures(submission: Submission, form: Form) -> Values:
    """Return the figures of a submission by cell id, without totals computed by formulas."""
    counted, entries = submission.counted, submission.entries
    typed = {cell.id: counted.get(cell.id) for cell in list_typed_cells(form)}
    for cell in form.cells.values():
        entry = entries.get(cell.id)
        if cell.computed and entry is not None and entry.formula is None and entry.value is not None:
            typed[cell.id] = entry.value
    return typed


class _AppliedMove(NamedTuple):
    """A move with the change of each equation's residual by row, and the blocks of these equations."""

    move: SlipMove
    effect: Mapping[int, int]
    blocks: frozenset[int]


Explanation = tuple[tuple[_AppliedMove, ...], PartialChanges]


class _ExplanationSearch:
    """Search for explanations of one report's residuals, block by block."""

    def __init__(self, case: ReportEquations, evidence: RepairEvidence, asked: Collection[str], seconds: float) -> None:
        self._case = case
        self._system = case.system
        self._evidence = evidence
        self._asked = asked
        self._until = monotonic() + seconds
        likely = (self._apply_move(move) for move in propose_moves(case.sheet(evidence.previous)))
        self._slips = tuple(slip for slip in likely if slip and _mends_equation(slip, case.residuals))

    def diagnose_blocks(self) -> Iterator[Diagnosis]:
        """Yield diagnoses of slips across several blocks, then of every remaining block."""
        waiting = {block for block, left in zip(self._system.blocks, self._case.residuals, strict=True) if left}
        across: dict[frozenset[int], list[Explanation]] = {}
        for slip in self._slips:
            if len(slip.blocks) > 1 and not any(_undo_move(slip, self._residuals_of(slip.blocks))):
                across.setdefault(slip.blocks, []).append(((slip,), ()))
        for blocks, found in sorted(across.items(), key=lambda item: sorted(item[0])):
            if blocks <= waiting and (repairs := self._rank_repairs(found)):
                waiting -= blocks
                yield self._build_diagnosis(blocks, repairs, complete=True)
        for count, block in enumerate(sorted(waiting)):
            share = (self._until - monotonic()) / (len(waiting) - count)
            repairs, complete = self._explain_blocks(frozenset({block}), max(share, 0))
            yield self._build_diagnosis(frozenset({block}), repairs, complete=complete)

    def _build_diagnosis(self, blocks: frozenset[int], repairs: Sequence[Repair], *, complete: bool) -> Diagnosis:
        broken = [self._system.relations[row] for row, left in enumerate(self._residuals_of(blocks)) if left]
        relations = dict.fromkeys(name for names in (*broken, *self._broken_sums(blocks)) for name in names)
        question = choose_question(self._evidence, repairs, self._asked)
        return Diagnosis(
            tuple(relations),
            tuple(repairs[:MAX_REPAIRS_LISTED]),
            max(len(repairs) - MAX_REPAIRS_LISTED, 0),
            complete,
            question,
        )

    def _broken_sums(self, blocks: frozenset[int]) -> Iterator[tuple[str, ...]]:
        """Yield the relations of violated equations that only add up others of these blocks."""
        rows = [row for row, block in enumerate(self._system.blocks) if block in blocks]
        held = {self._system.cells[at] for row in rows for at, _ in self._system.members[row]}
        for total in self._system.sums:
            if total.terms.keys() <= held and self._case.residual_of(total):
                yield total.relations

    def _explain_blocks(self, blocks: frozenset[int], seconds: float) -> tuple[list[Repair], bool]:
        """Return the repairs of fewest events for a block, and whether the search was complete."""
        until = monotonic() + seconds
        residuals = self._residuals_of(blocks)
        slips = tuple(slip for slip in self._slips if slip.blocks == blocks)
        self._case.search.until = until - (seconds / 2 if is_solver_installed() else 0)
        try:
            for events in range(1, MAX_EVENTS + 1):
                found = list(islice(self._enumerate_explanations(residuals, slips, events), MAX_REPAIRS_COUNTED))
                found += self._explain_by_totals(residuals, blocks) if events == 3 else []
                if repairs := self._rank_repairs(found):
                    if not self._case.search.may_miss_rings(residuals, events):
                        return repairs, len(found) < MAX_REPAIRS_COUNTED
                    fewer, proven = self._find_least_changes(residuals, until - monotonic(), events)
                    return fewer or repairs, proven
        except SearchTimeout:
            pass
        return self._find_least_changes(residuals, until - monotonic())

    def _find_least_changes(
        self, residuals: Sequence[int], seconds: float, fewer_than: int | None = None
    ) -> tuple[list[Repair], bool]:
        """Return the repairs the integer programme finds, and whether these are all."""
        likely = [place for place, cell in enumerate(self._system.cells) if cell in self._evidence.likely_right]
        weights = dict.fromkeys(likely, DEFAULT_CHANGE_WEIGHT + CONFIRMED_PENALTY)
        answer = find_least_changes(self._case.search, residuals, weights, seconds, fewer_than)
        telling = [((), changes) for changes in answer.sets if len(changes) <= MAX_CHANGES_LISTED]
        return self._rank_repairs(telling), answer.complete

    def _explain_by_totals(self, residuals: Sequence[int], blocks: frozenset[int]) -> list[Explanation]:
        """Return the explanation that every typed total differing from its parts is wrong, if it is complete."""
        right = complete_values(self._case.form, self._evidence.inputs)
        changes = tuple(
            (place, self._case.whole(value))
            for cell, place in self._system.places.items()
            if (value := right.get(cell)) != self._evidence.typed[cell]
            and value is not None
            and self._system.blocks[self._system.signatures[place][0][0]] in blocks
        )
        slip = self._apply_move(SlipMove("total_overwritten", changes))
        return [((slip,), ())] if slip and not any(_undo_move(slip, residuals)) else []

    def _enumerate_explanations(
        self, residuals: Sequence[int], slips: Sequence[_AppliedMove], events: int
    ) -> Iterator[Explanation]:
        """Yield every set of ``events`` figures and slips that leaves no residual. Raises TimeIsUp."""
        for changes in self._case.search.sets(residuals, events):
            yield (), changes
        for place, slip in enumerate(slips):
            left = _undo_move(slip, residuals)
            if not any(left):
                if events == 1:
                    yield (slip,), ()
            elif events > 1 and _count_broken(left) < _count_broken(residuals) - 1:
                for others, alone in self._enumerate_explanations(left, slips[place + 1 :], events - 1):
                    if _changes_are_distinct((slip, *others), alone):
                        yield (slip, *others), alone

    def _rank_repairs(self, explanations: Iterable[Explanation]) -> list[Repair]:
        """Return explanations as repairs, likeliest first, without those that violate a satisfied relation."""
        repairs = [
            self._evidence.build_repair(
                [(slip.move.kind, self._case.values(slip.move.changes)) for slip in slips], self._case.values(changes)
            )
            for slips, changes in explanations
        ]
        return sorted(
            (item for item in repairs if item is not None),
            key=lambda item: (item.events, item.weight, self._evidence.drift_from_previous(item)),
        )

    def _apply_move(self, move: SlipMove) -> _AppliedMove | None:
        effect: dict[int, int] = {}
        for at, right in move.changes:
            for row, factor in self._system.signatures[at]:
                effect[row] = effect.get(row, 0) + factor * (self._case.figures[at] - right)
        effect = {row: loss for row, loss in effect.items() if loss}
        if not effect or not all(self._case.search.allows_value(at, right) for at, right in move.changes):
            return None
        return _AppliedMove(move, effect, frozenset(self._system.blocks[row] for row in effect))

    def _residuals_of(self, blocks: frozenset[int]) -> list[int]:
        """Return the residuals of these blocks, 0 elsewhere."""
        pairs = zip(self._system.blocks, self._case.residuals, strict=True)
        return [left if block in blocks else 0 for block, left in pairs]


def _undo_move(slip: _AppliedMove, residuals: Sequence[int]) -> list[int]:
    """Return the residuals after a slip is undone."""
    left = list(residuals)
    for row, loss in slip.effect.items():
        left[row] -= loss
    return left


def _mends_equation(slip: _AppliedMove, residuals: Sequence[int]) -> bool:
    """Return True if undoing a slip satisfies an equation and affects no satisfied one."""
    return all(residuals[row] for row in slip.effect) and any(
        residuals[row] == loss for row, loss in slip.effect.items()
    )


def _count_broken(residuals: Sequence[int]) -> int:
    return sum(1 for left in residuals if left)


def _changes_are_distinct(slips: Sequence[_AppliedMove], changes: PartialChanges) -> bool:
    """Return True if no figure is changed twice."""
    changed = [at for slip in slips for at, _ in slip.move.changes] + [at for at, _ in changes]
    return len(changed) == len(set(changed))
