"""Cell addresses such as "D7", taken strictly: nothing outside the grid of Excel is one."""

import re
from functools import lru_cache

from xltool.intake import limits

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
