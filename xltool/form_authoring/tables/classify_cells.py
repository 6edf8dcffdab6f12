"""Decide for each cell of a table whether it is a label, is filled in, or is neither."""

from collections.abc import Callable
from datetime import date, time

from xltool.form_authoring.authoring_words import matches_word, search_word, squeeze_text
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet, Spot, count_leading_blanks
from xltool.form_authoring.relations.parse_formula import is_check_formula
from xltool.form_authoring.tables.find_grids import OfficeGrid
from xltool.form_authoring.tables.grid_cells import CellPart, GridCells, TableCell
from xltool.forms.cell_addresses import list_spots
from xltool.model.form import Box

MIN_RUNNING_NUMBERS = 2  # in a row of column numbers
_GREY_TOLERANCE = 8  # of 255, between the channels of a grey
_CHARACTERS_OF_AN_INDENT = 2


def classify_cells(grid: OfficeGrid) -> GridCells:
    """Return the cells of a table with their parts."""
    cells = GridCells(grid)
    listed = _list_chosen_spots(grid.sheet)
    for item in cells:
        part, reason = _judge_content(grid.sheet, item, listed)
        cells.set_part(item, part, reason=reason)
    for step in _STEPS:
        step(cells)
    return cells


def _list_chosen_spots(office_sheet: OfficeSheet) -> frozenset[Spot]:
    """Return the cells with a list to choose from."""
    lists = [box for item in office_sheet.validations if item.kind == "list" for box in item.boxes]
    return frozenset(spot for spot in office_sheet.cells for box in lists if _covers(box, spot))


def _covers(box: Box, spot: Spot) -> bool:
    return box.row <= spot[0] < box.row + box.rows and box.column <= spot[1] < box.column + box.columns


def _judge_content(office_sheet: OfficeSheet, member: TableCell, chosen_spots: frozenset[Spot]) -> tuple[CellPart, str]:
    """Return the part of a cell as far as its own content tells it, and why."""
    cell = member.cell
    if cell.formula:
        return (CellPart.CHECK, "") if is_check_formula(cell.formula) else (CellPart.FIGURE, "")
    if cell.spot in chosen_spots and not _is_heading(member):
        return CellPart.FIGURE, "" if cell.is_blank else "sample_value"
    if office_sheet.protected and not cell.locked:
        return CellPart.FIGURE, "" if cell.is_blank else "sample_value"
    if cell.text:
        if search_word("cells", "boxes", cell.text):
            return CellPart.FIGURE, "tick_boxes"
        return (CellPart.STRUCK if matches_word("cells", "struck", cell.text) else CellPart.LABEL), ""
    return CellPart.OPEN, ""


def _is_heading(member: TableCell) -> bool:
    """Return True for a text in the first row: a validation of a whole column covers its head as well."""
    return bool(member.cell.text) and member.box.row == 1


def is_number(office_cell: OfficeCell) -> bool:
    """Return True for a stored number."""
    return isinstance(office_cell.value, int | float) and not isinstance(office_cell.value, bool)


# --- labels that name no figure, and numbers ---------------------------------------------------------------------


def _settle_aside_columns(grid_cells: GridCells) -> None:
    """Settle columns of code numbers, units and running numbers."""
    for column in range(1, grid_cells.size[1] + 1):
        members = [item for item in grid_cells.list_column(column) if item.box.columns == 1]
        head = next((item for item in members if _heads_aside(item)), None)
        if head is None:
            continue
        body = [item for item in members if item.box.row > head.box.row and not item.cell.is_blank]
        serial = matches_word("cells", "serial", head.cell.text)
        if serial and all(search_word("cells", "total", item.cell.text) for item in body):
            _close_running_numbers(grid_cells, head, members)
        blank = any(item.cell.is_blank and not is_total_row(grid_cells, item) for item in members)
        if not body or (blank and not serial) or any(item.cell.formula for item in body):
            continue
        for item in body:
            if not (serial and search_word("cells", "total", item.cell.text)):
                grid_cells.set_part(item, CellPart.LABEL, aside=not serial or _has_label_right(grid_cells, item))
        grid_cells.set_part(head, CellPart.LABEL, aside=True)


