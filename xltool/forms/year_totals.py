"""How the figures of the periods of a year make those of the year, as the definition and its relations say."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xltool.forms.workbook_words import workbook_words
from xltool.model.expression import LinearExpression, Term
from xltool.model.form import MAX_CACHED_FORMS, Cell, Form, Relation, TotalKind


@lru_cache(maxsize=MAX_CACHED_FORMS)
def find_year_totals(form: Form) -> Mapping[str, TotalKind]:
    """Return for each cell how its figures of the periods of a year add up.

    What the definition says (``year_total``) comes first. A figure that the next period carries over is a stock: its
    last one counts, of the figure that repeats it the first one; so does the last one of a cumulative figure, which a
    relation or its labels tell. Any other adds up as over agencies.
    """
    carried = _find_carried_figures(form)
    kinds: dict[str, TotalKind] = {}
    for cell in form.cells.values():
        if not cell.computed:
            kinds[cell.id] = cell.year_total or carried.get(cell.id) or _find_labelled(cell) or cell.total
    for relation in form.formulas:
        if relation.computes is not None:
            kinds[relation.computes] = form.cells[relation.computes].year_total or _join_kinds(relation, kinds)
    return kinds


def _find_labelled(cell: Cell) -> TotalKind | None:
    """Return LAST for a figure whose labels say that it is cumulative or of the end of the period."""
    words = workbook_words().periods["last_words"].split()
    labels = "".join((*cell.row_path, *cell.column_path))
    return TotalKind.LAST if cell.total is TotalKind.SUM and any(word in labels for word in words) else None


def _join_kinds(relation: Relation, kinds: Mapping[str, TotalKind]) -> TotalKind:
    """Return how a computed figure adds up: as the figures it is the sum of, else it is computed again."""
    inside = {kinds.get(term.cell, TotalKind.NONE) for term in relation.expect.right.terms}
    if relation.is_linear and len(inside) == 1 and inside <= {TotalKind.SUM, TotalKind.FIRST, TotalKind.LAST}:
        return inside.pop()
    return TotalKind.RECOMPUTE


def _find_carried_figures(form: Form) -> dict[str, TotalKind]:
    found: dict[str, TotalKind] = {}
    for relation in _list_carrying_relations(form):
        (left,), right = relation.expect.left.terms, relation.expect.right.terms
        before = [term for term in right if term.previous]
        found.update({term.cell: TotalKind.LAST for term in before})
        if [term.cell for term in right] != [left.cell] and len(right) == 1:
            found[left.cell] = TotalKind.FIRST
    return found


def _list_carrying_relations(form: Form) -> Iterator[Relation]:
    """Yield the equalities of one figure with a sum in which figures of the period before stand."""
    for relation in form.relations:
        right = relation.expect.right.terms
        is_plain = relation.is_linear and relation.expect.operator == "==" and len(relation.expect.left.terms) == 1
        if is_plain and any(term.previous for term in right) and not any(term.last_year for term in right):
            yield relation


def find_running_sums(form: Form) -> dict[str, LinearExpression]:
    """Return for each cumulative figure (本年累计) what each period of a year adds to it.

    A relation says so: the figure is that of the period before, within the year, plus figures of the period.
    """
    sums = {}
    for relation in _list_carrying_relations(form):
        (left,), right = relation.expect.left.terms, relation.expect.right.terms
        before, added = [term for term in right if term.previous], tuple(term for term in right if not term.previous)
        if relation.within_year and added and before == [Term(left.cell, previous=True)]:
            sums[left.cell] = LinearExpression(added)
    return sums
