"""The relation language: parse, expand and evaluate.

A relation is a comparison of two linear expressions over cell ids, written in Python's expression syntax, which Python
itself parses (`ast`; nothing is executed). ``table.line`` stands for every column of a line, ``table.each.column``
for every line of a column: such a relation expands into one relation for each.
"""

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from xltool.model.form import Cell, Comparison, LinearExpression, Number, Relation, Term, Values

EVERY_LINE = "each"
_OPERATORS: tuple[tuple[type[ast.cmpop], str, Callable[[Number, Number], bool]], ...] = (
    (ast.Eq, "==", operator.eq),
    (ast.NotEq, "!=", operator.ne),
    (ast.LtE, "<=", operator.le),
    (ast.GtE, ">=", operator.ge),
    (ast.Lt, "<", operator.lt),
    (ast.Gt, ">", operator.gt),
)
_OPERATOR_TEXTS: Mapping[type[ast.cmpop], str] = {node: text for node, text, _ in _OPERATORS}
_COMPARISONS: Mapping[str, Callable[[Number, Number], bool]] = {text: compare for _, text, compare in _OPERATORS}


class ExpressionError(ValueError):
    """An expression that cannot be parsed. ``problem`` is a short code, ``part`` the text at fault."""

    def __init__(self, problem: str, part: str = "") -> None:
        super().__init__(problem, part)
        self.problem = problem
        self.part = part


