"""Which figures are probably wrong where equations do not hold, and what they should be.

An explanation is a set of events: one figure wrong, or one slip that moved several. Those with the fewest events are
offered, all of them, best first; an explanation is only ever offered if it makes every equation hold. One figure is
found in closed form, several by an exact search (`smallest_sets`), what is left by an integer programme
(`least_change`, the optional extra ``localise``).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import NamedTuple

from xltool.checks.localisation.best_question import Question, best_question
from xltool.checks.localisation.integer_programme import ORDINARY, installed, least_changes
from xltool.checks.localisation.minimal_sets import TimeIsUp, Undecided
from xltool.checks.localisation.repairs import CONFIRMED, Evidence, Repair, Said, complete
from xltool.checks.localisation.report_equations import Case
from xltool.checks.localisation.typing_errors import Move, moves
from xltool.checks.localisation.unit_errors import off_by_unit
from xltool.model.form import Form, Number, Values
from xltool.model.submission import Submission

SECONDS = 0.25  # of search for one report
MOST = 30  # repairs listed
ENOUGH = 300  # repairs counted
TELLING = 12  # changes; a longer list tells nobody what is wrong
DEEPEST = 8  # events looked for one by one


class Diagnosis(NamedTuple):
    """What explains broken equations that hang together.

    ``relations`` are the ids of the relations explained, and of control figures. ``repairs`` are the explanations of
    fewest events, best first (of equal weight, those nearest to last year), and ``more`` how many there are besides.
    ``complete`` is False where the time ran out or nothing was found, so that others may exist; complete without any
    repair, the relations contradict each other. ``question`` is the one figure whose answer tells most about which
    repair is right.
    """

    relations: tuple[str, ...]
    repairs: tuple[Repair, ...]
    more: int
    complete: bool
    question: Question | None

    @property
    def best(self) -> tuple[Repair, ...]:
        """The repairs nothing speaks against more than against the first."""
        return tuple(item for item in self.repairs if item.weight == self.repairs[0].weight)


def diagnose(
    form: Form,
    typed: Values,
    *,
    locked: Collection[str] = (),
    likely_right: Collection[str] = (),
    previous: Values | None = None,
    said: Sequence[Said] = (),
    controls: Mapping[str, Number] | None = None,
    seconds: float = SECONDS,
) -> tuple[Diagnosis, ...]:
    """One diagnosis for each group of broken equations that hang together; nothing where all equations hold.

    ``typed`` holds the figures as they stand: totals that formulas compute are left out. ``locked`` cells are never
    accused, ``likely_right`` ones last. ``previous`` are last year's figures, ``said`` what the text says, ``controls``
    what the agency's ledger says of sums (`forms.controls`). ``seconds`` bounds the search.
    """
    asked = controls or {}
    known = {cell: value for cell, value in (*asked.items(), *typed.items()) if value is not None}
    case = Case(form, known, locked, asked)
    if not any(case.residuals) and previous is None:
        return ()
    evidence = Evidence(form, known, previous, likely_right, said)
    broken = tuple(_Search(case, evidence, asked, seconds).diagnoses()) if any(case.residuals) else ()
    units = (Diagnosis(names, (repair,), 0, True, None) for names, repair in off_by_unit(evidence))
    return (*broken, *units)


def as_typed(submission: Submission, form: Form) -> Values:
    """The figures of a submission as they stand, as `diagnose` wants them: without totals that are formulas."""
    counted, entries = submission.counted, submission.entries
    typed = {cell.id: counted.get(cell.id) for cell in form.inputs}
    for cell in form.cells.values():
        entry = entries.get(cell.id)
        if cell.computed and entry is not None and entry.formula is None and entry.value is not None:
            typed[cell.id] = entry.value
    return typed


class _Slip(NamedTuple):
    """A move with its effect: what each equation's residual loses by it, and the blocks these equations are in."""

    move: Move
    effect: Mapping[int, int]
    blocks: frozenset[int]


Explanation = tuple[tuple[_Slip, ...], Undecided]


