"""A column that only counts the rows of a table: no form has it, and its numbers are no figures."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, groupby

from xltool.intake.reports.pieces import Piece
from xltool.intake.reports.stream import plain

FEWEST_ROWS = 4  # counted one after the other, to the end of the table


def without_row_numbers(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a document without columns, at either end of a table, that count its rows."""
    for table, members in groupby(pieces, key=lambda piece: piece.table):
        kept = list(members)
        if table:
            rows = [list(row) for _, row in groupby(kept, key=lambda piece: (piece.page, piece.row))]
            counted = {id(piece) for end in (0, -1) for piece in _counting([row[end] for row in rows])}
            kept = [piece for piece in kept if id(piece) not in counted]
        yield from kept


def _counting(ends: Sequence[Piece]) -> list[Piece]:
    """The cells at one end of all rows from the first number on, if each is the number after the one before it."""
    numbered = list(dropwhile(lambda piece: not _number(piece), ends))
    first = int(_number(numbered[0])) if numbered else 0
    expected = [str(first + at) for at in range(len(numbered))]
    return numbered if len(numbered) >= FEWEST_ROWS and [_number(piece) for piece in numbered] == expected else []


def _number(piece: Piece) -> str:
    text = plain(piece.text)
    return text if text.isascii() and text.isdigit() else ""
