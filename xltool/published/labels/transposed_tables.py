"""Tables that lie on their side: what the form prints as lines stands in columns, and the columns as lines.

Such a table is that of a form with its rows and columns exchanged, and read as one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from xltool.model.form import Box, Form, Table
from xltool.published.figures.row_tokens import What, figures_between, tokens_between
from xltool.published.labels.align_labels import Placed
from xltool.published.labels.text_stream import Stream

FEWEST_LINES = 3  # of a table, found without figures, before it is taken to lie
MOST_FILLED = 1 / 3  # of its lines may have figures behind them

_SIGNS = frozenset(" ,.+-/")  # that part labels as well


def lying(found: Stream, places: Sequence[Placed]) -> Iterator[str]:
    """Tables whose lines follow each other with no figures between: they are the head of something else."""
    filled: dict[str, list[bool]] = {}
    for place, following in pairwise(places):
        if place.anchor.cells and place.anchor.table == following.anchor.table:
            tokens = tokens_between(found, place.end, following.start)
            figures = (token.text for token in tokens if token.what is What.FIGURE)
            filled.setdefault(place.anchor.table, []).append(any(not _SIGNS.issuperset(figure) for figure in figures))
    for table, lines in filled.items():
        if len(lines) >= FEWEST_LINES and sum(lines) <= MOST_FILLED * len(lines):
            yield table


def is_filled(found: Stream, places: Sequence[Placed], tables: Collection[str]) -> bool:
    """Whether some tables have as many figures behind each line as it asks for, or are tables of cells.

    Text drawn out of a page by columns looks like a table on its side, but for that.
    """
    return all(
        found.pieces[found.owner[place.start]].table
        or figures_between(found, place.end, following.start) == len(place.anchor.cells)
        for place, following in pairwise(places)
        if place.anchor.cells and place.anchor.table in tables
    )


def tipped(form: Form, tables: Collection[str]) -> Form:
    """The form with some of its tables on their side."""
    return replace(
        form,
        tables=tuple(_tipped(table) if table.id in tables else table for table in form.tables),
        digest="/".join((form.digest, *sorted(tables))),
    )


def _tipped(table: Table) -> Table:
    return replace(
        table,
        rows=table.columns,
        columns=table.rows,
        labels=tuple(label._replace(box=_exchanged(label.box), alone="") for label in table.labels),
        cells=tuple(
            sorted((replace(cell, box=_exchanged(cell.box)) for cell in table.cells), key=lambda cell: cell.box)
        ),
    )


def _exchanged(box: Box) -> Box:
    return Box(box.column, box.row, box.columns, box.rows)
