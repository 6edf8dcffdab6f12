"""The names an expression may use, and the error of one that cannot be parsed."""

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

from xltool.forms.cell_kinds import serial_day
from xltool.model.form import Cell, CellKind
from xltool.model.list_table import ListTable

EVERY_LINE = "each"
EVERY_ROW = "row"
OPERATOR_TEXTS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
}


class ExpressionError(ValueError):
    """An expression that cannot be parsed. ``problem`` is a short code, ``part`` the text at fault.

    ``ranges`` are the ids of the figures of each side, where the sides are of different lines or columns.
    """

    def __init__(self, problem: str, part: str = "", ranges: tuple[tuple[str, ...], ...] = ()) -> None:
        super().__init__(problem, part)
        self.problem = problem
        self.part = part
        self.ranges = ranges


class Vocabulary:
    """The names an expression may use: the cells of a form, its lines and columns, and the columns of its lists.

    ``aggregates`` are the figures of lists that expressions named, in the order of their use.
    """

    def __init__(self, cells: Mapping[str, Cell], lists: Iterable[ListTable] = ()) -> None:
        self.cells = dict(cells)
        self.lists = {table.id: table for table in lists}
        self.list_columns = {column.id: column for table in self.lists.values() for column in table.columns}
        self.aggregates: dict[str, Cell] = {}
        self.lines: dict[tuple[str, str], list[Cell]] = {}
        self.columns: dict[tuple[str, str], list[Cell]] = {}
        self.grids: dict[str, list[Cell]] = {}
        for cell in cells.values():
            self.grids.setdefault(cell.table, []).append(cell)
            self.lines.setdefault((cell.table, cell.line), []).append(cell)
            self.columns.setdefault((cell.table, cell.column), []).append(cell)

    def find_cell_or_column(self, name: str) -> Cell:
        """Return a cell of the form or a column of a list by id. Raises KeyError."""
        return self.cells[name] if name in self.cells else self.list_columns[name]

    def add_aggregate(self, cell: Cell) -> str:
        """Add a figure computed from a list, if it is new; return its id."""
        if cell.id not in self.cells:
            self.cells[cell.id] = self.aggregates[cell.id] = cell
        return cell.id


def dotted_name(node: ast.expr) -> str:
    """Return the name an expression spells. Raises ExpressionError for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted_name(value)}.{attribute}"
    raise ExpressionError("not_a_name", ast.unparse(node))


def resolve_name(name: str, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """Resolve a dotted name to ("cell", id, ""), ("line", table, line) or ("column", table, column)."""
    table, _, rest = name.partition(".")
    meanings = []
    if name in vocabulary.cells:
        meanings.append(("cell", name, ""))
    elif (table, rest) in vocabulary.lines:
        meanings.append(("line", table, rest))
    column = f"{table}.{rest.removeprefix(f'{EVERY_ROW}.')}"
    if rest.startswith(f"{EVERY_ROW}.") and column in vocabulary.list_columns:
        meanings.append(("cell", column, ""))
    if rest.startswith(f"{EVERY_LINE}.") and (table, rest.removeprefix(f"{EVERY_LINE}.")) in vocabulary.columns:
        meanings.append(("column", table, rest.removeprefix(f"{EVERY_LINE}.")))
    if len(meanings) != 1:
        raise ExpressionError("unknown_name", name)
    return meanings[0]


def find_unknown_names(tree: ast.expr, vocabulary: Vocabulary) -> list[ExpressionError]:
    """Return one error for each name in an expression that stands for nothing."""
    inner: set[int] = set()  # names of functions, and parts of dotted names
    errors: dict[str, ExpressionError] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            inner.add(id(node.func))
        if isinstance(node, ast.Attribute):
            inner.add(id(node.value))
        if id(node) in inner or not isinstance(node, ast.Name | ast.Attribute):
            continue
        try:
            name = dotted_name(node)
            if name not in vocabulary.lists and name not in vocabulary.list_columns:
                resolve_name(name, vocabulary)
        except ExpressionError as error:
            errors.setdefault(error.part, error)
    return list(errors.values())


def expand_range(first: str, last: str, vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    """Return all names from ``first`` to ``last`` in the order of the form."""
    start, end = resolve_name(first, vocabulary), resolve_name(last, vocabulary)
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


def number_of_word(cell: Cell | None, word: str) -> int:
    """Return the number a word stands for beside a choice or date. Raises ExpressionError."""
    if cell is not None and cell.kind is CellKind.CHOICE and not cell.choices:
        return 1  # that it has no words is told already
    if cell is not None and cell.choices:
        if word not in cell.choices:
            raise ExpressionError("not_a_choice", word)
        return cell.choices.index(word) + 1
    if cell is not None and cell.kind is CellKind.DATE:
        with suppress(ValueError):
            return serial_day(date.fromisoformat(word))
    raise ExpressionError("not_a_word", word)
