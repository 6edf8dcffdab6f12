"""A table of the published report as printed, for every format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from xltool.model.form import Box


class GridCell(NamedTuple):
    """One cell of a printed table: ``head`` is its heading scope (row, rowgroup, col, colgroup), empty for a figure.

    ``cell`` is the id of its figure, empty for a printed label; ``worded`` if its figure is a word, a date or a text.
    """

    box: Box
    text: str
    head: str
    cell: str = ""
    worded: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether it is aligned as a number."""
        return bool(self.cell) and not self.worded


@dataclass(frozen=True)
class Grid:
    """A table as printed: ``cells`` in reading order; ``head_rows`` is the number of top rows that hold only labels.

    ``caption`` is printed above it where its section has several tables, ``head_line`` above its
    right edge, ``footnotes`` below it. A ``landscape`` table
    stands on a page in landscape.
    """

    id: str
    title: str
    rows: int
    columns: int
    widths: tuple[float, ...]
    cells: tuple[GridCell, ...]
    head_rows: int
    caption: str = ""
    footnotes: tuple[str, ...] = ()
    head_line: str = ""
    landscape: bool = False


def iterate_rows(report_grid: Grid) -> Iterator[list[GridCell]]:
    """Yield for each row the cells that begin in it, from left to right; places without any are empty cells."""
    taken = {
        (row, column)
        for box in (each.box for each in report_grid.cells)
        for row in range(box.row, box.row + box.rows)
        for column in range(box.column, box.column + box.columns)
    }
    for row in range(1, report_grid.rows + 1):
        free = [column for column in range(1, report_grid.columns + 1) if (row, column) not in taken]
        blank = [GridCell(Box(row, column), "", "") for column in free]
        own = [each for each in report_grid.cells if each.box.row == row]
        yield sorted([*own, *blank], key=lambda each: each.box.column)
