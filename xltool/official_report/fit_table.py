"""Choose the font size and row height with which a table fits on one page."""

from collections.abc import Sequence
from typing import NamedTuple

from xltool.official_report.break_title import measure_width
from xltool.official_report.grid import Grid, GridCell

SIDE_PADDING_POINTS = 3.0  # between a text and the left and right border of its cell
TOP_PADDING_POINTS = 1.0  # between a text and the upper and lower border of its cell
LINE_HEIGHT_RATIO = 1.25  # line height divided by font size
_DIGIT_WIDTH_RATIO = 0.5  # width of a digit divided by font size
_MAX_PAGE_SHARE = 0.96  # of the page height; the rest allows for differences between programs
_MAX_ROW_POINTS = 24.0
_SIZE_STEP_POINTS = 0.5


class TableFit(NamedTuple):
    """Font size, line height and minimum row height, in points; ``on_one_page`` unless it must be continued."""

    size: float
    line: float
    row: float
    on_one_page: bool = True


def compute_column_widths(grid: Grid, width: float, smallest: float) -> tuple[float, ...]:
    """Return the column widths in points; their sum is ``width``.

    They are in the ratio of the form, unless a figure would not fit its column even at the font size ``smallest``: then
    every column gets what its figures need, and the rest is shared out in the ratio of what the form gives it beyond.
    """
    widths = tuple(part * width / sum(grid.widths) for part in grid.widths)
    if find_min_width(grid, smallest) <= width:
        return widths
    needed = _find_needed_widths(grid, smallest)
    spare = [max(0.0, given - least) for given, least in zip(widths, needed, strict=True)]
    rest = width - sum(needed)
    if rest <= 0 or not sum(spare):
        return tuple(least * width / sum(needed) for least in needed)
    return tuple(least + rest * part / sum(spare) for least, part in zip(needed, spare, strict=True))


def _find_needed_widths(grid: Grid, size: float) -> list[float]:
    """Return the least width of each column, in points: that of its widest figure, or of one character of its words."""
    needed = [size + 2 * SIDE_PADDING_POINTS + 0.5] * grid.columns
    for cell in grid.cells:
        if _is_figure(cell):
            first, across = cell.box.column - 1, cell.box.columns
            for column in range(first, first + across):
                needed[column] = max(needed[column], _measure_figure(cell, size) / across)
    return needed


def _is_figure(grid_cell: GridCell) -> bool:
    """Return True for a cell whose text must not be broken over lines: a number, a date or a percentage."""
    return bool(grid_cell.cell) and grid_cell.text.isascii()


def _measure_figure(grid_cell: GridCell, size: float) -> float:
    return len(grid_cell.text) * size * _DIGIT_WIDTH_RATIO + 2 * SIDE_PADDING_POINTS + 0.5


def fit_table(grid: Grid, width: float, height: float, largest: float, smallest: float) -> TableFit:
    """Return the largest font size with which the table fits ``width`` and ``height`` (points), and the row height.

    No figure is wrapped. A table that is too high even at ``smallest`` continues on the next page, at the largest size
    with which its figures fit.
    """
    widths = compute_column_widths(grid, width, smallest)
    fits = _measure_height(grid, widths, smallest) <= height * _MAX_PAGE_SHARE
    size = largest
    while size - _SIZE_STEP_POINTS >= smallest and (
        (fits and _measure_height(grid, widths, size) > height * _MAX_PAGE_SHARE)
        or not _figures_fit(grid, widths, size)
    ):
        size -= _SIZE_STEP_POINTS
    line = round(size * LINE_HEIGHT_RATIO * 2) / 2
    lines = _count_row_lines(grid, widths, size)
    row = _MAX_ROW_POINTS
    while (
        row > line
        and sum(max(row, count * line + 2 * TOP_PADDING_POINTS) for count in lines) > height * _MAX_PAGE_SHARE
    ):
        row -= _SIZE_STEP_POINTS
    return TableFit(size, line, row, fits)


def find_min_width(grid: Grid, size: float) -> float:
    """Return the minimum width of the table, in points, at which every figure fits its column."""
    total = sum(grid.widths)
    return max(
        (
            _measure_figure(cell, size) * total / _sum_widths(cell, grid.widths)
            for cell in grid.cells
            if _is_figure(cell)
        ),
        default=0.0,
    )


def _figures_fit(grid: Grid, widths: Sequence[float], size: float) -> bool:
    """Return True if every figure fits its column."""
    return all(_measure_figure(cell, size) <= _sum_widths(cell, widths) for cell in grid.cells if _is_figure(cell))


def is_set_vertically(grid_cell: GridCell, widths: Sequence[float], size: float) -> bool:
    """Return whether the text of a tall, narrow cell is set vertically: a line would hold fewer than two characters."""
    return (
        grid_cell.box.rows > 1
        and not grid_cell.cell
        and len(grid_cell.text) > 2
        and _sum_widths(grid_cell, widths) < 2 * size + 2 * SIDE_PADDING_POINTS
    )


def _sum_widths(grid_cell: GridCell, widths: Sequence[float]) -> float:
    first = grid_cell.box.column - 1
    return sum(widths[first : first + grid_cell.box.columns])


def _measure_height(grid: Grid, widths: Sequence[float], size: float) -> float:
    """Return the total height of the rows, each as high as its lines."""
    return sum(
        count * size * LINE_HEIGHT_RATIO + 2 * TOP_PADDING_POINTS for count in _count_row_lines(grid, widths, size)
    )


def _count_row_lines(grid: Grid, widths: Sequence[float], size: float) -> list[int]:
    """Return the number of lines of each row; cells that span several rows are ignored."""
    needed = [1] * grid.rows
    for cell in grid.cells:
        if cell.box.rows == 1:
            row = cell.box.row - 1
            needed[row] = max(needed[row], _count_cell_lines(cell, widths, size))
    return needed


def _count_cell_lines(grid_cell: GridCell, widths: Sequence[float], size: float) -> int:
    room = _sum_widths(grid_cell, widths) - 2 * SIDE_PADDING_POINTS - 0.5
    across = max(1.0, int(room / size * 2) / 2)
    return max(1, int(-(-measure_width(grid_cell.text) // across)))
