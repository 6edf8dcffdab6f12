"""Means and counts of words over the rows of the details that a filter shows."""

from xltool.forms.consolidated_layout import DetailsSheet
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Cell, TotalKind
from xltool.model.submission import Submission
from xltool.workbooks.xlsxwriter_adapter import CellContent, Formula

MEANS = frozenset({TotalKind.MEAN, TotalKind.WEIGHTED_MEAN})
_NOTHING = " "  # shown where no row has a figure
_MAX_WORDS = 20  # of a choice; longer formulas are refused by spreadsheet programs
_MEAN, _SUM, _FIGURES, _FILLED = 101, 109, 102, 103  # functions of SUBTOTAL that leave filtered rows out


def make_shown_total(cell: Cell, details: DetailsSheet, summary: Submission) -> CellContent:
    """Return a mean, or how many chose each word, live over the rows shown; None for a cell that has no total."""
    area = details.column_range(cell.id)
    if cell.total is TotalKind.COUNT:
        return _count_words(cell, area, summary.words.get(cell.id, _NOTHING))
    if cell.total is TotalKind.MEAN:
        mean = f"SUBTOTAL({_MEAN},{area})"
    elif cell.total is TotalKind.WEIGHTED_MEAN:
        weights = details.column_range(cell.weight)
        total, weight = (f"SUMPRODUCT({_for_each_row(function, area)},{weights})" for function in (_SUM, _FIGURES))
        mean = f"{total}/{weight}"
    else:
        return None
    value = summary.values[cell.id]
    return Formula(f'IFERROR(ROUND({mean},{cell.decimals}),"{_NOTHING}")', _NOTHING if value is None else value)


def _count_words(cell: Cell, area: str, shown: str) -> CellContent:
    """Return the formula of `format_tally` over the rows shown; None for words that the form does not list."""
    if not 0 < len(cell.choices) <= _MAX_WORDS:
        return None
    joint = workbook_words().summary.shared["joint"]
    pieces = []
    for word in cell.choices:
        text = word.replace('"', '""')
        count = f'SUMPRODUCT({_for_each_row(_FILLED, area)},--({area}="{text}"))'
        pieces.append(f'IF({count}>0,"{joint}{text} "&{count},"")')
    return Formula(f"MID({'&'.join(pieces)},{len(joint) + 1},999)", shown)


def _for_each_row(function: int, area: str) -> str:
    """Return SUBTOTAL of each row of a column: of a row that is filtered out, 0."""
    first = area.partition(":")[0]
    return f"SUBTOTAL({function},OFFSET({first},ROW({area})-ROW({first}),0))"
