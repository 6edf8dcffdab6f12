"""The figures behind the labels: plain where count and place tell them, solved where only relations do, else open."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from xltool.model.form import Cell, Number
from xltool.published.figures.ambiguous_rows import question, seldom_solved, short_tables, trusted, whole_tables
from xltool.published.figures.assign_tokens import by_column, by_count, columns_of
from xltool.published.figures.resolve_by_equations import Question, answers
from xltool.published.figures.resolve_by_text import Narrative
from xltool.published.figures.row_tokens import Field, Token, What
from xltool.published.figures.split_digits import Balance, holds, number, within
from xltool.published.figures.strip_annotations import bare
from xltool.published.labels.text_stream import Stream, plain

FEWEST_LINES = 4  # with figures, before their equations say anything about the order of columns

_BROKEN = re.compile(r"[0-9]+(?:\s+[0-9]+)+")  # digits of one cell on several lines


class Printed(NamedTuple):
    """A figure as found: its text (empty for an empty cell) and its piece; ``solved`` if it had to be worked out."""

    cell: Cell
    text: str
    piece: int
    solved: bool = False


class Filled(NamedTuple):
    """The figures of a document, and the fields whose figures stay open, wholly or in part."""

    printed: tuple[Printed, ...]
    open: tuple[Field, ...]


class Evidence(NamedTuple):
    """What is known beside the fields: equations of the form, cells that are not printed, and the text.

    Of ``disordered`` tables, whose lines are out of order, only what stands in one row with its label is read.
    """

    equations: Sequence[Balance]
    silent: Collection[str]
    disordered: Collection[str]
    narrative: Narrative


def fill(found: Stream, fields: Sequence[Field], evidence: Evidence) -> Filled:
    """The figures of all fields."""
    printed, waiting = _plainly(found, fields, evidence)
    known = {each.cell.id: value for each in printed if (value := _value(each)) is not None}
    known |= dict.fromkeys(evidence.silent, 0)
    questions = _questions(fields, waiting, evidence)
    asked = [(field, each) for field, each in questions if each is not None]
    solved = answers([each for _, each in asked], known, evidence.equations)
    left = [field for field, each in questions if each is None]
    for (field, each), figures in zip(asked, solved, strict=True):
        printed += [
            Printed(cell, figure, field.tokens[0].piece, solved=True)
            for cell, figure in zip(each.cells, figures, strict=True)
            if figure is not None
        ]
        if None in figures:
            left.append(field)
    return Filled(tuple(printed), tuple(left))


def _plainly(found: Stream, fields: Sequence[Field], evidence: Evidence) -> tuple[list[Printed], list[Field]]:
    """What count and place tell, and the fields they do not."""
    short = short_tables(fields)
    direct = [_trusted_tokens(field, evidence, field.anchor.table in short) for field in fields]
    columns = columns_of(found, fields, direct)
    printed: list[Printed] = []
    waiting: list[Field] = []
    for field, tokens in zip(fields, direct, strict=True):
        placed = tokens or by_column(found, field, columns)
        if placed and any(t.what is What.EMPTY and t.whole for t in placed) and _ends(found, placed):
            placed = None  # the last row of a document may have lost cells, so that an empty one tells nothing
        if placed is None:
            waiting.append(field)
        else:
            printed += _as_printed(field, placed, evidence.equations)
    return printed, waiting


def _ends(found: Stream, tokens: Sequence[Token]) -> bool:
    """Whether nothing stands behind some figures in their document."""
    return max(token.piece for token in tokens) == len(found.pieces) - 1


def _trusted_tokens(field: Field, evidence: Evidence, short: bool) -> list[Token] | None:
    if field.given:
        return list(field.tokens)
    tokens = by_count(field)
    if tokens is None or field.scattered:
        return None
    if field.rows:
        return tokens
    if field.anchor.table in evidence.disordered:
        return None
    apart = len({token.piece for token in tokens}) > 1
    if evidence.disordered and apart and not within(field.cells, evidence.equations):
        return None
    return tokens if trusted(field, tokens, evidence.equations, short or bool(evidence.disordered)) else None


def _as_printed(field: Field, tokens: Sequence[Token], equations: Sequence[Balance]) -> Iterator[Printed]:
    """The figures of a line; those broken over the lines of a cell are drawn together if its equation then holds."""
    texts = [token.text for token in tokens]
    joined = ["".join(text.split()) if _BROKEN.fullmatch(text.strip()) else text for text in texts]
    if joined != texts:
        own = within(field.cells, equations)
        proven = all(map(plain, joined)) and own and holds(list(map(plain, joined)), field.cells, own)
        texts = joined if proven else texts
    for cell, token, text in zip(field.cells, tokens, texts, strict=True):
        yield Printed(cell, text, token.piece, solved=text != token.text)


def _value(each: Printed) -> Number | None:
    """The value of a plainly written figure; None for anything else."""
    signs = plain(bare(each.text, each.cell)).replace(",", "")
    try:
        return number(signs) if signs else None
    except (ArithmeticError, ValueError):
        return None


def _questions(
    fields: Sequence[Field], waiting: Sequence[Field], evidence: Evidence
) -> list[tuple[Field, Question | None]]:
    """For each waiting field the ways it can be read; None where none can be trusted."""
    whole = whole_tables(fields)
    asked: list[tuple[Field, Question | None]] = []
    for field in waiting:
        shut = field.scattered or field.anchor.table in evidence.disordered
        ways = None if shut else question(field, evidence.equations, field.anchor.table in whole)
        asked.append((field, evidence.narrative.narrowed(ways, evidence.equations) if ways else None))
    doubtful = seldom_solved(asked)
    return [(field, None if field.anchor.table in doubtful else ways) for field, ways in asked]


def most_unbalanced(printed: Iterable[Printed], equations: Sequence[Balance]) -> tuple[str, ...]:
    """Tables in which most lines that hold anything break their own equation: their columns stand in another order."""
    kept: dict[str, list[bool]] = {}
    values: dict[str, Number] = {}
    lines: dict[str, tuple[str, str]] = {}
    for each in printed:
        if (value := _value(each)) is not None:
            values[each.cell.id] = value
            lines[each.cell.id] = (each.cell.table, each.cell.line)
    for equation in equations:
        owners = {lines.get(cell) for cell, _ in equation.terms}
        line = owners.pop() if len(owners) == 1 else None
        if line and any(values[cell] for cell, _ in equation.terms):
            total = sum(coefficient * values[cell] for cell, coefficient in equation.terms) + equation.constant
            kept.setdefault(line[0], []).append(total == 0)
    return tuple(table for table, held in kept.items() if len(held) >= FEWEST_LINES and 2 * sum(held) < len(held))