class _Search:
    """The explanations of one report's residuals, block by block."""

    def __init__(self, case: Case, evidence: Evidence, asked: Collection[str], seconds: float) -> None:
        self._case = case
        self._system = case.system
        self._evidence = evidence
        self._asked = asked
        self._until = monotonic() + seconds
        likely = (self._slip(move) for move in moves(case.sheet(evidence.previous)))
        self._slips = tuple(slip for slip in likely if slip and _helps(slip, case.residuals))

    def diagnoses(self) -> Iterator[Diagnosis]:
        """First what one slip did to several blocks, then every other block for itself."""
        waiting = {block for block, left in zip(self._system.blocks, self._case.residuals, strict=True) if left}
        across: dict[frozenset[int], list[Explanation]] = {}
        for slip in self._slips:
            if len(slip.blocks) > 1 and not any(_after(slip, self._of(slip.blocks))):
                across.setdefault(slip.blocks, []).append(((slip,), ()))
        for blocks, found in sorted(across.items(), key=lambda item: sorted(item[0])):
            if blocks <= waiting and (repairs := self._repairs(found)):
                waiting -= blocks
                yield self._diagnosis(blocks, repairs, complete=True)
        for count, block in enumerate(sorted(waiting)):
            share = (self._until - monotonic()) / (len(waiting) - count)
            yield self._diagnosis(frozenset({block}), *self._explained(frozenset({block}), max(share, 0)))

    def _diagnosis(self, blocks: frozenset[int], repairs: Sequence[Repair], complete: bool) -> Diagnosis:
        broken = [self._system.relations[row] for row, left in enumerate(self._of(blocks)) if left]
        relations = dict.fromkeys(name for names in (*broken, *self._sums_of(blocks)) for name in names)
        question = best_question(self._evidence, repairs, self._asked)
        return Diagnosis(tuple(relations), tuple(repairs[:MOST]), max(len(repairs) - MOST, 0), complete, question)

    def _sums_of(self, blocks: frozenset[int]) -> Iterator[tuple[str, ...]]:
        """The broken equations that only add up others of these blocks."""
        rows = [row for row, block in enumerate(self._system.blocks) if block in blocks]
        held = {self._system.cells[at] for row in rows for at, _ in self._system.members[row]}
        for total in self._system.sums:
            if total.terms.keys() <= held and self._case.lacks(total):
                yield total.relations

    def _explained(self, blocks: frozenset[int], seconds: float) -> tuple[list[Repair], bool]:
        """The repairs of fewest events for a block, and whether all there are were looked at."""
        until = monotonic() + seconds
        residuals = self._of(blocks)
        slips = tuple(slip for slip in self._slips if slip.blocks == blocks)
        self._case.puzzle.until = until - (seconds / 2 if installed() else 0)
        try:
            for events in range(1, DEEPEST + 1):
                found = list(islice(self._explanations(residuals, slips, events), ENOUGH))
                found += self._all_totals(residuals, blocks) if events == 3 else []
                if repairs := self._repairs(found):
                    if not self._case.puzzle.overlooks(residuals, events):
                        return repairs, len(found) < ENOUGH
                    fewer, proven = self._least(residuals, until - monotonic(), events)
                    return fewer or repairs, proven
        except TimeIsUp:
            pass
        return self._least(residuals, until - monotonic())

    def _least(
        self, residuals: Sequence[int], seconds: float, fewer_than: int | None = None
    ) -> tuple[list[Repair], bool]:
        """The smallest sets as the integer programme finds them, and whether there are no others."""
        likely = [place for place, cell in enumerate(self._system.cells) if cell in self._evidence.likely_right]
        weights = dict.fromkeys(likely, ORDINARY + CONFIRMED)
        answer = least_changes(self._case.puzzle, residuals, weights, seconds, fewer_than)
        telling = [((), changes) for changes in answer.sets if len(changes) <= TELLING]
        return self._repairs(telling), answer.complete

    def _all_totals(self, residuals: Sequence[int], blocks: frozenset[int]) -> list[Explanation]:
        """That every typed total is wrong which its parts do not come to, if this explains everything."""
        right = complete(self._case.form, self._evidence.inputs)
        changes = tuple(
            (place, self._case.whole(value))
            for cell, place in self._system.places.items()
            if (value := right.get(cell)) != self._evidence.typed[cell]
            and value is not None
            and self._system.blocks[self._system.signatures[place][0][0]] in blocks
        )
        slip = self._slip(Move("total_overwritten", changes))
        return [((slip,), ())] if slip and not any(_after(slip, residuals)) else []

    def _explanations(self, residuals: Sequence[int], slips: Sequence[_Slip], events: int) -> Iterator[Explanation]:
        """Every set of so many single figures and slips that leaves no residual. Raises TimeIsUp."""
        for changes in self._case.puzzle.sets(residuals, events):
            yield (), changes
        for place, slip in enumerate(slips):
            left = _after(slip, residuals)
            if not any(left):
                if events == 1:
                    yield (slip,), ()
            elif events > 1 and _broken(left) < _broken(residuals) - 1:
                for others, alone in self._explanations(left, slips[place + 1 :], events - 1):
                    if _apart((slip, *others), alone):
                        yield (slip, *others), alone

    def _repairs(self, found: Iterable[Explanation]) -> list[Repair]:
        """Explanations as repairs, likely ones first; those that would break what holds are left out."""
        repairs = [
            self._evidence.repair(
                [(slip.move.kind, self._case.values(slip.move.changes)) for slip in slips], self._case.values(changes)
            )
            for slips, changes in found
        ]
        return sorted(
            (item for item in repairs if item is not None),
            key=lambda item: (item.events, item.weight, self._evidence.strays(item)),
        )

    def _slip(self, move: Move) -> _Slip | None:
        effect: dict[int, int] = {}
        for at, right in move.changes:
            for row, factor in self._system.signatures[at]:
                effect[row] = effect.get(row, 0) + factor * (self._case.figures[at] - right)
        effect = {row: loss for row, loss in effect.items() if loss}
        if not effect or not all(self._case.puzzle.allows(at, right) for at, right in move.changes):
            return None
        return _Slip(move, effect, frozenset(self._system.blocks[row] for row in effect))

    def _of(self, blocks: frozenset[int]) -> list[int]:
        """The residuals of these blocks; 0 elsewhere."""
        pairs = zip(self._system.blocks, self._case.residuals, strict=True)
        return [left if block in blocks else 0 for block, left in pairs]


def _after(slip: _Slip, residuals: Sequence[int]) -> list[int]:
    """What is left of the residuals when a slip is undone."""
    left = list(residuals)
    for row, loss in slip.effect.items():
        left[row] -= loss
    return left


def _helps(slip: _Slip, residuals: Sequence[int]) -> bool:
    """Whether undoing a slip mends an equation, and touches none that holds."""
    return all(residuals[row] for row in slip.effect) and any(
        residuals[row] == loss for row, loss in slip.effect.items()
    )


def _broken(residuals: Sequence[int]) -> int:
    return sum(1 for left in residuals if left)


def _apart(slips: Sequence[_Slip], changes: Undecided) -> bool:
    """Whether no figure is changed twice."""
    changed = [at for slip in slips for at, _ in slip.move.changes] + [at for at, _ in changes]
    return len(changed) == len(set(changed))
