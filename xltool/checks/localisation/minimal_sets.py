"""The smallest sets of figures whose change makes every equation hold: an exact search, errors read off one by one.

Of the wrong figures that share a broken equation, at least one stands alone in another (or in this one): there the
residual is its error. So each step takes a broken equation, tries each of its figures with each error it could have,
and goes on with what is left. Broken equations without a common figure need one change each; that bound makes the
search short. Errors in a ring, each sharing all its equations with the next, cannot be read off; `least_change` finds
those.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from time import monotonic

from xltool.checks.localisation.equation_system import System

Changes = tuple[tuple[int, int], ...]  # position and right value
Undecided = tuple[tuple[int, int | None], ...]  # the same; None where several values would do

_BREATH = 64  # steps between two looks at the clock


class TimeIsUp(Exception):  # noqa: N818 - not an error: the search was told to stop
    """The time bound was reached before the search was done."""


class Puzzle:
    """One report's figures as whole numbers, what may be changed in them, and until when to look.

    ``steps`` is the smallest change of a figure (more than 1 where a count stands among amounts), ``lowest`` the
    smallest value it may have (None: any), ``fixed`` the positions that may not change, ``until`` a monotonic time.
    """

    def __init__(
        self,
        system: System,
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
        self._left = _BREATH
        self._members = [[cell for cell, _ in row if cell not in fixed] for row in system.members]
        self._masks = [sum(1 << cell for cell in row) for row in self._members] if fixed else system.masks
        self._short = sorted(range(len(self._members)), key=lambda row: len(self._members[row]))

    def allows(self, cell: int, right: int) -> bool:
        """Whether a figure may be changed to this."""
        lowest = self.lowest[cell]
        return cell not in self.fixed and (lowest is None or right >= lowest) and right % self.steps[cell] == 0

    def sets(self, residuals: Sequence[int], size: int) -> Iterator[Changes]:
        """Every set of ``size`` changes that leaves no residual, each once. Raises TimeIsUp."""
        self._left = _BREATH
        seen: set[Changes] = set()
        broken = sum(1 << row for row, residual in enumerate(residuals) if residual)
        for found in self._from(list(residuals), broken, size, ()):
            changes = tuple(sorted(found))
            if changes not in seen:
                seen.add(changes)
                yield changes

    def overlooks(self, residuals: Sequence[int], size: int) -> bool:
        """Whether fewer than ``size`` errors in a ring could leave as many residuals: these `sets` does not find.

        Every equation of a ring has two of its errors at least, so a ring mends few equations for its size.
        """
        ring = shortest_ring(self.system)
        if ring is None or size <= ring:
            return False
        most = max(map(len, self.system.signatures))
        return sum(1 for left in residuals if left) <= most * ring // 2 + most * (size - 1 - ring)

    def _from(self, residuals: list[int], broken: int, size: int, done: Changes) -> Iterator[Changes]:
        self._breathe()
        if size == 1:
            for change in self._single(residuals, broken):
                if all(change[0] != cell for cell, _ in done):
                    yield (*done, change)
            return
        apart = self._apart(broken)
        if not apart or len(apart) > size:
            return
        row = min(apart, key=lambda position: len(self._members[position]))
        for cell in self._members[row]:
            if any(cell == other for other, _ in done):
                continue
            for error in self._errors(cell, residuals, row if len(apart) == size else None):
                right = self.figures[cell] - error
                if self.allows(cell, right):
                    left = self._without(cell, error, residuals, broken)
                    yield from self._from(residuals, left, size - 1, (*done, (cell, right)))
                    self._without(cell, -error, residuals, left)

    def _single(self, residuals: Sequence[int], broken: int) -> Iterator[tuple[int, int]]:
        for cell in self.system.bearers.get(broken, ()):
            signature = self.system.signatures[cell]
            row, factor = signature[0]
            error, rest = divmod(residuals[row], factor)
            if rest == 0 and all(residuals[other] == error * times for other, times in signature):
                right = self.figures[cell] - error
                if self.allows(cell, right):
                    yield cell, right

    def _errors(self, cell: int, residuals: Sequence[int], only: int | None) -> set[int]:
        """What could be wrong by how much: as each broken equation of the figure says, or ``only`` that one."""
        return {
            residuals[row] // factor
            for row, factor in self.system.signatures[cell]
            if residuals[row] and residuals[row] % factor == 0 and only in {None, row}
        }

    def _without(self, cell: int, error: int, residuals: list[int], broken: int) -> int:
        """Takes an error out of the residuals, in place; what is still broken after it."""
        for row, factor in self.system.signatures[cell]:
            residuals[row] -= error * factor
            broken = broken | 1 << row if residuals[row] else broken & ~(1 << row)
        return broken

    def _apart(self, broken: int) -> list[int]:
        """Broken equations without a common figure, as many as two simple ways of choosing find."""
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

    def _breathe(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = _BREATH
            if monotonic() > self.until:
                raise TimeIsUp


@lru_cache(maxsize=64)
def shortest_ring(system: System) -> int | None:
    """The fewest figures (2, 3, or 4 for any more) that share all their equations in a ring; None: there is no ring.

    Two figures that share two equations make one, and three of which each shares an equation with each other. Figures
    of the same signature count as one: a set never needs two of them.
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
