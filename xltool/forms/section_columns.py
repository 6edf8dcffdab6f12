"""Columns of a section's sheet: tables one below the other share them, each keeping the widths of its own columns."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise, zip_longest
from typing import NamedTuple

from xltool.model.form import Box, Table

MAX_JOINED_CHARACTERS = 2.0  # boundaries of two tables that are nearer are one boundary


class SectionColumns(NamedTuple):
    """The columns of a sheet: their widths, in characters, and of each table (by id) where its columns begin.

    The last number of a table, one more than it has columns, is the column behind it. Columns count from 1.
    """

    widths: tuple[float, ...]
    starts: Mapping[str, tuple[int, ...]]

    def place_box(self, table_id: str, box: Box, rows_above: int) -> Box:
        """Return the rectangle of the sheet that a rectangle of a table fills."""
        starts = self.starts[table_id]
        first, behind = starts[box.column - 1], starts[box.column - 1 + box.columns]
        return Box(box.row + rows_above, first, box.rows, behind - first)

    def list_widths(self, table_id: str) -> tuple[float, ...]:
        """Return the width of each column of a table on the sheet."""
        starts = self.starts[table_id]
        return tuple(sum(self.widths[first - 1 : behind - 1]) for first, behind in pairwise(starts))


def plan_section_columns(tables: Sequence[Table]) -> SectionColumns:
    """Plan the columns of the sheet of one or more tables.

    A table whose definition gives no widths has the columns of the first table; any other has its own, which are cut
    out of finer columns of the sheet.
    """
    common = _align_widths(tables)
    edges = [0.0]
    by_table: dict[str, list[float]] = {}
    for table in tables:
        own = tables[0] is not table and table.own_widths
        bounds = list(accumulate(table.widths if own else common[: table.columns], initial=0.0))
        by_table[table.id] = joined = _join_edges(bounds, edges)
        edges = sorted({*edges, *joined})
    columns = {edge: number for number, edge in enumerate(edges, start=1)}
    widths = tuple(behind - edge for edge, behind in pairwise(edges))
    if len(tables) == 1:  # exactly as given, without the rounding of sums
        widths = tables[0].widths
    starts = {table: tuple(columns[edge] for edge in bounds) for table, bounds in by_table.items()}
    return SectionColumns(widths, starts)


def _align_widths(tables: Sequence[Table]) -> list[float]:
    """Return the widths of the columns that tables without widths of their own share with the first."""
    first, *others = tables
    common = list(first.widths)
    for table in others:
        if not table.own_widths:
            pairs = zip_longest(common, table.widths, fillvalue=0.0)
            common = [given if given and first.own_widths else max(given, wanted) for given, wanted in pairs]
    return common


def _join_edges(bounds: Sequence[float], edges: Sequence[float]) -> list[float]:
    """Return the boundaries of a table, each moved to one of ``edges`` that is very near; their order stays."""
    joined: list[float] = []
    for bound in bounds:
        nearest = min(edges, key=lambda edge: abs(edge - bound))
        near = abs(nearest - bound) <= MAX_JOINED_CHARACTERS and (not joined or nearest > joined[-1])
        joined.append(nearest if near else max(bound, joined[-1] + 1.0) if joined else bound)
    return joined
