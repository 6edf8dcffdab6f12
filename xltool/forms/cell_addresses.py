"""Convert spreadsheet addresses such as "D7" and "A1:C3" to 1-based rows and columns, and back."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from xltool.model.form import Box

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """Return 1 for "A", 27 for "AA"."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=1024)
def column_letters(number: int) -> str:
    """Return "A" for 1, "AA" for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_address(row: int, column: int) -> str:
    """Return "D7" for row 7, column 4."""
    return f"{column_letters(column)}{row}"


def parse_address(text: str) -> tuple[int, int]:
    """Return row and column of "D7". Raises ValueError for anything else."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[2]), column_number(match[1])


def parse_box(text: str) -> Box:
    """Return the rectangle of "D7" or "A1:C3". Raises ValueError for anything else and for reversed corners."""
    first, _, last = text.partition(":")
    row, column = parse_address(first)
    end_row, end_column = parse_address(last) if last else (row, column)
    if end_row < row or end_column < column:
        raise ValueError(text)
    return Box(row, column, end_row - row + 1, end_column - column + 1)


def parse_boxes(texts: Iterable[str]) -> Iterator[Box]:
    """Yield the rectangles of "$A$1:C3 D7", in any of the texts; what is no rectangle is left out."""
    for text in texts:
        for area in text.replace("$", "").split():
            try:
                yield parse_box(area)
            except ValueError:
                continue


def is_inside_box(box: Box, row: int, column: int) -> bool:
    """Return whether a rectangle covers a cell."""
    return 0 <= row - box.row < box.rows and 0 <= column - box.column < box.columns


def overlap_boxes(box: Box, other_box: Box) -> bool:
    """Return whether two rectangles have a cell in common."""
    return (
        box.row < other_box.row + other_box.rows
        and other_box.row < box.row + box.rows
        and box.column < other_box.column + other_box.columns
        and other_box.column < box.column + box.columns
    )


def box_address(rectangle: Box) -> str:
    """Return "A1:C3", or "D7" for a single cell."""
    first = cell_address(rectangle.row, rectangle.column)
    if rectangle.rows == rectangle.columns == 1:
        return first
    return f"{first}:{cell_address(rectangle.row + rectangle.rows - 1, rectangle.column + rectangle.columns - 1)}"


def list_spots(box: Box) -> Iterator[tuple[int, int]]:
    """Yield row and column of every cell of a rectangle."""
    for row in range(box.row, box.row + box.rows):
        for column in range(box.column, box.column + box.columns):
            yield row, column


def cover_with_rectangles(spots: Iterable[tuple[int, int]]) -> list[Box]:
    """Cover ``spots`` (row, column) with rectangles: runs along rows, equal runs in consecutive rows merged."""
    runs: list[Box] = []
    for row, column in sorted(set(spots)):
        last = runs[-1] if runs else None
        if last and last.row == row and last.column + last.columns == column:
            runs[-1] = last._replace(columns=last.columns + 1)
        else:
            runs.append(Box(row, column))
    merged: dict[tuple[int, int], list[Box]] = {}
    for run in runs:
        stack = merged.setdefault((run.column, run.columns), [])
        if stack and stack[-1].row + stack[-1].rows == run.row:
            stack[-1] = stack[-1]._replace(rows=stack[-1].rows + 1)
        else:
            stack.append(run)
    return sorted(box for stack in merged.values() for box in stack)


def merge_ranges(addresses: Iterable[str]) -> list[str]:
    """Merge addresses into as few ranges as possible, in reading order: D9:I9, D11."""
    return list(_merge_addresses(tuple(addresses)))


@lru_cache(maxsize=256)
def _merge_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(box_address(box) for box in cover_with_rectangles(map(parse_address, addresses)))
