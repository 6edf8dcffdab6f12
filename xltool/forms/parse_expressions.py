"""Parse relations: comparisons over cell ids, written in Python's expression syntax.

Python itself parses them (`ast`; nothing is executed). ``table.line`` stands for every column of a line,
``table.each.column`` for every line of a column: such a relation expands into one relation for each. Sums, differences
and whole multiples of figures become linear expressions; everything else becomes an `Operation`.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xltool.forms.lists.aggregates import find_aggregate
from xltool.forms.misspelt_operators import has_misspelt_operator
from xltool.forms.vocabulary import (
    OPERATOR_TEXTS,
    ExpressionError,
    Vocabulary,
    dotted_name,
    expand_range,
    find_unknown_names,
    number_of_word,
    resolve_name,
)
from xltool.model.expression import Comparison, LinearExpression, Operation, OperationKind, Side, Term
from xltool.model.form import Number

MAX_ROUND_DECIMALS = 10
_TRUE = LinearExpression((), 1)
_EARLIER = {"previous": False, "same_period_last_year": True}
_FUNCTIONS = {
    "abs": (OperationKind.ABS, 1, 1),
    "min": (OperationKind.MIN, 2, 99),
    "max": (OperationKind.MAX, 2, 99),
    "ratio": (OperationKind.DIVIDE, 2, 2),
    "round": (OperationKind.ROUND, 2, 2),
    "count": (OperationKind.COUNT, 1, 99),
}


@dataclass(frozen=True, slots=True)
class _SideVector:
    """Sides by column id or by line id; a scalar has one under ""."""

    axis: str
    parts: Mapping[str, Side]


class RelationInstance(NamedTuple):
    """One relation expanded from a definition; ``member`` is its line or column id, "" for a scalar."""

    axis: str
    member: str
    expect: Comparison
    when: tuple[Comparison, ...]


def expand_relation(expect: str, when: str | None, vocabulary: Vocabulary) -> tuple[RelationInstance, ...]:
    """Expand ``expect``, with its condition ``when``, into one instance a line or column. Raises ExpressionError."""
    wanted = _parse_condition(_parse_expression(expect), vocabulary)
    asked = [_parse_condition(part, vocabulary) for part in _split_conjunction(when)] if when else []
    for condition, text in ((wanted, expect), *((each, when or "") for each in asked)):
        if not any(side.terms for comparison in condition.parts.values() for side in comparison.sides):
            raise ExpressionError("no_cell", text)
    axis, indices = _find_common_axis([wanted, *asked])
    return tuple(
        RelationInstance(axis, index, _select(wanted, index), tuple(_select(each, index) for each in asked))
        for index in indices
    )


def find_mistakes(expect: str, when: str | None, vocabulary: Vocabulary) -> tuple[ExpressionError, ...]:
    """Return every mistake of ``expect`` and of ``when``: all unknown names, or the first of another kind in each."""
    found: list[ExpressionError] = []
    for text in (expect, when or ""):
        if text:
            try:
                tree = _parse_expression(text)
                _parse_condition(tree, vocabulary)
            except ExpressionError as error:
                unknown = find_unknown_names(tree, vocabulary) if error.problem == "unknown_name" else []
                found += unknown or [error]
    return tuple(found)


def parse_linear(text: str, vocabulary: Vocabulary) -> LinearExpression:
    """Parse a scalar linear expression. Raises ExpressionError."""
    axis, parts = parse_linears(text, vocabulary)
    if axis:
        raise ExpressionError("not_single", text)
    return parts[""]


def parse_linears(text: str, vocabulary: Vocabulary) -> tuple[str, Mapping[str, LinearExpression]]:
    """Parse a linear expression; return its axis ("column", "line" or "") and its parts by id ("" for a scalar).

    Raises ExpressionError.
    """
    vector = _evaluate_node(_parse_expression(text), vocabulary)
    linear = {key: part for key, part in vector.parts.items() if isinstance(part, LinearExpression)}
    if len(linear) < len(vector.parts):
        raise ExpressionError("not_allowed", text)
    return vector.axis, linear


def _parse_expression(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        problem = "operator_misspelt" if has_misspelt_operator(text) else "not_parsed"
        raise ExpressionError(problem, text) from error


# --- conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ConditionVector:
    """Conditions by column id or by line id; a scalar has one under ""."""

    axis: str
    parts: Mapping[str, Comparison]


def _select(vector: _ConditionVector, index: str) -> Comparison:
    return vector.parts[index] if vector.axis else vector.parts[""]


def _split_conjunction(text: str) -> list[ast.expr]:
    tree = _parse_expression(text)
    return tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]


def _parse_condition(node: ast.expr, vocabulary: Vocabulary) -> _ConditionVector:
    """Parse a comparison, or comparisons joined by ``and``, ``or``, ``not``, ``if`` or in a chain."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATOR_TEXTS:
            return _compare(left, OPERATOR_TEXTS[type(op)], right, vocabulary)
        case ast.Compare(left=left, ops=ops, comparators=sides) if len(ops) > 1:
            pairs = zip([left, *sides[:-1]], ops, sides, strict=True)
            links = [ast.Compare(left=one, ops=[op], comparators=[other]) for one, op, other in pairs]
            return _join(OperationKind.ALL, [_parse_condition(link, vocabulary) for link in links])
        case ast.BoolOp(op=op, values=values):
            kind = OperationKind.ALL if isinstance(op, ast.And) else OperationKind.ANY
            return _join(kind, [_parse_condition(value, vocabulary) for value in values])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _join(OperationKind.NOT, [_parse_condition(operand, vocabulary)])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _join(OperationKind.IF, [_parse_condition(part, vocabulary) for part in (test, body, orelse)])
    raise ExpressionError("not_comparison", ast.unparse(node))


