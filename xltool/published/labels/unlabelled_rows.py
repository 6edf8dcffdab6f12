"""Lines of figures that lost their label: told by their neighbours, where only one line of the form stands between.

A row of a table with as many figures as that line has, or as many figures each by itself in a line of text, and nothing
else between two labels that were found. Where the line before has figures of its own, only a table's row tells.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from xltool.published.labels.align_labels import Placed
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import FIGURE_SIGNS, Stream


def nameless(found: Stream, drawn: Outline, places: Sequence[Placed]) -> Iterator[Placed]:
    """For each such line a place without signs, where its figures begin."""
    for one, other in pairwise(places):
        if one.anchor.table != other.anchor.table:
            continue
        missing = [anchor for anchor in drawn.anchors[one.anchor.index + 1 : other.anchor.index] if anchor.cells]
        if len(missing) == 1 and (start := _figures_of(found, missing[0], one, other)) is not None:
            yield Placed(missing[0], start, start, exact=False)


def _figures_of(found: Stream, line: Anchor, one: Placed, other: Placed) -> int | None:
    """Where the figures of a line begin, if they are all that stands between its neighbours."""
    between = range(found.owner[one.end - 1] + 1, found.owner[other.start])
    rows = [
        [piece for piece in pieces if _signs(found, piece)]
        for _, pieces in groupby(between, lambda piece: _row(found, piece))
    ]
    own = _row(found, found.owner[one.end - 1])
    apart = [row for row in rows if row and _row(found, row[0]) != own]
    if one.anchor.cells and len(apart) == sum(map(bool, rows)):
        return None  # they are the figures of the line before, which stand apart from its label
    if not all(FIGURE_SIGNS.issuperset(_signs(found, piece)) for row in rows for piece in row):
        return None
    lone = [piece for row in apart for piece in row]
    if len(lone) != len(line.cells) or [_signs(found, piece) for piece in lone] == _numbers(len(lone)):
        return None
    in_table = len(apart) == 1 and all(found.pieces[piece].table for piece in lone)
    by_itself = not one.anchor.cells and len(lone) > 1  # a single one may be the number of a page
    return found.starts[lone[0]] if in_table or by_itself else None


def _numbers(count: int) -> list[str]:
    """What numbers the columns of a table below its head."""
    return [str(number) for number in range(1, count + 1)]


def _signs(found: Stream, piece: int) -> str:
    return found.text[found.starts[piece] : found.starts[piece + 1]]


def _row(found: Stream, piece: int) -> tuple[int, int, int]:
    """What tells a row of a table from the next; lines of text are rows of their own."""
    _, table, row, *_ = found.pieces[piece]
    return found.pieces[piece].page, table, row
