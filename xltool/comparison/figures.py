"""Find figures that differ between two sides, totals that follow from them, and exchanged lines or columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from xltool.comparison.sides import ComparedSide, ComparedValue, are_different, read_compared_value
from xltool.model.form import Cell, Number
from xltool.model.submission import EntryState

_MIN_EXCHANGED_PAIRS = 2  # fewer equal pairs may be chance


class FigureDifference(NamedTuple):
    """A cell that differs and the name of its table; ``follows`` if it is a total that differs only by its parts.

    Also a cell that could not be read on one side, see `Held.known`.
    """

    cell: Cell
    table: str
    left: ComparedValue
    right: ComparedValue
    follows: bool = False

    @property
    def gap(self) -> Number | None:
        """Right minus left, where both are numbers."""
        if self.left.value is None or self.right.value is None or self.cell.is_worded:
            return None
        return self.right.value - self.left.value


class Exchange(NamedTuple):
    """Two columns (or ``lines``) of a table, named ``one`` and ``other``, whose figures ``cells`` are exchanged."""

    table: str
    lines: bool
    one: str
    other: str
    cells: frozenset[str]


def find_figure_differences(
    left_side: ComparedSide, right_side: ComparedSide, cells: Sequence[str]
) -> tuple[FigureDifference, ...]:
    """Return the differences of ``cells``, including cells that could not be read on one side."""
    names = {table.id: table.name if table.printed else table.title for table in left_side.form.tables}
    summed = left_side.summed or right_side.summed
    differing = []
    for cell in cells:
        one, other = (
            read_compared_value(left_side, cell, summed=summed),
            read_compared_value(right_side, cell, summed=summed),
        )
        if _is_difference(one, other):
            shape = left_side.form.cells[cell]
            follows = (
                shape.computed
                and _matches_computed(left_side, one, cell)
                and _matches_computed(right_side, other, cell)
            )
            differing.append(FigureDifference(shape, names[shape.table], one, other, follows))
    return tuple(differing)


def find_exchanges(differing: Iterable[FigureDifference]) -> Iterator[Exchange]:
    """Yield pairs of columns and pairs of lines whose figures are exchanged completely."""
    tables: dict[str, list[FigureDifference]] = {}
    for each in differing:
        if not each.follows:
            tables.setdefault(each.cell.table, []).append(each)
    for in_table in tables.values():
        yield from _find_exchanged_lines(in_table, lines=False)
        yield from _find_exchanged_lines(in_table, lines=True)


def _is_difference(one_value: ComparedValue, other_value: ComparedValue) -> bool:
    """Return whether the values differ; an unreadable value beside a blank one is no difference."""
    if one_value.known and other_value.known:
        return are_different(one_value, other_value)
    known = one_value if one_value.known else other_value
    return known.known and known.state is not EntryState.BLANK


def _matches_computed(side: ComparedSide, side_value: ComparedValue, cell: str) -> bool:
    return side_value.known and side_value.value is not None and side_value.value == side.submission.values.get(cell)


def _find_exchanged_lines(differences: Sequence[FigureDifference], *, lines: bool) -> Iterator[Exchange]:
    rows: dict[str, dict[str, FigureDifference]] = {}
    for each in differences:
        row, across = (each.cell.line, each.cell.column) if lines else (each.cell.column, each.cell.line)
        rows.setdefault(row, {})[across] = each
    for one, other in combinations(rows, 2):
        if len(rows[one]) >= _MIN_EXCHANGED_PAIRS and _is_crosswise(rows[one], rows[other]):
            first, second = (next(iter(rows[row].values())).cell for row in (one, other))
            names = [cell.line_words if lines else cell.column_words for cell in (first, second)]
            cells = frozenset(each.cell.id for row in (one, other) for each in rows[row].values())
            yield Exchange(next(iter(rows[one].values())).table, lines, names[0], names[1], cells)


def _is_crosswise(one: Mapping[str, FigureDifference], other: Mapping[str, FigureDifference]) -> bool:
    """Return whether the left figures of each equal the right figures of the other."""
    return one.keys() == other.keys() and all(
        not are_different(one[at].left, other[at].right) and not are_different(one[at].right, other[at].left)
        for at in one
    )
