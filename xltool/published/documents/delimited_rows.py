"""Rows of a table whose cells stand between commas or semicolons, drawn between bars instead."""

import csv
import re
from collections.abc import Sequence

from xltool.published.figures.row_tokens import What, what_of

SEPARATORS = ",;\uff0c\uff1b"
FEWEST_ROWS = 5  # with figures, before a text is taken for rows between a sign
FEWEST_HEADS = 3  # short cells without figures that are the head of a table
LONGEST_HEAD = 40  # signs of such a cell
FEWEST_FIGURES = 5  # of a row that begins with a figure
MOST_LINES = 12  # one quoted cell may go over

_SEVERAL = re.compile(r"\d\s+[\d/-]")
_STOP = "\u3002"  # ends a sentence, and stands in no cell of a table


def between_bars(cells: Sequence[str]) -> str:
    """One row of a table as text draws it."""
    return f"| {' | '.join(cells)} |"


def without_separators(text: str) -> str:
    """The text with rows of cells between bars; lines that are none stay as they are."""
    lines = _whole_lines(text.split("\n"))
    parted = {separator: [_cells(line, separator) for line in lines] for separator in f"\t{SEPARATORS}"}
    likeliest = max(parted, key=lambda separator: sum(map(_figures, parted[separator])))
    rows = parted[likeliest]
    if likeliest == "\t" or sum(_figures(row) > 0 for row in rows) < FEWEST_ROWS:
        return text
    drawn = zip(lines, rows, strict=True)
    return "\n".join(between_bars(row) if _figures(row) or _is_head(row) else line for line, row in drawn)


def _whole_lines(lines: Sequence[str]) -> list[str]:
    """The lines, those over which one quoted cell goes drawn together."""
    found: list[str] = []
    at = 0
    while at < len(lines):
        ends = (stop for stop in range(at + 1, min(at + MOST_LINES, len(lines)) + 1) if _is_closed(lines[at:stop]))
        stop = next(ends, at + 1)
        found.append(" ".join(lines[at:stop]))
        at = stop
    return found


def _is_closed(lines: Sequence[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 0


def _cells(line: str, separator: str) -> list[str]:
    if separator not in line or _STOP in line or "|" in line:
        return [line]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [line])]


def _figures(cells: Sequence[str]) -> int:
    """How many cells behind the first hold a figure and nothing else, or nothing at all; none if it is no row of cells.

    What parts thousands or stands between lists of figures parts no cells.
    """
    several = any(_SEVERAL.search(cell) for cell in cells)
    within = len(cells) < FEWEST_FIGURES and cells[0][-1:].isdecimal()
    if several or within:
        return 0
    return sum(not cell or what_of(cell, in_cell=True) is What.FIGURE for cell in cells[1:])


def _is_head(cells: Sequence[str]) -> bool:
    return len(cells) >= FEWEST_HEADS and all(len(cell) <= LONGEST_HEAD for cell in cells)
