"""Transposed tables: the rows of the form are printed as columns. They are read with a transposed copy of the form."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from xltool.model.form import Box, Form, Table
from xltool.published.figures.row_tokens import TokenKind, count_figures_between, tokens_between
from xltool.published.labels.align_labels import PlacedLabel
from xltool.published.labels.text_stream import TextStream

MIN_ROWS = 3  # of a table located without figures before it may be transposed
MAX_FILLED_SHARE = 1 / 3  # of its rows may have figures

_SEPARATORS = frozenset(" ,.+-/")  # these separate labels too


def find_transposed_tables(stream: TextStream, placed_labels: Sequence[PlacedLabel]) -> Iterator[str]:
    """Yield the tables whose row headers follow each other without figures, as column headers do."""
    filled: dict[str, list[bool]] = {}
    for place, following in pairwise(placed_labels):
        if place.anchor.cells and place.anchor.table == following.anchor.table:
            tokens = tokens_between(stream, place.end, following.start)
            figures = (token.text for token in tokens if token.kind is TokenKind.FIGURE)
            filled.setdefault(place.anchor.table, []).append(
                any(not _SEPARATORS.issuperset(figure) for figure in figures)
            )
    for table, lines in filled.items():
        if len(lines) >= MIN_ROWS and sum(lines) <= MAX_FILLED_SHARE * len(lines):
            yield table


def has_figures_per_label(stream: TextStream, placed_labels: Sequence[PlacedLabel], tables: Collection[str]) -> bool:
    """Return True if each row of ``tables`` is followed by its number of figures, or is a table of cells.

    This distinguishes a transposed table from text extracted column by column.
    """
    return all(
        stream.blocks[stream.owner[place.start]].table
        or count_figures_between(stream, place.end, following.start) == len(place.anchor.cells)
        for place, following in pairwise(placed_labels)
        if place.anchor.cells and place.anchor.table in tables
    )


def transpose_tables(form: Form, tables: Collection[str]) -> Form:
    """Return the form with the given tables transposed."""
    return replace(
        form,
        tables=tuple(_transpose_table(table) if table.id in tables else table for table in form.tables),
        digest="/".join((form.digest, *sorted(tables))),
    )


def _transpose_table(table: Table) -> Table:
    return replace(
        table,
        rows=table.columns,
        columns=table.rows,
        labels=tuple(label._replace(box=_transpose_box(label.box), alone="") for label in table.labels),
        cells=tuple(
            sorted((replace(cell, box=_transpose_box(cell.box)) for cell in table.cells), key=lambda cell: cell.box)
        ),
    )


def _transpose_box(box: Box) -> Box:
    return Box(box.column, box.row, box.columns, box.rows)
