"""Remove columns that only number the rows of a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, groupby

from xltool.published.documents.document import Block
from xltool.published.labels.text_stream import normalize_text

MIN_NUMBERED_ROWS = 4  # consecutively numbered up to the end of the table


def remove_row_numbers(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks without row number columns at either end of a table."""
    for table, members in groupby(blocks, key=lambda piece: piece.table):
        kept = list(members)
        if table:
            rows = [list(row) for _, row in groupby(kept, key=lambda piece: (piece.page, piece.row))]
            counted = {id(piece) for end in (0, -1) for piece in _consecutive_cells([row[end] for row in rows])}
            kept = [piece for piece in kept if id(piece) not in counted]
        yield from kept


def _consecutive_cells(ends: Sequence[Block]) -> list[Block]:
    """Return the end cells of all rows from the first number on, if they are numbered consecutively.

    The last row may lack its number: a document may break off there.
    """
    numbered = list(dropwhile(lambda piece: not _digits_only(piece), ends))
    first = int(_digits_only(numbered[0])) if numbered else 0
    wrong = [at for at, piece in enumerate(numbered) if _digits_only(piece) != str(first + at)]
    if wrong and wrong != [len(numbered) - 1]:
        return []
    counted = numbered[: wrong[0]] if wrong else numbered
    return counted if len(counted) >= MIN_NUMBERED_ROWS else []


def _digits_only(piece: Block) -> str:
    text = normalize_text(piece.text)
    return text if text.isascii() and text.isdigit() else ""
