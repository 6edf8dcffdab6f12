"""Assign table rows of figures that stand apart from their labels, by elimination between rows that have a label.

Extraction from a page may leave several labels in a row, and their rows of figures after them. Between two rows with a
label of their own, as many rows of figures as the form has rows are assigned in order if the labels stand in form
order, each row satisfies its equations and contradicts no label, and at most one of them has no label in the page: the
order of two rows that nothing names is not known. Before the first and after the last row with a label, every label
must be in the page. Otherwise a label keeps only a row that directly follows it and can belong to no other.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.published.figures.assign_tokens import read_by_count
from xltool.published.figures.row_tokens import RowTokens, Token, TokenKind, classify_token
from xltool.published.figures.split_digits import satisfies_equations, select_equations
from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.fuzzy_labels import MIN_SIMILARITY, is_label_fragment, label_similarity
from xltool.published.labels.label_sequence import Anchor, Outline
from xltool.published.labels.text_stream import TextStream, normalize_text


class _FigureRow(NamedTuple):
    """A table row of figures: its first and last block, its figures, its words, the anchor of a label in it, if any."""

    block: int
    last: int
    figures: tuple[Token, ...]
    words: tuple[str, ...]
    anchor: Anchor | None


class _Segment(NamedTuple):
    """The labels (anchor and block, in page order) and rows of figures between two labelled rows.

    ``asked`` are the form rows; ``others`` the words in no label and no row, by block, listed if there are as many rows
    as asked; ``bounds`` is the number of labelled rows that adjoin: 1 at an end of the table, 0 if it has none.
    """

    asked: tuple[Anchor, ...]
    labels: tuple[tuple[Anchor, int], ...]
    rows: tuple[_FigureRow, ...]
    others: tuple[str, ...]
    bounds: int


def assign_loose_rows(
    stream: TextStream,
    outline: Outline,
    placed_labels: Sequence[PlacedLabel],
    fields: Sequence[RowTokens],
    equations: Sequence[Equation],
    skipped: frozenset[str],
) -> list[RowTokens]:
    """Return all rows of tokens, those of loose labels assigned or marked scattered, except in ``skipped`` tables."""
    by_anchor = {field.anchor.index: field for field in fields if not field.anchor.above}
    updates: dict[int, RowTokens] = {}
    for table in outline.headless:
        if table not in skipped:
            for segment in _find_segments(stream, outline, placed_labels, table):
                updates |= _settle_segment(segment, by_anchor, equations)
    kept = [field if field.anchor.above else updates.pop(field.anchor.index, field) for field in fields]
    return [*kept, *updates.values()]


def _settle_segment(
    segment: _Segment, fields: Mapping[int, RowTokens], equations: Sequence[Equation]
) -> dict[int, RowTokens]:
    """Assign the rows of a segment in order if they are complete, else mark the labels that may own another row."""
    pairs = list(zip(segment.asked, segment.rows, strict=False))
    complete = len(segment.asked) == len(segment.rows) and _names_rows_in_order(segment)
    if not complete or not all(_fits(row, anchor, equations) for anchor, row in pairs):
        doubtful = {anchor.index for anchor in _doubtful_labels(segment)}
        return {index: fields[index]._replace(scattered=True) for index in doubtful & fields.keys()}
    settled = {}
    for anchor, row in pairs:
        field = fields.get(anchor.index)
        if field is None or _figure_texts(read_by_count(field)) != _figure_texts(row.figures):
            settled[anchor.index] = RowTokens(anchor, anchor.cells, row.block, row.figures, given=True, deduced=True)
    return settled


def _names_rows_in_order(segment: _Segment) -> bool:
    """Return True if the labels stand in form order and at most one is missing, with nothing similar in the text."""
    indexes = [anchor.index for anchor, _ in segment.labels]
    unprinted = [anchor for anchor in segment.asked if anchor.index not in indexes]
    in_order = all(one < other for one, other in pairwise(indexes))
    named = any(_may_name(words, anchor) for anchor in unprinted for words in segment.others)
    return in_order and not named and len(unprinted) <= (segment.bounds == 2)


def _may_name(words: str, anchor: Anchor) -> bool:
    """Return True if words contain a spelling of a label or are similar to it."""
    spelled = any(spelling in words for spelling in anchor.spellings)
    return spelled or label_similarity(words, anchor, numbered=False) >= MIN_SIMILARITY


def _fits(figure_row: _FigureRow, anchor: Anchor, equations: Sequence[Equation]) -> bool:
    """Return True if a row has one figure per cell, satisfies its equations, and its words are part of the label."""
    texts = [normalize_text(token.text) for token in figure_row.figures]
    own = select_equations(anchor.cells, equations)
    in_label = all(is_label_fragment(word, anchor) for word in figure_row.words)
    return len(texts) == len(anchor.cells) and in_label and bool(own) and satisfies_equations(texts, anchor.cells, own)


def _figure_texts(tokens: Sequence[Token] | None) -> list[str]:
    return [normalize_text(token.text) for token in tokens or ()]


def _doubtful_labels(segment: _Segment) -> Iterator[Anchor]:
    """Yield the labels without exactly their figures before the next label, and those after such a label.

    In a table in which no row has a label of its own, rows that the form does not have may follow those it has: nothing
    is doubtful there if no label lacks figures.
    """
    starts = [block for _, block in segment.labels]
    certain = bool(starts) and segment.rows[0].block > starts[0]
    stops = [*starts[1:], segment.rows[-1].block + 1]
    surplus = [
        sum(len(row.figures) for row in segment.rows if block <= row.block < stop) - len(anchor.cells)
        for (anchor, block), stop in zip(segment.labels, stops, strict=False)
    ]
    if certain and not segment.bounds and min(surplus) >= 0:
        return
    for (anchor, _), more in zip(segment.labels, surplus, strict=True):
        if not certain or more:
            yield anchor
        certain = not more


def _find_segments(
    stream: TextStream, outline: Outline, placed_labels: Sequence[PlacedLabel], table: str
) -> Iterator[_Segment]:
    """Yield the segments of a table that have rows of figures without a label."""
    anchors = [anchor for anchor in outline.anchors if anchor.table == table and anchor.cells]
    own = [place for place in placed_labels if place.anchor.table == table]
    if not own or not anchors:
        return
    rows = list(_figure_rows(stream, own, placed_labels, {len(anchor.cells) for anchor in anchors}))
    labelled = {row.anchor.index for row in rows if row.anchor}
    bounds = [-1, *(at for at, row in enumerate(rows) if row.anchor), len(rows)]
    for before, after in pairwise(bounds):
        first = rows[before] if before >= 0 else None
        last = rows[after] if after < len(rows) else None
        loose = tuple(rows[before + 1 : after])
        low = first.anchor.index if first and first.anchor else -1
        high = last.anchor.index if last and last.anchor else len(outline.anchors)
        if not loose or low >= high:
            continue
        between = [anchor for anchor in anchors if low < anchor.index < high and anchor.index not in labelled]
        labels = tuple((place.anchor, stream.owner[place.start]) for place in own if place.anchor in between)
        blocks = range(
            first.last + 1 if first else stream.owner[own[0].start],
            last.block if last else loose[-1].last + 1,
        )
        others = _other_words(stream, placed_labels, loose, blocks) if len(between) == len(loose) else ()
        yield _Segment(
            tuple(between), labels, loose, tuple(others), bounds=sum(row is not None for row in (first, last))
        )


def _other_words(
    stream: TextStream, placed_labels: Sequence[PlacedLabel], figure_rows: Sequence[_FigureRow], blocks: range
) -> Iterator[str]:
    """Yield the words of some blocks outside the located labels and the rows of figures."""
    for block in blocks:
        if any(row.block <= block <= row.last for row in figure_rows):
            continue
        start, stop = stream.starts[block], stream.starts[block + 1]
        text = stream.text[start:stop]
        for place in placed_labels:
            if place.start < stop and place.end > start:
                first, last = max(place.start - start, 0), min(place.end, stop) - start
                text = text[:first] + " " * (last - first) + text[last:]
        if text := text.strip():
            yield text


def _figure_rows(
    stream: TextStream, own: Sequence[PlacedLabel], placed_labels: Sequence[PlacedLabel], asked: Collection[int]
) -> Iterator[_FigureRow]:
    """Yield the rows of table cells with as many figures as some form row, from its first label to the next table."""
    labels = {stream.owner[place.start]: place.anchor for place in own if place.anchor.cells}
    table = own[0].anchor.table
    after = [
        stream.owner[place.start]
        for place in placed_labels
        if place.start > own[-1].start and place.anchor.table != table
    ]
    blocks = range(stream.owner[own[0].start], min(after, default=len(stream.blocks)))
    cells = (block for block in blocks if stream.blocks[block].table)
    for _, group in groupby(cells, key=lambda block: (stream.blocks[block].page, *stream.blocks[block][1:3])):
        row = list(group)
        texts = {block: stream.blocks[block].text for block in row}
        kinds = {block: classify_token(text, in_cell=True) for block, text in texts.items()}
        figures = tuple(
            Token(texts[block], kinds[block], block, whole=True) for block in row if kinds[block] is TokenKind.FIGURE
        )
        if len(figures) in asked:
            words = tuple(normalize_text(texts[block]) for block in row if kinds[block] is TokenKind.WORDS)
            anchor = next((labels[block] for block in row if block in labels), None)
            yield _FigureRow(row[0], row[-1], figures, words, anchor)
