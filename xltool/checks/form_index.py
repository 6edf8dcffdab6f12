"""What the checks ask of a form again and again, worked out once for each definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xltool.model.form import Cell, Form, Kind, Relation, Term


@dataclass(frozen=True, slots=True)
class Index:
    """One form, arranged for checking.

    ``inputs`` by cell id; ``totals`` the relations that each define a computed cell; ``relations`` all others, in
    form order; ``order`` the place of a cell in the form; ``growing`` the computed cells that are plain
    sums of figures that cannot be negative: a missing part can only make them larger; ``carried`` the inputs that a
    template may hold already, because they repeat a figure of last year; ``ranks`` the place of a relation in the form;
    ``beta`` the rules on trial.
    """

    inputs: Mapping[str, Cell]
    totals: Mapping[str, tuple[Relation, ...]]
    relations: tuple[Relation, ...]
    order: Mapping[str, int]
    growing: frozenset[str]
    carried: frozenset[str]
    ranks: Mapping[str, int]
    beta: frozenset[str]


_indices: dict[str, Index] = {}


def index(form: Form) -> Index:
    """The index of a form; made once for each definition."""
    if form.digest not in _indices:
        _indices[form.digest] = _made(form)
    return _indices[form.digest]


def _made(form: Form) -> Index:
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
    return Index(
        inputs={cell.id: cell for cell in form.inputs},
        totals=totals,
        relations=tuple(others),
        order={cell: place for place, cell in enumerate(form.cells)},
        growing=frozenset(cell for cell, defining in totals.items() if all(_grows(item, form) for item in defining)),
        carried=frozenset(cell for relation in others for cell in _repeated(relation)),
        ranks={relation.id: place for place, relation in enumerate(form.relations)},
        beta=frozenset(_on_trial(form)),
    )


def _on_trial(form: Form) -> Iterator[str]:
    yield from (relation.rule for relation in form.relations if relation.beta)
    yield from (standard.id for standard in form.standards.values() if standard.beta)
    yield from (claim.id for claim in form.claims if claim.beta)


def _repeated(relation: Relation) -> Iterator[str]:
    """The figure that is to be the same as one of last year."""
    sides = (relation.expect.left.terms, relation.expect.right.terms)
    if relation.expect.operator == "==" and [len(terms) for terms in sides] == [1, 1]:
        (here,), (there,) = sides
        if there.previous and not here.previous:
            yield here.cell


def _grows(relation: Relation, form: Form) -> bool:
    """Whether every further part can only make the total larger."""
    return all(
        term == Term(term.cell) and form.cells[term.cell].kind is not Kind.SIGNED_COUNT
        for term in relation.expect.right.terms
    )
