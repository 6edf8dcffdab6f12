"""Index of a form for the checks, built once per definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xltool.model.expression import LinearExpression, Term
from xltool.model.form import MAX_CACHED_FORMS, SIGNED_KINDS, SUMMED_KINDS, Cell, Form, Relation


@dataclass(frozen=True, slots=True)
class FormIndex:
    """Parts of a form by the keys the checks look up.

    ``inputs`` are the input cells by cell id; ``totals`` the relations that define each computed cell; ``relations``
    all others in form order; ``order`` and ``ranks`` the positions of cells and relations in the form; ``growing`` the
    computed cells that are plain sums of non-negative figures, so that a missing part can only make them larger;
    ``carried`` the inputs a template may prefill because they repeat a figure of last year; ``beta`` the ids of rules
    on trial; ``unsummed`` the cells of which "not applicable" is no 0; ``switched`` the tables of each relation that
    only compares figures of tables that may be switched off as a whole.
    """

    inputs: Mapping[str, Cell]
    totals: Mapping[str, tuple[Relation, ...]]
    relations: tuple[Relation, ...]
    order: Mapping[str, int]
    growing: frozenset[str]
    carried: frozenset[str]
    ranks: Mapping[str, int]
    beta: frozenset[str]
    unsummed: frozenset[str]
    switched: Mapping[str, frozenset[str]]


@lru_cache(maxsize=MAX_CACHED_FORMS)
def index_form(form: Form) -> FormIndex:
    """Return the index of a form; cached."""
    computing = {relation.rule for relation in form.relations if relation.computes}
    totals: dict[str, tuple[Relation, ...]] = {cell.id: () for cell in form.cells.values() if cell.computed}
    others = []
    for relation in form.relations:
        first = relation.expect.left.terms[:1]
        cell = relation.computes or (first[0].cell if first and relation.rule in computing else None)
        if cell in totals:
            totals[cell] = (*totals[cell], relation)
        else:
            others.append(relation)
    return FormIndex(
        inputs={cell.id: cell for cell in form.inputs},
        totals=totals,
        relations=tuple(others),
        order={cell: place for place, cell in enumerate(form.cells)},
        growing=frozenset(
            cell for cell, defining in totals.items() if all(_only_adds(item, form) for item in defining)
        ),
        carried=frozenset(cell for relation in others for cell in _find_carried_cells(relation)),
        ranks={relation.id: place for place, relation in enumerate(form.relations)},
        beta=frozenset(_find_trial_rules(form)),
        unsummed=frozenset(cell.id for cell in form.cells.values() if cell.kind not in SUMMED_KINDS),
        switched=dict(_find_switched_relations(form)),
    )


def _find_switched_relations(form: Form) -> Iterator[tuple[str, frozenset[str]]]:
    switched = {table.id for table in form.tables if table.absence}
    for relation in form.relations if switched else ():
        tables = frozenset(form.cells[term.cell].table for term in relation.terms if not term.previous)
        if tables and tables <= switched:
            yield relation.id, tables


def _find_trial_rules(form: Form) -> Iterator[str]:
    yield from (relation.rule for relation in form.relations if relation.beta)
    yield from (standard.id for standard in form.standards.values() if standard.beta)
    yield from (claim.id for claim in form.claims if claim.beta)


def _find_carried_cells(relation: Relation) -> Iterator[str]:
    """Yield the cell that a relation sets equal to a figure of last year."""
    sides = (relation.expect.left.terms, relation.expect.right.terms)
    if relation.is_linear and relation.expect.operator == "==" and [len(terms) for terms in sides] == [1, 1]:
        (here,), (there,) = sides
        if there.previous and not here.previous:
            yield here.cell


def _only_adds(relation: Relation, form: Form) -> bool:
    """Return True if every term is added once and cannot be negative."""
    return isinstance(relation.expect.right, LinearExpression) and all(
        term == Term(term.cell) and form.cells[term.cell].kind not in SIGNED_KINDS
        for term in relation.expect.right.terms
    )
