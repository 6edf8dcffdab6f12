"""Resolve the figures of all rows: directly by count and column, by equations if ambiguous, else open."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from xltool.forms.equations import Equation
from xltool.model.form import Cell, Number
from xltool.published.figures.ambiguous_rows import (
    find_complete_tables,
    find_seldom_solvable,
    find_short_tables,
    is_trusted_by_count,
    list_readings,
)
from xltool.published.figures.assign_tokens import learn_columns, read_by_column, read_by_count
from xltool.published.figures.resolve_by_equations import AmbiguousRow, resolve_readings
from xltool.published.figures.resolve_by_text import Narrative
from xltool.published.figures.row_tokens import RowTokens, Token, TokenKind
from xltool.published.figures.split_digits import parse_figure, satisfies_equations, select_equations
from xltool.published.figures.strip_annotations import strip_annotations
from xltool.published.labels.text_stream import TextStream, normalize_text

MIN_ROWS_FOR_COLUMN_ORDER = 4  # before violated equations are significant for the order of columns

_DIGITS_ON_SEVERAL_LINES = re.compile(r"[0-9]+(?:\s+[0-9]+)+")  # digits of one cell on several lines


class PrintedFigure(NamedTuple):
    """A figure as printed: its text ("" for an empty cell) and its block; ``solved`` if equations determined it."""

    cell: Cell
    text: str
    piece: int
    solved: bool = False


class ResolvedFigures(NamedTuple):
    """The figures of a document, and the rows that stay open, completely or in part."""

    printed: tuple[PrintedFigure, ...]
    open: tuple[RowTokens, ...]


class Evidence(NamedTuple):
    """Evidence for all rows: equations of the form, ids of unprinted cells, and the narrative.

    In ``disordered`` tables only figures in the table row of their label are read.
    """

    equations: Sequence[Equation]
    unprinted: Collection[str]
    disordered: Collection[str]
    narrative: Narrative


def resolve_figures(stream: TextStream, fields: Sequence[RowTokens], evidence: Evidence) -> ResolvedFigures:
    """Resolve the figures of all rows."""
    printed, waiting = _read_plain_rows(stream, fields, evidence)
    known = {each.cell.id: value for each in printed if (value := _plain_value(each)) is not None}
    known |= dict.fromkeys(evidence.unprinted, 0)
    questions = _list_ambiguous(fields, waiting, evidence)
    asked = [(field, each) for field, each in questions if each is not None]
    solved = resolve_readings([each for _, each in asked], known, evidence.equations)
    left = [field for field, each in questions if each is None]
    for (field, each), figures in zip(asked, solved, strict=True):
        printed += [
            PrintedFigure(cell, figure, field.tokens[0].block, solved=True)
            for cell, figure in zip(each.cells, figures, strict=True)
            if figure is not None
        ]
        if None in figures:
            left.append(field)
    return ResolvedFigures(tuple(printed), tuple(left))


def _read_plain_rows(
    stream: TextStream, fields: Sequence[RowTokens], evidence: Evidence
) -> tuple[list[PrintedFigure], list[RowTokens]]:
    """Return the figures determined by count or column, and the other rows."""
    short = find_short_tables(fields)
    direct = [_read_trusted_row(field, evidence, short=field.anchor.table in short) for field in fields]
    columns = learn_columns(stream, fields, direct)
    printed: list[PrintedFigure] = []
    waiting: list[RowTokens] = []
    for field, tokens in zip(fields, direct, strict=True):
        placed = tokens or read_by_column(stream, field, columns)
        if placed and any(t.kind is TokenKind.EMPTY and t.whole for t in placed) and _is_document_end(stream, placed):
            placed = None  # the last row of a document may be incomplete
        if placed is None:
            waiting.append(field)
        else:
            printed += _printed_figures(field, placed, evidence.equations)
    return printed, waiting


def _is_document_end(stream: TextStream, tokens: Sequence[Token]) -> bool:
    """Return True if nothing follows some figures in their document."""
    return max(token.block for token in tokens) == len(stream.blocks) - 1


def _read_trusted_row(field: RowTokens, evidence: Evidence, *, short: bool) -> list[Token] | None:
    if field.given:
        return list(field.tokens)
    tokens = read_by_count(field)
    if tokens is None or field.scattered:
        return None
    if field.rows:
        return tokens
    if field.anchor.table in evidence.disordered:
        return None
    apart = len({token.block for token in tokens}) > 1
    if evidence.disordered and apart and not select_equations(field.cells, evidence.equations):
        return None
    return (
        tokens
        if is_trusted_by_count(field, tokens, evidence.equations, short=short or bool(evidence.disordered))
        else None
    )


def _printed_figures(
    field: RowTokens, tokens: Sequence[Token], equations: Sequence[Equation]
) -> Iterator[PrintedFigure]:
    """Yield the figures of a row; digits wrapped within a cell are joined if the equation of the row then holds."""
    texts = [token.text for token in tokens]
    joined = ["".join(text.split()) if _DIGITS_ON_SEVERAL_LINES.fullmatch(text.strip()) else text for text in texts]
    if joined != texts:
        own = select_equations(field.cells, equations)
        proven = (
            all(map(normalize_text, joined))
            and own
            and satisfies_equations(list(map(normalize_text, joined)), field.cells, own)
        )
        texts = joined if proven else texts
    for cell, token, text in zip(field.cells, tokens, texts, strict=True):
        yield PrintedFigure(cell, text, token.block, solved=field.deduced or text != token.text)


def _plain_value(each: PrintedFigure) -> Number | None:
    """Return the value of a plain figure, else None."""
    signs = normalize_text(strip_annotations(each.text, each.cell)).replace(",", "")
    try:
        return parse_figure(signs) if signs else None
    except (ArithmeticError, ValueError):
        return None


def _list_ambiguous(
    fields: Sequence[RowTokens], waiting: Sequence[RowTokens], evidence: Evidence
) -> list[tuple[RowTokens, AmbiguousRow | None]]:
    """Return each undecided row with its possible readings, None where none can be trusted."""
    whole = find_complete_tables(fields)
    asked: list[tuple[RowTokens, AmbiguousRow | None]] = []
    for field in waiting:
        is_unreliable = field.scattered or field.anchor.table in evidence.disordered
        ways = None if is_unreliable else list_readings(field, evidence.equations, whole=field.anchor.table in whole)
        asked.append((field, evidence.narrative.narrow_readings(ways, evidence.equations) if ways else None))
    doubtful = find_seldom_solvable(asked)
    return [(field, None if field.anchor.table in doubtful else ways) for field, ways in asked]


def find_unbalanced_tables(printed: Iterable[PrintedFigure], equations: Sequence[Equation]) -> tuple[str, ...]:
    """Return the tables in which most non-zero rows violate their own equation: their columns are in another order."""
    kept: dict[str, list[bool]] = {}
    values: dict[str, Number] = {}
    lines: dict[str, tuple[str, str]] = {}
    for each in printed:
        if (value := _plain_value(each)) is not None:
            values[each.cell.id] = value
            lines[each.cell.id] = (each.cell.table, each.cell.line)
    for equation in equations:
        owners = {lines.get(cell) for cell in equation.terms}
        line = owners.pop() if len(owners) == 1 else None
        if line and any(values[cell] for cell in equation.terms):
            total = equation.residual(values)
            kept.setdefault(line[0], []).append(total == 0)
    return tuple(
        table for table, held in kept.items() if len(held) >= MIN_ROWS_FOR_COLUMN_ORDER and 2 * sum(held) < len(held)
    )
