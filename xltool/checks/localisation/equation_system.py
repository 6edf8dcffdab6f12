"""What each figure would do to the equations if it were wrong: its signature. And what the equations lack: residuals.

A system is made of the equations that can be asked of one report: cells the template computes are replaced by their
formulas, unknown ones eliminated. It is the same for all reports with the same figures missing, and made once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from xltool.forms.controls import Control
from xltool.forms.equations import Dependent, Equation, blocks, dependents, equations, without
from xltool.model.form import Cell, Kind, Number, Relation

Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Equations over the figures of a report, by position.

    ``cells`` are the figures that take part, ``signatures`` their equations and coefficients; ``members`` the figures
    of an equation with theirs; ``relations`` the ids behind it; ``constants`` what it should come to; ``blocks`` which
    equations hang together. ``supports`` and ``masks`` are the same as bits: the equations of a figure, the figures of
    an equation; ``bearers`` the figures by their support. ``sums`` are the equations left out, which add up others.
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
        """Left minus right of every equation, for figures (and constants) multiplied by ``scale``."""
        return [
            sum(factor * figures[cell] for cell, factor in row) - scale * constant
            for row, constant in zip(self.members, self.constants, strict=True)
        ]


@lru_cache(maxsize=64)
def system(
    relations: tuple[Relation, ...],
    defined: tuple[tuple[str, str], ...],
    unknown: tuple[str, ...],
    controls: tuple[Control, ...] = (),
) -> System:
    """The equations of a form without its ``unknown`` cells; ``defined`` are those the template computes, and by what.

    An equation that only adds shorter ones up is left out: where it is broken, one of them is.
    """
    rows = without(equations(relations, controls), unknown, dict(defined))
    adding_up = {item.position for item in dependents(rows) if item.consistent and _longest(rows, item)}
    sums = tuple(row for place, row in enumerate(rows) if place in adding_up)
    rows = tuple(row for place, row in enumerate(rows) if place not in adding_up)
    numbered = [(row, block) for row, block in zip(rows, blocks(rows), strict=True) if block is not None]
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
    return System(
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


def _longest(rows: Sequence[Equation], item: Dependent) -> bool:
    """Whether an equation is longer than each of those it follows from."""
    return all(len(rows[other].terms) < len(rows[item.position].terms) for other in item.others)


def places_needed(values: Mapping[str, Number], cells: Mapping[str, Cell], taking_part: Sequence[str]) -> int:
    """How many decimal places make every figure of a system a whole number."""
    held = [cells[cell].decimals for cell in taking_part if cell in cells]
    shown = [_decimals(value) for cell in taking_part if isinstance(value := values[cell], Decimal)]
    return max([0, *held, *shown])


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def whole(value: Number, places: int) -> int:
    """A figure as a whole number of its smallest unit."""
    return value * 10**places if isinstance(value, int) else int(Fraction(value) * 10**places)


def figure(number: int, places: int, cell: Cell | None) -> Number:
    """The figure a whole number stands for; amounts with no more places than they need."""
    exact = Fraction(number, 10**places)
    if cell is None or cell.kind is not Kind.AMOUNT:
        return int(exact) if exact.denominator == 1 else Decimal(number).scaleb(-places)
    return plain(Decimal(number).scaleb(-places))


def plain(amount: Decimal) -> Decimal:
    """An amount with no more places than it needs, and never with an exponent."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
