"""Slips of the hand: what a wrong figure tells about the right one, and which neighbours a slip would have changed.

Two lists hold everything: `DIGITS` for a single figure, `READINGS` for several at once. A slip is only ever a proposal;
whether it explains a report is for the equations to say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

UNIT = 10_000  # yuan in one unit of ten thousand


class Move(NamedTuple):
    """Figures that one slip would have changed together: position and right value of each, as whole numbers."""

    kind: str
    changes: tuple[tuple[int, int], ...]


class Strips(NamedTuple):
    """The lines of a form, or its columns: positions of figures that stand next to each other, and a slip's name there.

    ``suspect`` are those of the ``runs`` with a figure in a broken equation. ``wanted`` says by position what the
    equations that a figure shares with no other of its run ask it to be; None where there is no such equation,
    `NOTHING` where they disagree.
    """

    slipped: str
    runs: Sequence[Sequence[int]]
    suspect: Sequence[Sequence[int]]
    wanted: Sequence[int | None]


class Sheet(NamedTuple):
    """One report as slips see it: its figures and last year's by position, and in which order they stand."""

    figures: Sequence[int]
    lines: Strips
    columns: Strips
    previous: Mapping[int, int]


NOTHING = -1  # no figure is wanted to be this


# --- one figure --------------------------------------------------------------------------------------------------


def _times_ten(was: str, becomes: str) -> bool:
    return becomes != "0" and was != "0" and (was == becomes + "0" or becomes == was + "0")


def _unit(was: str, becomes: str) -> bool:
    zeros = str(UNIT)[1:]
    return becomes != "0" and was != "0" and (was == becomes + zeros or becomes == was + zeros)


def _swapped(was: str, becomes: str) -> bool:
    if len(was) != len(becomes):
        return False
    differing = [place for place, (one, other) in enumerate(zip(was, becomes, strict=True)) if one != other]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return was[first] == becomes[second] and was[second] == becomes[first]


def _doubled(was: str, becomes: str) -> bool:
    return any(was == becomes[: place + 1] + becomes[place:] for place in range(len(becomes)))


def _dropped(was: str, becomes: str) -> bool:
    return len(becomes) > 1 and any(was == becomes[:place] + becomes[place + 1 :] for place in range(len(becomes)))


DIGITS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("swap_digits", _swapped),
    ("factor_10", _times_ten),
    ("unit_10000", _unit),
    ("doubled_digit", _doubled),
    ("dropped_digit", _dropped),
)


def digits_slip(was: int, becomes: int) -> str:
    """The slip that makes ``becomes`` into ``was`` on the keyboard, or "".

    >>> digits_slip(132, 123), digits_slip(1223, 123), digits_slip(13, 123), digits_slip(120, 12), digits_slip(7, 9)
    ('swap_digits', 'doubled_digit', 'dropped_digit', 'factor_10', '')
    """
    if was == becomes or was < 0 or becomes < 0:
        return ""
    return next((kind for kind, explains in DIGITS if explains(str(was), str(becomes))), "")


# --- several figures ---------------------------------------------------------------------------------------------


def neighbours(sheet: Sheet) -> Iterator[Move]:
    """Two neighbours exchanged; where one of them is 0, a figure that stands one place off."""
    for strips in (sheet.lines, sheet.columns):
        for one, other in (pair for run in strips.suspect for pair in pairwise(run)):
            here, there = sheet.figures[one], sheet.figures[other]
            if here != there and _asked(strips, one, there) and _asked(strips, other, here):
                yield Move("neighbours_exchanged" if here and there else strips.slipped, ((one, there), (other, here)))


def shifts(sheet: Sheet) -> Iterator[Move]:
    """A run of figures that all stand one place too far along their line or column, or one place short of it."""
    for strips in (sheet.lines, sheet.columns):
        for run in strips.suspect:
            yield from _shifted(sheet.figures, run, strips)
            yield from _shifted(sheet.figures, run[::-1], strips)


def _shifted(figures: Sequence[int], run: Sequence[int], strips: Strips) -> Iterator[Move]:
    """From every gap (a 0) on, what follows moves back by one; the last place gets the gap."""
    for start, gap in enumerate(run[:-2]):
        if figures[gap]:
            continue
        changes: list[tuple[int, int]] = []
        for cell, following in pairwise(run[start:]):
            right = figures[following]
            if right != figures[cell]:
                if not _asked(strips, cell, right):
                    break
                changes.append((cell, right))
            if not changes:
                break  # the run begins at a later gap
            if len(changes) > 1 and right and _asked(strips, following, 0):
                yield Move(strips.slipped, (*changes, (following, 0)))


def _asked(strips: Strips, cell: int, right: int) -> bool:
    return strips.wanted[cell] is None or strips.wanted[cell] == right


def lines_exchanged(sheet: Sheet) -> Iterator[Move]:
    """Two whole lines exchanged; where one is all 0, a line that stands one row off."""
    for one, other in pairwise(sheet.lines.runs):
        changes = _exchanged(sheet, one, other)
        if len(changes) > 2:
            empty = any(all(not sheet.figures[cell] for cell in line) for line in (one, other))
            yield Move("row_slipped" if empty else "neighbours_exchanged", changes)


def _exchanged(sheet: Sheet, one: Sequence[int], other: Sequence[int]) -> tuple[tuple[int, int], ...]:
    if len(one) != len(other):
        return ()
    both = list(zip(one, other, strict=True)) + list(zip(other, one, strict=True))
    return tuple((cell, sheet.figures[twin]) for cell, twin in both if sheet.figures[cell] != sheet.figures[twin])


def last_year_left(sheet: Sheet) -> Iterator[Move]:
    """Several figures of a line, or of a column, that are still last year's."""
    if not sheet.previous:
        return
    for strips in (sheet.lines, sheet.columns):
        for run in strips.suspect:
            asked = [(cell, right) for cell in run if (right := strips.wanted[cell]) is not None]
            changes = tuple((cell, right) for cell, right in asked if right != sheet.figures[cell])
            same = all(sheet.previous.get(cell) == sheet.figures[cell] for cell, _ in changes)
            if len(changes) > 1 and same and any(sheet.figures[cell] for cell, _ in changes):
                yield Move("last_year_left", changes)


READINGS: tuple[Callable[[Sheet], Iterator[Move]], ...] = (neighbours, shifts, lines_exchanged, last_year_left)


def moves(sheet: Sheet) -> Iterator[Move]:
    """Every slip of several figures that the report might hold."""
    for reading in READINGS:
        yield from reading(sheet)
