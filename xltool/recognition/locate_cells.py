"""Where a sheet's figures stand: at their places under the words printed for them, or wherever those words are now.

A `Page` holds a sheet's cells under the addresses the plan gives them, whatever happened to rows and columns, and
remembers where each really stood. A figure whose place is not certain is not taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.layout import Plan
from xltool.forms.places import address, place
from xltool.forms.slots import Purpose, Role, Sheet, Slot
from xltool.model.form import Box
from xltool.model.submission import Observation
from xltool.recognition.label_text import same_words
from xltool.recognition.layout_changes import Lines, movements
from xltool.recognition.match_labels import Anchor, Doubt, Match, Spot, Words, match, words_on
from xltool.spreadsheet.ooxml.sheet_template import Grid, Shape, picking
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, Stored

FIGURES = frozenset({Role.INPUT, Role.COMPUTED, Role.CONTROL})
FURNITURE = frozenset({Role.CAPTION, Role.HEADING, Role.GUIDE, Role.ENTRY, Role.LINK})
_BESIDE = frozenset({Role.FIELD, Role.CHOICE, Role.IDENTITY})  # stand behind a caption
_OF_CONTROLS = frozenset({Role.CAPTION, Role.ENTRY})  # what stands beside and above control figures
_NEAR = 3  # rows or columns within which figures may stand from their label


@dataclass(frozen=True, eq=False)
class Charted:
    """One planned sheet, arranged for reading.

    ``labels`` are its official words (of control figures, ours); ``fixed`` what must stand at its place for the sheet
    to be read by address (official words, else captions); ``wide`` the figures that fill several cells, ``spare``
    all but their first.
    """

    planned: Sheet
    labels: tuple[Slot, ...]
    fixed: tuple[tuple[str, str], ...]
    wide: tuple[Slot, ...]
    spare: frozenset[str]

    def anchors(self, table: str | None = None) -> list[Anchor]:
        """The official words, or those of one table, to be looked for."""
        return [Anchor(slot.text, slot.box, slot.key) for slot in self.labels if table in (None, slot.key)]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables on it."""
        return tuple(dict.fromkeys(slot.key for slot in self.labels if slot.role is Role.LABEL))


@dataclass(frozen=True, slots=True)
class Page:
    """One planned sheet as it was found; ``origin`` is empty where every cell stands at its place.

    ``cells`` by planned address, ``origin`` from planned to real address, ``doubts`` why a figure was not taken.
    ``rest`` are the real addresses of what belongs to nothing; None where nothing was moved.
    ``worded``: every printed word stands in its place.
    """

    chart: Charted
    sheet: RawSheet
    cells: Mapping[str, RawCell]
    origin: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    rest: frozenset[str] | None = None
    worded: bool = True
    noticed: tuple[Observation, ...] = ()

    def where(self, spot: str) -> str:
        """The real address of a planned one."""
        return self.origin.get(spot, spot)


_charted: dict[str, tuple[Charted, ...]] = {}


def charted(plan: Plan) -> tuple[Charted, ...]:
    """The sheets of a plan, arranged for reading; made once for each plan."""
    if plan.digest not in _charted:
        _charted[plan.digest] = tuple(_chart(sheet) for sheet in plan.sheets)
    return _charted[plan.digest]


def _chart(planned: Sheet) -> Charted:
    printed = _OF_CONTROLS if planned.purpose is Purpose.CONTROLS else {Role.LABEL}
    labels = tuple(slot for slot in planned.slots if slot.role in printed)
    captions = tuple(slot for slot in planned.slots if slot.role is Role.CAPTION)
    wide = tuple(slot for slot in planned.slots if slot.role in FIGURES and slot.box.columns * slot.box.rows > 1)
    spare = frozenset(spot for slot in wide for spot in _cells_of(slot.box)[1:])
    return Charted(planned, labels, tuple((slot.address, slot.text) for slot in labels or captions), wide, spare)


