"""Describe changes to the rows and columns of a sheet once each: moved, inserted, reordered, missing, or uncertain."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, column_letters, parse_address
from xltool.forms.slots import Role, SheetPlan, Slot
from xltool.model.submission import Observation
from xltool.recognition.match_labels import PlaceDoubt
from xltool.spreadsheet.raw_workbook import RawSheet

_FIGURE_ROLES = frozenset({Role.INPUT, Role.COMPUTED})


class Axis(StrEnum):
    """Rows or columns."""

    ROW = "row"
    COLUMN = "column"


class RealignedSheet(NamedTuple):
    """A realigned sheet: planned to real addresses, doubtful addresses, and the real addresses left over."""

    origin: Mapping[str, str]
    doubts: Mapping[str, PlaceDoubt]
    unclaimed: frozenset[str]


def describe_movements(planned: SheetPlan, sheet: RawSheet, realigned: RealignedSheet) -> Iterator[Observation]:
    """Yield one observation for each change to a table of the sheet."""
    figures = [slot for slot in planned.slots if slot.role in _FIGURE_ROLES]
    for table in dict.fromkeys(slot.key.partition(".")[0] for slot in figures):
        slots = [slot for slot in planned.slots if slot.key.partition(".")[0] == table and slot.role in _TABLE_ROLES]
        placed = {
            slot: parse_address(realigned.origin[slot.address]) for slot in slots if slot.address in realigned.origin
        }
        yield from _describe_doubts([slot for slot in slots if slot.role in _FIGURE_ROLES], sheet, realigned)
        if placed:
            yield from _describe_moves(placed, sheet, realigned)


_TABLE_ROLES = _FIGURE_ROLES | {Role.LABEL}


def _describe_doubts(slots: list[Slot], sheet: RawSheet, realigned: RealignedSheet) -> Iterator[Observation]:
    for doubt in PlaceDoubt:
        doubtful = [slot for slot in slots if realigned.doubts.get(slot.address) is doubt]
        if doubtful:
            facts = {"lost": tuple(slot.key for slot in doubtful), "count": len(doubtful)}
            yield Observation(f"place.{doubt}", sheet.name, facts=facts)


def _describe_moves(
    placed: Mapping[Slot, tuple[int, int]], sheet: RawSheet, realigned: RealignedSheet
) -> Iterator[Observation]:
    first = min(placed, key=lambda slot: slot.box[:2])
    real = placed[first]
    shift = (real[0] - first.box.row, real[1] - first.box.column)
    rows, columns = _map_lines(placed, 0), _map_lines(placed, 1)
    in_order = {Axis.ROW: _is_ordered(rows), Axis.COLUMN: _is_ordered(columns) and _are_figures_ordered(placed)}
    if shift != (0, 0) and all(in_order.values()):
        facts = {"from": first.address, "to": cell_address(*real)}
        yield Observation("place.moved", sheet.name, cell_address(*real), facts=facts)
    for axis, mapped in ((Axis.ROW, rows), (Axis.COLUMN, columns)):
        if not in_order[axis]:
            yield from _describe_reordering(axis, placed, sheet)
        elif inserted := sorted(set(range(min(mapped.values()), max(mapped.values()))) - set(mapped.values())):
            names = tuple(str(line) if axis is Axis.ROW else column_letters(line) for line in inserted)
            across = sorted(spot[axis is Axis.ROW] for spot in placed.values())
            filled = [
                spot
                for spot in realigned.unclaimed
                if parse_address(spot)[axis is Axis.COLUMN] in inserted
                and across[0] <= parse_address(spot)[axis is Axis.ROW] <= across[-1]
            ]
            code = "place.inserted_filled" if filled else "place.inserted"
            at = min(filled, key=parse_address) if filled else ""
            yield Observation(code, sheet.name, at, facts={"axis": axis, "lines": names})


def _map_lines(placed: Mapping[Slot, tuple[int, int]], axis: int) -> dict[int, int]:
    """Map each planned row (column) to the real one of most of its slots."""
    votes: dict[int, Counter[int]] = {}
    for slot, spot in placed.items():
        if slot.box[2 + axis] == 1:
            votes.setdefault(slot.box[axis], Counter())[spot[axis]] += 1
    spans = {line: counts.most_common(1)[0][0] for line, counts in votes.items()}
    return spans or {slot.box[axis]: spot[axis] for slot, spot in placed.items()}


def _is_ordered(mapped: Mapping[int, int]) -> bool:
    real_lines = [mapped[line] for line in sorted(mapped)]
    return all(before < after for before, after in itertools.pairwise(real_lines))


def _are_figures_ordered(placed: Mapping[Slot, tuple[int, int]]) -> bool:
    """Return True if the figures of each planned row are still in order from left to right."""
    rows: dict[int, list[Slot]] = {}
    for slot in placed:
        if slot.role in _FIGURE_ROLES:
            rows.setdefault(slot.box.row, []).append(slot)
    return all(_is_ordered({slot.box.column: placed[slot][1] for slot in slots}) for slots in rows.values())


def _describe_reordering(axis: Axis, placed: Mapping[Slot, tuple[int, int]], sheet: RawSheet) -> Iterator[Observation]:
    """Report the figures that changed their order, the first of each row or column; else the labels that did."""
    figures = {slot: spot for slot, spot in placed.items() if slot.role in _FIGURE_ROLES}
    if not figures:
        return
    at = 0 if axis is Axis.ROW else 1
    shift = Counter(spot[at] - slot.box[at] for slot, spot in figures.items()).most_common(1)[0][0]
    changed: dict[int, Slot] = {}
    for slot, spot in figures.items():
        if spot[at] - slot.box[at] != shift:
            changed.setdefault(slot.box[at], slot)
    if changed:
        moves = tuple((slot.key, slot.address, cell_address(*figures[slot])) for slot in changed.values())
        first = next(iter(changed.values()))
        facts = {"axis": axis, "moves": moves}
        yield Observation("place.reordered", sheet.name, cell_address(*figures[first]), first.key, facts)
        return
    labels = tuple(
        (slot.text, slot.address, cell_address(*spot))
        for slot, spot in placed.items()
        if slot not in figures and spot[at] - slot.box[at] != shift
    )
    if labels:
        yield Observation("label.exchanged", sheet.name, labels[0][2], facts={"labels": labels, "count": 0})
