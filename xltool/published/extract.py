"""One form looked for in one document: its labels located, the figures behind them read, the doubtful left open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from xltool.model.form import Cell, Form
from xltool.published.figures.assign_tokens import by_count
from xltool.published.figures.resolve_by_text import Narrative
from xltool.published.figures.resolve_figures import Evidence, Filled, fill, most_unbalanced
from xltool.published.figures.row_tokens import Field, field_after, field_among, figures_between
from xltool.published.figures.split_digits import Balance, balances
from xltool.published.figures.wrapped_labels import by_rows
from xltool.published.labels.align_labels import STRONG, Placed, best_chain, touches, weight
from xltool.published.labels.fuzzy_labels import recognised
from xltool.published.labels.label_sequence import Anchor, Outline, leaves_of, outline
from xltool.published.labels.reordered_columns import in_printed_order
from xltool.published.labels.text_stream import Stream
from xltool.published.labels.transposed_tables import is_filled, lying, tipped
from xltool.published.labels.unlabelled_rows import nameless

MOST_OF_A_TABLE = 0.6  # of a table's labels must be there before it is believed to stand out of its order
HEADING_REACH = 200  # signs behind a label as heading in which its line stands
FEWEST_IN_LINE = 2  # figures, before twice as many say anything
_NUMBERED = frozenset(".,")  # behind the number of a label
HEAD_SIGNS = 3  # a column's label so long is looked for out of its order, too


@dataclass(frozen=True, slots=True)
class Located:
    """Where a form's labels stand in a document; ``weight`` is how many signs of exact labels were found."""

    form: Form
    outline: Outline
    places: tuple[Placed, ...]
    weight: int

    @property
    def span(self) -> tuple[int, int]:
        """From the first label to the last."""
        return (self.places[0].start, self.places[-1].end) if self.places else (0, 0)

    @property
    def lines(self) -> int:
        """How many lines of figures were found by their labels."""
        return sum(1 for place in self.places if place.anchor.cells)


def locate(found: Stream, form: Form, blocked: Sequence[tuple[int, int]] = ()) -> Located:
    """The labels of ``form`` in a document, outside the ``blocked`` stretches.

    Tables are looked for in the order of the form; one that stands elsewhere is looked for once more by itself. One
    that seems to lie on its side is looked for as such.
    """
    upright = _located(found, form, outline(form), blocked)
    fallen = set(lying(found, upright.places))
    if not fallen:
        return upright
    tilted = _located(found, form, outline(tipped(form, fallen)), blocked)
    better = tilted.weight > upright.weight and is_filled(found, tilted.places, fallen)
    return tilted if better else upright


def _located(found: Stream, form: Form, drawn: Outline, blocked: Sequence[tuple[int, int]]) -> Located:
    chain = best_chain(found.text, drawn.anchors, blocked)
    if merged := list(_merged(found, chain)):
        blocked = [*blocked, *merged]
        chain = best_chain(found.text, drawn.anchors, blocked)
    places = [place for place in recognised(found, drawn, chain) if not touches(place, blocked)]
    signs = weight(chain)
    for table in drawn.headless:
        if any(place.anchor.table == table and not place.anchor.heading for place in places):
            continue
        own = [anchor for anchor in drawn.anchors if anchor.table == table]
        taken = [*blocked, *((place.start, place.end) for place in places)]
        apart = best_chain(found.text, own, taken)
        if weight(apart) >= MOST_OF_A_TABLE * sum(len(anchor.words) for anchor in own):
            places += recognised(found, drawn, apart)
            signs += weight(apart)
    places.sort(key=lambda place: place.start)
    places += nameless(found, drawn, places)
    return Located(form, drawn, tuple(sorted(places, key=lambda place: place.start)), signs)


