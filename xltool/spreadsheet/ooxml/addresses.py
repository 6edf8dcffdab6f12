"""Cell addresses such as "D7", parsed strictly: an address outside the grid of Excel is refused."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xltool.spreadsheet import limits

COLUMN_LETTERS = "(?:[A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D])"
CELL_ADDRESS = re.compile(rf"({COLUMN_LETTERS})([1-9][0-9]{{0,6}})")


def parse_row_number(text: str) -> int | None:
    """Parse a row number; None if it is outside the grid. Leading zeros are allowed."""
    if not text.isdecimal() or not text.isascii():
        return None
    number = int(text[:32])
    return number if 1 <= number <= limits.MAX_ROWS else None


def parse_column_letters(letters: str) -> int:
    """Return the 1-based number of a column; 0 for no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=limits.MAX_COLUMNS)
def format_column(number: int) -> str:
    """Return the letters of a 1-based column number."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def merge_runs(pairs: Iterable[tuple[int, int]]) -> tuple[range, ...]:
    """Sort runs given by first and last number, and join those that touch or overlap."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        elif first <= last:
            joined.append((first, last))
    return tuple(range(first, last + 1) for first, last in joined)


def is_in_runs(runs: Sequence[range], number: int) -> bool:
    """Return whether ``number`` is in one of the runs, which are in order."""
    index = bisect_right(runs, number, key=lambda run: run.start) - 1
    return index >= 0 and number in runs[index]
