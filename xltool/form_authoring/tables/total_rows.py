"""Rows of totals: what is not computed there."""

from collections.abc import Collection

from xltool.form_authoring.authoring_words import matches_word
from xltool.form_authoring.relations.formula_evidence import parse_if_possible
from xltool.form_authoring.relations.parse_formula import Area, iterate_nodes
from xltool.form_authoring.tables.classify_cells import is_total_row
from xltool.form_authoring.tables.grid_cells import CellPart, GridCells, TableCell

WORDED_KINDS = frozenset({"text", "date", "choice", "yes_no"})


def settle_total(grid_cells: GridCells, member: TableCell, kind_words: Collection[str], *, validated: bool) -> bool:
    """Close a cell of a row of totals that holds words, and note a number that is typed beside sums.

    ``kind_words`` are the kinds of the figures above it; its own, if there are none. Return True if the cell is closed.
    A name such as 网格员总数 alone makes no row of totals.
    """
    if member.cell.formula or not is_total_row(grid_cells, member):
        return False
    row = [*grid_cells.list_left(member), *grid_cells.list_right(member)]
    sums = any(_adds_above(other) for other in row)
    if not sums and not any(matches_word("cells", "total", other.cell.text) for other in row):
        return False
    opened = validated or (grid_cells.grid.sheet.protected and not member.cell.locked)
    if WORDED_KINDS.issuperset(kind_words) and not opened:
        grid_cells.set_part(member, CellPart.BLANK, reason="closed_total")
        return True
    if sums and not opened and member.cell.is_blank:
        grid_cells.set_part(member, CellPart.FIGURE, reason="open_total")
    return False


def _adds_above(member: TableCell) -> bool:
    """Return True if the formula of a cell refers to cells above it in its own column."""
    tree = parse_if_possible(member.cell.formula)
    areas = [node for node in iterate_nodes(tree) if isinstance(node, Area)] if tree is not None else []
    return any(
        not area.sheet and area.box.column == member.cell.column and area.box.row < member.cell.row for area in areas
    )
