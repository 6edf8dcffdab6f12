"""What a cell of each kind holds in a workbook, and the style of its number format."""

from collections.abc import Mapping

from xltool.forms.lists.whole_form import list_all_cells
from xltool.model.form import Cell, CellKind, Form, Number
from xltool.workbooks.xlsxwriter_adapter import StyleProperties


def find_kind_style(cell: Cell) -> str:
    """Return the style of a figure's number format."""
    if cell.is_exact:
        return f"fixed {cell.decimals}" if cell.fixed_decimals else "amount"
    if cell.is_worded:
        return "date" if cell.kind is CellKind.DATE else "words"
    return "whole"


def list_fixed_styles(form: Form) -> Mapping[str, StyleProperties]:
    """Return the styles of the figures of a form that show all their decimals."""
    cells = (cell for cell in list_all_cells(form).values() if cell.fixed_decimals)
    return {find_kind_style(cell): {"num_format": f"0.{'0' * cell.decimals}"} for cell in cells}


def show_figure(cell: Cell, figure: Number | str) -> Number | str:
    """Return what a filled cell holds: the word of a choice, everything else as given."""
    return cell.choices[int(figure) - 1] if cell.choices and not isinstance(figure, str) else figure
