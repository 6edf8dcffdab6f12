"""One part of a package, and the budget for reading the whole package."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit

# The budget of one workbook over all its parts.
_BUDGET = {
    LimitKind.BYTES: limits.MAX_COLLECTED_BYTES,
    LimitKind.REWRITTEN: limits.MAX_REWRITTEN_BYTES,
    LimitKind.CELLS_SEEN: limits.MAX_CELLS_SEEN,
    LimitKind.CHARACTERS: limits.MAX_TOTAL_CHARACTERS,
}


PartContent = tuple[bytes, int, int, bool]  # identifies a part: stored bytes, size, checksum, whether it is deflated
EffortCost = Mapping[LimitKind, int]


class ReadingBudget:
    """The remaining budget for reading one workbook; ``cells`` may be kept, by default as many as a submission has."""

    def __init__(self, cells: int | None = None) -> None:
        self._allowed = _BUDGET | {LimitKind.CELLS_HELD: limits.MAX_CELLS_HELD if cells is None else cells}
        self._left = dict(self._allowed)

    def require(self, part: str, what: LimitKind, amount: int) -> None:
        """Refuse the workbook if ``amount`` more exceeds the budget."""
        if amount > self._left[what]:
            raise exceeded_limit(part, what, self._allowed[what])

    def spend(self, part: str, what: LimitKind, amount: int) -> None:
        """Charge ``amount``; refuse the workbook if it exceeds the budget."""
        self.require(part, what, amount)
        self._left[what] -= amount

    def copy_remaining(self) -> EffortCost:
        """Return the remaining budget."""
        return dict(self._left)

    def spent_since(self, cost_before: EffortCost) -> EffortCost:
        """Return what was charged since the budget was ``cost_before``."""
        return {what: cost_before[what] - left for what, left in self._left.items() if left != cost_before[what]}


class Part(NamedTuple):
    """A part by name; each call of ``pieces`` yields its content from the start.

    ``content`` identifies the content: parts with equal ``content`` are equal. None for a large part.
    """

    name: str
    pieces: Callable[[], Iterator[bytes]]
    effort: ReadingBudget
    content: PartContent | None = None
