"""The largest parts of a total of which one agency makes more than half."""

from collections.abc import Iterable, Mapping
from heapq import nlargest
from typing import NamedTuple

from xltool.model.consolidation import Consolidation
from xltool.model.form import Number

_MAX_NAMED = 3  # agencies named
_MIN_CONTRIBUTORS = 3  # agencies with a figure; with fewer, more than half is no news
_MAJORITY_DIVISOR = 2


class Share(NamedTuple):
    """An agency or area and its part of a figure."""

    name: str
    value: Number


def find_largest_shares(consolidation: Consolidation, cell_ids: Iterable[str]) -> Mapping[str, tuple[Share, ...]]:
    """Map each of ``cell_ids`` of which one part makes more than half to its largest shares, the largest first."""
    known: dict[str, list[Share]] = {cell: [] for cell in cell_ids}
    for part in consolidation.parts:
        name, values = part.agency_name or part.agency_code, part.values
        for cell, shares in known.items():
            if value := values.get(cell):
                shares.append(Share(name, value))
    dominated = {}
    for cell, shares in known.items():
        total = consolidation.summary.values[cell]
        first = nlargest(_MAX_NAMED, shares, key=lambda share: share.value)
        if total and len(shares) >= _MIN_CONTRIBUTORS and first[0].value * _MAJORITY_DIVISOR > total:
            dominated[cell] = tuple(first)
    return dominated
