"""The linear equations of a report: signatures of its figures (equations and coefficients) and residuals.

Cells that the template computes are replaced by their formulas, unknown ones eliminated. Reports with the same figures
missing share one cached system.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from xltool.forms.equations import (
    DependentEquation,
    Equation,
    eliminate_unknowns,
    find_dependents,
    form_equations,
    number_blocks,
)
from xltool.forms.ledger_totals import LedgerTotal
from xltool.model.form import Cell, Number, Relation

Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class EquationSystem:
    """Equations over the figures of a report, both numbered by position.

    By figure: ``cells`` (ids), ``signatures`` (equation, coefficient), ``supports`` (its equations as bits). By
    equation: ``members`` (figure, coefficient), ``masks`` (its figures as bits), ``relations`` (ids), ``constants``
    (required value), ``blocks`` (number of its connected group). ``bearers`` are the figures by support; ``sums`` the
    redundant equations that were left out.
    """

    cells: tuple[str, ...]
    places: Mapping[str, int]
    signatures: tuple[Signature, ...]
    members: tuple[Signature, ...]
    relations: tuple[tuple[str, ...], ...]
    constants: tuple[int, ...]
    blocks: tuple[int, ...]
    supports: tuple[int, ...]
    masks: tuple[int, ...]
    bearers: Mapping[int, tuple[int, ...]]
    sums: tuple[Equation, ...]

    def residuals(self, figures: Sequence[int], scale: int = 1) -> list[int]:
        """Return left minus right of every equation, for figures and constants multiplied by ``scale``."""
        return [
            sum(factor * figures[cell] for cell, factor in row) - scale * constant
            for row, constant in zip(self.members, self.constants, strict=True)
        ]


@lru_cache(maxsize=64)
def build_system(
    relations: tuple[Relation, ...],
    defined: tuple[tuple[str, str], ...],
    unknown: tuple[str, ...],
    controls: tuple[LedgerTotal, ...] = (),
) -> EquationSystem:
    """Build the equations of a form without its ``unknown`` cells; ``defined`` are (computed cell, relation id) pairs.

    An equation that is the sum of shorter ones is left out: if it is violated, one of them is.
    """
    rows = eliminate_unknowns(form_equations(relations, controls), unknown, dict(defined))
    adding_up = {item.position for item in find_dependents(rows) if item.consistent and _is_longest(rows, item)}
    sums = tuple(row for place, row in enumerate(rows) if place in adding_up)
    rows = tuple(row for place, row in enumerate(rows) if place not in adding_up)
    numbered = [(row, block) for row, block in zip(rows, number_blocks(rows), strict=True) if block is not None]
    cells = tuple(dict.fromkeys(cell for row, _ in numbered for cell in row.terms))
    places = {cell: place for place, cell in enumerate(cells)}
    members = tuple(tuple((places[cell], factor) for cell, factor in row.terms.items()) for row, _ in numbered)
    signatures: list[list[tuple[int, int]]] = [[] for _ in cells]
    for position, row in enumerate(members):
        for cell, factor in row:
            signatures[cell].append((position, factor))
    supports = tuple(sum(1 << position for position, _ in signature) for signature in signatures)
    bearers: dict[int, tuple[int, ...]] = {}
    for cell, support in enumerate(supports):
        bearers[support] = (*bearers.get(support, ()), cell)
    return EquationSystem(
        cells=cells,
        places=MappingProxyType(places),
        signatures=tuple(map(tuple, signatures)),
        members=members,
        relations=tuple(row.relations for row, _ in numbered),
        constants=tuple(row.constant for row, _ in numbered),
        blocks=tuple(block for _, block in numbered),
        supports=supports,
        masks=tuple(sum(1 << cell for cell, _ in row) for row in members),
        bearers=MappingProxyType(bearers),
        sums=sums,
    )


def _is_longest(equations: Sequence[Equation], dependent_equation: DependentEquation) -> bool:
    """Return True if an equation is longer than each of those it depends on."""
    return all(
        len(equations[other].terms) < len(equations[dependent_equation.position].terms)
        for other in dependent_equation.others
    )


def count_decimal_places(values: Mapping[str, Number], cells: Mapping[str, Cell], cell_ids: Sequence[str]) -> int:
    """Return the number of decimal places that makes every figure of a system an integer."""
    held = [cells[cell].decimals for cell in cell_ids if cell in cells]
    shown = [_decimals_of(value) for cell in cell_ids if isinstance(value := values[cell], Decimal)]
    return max([0, *held, *shown])


def _decimals_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def to_integer(value: Number, places: int) -> int:
    """Return a figure scaled by ``10**places`` to an integer."""
    return value * 10**places if isinstance(value, int) else int(Fraction(value) * 10**places)


def to_figure(number: int, places: int, cell: Cell | None) -> Number:
    """Return the figure of a scaled integer; amounts with no more places than they need."""
    exact = Fraction(number, 10**places)
    if cell is None or not cell.is_exact:
        return int(exact) if exact.denominator == 1 else Decimal(number).scaleb(-places)
    return trim_decimals(Decimal(number).scaleb(-places))


def trim_decimals(amount: Decimal) -> Decimal:
    """Return an amount without trailing zeros and without an exponent."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
