"""Columns that stand in another order than on the form: the labels above the figures say which is which.

Only where these labels are cells of a table, or parts of one line, is their order that of the figures; text that was
drawn out of a page has an order of its own.
"""

from collections.abc import Iterable, Mapping, Sequence

from xltool.model.form import Cell, Label, Table
from xltool.published.figures.assign_tokens import by_count
from xltool.published.figures.row_tokens import Field
from xltool.published.figures.split_digits import Balance, holds, within
from xltool.published.labels.text_stream import Stream, plain


def in_printed_order(
    found: Stream, table: Table, fields: Sequence[Field], start: int, equations: Sequence[Balance]
) -> tuple[Field, ...] | None:
    """The fields of a table with their cells in the order of the labels above them, from ``start`` on.

    None if the labels do not tell an order, or only the form's own; or if the figures break their equations in it.
    """
    turned = []
    for field in fields:
        order = _order(found, table, field.cells, start, found.starts[field.piece])
        turned.append(field._replace(cells=order) if order else field)
    changed = any(new.cells != old.cells for new, old in zip(turned, fields, strict=True))
    return tuple(turned) if changed and _balanced(turned, equations) else None


def _order(found: Stream, table: Table, cells: Sequence[Cell], start: int, stop: int) -> tuple[Cell, ...]:
    """The cells of a line as the labels above them stand, or nothing."""
    above = {cell: _above(table, cell) for cell in cells}
    places = _places(found, {label for labels in above.values() for label in labels}, start, stop)
    leaves = [labels[-1] for labels in above.values() if labels]
    if len(set(leaves)) < len(cells) or len(cells) < 2 or not all(label in places for label in leaves):
        return ()
    pieces = {found.owner[places[label]] for label in leaves}
    if len(pieces) > 1 and not all(found.pieces[piece].table for piece in pieces):
        return ()
    return tuple(sorted(cells, key=lambda cell: [places[label] for label in above[cell] if label in places]))


def _above(table: Table, cell: Cell) -> list[Label]:
    """The labels above a cell, from the top, up to the next figures."""
    rows = {other.box.row for other in table.cells if other.box.column == cell.box.column}
    over = [
        label
        for label in table.labels
        if label.box.column <= cell.box.column < label.box.column + label.box.columns and label.box.row < cell.box.row
    ]
    nearest = max((label.box.row for label in over), default=0)
    figures = max((row for row in rows if row < nearest), default=0)
    return sorted((label for label in over if label.box.row > figures), key=lambda label: label.box.row)


def _places(found: Stream, labels: Iterable[Label], start: int, stop: int) -> Mapping[Label, int]:
    """Where each label stands first between two places; what lies within a longer one is not it."""
    text = found.text[start:stop]
    places = {}
    for label in sorted(labels, key=lambda label: -len(label.text)):
        words = plain(label.text)
        at = text.find(words)
        if at >= 0:
            places[label] = start + at
            text = text.replace(words, "\0" * len(words))
    return places


def _balanced(fields: Sequence[Field], equations: Sequence[Balance]) -> bool:
    """Whether most lines that hold more than zeros keep their own equation, if they have one."""
    kept = []
    for field in fields:
        tokens, own = by_count(field), within(field.cells, equations)
        if tokens is not None and own and any(set(plain(token.text)) - set("0") for token in tokens):
            kept.append(holds([plain(token.text) for token in tokens], field.cells, own))
    proven = any(within(field.cells, equations) for field in fields)
    return 2 * sum(kept) > len(kept) if proven else True
