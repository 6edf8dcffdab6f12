"""Exact search for the smallest sets of figures whose change satisfies every equation.

Of the wrong figures in a violated equation, at least one is the only wrong figure of some equation: there the residual
is its error. Each step takes a violated equation, tries each of its figures with each error its equations suggest, and
continues with the remaining residuals. Violated equations without a common figure need one change each; this lower
bound prunes the search. Errors in a ring, where each shares all its equations with others, are not found here but by
`integer_programme`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from time import monotonic

from xltool.checks.localisation.equation_system import EquationSystem

Changes = tuple[tuple[int, int], ...]  # position and correct value
PartialChanges = tuple[tuple[int, int | None], ...]  # the same; None if several values are possible

_STEPS_PER_CLOCK_CHECK = 64


class SearchTimeout(Exception):  # noqa: N818 - not an error: the search was stopped
    """The time limit was reached before the search finished."""


class ChangeSearch:
    """Search for change sets over one report's figures, scaled to integers.

    ``steps`` is the smallest change of each figure (more than 1 for a count among amounts), ``lowest`` its minimum
    (None: any), ``fixed`` the positions that may not change, ``until`` the deadline in monotonic seconds.
    """

    def __init__(
        self,
        system: EquationSystem,
        figures: Sequence[int],
        steps: Sequence[int],
        lowest: Sequence[int | None],
        fixed: frozenset[int] = frozenset(),
        until: float = float("inf"),
    ) -> None:
        self.system = system
        self.figures = figures
        self.until = until
        self.steps = steps
        self.lowest = lowest
        self.fixed = fixed
        self._left = _STEPS_PER_CLOCK_CHECK
        self._members = [[cell for cell, _ in row if cell not in fixed] for row in system.members]
        self._masks = [sum(1 << cell for cell in row) for row in self._members] if fixed else system.masks
        self._short = sorted(range(len(self._members)), key=lambda row: len(self._members[row]))

    def allows_value(self, cell: int, right: int) -> bool:
        """Return True if a figure may be changed to ``right``."""
        lowest = self.lowest[cell]
        return cell not in self.fixed and (lowest is None or right >= lowest) and right % self.steps[cell] == 0

    def sets(self, residuals: Sequence[int], size: int) -> Iterator[Changes]:
        """Yield every set of ``size`` changes that leaves no residual, each once. Raises TimeIsUp."""
        self._left = _STEPS_PER_CLOCK_CHECK
        seen: set[Changes] = set()
        broken = sum(1 << row for row, residual in enumerate(residuals) if residual)
        for change_set in self._search_from(list(residuals), broken, size, ()):
            changes = tuple(sorted(change_set))
            if changes not in seen:
                seen.add(changes)
                yield changes

    def may_miss_rings(self, residuals: Sequence[int], size: int) -> bool:
        """Return True if fewer than ``size`` errors in a ring, which `sets` does not find, could explain the residuals.

        Every equation of a ring contains at least two of its errors, so a ring explains few equations for its size.
        """
        ring = find_shortest_ring(self.system)
        if ring is None or size <= ring:
            return False
        most = max(map(len, self.system.signatures))
        return sum(1 for left in residuals if left) <= most * ring // 2 + most * (size - 1 - ring)

    def _search_from(self, residuals: list[int], broken: int, size: int, done: Changes) -> Iterator[Changes]:
        self._check_time()
        if size == 1:
            for change in self._single_changes(residuals, broken):
                if all(change[0] != cell for cell, _ in done):
                    yield (*done, change)
            return
        apart = self._independent_equations(broken)
        if not apart or len(apart) > size:
            return
        row = min(apart, key=lambda position: len(self._members[position]))
        for cell in self._members[row]:
            if any(cell == other for other, _ in done):
                continue
            for error in self._possible_errors(cell, residuals, row if len(apart) == size else None):
                right = self.figures[cell] - error
                if self.allows_value(cell, right):
                    left = self._subtract_error(cell, error, residuals, broken)
                    yield from self._search_from(residuals, left, size - 1, (*done, (cell, right)))
                    self._subtract_error(cell, -error, residuals, left)

    def _single_changes(self, residuals: Sequence[int], broken: int) -> Iterator[tuple[int, int]]:
        for cell in self.system.bearers.get(broken, ()):
            signature = self.system.signatures[cell]
            row, factor = signature[0]
            error, rest = divmod(residuals[row], factor)
            if rest == 0 and all(residuals[other] == error * times for other, times in signature):
                right = self.figures[cell] - error
                if self.allows_value(cell, right):
                    yield cell, right

    def _possible_errors(self, cell: int, residuals: Sequence[int], only: int | None) -> set[int]:
        """Return the errors of a figure that its violated equations suggest, or ``only`` that equation."""
        return {
            residuals[row] // factor
            for row, factor in self.system.signatures[cell]
            if residuals[row] and residuals[row] % factor == 0 and only in {None, row}
        }

    def _subtract_error(self, cell: int, error: int, residuals: list[int], broken: int) -> int:
        """Subtract an error from the residuals in place and return the equations still violated, as bits."""
        for row, factor in self.system.signatures[cell]:
            residuals[row] -= error * factor
            broken = broken | 1 << row if residuals[row] else broken & ~(1 << row)
        return broken

    def _independent_equations(self, broken: int) -> list[int]:
        """Return violated equations without a common figure: the larger of two greedy choices."""
        best: list[int] = []
        rows = [row for row in self._short if broken >> row & 1]
        for order in (rows, rows[::-1]):
            used, apart = 0, []
            for row in order:
                if not self._masks[row] & used:
                    used |= self._masks[row]
                    apart.append(row)
            best = max(best, apart, key=len)
        return best

    def _check_time(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = _STEPS_PER_CLOCK_CHECK
            if monotonic() > self.until:
                raise SearchTimeout


@lru_cache(maxsize=64)
def find_shortest_ring(system: EquationSystem) -> int | None:
    """Return the size of the shortest ring of figures (2, 3, or 4 for any longer one); None if there is none.

    Two figures that share two equations form a ring, and so do three figures of which each pair shares an equation.
    Figures of the same signature count as one, because a minimal set never needs two of them.
    """
    links: dict[frozenset[int], set[int]] = {}
    for cell, signature in enumerate(dict.fromkeys(system.signatures)):
        for one, other in combinations((row for row, _ in signature), 2):
            links.setdefault(frozenset({one, other}), set()).add(cell)
    if not links:
        return None
    if any(len(cells) > 1 for cells in links.values()):
        return 2
    beside: dict[int, set[int]] = {}
    for one, other in links:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    for one, other in links:
        for third in beside[one] & beside[other]:
            sides = ({one, other}, {other, third}, {third, one})
            if len({next(iter(links[frozenset(side)])) for side in sides}) == len(sides):
                return 3
    return 4
