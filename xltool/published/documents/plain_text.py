"""Text files: lines, and rows of cells between bars, tabs or other signs.

A table copied out of a document may leave its cells one a line, each behind a tab; an empty line ends the row.
"""

import html
import re
from collections.abc import Iterator, Sequence

from xltool.published.documents.delimited_rows import without_separators
from xltool.published.documents.document import Document, Piece
from xltool.published.documents.latex import is_latex, printed
from xltool.published.documents.page_headers import without_heads_and_feet
from xltool.published.documents.stacked_cells import unstacked

_BARS = re.compile("[|\uff5c\u2502\u2503\u2551]")
_PADDING = re.compile(r"\|\s+\|{2,}$")  # bars for what a row has fewer cells than its table
_RULE = re.compile(r":?-{2,}:?|[\u2500-\u257f]+")
_FRAME = re.compile(r"\s*[+\u2500-\u257f=\-]{3,}\s*")
_MARKUP = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_WIKI = re.compile(r"^\{\|[^\n]*\n(.*?)(?:^\|\}|\Z)", re.MULTILINE | re.DOTALL)  # wikis part cells by two bars
_WIKI_RULE = re.compile(r"^\|-[^|\n]*\n", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_plain(text: str) -> Document:
    """The lines of a text, and the tables it draws."""
    text = _clean(printed(text) if is_latex(text) else without_heads_and_feet(text))
    lines = unstacked(without_separators(text).split("\n"))
    return Document("text", tuple(_pieces(lines)))


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\0", "")
    if "&" in text:
        text = html.unescape(text)
    text = _HEADING.sub("", _BREAK.sub(" ", text))
    text = _WIKI.sub(lambda table: _WIKI_RULE.sub("", table[1]).replace("||", "|"), text)
    return _MARKUP.sub(lambda match: match[1] or match[2], text)


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    table = row = at = 0
    inside = ""
    while at < len(lines):
        line = lines[at]
        drawn = _drawn(lines, at, inside)
        if drawn and drawn != inside:
            table, row = table + 1, 0
        if drawn or (line.strip() and not _FRAME.fullmatch(line)):
            inside = drawn
        if not drawn:
            if line.strip() and not _FRAME.fullmatch(line):
                yield Piece(line, 0, at + 1)
            at += 1
            continue
        cells, at = _stacked(lines, at) if drawn == "cells" else (_in_one_line(line, drawn), at + 1)
        if not all(_RULE.fullmatch(cell) for cell in cells if cell) or drawn == "cells":
            row += 1
            yield from (Piece(text, table, row, column) for column, text in enumerate(cells, start=1))


def _drawn(lines: Sequence[str], at: int, inside: str) -> str:
    """How a line is part of a table: by "bars", by "tabs", by stacked "cells", or not at all."""
    line = lines[at]
    if _BARS.search(line):
        return "bars"
    if _is_stacked(line):
        following = next((other for other in lines[at + 1 : at + 4] if other), "")
        return "cells" if inside == "cells" or _is_stacked(following) else ""
    return "tabs" if "\t" in line.strip() else ""


def _is_stacked(line: str) -> bool:
    return line.startswith("\t") and "\t" not in line[1:]


def _in_one_line(line: str, drawn: str) -> list[str]:
    if drawn == "tabs":
        return [cell.strip(" ") for cell in line.split("\t")]
    cells = [cell.strip() for cell in _BARS.split(_PADDING.sub("|", line.strip()))]
    first, last = not cells[0], len(cells) > 1 and not cells[-1]
    return cells[first : len(cells) - last]


def _stacked(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """The cells of one row that stand one a line behind a tab, and the line after them.

    An empty line ends the row; a line without a tab continues the words of the cell before it, never a figure.
    """
    cells: list[str] = []
    while at < len(lines):
        line = lines[at]
        if _is_stacked(line):
            cells.append(line[1:])
        elif line.strip() and not _BARS.search(line) and "\t" not in line and _words(cells[-1]):
            cells[-1] += "\n" + line
        else:
            break
        at += 1
    return cells, at


def _words(cell: str) -> bool:
    return any(sign.isalpha() for sign in cell)
