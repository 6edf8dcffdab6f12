"""Describe what a relation calculates or demands where it is no plain sum: operations and conditions, as facts."""

from collections.abc import Mapping
from typing import NamedTuple

from xltool.checks.figure_facts import MAX_TERMS_LISTED, FigureFacts, measure_figure, shorten_quotient
from xltool.forms.expressions import evaluate_side
from xltool.model.expression import Comparison, LinearExpression, Operation, OperationKind, Side
from xltool.model.finding_facts import Calculation, ComparedSides, JoinedConditions, Quantity, SideFact, Word
from xltool.model.form import Cell, CellKind, Number

_TRUE = LinearExpression((), 1)
_LOGIC = {OperationKind.ANY: OperationKind.ALL, OperationKind.ALL: OperationKind.ANY}
_OPPOSITES = {"==": "!=", "!=": "==", "<=": ">", ">": "<=", ">=": "<", "<": ">="}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def is_condition(comparison: Comparison) -> bool:
    """Return True if it is made of other comparisons, joined by ``and``, ``or``, ``not``, ``if`` or in a chain."""
    left = comparison.left
    return (
        isinstance(left, Operation)
        and comparison.right == _TRUE
        and (left.kind in {*_LOGIC, OperationKind.NOT} or isinstance(left.arguments[-1], Comparison))
    )


def find_word_cell(side: Side, cells: Mapping[str, Cell]) -> Cell | None:
    """Return the cell of a side that is a single choice or date; None for any other side."""
    if isinstance(side, Operation) or side.constant or len(side.terms) != 1 or side.terms[0].coefficient != 1:
        return None
    cell = cells[side.terms[0].cell]
    return cell if cell.choices or cell.kind is CellKind.DATE else None


def choose_operator_words(cell: Cell | None) -> str:
    """Return the group of the words of operators beside a choice, a date or, without cell, a number."""
    if cell is None:
        return "operator"
    return "operator_date" if cell.kind is CellKind.DATE else "operator_word"


class RelationFacts(NamedTuple):
    """Describes sides and conditions of relations; ``zero``: a missing figure counts as 0."""

    figures: FigureFacts
    zero: bool = False

    def describe_side(self, side: Side, unit: str = "") -> SideFact | Calculation:
        """Describe one side: its figures and their sum (in ``unit``), or what is calculated from which."""
        if isinstance(side, LinearExpression):
            return self.figures.describe_side(side, missing_as_zero=self.zero, unit=unit)
        total = Quantity(shorten_quotient(self._evaluate(side)))
        if len(side.terms) > MAX_TERMS_LISTED:
            return Calculation(side.kind, (), total, self.figures.list_ranges_of(side))
        if side.kind is OperationKind.IF:
            test, body, otherwise = side.arguments
            assert isinstance(test, Comparison)  # as parsed
            chosen, reason = (body, test) if self._holds(test) else (otherwise, negate_comparison(test))
            return Calculation(side.kind, (self.describe_argument(chosen), self.describe_condition(reason)), total)
        return Calculation(side.kind, tuple(map(self.describe_argument, side.arguments)), total)

    def describe_argument(
        self, argument: Side | Comparison
    ) -> "SideFact | Calculation | ComparedSides | JoinedConditions":
        """Describe an argument of an operation."""
        return self.describe_condition(argument) if isinstance(argument, Comparison) else self.describe_side(argument)

    def describe_demand(self, comparison: Comparison) -> ComparedSides | JoinedConditions:
        """Describe a violated condition; of several that must all hold, those that do not."""
        if is_condition(comparison) and isinstance(comparison.left, Operation):
            kind, arguments = comparison.left.kind, comparison.left.arguments
            broken = [part for part in arguments if isinstance(part, Comparison) and not self._holds(part)]
            if kind is OperationKind.ALL and len(broken) == 1:
                return self.describe_demand(broken[0])
            if kind is OperationKind.ALL and broken:
                return JoinedConditions(kind, tuple(map(self.describe_condition, broken)))
        return self.describe_condition(comparison)

    def describe_condition(self, comparison: Comparison) -> ComparedSides | JoinedConditions:
        """Describe a condition with the figures that it compares; of ``if`` only the branch that applies."""
        if not (is_condition(comparison) and isinstance(comparison.left, Operation)):
            return self._describe_comparison(comparison)
        kind = comparison.left.kind
        parts = [part for part in comparison.left.arguments if isinstance(part, Comparison)]
        if kind is OperationKind.NOT:
            return self.describe_condition(negate_comparison(parts[0]))
        if kind is OperationKind.IF:
            test, body, otherwise = parts
            parts = [test, body] if self._holds(test) else [negate_comparison(test), otherwise]
        return JoinedConditions(kind, tuple(map(self.describe_condition, parts)))

    def _describe_comparison(self, comparison: Comparison) -> ComparedSides:
        left, operator, right = put_constant_right(comparison)
        cell = find_word_cell(left, self.figures.context.form.cells)
        words = Word(choose_operator_words(cell), operator)
        return ComparedSides(self.describe_side(left), words, self.describe_limit(right, cell))

    def describe_limit(self, side: Side, cell: Cell | None) -> SideFact | Calculation | Quantity:
        """Describe what a side is compared with; a constant beside the choice or date ``cell`` as its word."""
        if isinstance(side, Operation) or side.terms:
            return self.describe_side(side)
        return measure_figure(side.constant, cell) if cell else Quantity(side.constant)

    def _evaluate(self, side: Side) -> Number | None:
        return evaluate_side(side, self.figures.values, self.figures.context.previous, missing_as_zero=self.zero)

    def _holds(self, comparison: Comparison) -> bool:
        return self._evaluate(Operation(OperationKind.ALL, (comparison,))) == 1


def put_constant_right(comparison: Comparison) -> Comparison:
    """Return the comparison with its sides exchanged if its left side is a constant, else as it is."""
    left, operator, right = comparison
    return comparison if left.terms else Comparison(right, _MIRRORED.get(operator, operator), left)


def negate_comparison(comparison: Comparison) -> Comparison:
    """Return the comparison that holds where this one does not."""
    if not (is_condition(comparison) and isinstance(comparison.left, Operation)):
        return comparison._replace(operator=_OPPOSITES[comparison.operator])
    kind, parts = comparison.left.kind, comparison.left.arguments
    if kind is OperationKind.NOT and isinstance(parts[0], Comparison):
        return parts[0]
    kept = parts[:1] if kind is OperationKind.IF else ()
    negated = [negate_comparison(part) for part in parts[len(kept) :] if isinstance(part, Comparison)]
    return Comparison(Operation(_LOGIC.get(kind, kind), (*kept, *negated)), "==", _TRUE)