def _join(kind: OperationKind, conditions: Sequence[_ConditionVector]) -> _ConditionVector:
    axis, indices = _find_common_axis(conditions)
    return _ConditionVector(
        axis,
        {
            index: Comparison(Operation(kind, tuple(_select(each, index) for each in conditions)), "==", _TRUE)
            for index in indices
        },
    )


def _compare(left_node: ast.expr, symbol: str, right_node: ast.expr, vocabulary: Vocabulary) -> _ConditionVector:
    if isinstance(left_node, ast.Constant) and isinstance(left_node.value, str):
        mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(symbol, symbol)
        return _compare(right_node, mirrored, left_node, vocabulary)
    one = _evaluate_node(left_node, vocabulary)
    if isinstance(right_node, ast.Constant) and isinstance(right_node.value, str):
        word = right_node.value
        parts = {
            index: Comparison(part, symbol, LinearExpression((), _number_of_word(part, word, vocabulary)))
            for index, part in one.parts.items()
        }
        return _ConditionVector(one.axis, parts)
    other = _evaluate_node(right_node, vocabulary)
    axis, indices = _find_common_axis([one, other])
    return _ConditionVector(
        axis,
        {index: Comparison(_select_part(one, index), symbol, _select_part(other, index)) for index in indices},
    )


def _number_of_word(side: Side, word: str, vocabulary: Vocabulary) -> int:
    """Return the number a word stands for beside a single choice or date. Raises ExpressionError."""
    return number_of_word(vocabulary.find_cell_or_column(side.terms[0].cell) if len(side.terms) == 1 else None, word)


def _find_common_axis(vectors: Sequence["_SideVector | _ConditionVector"]) -> tuple[str, tuple[str, ...]]:
    shapes = {(vector.axis, tuple(vector.parts)): vector for vector in vectors if vector.axis}
    if len(shapes) > 1:
        ranges = tuple(tuple(map(_find_first_cell, vector.parts.values())) for vector in shapes.values())
        raise ExpressionError("different_axes", ranges=ranges)
    return next(iter(shapes), ("", ("",)))


def _find_first_cell(compared: Side | Comparison) -> str:
    """Return the id of the first figure of a side or of a comparison; "" for constants."""
    sides = compared.sides if isinstance(compared, Comparison) else (compared,)
    return next((term.cell for side in sides for term in side.terms), "")


def _select_part(vector: _SideVector, index: str) -> Side:
    return vector.parts[index] if vector.axis else vector.parts[""]


