"""Which totals can only grow when a missing agency is added: sums of figures that cannot be negative."""

from functools import lru_cache

from xltool.forms.form_index import index_form
from xltool.model.expression import LinearExpression
from xltool.model.form import MAX_CACHED_FORMS, SUMMED_KINDS, Cell, CellKind, Form, TotalKind

_NEVER_NEGATIVE = SUMMED_KINDS - {CellKind.SIGNED_COUNT}


def is_lower_bound(form: Form, cell: Cell) -> bool:
    """Return True if the total of a cell is a lower bound while agencies are missing; a rate or a mean is none."""
    return cell.id in _list_growing_cells(form)


def is_sum_lower_bound(form: Form, meaning: LinearExpression) -> bool:
    """Return True if a sum of totals is a lower bound while agencies are missing."""
    growing = _list_growing_cells(form)
    return all(term.cell in growing and term.coefficient > 0 for term in meaning.terms)


def has_rates(form: Form) -> bool:
    """Return True if the form has rates or means, which are no lower bounds, beside what is added up."""
    means = any(cell.total in {TotalKind.MEAN, TotalKind.WEIGHTED_MEAN} for cell in form.cells.values())
    return means or any(not isinstance(relation.expect.right, LinearExpression) for relation in form.formulas)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _list_growing_cells(form: Form) -> frozenset[str]:
    growing = {
        cell.id
        for cell in form.inputs
        if cell.total is TotalKind.SUM and (cell.kind in _NEVER_NEGATIVE or cell.aggregate is not None)
    }
    totals = index_form(form).totals
    for relation in form.formulas:  # in order of dependency
        sides = [each.expect.right for each in totals.get(relation.computes or "", ())]
        if sides and all(_only_adds(side, growing) for side in sides):
            growing.add(relation.computes or "")
    return frozenset(growing)


def _only_adds(side: object, growing: set[str]) -> bool:
    return isinstance(side, LinearExpression) and all(
        term.cell in growing and term.coefficient > 0 and not term.previous for term in side.terms
    )
