"""Join table rows whose cells are written one per line, each before a bar, to one line per row.

Converters from page to text write this: the text of a cell and a bar, a bar alone for an empty cell, several bars for
the cells a row lacks. Some put the bar on its own line, some put one before each row.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.model.form import CellKind
from xltool.model.submission import EntryState
from xltool.recognition.cell_values import interpret_cell
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

MIN_STACKED_LINES = 6  # of consecutive stacked cells

_CELL = re.compile(r"\s*([^|\s](?:[^|]*[^|\s])?)\s*(\|[|\s]*)")
_BARS = re.compile(r"\s*\|[|\s]*")
_WORDS = re.compile("[^\x00-\x7f]{2}")


class _StackedLine(NamedTuple):
    """One line: the text of its only cell (None without one), and the number of bars after it."""

    position: int
    text: str | None
    bars: int


def join_stacked_cells(lines: Sequence[str]) -> list[str]:
    """Return the lines; a stacked row stands on its first line and its other lines are empty."""
    found = list(lines)
    parsed = [_parse_line(at, line) for at, line in enumerate(lines) if line.strip()]
    apart = sum(_has_bar_on_next_line(parsed, at) for at in range(len(parsed)))
    bars_apart = apart > sum(line is not None and line.text is not None and line.bars > 0 for line in parsed)
    for run in _find_runs(parsed, bars_apart=bars_apart):
        leads = _rows_start_with_bar(run)
        for row in _split_rows(run, bars_apart=bars_apart, leads=leads):
            for line in row:
                found[line.position] = ""
            cells = [line.text or "" for line in row]
            found[row[0].position] = f"| {' | '.join(cells)} |"
    return found


def _parse_line(at: int, line: str) -> _StackedLine | None:
    """Parse one line; None if it holds several cells."""
    if "|" not in line:
        return _StackedLine(at, line.strip(), 0)
    if _BARS.fullmatch(line):
        return _StackedLine(at, None, line.count("|"))
    match = _CELL.fullmatch(line)
    return _StackedLine(at, match[1], match[2].count("|")) if match else None


def _has_bar_on_next_line(parsed: Sequence[_StackedLine | None], at: int) -> bool:
    """Return True if a line without bars is followed by a line that is a single bar."""
    line, after = parsed[at], parsed[at + 1] if at + 1 < len(parsed) else None
    return bool(line and not line.bars and after and after.text is None and after.bars == 1)


def _find_runs(parsed: Sequence[_StackedLine | None], *, bars_apart: bool) -> Iterator[list[_StackedLine]]:
    """Yield the runs of consecutive lines that are stacked cells."""
    run: list[_StackedLine] = []
    for at, line in enumerate(parsed):
        if line and (line.bars or (bars_apart and _has_bar_on_next_line(parsed, at))):
            run.append(line)
        else:
            if len(run) >= MIN_STACKED_LINES:
                yield run
            run = []
    if len(run) >= MIN_STACKED_LINES:
        yield run


def _rows_start_with_bar(run: Sequence[_StackedLine]) -> bool:
    """Return True if rows begin with a bar: most row ends are followed by a single bar."""
    after = [run[at + 1] for at, line in enumerate(run[:-2]) if line.bars > 1]
    return bool(after) and 2 * sum(line.text is None and line.bars == 1 for line in after) > len(after)


def _split_rows(run: Sequence[_StackedLine], *, bars_apart: bool, leads: bool) -> Iterator[list[_StackedLine]]:
    """Yield the cells of each row; a label after a cell that is no label begins a new row."""
    row: list[_StackedLine] = []
    for at, line in enumerate(run):
        following = run[at + 1] if at + 1 < len(run) else None
        if leads and line.text is None and line.bars == 1 and following and _is_label_cell(following):
            continue
        if bars_apart and line.text is None and line.bars == 1 and run[at - 1].bars == 0:
            continue  # the bar that ends the cell before it
        if row and _is_label_cell(line) and not _is_label_cell(row[-1]):
            yield row
            row = []
        if line.text is not None or line.bars == 1:
            row.append(line)
        if line.bars > 1 and row:
            yield row
            row = []
    if row:
        yield row


def _is_label_cell(stacked_line: _StackedLine) -> bool:
    """Return True if a cell holds words that cannot stand in the cell of a figure."""
    if not stacked_line.text or not _WORDS.search(stacked_line.text):
        return False
    meaning = interpret_cell(RawCell(StorageType.TEXT, stacked_line.text), CellKind.AMOUNT, 6)
    return meaning.state is EntryState.UNREADABLE and meaning.note != "unit_in_cell"
