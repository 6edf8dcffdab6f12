"""Find table rows with a complete label and all their figures that stand out of form order."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from xltool.published.labels.align_labels import PlacedLabel, overlaps_blocked
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import FIGURE_CHARS, TextStream

MIN_UNNUMBERED_CHARS = 6  # of a label without an ordinal; shorter ones may be column headers


def find_displaced_rows(
    stream: TextStream, outline: Outline, placed_labels: Sequence[PlacedLabel], blocked: Sequence[tuple[int, int]]
) -> Iterator[PlacedLabel]:
    """Yield the label of each missing row that is a table row with this label and one figure per cell.

    A label that stands in several such rows is not used: which one is meant is unknown.
    """
    placed = {place.anchor.index for place in placed_labels}
    taken = {stream.owner[place.start] for place in placed_labels if place.end > place.start}
    missing = [anchor for anchor in outline.anchors if anchor.cells and anchor.index not in placed]
    if not missing or not any(block.table for block in stream.blocks):
        return
    by_text = _index_whole_labels(missing)
    found: dict[int, list[PlacedLabel]] = {}
    for _, group in groupby(range(len(stream.blocks)), lambda block: _row_of(stream, block)):
        row = list(group)
        if not stream.blocks[row[0]].table or not taken.isdisjoint(row):
            continue
        figures = sum(_is_figure(stream, block) for block in row)
        for block in row:
            start, end = stream.starts[block], stream.starts[block + 1]
            for anchor in by_text.get(stream.text[start:end], ()):
                if figures == len(anchor.cells):
                    found.setdefault(anchor.index, []).append(PlacedLabel(anchor, start, end))
    for labels in found.values():
        if len(labels) == 1 and not overlaps_blocked(labels[0], blocked):
            yield labels[0]


def _row_of(stream: TextStream, block: int) -> tuple[int, int, int]:
    return stream.blocks[block].page, *stream.blocks[block][1:3]


def _is_figure(stream: TextStream, block: int) -> bool:
    text = stream.text[stream.starts[block] : stream.starts[block + 1]]
    return bool(text) and FIGURE_CHARS.issuperset(text)


def _index_whole_labels(anchors: Sequence[Anchor]) -> dict[str, list[Anchor]]:
    """Map the text of a cell that holds nothing but a label, with its ordinal or long enough without, to the labels."""
    by_text: dict[str, list[Anchor]] = {}
    for anchor in anchors:
        numbered = {anchor.ordinal + anchor.core} if anchor.ordinal else set()
        for text in numbered.union(text for text in anchor.spellings if len(text) >= MIN_UNNUMBERED_CHARS):
            by_text.setdefault(text, []).append(anchor)
    return by_text
