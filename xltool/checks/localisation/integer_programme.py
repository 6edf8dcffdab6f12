"""The least weighted change of figures that makes every equation hold, as an integer programme (Fellegi and Holt).

For what cannot be read off: many errors at once, or errors in a ring. Solved by CP-SAT in exact whole numbers, if the
optional extra ``localise`` is installed; it is loaded only here, and only when it is needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from time import monotonic
from typing import NamedTuple

from xltool.checks.localisation.minimal_sets import Puzzle, Undecided
from xltool.forms.equations import Equation, dependents

LARGEST = 2**40  # beyond this, sums of figures could leave the solver's whole numbers
ORDINARY = 10  # weight of a change
MOST = 30  # sets
BRIEFEST = 0.02  # seconds without which no solver is asked


class Answer(NamedTuple):
    """The sets of changes of least weight, and whether these are all of them.

    A change is a position and its right value; None where the equations leave several values open.
    """

    sets: tuple[Undecided, ...]
    complete: bool


@cache
def installed() -> bool:
    """Whether the solver is there."""
    return find_spec("ortools") is not None


def least_changes(
    puzzle: Puzzle,
    residuals: Sequence[int],
    weights: Mapping[int, int],
    seconds: float,
    fewer_than: int | None = None,
) -> Answer:
    """The sets of changes of least weight that leave no residual; ``weights`` by position, `ORDINARY` where none.

    With ``fewer_than``, only sets of fewer changes than that. Loading the solver (once a process, half a second) does
    not count as ``seconds``.
    """
    if sum(map(abs, residuals)) > LARGEST or not installed():
        return Answer((), complete=False)
    programme = _Programme(puzzle, residuals, weights)
    if fewer_than is not None:
        programme.limit(fewer_than - 1)
    until = monotonic() + seconds
    found: list[Undecided] = []
    least: int | None = None
    while len(found) < MOST and (left := until - monotonic()) > BRIEFEST:
        solved = programme.solved(left, least)
        if solved is None:
            return Answer(tuple(found), complete=False)
        least, changes = solved
        if not changes:
            return Answer(tuple(found), complete=True)
        found.append(_decided(changes, puzzle))
        programme.forbid(changes)
    return Answer(tuple(found), complete=False)


def _decided(changes: Mapping[int, int], puzzle: Puzzle) -> Undecided:
    """The values, where the equations leave no choice between these figures."""
    rows = [
        Equation((), {str(row): factor for row, factor in puzzle.system.signatures[cell]}) for cell in sorted(changes)
    ]
    free = bool(dependents(rows))
    return tuple((cell, None if free else changes[cell]) for cell in sorted(changes))


class _Programme:
    """The integer programme for one puzzle; sets already found can be forbidden."""

    def __init__(self, puzzle: Puzzle, residuals: Sequence[int], weights: Mapping[int, int]) -> None:
        from ortools.sat.python import cp_model

        self._puzzle = puzzle
        self._model = model = cp_model.CpModel()
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1
        broken = {block for block, left in zip(puzzle.system.blocks, residuals, strict=True) if left}
        rows = [row for row, block in enumerate(puzzle.system.blocks) if block in broken]
        cells = dict.fromkeys(cell for row in rows for cell, _ in puzzle.system.members[row])
        reach = 2 * sum(map(abs, residuals)) + 1
        self._right: dict[int, cp_model.IntVar] = {}
        self._changed: dict[int, cp_model.IntVar] = {}
        for cell in cells:
            if cell not in puzzle.fixed:
                self._add(cell, reach)
        for row in rows:
            model.add(
                sum(
                    factor * (self._right[cell] - puzzle.figures[cell])
                    for cell, factor in puzzle.system.members[row]
                    if cell in self._right
                )
                == -residuals[row]
            )
        self._weights = weights
        self._weight = sum(weights.get(cell, ORDINARY) * changed for cell, changed in self._changed.items())
        model.minimize(self._weight)

    def _add(self, cell: int, reach: int) -> None:
        now, step, lowest = self._puzzle.figures[cell], self._puzzle.steps[cell], self._puzzle.lowest[cell]
        least = now - reach if lowest is None else max(now - reach, lowest)
        right = self._model.new_int_var(min(least, now), now + reach, "")
        changed = self._model.new_bool_var("")
        self._model.add(right == now).only_enforce_if(~changed)
        if step > 1:
            multiple = self._model.new_int_var(least // step, (now + reach) // step, "")
            self._model.add(right == step * multiple).only_enforce_if(changed)
        self._right[cell], self._changed[cell] = right, changed

    def limit(self, most: int) -> None:
        """No answer may change more figures than this."""
        self._model.add(sum(self._changed.values()) <= most)

    def forbid(self, changes: Mapping[int, int]) -> None:
        """No further answer may change all of these."""
        self._model.add_bool_or([~self._changed[cell] for cell in changes])

    def solved(self, seconds: float, weight: int | None) -> tuple[int, Mapping[int, int]] | None:
        """The least weight and its changes, none where there is no answer of ``weight``; None if time ran out."""
        from ortools.sat.python import cp_model

        self._solver.parameters.max_time_in_seconds = seconds
        if weight is not None:
            self._model.add(self._weight <= weight)
        status = self._solver.solve(self._model)
        if status == cp_model.INFEASIBLE:
            return weight or 0, {}
        if status != cp_model.OPTIMAL and (weight is None or status != cp_model.FEASIBLE):
            return None
        values = {cell: self._solver.value(right) for cell, right in self._right.items()}
        changes = {cell: value for cell, value in values.items() if value != self._puzzle.figures[cell]}
        return sum(self._weights.get(cell, ORDINARY) for cell in changes), changes
