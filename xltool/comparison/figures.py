"""In which figures two sides differ, and what that comes from: totals that follow, lines or columns exchanged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from xltool.comparison.sides import Held, Side, differ, held
from xltool.model.form import Cell, Number
from xltool.model.submission import State

_LEAST = 2  # pairs of figures before an exchange of lines or columns is more than chance


class FigureDifference(NamedTuple):
    """A cell that differs, and what its table is called; ``follows`` if it is a total of which only the parts differ.

    Also a cell that only one side is known to hold: see `Held.known`.
    """

    cell: Cell
    table: str
    left: Held
    right: Held
    follows: bool = False

    @property
    def gap(self) -> Number | None:
        """Right minus left, where both are numbers."""
        return None if self.left.value is None or self.right.value is None else self.right.value - self.left.value


class Exchange(NamedTuple):
    """Two columns (or ``lines``) of a table, called ``one`` and ``other``, whose figures changed places: ``cells``."""

    table: str
    lines: bool
    one: str
    other: str
    cells: frozenset[str]


def differences(left: Side, right: Side, cells: Sequence[str]) -> tuple[FigureDifference, ...]:
    """Every cell of ``cells`` that does not hold the same, and every one of which that cannot be said."""
    names = {table.id: table.name if table.printed else table.title for table in left.form.tables}
    summed = left.summed or right.summed
    found = []
    for cell in cells:
        one, other = held(left, cell, summed=summed), held(right, cell, summed=summed)
        if _to_be_told(one, other):
            shape = left.form.cells[cell]
            follows = shape.computed and _adds_up(left, one, cell) and _adds_up(right, other, cell)
            found.append(FigureDifference(shape, names[shape.table], one, other, follows))
    return tuple(found)


def exchanges(differing: Iterable[FigureDifference]) -> Iterator[Exchange]:
    """Columns and lines that changed places with each other, whole."""
    tables: dict[str, list[FigureDifference]] = {}
    for each in differing:
        if not each.follows:
            tables.setdefault(each.cell.table, []).append(each)
    for found in tables.values():
        yield from _exchanged(found, lines=False)
        yield from _exchanged(found, lines=True)


def _to_be_told(one: Held, other: Held) -> bool:
    """Where one side is not known, it need not be told that the other is blank."""
    if one.known and other.known:
        return differ(one, other)
    known = one if one.known else other
    return known.known and known.state is not State.BLANK


def _adds_up(side: Side, found: Held, cell: str) -> bool:
    return found.known and found.value is not None and found.value == side.submission.values.get(cell)


def _exchanged(found: Sequence[FigureDifference], *, lines: bool) -> Iterator[Exchange]:
    rows: dict[str, dict[str, FigureDifference]] = {}
    for each in found:
        row, across = (each.cell.line, each.cell.column) if lines else (each.cell.column, each.cell.line)
        rows.setdefault(row, {})[across] = each
    for one, other in combinations(rows, 2):
        if len(rows[one]) >= _LEAST and _crosswise(rows[one], rows[other]):
            first, second = (next(iter(rows[row].values())).cell for row in (one, other))
            names = [cell.line_words if lines else cell.column_words for cell in (first, second)]
            cells = frozenset(each.cell.id for row in (one, other) for each in rows[row].values())
            yield Exchange(next(iter(rows[one].values())).table, lines, names[0], names[1], cells)


def _crosswise(one: Mapping[str, FigureDifference], other: Mapping[str, FigureDifference]) -> bool:
    """Whether each figure of one stands on the other side in the place of the other."""
    return one.keys() == other.keys() and all(
        not differ(one[at].left, other[at].right) and not differ(one[at].right, other[at].left) for at in one
    )
