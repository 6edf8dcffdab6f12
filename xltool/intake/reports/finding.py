"""One form looked for in one document: its labels located, the figures behind them read, the doubtful left open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xltool.intake.reports.chain import Placed, best_chain, weight
from xltool.intake.reports.cutting import balances
from xltool.intake.reports.fields import Field, field_after, field_among
from xltool.intake.reports.filling import Filled, fill
from xltool.intake.reports.likeness import recognised
from xltool.intake.reports.outline import Anchor, Outline, outline
from xltool.intake.reports.stream import Stream
from xltool.model import Form

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
    """The labels of ``form`` in a document, outside the ``blocked`` stretches."""
    drawn = outline(form)
    chain = best_chain(found.text, drawn.anchors, blocked)
    return Located(form, drawn, recognised(found, drawn, chain), weight(chain))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read of a located form. ``grouped`` are the anchors whose group was printed as one line, ``turned`` the
    tables whose columns stand in another order than on the form, and which therefore stay open."""

    filled: Filled
    grouped: tuple[Anchor, ...]
    turned: tuple[str, ...]


def read_figures(found: Stream, located: Located) -> Figures:
    """The figures behind the labels."""
    turned = tuple(_turned(found, located))
    places = [place for place in located.places if place.anchor.table not in turned]
    grouped = _printed_alone(located)
    fields = list(_fields(found, located, places, {anchor.index for anchor in grouped}))
    silent = {cell.id for anchor in grouped for member in _members(located.outline, anchor) for cell in member.cells}
    silent -= {cell.id for anchor in grouped for cell in anchor.alone}
    return Figures(fill(found, fields, balances(located.form.relations), silent), grouped, turned)


def _fields(found: Stream, located: Located, places: Sequence[Placed], grouped: set[int]) -> Iterator[Field]:
    starts = [place.start for place in located.places] + [len(found.text)]
    following = dict(zip(starts, starts[1:], strict=False))
    for place in places:
        anchor = place.anchor
        cells = anchor.cells or (anchor.alone if anchor.index in grouped else ())
        if cells:
            yield field_after(found, place, following[place.start], cells)
    for table, cells in located.outline.headless.items():
        above = [place for place in places if place.anchor.table == table and place.anchor.above]
        if cells and above:
            yield field_among(found, above, following[above[-1].start], cells)


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


def _turned(found: Stream, located: Located) -> Iterator[str]:
    """Tables with a column label that is there, before the first figures, but not in the order of the form."""
    for table in located.outline.headless:
        places = [place for place in located.places if place.anchor.table == table]
        lines = [place.start for place in places if place.anchor.cells]
        if not places or not lines:
            continue
        head = found.text[places[0].start : lines[0]]
        for place in sorted(places, key=lambda place: place.end - place.start, reverse=True):
            if place.start < lines[0]:
                at = place.start - places[0].start
                head = head[:at] + "\0" * (place.end - place.start) + head[at + place.end - place.start :]
        placed = {place.anchor.index for place in places}
        missing = (a for a in located.outline.anchors if a.table == table and a.above and a.index not in placed)
        if any(len(anchor.core) >= HEAD_SIGNS and anchor.core in head for anchor in missing):
            yield table
