"""Where each figure and label of a form stands on the drawing of a definition workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xltool.forms.cell_addresses import cell_address
from xltool.model.form import Box, Label, Table
from xltool.model.list_table import ListTable

FIRST_TABLE_ROW = 3  # below the title and the explanation


class DrawnTable(NamedTuple):
    """A table or list on the drawing: its id and title, and the row above which its grid begins."""

    id: str
    title: str
    row: int  # of its title; the grid begins below
    rows: int
    columns: int

    @property
    def first(self) -> str:
        """The address of the first cell of its grid."""
        return cell_address(self.row + 1, 1)


class DrawnFigure(NamedTuple):
    """A figure or a column of a list, at its place on the drawing."""

    id: str
    table: str
    box: Box


class DrawnLabel(NamedTuple):
    """A label at its place on the drawing; ``number`` counts the labels of its table from 0."""

    table: str
    number: int
    text: str
    box: Box


@dataclass(frozen=True)
class DrawnForm:
    """The drawing: its tables, labels and figures, by their places."""

    tables: tuple[DrawnTable, ...]
    labels: tuple[DrawnLabel, ...]
    figures: tuple[DrawnFigure, ...]
    addresses: dict[str, str] = field(default_factory=dict)  # by the id of a figure
    ids: dict[tuple[int, int], str] = field(default_factory=dict)  # by row and column of their first cell


def draw_form(
    tables: Sequence[Table], lists: Sequence[ListTable], title_rows: dict[str, int] | None = None
) -> DrawnForm:
    """Place the tables below each other; ``title_rows`` are those of their titles where they are known already."""
    drawn: list[DrawnTable] = []
    labels: list[DrawnLabel] = []
    figures: list[DrawnFigure] = []
    row = FIRST_TABLE_ROW
    grids: list[Table | ListTable] = [*tables, *lists]
    for table in grids:
        if title_rows is not None and table.id not in title_rows:
            continue
        row = title_rows[table.id] if title_rows is not None else row
        size = (table.rows, table.columns) if isinstance(table, Table) else (2, len(table.columns))
        drawn.append(DrawnTable(table.id, table.title, row, *size))
        labels += [
            DrawnLabel(table.id, number, label.text, _move_down(label.box, row))
            for number, label in enumerate(_list_labels(table))
        ]
        figures += [DrawnFigure(name, table.id, _move_down(box, row)) for name, box in _list_figures(table)]
        row += size[0] + 2
    drawing = DrawnForm(tuple(drawn), tuple(labels), tuple(figures))
    for figure in figures:
        drawing.addresses.setdefault(figure.id, cell_address(figure.box.row, figure.box.column))
        drawing.ids[figure.box.row, figure.box.column] = figure.id
    return drawing


def _list_labels(any_table: Table | ListTable) -> Sequence[Label]:
    if isinstance(any_table, Table):
        return any_table.labels
    return [Label(column.column_path[0], Box(1, at), "") for at, column in enumerate(any_table.columns, start=1)]


def _list_figures(any_table: Table | ListTable) -> Iterator[tuple[str, Box]]:
    if isinstance(any_table, Table):
        yield from ((cell.id, cell.box) for cell in any_table.cells)
    else:
        yield from ((column.id, Box(2, at)) for at, column in enumerate(any_table.columns, start=1))


def _move_down(box: Box, row: int) -> Box:
    return box._replace(row=box.row + row)
