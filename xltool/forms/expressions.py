"""The relation language: parse once; expand, evaluate, print as an Excel formula.

A relation is a comparison of two linear expressions over cell ids, written in Python's expression syntax, which Python
itself parses (`ast`; nothing is ever executed). ``table.line`` stands for every column of a line, ``table.each.column``
for every line of a column: such a relation expands into one relation for each.
"""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from xltool.forms.places import place
from xltool.model.form import Cell, Comparison, Linear, Number, Relation, Term, Values

EACH = "each"
_OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
}
_HOLDS: Mapping[str, Callable[[Number, Number], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}


class ExpressionError(ValueError):
    """An expression that cannot be understood. ``problem`` is a short code, ``part`` the words at fault."""

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
class _Vector:
    """Linear expressions by index: by column id, by line id, or just one under "" (a scalar)."""

    axis: str
    parts: Mapping[str, Linear]


class Instance(NamedTuple):
    """One relation out of a definition: ``member`` is the line or column id it was expanded for, "" if it was not."""

    axis: str
    member: str
    expect: Comparison
    when: tuple[Comparison, ...]


def expand(expect: str, when: str | None, words: Vocabulary) -> tuple[Instance, ...]:
    """Every relation that ``expect`` (asked for only ``when``) stands for. Raises ExpressionError."""
    comparisons = _parse(expect, words)
    if len(comparisons) != 1:
        raise ExpressionError("not_one_comparison", expect)
    left, operator, right = comparisons[0]
    conditions = _parse(when, words) if when else []
    axis, indices = _common_axis([left, right, *(side for a, _, b in conditions for side in (a, b))])
    return tuple(
        Instance(
            axis,
            index,
            Comparison(_at(left, index), operator, _at(right, index)),
            tuple(Comparison(_at(a, index), sign, _at(b, index)) for a, sign, b in conditions),
        )
        for index in indices
    )


def linear(text: str, words: Vocabulary) -> Linear:
    """One linear expression without lines or columns left open. Raises ExpressionError."""
    vector = _value(_tree(text), words)
    if vector.axis:
        raise ExpressionError("not_single", text)
    return vector.parts[""]


def linears(text: str, words: Vocabulary) -> tuple[str, Mapping[str, Linear]]:
    """One linear expression and what it leaves open: column or line, with one for each; or nothing, with one under "".

    Raises ExpressionError.
    """
    vector = _value(_tree(text), words)
    return vector.axis, vector.parts


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError("not_parsed", text) from error


def _parse(text: str, words: Vocabulary) -> list[tuple[_Vector, str, _Vector]]:
    tree = _tree(text)
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    comparisons = []
    for part in parts:
        if not isinstance(part, ast.Compare) or len(part.ops) != 1 or type(part.ops[0]) not in _OPERATORS:
            raise ExpressionError("not_comparison", ast.unparse(part))
        left, right = _value(part.left, words), _value(part.comparators[0], words)
        if not any(side.terms for vector in (left, right) for side in vector.parts.values()):
            raise ExpressionError("no_cell", ast.unparse(part))
        comparisons.append((left, _OPERATORS[type(part.ops[0])], right))
    return comparisons


def _common_axis(vectors: Sequence[_Vector]) -> tuple[str, tuple[str, ...]]:
    shapes = {(vector.axis, tuple(vector.parts)) for vector in vectors if vector.axis}
    if len(shapes) > 1:
        raise ExpressionError("different_axes")
    return shapes.pop() if shapes else ("", ("",))


def _at(vector: _Vector, index: str) -> Linear:
    return vector.parts[index] if vector.axis else vector.parts[""]


def _value(node: ast.expr, words: Vocabulary) -> _Vector:
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return _Vector("", {"": Linear((), number)})
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _scaled(_value(operand, words), -1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            sign = -1 if isinstance(op, ast.Sub) else 1
            return _added([_value(left, words), _scaled(_value(right, words), sign)])
        case ast.BinOp(left=ast.Constant(value=int() as factor), op=ast.Mult(), right=right):
            return _scaled(_value(right, words), factor)
        case ast.BinOp(left=left, op=ast.Mod(), right=ast.Constant(value=int() as modulus)) if modulus > 0:
            inner = _value(left, words)
            return _Vector(inner.axis, {key: part._replace(modulus=modulus) for key, part in inner.parts.items()})
        case ast.Call(func=ast.Name(id="previous"), args=[argument], keywords=[]):
            inner = _value(argument, words)
            return _Vector(inner.axis, {key: _of_last_year(part) for key, part in inner.parts.items()})
        case ast.Call(func=ast.Name(id="sum"), args=[first, ast.Constant(value=value), last], keywords=[]) if (
            value is ...
        ):
            return _added([_reference(*name, words) for name in _range(_dotted(first), _dotted(last), words)])
        case ast.Call(func=ast.Name(id="sum"), args=args, keywords=[]) if args:
            return _added([_value(argument, words) for argument in args])
        case ast.Attribute() | ast.Name():
            return _named(_dotted(node), words)
    raise ExpressionError("not_allowed", ast.unparse(node))


def _of_last_year(part: Linear) -> Linear:
    return part._replace(terms=tuple(term._replace(previous=True) for term in part.terms))


def _scaled(vector: _Vector, factor: int) -> _Vector:
    if factor == 1:
        return vector
    return _Vector(
        vector.axis,
        {
            key: Linear(
                tuple(term._replace(coefficient=term.coefficient * factor) for term in part.terms),
                part.constant * factor,
                part.modulus,
            )
            for key, part in vector.parts.items()
        },
    )


def _added(vectors: Sequence[_Vector]) -> _Vector:
    axis, indices = _common_axis(vectors)
    parts = {}
    for index in indices:
        pieces = [_at(vector, index) for vector in vectors]
        if any(piece.modulus for piece in pieces):
            raise ExpressionError("remainder_in_sum")
        parts[index] = Linear(
            tuple(term for piece in pieces for term in piece.terms), sum(piece.constant for piece in pieces)
        )
    return _Vector(axis, parts)


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute}"
    raise ExpressionError("not_a_name", ast.unparse(node))


def _resolve(name: str, words: Vocabulary) -> tuple[str, str, str]:
    """What a dotted name means: ("cell", id, ""), ("line", table, line) or ("column", table, column)."""
    table, _, rest = name.partition(".")
    meanings = []
    if name in words.cells:
        meanings.append(("cell", name, ""))
    elif (table, rest) in words.lines:
        meanings.append(("line", table, rest))
    if rest.startswith(f"{EACH}.") and (table, rest.removeprefix(f"{EACH}.")) in words.columns:
        meanings.append(("column", table, rest.removeprefix(f"{EACH}.")))
    if len(meanings) != 1:
        raise ExpressionError("unknown_name", name)
    return meanings[0]


def _named(name: str, words: Vocabulary) -> _Vector:
    return _reference(*_resolve(name, words), words)


def _reference(kind: str, first: str, second: str, words: Vocabulary) -> _Vector:
    if kind == "cell":
        return _Vector("", {"": Linear((Term(first),))})
    if kind == "line":
        return _Vector("column", {cell.column: Linear((Term(cell.id),)) for cell in words.lines[first, second]})
    return _Vector("line", {cell.line: Linear((Term(cell.id),)) for cell in words.columns[first, second]})


def _range(first: str, last: str, words: Vocabulary) -> list[tuple[str, str, str]]:
    """All names from ``first`` to ``last`` in the order of the form."""
    start, end = _resolve(first, words), _resolve(last, words)
    if start[0] != end[0] or (start[0] != "cell" and start[1] != end[1]):
        raise ExpressionError("range_over_tables", f"sum({first}, ..., {last})")
    if start[0] == "cell":
        names = [("cell", cell, "") for cell in words.cells]
    else:
        attribute = {"line": "line", "column": "column"}[start[0]]
        ordered = dict.fromkeys(getattr(cell, attribute) for cell in words.grids[start[1]])
        names = [(start[0], start[1], name) for name in ordered]
    here, there = names.index(start), names.index(end)
    if here >= there:
        raise ExpressionError("range_backwards", f"sum({first}, ..., {last})")
    return names[here : there + 1]


# --- evaluating ------------------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What a relation came to: ``holds`` is None while a figure is missing, ``asked`` False when its `when` fails."""

    holds: bool | None
    left: Number | None = None
    right: Number | None = None
    asked: bool = True


def evaluate(side: Linear, values: Values, previous: Values | None = None, *, zero: bool = False) -> Number | None:
    """The value of one side, exactly; None while a figure is missing (unless ``zero``: missing counts as 0)."""
    figures = _sums.get(id(side)) or _sum_of(side)
    if figures.side is side and figures.taken is not None:
        try:
            added: Number = sum(figures.taken(values), side.constant)
            return added % side.modulus if side.modulus else added
        except (KeyError, TypeError):  # one of them is missing
            if not zero:
                return None
    total: Number = side.constant
    for cell, coefficient, last_year in side.terms:
        value = (previous or {}).get(cell) if last_year else values.get(cell)
        if value is None:
            if not zero or (last_year and previous is None):
                return None
            continue
        total += coefficient * value
    return total % side.modulus if side.modulus else total


class _Sum(NamedTuple):
    """A side, and what takes its figures out of all; None where it is more than a sum of this year's."""

    side: Linear
    taken: Callable[[Values], tuple[Number, ...]] | None


_sums: dict[int, _Sum] = {}  # by identity, which holds as long as the side is held here
_MOST_SUMS = 10_000


def _sum_of(side: Linear) -> _Sum:
    plain = len(side.terms) > 1 and all(term.coefficient == 1 and not term.previous for term in side.terms)
    made = _Sum(side, itemgetter(*(term.cell for term in side.terms)) if plain else None)
    if len(_sums) < _MOST_SUMS:
        _sums[id(side)] = made
    return made


def verdict(relation: Relation, values: Values, previous: Values | None = None) -> Verdict:
    """Whether the relation holds, with both sides."""
    zero = relation.missing == "zero"
    for condition in relation.when:
        left, right = (evaluate(side, values, previous, zero=zero) for side in (condition.left, condition.right))
        if left is None or right is None:
            return Verdict(None)
        if not _HOLDS[condition.operator](left, right):
            return Verdict(True, asked=False)
    left = evaluate(relation.expect.left, values, previous, zero=zero)
    right = evaluate(relation.expect.right, values, previous, zero=zero)
    if left is None or right is None:
        return Verdict(None, left, right)
    return Verdict(_HOLDS[relation.expect.operator](left, right), left, right)


def recompute(formulas: Iterable[Relation], inputs: Values) -> dict[str, Number | None]:
    """All figures: the inputs, and every computed cell from them; None where a figure it needs is missing."""
    values = dict(inputs)
    for relation in formulas:
        if relation.computes is not None:
            values[relation.computes] = evaluate(relation.expect.right, values)
    return values


# --- printing --------------------------------------------------------------------------------------------------


def to_excel(
    side: Linear, where: Callable[[str], tuple[str, str]], previous: Values | None = None, sheet: str = ""
) -> str:
    """One side as an Excel formula without ``=``; ``where`` gives sheet and address of a cell id.

    Adjoining cells become ranges. References to ``sheet`` itself carry no sheet name. Last year's figures are
    written as numbers, since no returned workbook may depend on another file.
    """
    pieces: list[tuple[int, str]] = []
    constant: Number = side.constant
    for coefficient in dict.fromkeys(term.coefficient for term in side.terms):
        here = [term for term in side.terms if term.coefficient == coefficient]
        constant += sum(coefficient * ((previous or {}).get(term.cell) or 0) for term in here if term.previous)
        ranges = _ranges([where(term.cell) for term in here if not term.previous])
        pieces += [(coefficient, f"{_prefix(name, sheet)}{span}") for name, span in ranges]
    text = "".join(_signed(coefficient, reference) for coefficient, reference in pieces)
    if constant or not text:
        text += f"{constant:+f}" if isinstance(constant, Decimal) else f"{constant:+d}"
    text = text.removeprefix("+")
    return f"MOD({text},{side.modulus})" if side.modulus else text


def _signed(coefficient: int, reference: str) -> str:
    sign = "-" if coefficient < 0 else "+"
    factor = "" if abs(coefficient) == 1 else f"{abs(coefficient)}*"
    return f"{sign}{factor}{f'SUM({reference})' if ':' in reference else reference}"


def _prefix(name: str, sheet: str) -> str:
    return "" if name == sheet else f"{quoted(name)}!"


def quoted(sheet: str) -> str:
    """A sheet name as formulas write it."""
    return sheet if sheet.isalpha() else "'" + sheet.replace("'", "''") + "'"


def _ranges(places: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same places with runs down a column, or along a row, drawn together."""
    runs: list[tuple[str, list[tuple[int, int, str]]]] = []
    for name, spot in places:
        row, column = place(spot)
        run = runs[-1][1] if runs and runs[-1][0] == name else None
        if run and _continues(run, row, column):
            run.append((row, column, spot))
        else:
            runs.append((name, [(row, column, spot)]))
    return [(name, run[0][2] if len(run) == 1 else f"{run[0][2]}:{run[-1][2]}") for name, run in runs]


def _continues(run: Sequence[tuple[int, int, str]], row: int, column: int) -> bool:
    last_row, last_column, _ = run[-1]
    step = (row - last_row, column - last_column)
    if len(run) == 1:
        return step in {(1, 0), (0, 1)}
    return step == (last_row - run[-2][0], last_column - run[-2][1])
