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
    """What a file name says about its version.

    ``date`` is year, month and day; ``number`` as in 1.2, empty for none; ``copy`` is 0 for no copy.
    """

    date: tuple[int, int, int] | None
    number: tuple[int, ...]
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
    if one.number or other.number:
        verdicts.append(NameVerdict(_find_sign(one.number or (1,), other.number or (1,)), decisive=True))
    verdicts += _compare_words(one, other)
    folders = PurePath(left).parent, PurePath(right).parent
    if folders[0] != folders[1]:
        verdicts += _compare_words(*(_read_stem(_plain_name(folder.name), year) for folder in folders))
    verdicts.append(NameVerdict(_find_sign([one.copy], [other.copy]), decisive=False))
    return tuple(verdict for verdict in verdicts if verdict.sign)


def find_void_word(path: str) -> str:
    """Return the word in the name of a file, or of its folder, by which it is not meant to be counted; else empty."""
    names = (PurePath(path).stem, PurePath(path).parent.name)
    words = (match[0] for name in names for match in _find_matches(_plain_name(name), load_version_patterns().void))
    return next(words, "")


def _compare_words(left_name: VersionName, right_name: VersionName) -> Iterator[NameVerdict]:
    for sign, words, others in ((1, left_name.later, right_name.later), (-1, left_name.earlier, right_name.earlier)):
        if bool(words - others) != bool(others - words):
            yield NameVerdict(sign if words - others else -sign, decisive=True)


def _find_sign(left_numbers: Sequence[int], right_numbers: Sequence[int]) -> int:
    return (list(left_numbers) > list(right_numbers)) - (list(left_numbers) < list(right_numbers))


def _read_version_name(path: str, year: int | None) -> VersionName:
    return _read_stem(_plain_name(PurePath(path).stem), year)


def _plain_name(name: str) -> str:
    return unicodedata.normalize("NFKC", name[-_MAX_NAME_CHARACTERS:]).casefold().strip()


def _read_stem(stem: str, year: int | None) -> VersionName:
    """Read a name; words inside one that denies them, such as 改 of 未改 and 修改 of 修改前, say nothing."""
    patterns = load_version_patterns()
    earlier = _find_matches(stem, patterns.earlier)
    outside = stem
    for start, end in (match.span() for match in (*earlier, *_find_matches(stem, patterns.denied))):
        outside = outside[:start] + " " * (end - start) + outside[end:]
    return VersionName(
        date=_read_date(stem, year),
        number=next(_read_numbers(outside, patterns.number), ()),
        later=frozenset(match[0] for match in _find_matches(outside, patterns.later)),
        earlier=frozenset(match[0] for match in earlier),
        copy=next(_read_numbers(stem, patterns.copy), (0,))[0],
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


def _find_matches(stem: str, patterns: Sequence[str]) -> list[re.Match[str]]:
    """Return the matches of patterns in the order of the text."""
    matches = [match for pattern in patterns for match in _compile_pattern(pattern).finditer(stem)]
    return sorted(matches, key=lambda match: match.start())


def _read_numbers(stem: str, patterns: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield the number in each match of a pattern, its parts without zeros at the end; 1 for a match without one."""
    numerals = load_version_patterns().numerals
    for pattern in patterns:
        for match in _compile_pattern(pattern).finditer(stem):
            digits = next((group for group in match.groups() if group), "")
            if digits in numerals:
                yield (numerals.find(digits) + 1,) if digits else (1,)
            else:
                first, *rest = map(int, digits.split("."))
                while rest and not rest[-1]:
                    rest.pop()
                yield first, *rest


@cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
