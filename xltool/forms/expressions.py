"""Evaluate relations exactly over the figures of a form. `parse_expressions` makes them from their definitions."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple

from xltool.model.expression import Comparison, LinearExpression, Operation, OperationKind, Side
from xltool.model.form import Number, Relation, Values
from xltool.model.period import Period

_COMPARISONS: Mapping[str, Callable[[Number, Number], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_QUOTIENT_CONTEXT = Context(prec=40)  # digits of a quotient; more than any figure has


class RelationVerdict(NamedTuple):
    """The result of a relation: ``holds`` is None if a figure is missing, ``asked`` False if its condition fails."""

    holds: bool | None
    left: Number | None = None
    right: Number | None = None
    asked: bool = True


class _Figures(NamedTuple):
    """The figures of this year and of the year before; with ``zero`` a missing figure counts as 0."""

    values: Values
    previous: Values | None
    zero: bool


def evaluate_linear(
    side: LinearExpression, values: Values, previous: Values | None = None, *, missing_as_zero: bool = False
) -> Number | None:
    """Evaluate one side exactly; None if a figure is missing, unless with ``zero`` it counts as 0."""
    getter = _figures_getter(side)
    if getter is not None:
        try:
            added: Number = sum(getter(values), side.constant)
            return added % side.modulus if side.modulus else added
        except (KeyError, TypeError):  # one of them is missing
            if not missing_as_zero:
                return None
    total: Number = side.constant
    for term in side.terms:
        value = (previous or {}).get(term.earlier_key) if term.previous else values.get(term.cell)
        if value is None:
            if not missing_as_zero or (term.previous and previous is None):
                return None
            continue
        total += term.coefficient * value
    return total % side.modulus if side.modulus else total


@lru_cache(maxsize=8192)
def _figures_getter(side: LinearExpression) -> Callable[[Values], tuple[Number, ...]] | None:
    """Return the item getter of a plain sum of this year's figures; None for any other expression."""
    if len(side.terms) < 2 or any(term.coefficient != 1 or term.previous for term in side.terms):
        return None
    return operator.itemgetter(*(term.cell for term in side.terms))


def compare_numbers(left: Number, symbol: str, right: Number) -> bool:
    """Return whether two numbers compare so; ``symbol`` is one of ``== != <= >= < >``."""
    return _COMPARISONS[symbol](left, right)


def evaluate_side(
    side: Side, values: Values, previous: Values | None = None, *, missing_as_zero: bool = False
) -> Number | None:
    """Evaluate any side; None if a figure is missing or a divisor is 0."""
    if isinstance(side, LinearExpression):
        return evaluate_linear(side, values, previous, missing_as_zero=missing_as_zero)
    return _evaluate_operation(side, _Figures(values, previous, missing_as_zero))


def evaluate_sides(
    relation: Relation, values: Values, previous: Values | None = None, *, missing_as_zero: bool = False
) -> tuple[Number | None, Number | None]:
    """Evaluate both sides of a relation; what a total is computed by is rounded as the total is."""
    left, right = (
        evaluate_side(side, values, previous, missing_as_zero=missing_as_zero) for side in relation.expect.sides
    )
    if right is not None and is_rounded(relation):
        right = round_half_up(right, relation.decimals or 0)
    return left, right


def is_rounded(relation: Relation) -> bool:
    """Return True if a relation computes a total by an operation; the result is rounded as the cell is."""
    return relation.computes is not None and isinstance(relation.expect.right, Operation)


def choose_earlier_figures(relation: Relation, year: int | None, previous: Values | None) -> Values | None:
    """Return the earlier figures of a relation: 0 before the first period of a year if it stays within the year."""
    if not (relation.within_year and isinstance(year, Period) and year.is_first):
        return previous
    sides = (side for item in (relation.expect, *relation.when) for side in item.sides)
    terms = (term for side in sides for term in side.terms if term.previous and not term.last_year)
    return {**(previous or {}), **{term.earlier_key: 0 for term in terms}}


