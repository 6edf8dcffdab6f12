"""What a cell of each kind holds in a workbook, and the style of its number format."""

from xltool.model.form import Cell, CellKind, Number


def find_kind_style(cell: Cell) -> str:
    """Return the style of a figure's number format."""
    if cell.is_exact:
        return "amount"
    if cell.is_worded:
        return "date" if cell.kind is CellKind.DATE else "words"
    return "whole"


def show_figure(cell: Cell, figure: Number | str) -> Number | str:
    """Return what a filled cell holds: the word of a choice, everything else as given."""
    return cell.choices[int(figure) - 1] if cell.choices and not isinstance(figure, str) else figure
