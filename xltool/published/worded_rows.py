"""Read rows that hold choices, dates or texts: by their place in the table, since their words look like labels."""

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from xltool.model.form import Cell
from xltool.published.extract import LocatedForm
from xltool.published.labels.text_stream import TextStream


def read_worded_rows(stream: TextStream, located: LocatedForm) -> dict[str, tuple[str, int]]:
    """Return text and block of every cell in a row with words, by cell id; only from tables printed as such."""
    found: dict[str, tuple[str, int]] = {}
    placed = [place for place in located.places if place.end > place.start]
    label_blocks = frozenset(stream.owner[place.end - 1] for place in placed)
    for place in placed:
        cells = place.anchor.cells
        if any(cell.is_worded for cell in cells):
            found |= _read_row(stream, stream.owner[place.end - 1], cells, label_blocks)
    for table, cells in located.outline.headless.items():
        heads = [
            stream.owner[place.end - 1]
            for place in located.places
            if place.anchor.table == table and place.anchor.above and place.end > place.start
        ]
        if heads and any(cell.is_worded for cell in cells):
            found |= _read_below(stream, heads, cells)
    return found


def _read_row(
    stream: TextStream, label: int, cells: Sequence[Cell], label_blocks: Collection[int]
) -> dict[str, tuple[str, int]]:
    """Read the cells right of a row label, up to the next label of the row; ``label_blocks`` are all labels."""
    _, table, row, column, *_ = stream.blocks[label]
    right = [number for number, block in _iterate_row(stream, table, row) if block > column]
    blocks = list(takewhile(lambda number: number not in label_blocks, right))
    return _pair_blocks(stream, blocks, cells)


def _read_below(stream: TextStream, heads: Sequence[int], cells: Sequence[Cell]) -> dict[str, tuple[str, int]]:
    """Read the rows below the column headers of a table without row labels."""
    table = stream.blocks[heads[0]].table
    first = max(stream.blocks[head].row for head in heads)
    top = min(cell.box.row for cell in cells)
    found: dict[str, tuple[str, int]] = {}
    for line in sorted({cell.box.row for cell in cells}):
        own = [cell for cell in cells if cell.box.row == line]
        blocks = [number for number, _ in _iterate_row(stream, table, first + 1 + line - top)]
        found |= _pair_blocks(stream, blocks, own)
    return found


def _iterate_row(stream: TextStream, table: int, row: int) -> Iterator[tuple[int, int]]:
    """Yield number and column of every block of one row of a table."""
    if table:
        for number, block in enumerate(stream.blocks):
            if block.table == table and block.row == row:
                yield number, block.column


def _pair_blocks(stream: TextStream, blocks: Sequence[int], cells: Sequence[Cell]) -> dict[str, tuple[str, int]]:
    """Pair blocks with cells from left to right; nothing if their numbers differ."""
    if len(blocks) != len(cells):
        return {}
    ordered = sorted(cells, key=lambda cell: cell.box.column)
    return {cell.id: (stream.blocks[block].text, block) for cell, block in zip(ordered, blocks, strict=True)}
