"""Read tables in text lines whose labels are wrapped, by their rows of figures."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.published.figures.align_rows import FormRow, RowAlignment, align_rows
from xltool.published.figures.assign_tokens import read_by_count
from xltool.published.figures.column_blocks import read_by_blocks
from xltool.published.figures.row_tokens import RowTokens
from xltool.published.figures.split_digits import (
    is_figure_text,
    parse_figure,
    satisfies_equations,
    select_equations,
)
from xltool.published.figures.text_lines import TextLine, text_lines_between
from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.label_sequence import Anchor, Outline, list_column_leaves
from xltool.published.labels.text_stream import TextStream, normalize_text

MIN_LABEL_START_CHARS = 2  # of a column header that identify it in a wrapped header row


class WrappedTables(NamedTuple):
    """All rows of a document after its wrapped tables were read by rows.

    ``recovered`` are the rows read only in this way; ``ungrouped`` the groups whose rows are printed after all.
    """

    fields: tuple[RowTokens, ...]
    recovered: tuple[RowTokens, ...]
    ungrouped: frozenset[int]


def read_wrapped_tables(
    stream: TextStream,
    outline: Outline,
    placed_labels: Sequence[PlacedLabel],
    fields: Sequence[RowTokens],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Equation],
) -> WrappedTables:
    """Return all rows; tables in text lines are read by their runs of figures.

    ``groups`` are the groups of which no row was located, with their rows. If runs and labels disagree, only the
    figures read from runs are used in that table.
    """
    kept = list(fields)
    recovered: list[RowTokens] = []
    ungrouped: set[int] = set()
    for table in outline.headless:
        lines = _table_lines(stream, outline, placed_labels, table)
        if not _has_row_lines(lines, outline, table) or not _has_ordered_heads(outline, table, lines):
            continue
        read, grouped = _align_table(outline, table, lines, groups, equations)
        lacking = any(field.anchor.table == table and read_by_count(field) is None for field in kept)
        if lacking and not read.whole and (blocks := _align_blocks(outline, table, lines, groups, equations)):
            read, grouped = _merge_alignments(read, blocks[0]), blocks[1]
        ungrouped |= {index for index in groups if outline.anchors[index].table == table and index not in grouped}
        rows = _aligned_row_tokens(outline, table, lines, _form_rows(outline, table, grouped, groups), read)
        by_count = {_field_cells(field): field for field in kept if read_by_count(field) is not None}
        recovered += [
            row for cells, row in rows.items() if cells not in by_count or _has_other_figures(by_count[cells], row)
        ]
        kept = list(_replace_rows(kept, table, rows, whole=read.whole))
        if not read.whole and _is_row_layout(lines):
            tested_equations = equations if _has_broken_figures(lines, kept, table) else ()
            kept = [
                _check_likely(field, read, tested_equations) if field.anchor.table == table else field for field in kept
            ]
    return WrappedTables(tuple(kept), tuple(recovered), frozenset(ungrouped))


def _table_lines(
    stream: TextStream, outline: Outline, placed_labels: Sequence[PlacedLabel], table: str
) -> list[TextLine]:
    """Return the text lines from the first label of a table to the next section; none if it has table cells."""
    own = [place for place in placed_labels if place.anchor.table == table]
    if not own:
        return []
    start, last = own[0].start, own[-1].end
    following = [place.start for place in placed_labels if place.start >= last and place.anchor.table != table]
    headings = (stream.text.find(normalize_text(section.heading), own[0].end) for section in outline.form.sections)
    stop = min([at for at in (*following, *headings) if at >= own[0].end], default=len(stream.text))
    pieces = range(stream.owner[start], stream.owner[stop - 1] + 1)
    return [] if any(stream.blocks[piece].table for piece in pieces) else text_lines_between(stream, start, stop)


def _align_table(
    outline: Outline,
    table: str,
    text_lines: Sequence[TextLine],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Equation],
) -> tuple[RowAlignment, frozenset[int]]:
    """Return the alignment of a table, and its groups that are printed as one row."""
    own = frozenset(index for index in groups if outline.anchors[index].table == table)
    tried = []
    for grouped in {own, frozenset()}:
        rows = _form_rows(outline, table, grouped, groups)
        labels = {row.anchor.words for row in rows}
        heads = [anchor.words for anchor in outline.anchors if anchor.table == table and anchor.words not in labels]
        tried.append((align_rows(text_lines, rows, heads, equations), grouped))
    return max(tried, key=lambda each: (each[0].gain, len(each[1])))


def _align_blocks(
    outline: Outline,
    table: str,
    text_lines: Sequence[TextLine],
    groups: Mapping[int, Sequence[Anchor]],
    equations: Sequence[Equation],
) -> tuple[RowAlignment, frozenset[int]] | None:
    """Return the alignment of a table printed block by block, and its groups printed as one row."""
    tokens = [token for line in text_lines for token in line.figures]
    before = accumulate((len(line.figures) for line in text_lines), initial=0)
    breaks = {at for at, line in zip(before, text_lines, strict=False) if line.words}
    texts = [normalize_text(token.text).replace(",", "") for token in tokens]
    own = frozenset(index for index in groups if outline.anchors[index].table == table)
    for grouped in (own, frozenset()):
        rows = _form_rows(outline, table, grouped, groups)
        cells = [cell for row in rows for cell in row.cells]
        if len(cells) == len(texts) and all(is_figure_text(text, cells[0]) for text in texts):
            token_places = read_by_blocks(list(map(parse_figure, texts)), breaks, list(map(_cell_ids, rows)), equations)
            if _figures_precede_labels(text_lines, rows, token_places):
                return None
            given = {
                row.anchor.index: tuple(tokens[token_places[cell.id]] for cell in row.cells)
                for row in rows
                if all(cell.id in token_places for cell in row.cells)
            }
            return RowAlignment(given, given, 0.0, len(given) == len(rows)), grouped
    return None


def _figures_precede_labels(
    text_lines: Sequence[TextLine], form_rows: Sequence[FormRow], token_places: Mapping[str, int]
) -> bool:
    """Return True if figures stand after the label of a later row: the blocks are out of order."""
    row_at = {
        token_places[cell.id]: at for at, row in enumerate(form_rows) for cell in row.cells if cell.id in token_places
    }
    runs: list[tuple[int, int]] = []  # last row named before some figures, and the index of the first of these
    words, place = "", 0
    for line in text_lines:
        words += "".join(line.words)
        if line.figures and words:
            named = [
                (words.rfind(row.anchor.words), at) for at, row in enumerate(form_rows) if row.anchor.words in words
            ]
            runs.append((max(named, default=(0, -1))[1], place))
            words = ""
        place += len(line.figures)
    stops = [first for _, first in runs[1:]] + [place]
    return any(
        named > max((row_at[at] for at in range(first, stop) if at in row_at), default=named)
        for (named, first), stop in zip(runs, stops, strict=True)
    )


def _cell_ids(form_row: FormRow) -> tuple[str, ...]:
    return tuple(cell.id for cell in form_row.cells)


def _merge_alignments(read: RowAlignment, blocks: RowAlignment) -> RowAlignment:
    """Merge two alignments, unless they disagree on a row."""
    same = all(blocks.certain.get(index, tokens) == tokens for index, tokens in read.certain.items())
    if not same:
        return read
    given = {**blocks.certain, **read.certain}
    return RowAlignment(given, {**read.likely, **given}, read.gain, blocks.whole)


def _form_rows(
    outline: Outline, table: str, grouped: frozenset[int], groups: Mapping[int, Sequence[Anchor]]
) -> list[FormRow]:
    """Return the rows of a table as printed: one row for each group in ``grouped``, none for its members."""
    printed_together = {member.index for index in grouped for member in groups[index]}
    rows = []
    for anchor in outline.anchors:
        cells = anchor.alone if anchor.index in grouped else anchor.cells
        if anchor.table == table and cells and anchor.index not in printed_together:
            rows.append(FormRow(anchor, cells))
    return rows


def _replace_rows(
    fields: Sequence[RowTokens], table: str, read: Mapping[tuple[str, ...], RowTokens], *, whole: bool
) -> Iterator[RowTokens]:
    """Yield the rows with aligned figures; on a disagreement no other figure of the table is used."""
    own = {_field_cells(field): field for field in fields if field.anchor.table == table}
    disagrees = any(_has_other_figures(own[cells], field) for cells, field in read.items() if cells in own)
    for field in fields:
        if field.anchor.table != table:
            yield field
        elif (cells := _field_cells(field)) in read:
            yield read[cells]
        elif not whole:
            yield field._replace(scattered=field.scattered or disagrees)
    yield from (field for cells, field in read.items() if cells not in own)


def _has_row_lines(text_lines: Sequence[TextLine], outline: Outline, table: str) -> bool:
    """Return True if there are figures, and no line has more of them than a row of the table."""
    longest = max([len(anchor.cells) for anchor in outline.anchors if anchor.table == table], default=0)
    most = max((len(line.figures) for line in text_lines), default=0)
    return 0 < most <= max(longest, len(outline.headless[table]))


def _is_row_layout(text_lines: Sequence[TextLine]) -> bool:
    """Return True if most figures share their line with others."""
    counts = [len(line.figures) for line in text_lines]
    return 2 * sum(count for count in counts if count > 1) > sum(counts)


def _has_broken_figures(text_lines: Sequence[TextLine], fields: Sequence[RowTokens], table: str) -> bool:
    """Return True if some line has only figures, but not as many as a row: ends of figures split over lines."""
    asked = {len(field.cells) for field in fields if field.anchor.table == table}
    return any(line.figures and not line.words and len(line.figures) not in asked for line in text_lines)


def _check_likely(field: RowTokens, read: RowAlignment, equations: Sequence[Equation]) -> RowTokens:
    """Mark a row scattered if the alignment suggests other figures, or if they violate its own ``equations``."""
    tokens = read_by_count(field)
    if field.given or tokens is None:
        return field
    likely = read.likely.get(field.anchor.index)
    other = likely is None or [normalize_text(token.text) for token in tokens] != [
        normalize_text(token.text) for token in likely
    ]
    own = select_equations(field.cells, equations)
    broken = bool(equations) and not (
        own and satisfies_equations([normalize_text(token.text) for token in tokens], field.cells, own)
    )
    return field._replace(scattered=True) if other or broken else field


def _field_cells(field: RowTokens) -> tuple[str, ...]:
    return tuple(cell.id for cell in field.cells)


def _has_other_figures(field: RowTokens, row_tokens: RowTokens) -> bool:
    """Return True if the right number of figures follows a label, but other ones than were aligned."""
    tokens = read_by_count(field)
    return tokens is not None and [normalize_text(token.text) for token in tokens] != [
        normalize_text(token.text) for token in row_tokens.tokens
    ]


def _aligned_row_tokens(
    outline: Outline, table: str, text_lines: Sequence[TextLine], form_rows: Sequence[FormRow], read: RowAlignment
) -> dict[tuple[str, ...], RowTokens]:
    """Return the rows that were aligned, and the only row of a table without row headers."""
    found = [
        RowTokens(
            row.anchor, row.cells, read.certain[row.anchor.index][0].block, read.certain[row.anchor.index], given=True
        )
        for row in form_rows
        if row.anchor.index in read.certain
    ]
    headless = outline.headless[table]
    figure_lines = [line.figures for line in text_lines if line.figures]
    if headless and not form_rows and len(figure_lines) == 1 and len(figure_lines[0]) == len(headless):
        above = [anchor for anchor in outline.anchors if anchor.table == table and anchor.above]
        found.append(RowTokens(above[-1], headless, figure_lines[0][0].block, figure_lines[0], given=True))
    return {_field_cells(field): field for field in found}


def _has_ordered_heads(outline: Outline, table: str, text_lines: Sequence[TextLine]) -> bool:
    """Return True if no column header stands left of, or before, one it follows on the form.

    Wrapped headers are found by their first words; lines are comparable only if both are indented.
    """
    leaves = list_column_leaves(outline, table)
    heads = {anchor.words for anchor in outline.anchors if anchor.table == table and anchor not in leaves}
    head_positions = []
    for at_line, line in enumerate(takewhile(lambda line: not line.figures, text_lines)):
        for word, place in zip(line.words, line.places, strict=True):
            begun = [
                at
                for at, leaf in enumerate(leaves)
                if len(word) >= MIN_LABEL_START_CHARS and leaf.core.startswith(word)
            ]
            if len(begun) == 1 and not any(word in head for head in heads):
                head_positions.append((begun[0], _WordPosition(at_line, place, line.indented, len(line.words) == 1)))
    return not any(
        one < other and _follows_position(here, there)
        for one, here in head_positions
        for other, there in head_positions
    )


class _WordPosition(NamedTuple):
    """The position of a word: line, index in it, and whether it is ``indented`` or ``alone`` on its line."""

    line: int
    place: int
    indented: bool
    alone: bool


def _follows_position(one_position: _WordPosition, other_position: _WordPosition) -> bool:
    """Return True if a word stands right of another, or after it where each fills a line."""
    if one_position.line == other_position.line or (one_position.indented and other_position.indented):
        return one_position.place > other_position.place
    return (
        one_position.alone
        and other_position.alone
        and not one_position.indented
        and not other_position.indented
        and one_position.line > other_position.line
    )
