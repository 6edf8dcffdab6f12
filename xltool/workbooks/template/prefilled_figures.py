"""Figures of a template that are filled in from the period before."""

from collections.abc import Iterator

from xltool.forms.lists.whole_form import list_typed_cells
from xltool.forms.plan_sheets import list_announced_relations
from xltool.model.expression import LinearExpression, Term
from xltool.model.form import Form, Number, Values


def prefill_figures(form: Form, previous: Values | None) -> dict[str, Number]:
    """Return the inputs that a relation sets equal to one known figure of last year, by cell id."""
    known = ((cell, (previous or {}).get(key)) for cell, key in list_prefilled(form))
    return {cell: value for cell, value in known if value is not None}


def list_prefilled(form: Form) -> Iterator[tuple[str, str]]:
    """Yield the ids of the inputs that a relation sets equal to one figure of before, and the key of that figure."""
    typed = {cell.id for cell in list_typed_cells(form)}
    for relation in list_announced_relations(form):
        left, operator, right = relation.expect
        if operator != "==" or relation.when or len(left.terms) != 1 or len(right.terms) != 1:
            continue
        here, there = left.terms[0], right.terms[0]
        if relation.expect.sides != (LinearExpression((here,)), LinearExpression((there,))):
            continue
        wanted = here == Term(here.cell) and there == Term(there.cell, previous=True, last_year=there.last_year)
        if wanted and here.cell in typed:
            yield here.cell, there.earlier_key
