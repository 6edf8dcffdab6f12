"""Assign tokens to cells by count (one token per cell) or by known table columns."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from xltool.model.form import Cell
from xltool.published.figures.row_tokens import RowTokens, Token, TokenKind
from xltool.published.labels.text_stream import TextStream, normalize_text

_THOUSANDS = re.compile(r"\d[,\uff0c\u3001]\d{3}(?!\d)")


def read_by_count(field: RowTokens) -> list[Token] | None:
    """Return one token per cell if the counts match: in the first complete table row, else in all tokens; else None."""
    asked = len(field.cells)
    holding = [row for row in field.rows if any(token.kind is TokenKind.FIGURE for token in row)]
    empty: list[Token] = []
    for row in field.rows:
        if len(row) >= asked > len(empty):
            return _read_row(row, field.cells)
        if row in holding or len(empty) >= asked:
            break
        empty += row
    if len(empty) >= asked:
        return empty[:asked]
    if len(holding) == 1 and (tokens := _read_row(holding[0], field.cells)):
        return tokens
    full = field.full
    if len(full) == asked:
        return full
    apart = not field.same_row and len(field.tokens) == asked and all(token.whole for token in field.tokens)
    return list(field.tokens) if apart else _split_listed(full, asked)


def _read_row(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    full = [token for token in tokens if token.kind is TokenKind.FIGURE]
    asked, width = len(cells), sum(cell.box.columns for cell in cells)
    if len(tokens) == asked:
        return list(tokens)
    if len(tokens) == width and (spread := _read_spanned_row(tokens, cells)):
        return spread
    if len(full) == asked:
        return full
    if not full and len(tokens) >= asked:
        return list(tokens[:asked])
    return _split_listed(full, asked)


def _read_spanned_row(tokens: Sequence[Token], cells: Sequence[Cell]) -> list[Token] | None:
    """Read one token per grid column; of a cell that spans several, the first, if the others agree."""
    found = []
    at = 0
    for cell in cells:
        group = tokens[at : at + cell.box.columns]
        at += cell.box.columns
        full = [token for token in group if token.kind is TokenKind.FIGURE]
        if full and (full[0] is not group[0] or len({normalize_text(token.text) for token in full}) > 1):
            return None
        found.append(group[0])
    return found


def _split_listed(full: Sequence[Token], asked: int) -> list[Token] | None:
    """Split several figures in one cell at white space or commas, unless a comma separates thousands."""
    for separator in (None, ",", "\uff0c", "\u3001"):
        if separator and any(_THOUSANDS.search(token.text) for token in full):
            return None
        parts = [Token(part, TokenKind.FIGURE, token.block) for token in full for part in token.text.split(separator)]
        if len(parts) == asked > len(full) and all(part.text.strip() for part in parts):
            return parts
    return None


class RowShape(NamedTuple):
    """The shape of a table row: table id, column of its label, and last column."""

    table: str
    label_column: int
    last_column: int


ColumnsByShape = dict[RowShape, tuple[int, ...]]


def learn_columns(
    stream: TextStream, fields: Sequence[RowTokens], direct: Sequence[list[Token] | None]
) -> ColumnsByShape:
    """Return the figure columns of each row shape on which all complete rows agree.

    A row of another shape has other spans or is incomplete, so that its columns may differ; unless complete rows with
    labels in several columns agree, as in tables with correct spans.
    """
    seen: dict[RowShape, set[tuple[int, ...]]] = {}
    for field, tokens in zip(fields, direct, strict=True):
        if (
            field.same_row
            and tokens
            and len(tokens) > 1
            and all(t.whole and t.kind is TokenKind.FIGURE for t in tokens)
        ):
            columns = tuple(stream.blocks[token.block].column for token in tokens)
            seen.setdefault(_row_shape(stream, field), set()).add(columns)
    known = {shape: next(iter(columns)) for shape, columns in seen.items() if len(columns) == 1}
    for table in {shape.table for shape in known}:
        alike = {(columns, shape.last_column) for shape, columns in known.items() if shape.table == table}
        labels = {shape.label_column for shape in known if shape.table == table}
        if len(alike) == 1 and len(labels) > 1:
            columns, last = next(iter(alike))
            known |= {RowShape(table, label, last): columns for label in range(1, max(labels) + 1)}
    return known


def _row_shape(stream: TextStream, field: RowTokens) -> RowShape:
    last = max(stream.blocks[token.block].column for token in field.same_row)
    return RowShape(field.anchor.table, stream.blocks[field.piece].column, last)


def read_by_column(stream: TextStream, field: RowTokens, columns_by_shape: ColumnsByShape) -> list[Token] | None:
    """Return the tokens of a row in the columns learned from other rows; an empty token where one is missing."""
    row = field.same_row
    columns = columns_by_shape.get(_row_shape(stream, field)) if row else None
    if columns is None or len(columns) != len(field.cells):
        return None
    at = {stream.blocks[token.block].column: token for token in row if token.whole}
    full = {column for column, token in at.items() if token.kind is TokenKind.FIGURE}
    if len(at) != len(row) or not full <= set(columns):
        return None
    empty = row[0]._replace(text="", kind=TokenKind.EMPTY)
    return [at.get(column, empty) for column in columns]
