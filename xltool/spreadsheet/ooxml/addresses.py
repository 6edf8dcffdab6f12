"""Cell addresses such as "D7", taken strictly: nothing outside the grid of Excel is one."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xltool.spreadsheet import limits

LETTERS = "(?:[A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D])"
ADDRESS = re.compile(rf"({LETTERS})([1-9][0-9]{{0,6}})")


def row_number(text: str) -> int | None:
    """The number of a row, None if it is none of the grid; leading zeros are no harm."""
    if not text.isdecimal() or not text.isascii():
        return None
    number = int(text[:32])
    return number if 1 <= number <= limits.ROWS else None


def column_number(letters: str) -> int:
    """The 1-based number of a column; 0 for no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=limits.COLUMNS)
def column_letters(number: int) -> str:
    """The letters of a 1-based column number."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def spans(pairs: Iterable[tuple[int, int]]) -> tuple[range, ...]:
    """Runs of rows or columns, given by first and last number, in order; what touches or overlaps is one run."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        elif first <= last:
            joined.append((first, last))
    return tuple(range(first, last + 1) for first, last in joined)


def among(runs: Sequence[range], number: int) -> bool:
    """Whether a row or column is in one of the runs, which are in order."""
    at = bisect_right(runs, number, key=lambda run: run.start) - 1
    return at >= 0 and number in runs[at]