class Vocabulary:
    """The names an expression may use: the cells of a form, its lines and its columns."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self.cells = cells
        self.lines: dict[tuple[str, str], list[Cell]] = {}
        self.columns: dict[tuple[str, str], list[Cell]] = {}
        self.grids: dict[str, list[Cell]] = {}
        for cell in cells.values():
            self.grids.setdefault(cell.table, []).append(cell)
            self.lines.setdefault((cell.table, cell.line), []).append(cell)
            self.columns.setdefault((cell.table, cell.column), []).append(cell)


@dataclass(frozen=True, slots=True)
class _LinearVector:
    """Linear expressions by column id or by line id; a scalar has one under ""."""

    axis: str
    parts: Mapping[str, LinearExpression]


class RelationInstance(NamedTuple):
    """One relation expanded from a definition; ``member`` is its line or column id, "" for a scalar."""

    axis: str
    member: str
    expect: Comparison
    when: tuple[Comparison, ...]


def expand_relation(expect: str, when: str | None, vocabulary: Vocabulary) -> tuple[RelationInstance, ...]:
    """Expand ``expect``, with its condition ``when``, into one instance a line or column. Raises ExpressionError."""
    comparisons = _parse_comparisons(expect, vocabulary)
    if len(comparisons) != 1:
        raise ExpressionError("not_one_comparison", expect)
    left, symbol, right = comparisons[0]
    conditions = _parse_comparisons(when, vocabulary) if when else []
    axis, indices = _find_common_axis([left, right, *(side for a, _, b in conditions for side in (a, b))])
    return tuple(
        RelationInstance(
            axis,
            index,
            Comparison(_select_part(left, index), symbol, _select_part(right, index)),
            tuple(Comparison(_select_part(a, index), sign, _select_part(b, index)) for a, sign, b in conditions),
        )
        for index in indices
    )


def parse_linear(text: str, vocabulary: Vocabulary) -> LinearExpression:
    """Parse a scalar linear expression. Raises ExpressionError."""
    vector = _evaluate_node(_parse_expression(text), vocabulary)
    if vector.axis:
        raise ExpressionError("not_single", text)
    return vector.parts[""]


def parse_linears(text: str, vocabulary: Vocabulary) -> tuple[str, Mapping[str, LinearExpression]]:
    """Parse a linear expression; return its axis ("column", "line" or "") and its parts by id ("" for a scalar).

    Raises ExpressionError.
    """
    vector = _evaluate_node(_parse_expression(text), vocabulary)
    return vector.axis, vector.parts


def _parse_expression(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError("not_parsed", text) from error


def _parse_comparisons(text: str, vocabulary: Vocabulary) -> list[tuple[_LinearVector, str, _LinearVector]]:
    tree = _parse_expression(text)
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    comparisons = []
    for part in parts:
        if not isinstance(part, ast.Compare) or len(part.ops) != 1 or type(part.ops[0]) not in _OPERATOR_TEXTS:
            raise ExpressionError("not_comparison", ast.unparse(part))
        left, right = _evaluate_node(part.left, vocabulary), _evaluate_node(part.comparators[0], vocabulary)
        if not any(side.terms for vector in (left, right) for side in vector.parts.values()):
            raise ExpressionError("no_cell", ast.unparse(part))
        comparisons.append((left, _OPERATOR_TEXTS[type(part.ops[0])], right))
    return comparisons


def _find_common_axis(vectors: Sequence[_LinearVector]) -> tuple[str, tuple[str, ...]]:
    shapes = {(vector.axis, tuple(vector.parts)) for vector in vectors if vector.axis}
    if len(shapes) > 1:
        raise ExpressionError("different_axes")
    return shapes.pop() if shapes else ("", ("",))


def _select_part(vector: _LinearVector, index: str) -> LinearExpression:
    return vector.parts[index] if vector.axis else vector.parts[""]


def _evaluate_node(node: ast.expr, vocabulary: Vocabulary) -> _LinearVector:
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return _LinearVector("", {"": LinearExpression((), number)})
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _scale_vector(_evaluate_node(operand, vocabulary), -1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            sign = -1 if isinstance(op, ast.Sub) else 1
            return _add_vectors(
                [_evaluate_node(left, vocabulary), _scale_vector(_evaluate_node(right, vocabulary), sign)]
            )
        case ast.BinOp(left=ast.Constant(value=int() as factor), op=ast.Mult(), right=right):
            return _scale_vector(_evaluate_node(right, vocabulary), factor)
        case ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int() as modulus)) if modulus > 0:
            inner = _evaluate_node(left, vocabulary)
            return _LinearVector(inner.axis, {key: part._replace(modulus=modulus) for key, part in inner.parts.items()})
        case ast.Call(func=ast.Name(), keywords=[]):
            return _evaluate_call(node, vocabulary)
        case ast.Attribute() | ast.Name():
            return _named_vector(_dotted_name(node), vocabulary)
    raise ExpressionError("not_allowed", ast.unparse(node))


def _evaluate_call(node: ast.Call, vocabulary: Vocabulary) -> _LinearVector:
    """Evaluate ``previous(…)`` and ``sum(…)``."""
    match node:
        case ast.Call(func=ast.Name(id="previous"), args=[argument], keywords=[]):
            inner = _evaluate_node(argument, vocabulary)
            if any(term.previous for part in inner.parts.values() for term in part.terms):
                raise ExpressionError("previous_twice", ast.unparse(node))
            return _LinearVector(inner.axis, {key: _mark_previous(part) for key, part in inner.parts.items()})
        case ast.Call(func=ast.Name(id="sum"), args=[first, ast.Constant(value=value), last], keywords=[]) if (
            value is ...
        ):
            return _add_vectors(
                [
                    _reference_vector(*name, vocabulary)
                    for name in _expand_range(_dotted_name(first), _dotted_name(last), vocabulary)
                ]
            )
        case ast.Call(func=ast.Name(id="sum"), args=args, keywords=[]) if args:
            return _add_vectors([_evaluate_node(argument, vocabulary) for argument in args])
    raise ExpressionError("not_allowed", ast.unparse(node))


def _mark_previous(part: LinearExpression) -> LinearExpression:
    return part._replace(terms=tuple(term._replace(previous=True) for term in part.terms))


def _scale_vector(vector: _LinearVector, factor: int) -> _LinearVector:
    if factor == 1:
        return vector
    return _LinearVector(
        vector.axis,
        {
            key: LinearExpression(
                tuple(term._replace(coefficient=term.coefficient * factor) for term in part.terms),
                part.constant * factor,
                part.modulus,
            )
            for key, part in vector.parts.items()
        },
    )


def _add_vectors(vectors: Sequence[_LinearVector]) -> _LinearVector:
    axis, indices = _find_common_axis(vectors)
    parts = {}
    for index in indices:
        pieces = [_select_part(vector, index) for vector in vectors]
        if any(piece.modulus for piece in pieces):
            raise ExpressionError("remainder_in_sum")
        parts[index] = LinearExpression(
            tuple(term for piece in pieces for term in piece.terms), sum(piece.constant for piece in pieces)
        )
    return _LinearVector(axis, parts)


def _dotted_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted_name(value)}.{attribute}"
    raise ExpressionError("not_a_name", ast.unparse(node))


def _resolve_name(name: str, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """Resolve a dotted name to ("cell", id, ""), ("line", table, line) or ("column", table, column)."""
    table, _, rest = name.partition(".")
    meanings = []
    if name in vocabulary.cells:
        meanings.append(("cell", name, ""))
    elif (table, rest) in vocabulary.lines:
        meanings.append(("line", table, rest))
    if rest.startswith(f"{EVERY_LINE}.") and (table, rest.removeprefix(f"{EVERY_LINE}.")) in vocabulary.columns:
        meanings.append(("column", table, rest.removeprefix(f"{EVERY_LINE}.")))
    if len(meanings) != 1:
        raise ExpressionError("unknown_name", name)
    return meanings[0]


def _named_vector(name: str, vocabulary: Vocabulary) -> _LinearVector:
    return _reference_vector(*_resolve_name(name, vocabulary), vocabulary)


def _reference_vector(kind: str, first: str, second: str, vocabulary: Vocabulary) -> _LinearVector:
    if kind == "cell":
        return _LinearVector("", {"": LinearExpression((Term(first),))})
    if kind == "line":
        return _LinearVector(
            "column", {cell.column: LinearExpression((Term(cell.id),)) for cell in vocabulary.lines[first, second]}
        )
    return _LinearVector(
        "line", {cell.line: LinearExpression((Term(cell.id),)) for cell in vocabulary.columns[first, second]}
    )


def _expand_range(first: str, last: str, vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    """Return all names from ``first`` to ``last`` in the order of the form."""
    start, end = _resolve_name(first, vocabulary), _resolve_name(last, vocabulary)
    if start[0] != end[0] or (start[0] != "cell" and start[1] != end[1]):
        raise ExpressionError("range_over_tables", f"sum({first}, ..., {last})")
    if start[0] == "cell":
        names = [("cell", cell, "") for cell in vocabulary.cells]
    else:
        attribute = {"line": "line", "column": "column"}[start[0]]
        ordered = dict.fromkeys(getattr(cell, attribute) for cell in vocabulary.grids[start[1]])
        names = [(start[0], start[1], name) for name in ordered]
    here, there = names.index(start), names.index(end)
    if here >= there:
        raise ExpressionError("range_backwards", f"sum({first}, ..., {last})")
    return names[here : there + 1]


# --- evaluating ------------------------------------------------------------------------------------------------


class RelationVerdict(NamedTuple):
    """The result of a relation: ``holds`` is None if a figure is missing, ``asked`` False if its condition fails."""

    holds: bool | None
    left: Number | None = None
    right: Number | None = None
    asked: bool = True


def evaluate_linear(
    side: LinearExpression, values: Values, previous: Values | None = None, *, missing_as_zero: bool = False
) -> Number | None:
    """Evaluate one side exactly; None if a figure is missing (unless ``zero``: missing counts as 0)."""
    getter = _figures_getter(side)
    if getter is not None:
        try:
            added: Number = sum(getter(values), side.constant)
            return added % side.modulus if side.modulus else added
        except (KeyError, TypeError):  # one of them is missing
            if not missing_as_zero:
                return None
    total: Number = side.constant
    for cell, coefficient, last_year in side.terms:
        value = (previous or {}).get(cell) if last_year else values.get(cell)
        if value is None:
            if not missing_as_zero or (last_year and previous is None):
                return None
            continue
        total += coefficient * value
    return total % side.modulus if side.modulus else total


@lru_cache(maxsize=8192)
def _figures_getter(side: LinearExpression) -> Callable[[Values], tuple[Number, ...]] | None:
    """Return the item getter of a plain sum of this year's figures; None for any other expression."""
    if len(side.terms) < 2 or any(term.coefficient != 1 or term.previous for term in side.terms):
        return None
    return operator.itemgetter(*(term.cell for term in side.terms))


def check_relation(relation: Relation, values: Values, previous: Values | None = None) -> RelationVerdict:
    """Evaluate a relation: whether it holds, with the values of both sides."""
    zero = relation.missing == "zero"
    for condition in relation.when:
        left, right = (
            evaluate_linear(side, values, previous, missing_as_zero=zero) for side in (condition.left, condition.right)
        )
        if left is None or right is None:
            return RelationVerdict(None)
        if not _COMPARISONS[condition.operator](left, right):
            return RelationVerdict(holds=True, asked=False)
    left = evaluate_linear(relation.expect.left, values, previous, missing_as_zero=zero)
    right = evaluate_linear(relation.expect.right, values, previous, missing_as_zero=zero)
    if left is None or right is None:
        return RelationVerdict(None, left, right)
    return RelationVerdict(_COMPARISONS[relation.expect.operator](left, right), left, right)


def recompute_figures(formulas: Iterable[Relation], inputs: Values) -> dict[str, Number | None]:
    """Return the inputs with every computed cell recomputed from them; None if a figure it needs is missing."""
    values = dict(inputs)
    for relation in formulas:
        if relation.computes is not None:
            values[relation.computes] = evaluate_linear(relation.expect.right, values)
    return values
