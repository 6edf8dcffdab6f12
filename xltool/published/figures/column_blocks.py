"""Reassemble a table whose figures were extracted block by block, by its equations.

The extraction takes some rows at a time, and of these one strip of columns after another, each strip row by row: all
columns at once, one by one, or the first beside the labels and the others after it. Words stand between blocks, and
between the rows of a first strip. All figures are present in one of few orders: of the orders that satisfy every
equation those with the fewest misplaced words are kept, and a figure is accepted if all of these agree on it.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from xltool.forms.equations import Equation
from xltool.model.form import Number

MAX_CANDIDATES = 1_000  # for the rows so far
MAX_SEARCH_STEPS = 20_000  # of one search
MAX_ANOMALIES = 2  # words or block borders at unexpected positions

Candidate = tuple[int, tuple[int, ...]]  # anomalies, and the indexes of the figures cell by cell
Values = tuple[Number, ...]


def read_by_blocks(
    values: Sequence[Number],
    breaks: Collection[int],
    rows: Sequence[Sequence[str]],
    equations: Sequence[Equation],
) -> dict[str, int]:
    """Map cells of ``rows`` to the index of their figure in ``values``, as far as it is determined.

    ``breaks`` are the indexes before which words stand. The result is empty unless there are as many figures as cells,
    rows are equally long, and each has an equation of its own.
    """
    width = len(rows[0]) if rows else 0
    own = [[equation for equation in equations if set(equation.terms) <= set(row)] for row in rows]
    if not rows or any(len(row) != width for row in rows) or len(values) != width * len(rows) or not all(own):
        return {}
    ways: list[dict[Values, Candidate]] = [{} for _ in range(len(rows) + 1)]
    ways[0][()] = (0, ())
    steps = 0
    for first in range(len(rows)):
        for stop, odd, places in _candidate_blocks(first, len(rows), width, breaks) if ways[first] else ():
            block = [[values[place] for place in row] for row in places]
            if all(_satisfies(row, rows[at], own[at]) for at, row in enumerate(block, start=first)):
                _extend_candidates(ways[stop], ways[first], odd, block, places)
                steps += len(ways[first])
                if len(ways[stop]) > MAX_CANDIDATES or steps > MAX_SEARCH_STEPS:
                    return {}
        ways[first] = {}
    return _agreed_places(ways[-1], [cell for row in rows for cell in row], equations)


def _candidate_blocks(
    first: int, height: int, width: int, breaks: Collection[int]
) -> Iterator[tuple[int, int, list[tuple[int, ...]]]]:
    """Yield the blocks that may begin with a row: the row after them, their anomalies, and their indexes by row."""
    start = first * width
    for stop in range(first + 1, height + 1):
        inner = [place - start for place in breaks if start < place < stop * width]
        for strip in _compositions(width) if stop - first > 1 else ((width,),):
            begun = start == 0 or start in breaks
            head = width if first == 0 else 0  # column headers may stand among the first figures
            odd = sum(1 for at in inner if at >= head and (at % strip[0] or at > strip[0] * (stop - first)))
            if odd + (not begun) <= MAX_ANOMALIES:
                yield (
                    stop,
                    odd + (not begun),
                    [tuple(start + at for at in row) for row in _strip_layout(stop - first, strip)],
                )


def _extend_candidates(
    into: dict[Values, Candidate],
    ways: dict[Values, Candidate],
    odd: int,
    block: Sequence[Sequence[Number]],
    candidate_places: Sequence[Sequence[int]],
) -> None:
    """Extend each candidate by a block, unless an equally good one gives the same figures."""
    added = tuple(value for row in block for value in row)
    at = tuple(place for row in candidate_places for place in row)
    for before, (cost, taken) in ways.items():
        known = into.get((*before, *added))
        if cost + odd <= MAX_ANOMALIES and (known is None or known[0] > cost + odd):
            into[(*before, *added)] = (cost + odd, (*taken, *at))


def _agreed_places(
    ways: dict[Values, Candidate], cells: Sequence[str], equations: Sequence[Equation]
) -> dict[str, int]:
    """Return the figures on which all balanced candidates with the fewest anomalies agree."""
    usable = [equation for equation in equations if set(equation.terms) <= set(cells)]
    kept = {found: way for found, way in ways.items() if _satisfies(found, cells, usable)}
    least = min((odd for odd, _ in kept.values()), default=0)
    best = [(found, places) for found, (odd, places) in kept.items() if odd == least]
    return {
        cell: best[0][1][at] for at, cell in enumerate(cells) if best and len({found[at] for found, _ in best}) == 1
    }


def _satisfies(values: Sequence[Number], cells: Sequence[str], equations: Sequence[Equation]) -> bool:
    held = dict(zip(cells, values, strict=True))
    return all(equation.residual(held) == 0 for equation in equations)


@lru_cache(maxsize=4096)
def _strip_layout(height: int, strip: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the indexes of the figures of each row of a block, relative to its first figure."""
    ends = list(pairwise((0, *accumulate(strip))))
    return tuple(
        tuple(begin * height + row * (end - begin) + column for begin, end in ends for column in range(end - begin))
        for row in range(height)
    )


@lru_cache(maxsize=64)
def _compositions(width: int) -> tuple[tuple[int, ...], ...]:
    """Return every composition of ``width`` columns into strips."""
    parted = [(*rest, last) for last in range(1, width) for rest in _compositions(width - last)]
    return ((width,), *parted)