def check_relation(relation: Relation, values: Values, previous: Values | None = None) -> RelationVerdict:
    """Evaluate a relation: whether it holds, with the values of both sides."""
    zero = relation.missing == "zero"
    for condition in relation.when:
        left, right = (evaluate_side(side, values, previous, missing_as_zero=zero) for side in condition.sides)
        if left is None or right is None:
            return RelationVerdict(None)
        if not _COMPARISONS[condition.operator](left, right):
            return RelationVerdict(holds=True, asked=False)
    left, right = evaluate_sides(relation, values, previous, missing_as_zero=zero)
    if left is None or right is None:
        return RelationVerdict(None, left, right)
    if relation.tolerance and relation.expect.operator == "==":
        return RelationVerdict(-relation.tolerance <= left - right <= relation.tolerance, left, right)
    return RelationVerdict(_COMPARISONS[relation.expect.operator](left, right), left, right)


def recompute_figures(formulas: Iterable[Relation], inputs: Values) -> dict[str, Number | None]:
    """Return the inputs with every computed cell recomputed from them; None if a figure it needs is missing."""
    values = dict(inputs)
    for relation in formulas:
        if relation.computes is not None:
            values[relation.computes] = compute_total(relation, values)
    return values


def compute_total(relation: Relation, values: Values, *, missing_as_zero: bool = False) -> Number | None:
    """Evaluate the right side of a computing relation; an operation is rounded to the decimals of the cell."""
    side = relation.expect.right
    if isinstance(side, LinearExpression):
        return evaluate_linear(side, values, missing_as_zero=missing_as_zero)
    value = evaluate_side(side, values, missing_as_zero=missing_as_zero)
    return None if value is None else round_half_up(value, relation.decimals or 0)


def round_half_up(value: Number, decimals: int) -> Number:
    """Round as spreadsheet programs do; a whole number without decimals is an int."""
    with localcontext(_QUOTIENT_CONTEXT):
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return rounded if decimals else int(rounded)


# --- operations --------------------------------------------------------------------------------------------------


def _evaluate_operation(operation: Operation, figures: _Figures) -> Number | None:
    kind, arguments = operation.kind, operation.arguments
    if kind is OperationKind.COUNT:
        return sum(_evaluate(argument, figures._replace(zero=False)) is not None for argument in arguments)
    if kind is OperationKind.IF:
        chosen = _evaluate(arguments[0], figures)
        return None if chosen is None else _evaluate(arguments[1 if chosen else 2], figures)
    values = [_evaluate(argument, figures) for argument in arguments]
    if kind is OperationKind.ANY:
        return 1 if any(values) else None if None in values else 0
    if kind is OperationKind.ALL:
        return 0 if 0 in values else None if None in values else 1
    known: list[Number] = [value for value in values if value is not None]
    return _calculate(kind, known) if len(known) == len(values) else None


def _calculate(kind: OperationKind, values: Sequence[Number]) -> Number | None:
    """Calculate an operation whose arguments are all known; None for a quotient by 0."""
    first, last = values[0], values[-1]
    with localcontext(_QUOTIENT_CONTEXT):
        match kind:
            case OperationKind.ADD:
                return sum(values)
            case OperationKind.MULTIPLY:
                return first * last
            case OperationKind.DIVIDE:
                return Decimal(first) / Decimal(last) if last else None
            case OperationKind.ABS:
                return first if first >= 0 else -first
            case OperationKind.MIN | OperationKind.MAX:
                ordered = sorted(values)
                return ordered[0 if kind is OperationKind.MIN else -1]
            case OperationKind.NOT:
                return 0 if first else 1
    return round_half_up(first, int(last))


def _evaluate(argument: Side | Comparison, figures: _Figures) -> Number | None:
    """Evaluate a side; of a comparison, 1 if it holds and 0 if not."""
    if not isinstance(argument, Comparison):
        return evaluate_side(argument, figures.values, figures.previous, missing_as_zero=figures.zero)
    left, right = (_evaluate(side, figures) for side in argument.sides)
    if left is None or right is None:
        return None
    return int(_COMPARISONS[argument.operator](left, right))
