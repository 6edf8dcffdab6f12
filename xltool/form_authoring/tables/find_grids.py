"""Find the tables of a sheet: rectangles of framed cells, or of filled ones where nothing is framed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet, Spot
from xltool.forms.cell_addresses import list_spots, overlap_boxes
from xltool.model.form import Box

MIN_FRAMED_SIDES, MIN_SURROUNDED_SIDES = 2, 3  # of the cell itself; with those its neighbours turn to it
_SIDES = {"left": (0, -1, "right"), "right": (0, 1, "left"), "top": (-1, 0, "bottom"), "bottom": (1, 0, "top")}


@dataclass(frozen=True)
class OfficeGrid:
    """One table of a sheet; ``rows`` and ``columns`` are those of the sheet that can be seen, in order.

    Grid places count from 1: row 1 is ``rows[0]``.
    """

    sheet: OfficeSheet
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @cached_property
    def boxes(self) -> Mapping[Spot, Box]:
        """The boxes of the grid by the place of their first cell in the sheet, merged ranges as one, in grid places."""
        row_places = {row: at for at, row in enumerate(self.rows, start=1)}
        column_places = {column: at for at, column in enumerate(self.columns, start=1)}
        found: dict[Spot, Box] = {}
        covered: set[Spot] = set()
        for merged in sorted(self.sheet.merged):
            spots = [spot for spot in list_spots(merged) if spot[0] in row_places and spot[1] in column_places]
            if spots:
                places = [(row_places[row], column_places[column]) for row, column in spots]
                first, last = min(places), max(places)
                found[merged.row, merged.column] = Box(*first, last[0] - first[0] + 1, last[1] - first[1] + 1)
                covered.update(spots)
        for row in self.rows:
            for column in self.columns:
                if (row, column) not in covered:
                    found[row, column] = Box(row_places[row], column_places[column])
        return dict(sorted(found.items(), key=lambda item: item[1]))

    @property
    def area(self) -> Box:
        """Its rectangle in the sheet, hidden rows and columns included."""
        return Box(
            self.rows[0],
            self.columns[0],
            self.rows[-1] - self.rows[0] + 1,
            self.columns[-1] - self.columns[0] + 1,
        )

    def contains(self, spot: Spot) -> bool:
        """Return True if a cell of the sheet is in its rectangle."""
        return self.rows[0] <= spot[0] <= self.rows[-1] and self.columns[0] <= spot[1] <= self.columns[-1]


def find_grids(office_sheet: OfficeSheet) -> list[OfficeGrid]:
    """Return the tables of a sheet from top to bottom; none if nothing is framed or filled."""
    framed = {spot for spot in office_sheet.cells if _is_framed(office_sheet, spot)}
    areas = _join_areas(framed, office_sheet.merged) if framed else _filled_area(office_sheet)
    trimmed = [_trim_area(office_sheet, area) if framed else area for area in areas]
    grids = [grid for area in trimmed if (grid := _make_grid(office_sheet, area)) is not None]
    return [grid for grid in grids if _looks_like_table(grid)]


def _is_framed(office_sheet: OfficeSheet, spot: Spot) -> bool:
    """Return True if a cell has borders on two sides of its own, or on three with those of its neighbours."""
    own = office_sheet.cells[spot].borders
    count = sum(bool(side) for side in (own.left, own.right, own.top, own.bottom))
    if count >= MIN_FRAMED_SIDES:
        return True
    return sum(_has_line(office_sheet, spot, side) for side in _SIDES) >= MIN_SURROUNDED_SIDES


def _has_line(office_sheet: OfficeSheet, spot: Spot, side: str) -> bool:
    down, right, facing = _SIDES[side]
    neighbour = office_sheet.cells.get((spot[0] + down, spot[1] + right))
    own = getattr(office_sheet.find_cell(spot).borders, side)
    return bool(own or (neighbour and getattr(neighbour.borders, facing)))


def _join_areas(spots: Collection[Spot], merged: Iterable[Box]) -> list[Box]:
    """Return the rectangles around groups of adjacent cells; a merged range belongs to the group of its first cell."""
    waiting = set(spots)
    for box in merged:
        if (box.row, box.column) in waiting:
            waiting.update(list_spots(box))
    areas = []
    while waiting:
        group, border = set(), [waiting.pop()]
        while border:
            row, column = border.pop()
            group.add((row, column))
            for spot in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if spot in waiting:
                    waiting.remove(spot)
                    border.append(spot)
        areas.append(_box_around(group))
    return sorted(_join_overlapping(areas))


def _box_around(spots: Collection[Spot]) -> Box:
    rows, columns = [row for row, _ in spots], [column for _, column in spots]
    return Box(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)


def _join_overlapping(areas: list[Box]) -> list[Box]:
    joined: list[Box] = []
    for area in areas:
        touching = [other for other in joined if overlap_boxes(other, area)]
        joined = [other for other in joined if other not in touching]
        joined.append(_box_around({spot for box in (area, *touching) for spot in list_spots(box)}))
    return joined


def _filled_area(office_sheet: OfficeSheet) -> list[Box]:
    filled = {spot for spot, cell in office_sheet.cells.items() if cell.fill}
    return [_box_around(filled)] if filled else []


def _trim_area(office_sheet: OfficeSheet, area: Box) -> Box:
    """Leave out rows at top and bottom that stand in an outer frame only: no line separates them from the next."""
    first, last = area.row, area.row + area.rows - 1
    while first < last and not _has_line_below(office_sheet, area, first):
        first += 1
    while last > first and not _has_line_below(office_sheet, area, last - 1):
        last -= 1
    return area._replace(row=first, rows=last - first + 1)


def _has_line_below(office_sheet: OfficeSheet, area: Box, row: int) -> bool:
    return any(
        _has_line(office_sheet, (row, column), "bottom") for column in range(area.column, area.column + area.columns)
    )


def _make_grid(office_sheet: OfficeSheet, area: Box) -> OfficeGrid | None:
    rows = tuple(row for row in range(area.row, area.row + area.rows) if row not in office_sheet.hidden_rows)
    columns = tuple(n for n in range(area.column, area.column + area.columns) if n not in office_sheet.hidden_columns)
    return OfficeGrid(office_sheet, rows, columns) if rows and columns else None


def _looks_like_table(grid: OfficeGrid) -> bool:
    """Return True if a rectangle holds a label and something to fill in: a single framed text is none."""
    cells = [grid.sheet.find_cell(spot) for spot in grid.boxes]
    return any(cell.text for cell in cells) and any(not cell.text for cell in cells)


def find_side_by_side(grids: list[OfficeGrid]) -> tuple[OfficeGrid, OfficeGrid] | None:
    """Return two tables that share rows, if there are any."""
    for at, one in enumerate(grids):
        for other in grids[at + 1 :]:
            if set(one.rows) & set(other.rows):
                return one, other
    return None


def list_outside_cells(office_sheet: OfficeSheet, grids: list[OfficeGrid]) -> list[OfficeCell]:
    """Return the cells with content that belong to no table, in reading order."""
    outside = (cell for spot, cell in office_sheet.cells.items() if not any(grid.contains(spot) for grid in grids))
    return sorted((cell for cell in outside if not cell.is_blank), key=lambda cell: cell.spot)
