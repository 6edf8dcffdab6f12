"""Find the least weighted change that satisfies every equation, as an integer programme (Fellegi and Holt 1976).

Used for many errors at once and for errors in a ring. Solved by CP-SAT in exact integers if the optional extra
``localise`` is installed; it is imported only when needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from time import monotonic
from typing import NamedTuple

from xltool.checks.localisation.minimal_sets import ChangeSearch, PartialChanges
from xltool.forms.equations import Equation, find_dependents

MAX_RESIDUAL_SUM = 2**40  # larger sums could exceed the solver's integers
DEFAULT_CHANGE_WEIGHT = 10
MAX_CHANGE_SETS = 30
MIN_SOLVER_SECONDS = 0.02  # with less time left the solver is not started


class SolverAnswer(NamedTuple):
    """The change sets of least weight, and whether these are all.

    A change is a position and its correct value; None if the equations leave several values open.
    """

    sets: tuple[PartialChanges, ...]
    complete: bool


@cache
def is_solver_installed() -> bool:
    """Return True if the solver is installed."""
    return find_spec("ortools") is not None


def find_least_changes(
    puzzle: ChangeSearch,
    residuals: Sequence[int],
    weights: Mapping[int, int],
    seconds: float,
    fewer_than: int | None = None,
) -> SolverAnswer:
    """Return the change sets of least weight that leave no residual.

    ``weights`` holds a weight per position (default `DEFAULT_CHANGE_WEIGHT`).

    With ``fewer_than``, only sets of fewer changes. Importing the solver (half a second, once per process) does not
    count towards ``seconds``.
    """
    if sum(map(abs, residuals)) > MAX_RESIDUAL_SUM or not is_solver_installed():
        return SolverAnswer((), complete=False)
    programme = _IntegerProgramme(puzzle, residuals, weights)
    if fewer_than is not None:
        programme.limit_changes(fewer_than - 1)
    until = monotonic() + seconds
    sets: list[PartialChanges] = []
    least: int | None = None
    while len(sets) < MAX_CHANGE_SETS and (left := until - monotonic()) > MIN_SOLVER_SECONDS:
        solution = programme.solve_programme(left, least)
        if solution is None:
            return SolverAnswer(tuple(sets), complete=False)
        least, changes = solution
        if not changes:
            return SolverAnswer(tuple(sets), complete=True)
        sets.append(_drop_open_values(changes, puzzle))
        programme.forbid_changes(changes)
    return SolverAnswer(tuple(sets), complete=False)


def _drop_open_values(changes: Mapping[int, int], puzzle: ChangeSearch) -> PartialChanges:
    """Return the changes with their values; None for all if the equations leave a choice between these figures."""
    rows = [
        Equation((), {str(row): factor for row, factor in puzzle.system.signatures[cell]}) for cell in sorted(changes)
    ]
    free = bool(find_dependents(rows))
    return tuple((cell, None if free else changes[cell]) for cell in sorted(changes))


class _IntegerProgramme:
    """The integer programme of one search; sets already found can be forbidden."""

    def __init__(self, puzzle: ChangeSearch, residuals: Sequence[int], weights: Mapping[int, int]) -> None:
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
                self._add_variable(cell, reach)
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
        self._weight = sum(
            weights.get(cell, DEFAULT_CHANGE_WEIGHT) * changed for cell, changed in self._changed.items()
        )
        model.minimize(self._weight)

    def _add_variable(self, cell: int, reach: int) -> None:
        now, step, lowest = self._puzzle.figures[cell], self._puzzle.steps[cell], self._puzzle.lowest[cell]
        least = now - reach if lowest is None else max(now - reach, lowest)
        right = self._model.new_int_var(min(least, now), now + reach, "")
        changed = self._model.new_bool_var("")
        self._model.add(right == now).only_enforce_if(~changed)
        if step > 1:
            multiple = self._model.new_int_var(least // step, (now + reach) // step, "")
            self._model.add(right == step * multiple).only_enforce_if(changed)
        self._right[cell], self._changed[cell] = right, changed

    def limit_changes(self, max_changes: int) -> None:
        """Allow at most this many changed figures."""
        self._model.add(sum(self._changed.values()) <= max_changes)

    def forbid_changes(self, changes: Mapping[int, int]) -> None:
        """Exclude further solutions that change all of these."""
        self._model.add_bool_or([~self._changed[cell] for cell in changes])

    def solve_programme(self, seconds: float, weight: int | None) -> tuple[int, Mapping[int, int]] | None:
        """Return the least weight and its changes (empty if infeasible at ``weight``); None if time ran out."""
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
        return sum(self._weights.get(cell, DEFAULT_CHANGE_WEIGHT) for cell in changes), changes
