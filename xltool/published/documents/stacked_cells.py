"""Rows of a table whose cells stand one a line, each before a bar, drawn together into one line a row.

So do programs write that make text of a page: a cell's text and a bar, a bar alone for an empty cell, several bars for
what a row has fewer cells than the table. Some put the bar on a line of its own, some one before each row.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.model.form import Kind
from xltool.model.submission import State
from xltool.recognition.cell_values import interpret
from xltool.spreadsheet.raw_workbook import RawCell, Stored

FEWEST_LINES = 6  # of cells one below the other

_CELL = re.compile(r"\s*([^|\s][^|]*?)\s*(\|[|\s]*)")
_BARS = re.compile(r"\s*\|[|\s]*")
_WORDS = re.compile("[^\x00-\x7f]{2}")


class _Line(NamedTuple):
    """A line: the text of its one cell (None if it has none), and how many bars follow."""

    at: int
    text: str | None
    bars: int


def unstacked(lines: Sequence[str]) -> list[str]:
    """The same lines, stacked rows on the line where they begin, and nothing on the others."""
    found = list(lines)
    parsed = [_parsed(at, line) for at, line in enumerate(lines) if line.strip()]
    apart = sum(_is_apart(parsed, at) for at in range(len(parsed)))
    bars_apart = apart > sum(line is not None and line.text is not None and line.bars > 0 for line in parsed)
    for run in _runs(parsed, bars_apart=bars_apart):
        leads = _leads(run)
        for row in _rows(run, bars_apart=bars_apart, leads=leads):
            for line in row:
                found[line.at] = ""
            cells = [line.text or "" for line in row]
            found[row[0].at] = f"| {' | '.join(cells)} |"
    return found


def _parsed(at: int, line: str) -> _Line | None:
    """One line; None if several cells stand in it."""
    if "|" not in line:
        return _Line(at, line.strip(), 0)
    if _BARS.fullmatch(line):
        return _Line(at, None, line.count("|"))
    match = _CELL.fullmatch(line)
    return _Line(at, match[1], match[2].count("|")) if match else None


def _is_apart(parsed: Sequence[_Line | None], at: int) -> bool:
    """Whether a line without bars is followed by a bar alone."""
    line, after = parsed[at], parsed[at + 1] if at + 1 < len(parsed) else None
    return bool(line and not line.bars and after and after.text is None and after.bars == 1)


def _runs(parsed: Sequence[_Line | None], *, bars_apart: bool) -> Iterator[list[_Line]]:
    """Stretches of lines that are stacked cells."""
    run: list[_Line] = []
    for at, line in enumerate(parsed):
        if line and (line.bars or (bars_apart and _is_apart(parsed, at))):
            run.append(line)
        else:
            if len(run) >= FEWEST_LINES:
                yield run
            run = []
    if len(run) >= FEWEST_LINES:
        yield run


def _leads(run: Sequence[_Line]) -> bool:
    """Whether rows begin with a bar: one stands before the words behind most ends of rows."""
    after = [run[at + 1] for at, line in enumerate(run[:-2]) if line.bars > 1]
    return bool(after) and 2 * sum(line.text is None and line.bars == 1 for line in after) > len(after)


def _rows(run: Sequence[_Line], *, bars_apart: bool, leads: bool) -> Iterator[list[_Line]]:
    """The cells of each row, an empty one without text; words behind what is no words begin a new row, too."""
    row: list[_Line] = []
    for at, line in enumerate(run):
        following = run[at + 1] if at + 1 < len(run) else None
        if leads and line.text is None and line.bars == 1 and following and _is_label(following):
            continue
        if bars_apart and line.text is None and line.bars == 1 and run[at - 1].bars == 0:
            continue  # the bar that ends the cell before it
        if row and _is_label(line) and not _is_label(row[-1]):
            yield row
            row = []
        if line.text is not None or line.bars == 1:
            row.append(line)
        if line.bars > 1 and row:
            yield row
            row = []
    if row:
        yield row


def _is_label(line: _Line) -> bool:
    """Whether a cell holds words that no figure's cell would."""
    if not line.text or not _WORDS.search(line.text):
        return False
    meaning = interpret(RawCell(Stored.TEXT, line.text), Kind.AMOUNT, 6)
    return meaning.state is State.UNREADABLE and meaning.note != "unit_in_cell"
