"""Locate one form in one document and read the figures after its labels; doubtful figures stay open."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from xltool.forms.equations import Equation, year_equations
from xltool.model.form import Cell, Form
from xltool.published.figures.assign_tokens import read_by_count
from xltool.published.figures.loose_rows import assign_loose_rows
from xltool.published.figures.resolve_by_text import Narrative
from xltool.published.figures.resolve_figures import Evidence, ResolvedFigures, find_unbalanced_tables, resolve_figures
from xltool.published.figures.row_tokens import RowTokens, count_figures_between, read_tokens_after, read_tokens_among
from xltool.published.figures.wrapped_labels import read_wrapped_tables
from xltool.published.labels.align_labels import (
    MIN_STRONG_CHARS,
    PlacedLabel,
    count_label_chars,
    find_best_chain,
    find_candidates,
    overlaps_blocked,
)
from xltool.published.labels.displaced_rows import find_displaced_rows
from xltool.published.labels.fuzzy_labels import find_fuzzy_labels
from xltool.published.labels.label_sequence import Anchor, Outline, build_outline, list_column_leaves
from xltool.published.labels.reordered_columns import reorder_columns
from xltool.published.labels.text_stream import TextStream
from xltool.published.labels.transposed_tables import find_transposed_tables, has_figures_per_label, transpose_tables
from xltool.published.labels.unlabelled_rows import find_unlabelled_rows

MIN_LABEL_SHARE = 0.6  # of the label characters of a table that stands out of form order
MAX_HEADING_DISTANCE_CHARS = 200  # between a label used as heading and its row
MIN_FIGURES_PER_ROW = 2  # in a row before double the number is significant
_ORDINAL_ENDS = frozenset(".,")  # after the ordinal of a label
MIN_COLUMN_LABEL_CHARS = 3  # of a column header that is also searched out of order


@dataclass(frozen=True, slots=True)
class LocatedForm:
    """The label positions of a form in a document.

    ``weight`` is the number of exactly matched characters; ``candidates`` are all places where a label is printed.
    """

    form: Form
    outline: Outline
    places: tuple[PlacedLabel, ...]
    weight: int
    candidates: tuple[PlacedLabel, ...]

    @property
    def span(self) -> tuple[int, int]:
        """Start of the first label and end of the last."""
        return (self.places[0].start, self.places[-1].end) if self.places else (0, 0)

    @property
    def row_count(self) -> int:
        """Number of rows located by their labels, and of tables without row labels located by their column headers."""
        placed = {place.anchor.index for place in self.places}
        rows = sum(1 for place in self.places if place.anchor.cells)
        return rows + sum(self._has_column_headers(table, placed) for table in self.outline.headless)

    def covers_all_but(self, left_out: Collection[str]) -> bool:
        """Return True if all rows and tables without row labels are located, except of tables ``left_out`` (ids)."""
        placed = {place.anchor.index for place in self.places}
        cells = {cell.id for place in self.places for cell in place.anchor.cells}
        cells |= {
            cell.id
            for table, own in self.outline.headless.items()
            if self._has_column_headers(table, placed)
            for cell in own
        }
        printed = (
            cell.id for table in self.form.tables if table.printed and table.id not in left_out for cell in table.cells
        )
        return cells.issuperset(printed)

    def _has_column_headers(self, table: str, placed: Collection[int]) -> bool:
        """Return True if a table has no row label and every column header is located."""
        own = [anchor for anchor in self.outline.anchors if anchor.table == table and not anchor.heading]
        return not any(anchor.cells for anchor in own) and all(anchor.index in placed for anchor in own)


def locate_form(stream: TextStream, form: Form, blocked: Sequence[tuple[int, int]] = ()) -> LocatedForm:
    """Locate the labels of ``form`` in a document, outside the ``blocked`` spans.

    Tables are searched in form order; a table found nowhere is searched once more alone. A table that seems transposed
    is searched with its transposed outline.
    """
    upright = _locate_outline(stream, form, build_outline(form), blocked)
    fallen = set(find_transposed_tables(stream, upright.places))
    if not fallen:
        return upright
    tilted = _locate_outline(stream, form, build_outline(transpose_tables(form, fallen)), blocked)
    better = tilted.weight > upright.weight and has_figures_per_label(stream, tilted.places, fallen)
    return tilted if better else upright


def _locate_outline(
    stream: TextStream, form: Form, outline: Outline, blocked: Sequence[tuple[int, int]]
) -> LocatedForm:
    candidates = find_candidates(stream.text, outline.anchors)
    chain = find_best_chain(stream.text, candidates, blocked)
    if merged := list(_merged_label_cells(stream, chain)):
        blocked = [*blocked, *merged]
        chain = find_best_chain(stream.text, candidates, blocked)
    places = [place for place in find_fuzzy_labels(stream, outline, chain) if not overlaps_blocked(place, blocked)]
    signs = count_label_chars(chain)
    for table in outline.headless:
        if any(place.anchor.table == table and not place.anchor.heading for place in places):
            continue
        own = [anchor for anchor in outline.anchors if anchor.table == table]
        taken = [*blocked, *((place.start, place.end) for place in places)]
        apart = find_best_chain(stream.text, find_candidates(stream.text, own), taken)
        if count_label_chars(apart) >= MIN_LABEL_SHARE * sum(len(anchor.words) for anchor in own):
            places += find_fuzzy_labels(stream, outline, apart)
            signs += count_label_chars(apart)
    places += list(find_displaced_rows(stream, outline, places, blocked))
    places.sort(key=lambda place: place.start)
    places += find_unlabelled_rows(stream, outline, places)
    ordered = tuple(sorted(places, key=lambda place: place.start))
    return LocatedForm(form, outline, ordered, signs, tuple(candidates))


def has_label_chars(stream: TextStream, located: LocatedForm, share: float, blocked: Sequence[tuple[int, int]]) -> bool:
    """Return True if exact labels outside the ``blocked`` spans have at least ``share`` of the located characters."""
    rest = find_best_chain(stream.text, located.candidates, blocked)
    return count_label_chars(rest) >= share * located.weight


def _merged_label_cells(stream: TextStream, chain: Sequence[PlacedLabel]) -> Iterator[tuple[int, int]]:
    """Yield the spans of table cells that hold the labels of several rows and no figure."""
    for piece, places in groupby(chain, key=lambda place: stream.owner[place.start]):
        labels = list(places)
        start, end = stream.starts[piece], stream.starts[piece + 1]
        if stream.blocks[piece].table and sum(bool(place.anchor.cells) for place in labels) > 1:
            rest = stream.text[start:end]
            for place in labels:
                rest = rest.replace(place.anchor.words, "").replace(place.anchor.core, "")
            if not any(sign.isdigit() and rest[at + 1 : at + 2] not in _ORDINAL_ENDS for at, sign in enumerate(rest)):
                yield start, end


@dataclass(frozen=True, slots=True)
class ExtractedFigures:
    """The figures of a located form.

    ``grouped`` are the anchors whose group is printed as one row; ``misordered`` the tables with columns in an unknown
    order, which stay open; ``torn`` the rows recovered from wrapped labels; ``reordered`` the tables read in
    another column order.
    """

    filled: ResolvedFigures
    grouped: tuple[Anchor, ...]
    misordered: tuple[str, ...]
    torn: tuple[RowTokens, ...] = ()
    reordered: tuple[str, ...] = ()


def read_figures(stream: TextStream, located: LocatedForm) -> ExtractedFigures:
    """Read the figures after the located labels."""
    grouped = _find_collapsed_groups(located)
    fields = list(_build_row_tokens(stream, located, {anchor.index for anchor in grouped}))
    equations = year_equations(located.form.relations)
    groups = {anchor.index: _group_rows(located.outline, anchor) for anchor in grouped}
    read = read_wrapped_tables(stream, located.outline, located.places, fields, groups, equations)
    grouped = tuple(anchor for anchor in grouped if anchor.index not in read.ungrouped)
    skipped = frozenset(anchor.table for anchor in grouped)
    fields_read = assign_loose_rows(stream, located.outline, located.places, read.fields, equations, skipped)
    read_fields, reordered = _apply_printed_order(
        stream, located, list(_mark_scattered(stream, located, fields_read)), equations
    )
    turned = tuple(table for table in _find_misordered_tables(stream, located) if table not in reordered)
    silent = {cell.id for anchor in grouped for member in _group_rows(located.outline, anchor) for cell in member.cells}
    evidence = Evidence(
        equations,
        silent - {cell.id for anchor in grouped for cell in anchor.alone},
        set(_find_disordered_tables(stream, located, fields)),
        Narrative(_narrative_text(stream, located), located.form.claims),
    )
    while True:
        filled = resolve_figures(stream, [field for field in read_fields if field.anchor.table not in turned], evidence)
        unbalanced = find_unbalanced_tables(filled.printed, evidence.equations)
        if not unbalanced:
            return ExtractedFigures(
                filled, grouped, turned, read.recovered, tuple(table for table in reordered if table not in turned)
            )
        turned += unbalanced


def _apply_printed_order(
    stream: TextStream, located: LocatedForm, fields: Sequence[RowTokens], equations: Sequence[Equation]
) -> tuple[tuple[RowTokens, ...], tuple[str, ...]]:
    """Return the rows with cells in printed column order, and the tables where it differs from the form."""
    kept = list(fields)
    reordered = []
    for table in located.outline.form.tables:
        starts = [place.start for place in located.places if place.anchor.table == table.id]
        own = [at for at, field in enumerate(kept) if field.anchor.table == table.id and not field.given]
        turned = (
            reorder_columns(stream, located.outline.headers, [kept[at] for at in own], starts[0], equations)
            if starts
            else None
        )
        if turned:
            reordered.append(table.id)
            for at, field in zip(own, turned, strict=True):
                kept[at] = field
    return tuple(kept), tuple(reordered)


def _narrative_text(stream: TextStream, located: LocatedForm) -> str:
    """Return the text before the first label and after the last, without tables."""
    first, last = located.span
    kept = []
    for at, piece in enumerate(stream.blocks):
        start, end = stream.starts[at], stream.starts[at + 1]
        if piece.table or start == end:
            continue
        if end <= first or start >= last:
            kept.append(piece.text)
        else:
            if start < first:
                kept.append(piece.text[: stream.offset[first]])
            if end > last:
                kept.append(piece.text[stream.offset[last] :])
    return "\n".join(kept)


def _build_row_tokens(stream: TextStream, located: LocatedForm, grouped: set[int]) -> Iterator[RowTokens]:
    words = {
        table: frozenset("".join(anchor.words for anchor in located.outline.anchors if anchor.table == table))
        for table in located.outline.headless
    }
    following = {one.start: other for one, other in pairwise(located.places)}
    for place in located.places:
        anchor = place.anchor
        cells = anchor.cells or (anchor.alone if anchor.index in grouped else ())
        if cells:
            field = _tokens_after_label(stream, place, following.get(place.start), cells, words[anchor.table])
            yield field._replace(deduced=place.start == place.end)
    for table, cells in located.outline.headless.items():
        above = [place for place in located.places if place.anchor.table == table and place.anchor.above]
        if cells and above:
            after = following.get(above[-1].start)
            yield read_tokens_among(stream, above, after.start if after else len(stream.text), cells, words[table])


def _tokens_after_label(
    stream: TextStream,
    place: PlacedLabel,
    following: PlacedLabel | None,
    cells: tuple[Cell, ...],
    words: frozenset[str],
) -> RowTokens:
    """Read the tokens after a label; a label without figures may be a heading above its row, which repeats it."""
    field = read_tokens_after(stream, place, following, cells, words)
    stop = following.start if following else min(len(stream.text), place.end + MAX_HEADING_DISTANCE_CHARS)
    while not field.full:
        again = stream.text.find(place.anchor.core, place.end, stop)
        if again < 0:
            break
        place = place._replace(start=again, end=again + len(place.anchor.core))
        if len(place.anchor.core) >= MIN_STRONG_CHARS or _fills_block(stream, place):
            field = read_tokens_after(stream, place, following, cells, words)
    return field


def _fills_block(stream: TextStream, place: PlacedLabel) -> bool:
    """Return True if a label is the whole text of its block."""
    piece = stream.owner[place.start]
    return stream.text[stream.starts[piece] : stream.starts[piece + 1]] in {place.anchor.words, place.anchor.core}


def _group_rows(outline: Outline, group: Anchor) -> list[Anchor]:
    """Return the row anchors of a group: those after it in its table up to the end of its cells."""
    lines = {cell.line for cell in group.alone}
    last = max((a.index for a in outline.anchors if any(cell.line in lines for cell in a.cells)), default=group.index)
    return list(outline.anchors[group.index + 1 : last + 1])


def _find_collapsed_groups(located: LocatedForm) -> tuple[Anchor, ...]:
    """Return the group anchors that were located without any of their rows."""
    placed = {place.anchor.index for place in located.places}
    return tuple(
        place.anchor
        for place in located.places
        if place.anchor.alone and placed.isdisjoint(a.index for a in _group_rows(located.outline, place.anchor))
    )


def _find_disordered_tables(stream: TextStream, located: LocatedForm, fields: Sequence[RowTokens]) -> Iterator[str]:
    """Yield the tables whose text lines do not alternate label and figures, as text extraction may leave them.

    A label is preceded by as many figures as should follow it while another row lacks figures, or followed by twice
    as many.
    """
    short = {field.anchor.table for field in fields if len(field.full) < len(field.cells)}
    before = 0
    for place, following in pairwise(located.places):
        anchor = place.anchor
        if anchor.cells or anchor.alone or anchor.table != following.anchor.table:
            before = 0
            continue
        before += count_figures_between(stream, place.end, following.start)
        if anchor.table in short and following.anchor.cells and before >= len(following.anchor.cells):
            yield anchor.table
    for field in fields:
        if not field.rows and len(field.full) >= 2 * len(field.cells):
            yield field.anchor.table


def _mark_scattered(stream: TextStream, located: LocatedForm, fields: Sequence[RowTokens]) -> Iterator[RowTokens]:
    """Yield the rows, marked scattered from the first label that is followed by twice its number of figures.

    Rows before it alternate label and figures; after it a figure may belong to any label.
    """
    from_here: dict[str, int] = {}
    followed = {field.anchor.index for field in fields if read_by_count(field) is not None}
    for place, following in pairwise(located.places):
        asked = len(place.anchor.cells)
        if place.anchor.index in followed or asked < MIN_FIGURES_PER_ROW:
            continue
        if count_figures_between(stream, place.end, following.start) >= 2 * asked:
            from_here.setdefault(place.anchor.table, place.anchor.index)
    for field in fields:
        first = from_here.get(field.anchor.table)
        out = first is not None and field.anchor.index >= first and not field.given
        yield field._replace(scattered=True) if out else field


def _find_misordered_tables(stream: TextStream, located: LocatedForm) -> Iterator[str]:
    """Yield tables with a column header that is present before the first figures, but not in form order."""
    for table in located.outline.headless:
        places = [place for place in located.places if place.anchor.table == table]
        lines = [place.start for place in places if place.anchor.cells]
        if not places or not lines:
            continue
        head = stream.text[places[0].start : lines[0]]
        for place in places:
            if place.start < lines[0]:
                at = place.start - places[0].start
                head = head[:at] + "\0" * (place.end - place.start) + head[at + place.end - place.start :]
        placed = {place.anchor.index for place in places}
        leaves = list_column_leaves(located.outline, table)
        missing = (anchor for anchor in leaves if anchor.index not in placed)
        if any(len(anchor.core) >= MIN_COLUMN_LABEL_CHARS and anchor.core in head for anchor in missing):
            yield table
