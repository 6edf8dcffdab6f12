"""Figures of a template that are filled in from the period before."""

from xltool.forms.lists.whole_form import list_typed_cells
from xltool.forms.plan_sheets import list_announced_relations
from xltool.model.expression import LinearExpression, Term
from xltool.model.form import Form, Number, Values


def prefill_figures(form: Form, previous: Values | None) -> dict[str, Number]:
    """Return the inputs that a relation sets equal to one known figure of last year, by cell id."""
    filled: dict[str, Number] = {}
    typed = {cell.id for cell in list_typed_cells(form)}
    for relation in list_announced_relations(form):
        left, operator, right = relation.expect
        if operator != "==" or relation.when or len(left.terms) != 1 or len(right.terms) != 1:
            continue
        here, there = left.terms[0], right.terms[0]
        if relation.expect.sides != (LinearExpression((here,)), LinearExpression((there,))):
            continue
        value = (previous or {}).get(there.earlier_key)
        wanted = here == Term(here.cell) and there == Term(there.cell, previous=True, last_year=there.last_year)
        if wanted and value is not None and here.cell in typed:
            filled[here.cell] = value
    return filled
