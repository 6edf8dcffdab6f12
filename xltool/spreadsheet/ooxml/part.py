"""One part of a package to be read, and how much reading the whole package may still cost."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.refusals import Excess, over_limit

# What one workbook may cost altogether, however it is spread over its parts.
_ALLOWED = {
    Excess.BYTES: limits.COLLECTED_BYTES,
    Excess.REWRITTEN: limits.REWRITTEN_BYTES,
    Excess.CELLS_SEEN: limits.CELLS_SEEN,
    Excess.CHARACTERS: limits.TEXT_TOTAL,
}


Content = tuple[bytes, int, int, bool]  # what a part is: its stored bytes, size, checksum, and whether it is deflated
Cost = Mapping[Excess, int]


class Effort:
    """What reading one workbook may still cost; ``cells``: how many may be held, if not as many as of a return."""

    def __init__(self, cells: int | None = None) -> None:
        self._allowed = _ALLOWED | {Excess.CELLS_HELD: limits.CELLS_HELD if cells is None else cells}
        self._left = dict(self._allowed)

    def must_afford(self, part: str, what: Excess, amount: int) -> None:
        """Refuse the workbook if so much more is too much."""
        if amount > self._left[what]:
            raise over_limit(part, what, self._allowed[what])

    def spend(self, part: str, what: Excess, amount: int) -> None:
        """So much more was needed; too much of it refuses the workbook."""
        self.must_afford(part, what, amount)
        self._left[what] -= amount

    def left(self) -> Cost:
        """What may still be spent."""
        return dict(self._left)

    def spent_since(self, before: Cost) -> Cost:
        """What was spent since there was so much left."""
        return {what: before[what] - left for what, left in self._left.items() if left != before[what]}


class Part(NamedTuple):
    """A part by name; ``pieces`` gives its content, anew at each call.

    ``content`` is what the content follows from: two parts with the same hold the same. None for a large part.
    """

    name: str
    pieces: Callable[[], Iterator[bytes]]
    effort: Effort
    content: Content | None = None