def _close_running_numbers(grid_cells: GridCells, head: TableCell, members: list[TableCell]) -> None:
    """Close the blank cells of a column of running numbers, which nobody has to fill in."""
    for item in members:
        if item.box.row > head.box.row and item.part is CellPart.OPEN and not is_total_row(grid_cells, item):
            grid_cells.set_part(item, CellPart.BLANK, reason="running_number")
    grid_cells.set_part(head, CellPart.LABEL, aside=True)


def _heads_aside(member: TableCell) -> bool:
    return member.part is CellPart.LABEL and (
        matches_word("cells", "serial", member.cell.text) or matches_word("cells", "aside", member.cell.text)
    )


def is_total_row(grid_cells: GridCells, member: TableCell) -> bool:
    """Return True if a cell is in a row of totals."""
    row = [*grid_cells.list_left(member), *grid_cells.list_right(member)]
    return any(search_word("cells", "total", other.cell.text) for other in row)


def _has_label_right(grid_cells: GridCells, member: TableCell) -> bool:
    return any(other.part is CellPart.LABEL for other in grid_cells.list_right(member))


def _settle_number_rows(grid_cells: GridCells) -> None:
    """Settle the row that numbers the columns: 甲 乙 1 2 3."""
    for row in range(1, grid_cells.size[0] + 1):
        items = grid_cells.list_row(row)
        numbers = [item for item in items if is_number(item.cell)]
        rest = [item for item in items if item not in numbers]
        texts = [item for item in rest if matches_word("cells", "column_letter", item.cell.text)]
        wide = [item for item in rest if item not in texts and not item.cell.is_blank]
        values = [item.cell.value for item in numbers]
        start = values[0] if values else 0
        running = values == [start + at for at in range(len(values))] if isinstance(start, int | float) else False
        if len(numbers) >= MIN_RUNNING_NUMBERS and running and not wide and (texts or start == 1):
            for item in (*numbers, *texts):
                grid_cells.set_part(item, CellPart.LABEL, aside=True)


def _settle_numbers(grid_cells: GridCells) -> None:
    """Settle other constants: a number left of all labels of its row is a label, any other a sample of a figure."""
    for item in grid_cells:
        if item.part is CellPart.OPEN and not item.cell.is_blank:
            left = grid_cells.list_left(item)
            if (
                is_number(item.cell)
                and not any(other.is_label for other in left)
                and _has_label_right(grid_cells, item)
            ):
                grid_cells.set_part(item, CellPart.LABEL, aside=True)
            else:
                kind = "sample_value" if isinstance(item.cell.value, int | float | date | time) else ""
                grid_cells.set_part(item, CellPart.FIGURE, reason=kind)


def _settle_check_columns(grid_cells: GridCells) -> None:
    """Close what has no formula in a column of checks."""
    for column in range(1, grid_cells.size[1] + 1):
        members = grid_cells.list_column(column)
        head = next((item for item in members if matches_word("cells", "check", item.cell.text)), None)
        below = [item for item in members if head is not None and item.box.row > head.box.row]
        if any(item.cell.formula for item in below):
            for item in below:
                if item.part is CellPart.OPEN:
                    grid_cells.set_part(item, CellPart.BLANK, reason="check_column")


# --- blanks --------------------------------------------------------------------------------------------------------


def _settle_blanks(grid_cells: GridCells) -> None:
    """Settle each blank, from top to bottom: filled in, covered by a label beside it, or neither."""
    closed = _find_closed_looks(grid_cells)
    for place in [item.place for item in grid_cells if item.part is CellPart.OPEN]:
        item = grid_cells.find_at(*place)
        if item is None or item.place != place or item.part is not CellPart.OPEN:
            continue
        if closed(item.cell):
            grid_cells.set_part(item, CellPart.BLANK, reason="closed_blank")
            continue
        covering = _find_covering_label(grid_cells, item)
        if covering is not None:
            grid_cells.extend_label(covering, item)
        elif _is_filled_in(grid_cells, item):
            grid_cells.set_part(item, CellPart.FIGURE)
        else:
            grid_cells.set_part(item, CellPart.BLANK, reason="" if item.place == (1, 1) else "unnamed_blank")


def _find_closed_looks(grid_cells: GridCells) -> Callable[[OfficeCell], bool]:
    """Return what tells a blank that is not filled in: struck out by a diagonal, grey among others, or locked."""
    blanks = [item.cell for item in grid_cells if item.part is CellPart.OPEN and item.cell.is_blank]
    greys = any(not _is_grey(cell.fill) for cell in blanks)
    locks = grid_cells.grid.sheet.protected and any(not item.cell.locked for item in grid_cells)
    return lambda cell: cell.borders.diagonal or (greys and _is_grey(cell.fill)) or (locks and cell.locked)


