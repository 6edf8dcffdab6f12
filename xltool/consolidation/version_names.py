"""Read what the name of a file says about its version: dates, numbers, words such as 更正, and copies."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePath
from typing import NamedTuple

from xltool.consolidation.file_name_words import load_version_patterns

_LAST_MONTH_OF_NEXT_YEAR = 9  # a report is made in the year after its own: months up to it are of that year
_CENTURY = 2000  # of a year with two digits
_MAX_NAME_CHARACTERS = 300


class VersionName(NamedTuple):
    """What a file name says about its version; ``copy`` is 0 for no copy, ``date`` year, month and day."""

    date: tuple[int, int, int] | None
    number: int | None
    later: frozenset[str]
    earlier: frozenset[str]
    copy: int


class NameVerdict(NamedTuple):
    """1 if the first name is that of the later version, -1 if the second; ``decisive`` if it may decide alone."""

    sign: int
    decisive: bool


def compare_version_names(left: str, right: str, year: int | None) -> tuple[NameVerdict, ...]:
    """Compare two paths; ``year`` is the year reported. Empty if the names say nothing about their order."""
    one, other = _read_version_name(left, year), _read_version_name(right, year)
    verdicts: list[NameVerdict] = []
    if one.date and other.date:
        verdicts.append(NameVerdict(_find_sign(one.date, other.date), decisive=True))
    if one.number is not None or other.number is not None:
        verdicts.append(NameVerdict(_find_sign([one.number or 1], [other.number or 1]), decisive=True))
    for sign, words, others in ((1, one.later, other.later), (-1, one.earlier, other.earlier)):
        if bool(words - others) != bool(others - words):
            verdicts.append(NameVerdict(sign if words - others else -sign, decisive=True))
    verdicts.append(NameVerdict(_find_sign([one.copy], [other.copy]), decisive=False))
    return tuple(verdict for verdict in verdicts if verdict.sign)


def _find_sign(left_numbers: Sequence[int], right_numbers: Sequence[int]) -> int:
    return (list(left_numbers) > list(right_numbers)) - (list(left_numbers) < list(right_numbers))


def _read_version_name(path: str, year: int | None) -> VersionName:
    stem = unicodedata.normalize("NFKC", PurePath(path).stem[-_MAX_NAME_CHARACTERS:]).casefold().strip()
    patterns = load_version_patterns()
    return VersionName(
        date=_read_date(stem, year),
        number=next(_read_numbers(stem, patterns.number), None),
        later=frozenset(_find_words(stem, patterns.later)),
        earlier=frozenset(_find_words(stem, patterns.earlier)),
        copy=next(_read_numbers(stem, patterns.copy), 0),
    )


def _read_date(stem: str, year: int | None) -> tuple[int, int, int] | None:
    """Return the last date in a name; without a year it is of the year after ``year``, or at its end."""
    patterns = load_version_patterns()
    for match in reversed(_find_matches(stem, patterns.full_date)):
        full_year, month, day = (int(part) for part in match.groups() if part)
        if _is_day(month, day):
            return full_year + (_CENTURY if full_year < _CENTURY else 0), month, day
    for match in reversed(_find_matches(stem, patterns.short_date)):
        month, day = (int(part) for part in match.groups() if part)
        if _is_day(month, day):
            return (year or 0) + (month <= _LAST_MONTH_OF_NEXT_YEAR), month, day
    return None


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _find_words(stem: str, patterns: Sequence[str]) -> Iterator[str]:
    return (match[0] for match in _find_matches(stem, patterns))


def _find_matches(stem: str, patterns: Sequence[str]) -> list[re.Match[str]]:
    """Return the matches of patterns in the order of the text."""
    matches = [match for pattern in patterns for match in _compile_pattern(pattern).finditer(stem)]
    return sorted(matches, key=lambda match: match.start())


def _read_numbers(stem: str, patterns: Sequence[str]) -> Iterator[int]:
    """Yield the number in each match of a pattern; 1 for a match without one."""
    numerals = load_version_patterns().numerals
    for pattern in patterns:
        for match in _compile_pattern(pattern).finditer(stem):
            digits = next((group for group in match.groups() if group), "")
            yield int(digits) if digits.isdecimal() else numerals.find(digits) + 1 if digits else 1


@cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
