"""Convert table rows whose cells are separated by commas, semicolons or tabs to rows between bars."""

import csv
import re
from collections.abc import Sequence

from xltool.published.figures.row_tokens import TokenKind, classify_token

SEPARATORS = ",;\uff0c\uff1b"
MIN_ROWS_WITH_FIGURES = 5  # with figures, before a text is taken for delimited rows
MIN_HEADER_CELLS = 3  # short cells without figures that form a header row
MAX_HEADER_CELL_CHARS = 40  # of a cell in a header row
MIN_CELLS_BEFORE_NUMBERED_CELL = 5  # of a row whose first cell ends in a digit
MAX_LINES_PER_QUOTED_CELL = 12  # that one quoted cell may span

_SEVERAL_NUMBERS = re.compile(r"\d\s+[\d/-]")
_FULL_STOP = "\u3002"  # ends a sentence; never stands in a table cell


def format_bar_row(cells: Sequence[str]) -> str:
    """Return one table row with bars between its cells."""
    return f"| {' | '.join(cells)} |"


def convert_delimited_rows(text: str) -> str:
    """Return the text with delimited rows written between bars; all other lines are unchanged.

    Only rows with a figure, and rows without one beside them, are table rows: a comma also stands in prose.
    """
    lines = _join_quoted_lines(text.split("\n"))
    parted = {separator: [_split_cells(line, separator) for line in lines] for separator in f"\t{SEPARATORS}"}
    likeliest = max(parted, key=lambda separator: sum(map(_count_figure_cells, parted[separator])))
    rows = parted[likeliest]
    if likeliest == "\t" or sum(_count_figure_cells(row) > 0 for row in rows) < MIN_ROWS_WITH_FIGURES:
        return text
    in_table = _find_table_rows(rows)
    return "\n".join(
        format_bar_row(row) if inside else line for line, row, inside in zip(lines, rows, in_table, strict=True)
    )


def _find_table_rows(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each row whether it belongs to a table: it has figures, or adjoins such a row and looks like one.

    A header row without figures looks like one, unless it only ends in a separator, as a line of prose may.
    """
    inside = [_count_figure_cells(row) > 0 for row in rows]
    widths = {len(row) for row, figures in zip(rows, inside, strict=True) if figures}
    for step in (1, -1):
        order = range(len(rows)) if step == 1 else range(len(rows) - 1, -1, -1)
        for at in order:
            beside = 0 <= at - step < len(rows) and inside[at - step]
            prose = bool(rows[at][0]) and not rows[at][-1] and len(rows[at]) not in widths
            inside[at] = inside[at] or (beside and not prose and _is_header_row(rows[at]))
    return inside


def _join_quoted_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines, those spanned by one quoted cell joined."""
    found: list[str] = []
    at = 0
    while at < len(lines):
        ends = (
            stop
            for stop in range(at + 1, min(at + MAX_LINES_PER_QUOTED_CELL, len(lines)) + 1)
            if _has_closed_quotes(lines[at:stop])
        )
        stop = next(ends, at + 1)
        found.append(" ".join(lines[at:stop]))
        at = stop
    return found


def _has_closed_quotes(lines: Sequence[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 0


def _split_cells(line: str, separator: str) -> list[str]:
    if separator not in line or _FULL_STOP in line or "|" in line:
        return [line]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [line])]


def _count_figure_cells(cells: Sequence[str]) -> int:
    """Count the cells after the first that hold only a figure, or nothing beside figures; 0 if this is no table row.

    Thousands separators and separators in lists of figures do not separate cells.
    """
    several = any(_SEVERAL_NUMBERS.search(cell) for cell in cells)
    within = len(cells) < MIN_CELLS_BEFORE_NUMBERED_CELL and cells[0][-1:].isdecimal()
    if several or within:
        return 0
    figures = sum(bool(cell) and classify_token(cell, in_cell=True) is TokenKind.FIGURE for cell in cells[1:])
    return figures + cells[1:].count("") if figures else 0


def _is_header_row(cells: Sequence[str]) -> bool:
    return len(cells) >= MIN_HEADER_CELLS and all(len(cell) <= MAX_HEADER_CELL_CHARS for cell in cells)
