"""A page while it is walked through: text gathers to paragraphs, cells find their row and column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from xltool.errors import UnreadableFileError
from xltool.published.documents.document import Piece

MOST_PIECES = 100_000  # a page of a report seldom has 3,000
WIDEST = 200  # columns or rows one cell is believed to span

_MEASURES = frozenset("\u7c73")  # metres: what stands raised behind them is their exponent
_BLANK = re.compile(r"[ \t\r\n\f\v]+")


@dataclass
class _Table:
    """A table that is open: where its next cell stands, and which columns cells from rows above still fill."""

    number: int
    row: int = 0
    column: int = 1
    reaching: dict[int, int] = field(default_factory=dict)  # column -> last row filled from above


@dataclass
class _Cell:
    """A cell that is open; ``column`` is where it begins. ``holds`` once a table inside it has been read."""

    row: int
    column: int
    lines: list[str] = field(default_factory=list)
    holds: bool = False


class Page:
    """Takes text, borders, tables, rows and cells in the order of the document, and gives pieces."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._chunks: list[str] = []
        self._tables: list[_Table] = []
        self._cells: list[_Cell | None] = [None]  # the open cell of each open table, and None below all tables
        self._count = self._paragraphs = 0

    @property
    def in_cell(self) -> bool:
        """Whether a cell of a table is open."""
        return self._cells[-1] is not None

    def text(self, chunk: str) -> None:
        """A stretch of text."""
        if chunk:
            self._chunks.append(chunk)

    def raised(self, chunk: str) -> None:
        """Text off the line: the mark of a note, which reads as one in brackets, or the exponent of a unit."""
        mark = chunk.strip().strip("[]()\uff08\uff09\u3014\u3015")
        before = "".join(self._chunks).rstrip()[-1:]
        exponent = before in _MEASURES or (before.isascii() and before.isalpha())
        self.text(f"[{mark}]" if mark and not exponent else chunk)

    def border(self, level: int = 0) -> None:
        """The end of a paragraph or line; of a heading, its ``level``."""
        cell = self._cells[-1]
        line = _line(self._chunks, in_cell=cell is not None)
        self._chunks = []
        if cell is not None:
            if line:
                cell.lines.append(line)
        elif line.strip():
            self._paragraphs += 1
            self._add(Piece(line.strip(), 0, self._paragraphs, level=level))

    def last_heading(self) -> int | None:
        """The place of the piece just read, if it is a heading."""
        return len(self._pieces) - 1 if self._pieces and self._pieces[-1].level else None

    def enclosed(self, headings: Iterable[int]) -> None:
        """The element in which these headings stand ends here."""
        self.border()
        for place in headings:
            self._pieces[place] = self._pieces[place]._replace(until=self._paragraphs)

    def open_table(self) -> None:
        """A table, perhaps inside a cell of another: what the cell said so far comes first."""
        self.border()
        cell = self._cells[-1]
        if cell is not None:
            cell.holds = True
            self._flush(cell)
        self._count += 1
        self._tables.append(_Table(self._count))
        self._cells.append(None)

    def close_table(self) -> None:
        """The end of the innermost table."""
        self.close_cell()
        self.border()
        if self._tables:
            self._tables.pop()
            self._cells.pop()

    def open_row(self) -> None:
        """The next row."""
        self.close_cell()
        self.border()
        if self._tables:
            table = self._tables[-1]
            table.row, table.column = table.row + 1, 1

    def open_cell(self, columns: int = 1, rows: int = 1) -> None:
        """The next cell, and how many columns and rows it says it spans."""
        self.close_cell()
        self.border()
        if not self._tables:
            return
        table = self._tables[-1]
        table.row = max(1, table.row)
        while table.reaching.get(table.column, 0) >= table.row:
            table.column += 1
        self._cells[-1] = _Cell(table.row, table.column)
        width = min(columns, WIDEST)
        if rows > 1:
            table.reaching |= dict.fromkeys(
                range(table.column, table.column + width), table.row + min(rows, WIDEST) - 1
            )
        table.column += width

    def pass_cell(self, columns: int = 1) -> None:
        """A cell that is only the continuation of the one above it."""
        self.close_cell()
        if self._tables:
            self._tables[-1].column += min(columns, WIDEST)

    def close_cell(self) -> None:
        """The end of the open cell; an empty one is a piece, too."""
        cell = self._cells[-1]
        if cell is None:
            return
        self.border()
        if cell.lines or not cell.holds:
            self._flush(cell)
        self._cells[-1] = None

    def done(self) -> tuple[Piece, ...]:
        """All pieces, in order."""
        while self._tables:
            self.close_table()
        self.border()
        return tuple(self._pieces)

    def _flush(self, cell: _Cell) -> None:
        if cell.lines or not cell.holds:
            self._add(Piece("\n".join(cell.lines), self._tables[-1].number, cell.row, cell.column))
        cell.lines = []

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        if len(self._pieces) > MOST_PIECES:
            raise UnreadableFileError("import.too_long", limit=MOST_PIECES)


def _line(chunks: list[str], *, in_cell: bool) -> str:
    """The text of a line; where each stretch in a cell is a single sign, the white space between them is layout."""
    said = [chunk for chunk in chunks if chunk.strip()]
    if in_cell and len(said) > 1 and all(len(chunk.strip()) == 1 for chunk in said):
        return "".join(chunk.strip() for chunk in said)
    text = _BLANK.sub(" ", "".join(chunks))
    return text.strip(" ")
