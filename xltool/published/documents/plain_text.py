"""Read text files: lines, and table rows whose cells are separated by bars, tabs or delimiters.

A table copied from a document may have one cell per line, each after a tab; an empty line ends the row.
"""

import html
import re
from collections.abc import Iterator, Sequence

from xltool.errors import UnreadableFileError
from xltool.published.documents.delimited_rows import convert_delimited_rows
from xltool.published.documents.document import MAX_BLOCKS, Block, Document
from xltool.published.documents.page_headers import remove_page_headers
from xltool.published.documents.stacked_cells import join_stacked_cells

_BAR = re.compile("[|\uff5c\u2502\u2503\u2551]")
_PADDING_BARS = re.compile(r"\|\s+\|{2,}$")  # bars for the cells a row lacks
_RULE_CELL = re.compile(r":?-{2,}:?|[\u2500-\u257f]+")
_FRAME_LINE = re.compile(r"\s*[+\u2500-\u257f=\-]{3,}\s*")
_MARKUP = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_plain_text(text: str) -> Document:
    """Read the lines and the tables of a text. Raises UnreadableFileError above MAX_BLOCKS lines."""
    text = _strip_markup(remove_page_headers(text))
    if text.count("\n") > MAX_BLOCKS:
        raise UnreadableFileError("import.too_long", limit=MAX_BLOCKS)
    lines = join_stacked_cells(convert_delimited_rows(text).split("\n"))
    return Document("text", tuple(_build_blocks(lines)))


def _strip_markup(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\0", "")
    if "&" in text:
        text = html.unescape(text)
    text = _HEADING.sub("", _BREAK.sub(" ", text))
    return _MARKUP.sub(lambda match: match[1] or match[2], text)


def _build_blocks(lines: Sequence[str]) -> Iterator[Block]:
    table = row = at = 0
    inside = ""
    while at < len(lines):
        line = lines[at]
        drawn = _table_style(lines, at, inside)
        if drawn and drawn != inside:
            table, row = table + 1, 0
        if drawn or (line.strip() and not _FRAME_LINE.fullmatch(line)):
            inside = drawn
        if not drawn:
            if line.strip() and not _FRAME_LINE.fullmatch(line):
                yield Block(line, 0, at + 1)
            at += 1
            continue
        cells, at = _read_stacked_row(lines, at) if drawn == "cells" else (_split_row(line, drawn), at + 1)
        if not all(_RULE_CELL.fullmatch(cell) for cell in cells if cell) or drawn == "cells":
            row += 1
            yield from (Block(text, table, row, column) for column, text in enumerate(cells, start=1))


def _table_style(lines: Sequence[str], at: int, inside: str) -> str:
    """Return how a line belongs to a table: "bars", "tabs", stacked "cells", or "" if it does not."""
    line = lines[at]
    if _BAR.search(line):
        return "bars"
    if _is_stacked_cell(line):
        following = next((other for other in lines[at + 1 : at + 4] if other), "")
        return "cells" if inside == "cells" or _is_stacked_cell(following) else ""
    return "tabs" if "\t" in line.strip() else ""


def _is_stacked_cell(line: str) -> bool:
    return line.startswith("\t") and "\t" not in line[1:]


def _split_row(line: str, drawn: str) -> list[str]:
    if drawn == "tabs":
        return [cell.strip(" ") for cell in line.split("\t")]
    cells = [cell.strip() for cell in _BAR.split(_PADDING_BARS.sub("|", line.strip()))]
    first, last = not cells[0], len(cells) > 1 and not cells[-1]
    return cells[first : len(cells) - last]


def _read_stacked_row(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """Return the cells of one row written one per line after a tab, and the index of the next line.

    An empty line ends the row; a line without a tab continues the words of the cell before it, never a figure.
    """
    cells: list[str] = []
    while at < len(lines):
        line = lines[at]
        if _is_stacked_cell(line):
            cells.append(line[1:])
        elif line.strip() and not _BAR.search(line) and "\t" not in line and _has_words(cells[-1]):
            cells[-1] += "\n" + line
        else:
            break
        at += 1
    return cells, at


def _has_words(cell: str) -> bool:
    return any(sign.isalpha() for sign in cell)
