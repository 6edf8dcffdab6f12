"""Who a figure of a consolidation is made of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xltool.model.agency import Agency
from xltool.model.finding import Spot
from xltool.model.form import Cell, Number


class Contribution(NamedTuple):
    """One part of a sum and what it adds to one figure; ``value`` None where it gives none.

    ``agencies`` is how many agencies' reports the part holds, ``file`` the name it came under.
    """

    agency: Agency
    agencies: int
    file: str
    value: Number | None


@dataclass(frozen=True, slots=True)
class Traced:
    """One figure of a consolidation and who it is made of, the largest contribution first.

    ``total`` is what the official table says. ``agrees`` is whether the parts come to it, as far as that can be said.
    ``lacking`` of the ``expected`` agencies give no figure: with any of them it is a lower bound.
    """

    cell: Cell
    spot: Spot
    total: Number | None
    contributions: tuple[Contribution, ...]
    agrees: bool = True
    lacking: int = 0
    expected: int = 0

    def share(self, contribution: Contribution) -> Decimal | None:
        """Its part of the total, 0 to 1, to four places; None where there is nothing to divide."""
        if not self.total or contribution.value is None:
            return None
        return (Decimal(contribution.value) / Decimal(self.total)).quantize(Decimal("0.0001"))
