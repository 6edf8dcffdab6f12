"""Find rows of figures without a label between two labels with exactly one form row between them.

The row must be one table row with as many figures as the form row, or as many lines of text with one figure each, and
nothing else may stand between the two labels. After a row with figures of its own, only a table row is accepted.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import FIGURE_CHARS, TextStream


def find_unlabelled_rows(
    stream: TextStream, outline: Outline, placed_labels: Sequence[PlacedLabel]
) -> Iterator[PlacedLabel]:
    """Yield an empty label span at the start of the figures of each such row."""
    for one, other in pairwise(placed_labels):
        if one.anchor.table != other.anchor.table:
            continue
        missing = [anchor for anchor in outline.anchors[one.anchor.index + 1 : other.anchor.index] if anchor.cells]
        if len(missing) == 1 and (start := _find_row_start(stream, missing[0], one, other)) is not None:
            yield PlacedLabel(missing[0], start, start, exact=False)


def _find_row_start(stream: TextStream, anchor: Anchor, one_label: PlacedLabel, other_label: PlacedLabel) -> int | None:
    """Return where the figures of a row begin if nothing else stands between its neighbours, else None."""
    between = range(stream.owner[one_label.end - 1] + 1, stream.owner[other_label.start])
    rows = [
        [piece for piece in pieces if _block_text(stream, piece)]
        for _, pieces in groupby(between, lambda piece: _row_identity(stream, piece))
    ]
    own = _row_identity(stream, stream.owner[one_label.end - 1])
    apart = [row for row in rows if row and _row_identity(stream, row[0]) != own]
    if one_label.anchor.cells and len(apart) == sum(map(bool, rows)):
        return None  # these are the figures of the row before, apart from their label
    if not all(FIGURE_CHARS.issuperset(_block_text(stream, piece)) for row in rows for piece in row):
        return None
    lone = [piece for row in apart for piece in row]
    if len(lone) != len(anchor.cells) or [_block_text(stream, piece) for piece in lone] == _column_numbers(len(lone)):
        return None
    in_table = len(apart) == 1 and all(stream.blocks[piece].table for piece in lone)
    by_itself = not one_label.anchor.cells and len(lone) > 1  # a single one may be the number of a page
    return stream.starts[lone[0]] if in_table or by_itself else None


def _column_numbers(count: int) -> list[str]:
    """Return the numbers of a row that only numbers the columns."""
    return [str(number) for number in range(1, count + 1)]


def _block_text(stream: TextStream, block: int) -> str:
    return stream.text[stream.starts[block] : stream.starts[block + 1]]


def _row_identity(stream: TextStream, block: int) -> tuple[int, int, int]:
    """Return (page, table, row) of a block; each line of text is a row of its own."""
    _, table, row, *_ = stream.blocks[block]
    return stream.blocks[block].page, table, row
