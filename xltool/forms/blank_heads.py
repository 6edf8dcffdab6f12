"""Find heads of a table that were forgotten: a figure without a label of its own where its neighbours have one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address, list_spots
from xltool.model.form import Box, Cell, Label, Table

Spot = tuple[int, int]


class BlankHead(NamedTuple):
    """An empty place of the grid where the label of a figure would stand, and a figure that has its label there."""

    cell: Cell
    address: str
    neighbour: Cell


def find_blank_heads(table: Table) -> Iterator[BlankHead]:
    """Yield the places right above or left of figures that are empty below (or right of) a common label.

    Under one label over several columns, either every figure has a label of its own or none has. What lies in a place
    of ``blanks``, or has another figure before it, needs none.
    """
    labels = {spot: label for label in table.labels for spot in list_spots(label.box)}
    taken = {spot for box in (*(cell.box for cell in table.cells), *table.blanks) for spot in list_spots(box)}
    for step in ((1, 0), (0, 1)):
        heads = {cell.id: _find_head(cell.box, step) for cell in table.cells}
        for cell in table.cells:
            head = heads[cell.id]
            if min(head) < 1 or head in labels or head in taken:
                continue
            neighbour = _find_labelled_neighbour(cell, table.cells, heads, labels, step)
            if neighbour is not None:
                yield BlankHead(cell, cell_address(*head), neighbour)


def _find_head(box: Box, step: Spot) -> Spot:
    return box.row - step[0], box.column - step[1]


def _find_labelled_neighbour(
    cell: Cell, table_cells: Sequence[Cell], heads: Mapping[str, Spot], labels_by_spot: Mapping[Spot, Label], step: Spot
) -> Cell | None:
    """Return a figure beside one whose label stands where that of the other is missing, below the same label."""
    head = heads[cell.id]
    group = labels_by_spot.get((head[0] - step[0], head[1] - step[1]))
    if group is None:
        return None
    axis = step.index(1)
    for other in table_cells:
        place = heads[other.id]
        before = labels_by_spot.get((place[0] - step[0], place[1] - step[1]))
        if place[axis] == head[axis] and before is group and labels_by_spot.get(place, group) is not group:
            return other
    return None
