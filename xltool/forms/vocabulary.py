"""The names an expression may use, and the error of one that cannot be parsed."""

import ast
from collections.abc import Mapping

from xltool.model.form import Cell

EVERY_LINE = "each"


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
    if rest.startswith(f"{EVERY_LINE}.") and (table, rest.removeprefix(f"{EVERY_LINE}.")) in vocabulary.columns:
        meanings.append(("column", table, rest.removeprefix(f"{EVERY_LINE}.")))
    if len(meanings) != 1:
        raise ExpressionError("unknown_name", name)
    return meanings[0]


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
