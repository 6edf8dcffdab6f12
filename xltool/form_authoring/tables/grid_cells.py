"""The cells of one table of an office's form, each with its part: label, figure, or nothing to fill in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, Spot
from xltool.form_authoring.tables.find_grids import OfficeGrid
from xltool.forms.cell_addresses import list_spots
from xltool.model.form import Box


class CellPart(StrEnum):
    """The part a cell plays in its table."""

    LABEL = "label"
    FIGURE = "figure"
    STRUCK = "struck"  # a sign that nothing is filled in there
    BLANK = "blank"  # a blank in which nothing is filled in
    CHECK = "check"  # the result of a check
    OPEN = "open"  # not decided yet


@dataclass(frozen=True)
class TableCell:
    """One cell or merged range; ``box`` in the places of the grid.

    ``aside`` labels name no figure; ``within`` is the place (in the grid) of the label a row label is a part of.
    ``reason`` says why it has its part where that does not go without saying.
    """

    cell: OfficeCell
    box: Box
    part: CellPart = CellPart.OPEN
    aside: bool = False
    within: Spot | None = None
    reason: str = ""

    @property
    def place(self) -> Spot:
        """Row and column of its first cell in the grid."""
        return self.box.row, self.box.column

    @property
    def is_label(self) -> bool:
        """Whether it is printed: a label, or a sign that nothing is filled in."""
        return self.part in {CellPart.LABEL, CellPart.STRUCK}


class GridCells:
    """The cells of a table while their parts are decided."""

    def __init__(self, grid: OfficeGrid) -> None:
        self.grid = grid
        self._cells = {
            (box.row, box.column): TableCell(grid.sheet.find_cell(spot), box) for spot, box in grid.boxes.items()
        }
        self._owners = {spot: place for place, item in self._cells.items() for spot in list_spots(item.box)}

    def __iter__(self) -> Iterator[TableCell]:
        return iter([self._cells[place] for place in sorted(self._cells)])

    @cached_property
    def size(self) -> Spot:
        """How many rows and columns the grid has."""
        return len(self.grid.rows), len(self.grid.columns)

    def find_at(self, row: int, column: int) -> TableCell | None:
        """Return the cell that covers a place of the grid; None outside."""
        place = self._owners.get((row, column))
        return None if place is None else self._cells[place]

    def set_part(self, member: TableCell, cell_part: CellPart, *, reason: str = "", aside: bool = False) -> None:
        """Decide the part of a cell."""
        self._cells[member.place] = replace(member, part=cell_part, reason=reason, aside=aside)

    def set_within(self, member: TableCell, within: Spot, *, reason: str = "") -> None:
        """Note the label that a label is a part of."""
        self._cells[member.place] = replace(member, within=within, reason=reason)

    def extend_label(self, label: TableCell, covered: TableCell) -> None:
        """Let a label cover a blank below it or right of it, as if they were merged."""
        box, other = label.box, covered.box
        rows = max(box.row + box.rows, other.row + other.rows) - box.row
        columns = max(box.column + box.columns, other.column + other.columns) - box.column
        spots = list(list_spots(box._replace(rows=rows, columns=columns)))
        if any(self._owners.get(spot) not in {label.place, covered.place} for spot in spots):
            self.set_part(covered, CellPart.BLANK)
            return
        del self._cells[covered.place]
        self._cells[label.place] = replace(label, box=box._replace(rows=rows, columns=columns))
        self._owners.update(dict.fromkeys(spots, label.place))

    def list_row(self, row: int) -> list[TableCell]:
        """Return the cells that begin in a row."""
        return [item for item in self if item.box.row == row]

    def list_column(self, column: int) -> list[TableCell]:
        """Return the cells that cover a column, from top to bottom."""
        return [item for item in self if item.box.column <= column < item.box.column + item.box.columns]

    def list_left(self, member: TableCell) -> list[TableCell]:
        """Return the cells left of one, in its first row, nearest first."""
        return self._walk(member.box.row, member.box.column - 1, 0, -1)

    def list_right(self, member: TableCell) -> list[TableCell]:
        """Return the cells right of one, in its first row, nearest first."""
        return self._walk(member.box.row, member.box.column + member.box.columns, 0, 1)

    def list_above(self, member: TableCell) -> list[TableCell]:
        """Return the cells above one, in its first column, nearest first."""
        return self._walk(member.box.row - 1, member.box.column, -1, 0)

    def list_below(self, member: TableCell) -> list[TableCell]:
        """Return the cells below one, in its first column, nearest first."""
        return self._walk(member.box.row + member.box.rows, member.box.column, 1, 0)

    def _walk(self, row: int, column: int, down: int, right: int) -> list[TableCell]:
        met: dict[Spot, TableCell] = {}
        while (item := self.find_at(row, column)) is not None:
            met.setdefault(item.place, item)
            row, column = row + down, column + right
        return list(met.values())