def _is_grey(fill: str) -> bool:
    channels = [int(fill[at : at + 2], 16) for at in (0, 2, 4)] if fill else [0, 255]
    return max(channels) - min(channels) <= _GREY_TOLERANCE


def _find_covering_label(grid_cells: GridCells, member: TableCell) -> TableCell | None:
    """Return the label above or left of a blank that stands for it as well: as if they had been merged."""
    left = any(other.is_label for other in grid_cells.list_left(member))
    above = grid_cells.list_above(member)
    up = bool(above) and any(other.is_label for other in above)
    heading = _is_heading_row(grid_cells, member.box.row)
    if not left and above and above[0].part is CellPart.LABEL and _has_label_right(grid_cells, member):
        return above[0] if heading or not _is_heading_row(grid_cells, above[0].box.row) else None
    below = grid_cells.list_below(member)
    if not (left and heading and below and below[0].part is CellPart.LABEL and below[0].box.column > 1):
        return None
    nearest = grid_cells.list_left(member)[0]
    inner = up and not _is_upper_heading(grid_cells, member)
    return nearest if nearest.part is CellPart.LABEL and not inner and nearest.box.column > 1 else None


def _is_heading_row(grid_cells: GridCells, row: int) -> bool:
    """Return True for a row without anything known to be filled in, in which more than its first cell is a label."""
    items = grid_cells.list_row(row)
    if any(item.part in {CellPart.FIGURE, CellPart.CHECK} for item in items):
        return False
    covering = [grid_cells.find_at(row, column) for column in range(1, grid_cells.size[1] + 1)]
    return len({item.place for item in covering if item is not None and item.is_label}) > 1


def _is_upper_heading(grid_cells: GridCells, member: TableCell) -> bool:
    """Return True if all rows above are headings and the row of a blank has labels beside its first one."""
    rows = range(1, member.box.row)
    beside = [other for other in grid_cells.list_row(member.box.row) if other.is_label and other.box.column > 1]
    return all(_is_heading_row(grid_cells, row) for row in rows) and bool(beside)


def _is_filled_in(grid_cells: GridCells, member: TableCell) -> bool:
    """Return True if a label left of a blank or above it names it, and it is no head of a column itself."""
    left = any(other.part is CellPart.LABEL for other in grid_cells.list_left(member))
    above = any(other.part is CellPart.LABEL for other in grid_cells.list_above(member))
    return left or above


# --- parts of rows -------------------------------------------------------------------------------------------------


def _settle_parts_of_rows(grid_cells: GridCells) -> None:
    """Note for each indented row label the label above it that it is a part of."""
    rows_with_figures = {row for item in grid_cells if item.part is CellPart.FIGURE for row, _ in list_spots(item.box)}
    for column in range(1, grid_cells.size[1] + 1):
        open_labels: list[tuple[int, Spot]] = []
        for item in grid_cells.list_column(column):
            if item.part is not CellPart.LABEL or item.aside or item.box.column != column:
                continue
            if item.box.row not in rows_with_figures or item.box.rows > 1:
                open_labels = []
                continue
            level = _indent_of(item.cell)
            open_labels = [known for known in open_labels if known[0] < level]
            if open_labels:
                grid_cells.set_within(item, open_labels[-1][1])
            open_labels.append((level, item.place))


def _indent_of(office_cell: OfficeCell) -> int:
    """Return how far a label is indented: by its alignment, by blanks before it, by what says that it is a part."""
    text = str(office_cell.value or "")
    blanks = count_leading_blanks(office_cell)
    centred = office_cell.align in {"center", "centerContinuous", "right", "distributed"}
    part = search_word("cells", "part", text)
    marked = 2 * len(part[0]) if part is not None and squeeze_text(text).startswith(part[0]) else 0
    return (0 if centred else blanks) + office_cell.indent * _CHARACTERS_OF_AN_INDENT + marked


_STEPS = (
    *(_settle_aside_columns, _settle_number_rows, _settle_numbers, _settle_check_columns, _settle_blanks),
    _settle_parts_of_rows,
)
