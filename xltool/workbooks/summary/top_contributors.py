"""Who a total is mostly made of: where one agency makes more than half of it, a reader of the total should know."""

from collections.abc import Iterable, Mapping
from heapq import nlargest
from typing import NamedTuple

from xltool.model.consolidation import Consolidation
from xltool.model.form import Number

_MOST = 3  # agencies named
_LEAST = 3  # agencies that must share in a figure before it says something that one of them stands out
_HALF = 2


class Share(NamedTuple):
    """An agency or area, and what it adds to a figure."""

    name: str
    value: Number


def leading(made: Consolidation, cells: Iterable[str]) -> Mapping[str, tuple[Share, ...]]:
    """For each of ``cells`` of which one part makes more than half, the largest shares, the largest first."""
    known: dict[str, list[Share]] = {cell: [] for cell in cells}
    for part in made.parts:
        name, values = part.agency_name or part.agency_code, part.values
        for cell, shares in known.items():
            if value := values.get(cell):
                shares.append(Share(name, value))
    found = {}
    for cell, shares in known.items():
        total = made.summary.values[cell]
        first = nlargest(_MOST, shares, key=lambda share: share.value)
        if total and len(shares) >= _LEAST and first[0].value * _HALF > total:
            found[cell] = tuple(first)
    return found