def _merged(found: Stream, chain: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    """The cells that hold the labels of several lines and no figure: no line of figures stands beside them."""
    for piece, places in groupby(chain, key=lambda place: found.owner[place.start]):
        labels = list(places)
        start, end = found.starts[piece], found.starts[piece + 1]
        if found.pieces[piece].table and sum(bool(place.anchor.cells) for place in labels) > 1:
            rest = found.text[start:end]
            for place in labels:
                rest = rest.replace(place.anchor.words, "").replace(place.anchor.core, "")
            if not any(sign.isdigit() and rest[at + 1 : at + 2] not in _NUMBERED for at, sign in enumerate(rest)):
                yield start, end


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read of a located form.

    ``grouped`` are the anchors whose group was printed as one line, ``turned`` the tables whose columns stand in
    another order than on the form, and which therefore stay open. ``torn`` are lines that only their rows could tell,
    ``reordered`` the tables whose columns stand in another order and were read in it.
    """

    filled: Filled
    grouped: tuple[Anchor, ...]
    turned: tuple[str, ...]
    torn: tuple[Field, ...] = ()
    reordered: tuple[str, ...] = ()


def read_figures(found: Stream, located: Located) -> Figures:
    """The figures behind the labels."""
    grouped = _printed_alone(located)
    fields = list(_fields(found, located, {anchor.index for anchor in grouped}))
    equations = balances(located.form.relations)
    groups = {anchor.index: _members(located.outline, anchor) for anchor in grouped}
    read = by_rows(found, located.outline, located.places, fields, groups, equations)
    grouped = tuple(anchor for anchor in grouped if anchor.index not in read.ungrouped)
    read_fields, reordered = _in_printed_order(found, located, list(_in_order(found, located, read.fields)), equations)
    turned = tuple(table for table in _turned(found, located) if table not in reordered)
    silent = {cell.id for anchor in grouped for member in _members(located.outline, anchor) for cell in member.cells}
    evidence = Evidence(
        equations,
        silent - {cell.id for anchor in grouped for cell in anchor.alone},
        set(_disordered(found, located, fields)),
        Narrative(_outside(found, located), located.form.claims),
    )
    while True:
        filled = fill(found, [field for field in read_fields if field.anchor.table not in turned], evidence)
        unbalanced = most_unbalanced(filled.printed, evidence.equations)
        if not unbalanced:
            return Figures(
                filled, grouped, turned, read.lines, tuple(table for table in reordered if table not in turned)
            )
        turned += unbalanced


def _in_printed_order(
    found: Stream, located: Located, fields: Sequence[Field], equations: Sequence[Balance]
) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The fields with their cells in the order their columns are printed in, and the tables where it is another."""
    kept = list(fields)
    reordered = []
    for table in located.outline.form.tables:
        starts = [place.start for place in located.places if place.anchor.table == table.id]
        own = [at for at, field in enumerate(kept) if field.anchor.table == table.id and not field.given]
        turned = in_printed_order(found, table, [kept[at] for at in own], starts[0], equations) if starts else None
        if turned:
            reordered.append(table.id)
            for at, field in zip(own, turned, strict=True):
                kept[at] = field
    return tuple(kept), tuple(reordered)


def _outside(found: Stream, located: Located) -> str:
    """The text before the first label and behind the last, tables left out."""
    first, last = located.span
    kept = []
    for at, piece in enumerate(found.pieces):
        start, end = found.starts[at], found.starts[at + 1]
        if piece.table or start == end:
            continue
        if end <= first or start >= last:
            kept.append(piece.text)
        else:
            if start < first:
                kept.append(piece.text[: found.offset[first]])
            if end > last:
                kept.append(piece.text[found.offset[last] :])
    return "\n".join(kept)


def _fields(found: Stream, located: Located, grouped: set[int]) -> Iterator[Field]:
    words = {
        table: frozenset("".join(anchor.words for anchor in located.outline.anchors if anchor.table == table))
        for table in located.outline.headless
    }
    following = {one.start: other for one, other in pairwise(located.places)}
    for place in located.places:
        anchor = place.anchor
        cells = anchor.cells or (anchor.alone if anchor.index in grouped else ())
        if cells:
            yield _field(found, place, following.get(place.start), cells, words[anchor.table])
    for table, cells in located.outline.headless.items():
        above = [place for place in located.places if place.anchor.table == table and place.anchor.above]
        if cells and above:
            after = following.get(above[-1].start)
            yield field_among(found, above, after.start if after else len(found.text), cells, words[table])


def _field(
    found: Stream, place: Placed, following: Placed | None, cells: tuple[Cell, ...], words: frozenset[str]
) -> Field:
    """The figures behind a label; a label with none may only be a heading above its line, where it stands once more."""
    field = field_after(found, place, following, cells, words)
    stop = following.start if following else min(len(found.text), place.end + HEADING_REACH)
    while not field.full:
        again = found.text.find(place.anchor.core, place.end, stop)
        if again < 0:
            break
        place = place._replace(start=again, end=again + len(place.anchor.core))
        if len(place.anchor.core) >= STRONG or _whole(found, place):
            field = field_after(found, place, following, cells, words)
    return field


def _whole(found: Stream, place: Placed) -> bool:
    """Whether a label is all that stands in its cell or line."""
    piece = found.owner[place.start]
    return found.text[found.starts[piece] : found.starts[piece + 1]] in {place.anchor.words, place.anchor.core}


def _members(drawn: Outline, group: Anchor) -> list[Anchor]:
    """The lines of a group: those of its table that follow it as far as its own line reaches."""
    lines = {cell.line for cell in group.alone}
    last = max((a.index for a in drawn.anchors if any(cell.line in lines for cell in a.cells)), default=group.index)
    return list(drawn.anchors[group.index + 1 : last + 1])


def _printed_alone(located: Located) -> tuple[Anchor, ...]:
    """The groups of which the label was found and none of the lines."""
    placed = {place.anchor.index for place in located.places}
    return tuple(
        place.anchor
        for place in located.places
        if place.anchor.alone and placed.isdisjoint(a.index for a in _members(located.outline, place.anchor))
    )


def _disordered(found: Stream, located: Located, fields: Sequence[Field]) -> Iterator[str]:
    """Tables whose lines of text do not have label and figures in turn: programs that draw text from pages leave such.

    As many figures before a label as should follow it, while a line lacks some; or twice as many behind one.
    """
    short = {field.anchor.table for field in fields if len(field.full) < len(field.cells)}
    before = 0
    for place, following in pairwise(located.places):
        anchor = place.anchor
        if anchor.cells or anchor.alone or anchor.table != following.anchor.table:
            before = 0
            continue
        before += figures_between(found, place.end, following.start)
        if anchor.table in short and following.anchor.cells and before >= len(following.anchor.cells):
            yield anchor.table
    for field in fields:
        if not field.rows and len(field.full) >= 2 * len(field.cells):
            yield field.anchor.table


def _in_order(found: Stream, located: Located, fields: Sequence[Field]) -> Iterator[Field]:
    """The fields, scattered from where a label is not followed by its own figures, but by twice as many as it has.

    Lines before that have label and figures in turn; behind it figures may belong to any label.
    """
    from_here: dict[str, int] = {}
    followed = {field.anchor.index for field in fields if by_count(field) is not None}
    for place, following in pairwise(located.places):
        asked = len(place.anchor.cells)
        if place.anchor.index in followed or asked < FEWEST_IN_LINE:
            continue
        if figures_between(found, place.end, following.start) >= 2 * asked:
            from_here.setdefault(place.anchor.table, place.anchor.index)
    for field in fields:
        first = from_here.get(field.anchor.table)
        out = first is not None and field.anchor.index >= first and not field.given
        yield field._replace(scattered=True) if out else field


def _turned(found: Stream, located: Located) -> Iterator[str]:
    """Tables with a column label that is there, before the first figures, but not in the order of the form."""
    for table in located.outline.headless:
        places = [place for place in located.places if place.anchor.table == table]
        lines = [place.start for place in places if place.anchor.cells]
        if not places or not lines:
            continue
        head = found.text[places[0].start : lines[0]]
        for place in places:
            if place.start < lines[0]:
                at = place.start - places[0].start
                head = head[:at] + "\0" * (place.end - place.start) + head[at + place.end - place.start :]
        placed = {place.anchor.index for place in places}
        leaves = leaves_of(located.outline, table)
        missing = (anchor for anchor in leaves if anchor.index not in placed)
        if any(len(anchor.core) >= HEAD_SIGNS and anchor.core in head for anchor in missing):
            yield table
