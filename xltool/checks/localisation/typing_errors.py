"""Typing errors (slips): digit errors of one figure, and moves that changed several figures at once.

`DIGIT_SLIPS` lists the kinds for a single figure, `MOVE_FINDERS` the finders for several. A slip is only a
candidate; the equations decide whether it explains a report.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

UNIT_FACTOR = 10_000  # yuan in one unit of ten thousand


class SlipMove(NamedTuple):
    """A slip over several figures: position and correct integer value of each."""

    kind: str
    changes: tuple[tuple[int, int], ...]


class RunSet(NamedTuple):
    """The rows of a form, or its columns, as runs of positions, and the slip kind of a shift along them.

    ``suspect`` are the ``runs`` with a figure in a violated equation. ``wanted`` is by position the value implied by
    the equations a figure shares with no other of its run: None without such an equation, `NO_VALUE` if they disagree.
    """

    slipped: str
    runs: Sequence[Sequence[int]]
    suspect: Sequence[Sequence[int]]
    wanted: Sequence[int | None]


class SlipSheet(NamedTuple):
    """The figures of one report and last year's by position, with their rows and columns."""

    figures: Sequence[int]
    lines: RunSet
    columns: RunSet
    previous: Mapping[int, int]


NO_VALUE = -1  # differs from every figure


# --- one figure --------------------------------------------------------------------------------------------------


def _is_factor_ten(was: str, becomes: str) -> bool:
    return becomes != "0" and was != "0" and (was == becomes + "0" or becomes == was + "0")


def _is_unit_factor(was: str, becomes: str) -> bool:
    zeros = str(UNIT_FACTOR)[1:]
    return becomes != "0" and was != "0" and (was == becomes + zeros or becomes == was + zeros)


def _is_transposition(was: str, becomes: str) -> bool:
    if len(was) != len(becomes):
        return False
    differing = [place for place, (one, other) in enumerate(zip(was, becomes, strict=True)) if one != other]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return was[first] == becomes[second] and was[second] == becomes[first]


def _is_doubled_digit(was: str, becomes: str) -> bool:
    return any(was == becomes[: place + 1] + becomes[place:] for place in range(len(becomes)))


def _is_dropped_digit(was: str, becomes: str) -> bool:
    return any(was == becomes[:place] + becomes[place + 1 :] for place in range(len(becomes)))


DIGIT_SLIPS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("swap_digits", _is_transposition),
    ("factor_10", _is_factor_ten),
    ("unit_10000", _is_unit_factor),
    ("doubled_digit", _is_doubled_digit),
    ("dropped_digit", _is_dropped_digit),
)


def classify_digit_slip(was: int, becomes: int) -> str:
    """Return the kind of typing error that turns ``becomes`` into ``was``, or "".

    >>> [classify_digit_slip(was, 123) for was in (132, 1223, 13, 1230, 456)]
    ['swap_digits', 'doubled_digit', 'dropped_digit', 'factor_10', '']
    """
    if was == becomes or was < 0 or becomes < 0:
        return ""
    return next((kind for kind, explains in DIGIT_SLIPS if explains(str(was), str(becomes))), "")


# --- several figures ---------------------------------------------------------------------------------------------


def find_exchanged_neighbours(sheet: SlipSheet) -> Iterator[SlipMove]:
    """Yield moves for two exchanged neighbours; if one of them is 0, for a figure one place off."""
    for strips in (sheet.lines, sheet.columns):
        for one, other in (pair for run in strips.suspect for pair in pairwise(run)):
            here, there = sheet.figures[one], sheet.figures[other]
            if (
                here != there
                and _agrees_with_equations(strips, one, there)
                and _agrees_with_equations(strips, other, here)
            ):
                yield SlipMove(
                    "neighbours_exchanged" if here and there else strips.slipped, ((one, there), (other, here))
                )


def find_shifted_runs(sheet: SlipSheet) -> Iterator[SlipMove]:
    """Yield moves for runs of figures that stand one place too far along or back."""
    for strips in (sheet.lines, sheet.columns):
        for run in strips.suspect:
            yield from _find_shifts(sheet.figures, run, strips)
            yield from _find_shifts(sheet.figures, run[::-1], strips)


def _find_shifts(figures: Sequence[int], run: Sequence[int], strips: RunSet) -> Iterator[SlipMove]:
    """Yield moves that shift the figures after a gap (a 0) back by one; the last place becomes the gap."""
    for start, gap in enumerate(run[:-2]):
        if figures[gap]:
            continue
        changes: list[tuple[int, int]] = []
        for cell, following in pairwise(run[start:]):
            right = figures[following]
            if right != figures[cell]:
                if not _agrees_with_equations(strips, cell, right):
                    break
                changes.append((cell, right))
            if not changes:
                break  # the run begins at a later gap
            if len(changes) > 1 and right and _agrees_with_equations(strips, following, 0):
                yield SlipMove(strips.slipped, (*changes, (following, 0)))


def _agrees_with_equations(strips: RunSet, cell: int, right: int) -> bool:
    return strips.wanted[cell] is None or strips.wanted[cell] == right


def find_exchanged_lines(sheet: SlipSheet) -> Iterator[SlipMove]:
    """Yield moves for two exchanged rows; if one is all 0, for a row one place off."""
    for one, other in pairwise(sheet.lines.runs):
        changes = _exchange_lines(sheet, one, other)
        if len(changes) > 2:
            empty = any(all(not sheet.figures[cell] for cell in line) for line in (one, other))
            yield SlipMove("row_slipped" if empty else "neighbours_exchanged", changes)


def _exchange_lines(sheet: SlipSheet, one: Sequence[int], other: Sequence[int]) -> tuple[tuple[int, int], ...]:
    if len(one) != len(other):
        return ()
    both = list(zip(one, other, strict=True)) + list(zip(other, one, strict=True))
    return tuple((cell, sheet.figures[twin]) for cell, twin in both if sheet.figures[cell] != sheet.figures[twin])


def find_copied_figures(sheet: SlipSheet) -> Iterator[SlipMove]:
    """Yield moves for several figures of a row or column left from last year."""
    if not sheet.previous:
        return
    for strips in (sheet.lines, sheet.columns):
        for run in strips.suspect:
            asked = [(cell, right) for cell in run if (right := strips.wanted[cell]) is not None]
            changes = tuple((cell, right) for cell, right in asked if right != sheet.figures[cell])
            same = all(sheet.previous.get(cell) == sheet.figures[cell] for cell, _ in changes)
            if len(changes) > 1 and same and any(sheet.figures[cell] for cell, _ in changes):
                yield SlipMove("last_year_left", changes)


MOVE_FINDERS: tuple[Callable[[SlipSheet], Iterator[SlipMove]], ...] = (
    find_exchanged_neighbours,
    find_shifted_runs,
    find_exchanged_lines,
    find_copied_figures,
)


def propose_moves(sheet: SlipSheet) -> Iterator[SlipMove]:
    """Yield every slip of several figures that the report might contain."""
    for reading in MOVE_FINDERS:
        yield from reading(sheet)
