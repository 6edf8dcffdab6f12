"""Locate the figures of a sheet: at their planned places, or by their labels where rows and columns changed.

A `LocatedSheet` has the cells of a sheet by planned address, and the real address of each. A figure whose place is not
certain is not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, parse_address
from xltool.forms.slots import Purpose, Role, SheetPlan, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import MAX_CACHED_FORMS, Box
from xltool.model.submission import Observation
from xltool.recognition.exchanged_labels import ReadHeads, read_by_heads
from xltool.recognition.label_text import is_same_label
from xltool.recognition.layout_changes import RealignedSheet, describe_movements
from xltool.recognition.match_labels import LabelAnchor, LabelMatch, PlaceDoubt, Spot, Words, index_words, match_anchors
from xltool.spreadsheet.cell_look import select_visible_text
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType

FIGURE_ROLES = frozenset({Role.INPUT, Role.COMPUTED, Role.CONTROL})
STATIC_ROLES = frozenset({Role.CAPTION, Role.HEADING, Role.TABLE_TITLE, Role.GUIDE, Role.ENTRY, Role.LINK})
_CAPTIONED_ROLES = frozenset({Role.FIELD, Role.CHOICE, Role.IDENTITY})  # stand after a caption
_CONTROL_LABEL_ROLES = frozenset({Role.CAPTION, Role.ENTRY})  # the labels of control figures
_MAX_LABEL_DISTANCE = 3  # rows or columns between a figure and its label


@dataclass(frozen=True, eq=False)
class PlannedSheet:
    """One planned sheet, prepared for reading.

    ``labels`` are its official labels (for control figures, the tool's own); ``fixed`` the texts that must be in place
    for the sheet to be read by address (labels, else captions); ``multi_cell`` the figures that fill several cells,
    ``covered`` all cells of these but the first; ``headings`` the headings of sections.
    """

    layout: SheetPlan
    labels: tuple[Slot, ...]
    fixed: tuple[tuple[str, str], ...]
    multi_cell: tuple[Slot, ...]
    covered: frozenset[str]
    headings: tuple[Slot, ...] = ()

    def make_anchors(self, table: str | None = None) -> list[LabelAnchor]:
        """Return the official labels, or those of one table, as anchors."""
        return [LabelAnchor(slot.text, slot.box, slot.key) for slot in self.labels if table in (None, slot.key)]

    @property
    def tables(self) -> tuple[str, ...]:
        """The ids of the tables on the sheet."""
        return tuple(dict.fromkeys(slot.key for slot in self.labels if slot.role is Role.LABEL))


@dataclass(frozen=True, slots=True)
class LocatedSheet:
    """One planned sheet as it was located in a workbook; ``origin`` is empty where every cell is at its planned place.

    ``cells`` are by planned address, ``origin`` maps planned to real addresses, ``doubts`` says why a figure was not
    read. ``unclaimed`` are the real addresses of cells that belong to nothing; None where nothing was moved.
    ``words_in_place`` is True if every label is at its planned place.
    """

    planned_sheet: PlannedSheet
    sheet: RawSheet
    cells: Mapping[str, RawCell]
    origin: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, PlaceDoubt] = field(default_factory=dict)
    unclaimed: frozenset[str] | None = None
    words_in_place: bool = True
    observations: tuple[Observation, ...] = ()

    def real_address(self, planned_address: str) -> str:
        """Return the real address for a planned one."""
        return self.origin.get(planned_address, planned_address)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def prepare_sheets(plan: WorkbookPlan) -> tuple[PlannedSheet, ...]:
    """Return the sheets of a plan, prepared for reading; cached."""
    return tuple(_prepare_sheet(sheet) for sheet in plan.sheets)


def _prepare_sheet(layout: SheetPlan) -> PlannedSheet:
    printed = _CONTROL_LABEL_ROLES if layout.purpose is Purpose.CONTROLS else {Role.LABEL}
    labels = tuple(slot for slot in layout.slots if slot.role in printed)
    captions = tuple(slot for slot in layout.slots if slot.role is Role.CAPTION)
    wide = tuple(slot for slot in layout.slots if slot.role in FIGURE_ROLES and slot.box.columns * slot.box.rows > 1)
    spare = frozenset(spot for slot in wide for spot in _list_box_cells(slot.box)[1:])
    headings = tuple(slot for slot in layout.slots if slot.role is Role.HEADING and layout.purpose is Purpose.SECTION)
    fixed = tuple((slot.address, slot.text) for slot in labels or captions)
    return PlannedSheet(layout, labels, fixed, wide, spare, headings)


def is_in_place(planned_sheet: PlannedSheet, cells: Mapping[str, RawCell]) -> bool:
    """Return True if every fixed text is at its planned place."""
    for spot, text in planned_sheet.fixed:
        if (cell := cells.get(spot)) is None or not is_same_label(select_visible_text(cell.text, cell.look), text):
            return False
    return True


def locate_sheet(
    planned_sheet: PlannedSheet,
    sheet: RawSheet,
    raw_cells: Mapping[str, RawCell] | None = None,
    *,
    known_in_place: bool = False,
) -> LocatedSheet:
    """Locate a planned sheet on ``sheet``, or in a section of it given as ``raw_cells``.

    ``known_in_place`` is True if `is_in_place` was true of the sheet.
    """
    raw_cells = sheet.cells if raw_cells is None else raw_cells
    if known_in_place or is_in_place(planned_sheet, raw_cells):
        located = LocatedSheet(planned_sheet, sheet, raw_cells)
        return located if planned_sheet.covered.isdisjoint(raw_cells) else _read_split_cells(located)
    heads = read_by_heads(planned_sheet.layout, raw_cells)
    return (
        _realign_sheet(planned_sheet, sheet, raw_cells)
        if heads is None
        else _apply_heads(planned_sheet, sheet, raw_cells, heads)
    )


def _apply_heads(
    planned_sheet: PlannedSheet, sheet: RawSheet, cells: Mapping[str, RawCell], heads: ReadHeads
) -> LocatedSheet:
    """Return a sheet whose figures were read by the words that stand around them now."""
    laid = {address: cell for address, cell in cells.items() if address not in heads.origin}
    laid |= {planned: cells[real] for planned, real in heads.origin.items() if real in cells}
    located = LocatedSheet(planned_sheet, sheet, laid, heads.origin, heads.doubts, words_in_place=False)
    observations = tuple(item._replace(sheet=sheet.name) for item in heads.observations)
    return _read_split_cells(replace(located, observations=observations))


# --- realigning --------------------------------------------------------------------------------------------------


class _Realignment(NamedTuple):
    """A sheet being realigned: its cells, labels, matched places, and the mapping of rows."""

    cells: Mapping[str, RawCell]
    labels: Sequence[LabelAnchor]
    match: LabelMatch
    static_places: Mapping[Box, Spot]
    row_map: Mapping[int, int]
    controls: bool


def _realign_sheet(planned_sheet: PlannedSheet, sheet: RawSheet, cells: Mapping[str, RawCell]) -> LocatedSheet:
    words, planned = index_words(cells), planned_sheet.layout
    labels = planned_sheet.make_anchors()
    found = match_anchors(labels, words)
    furniture = _match_static_words(planned, words)
    seen = _Realignment(
        cells, labels, found, furniture, _map_rows(labels, found, furniture), planned.purpose is Purpose.CONTROLS
    )
    spots: dict[str, Spot] = {}
    doubts: dict[str, PlaceDoubt] = {}
    for slot in planned.slots:
        spot = _find_slot_place(slot, planned, seen)
        if isinstance(spot, PlaceDoubt):
            doubts[slot.address] = spot
        elif spot is not None:
            spots[slot.address] = spot
    _settle_rivals(planned, spots, doubts)
    origin = {planned_at: cell_address(*spot) for planned_at, spot in spots.items()}
    taken = frozenset(origin.values())
    known = frozenset(cell_address(*spot) for spot in (*found.places.values(), *furniture.values()))
    laid = {planned_at: cells[real] for planned_at, real in origin.items() if real in cells}
    rest = frozenset(real for real in cells.keys() - taken - known if not _is_idle(cells[real]))
    moved = {planned_at: real for planned_at, real in origin.items() if planned_at != real}
    if not moved and not doubts:
        return _read_split_cells(LocatedSheet(planned_sheet, sheet, cells, words_in_place=False))
    noticed = describe_movements(planned, sheet, RealignedSheet(origin, doubts, rest)) if not seen.controls else ()
    return _read_split_cells(
        LocatedSheet(planned_sheet, sheet, laid, moved, doubts, rest, words_in_place=False, observations=tuple(noticed))
    )


def _is_idle(cell: RawCell) -> bool:
    """Return True for a cell that may be ignored on a moved sheet: white space, or a text formula of the template."""
    return not cell.text.strip() or (cell.formula is not None and cell.stored is StorageType.TEXT)


def _match_static_words(planned: SheetPlan, words: Words) -> dict[Box, Spot]:
    """Find the template's own words that are still present, by planned box."""
    anchors = [LabelAnchor(slot.text, slot.box) for slot in planned.slots if slot.role in STATIC_ROLES and slot.text]
    found = match_anchors(anchors, words)
    return {anchors[at].box: spot for at, spot in found.places.items() if at not in found.inferred}


def _map_rows(labels: Sequence[LabelAnchor], match: LabelMatch, static_places: Mapping[Box, Spot]) -> dict[int, int]:
    """Map planned to real rows, for rows with a label of height one."""
    rows = {box.row: spot[0] for box, spot in static_places.items() if box.rows == 1}
    for at, spot in match.places.items():
        if labels[at].box.rows == 1 and at not in match.inferred:
            rows[labels[at].box.row] = spot[0]
    return rows


def _find_slot_place(slot: Slot, planned: SheetPlan, realignment: _Realignment) -> Spot | PlaceDoubt | None:
    if slot.role is Role.LABEL or (realignment.controls and slot.role in _CONTROL_LABEL_ROLES):
        at = next(at for at, anchor in enumerate(realignment.labels) if anchor.box == slot.box)
        return realignment.match.places.get(at, realignment.match.doubts.get(at))
    if slot.role in FIGURE_ROLES and realignment.labels:
        return _find_figure_place(slot, planned, realignment)
    if slot.box in realignment.static_places:
        return realignment.static_places[slot.box]
    if slot.role in _CAPTIONED_ROLES:
        return _place_beside_caption(slot, realignment)
    if slot.text and slot.role in STATIC_ROLES:
        return None
    return _displace_row(slot.box.row, realignment.row_map), slot.box.column


def _displace_row(row: int, row_numbers: Mapping[int, int]) -> int:
    """Return the real row of one without labels: at its planned distance below the nearest mapped row."""
    above = [known for known in row_numbers if known <= row]
    nearest = max(above) if above else min(row_numbers, default=row)
    return max(1, row_numbers.get(nearest, nearest) + row - nearest)


def _place_beside_caption(slot: Slot, realignment: _Realignment) -> Spot:
    """Return the place after its caption."""
    captions = [box for box in realignment.static_places if box.row == slot.box.row and box.column < slot.box.column]
    if not captions:
        return _displace_row(slot.box.row, realignment.row_map), slot.box.column
    nearest = max(captions, key=lambda box: box.column)
    row, column = realignment.static_places[nearest]
    return row, column + slot.box.column - nearest.column


# --- figures -----------------------------------------------------------------------------------------------------


def _find_figure_place(slot: Slot, planned: SheetPlan, realignment: _Realignment) -> Spot | PlaceDoubt:
    """Return the place in the row of the label to the left and the column of the label above."""
    left, above = _find_left_label(slot.box, realignment.labels), _find_label_above(slot.box, realignment.labels)
    for at in (left, above):
        if at is not None and at in realignment.match.doubts:
            return realignment.match.doubts[at]
    if left is not None and above is not None:
        row, column = (
            _offset_from_label(slot.box, left, realignment)[0],
            _offset_from_label(slot.box, above, realignment)[1],
        )
        return row, column
    if left is not None:
        return _find_nearest_filled(slot, [_offset_from_label(slot.box, left, realignment)], (0, 1), realignment)
    assert above is not None  # a definition refuses figures without any label
    row_mates = [
        (_offset_from_label(other.box, at, realignment)[0], _offset_from_label(slot.box, above, realignment)[1])
        for other in planned.slots
        if other.role in FIGURE_ROLES and other.box.row == slot.box.row
        if (at := _find_label_above(other.box, realignment.labels)) is not None and at in realignment.match.places
        if realignment.labels[at].box.rows == 1
        or realignment.labels[at].box.row + realignment.labels[at].box.rows == slot.box.row
    ]
    return _find_nearest_filled(
        slot, row_mates or [_offset_from_label(slot.box, above, realignment)], (1, 0), realignment
    )


def _offset_from_label(box: Box, at: int, realignment: _Realignment) -> Spot:
    """Return the place of a box at its planned distance from one label."""
    (row, column), planned = realignment.match.places[at], realignment.labels[at].box
    return row + box.row - planned.row, column + box.column - planned.column


def _find_nearest_filled(slot: Slot, spots: Sequence[Spot], step: Spot, realignment: _Realignment) -> Spot | PlaceDoubt:
    """Place a figure with labels on one side only: at its planned distance, or the first filled cell after it."""
    first = max(set(spots), key=lambda spot: (spots.count(spot), spot))
    if cell_address(*first) in realignment.cells:
        return first
    beyond = [(first[0] + step[0] * n, first[1] + step[1] * n) for n in range(1, _MAX_LABEL_DISTANCE + 1)]
    placed = set(realignment.match.places.values())
    filled = []
    for spot in beyond:
        if spot in placed or _is_words_only(realignment.cells.get(cell_address(*spot))):
            break
        if cell_address(*spot) in realignment.cells:
            filled.append(spot)
    if not filled:
        return first
    return filled[0] if len(filled) == 1 else PlaceDoubt.AMBIGUOUS


def _is_words_only(raw_cell: RawCell | None) -> bool:
    return (
        raw_cell is not None
        and raw_cell.stored is StorageType.TEXT
        and not any(character.isdigit() for character in raw_cell.text)
    )


def _find_left_label(box: Box, labels: Sequence[LabelAnchor]) -> int | None:
    """Return the nearest label left of a box in its first row."""
    found = [
        (anchor.box.column, at)
        for at, anchor in enumerate(labels)
        if anchor.box.column < box.column and anchor.box.row <= box.row < anchor.box.row + anchor.box.rows
    ]
    return max(found)[1] if found else None


def _find_label_above(box: Box, labels: Sequence[LabelAnchor]) -> int | None:
    """Return the nearest label above a box in its first column, of the same table."""
    own = _find_left_label(box, labels)
    found = [
        (anchor.box.row, at)
        for at, anchor in enumerate(labels)
        if anchor.box.row < box.row
        and anchor.box.column <= box.column < anchor.box.column + anchor.box.columns
        and (own is None or anchor.group == labels[own].group)
    ]
    return max(found)[1] if found else None


def _settle_rivals(planned: SheetPlan, spots: dict[str, Spot], doubts: dict[str, PlaceDoubt]) -> None:
    """Mark figures located in the same cell as doubtful."""
    owners: dict[Spot, list[str]] = {}
    for slot in planned.slots:
        if slot.role in FIGURE_ROLES and slot.address in spots:
            owners.setdefault(spots[slot.address], []).append(slot.address)
    for rivals in owners.values():
        if len(rivals) > 1:
            for rival in rivals:
                del spots[rival]
                doubts[rival] = PlaceDoubt.AMBIGUOUS


# --- cells that were one -----------------------------------------------------------------------------------------


def _read_split_cells(located: LocatedSheet) -> LocatedSheet:
    """Read figures that fill several cells: once these are unmerged, the value may be in any of them."""
    changed = {
        slot: inside for slot in located.planned_sheet.multi_cell if (inside := _list_filled_cells(slot, located))
    }
    if not changed:
        return located
    cells, origin, doubts = dict(located.cells), dict(located.origin), dict(located.doubts)
    observations = list(located.observations)
    for slot, inside in changed.items():
        first, *others = inside
        spots = {"from": located.real_address(slot.address), "to": tuple(inside)}
        if others:
            doubts[slot.address] = PlaceDoubt.AMBIGUOUS
            observations.append(Observation("place.unmerged_twice", located.sheet.name, first, slot.key, spots))
        else:
            cells[slot.address], origin[slot.address] = located.sheet.cells[first], first
            observations.append(Observation("place.unmerged", located.sheet.name, first, slot.key, spots))
    taken = {spot for inside in changed.values() for spot in inside}
    rest = (
        located.unclaimed
        if located.unclaimed is not None
        else _find_unknown_cells(located.planned_sheet.layout, located.cells)
    )
    return LocatedSheet(
        located.planned_sheet,
        located.sheet,
        cells,
        origin,
        doubts,
        rest - taken,
        located.words_in_place,
        tuple(observations),
    )


def _list_filled_cells(slot: Slot, located: LocatedSheet) -> list[str]:
    """List the filled cells of a multi-cell figure, unless only the first is filled."""
    if slot.address in located.doubts:
        return []
    row, column = parse_address(located.real_address(slot.address))
    spots = _list_box_cells(slot.box._replace(row=row, column=column))
    filled = [spot for spot in spots if (cell := located.sheet.cells.get(spot)) is not None and cell.text.strip()]
    return [] if filled in ([], spots[:1]) else filled


def find_text_cells(planned: SheetPlan, cells: Mapping[str, RawCell]) -> frozenset[str]:
    """Return the addresses of the text beside a table, with its caption; empty if there is none."""
    caption = planned.text_slots[0] if planned.text_slots else None
    there = caption and caption.address in cells and cells[caption.address].text.strip() == caption.text
    return frozenset(slot.address for slot in planned.text_slots) if there else frozenset()


def _find_unknown_cells(planned: SheetPlan, cells: Mapping[str, RawCell]) -> frozenset[str]:
    known = {slot.address for slot in planned.slots} | find_text_cells(planned, cells)
    return frozenset(spot for spot in cells.keys() - known if cells[spot].text.strip())


def _list_box_cells(box: Box) -> list[str]:
    return [
        cell_address(box.row + row, box.column + column) for row in range(box.rows) for column in range(box.columns)
    ]