def _evaluate_node(node: ast.expr, vocabulary: Vocabulary) -> _SideVector:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _constant(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _multiply(_constant(-1), _evaluate_node(operand, vocabulary))
        case ast.BinOp(left=left, right=right):
            return _evaluate_operator(node, _evaluate_node(left, vocabulary), _evaluate_node(right, vocabulary))
        case ast.Call(func=ast.Name(), keywords=[]):
            return _evaluate_call(node, vocabulary)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = _parse_condition(test, vocabulary)
            sides = [_evaluate_node(part, vocabulary) for part in (body, orelse)]
            return _operate(OperationKind.IF, sides, [condition])
        case ast.Attribute() | ast.Name():
            return _named_vector(dotted_name(node), vocabulary)
    raise ExpressionError("not_allowed", ast.unparse(node))


def _constant(number: float) -> _SideVector:
    value: Number = number if isinstance(number, int) else Decimal(repr(number))
    return _SideVector("", {"": LinearExpression((), value)})


def _evaluate_operator(node: ast.BinOp, left_vector: _SideVector, right_vector: _SideVector) -> _SideVector:
    match node.op:
        case ast.Add():
            return _add_vectors([left_vector, right_vector])
        case ast.Sub():
            return _add_vectors([left_vector, _multiply(_constant(-1), right_vector)])
        case ast.Mult():
            return _multiply(left_vector, right_vector)
        case ast.Div():
            return _operate(OperationKind.DIVIDE, [left_vector, right_vector])
        case ast.Mod():
            return _take_remainder(node, left_vector, right_vector)
    raise ExpressionError("not_allowed", ast.unparse(node))


def _take_remainder(node: ast.BinOp, left_vector: _SideVector, right_vector: _SideVector) -> _SideVector:
    modulus = right_vector.parts.get("")
    whole = isinstance(modulus, LinearExpression) and not modulus.terms and isinstance(modulus.constant, int)
    if not isinstance(modulus, LinearExpression) or not whole or modulus.constant <= 0:
        raise ExpressionError("not_allowed", ast.unparse(node))

    def remainder(side: Side) -> Side:
        if not isinstance(side, LinearExpression):
            raise ExpressionError("not_allowed", ast.unparse(node))
        return side._replace(modulus=int(modulus.constant))

    return _SideVector(left_vector.axis, {key: remainder(part) for key, part in left_vector.parts.items()})


def _evaluate_call(node: ast.Call, vocabulary: Vocabulary) -> _SideVector:
    """Evaluate ``previous(…)``, ``sum(…)`` and the other functions."""
    if aggregate := find_aggregate(node, vocabulary):
        return _reference_vector("cell", aggregate, "", vocabulary)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    match node.args:
        case [argument] if name in _EARLIER:
            inner = _evaluate_node(argument, vocabulary)
            terms = [term for part in inner.parts.values() for term in part.terms]
            if any(term.previous for term in terms):
                raise ExpressionError("previous_twice", ast.unparse(node))
            if any(term.cell in vocabulary.list_columns for term in terms):
                raise ExpressionError("previous_row", ast.unparse(node))
            return _SideVector(
                inner.axis, {key: _mark_earlier(part, last_year=_EARLIER[name]) for key, part in inner.parts.items()}
            )
        case [*_] as arguments if name == "sum" and arguments:
            return _add_vectors(_list_arguments(arguments, vocabulary))
        case [*_] as arguments if name in _FUNCTIONS:
            kind, least, most = _FUNCTIONS[name]
            values = _list_arguments(arguments, vocabulary)
            if kind is OperationKind.ROUND:
                _require_decimals(node, values)
            if least <= len(values) <= most:
                return _operate(kind, values)
    raise ExpressionError("not_allowed", ast.unparse(node))


def _list_arguments(arguments: Sequence[ast.expr], vocabulary: Vocabulary) -> list[_SideVector]:
    """Evaluate arguments; ``a, ..., b`` stands for everything from a to b in the order of the form."""
    match arguments:
        case [first, ast.Constant(value=value), last] if value is ...:
            names = expand_range(dotted_name(first), dotted_name(last), vocabulary)
            return [_reference_vector(*name, vocabulary) for name in names]
    return [_evaluate_node(argument, vocabulary) for argument in arguments]


def _require_decimals(node: ast.Call, side_vectors: Sequence[_SideVector]) -> None:
    """Raise ExpressionError unless the second argument of ``round`` is a number of decimals."""
    decimals = side_vectors[-1].parts.get("") if len(side_vectors) > 1 else None
    is_number = isinstance(decimals, LinearExpression) and not decimals.terms and isinstance(decimals.constant, int)
    if not isinstance(decimals, LinearExpression) or not is_number or not 0 <= decimals.constant <= MAX_ROUND_DECIMALS:
        raise ExpressionError("not_allowed", ast.unparse(node))


# --- vectors -----------------------------------------------------------------------------------------------------


def _mark_earlier(part: Side, *, last_year: bool) -> Side:
    return _map_terms(part, lambda term: term._replace(previous=True, last_year=last_year))


def _map_terms(side: Side, change: Callable[[Term], Term]) -> Side:
    if isinstance(side, LinearExpression):
        return side._replace(terms=tuple(map(change, side.terms)))
    return Operation(side.kind, tuple(_map_argument(argument, change) for argument in side.arguments))


def _map_argument(argument: Side | Comparison, change: Callable[[Term], Term]) -> Side | Comparison:
    if isinstance(argument, Comparison):
        return Comparison(_map_terms(argument.left, change), argument.operator, _map_terms(argument.right, change))
    return _map_terms(argument, change)


def _operate(
    kind: OperationKind, vectors: Sequence[_SideVector], conditions: Sequence[_ConditionVector] = ()
) -> _SideVector:
    axis, indices = _find_common_axis([*vectors, *conditions])
    parts: dict[str, Side] = {}
    for index in indices:
        arguments = [_select(each, index) for each in conditions]
        parts[index] = Operation(kind, (*arguments, *(_select_part(each, index) for each in vectors)))
    return _SideVector(axis, parts)


def _multiply(one_vector: _SideVector, other_vector: _SideVector) -> _SideVector:
    for factor, rest in ((one_vector, other_vector), (other_vector, one_vector)):
        number = factor.parts.get("")
        is_whole = isinstance(number, LinearExpression) and not number.terms and isinstance(number.constant, int)
        is_linear = all(isinstance(part, LinearExpression) for part in rest.parts.values())
        if isinstance(number, LinearExpression) and is_whole and is_linear:
            return _scale_vector(rest, int(number.constant))
    return _operate(OperationKind.MULTIPLY, [one_vector, other_vector])


def _scale_vector(vector: _SideVector, factor: int) -> _SideVector:
    if factor == 1:
        return vector
    parts: dict[str, Side] = {
        key: LinearExpression(
            tuple(term._replace(coefficient=term.coefficient * factor) for term in part.terms),
            part.constant * factor,
            part.modulus,
        )
        for key, part in vector.parts.items()
        if isinstance(part, LinearExpression)
    }
    return _SideVector(vector.axis, parts)


def _add_vectors(vectors: Sequence[_SideVector]) -> _SideVector:
    axis, indices = _find_common_axis(vectors)
    parts: dict[str, Side] = {}
    for index in indices:
        pieces = [_select_part(vector, index) for vector in vectors]
        linear = [piece for piece in pieces if isinstance(piece, LinearExpression)]
        if any(piece.modulus for piece in linear):
            raise ExpressionError("remainder_in_sum")
        total = LinearExpression(
            tuple(term for piece in linear for term in piece.terms), sum(piece.constant for piece in linear)
        )
        others = [piece for piece in pieces if not isinstance(piece, LinearExpression)]
        parts[index] = total
        if others:
            own = (total,) if total.terms or total.constant else ()
            parts[index] = Operation(OperationKind.ADD, (*own, *others))
    return _SideVector(axis, parts)


def _named_vector(name: str, vocabulary: Vocabulary) -> _SideVector:
    return _reference_vector(*resolve_name(name, vocabulary), vocabulary)


def _reference_vector(kind: str, first: str, second: str, vocabulary: Vocabulary) -> _SideVector:
    if kind == "cell":
        return _SideVector("", {"": LinearExpression((Term(first),))})
    if kind == "line":
        return _SideVector(
            "column", {cell.column: LinearExpression((Term(cell.id),)) for cell in vocabulary.lines[first, second]}
        )
    return _SideVector(
        "line", {cell.line: LinearExpression((Term(cell.id),)) for cell in vocabulary.columns[first, second]}
    )
