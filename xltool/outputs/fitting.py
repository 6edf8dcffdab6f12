"""How large the type of a table may be, and how high its rows, for the table to stand on one page."""

from collections.abc import Sequence
from typing import NamedTuple

from xltool.outputs.official_report import Grid, GridCell

MM = 72 / 25.4  # points in a millimetre
BESIDE = 3.0  # points between a text and the left and right side of its box
ABOVE = 1.0  # points between a text and the upper and lower side of its box
LEADING = 1.25  # height of a line in sizes of its type
_FULL = 0.96  # of the page's height: the rest is for how programs differ
_ROOMY = 26.0  # points: no row needs to be higher
_STEP = 0.5


class Fit(NamedTuple):
    """Type size, height of a line and least height of a row, all in points."""

    size: float
    line: float
    row: float


def column_widths(grid: Grid, width: float) -> tuple[float, ...]:
    """The widths of the columns in points, together ``width``."""
    return tuple(part * width / sum(grid.widths) for part in grid.widths)


def fit(grid: Grid, width: float, height: float, largest: float, smallest: float) -> Fit:
    """The largest type with which the table stands within ``width`` and ``height`` (points), and rows as high as fit.

    A table that is too high even at ``smallest`` runs on over the page at that size.
    """
    widths = column_widths(grid, width)
    size = largest
    while _natural(grid, widths, size) > height * _FULL and size - _STEP >= smallest:
        size -= _STEP
    line = round(size * LEADING * 2) / 2
    lines = _lines(grid, widths, size)
    row = _ROOMY
    while row > line and sum(max(row, count * line + 2 * ABOVE) for count in lines) > height * _FULL:
        row -= _STEP
    return Fit(size, line, row)


def _natural(grid: Grid, widths: Sequence[float], size: float) -> float:
    """The height of all rows, each just as high as its lines."""
    return sum(count * size * LEADING + 2 * ABOVE for count in _lines(grid, widths, size))


def _lines(grid: Grid, widths: Sequence[float], size: float) -> list[int]:
    """How many lines each row needs; a text over several rows is taken to have room in them."""
    needed = [1] * grid.rows
    for cell in grid.cells:
        if cell.box.rows == 1:
            row = cell.box.row - 1
            needed[row] = max(needed[row], _lines_of(cell, widths, size))
    return needed


def _lines_of(cell: GridCell, widths: Sequence[float], size: float) -> int:
    first = cell.box.column - 1
    room = sum(widths[first : first + cell.box.columns]) - 2 * BESIDE - 0.5
    across = max(1.0, int(room / size * 2) / 2)
    wide = sum(1 if ord(sign) > 0x2E7F else 0.5 for sign in cell.text)
    return max(1, int(-(-wide // across)))
