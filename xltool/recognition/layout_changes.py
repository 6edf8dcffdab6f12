"""What happened to the rows and columns of a sheet, told once each: moved, inserted, reordered, gone, or uncertain."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from xltool.forms.places import address, column_letters, place
from xltool.forms.slots import Role, Sheet, Slot
from xltool.model.submission import Observation
from xltool.recognition.match_labels import Doubt
from xltool.spreadsheet.raw_workbook import RawSheet

_FIGURES = frozenset({Role.INPUT, Role.COMPUTED})


class Axis(StrEnum):
    """Rows or columns."""

    ROW = "row"
    COLUMN = "column"


class Lines(NamedTuple):
    """A realigned sheet: planned to real addresses, what is doubtful, and the real addresses left over."""

    origin: Mapping[str, str]
    doubts: Mapping[str, Doubt]
    rest: frozenset[str]


def movements(planned: Sheet, sheet: RawSheet, lines: Lines) -> Iterator[Observation]:
    """One observation for each thing that happened to a table of the sheet."""
    figures = [slot for slot in planned.slots if slot.role in _FIGURES]
    for table in dict.fromkeys(slot.key.partition(".")[0] for slot in figures):
        slots = [slot for slot in planned.slots if slot.key.partition(".")[0] == table and slot.role in _OF_TABLE]
        placed = {slot: place(lines.origin[slot.address]) for slot in slots if slot.address in lines.origin}
        yield from _doubtful([slot for slot in slots if slot.role in _FIGURES], sheet, lines)
        if placed:
            yield from _moved(placed, sheet, lines)


_OF_TABLE = _FIGURES | {Role.LABEL}


def _doubtful(slots: list[Slot], sheet: RawSheet, lines: Lines) -> Iterator[Observation]:
    for doubt in Doubt:
        lost = [slot for slot in slots if lines.doubts.get(slot.address) is doubt]
        if lost:
            facts = {"lost": tuple(slot.key for slot in lost), "count": len(lost)}
            yield Observation(f"place.{doubt}", sheet.name, facts=facts)


def _moved(placed: Mapping[Slot, tuple[int, int]], sheet: RawSheet, lines: Lines) -> Iterator[Observation]:
    first = min(placed, key=lambda slot: slot.box[:2])
    real = placed[first]
    shift = (real[0] - first.box.row, real[1] - first.box.column)
    rows, columns = _mapped(placed, 0), _mapped(placed, 1)
    in_order = {Axis.ROW: _ordered(rows), Axis.COLUMN: _ordered(columns) and _labels_ordered(placed)}
    if shift != (0, 0) and all(in_order.values()):
        facts = {"from": first.address, "to": address(*real)}
        yield Observation("place.moved", sheet.name, address(*real), facts=facts)
    for axis, mapped in ((Axis.ROW, rows), (Axis.COLUMN, columns)):
        if not in_order[axis]:
            if figures := {slot: spot for slot, spot in placed.items() if slot.role in _FIGURES}:
                yield _reordered(axis, figures, sheet)
        elif inserted := sorted(set(range(min(mapped.values()), max(mapped.values()))) - set(mapped.values())):
            names = tuple(str(line) if axis is Axis.ROW else column_letters(line) for line in inserted)
            filled = [spot for spot in lines.rest if place(spot)[axis is Axis.COLUMN] in inserted]
            code = "place.inserted_filled" if filled else "place.inserted"
            at = min(filled, key=place) if filled else ""
            yield Observation(code, sheet.name, at, facts={"axis": axis, "lines": names})


def _mapped(placed: Mapping[Slot, tuple[int, int]], axis: int) -> dict[int, int]:
    """Where most of each planned row (column) is now."""
    votes: dict[int, Counter[int]] = {}
    for slot, spot in placed.items():
        if slot.box[2 + axis] == 1:
            votes.setdefault(slot.box[axis], Counter())[spot[axis]] += 1
    spans = {line: counts.most_common(1)[0][0] for line, counts in votes.items()}
    return spans or {slot.box[axis]: spot[axis] for slot, spot in placed.items()}


def _ordered(mapped: Mapping[int, int]) -> bool:
    now = [mapped[line] for line in sorted(mapped)]
    return all(one < other for one, other in itertools.pairwise(now))


def _labels_ordered(placed: Mapping[Slot, tuple[int, int]]) -> bool:
    """Whether the figures of each planned row still stand in their order from left to right."""
    rows: dict[int, list[Slot]] = {}
    for slot in placed:
        if slot.role in _FIGURES:
            rows.setdefault(slot.box.row, []).append(slot)
    return all(_ordered({slot.box.column: placed[slot][1] for slot in slots}) for slots in rows.values())


def _reordered(axis: Axis, figures: Mapping[Slot, tuple[int, int]], sheet: RawSheet) -> Observation:
    """Which figures left their place among the others: the first of each line that changed its rank."""
    at = 0 if axis is Axis.ROW else 1
    shift = Counter(spot[at] - slot.box[at] for slot, spot in figures.items()).most_common(1)[0][0]
    changed: dict[int, Slot] = {}
    for slot, spot in figures.items():
        if spot[at] - slot.box[at] != shift:
            changed.setdefault(slot.box[at], slot)
    facts = {
        "axis": axis,
        "moves": tuple((slot.key, slot.address, address(*figures[slot])) for slot in changed.values()),
    }
    first = next(iter(changed.values()), next(iter(figures)))
    return Observation("place.reordered", sheet.name, address(*figures[first]), first.key, facts)
