"""Which token is which figure by count and place alone: as many tokens as figures, or tokens in known columns."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from xltool.model.form import Cell
from xltool.published.figures.row_tokens import Field, Token, What
from xltool.published.labels.text_stream import Stream, plain

_THOUSANDS = re.compile(r"\d[,\uff0c\u3001]\d{3}(?!\d)")


def by_count(field: Field) -> list[Token] | None:
    """The tokens one for one, where there are as many as figures: those of the first whole row of a table, else all."""
    asked = len(field.cells)
    holding = [row for row in field.rows if any(token.what is What.FIGURE for token in row)]
    empty: list[Token] = []
    for row in field.rows:
        if len(row) >= asked > len(empty):
            return _counted(row, field.cells)
        if row in holding or len(empty) >= asked:
            break
        empty += row
    if len(empty) >= asked:
        return empty[:asked]
    if len(holding) == 1 and (tokens := _counted(holding[0], field.cells)):
        return tokens
    full = field.full
    if len(full) == asked:
        return full
    apart = not field.own and len(field.tokens) == asked and all(token.whole for token in field.tokens)
    return list(field.tokens) if apart else _listed(full, asked)


def _counted(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    full = [token for token in tokens if token.what is What.FIGURE]
    asked, width = len(cells), sum(cell.box.columns for cell in cells)
    if len(tokens) == asked:
        return list(tokens)
    if len(tokens) == width and (spread := _spread(tokens, cells)):
        return spread
    if len(full) == asked:
        return full
    if not full and len(tokens) >= asked:
        return list(tokens[:asked])
    return _listed(full, asked)


def _spread(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    """One token a grid column: of a figure that spans several, what stands in the first, if no other disagrees."""
    found = []
    at = 0
    for cell in cells:
        group = tokens[at : at + cell.box.columns]
        at += cell.box.columns
        full = [token for token in group if token.what is What.FIGURE]
        if full and (full[0] is not group[0] or len({plain(token.text) for token in full}) > 1):
            return None
        found.append(group[0])
    return found


def _listed(full: Sequence[Token], asked: int) -> list[Token] | None:
    """Several figures in one cell, between white space or commas; a comma may also part the thousands of one figure."""
    for separator in (None, ",", "\uff0c", "\u3001"):
        if separator and any(_THOUSANDS.search(token.text) for token in full):
            return None
        parts = [Token(part, What.FIGURE, token.piece) for token in full for part in token.text.split(separator)]
        if len(parts) == asked > len(full) and all(part.text.strip() for part in parts):
            return parts
    return None


class Shape(NamedTuple):
    """How a row is written: the table of the form, the column of its label, and its last column."""

    table: str
    label: int
    last: int


Columns = dict[Shape, tuple[int, ...]]


def columns_of(found: Stream, fields: Sequence[Field], direct: Sequence[list[Token] | None]) -> Columns:
    """The columns figures stand in, for rows written alike, where all whole ones agree.

    A row of another shape has other spans, or is not whole, so that its figures may stand elsewhere; unless whole rows
    with labels in several columns agree, as they do in tables with their right spans.
    """
    seen: dict[Shape, set[tuple[int, ...]]] = {}
    for field, tokens in zip(fields, direct, strict=True):
        if field.own and tokens and len(tokens) > 1 and all(t.whole and t.what is What.FIGURE for t in tokens):
            columns = tuple(found.pieces[token.piece].column for token in tokens)
            seen.setdefault(_shape(found, field), set()).add(columns)
    known = {shape: next(iter(columns)) for shape, columns in seen.items() if len(columns) == 1}
    for table in {shape.table for shape in known}:
        alike = {(columns, shape.last) for shape, columns in known.items() if shape.table == table}
        labels = {shape.label for shape in known if shape.table == table}
        if len(alike) == 1 and len(labels) > 1:
            columns, last = next(iter(alike))
            known |= {Shape(table, label, last): columns for label in range(1, max(labels) + 1)}
    return known


def _shape(found: Stream, field: Field) -> Shape:
    last = max(found.pieces[token.piece].column for token in field.own)
    return Shape(field.anchor.table, found.pieces[field.piece].column, last)


def by_column(found: Stream, field: Field, known: Columns) -> list[Token] | None:
    """The tokens of a row in the columns where other rows have their figures; an empty one where there is none."""
    row = field.own
    columns = known.get(_shape(found, field)) if row else None
    if columns is None or len(columns) != len(field.cells):
        return None
    at = {found.pieces[token.piece].column: token for token in row if token.whole}
    full = {column for column, token in at.items() if token.what is What.FIGURE}
    if len(at) != len(row) or not full <= set(columns):
        return None
    empty = row[0]._replace(text="", what=What.EMPTY)
    return [at.get(column, empty) for column in columns]
