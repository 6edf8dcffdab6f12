"""Which sums of a consolidation are only lower bounds, since some agency lacks a figure."""

from xltool.forms.lower_bounds import is_sum_lower_bound
from xltool.model.consolidation import Consolidation
from xltool.model.expression import LinearExpression


def is_sum_bounded(consolidation: Consolidation, meaning: LinearExpression) -> bool:
    """Return True if an agency lacks a figure of a sum that can only grow with it."""
    lacking = consolidation.lacking
    return any(lacking.get(term.cell) for term in meaning.terms) and is_sum_lower_bound(consolidation.form, meaning)
