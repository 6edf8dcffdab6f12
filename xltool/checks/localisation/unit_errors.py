"""Find amounts in the wrong unit (yuan for ten thousand yuan or the reverse) by comparison with last year."""

from collections.abc import Iterator
from decimal import Decimal

from xltool.checks.localisation.equation_system import trim_decimals
from xltool.checks.localisation.repairs import Repair, RepairEvidence, complete_values, relations_by_cell
from xltool.checks.localisation.typing_errors import UNIT_FACTOR
from xltool.forms.expressions import check_relation
from xltool.model.expression import Term
from xltool.model.form import CellKind, Number, Relation


def find_unit_errors(evidence: RepairEvidence) -> Iterator[tuple[tuple[str, ...], Repair]]:
    """Yield (violated relations, repair) per amount that another unit brings near last year's, violating no others."""
    form = evidence.form
    by_cell = relations_by_cell(form.relations, form.formulas)
    for cell in form.cells.values():
        value = evidence.typed.get(cell.id)
        if cell.kind is not CellKind.AMOUNT or not value:
            continue
        itself = [item for item in by_cell.get(cell.id, ()) if Term(cell.id) in _previous_terms(item)]
        broken = tuple(item.id for item in itself if _is_satisfied(item, evidence, {}) is False)
        for right in _convert_units(Decimal(value), cell.decimals) if broken else ():
            if all(_is_satisfied(item, evidence, {cell.id: right}) is not False for item in by_cell[cell.id]):
                repair = evidence.build_repair([("unit_10000", {cell.id: right})], {})
                if repair:
                    yield broken, repair


def _previous_terms(relation: Relation) -> set[Term]:
    """Return the terms of last year in a relation, as terms of this year."""
    return {Term(term.cell) for term in relation.terms if term.previous}


def _is_satisfied(relation: Relation, evidence: RepairEvidence, changes: dict[str, Number]) -> bool | None:
    values = complete_values(evidence.form, {**evidence.typed, **changes}) if changes else evidence.values
    return check_relation(relation, values, evidence.previous).holds


def _convert_units(value: Decimal, decimals: int) -> Iterator[Number]:
    """Yield the amount in the next larger and next smaller unit, where the cell's decimals allow it."""
    for right in (value / UNIT_FACTOR, value * UNIT_FACTOR):
        if right == round(right, decimals):
            yield trim_decimals(right)
