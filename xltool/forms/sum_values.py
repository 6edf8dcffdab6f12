"""Sum the figures of several agencies where only the figures are known, as those of an earlier year."""

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext

from xltool.forms.expressions import recompute_figures, round_half_up
from xltool.model.form import Cell, Form, Number, TotalKind, Values

_EXACT_CONTEXT = Context(prec=1000)  # sums of amounts are never rounded


def sum_agency_values(agency_values: Sequence[Values], form: Form) -> dict[str, Number | None]:
    """Sum the figures of several agencies, each cell as the form says: added, as a mean, or computed from the sums.

    None for a cell that one of them left blank, and for one that has no total.
    """
    totals = {cell.id: _find_total(cell, agency_values) for cell in form.cells.values()}
    return recompute_figures(form.formulas, totals)


def _find_total(cell: Cell, agency_values: Sequence[Values]) -> Number | None:
    numbers = [values.get(cell.id) for values in agency_values]
    match cell.total:
        case TotalKind.SUM:
            return _sum_if_complete(numbers)
        case TotalKind.MEAN:
            return _find_mean(cell, numbers, [1] * len(numbers))
        case TotalKind.WEIGHTED_MEAN:
            return _find_mean(cell, numbers, [values.get(cell.weight) for values in agency_values])
    return None


def _find_mean(cell: Cell, numbers: Sequence[Number | None], weight_numbers: Sequence[Number | None]) -> Number | None:
    weight = _sum_if_complete(weight_numbers)
    with localcontext(_EXACT_CONTEXT):
        shares = [
            None if figure is None or part is None else figure * part
            for figure, part in zip(numbers, weight_numbers, strict=True)
        ]
        total = _sum_if_complete(shares)
        return None if total is None or not weight else round_half_up(Decimal(total) / weight, cell.decimals)


def _sum_if_complete(numbers: Sequence[Number | None]) -> Number | None:
    known = [figure for figure in numbers if figure is not None]
    with localcontext(_EXACT_CONTEXT):
        return sum(known) if len(known) == len(numbers) else None
