"""Assign table rows of figures that stand apart from their labels, by elimination between rows that have a label.

Extraction from a page may leave several labels in a row, and their rows of figures after them. Between two rows with a
label of their own, as many rows of figures as the form has rows are assigned in order if each satisfies its equations
and contradicts no label, and at most one of them has no label in the page: the order of two rows that nothing names is
not known. Otherwise a label keeps only a row that directly follows it and can belong to no other.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.published.figures.assign_tokens import read_by_count
from xltool.published.figures.row_tokens import RowTokens, Token, TokenKind, classify_token
from xltool.published.figures.split_digits import satisfies_equations, select_equations
from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.fuzzy_labels import is_label_fragment
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import TextStream, normalize_text


class _FigureRow(NamedTuple):
    """A table row of figures: its first block, its figures, its words, and the anchor of a label in it, if any."""

    block: int
    figures: tuple[Token, ...]
    words: tuple[str, ...]
    anchor: Anchor | None


class _Segment(NamedTuple):
    """The labels (anchor and block) and rows of figures between two labelled rows; ``asked`` are the form rows."""

    asked: tuple[Anchor, ...]
    labels: tuple[tuple[Anchor, int], ...]
    rows: tuple[_FigureRow, ...]


def assign_loose_rows(
    stream: TextStream,
    outline: Outline,
    places: Sequence[PlacedLabel],
    fields: Sequence[RowTokens],
    equations: Sequence[Equation],
    skipped: frozenset[str],
) -> list[RowTokens]:
    """Return all rows of tokens, those of loose labels assigned or marked scattered, except in ``skipped`` tables."""
    by_anchor = {field.anchor.index: field for field in fields if not field.anchor.above}
    updates: dict[int, RowTokens] = {}
    for table in outline.headless:
        if table not in skipped:
            for segment in _find_segments(stream, outline, places, table):
                updates |= _settle_segment(segment, by_anchor, equations)
    kept = [field if field.anchor.above else updates.pop(field.anchor.index, field) for field in fields]
    return [*kept, *updates.values()]


def _settle_segment(
    segment: _Segment, fields: Mapping[int, RowTokens], equations: Sequence[Equation]
) -> dict[int, RowTokens]:
    """Assign the rows of a segment in order if they are complete, else mark the labels that may own another row."""
    pairs = list(zip(segment.asked, segment.rows, strict=False))
    unprinted = len(segment.asked) - len({anchor.index for anchor, _ in segment.labels})
    complete = len(segment.asked) == len(segment.rows) and unprinted <= 1
    if not complete or not all(_fits(row, anchor, equations) for anchor, row in pairs):
        doubtful = {anchor.index for anchor in _doubtful_labels(segment)}
        return {index: fields[index]._replace(scattered=True) for index in doubtful & fields.keys()}
    settled = {}
    for anchor, row in pairs:
        field = fields.get(anchor.index)
        if field is None or _figure_texts(read_by_count(field)) != _figure_texts(row.figures):
            settled[anchor.index] = RowTokens(anchor, anchor.cells, row.block, row.figures, given=True, deduced=True)
    return settled


def _fits(row: _FigureRow, anchor: Anchor, equations: Sequence[Equation]) -> bool:
    """Return True if a row has one figure per cell, satisfies its equations, and its words are part of the label."""
    texts = [normalize_text(token.text) for token in row.figures]
    own = select_equations(anchor.cells, equations)
    in_label = all(is_label_fragment(word, anchor) for word in row.words)
    return len(texts) == len(anchor.cells) and in_label and bool(own) and satisfies_equations(texts, anchor.cells, own)


def _figure_texts(tokens: Sequence[Token] | None) -> list[str]:
    return [normalize_text(token.text) for token in tokens or ()]


def _doubtful_labels(segment: _Segment) -> Iterator[Anchor]:
    """Yield the labels of a segment without exactly one row before the next label, and those after such a label."""
    starts = [block for _, block in segment.labels]
    certain = bool(starts) and segment.rows[0].block > starts[0]
    for at, (anchor, block) in enumerate(segment.labels):
        stop = starts[at + 1] if at + 1 < len(starts) else segment.rows[-1].block + 1
        alone = sum(block <= row.block < stop for row in segment.rows) == 1
        if not (certain and alone):
            yield anchor
        certain = alone


def _find_segments(
    stream: TextStream, outline: Outline, places: Sequence[PlacedLabel], table: str
) -> Iterator[_Segment]:
    """Yield the segments of a table that have rows of figures without a label."""
    anchors = [anchor for anchor in outline.anchors if anchor.table == table and anchor.cells]
    own = [place for place in places if place.anchor.table == table]
    if not own or not anchors:
        return
    rows = list(_figure_rows(stream, own, places, max(len(anchor.cells) for anchor in anchors)))
    owned = [at for at, row in enumerate(rows) if row.anchor is not None]
    bounds = [-1, *owned, len(rows)]
    for before, after in pairwise(bounds):
        first = rows[before].anchor if before >= 0 else None
        last = rows[after].anchor if after < len(rows) else None
        loose = tuple(rows[before + 1 : after])
        low, high = first.index if first else -1, last.index if last else 1_000_000
        if not loose or low >= high or first is None or last is None:
            continue
        asked = tuple(anchor for anchor in anchors if low < anchor.index < high)
        labels = tuple(
            (place.anchor, stream.owner[place.start])
            for place in own
            if place.anchor.cells and low < place.anchor.index < high
        )
        yield _Segment(asked, labels, loose)


def _figure_rows(
    stream: TextStream, own: Sequence[PlacedLabel], places: Sequence[PlacedLabel], asked: int
) -> Iterator[_FigureRow]:
    """Yield the rows of table cells with as many figures as a form row, from its first label to the next table."""
    labels = {stream.owner[place.start]: place.anchor for place in own if place.anchor.cells}
    after = [stream.owner[place.start] for place in places if place.start > own[-1].start and place not in own]
    blocks = range(stream.owner[own[0].start], min(after, default=len(stream.blocks)))
    cells = (block for block in blocks if stream.blocks[block].table)
    for _, group in groupby(cells, key=lambda block: (stream.blocks[block].page, *stream.blocks[block][1:3])):
        row = list(group)
        texts = {block: stream.blocks[block].text for block in row}
        kinds = {block: classify_token(text, in_cell=True) for block, text in texts.items()}
        figures = tuple(
            Token(texts[block], kinds[block], block, whole=True) for block in row if kinds[block] is TokenKind.FIGURE
        )
        if len(figures) == asked:
            words = tuple(normalize_text(texts[block]) for block in row if kinds[block] is TokenKind.WORDS)
            yield _FigureRow(row[0], figures, words, next((labels[block] for block in row if block in labels), None))
