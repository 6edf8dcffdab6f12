"""Amounts in the wrong unit: yuan for ten thousand yuan, or the other way round, as the same amount last year shows."""

from collections.abc import Iterator
from decimal import Decimal

from xltool.checks.localisation.equation_system import plain
from xltool.checks.localisation.repairs import Evidence, Repair, complete, touching
from xltool.checks.localisation.typing_errors import UNIT
from xltool.forms.expressions import verdict
from xltool.model.form import Kind, Number, Relation, Term


def off_by_unit(evidence: Evidence) -> Iterator[tuple[tuple[str, ...], Repair]]:
    """For each amount that another unit would bring near last year's, breaking nothing: the relations, the repair."""
    form = evidence.form
    by_cell = touching(form.relations, form.formulas)
    for cell in form.cells.values():
        value = evidence.typed.get(cell.id)
        if cell.kind is not Kind.AMOUNT or not value:
            continue
        itself = [item for item in by_cell.get(cell.id, ()) if Term(cell.id) in _last_year(item)]
        broken = tuple(item.id for item in itself if _holds(item, evidence, {}) is False)
        for right in _in_other_units(Decimal(value), cell.decimals) if broken else ():
            if all(_holds(item, evidence, {cell.id: right}) is not False for item in by_cell[cell.id]):
                repair = evidence.repair([("unit_10000", {cell.id: right})], {})
                if repair:
                    yield broken, repair


def _last_year(relation: Relation) -> set[Term]:
    """The figures of the year before in a relation, as if they were this year's."""
    return {Term(term.cell) for term in relation.terms if term.previous}


def _holds(relation: Relation, evidence: Evidence, changes: dict[str, Number]) -> bool | None:
    values = complete(evidence.form, {**evidence.typed, **changes}) if changes else evidence.values
    return verdict(relation, values, evidence.previous).holds


def _in_other_units(value: Decimal, decimals: int) -> Iterator[Number]:
    """The amount as it would be in the next larger and in the next smaller unit, where the cell can hold it."""
    for right in (value / UNIT, value * UNIT):
        if right == round(right, decimals):
            yield plain(right)
