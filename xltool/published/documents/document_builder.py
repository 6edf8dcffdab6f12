"""Collect text and table cells into blocks while a document is read; compute the row and column of each cell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from xltool.errors import UnreadableFileError
from xltool.forms.published_wording import load_published_wording
from xltool.published.documents.document import MAX_BLOCKS, Block

MAX_SPAN = 200  # columns or rows one cell may span

_BLANK = re.compile(r"[ \t\r\n\f\v]+")


@dataclass
class _OpenTable:
    """An open table: the position of its next cell, and the columns covered by cells of rows above."""

    number: int
    row: int = 0
    column: int = 1
    covered_until: dict[int, int] = field(default_factory=dict)  # column -> last row covered by a cell from above


@dataclass
class _OpenCell:
    """An open cell; ``column`` is its first one, ``has_nested_table`` true once a table has been read in it."""

    row: int
    column: int
    lines: list[str] = field(default_factory=list)
    has_nested_table: bool = False


class DocumentBuilder:
    """Receives text, paragraph ends, tables, rows and cells in document order; builds the blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._chunks: list[str] = []
        self._tables: list[_OpenTable] = []
        self._cells: list[_OpenCell | None] = [None]  # open cell per open table; the first is outside
        self._table_count = self._paragraph_count = 0

    @property
    def in_cell(self) -> bool:
        """Whether a table cell is open."""
        return self._cells[-1] is not None

    def add_text(self, chunk: str) -> None:
        """Add text to the current paragraph."""
        if chunk:
            self._chunks.append(chunk)

    def add_raised_text(self, chunk: str) -> None:
        """Add superscript or subscript text: a note mark is put in brackets, an exponent of a unit is kept as it is."""
        mark = chunk.strip().strip("[]()\uff08\uff09\u3014\u3015")
        before = next((text[-1] for chunk in reversed(self._chunks) if (text := chunk.rstrip())), "")
        exponent = before in load_published_wording().figures.lengths or (before.isascii() and before.isalpha())
        self.add_text(f"[{mark}]" if mark and not exponent else chunk)

    def end_paragraph(self, level: int = 0) -> None:
        """End the current paragraph or line; ``level`` is that of a heading, else 0."""
        if not self._chunks:
            return
        cell = self._cells[-1]
        line = _join_chunks(self._chunks, in_cell=cell is not None)
        self._chunks = []
        if cell is not None:
            if line:
                cell.lines.append(line)
        elif line.strip():
            self._paragraph_count += 1
            self._add(Block(line.strip(), 0, self._paragraph_count, level=level))

    def last_heading_index(self) -> int | None:
        """Index of the last block if it is a heading, else None."""
        return len(self._blocks) - 1 if self._blocks and self._blocks[-1].level else None

    def end_container(self, headings: Iterable[int]) -> None:
        """End the container element of the headings with these block indexes."""
        self.end_paragraph()
        for place in headings:
            self._blocks[place] = self._blocks[place]._replace(until=self._paragraph_count)

    def open_table(self) -> None:
        """Open a table; text already read in an enclosing cell becomes a block before it."""
        self.end_paragraph()
        cell = self._cells[-1]
        if cell is not None:
            cell.has_nested_table = True
            self._flush(cell)
        self._table_count += 1
        self._tables.append(_OpenTable(self._table_count))
        self._cells.append(None)

    def close_table(self) -> None:
        """Close the innermost table."""
        self.close_cell()
        self.end_paragraph()
        if self._tables:
            self._tables.pop()
            self._cells.pop()

    def open_row(self) -> None:
        """Open the next row."""
        self.close_cell()
        self.end_paragraph()
        if self._tables:
            table = self._tables[-1]
            table.row, table.column = table.row + 1, 1

    def open_cell(self, columns: int = 1, rows: int = 1) -> None:
        """Open the next cell, which spans ``columns`` and ``rows``."""
        self.close_cell()
        self.end_paragraph()
        if not self._tables:
            return
        table = self._tables[-1]
        table.row = max(1, table.row)
        while table.covered_until.get(table.column, 0) >= table.row:
            table.column += 1
        self._cells[-1] = _OpenCell(table.row, table.column)
        width = min(columns, MAX_SPAN)
        if rows > 1:
            table.covered_until |= dict.fromkeys(
                range(table.column, table.column + width), table.row + min(rows, MAX_SPAN) - 1
            )
        table.column += width

    def skip_cell(self, columns: int = 1) -> None:
        """Skip a cell that continues the one above or before it."""
        self.close_cell()
        if self._tables:
            self._tables[-1].column += min(columns, MAX_SPAN)

    def close_cell(self) -> None:
        """Close the open cell; an empty cell becomes a block too."""
        cell = self._cells[-1]
        if cell is None:
            return
        self.end_paragraph()
        if cell.lines or not cell.has_nested_table:
            self._flush(cell)
        self._cells[-1] = None

    def build_blocks(self) -> tuple[Block, ...]:
        """Close everything that is open and return all blocks in document order."""
        while self._tables:
            self.close_table()
        self.end_paragraph()
        return tuple(self._blocks)

    def _flush(self, open_cell: _OpenCell) -> None:
        if open_cell.lines or not open_cell.has_nested_table:
            self._add(Block("\n".join(open_cell.lines), self._tables[-1].number, open_cell.row, open_cell.column))
        open_cell.lines = []

    def _add(self, piece: Block) -> None:
        self._blocks.append(piece)
        if len(self._blocks) > MAX_BLOCKS:
            raise UnreadableFileError("import.too_long", limit=MAX_BLOCKS)


def _join_chunks(chunks: list[str], *, in_cell: bool) -> str:
    """Return the text of a line; if every chunk in a cell is one character, the spaces between them are layout."""
    filled_chunks = [chunk for chunk in chunks if chunk.strip()]
    if in_cell and len(filled_chunks) > 1 and all(len(chunk.strip()) == 1 for chunk in filled_chunks):
        return "".join(chunk.strip() for chunk in filled_chunks)
    text = _BLANK.sub(" ", "".join(chunks))
    return text.strip(" ")
