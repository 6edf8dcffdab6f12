"""The sides and comparisons of relations: linear expressions over figures, and operations that are not linear."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xltool.model.form import Number


LAST_YEAR_PREFIX = "last_year "  # of the figures of the same period of last year, among the earlier ones


class Term(NamedTuple):
    """``coefficient`` times one figure, of this period or an earlier one.

    ``previous`` means that of the period before; with ``last_year`` too, that of the same period of the year before.
    """

    cell: str
    coefficient: int = 1
    previous: bool = False
    last_year: bool = False

    @property
    def earlier_key(self) -> str:
        """The key of its figure among the earlier ones."""
        return f"{LAST_YEAR_PREFIX}{self.cell}" if self.last_year else self.cell


class LinearExpression(NamedTuple):
    """A sum of terms and a constant; with ``modulus``, the remainder of that sum."""

    terms: tuple[Term, ...]
    constant: "Number" = 0
    modulus: int | None = None


class OperationKind(StrEnum):
    """What an `Operation` does with its arguments; conditions are 1 or 0."""

    ADD = "add"
    MULTIPLY = "multiply"
    DIVIDE = "divide"  # no value if the divisor is 0
    ABS = "abs"
    MIN = "min"
    MAX = "max"
    ROUND = "round"  # half up, to as many decimals as the constant of the second argument
    COUNT = "count"  # how many of its figures are filled in
    IF = "if"  # condition, then, else
    ANY = "any"
    ALL = "all"
    NOT = "not"


class Operation(NamedTuple):
    """A side of a comparison that is no linear expression. It has the terms of all its arguments."""

    kind: OperationKind
    arguments: "tuple[Side | Comparison, ...]"

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term of the arguments, in writing order."""
        found: list[Term] = []
        for argument in self.arguments:
            sides = (argument.left, argument.right) if isinstance(argument, Comparison) else (argument,)
            found += [term for side in sides for term in side.terms]
        return tuple(found)


class Comparison(NamedTuple):
    """``left operator right``; the operator is one of ``== != <= >= < >``."""

    left: "Side"
    operator: str
    right: "Side"

    @property
    def sides(self) -> "tuple[Side, Side]":
        """Both sides, left first."""
        return (self.left, self.right)


Side = LinearExpression | Operation
