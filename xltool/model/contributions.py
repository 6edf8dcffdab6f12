"""The contributions that a figure of a consolidation is summed from."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xltool.model.agency import Agency
from xltool.model.finding import FindingCell
from xltool.model.form import Cell, Number, TotalKind


class ContributingRow(NamedTuple):
    """One row of a list behind a figure: its agencies, the words of its key, its place, and what it adds."""

    agencies: tuple[str, ...]
    name: str
    address: str
    value: Number


class Contribution(NamedTuple):
    """One part of a sum and the value it adds to one figure; ``value`` is None if it has no figure.

    ``least`` is then what the known parts of a total add to it, None if there are none. ``agencies`` is the number of
    agencies whose reports the part contains, ``file`` its file name.
    """

    agency: Agency
    agencies: int
    file: str
    value: Number | None
    least: Number | None = None
    word: str = ""


class CountedLine(NamedTuple):
    """A line of a ledger behind a figure, by its number, and what it adds."""

    name: str
    amount: Number


@dataclass(frozen=True, slots=True)
class TracedFigure:
    """One figure of a consolidation and its contributions, the largest first.

    Of a choice, a date or a text, ``words`` is what the official table shows, and each contribution has its ``word``.
    Of a report that was counted from a ledger, ``lines`` are those behind the figure, and there are no contributions.

    ``total`` is the figure in the official table; ``agrees`` is False if the contributions do not add up to it.
    ``lacking`` of the ``expected`` agencies have no figure; if any, a total that ``is_bound`` is a lower bound.
    ``rows`` are behind a figure that is computed from a list.
    """

    cell: Cell
    position: FindingCell
    total: Number | None
    contributions: tuple[Contribution, ...]
    agrees: bool = True
    lacking: int = 0
    expected: int = 0
    rows: tuple[ContributingRow, ...] = ()
    lines: tuple[CountedLine, ...] | None = None
    is_bound: bool = True
    words: str | None = None

    def calculate_share(self, contribution: Contribution) -> Decimal | None:
        """Return the contribution divided by the total, 0 to 1, four places; None if either is missing or zero."""
        value = contribution.least if contribution.value is None else contribution.value
        if not self.total or value is None or self.cell.total is not TotalKind.SUM:
            return None
        return (Decimal(value) / Decimal(self.total)).quantize(Decimal("0.0001"))
