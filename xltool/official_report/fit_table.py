"""How large the type of a table may be, and how high its rows, for the table to stand on one page."""

from collections.abc import Sequence
from typing import NamedTuple

from xltool.official_report.break_title import width_of
from xltool.official_report.compose import Grid, GridCell

BESIDE = 3.0  # points between a text and the left and right side of its box
ABOVE = 1.0  # points between a text and the upper and lower side of its box
LEADING = 1.25  # height of a line in sizes of its type
_DIGIT = 0.5  # width of a digit in sizes of its type
_FULL = 0.96  # of the page's height: the rest is for how programs differ
_ROOMY = 24.0  # points: no row needs to be higher
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

    No figure is broken over lines. A table that is too high even at ``smallest`` runs on over the page at that size.
    """
    widths = column_widths(grid, width)
    size = largest
    while size - _STEP >= smallest and (
        _natural(grid, widths, size) > height * _FULL or least_width(grid, size) > width
    ):
        size -= _STEP
    line = round(size * LEADING * 2) / 2
    lines = _lines(grid, widths, size)
    row = _ROOMY
    while row > line and sum(max(row, count * line + 2 * ABOVE) for count in lines) > height * _FULL:
        row -= _STEP
    return Fit(size, line, row)


def least_width(grid: Grid, size: float) -> float:
    """The width of the table, in points, below which the longest figure no longer fits its column."""
    total = sum(grid.widths)
    return max(
        ((len(cell.text) * size * _DIGIT + 2 * BESIDE + 0.5) * total / _share(cell, grid.widths))
        for cell in grid.cells
        if cell.cell
    )


def runs_down(cell: GridCell, widths: Sequence[float], size: float) -> bool:
    """Whether the text of a high and narrow box is set downwards, because a line of it holds less than two signs."""
    return cell.box.rows > 1 and not cell.cell and len(cell.text) > 2 and _share(cell, widths) < 2 * size + 2 * BESIDE


def _share(cell: GridCell, widths: Sequence[float]) -> float:
    first = cell.box.column - 1
    return sum(widths[first : first + cell.box.columns])


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
    room = _share(cell, widths) - 2 * BESIDE - 0.5
    across = max(1.0, int(room / size * 2) / 2)
    return max(1, int(-(-width_of(cell.text) // across)))