@lru_cache(maxsize=1024)
def _fixed_in(chart: Charted, shape: Shape) -> Callable[[Sequence[str]], tuple[str, ...]] | None:
    """What takes the texts at the places of the printed words out of a sheet of some shape; None where one is empty."""
    found = [shape.index.get(spot) for spot, _ in chart.fixed]
    places = [at for at in found if at is not None]
    return picking(places) if len(places) == len(found) else None


def in_place(chart: Charted, cells: Mapping[str, RawCell]) -> bool:
    """Whether every printed word stands where the plan has it."""
    words = _fixed_in(chart, cells.shape) if isinstance(cells, Grid) else None
    if words and isinstance(cells, Grid) and words(cells.texts) == tuple(text for _, text in chart.fixed):
        return True
    for spot, text in chart.fixed:
        cell = cells.get(spot)
        if cell is None or not (cell.text == text or same_words(cell.text, text)):
            return False
    return True


def page(chart: Charted, sheet: RawSheet, cells: Mapping[str, RawCell] | None = None) -> Page:
    """The planned sheet as it stands on ``sheet``, of which only ``cells`` may be looked at."""
    cells = sheet.cells if cells is None else cells
    if in_place(chart, cells):
        found = Page(chart, sheet, cells)
        return found if chart.spare.isdisjoint(cells) else _unmerged(found)
    return _realigned(chart, sheet, cells)


# --- realigning --------------------------------------------------------------------------------------------------


class _Seen(NamedTuple):
    """A sheet being realigned: its cells, its words, where the labels are, and where rows and columns went."""

    cells: Mapping[str, RawCell]
    labels: Sequence[Anchor]
    found: Match
    furniture: Mapping[Box, Spot]
    rows: Mapping[int, int]
    controls: bool


def _realigned(chart: Charted, sheet: RawSheet, cells: Mapping[str, RawCell]) -> Page:
    words, planned = words_on(cells), chart.planned
    labels = chart.anchors()
    found = match(labels, words)
    furniture = _furniture(planned, words)
    seen = _Seen(
        cells, labels, found, furniture, _row_map(labels, found, furniture), planned.purpose is Purpose.CONTROLS
    )
    spots: dict[str, Spot] = {}
    doubts: dict[str, Doubt] = {}
    for slot in planned.slots:
        spot = _place_of(slot, planned, seen)
        if isinstance(spot, Doubt):
            doubts[slot.address] = spot
        elif spot is not None:
            spots[slot.address] = spot
    _settle_rivals(planned, spots, doubts)
    origin = {planned_at: address(*spot) for planned_at, spot in spots.items()}
    taken = frozenset(origin.values())
    known = frozenset(address(*spot) for spot in (*found.places.values(), *furniture.values()))
    laid = {planned_at: cells[real] for planned_at, real in origin.items() if real in cells}
    rest = frozenset(real for real in cells.keys() - taken - known if not _idle(cells[real]))
    moved = {planned_at: real for planned_at, real in origin.items() if planned_at != real}
    if not moved and not doubts:
        return _unmerged(Page(chart, sheet, cells, worded=False))
    noticed = movements(planned, sheet, Lines(origin, doubts, rest)) if not seen.controls else ()
    return _unmerged(Page(chart, sheet, laid, moved, doubts, rest, False, tuple(noticed)))


def _idle(cell: RawCell) -> bool:
    """Whether a cell of a moved sheet says nothing of its own: a formula of ours that moved along, or white space."""
    return not cell.text.strip() or (cell.formula is not None and cell.stored is Stored.TEXT)


def _furniture(planned: Sheet, words: Words) -> dict[Box, Spot]:
    """Our own words that are still there, by their planned rectangle."""
    anchors = [Anchor(slot.text, slot.box) for slot in planned.slots if slot.role in FURNITURE and slot.text]
    found = match(anchors, words)
    return {anchors[at].box: spot for at, spot in found.places.items() if at not in found.absent}


