"""A column that only counts the rows of a table: no form has it, and its numbers are no figures."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, groupby

from xltool.published.documents.document import Piece
from xltool.published.labels.text_stream import plain

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
    """The cells at one end of all rows from the first number on, if each is the number after the one before it.

    Where a document breaks off, its last row may have lost its number.
    """
    numbered = list(dropwhile(lambda piece: not _number(piece), ends))
    first = int(_number(numbered[0])) if numbered else 0
    wrong = [at for at, piece in enumerate(numbered) if _number(piece) != str(first + at)]
    if wrong and wrong != [len(numbered) - 1]:
        return []
    counted = numbered[: wrong[0]] if wrong else numbered
    return counted if len(counted) >= FEWEST_ROWS else []


def _number(piece: Piece) -> str:
    text = plain(piece.text)
    return text if text.isascii() and text.isdigit() else ""
