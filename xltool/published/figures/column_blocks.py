"""A table whose figures a program took out of a page block by block, put together again by its equations.

Such a program reads some rows at a time, and of these one strip of columns after the other, each strip row by row: all
columns at once, one by one, or the first beside the labels and the others behind. Words stand between blocks, and
between the rows of a first strip. All figures are there then, in one of few orders: those count that keep every
equation and have the fewest words in other places, and a figure is answered if all of these agree on it.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from xltool.model.form import Number
from xltool.published.figures.split_digits import Balance

MOST_WAYS = 1_000  # to fill the rows so far
MOST_STEPS = 20_000  # of one search
MOST_ODD = 2  # words or borders of blocks where none should be

Way = tuple[int, tuple[int, ...]]  # what is odd about it, and the places of the figures, cell by cell
Values = tuple[Number, ...]


def put_together(
    values: Sequence[Number],
    breaks: Collection[int],
    rows: Sequence[Sequence[str]],
    equations: Sequence[Balance],
) -> dict[str, int]:
    """For each cell of ``rows`` the place of its figure among ``values``, as far as that can be told.

    ``breaks`` are the places before which words stand. Nothing is told unless there are as many figures as cells, rows
    are equally long, and each has an equation of its own.
    """
    width = len(rows[0]) if rows else 0
    own = [[equation for equation in equations if {cell for cell, _ in equation.terms} <= set(row)] for row in rows]
    if not rows or any(len(row) != width for row in rows) or len(values) != width * len(rows) or not all(own):
        return {}
    ways: list[dict[Values, Way]] = [{} for _ in range(len(rows) + 1)]
    ways[0][()] = (0, ())
    steps = 0
    for first in range(len(rows)):
        for stop, odd, places in _blocks(first, len(rows), width, breaks) if ways[first] else ():
            block = [[values[place] for place in row] for row in places]
            if all(_kept(row, rows[at], own[at]) for at, row in enumerate(block, start=first)):
                _extend(ways[stop], ways[first], odd, block, places)
                steps += len(ways[first])
                if len(ways[stop]) > MOST_WAYS or steps > MOST_STEPS:
                    return {}
        ways[first] = {}
    return _agreed(ways[-1], [cell for row in rows for cell in row], equations)


def _blocks(
    first: int, height: int, width: int, breaks: Collection[int]
) -> Iterator[tuple[int, int, list[tuple[int, ...]]]]:
    """The blocks that may begin with a row: the row behind them, what is odd about them, and their places by row."""
    start = first * width
    for stop in range(first + 1, height + 1):
        inner = [place - start for place in breaks if start < place < stop * width]
        for strip in _compositions(width) if stop - first > 1 else ((width,),):
            begun = start == 0 or start in breaks
            head = width if first == 0 else 0  # among the first figures labels of columns may stand
            odd = sum(1 for at in inner if at >= head and (at % strip[0] or at > strip[0] * (stop - first)))
            if odd + (not begun) <= MOST_ODD:
                yield stop, odd + (not begun), [tuple(start + at for at in row) for row in _laid(stop - first, strip)]


def _extend(
    into: dict[Values, Way],
    ways: dict[Values, Way],
    odd: int,
    block: Sequence[Sequence[Number]],
    places: Sequence[Sequence[int]],
) -> None:
    """Each way so far with a block behind it, unless there is one as good to the same figures."""
    added = tuple(value for row in block for value in row)
    at = tuple(place for row in places for place in row)
    for before, (cost, taken) in ways.items():
        known = into.get((*before, *added))
        if cost + odd <= MOST_ODD and (known is None or known[0] > cost + odd):
            into[(*before, *added)] = (cost + odd, (*taken, *at))


def _agreed(ways: dict[Values, Way], cells: Sequence[str], equations: Sequence[Balance]) -> dict[str, int]:
    """What the least odd of the ways that keep all equations agree on."""
    usable = [equation for equation in equations if {cell for cell, _ in equation.terms} <= set(cells)]
    kept = {found: way for found, way in ways.items() if _kept(found, cells, usable)}
    least = min((odd for odd, _ in kept.values()), default=0)
    best = [(found, places) for found, (odd, places) in kept.items() if odd == least]
    return {
        cell: best[0][1][at] for at, cell in enumerate(cells) if best and len({found[at] for found, _ in best}) == 1
    }


def _kept(values: Sequence[Number], cells: Sequence[str], equations: Sequence[Balance]) -> bool:
    held = dict(zip(cells, values, strict=True))
    return all(
        sum(coefficient * held[cell] for cell, coefficient in equation.terms) + equation.constant == 0
        for equation in equations
    )


@lru_cache(maxsize=4096)
def _laid(height: int, strip: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """For each row of a block the places of its figures, counted from the block's first."""
    ends = list(pairwise((0, *accumulate(strip))))
    return tuple(
        tuple(begin * height + row * (end - begin) + column for begin, end in ends for column in range(end - begin))
        for row in range(height)
    )


@lru_cache(maxsize=64)
def _compositions(width: int) -> tuple[tuple[int, ...], ...]:
    """Every way to part so many columns into strips."""
    parted = [(*rest, last) for last in range(1, width) for rest in _compositions(width - last)]
    return ((width,), *parted)