def _row_map(labels: Sequence[Anchor], found: Match, furniture: Mapping[Box, Spot]) -> dict[int, int]:
    """Where planned rows are now, of those that have a word standing in exactly one row."""
    rows = {box.row: spot[0] for box, spot in furniture.items() if box.rows == 1}
    for at, spot in found.places.items():
        if labels[at].box.rows == 1 and at not in found.absent:
            rows[labels[at].box.row] = spot[0]
    return rows


def _place_of(slot: Slot, planned: Sheet, seen: _Seen) -> Spot | Doubt | None:
    if slot.role is Role.LABEL or (seen.controls and slot.role in _OF_CONTROLS):
        at = next(at for at, anchor in enumerate(seen.labels) if anchor.box == slot.box)
        return seen.found.places.get(at, seen.found.doubts.get(at))
    if slot.role in FIGURES and seen.labels:
        return _figure_place(slot, planned, seen)
    if slot.box in seen.furniture:
        return seen.furniture[slot.box]
    if slot.role in _BESIDE:
        return _beside(slot, seen)
    if slot.text and slot.role in FURNITURE:
        return None
    return _displaced(slot.box.row, seen.rows), slot.box.column


def _displaced(row: int, rows: Mapping[int, int]) -> int:
    """Where a row without words is now: it keeps its distance from the nearest one above that has some."""
    above = [known for known in rows if known <= row]
    nearest = max(above) if above else min(rows, default=row)
    return max(1, rows.get(nearest, nearest) + row - nearest)


def _beside(slot: Slot, seen: _Seen) -> Spot:
    """Behind its caption."""
    captions = [box for box in seen.furniture if box.row == slot.box.row and box.column < slot.box.column]
    if not captions:
        return _displaced(slot.box.row, seen.rows), slot.box.column
    nearest = max(captions, key=lambda box: box.column)
    row, column = seen.furniture[nearest]
    return row, column + slot.box.column - nearest.column


# --- figures -----------------------------------------------------------------------------------------------------


def _figure_place(slot: Slot, planned: Sheet, seen: _Seen) -> Spot | Doubt:
    """In the row of the label left of it and the column of the label above it."""
    left, above = _left(slot.box, seen.labels), _above(slot.box, seen.labels)
    for at in (left, above):
        if at is not None and at in seen.found.doubts:
            return seen.found.doubts[at]
    if left is not None and above is not None:
        row, column = _offset(slot.box, left, seen)[0], _offset(slot.box, above, seen)[1]
        return row, column
    if left is not None:
        return _nearest(slot, [_offset(slot.box, left, seen)], (0, 1), seen)
    assert above is not None  # a definition refuses figures without any label
    row_mates = [
        (_offset(other.box, at, seen)[0], _offset(slot.box, above, seen)[1])
        for other in planned.slots
        if other.role in FIGURES and other.box.row == slot.box.row
        if (at := _above(other.box, seen.labels)) is not None and at in seen.found.places
        if seen.labels[at].box.rows == 1 or seen.labels[at].box.row + seen.labels[at].box.rows == slot.box.row
    ]
    return _nearest(slot, row_mates or [_offset(slot.box, above, seen)], (1, 0), seen)


def _offset(box: Box, at: int, seen: _Seen) -> Spot:
    """Where a rectangle is now, if it keeps its distance from one label."""
    (row, column), planned = seen.found.places[at], seen.labels[at].box
    return row + box.row - planned.row, column + box.column - planned.column


def _nearest(slot: Slot, spots: Sequence[Spot], step: Spot, seen: _Seen) -> Spot | Doubt:
    """A figure with words on one side only: at its distance from them, or the first filled cell behind an empty one."""
    first = max(set(spots), key=lambda spot: (spots.count(spot), spot))
    if address(*first) in seen.cells:
        return first
    beyond = [(first[0] + step[0] * n, first[1] + step[1] * n) for n in range(1, _NEAR + 1)]
    placed = set(seen.found.places.values())
    filled = []
    for spot in beyond:
        if spot in placed or _holds_words(seen.cells.get(address(*spot))):
            break
        if address(*spot) in seen.cells:
            filled.append(spot)
    if not filled:
        return first
    return filled[0] if len(filled) == 1 else Doubt.AMBIGUOUS


