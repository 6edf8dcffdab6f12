"""Name each figure by the shortest path of its labels that no other figure of its sheet has."""

from collections.abc import Mapping
from dataclasses import replace

from xltool.model.form import Cell, Table


def name_cells(form_tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return tables whose cells have longer words for their lines, where the usual ones would be ambiguous."""
    names = find_ambiguous_names(form_tables)
    return tuple(replace(table, cells=tuple(_name_cell(cell, names) for cell in table.cells)) for table in form_tables)


def _name_cell(cell: Cell, names: Mapping[str, str]) -> Cell:
    return replace(cell, line_name=names[cell.id]) if cell.id in names else cell


def find_ambiguous_names(form_tables: tuple[Table, ...]) -> dict[str, str]:
    """Return longer words for the lines of figures that share theirs with another of the same sheet, by cell id."""
    sharing: dict[tuple[str, str, str], list[Cell]] = {}
    for table in form_tables:
        for cell in table.cells:
            sharing.setdefault((table.name, cell.line_words, cell.column_words), []).append(cell)
    names: dict[str, str] = {}
    for cells in sharing.values():
        if len(cells) > 1:
            names |= {cell.id: _lengthen_words(cell, cells) for cell in cells}
    return {cell: name for cell, name in names.items() if name}


def _lengthen_words(cell: Cell, sharing_cells: list[Cell]) -> str:
    """Return the shortest words of a line that none of the others has; all of them if there are none such."""
    path = _line_path(cell)
    others = [_line_path(other) for other in sharing_cells if other is not cell]
    for length in range(1, len(path) + 1):
        words = "".join(path[-length:])
        if all("".join(other[-length:]) != words for other in others):
            return words
    return "".join(path)


def _line_path(cell: Cell) -> tuple[str, ...]:
    return cell.row_path or cell.column_path[:-1]