def _holds_words(cell: RawCell | None) -> bool:
    return cell is not None and cell.stored is Stored.TEXT and not any(sign.isdigit() for sign in cell.text)


def _left(box: Box, labels: Sequence[Anchor]) -> int | None:
    """The nearest label left of a rectangle whose rows hold its first row."""
    found = [
        (anchor.box.column, at)
        for at, anchor in enumerate(labels)
        if anchor.box.column < box.column and anchor.box.row <= box.row < anchor.box.row + anchor.box.rows
    ]
    return max(found)[1] if found else None


def _above(box: Box, labels: Sequence[Anchor]) -> int | None:
    """The nearest label above a rectangle whose columns hold its first column; of its own table."""
    own = _left(box, labels)
    found = [
        (anchor.box.row, at)
        for at, anchor in enumerate(labels)
        if anchor.box.row < box.row
        and anchor.box.column <= box.column < anchor.box.column + anchor.box.columns
        and (own is None or anchor.group == labels[own].group)
    ]
    return max(found)[1] if found else None


def _settle_rivals(planned: Sheet, spots: dict[str, Spot], doubts: dict[str, Doubt]) -> None:
    """Two figures in one cell: neither is taken."""
    owners: dict[Spot, list[str]] = {}
    for slot in planned.slots:
        if slot.role in FIGURES and slot.address in spots:
            owners.setdefault(spots[slot.address], []).append(slot.address)
    for rivals in owners.values():
        if len(rivals) > 1:
            for rival in rivals:
                del spots[rival]
                doubts[rival] = Doubt.AMBIGUOUS


# --- cells that were one -----------------------------------------------------------------------------------------


def _unmerged(found: Page) -> Page:
    """Figures that fill several cells: where they were taken apart, the value may stand in any of those."""
    changed = {slot: inside for slot in found.chart.wide if (inside := _inside(slot, found))}
    if not changed:
        return found
    cells, origin, doubts = dict(found.cells), dict(found.origin), dict(found.doubts)
    noticed = list(found.noticed)
    for slot, inside in changed.items():
        first, *others = inside
        spots = {"from": found.where(slot.address), "to": tuple(inside)}
        if others:
            doubts[slot.address] = Doubt.AMBIGUOUS
            noticed.append(Observation("place.unmerged_twice", found.sheet.name, first, slot.key, spots))
        else:
            cells[slot.address], origin[slot.address] = found.sheet.cells[first], first
            noticed.append(Observation("place.unmerged", found.sheet.name, first, slot.key, spots))
    taken = {spot for inside in changed.values() for spot in inside}
    rest = found.rest if found.rest is not None else _unknown(found.chart.planned, found.cells)
    return Page(found.chart, found.sheet, cells, origin, doubts, rest - taken, found.worded, tuple(noticed))


def _inside(slot: Slot, found: Page) -> list[str]:
    """The filled cells of a rectangle, unless it is only the first one."""
    if slot.address in found.doubts:
        return []
    row, column = place(found.where(slot.address))
    spots = _cells_of(slot.box._replace(row=row, column=column))
    filled = [spot for spot in spots if (cell := found.sheet.cells.get(spot)) is not None and cell.text.strip()]
    return [] if filled in ([], spots[:1]) else filled


def _unknown(planned: Sheet, cells: Mapping[str, RawCell]) -> frozenset[str]:
    known = {slot.address for slot in planned.slots}
    return frozenset(spot for spot in cells.keys() - known if cells[spot].text.strip())


def _cells_of(box: Box) -> list[str]:
    return [address(box.row + row, box.column + column) for row in range(box.rows) for column in range(box.columns)]
