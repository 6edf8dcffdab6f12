"""Read what the name of a file says about its version: dates, numbers, words such as 更正, and copies."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import PurePath
from typing import NamedTuple

from xltool.consolidation.file_name_words import load_version_patterns
from xltool.forms.numerals import parse_number

_LAST_MONTH_OF_NEXT_YEAR = 9  # a report is made in the year after its own: months up to it are of that year
_CENTURY = 2000  # of a year with two digits
_MAX_NAME_CHARACTERS = 300


class VersionName(NamedTuple):
    """What the name of a file, or of its folders, says about its version.

    ``date`` is year, month and day; ``number`` as in 1.2, empty for none; ``copy`` is 0 for no copy. ``later`` are
    words such as 更正, ``claimed`` those by which it is the one that counts, such as 定稿, ``sealed`` such as 盖章,
    ``void`` those by which it is not meant to be counted, such as 作废.
    """

    date: tuple[int, int, int] | None = None
    number: tuple[int, ...] = ()
    later: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    void: frozenset[str] = frozenset()
    copy: int = 0


class NameVerdict(NamedTuple):
    """What two names say: ``sign`` is 1 if the first is that of the later version, -1 if the second.

    ``source`` is name, claim (it is said to be the one that counts), seal, copy or folder; ``decisive`` if it may
    decide alone; ``is_void`` if one is only said to be void.
    """

    source: str
    sign: int
    decisive: bool = True
    is_void: bool = False


def compare_version_names(left: str, right: str, year: int | None) -> tuple[NameVerdict, ...]:
    """Compare two paths; ``year`` is the year reported. Empty if the names say nothing about their order."""
    one, other = _read_version_name(left, year), _read_version_name(right, year)
    verdicts = (
        *_compare_names("name", "claim", one, other),
        NameVerdict("seal", _compare_words(one.sealed, other.sealed), decisive=False),
        *_compare_names("folder", "folder", *_read_folders(left, right, year)),
        NameVerdict("copy", _find_sign([one.copy], [other.copy]), decisive=False),
    )
    return tuple(verdict for verdict in verdicts if verdict.sign)


def find_void_word(path: str, shared_folders: int = 0, agency_name: str = "") -> str:
    """Return the word in the name of a file, or of its folders, by which it is not meant to be counted; else empty.

    ``shared_folders`` is the number of folders, from the first, in which all files of the run are. Words of
    ``agency_name`` are none.
    """
    path_of_file, returned = PurePath(path), load_version_patterns().returned
    own_folders = path_of_file.parts[shared_folders:-1]
    searched = [(name, returned) for name in (path_of_file.stem, *reversed(own_folders))]
    searched.append((path_of_file.parent.name, ()))
    agency = _plain_name(agency_name)
    for name, wanted in searched:
        plain = _plain_name(name)
        told, _ = _set_other_files_aside(plain.replace(agency, " ") if agency else plain)
        words = sorted((*_find_void(told), *_find_matches(told, wanted)), key=lambda match: match.start())
        if words:
            return words[0][0]
    return ""


def count_shared_folders(file_names: Iterable[str]) -> int:
    """Return the number of folders, from the first, in which all files are."""
    folders = [PurePath(name).parts[:-1] for name in file_names]
    levels = (set(level) for level in zip(*folders, strict=False))
    return sum(1 for _ in takewhile(lambda level: len(level) == 1, levels))


def _compare_names(
    source: str, claim_source: str, one_name: VersionName, other_name: VersionName
) -> Iterator[NameVerdict]:
    """Compare dates, numbers and words; a word such as 改 says nothing against a claim or seal of the other name."""
    if one_name.date and other_name.date:
        yield NameVerdict(source, _find_sign(one_name.date, other_name.date))
    if one_name.number or other_name.number:
        yield NameVerdict(source, _find_sign(one_name.number or (1,), other_name.number or (1,)))
    claim = _compare_words(one_name.claimed, other_name.claimed)
    later = _compare_words(one_name.later, other_name.later)
    if later * (claim or _compare_words(one_name.sealed, other_name.sealed)) >= 0:
        yield NameVerdict(source, later)
    yield NameVerdict(source, -_compare_words(one_name.earlier, other_name.earlier))
    yield NameVerdict(source, -_compare_words(one_name.void, other_name.void), is_void=True)
    yield NameVerdict(claim_source, claim)


def _compare_words(words: frozenset[str], other_words: frozenset[str]) -> int:
    """Return 1 if only the first name has words of its own, -1 if only the second, else 0."""
    return bool(words - other_words) - bool(other_words - words)


def _read_folders(left: str, right: str, year: int | None) -> tuple[VersionName, VersionName]:
    """Read the folders of two paths that are not the same, all of each as one name."""
    paths = [PurePath(path).parts[:-1] for path in (left, right)]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*paths, strict=False)))
    one, other = ([_read_stem(_plain_name(name), year) for name in path[shared:]] for path in paths)
    return _join_names(one), _join_names(other)


def _join_names(folders: Sequence[VersionName]) -> VersionName:
    return VersionName(
        date=next((name.date for name in reversed(folders) if name.date), None),
        number=next((name.number for name in reversed(folders) if name.number), ()),
        later=frozenset(word for name in folders for word in name.later),
        claimed=frozenset(word for name in folders for word in name.claimed),
        earlier=frozenset(word for name in folders for word in name.earlier),
        void=frozenset(word for name in folders for word in name.void),
    )


def _find_sign(left_numbers: Sequence[int], right_numbers: Sequence[int]) -> int:
    return (list(left_numbers) > list(right_numbers)) - (list(left_numbers) < list(right_numbers))


def _read_version_name(path: str, year: int | None) -> VersionName:
    return _read_stem(_plain_name(PurePath(path).stem), year)


def _plain_name(name: str) -> str:
    return unicodedata.normalize("NFKC", name[-_MAX_NAME_CHARACTERS:]).casefold().strip()


def _read_stem(stem: str, year: int | None) -> VersionName:
    """Read a name; words inside one that denies them, such as 改 of 未改 and 修改 of 修改前, say nothing."""
    patterns = load_version_patterns()
    told, replacing = _set_other_files_aside(stem)
    void, earlier = _find_void(told), _find_matches(told, (*patterns.earlier, *patterns.returned))
    outside = _blank_out(told, (*void, *earlier, *_find_matches(told, patterns.denied)))
    return VersionName(
        date=_read_date(stem, year),
        number=next(_read_numbers(outside, patterns.number), ()),
        later=_find_words(outside, patterns.later) | replacing,
        claimed=_find_words(outside, (*patterns.claimed, *patterns.binding)),
        sealed=_find_words(outside, patterns.sealed),
        earlier=frozenset(match[0] for match in earlier),
        void=frozenset(match[0] for match in void),
        copy=next(_read_numbers(stem, patterns.copy), (0,))[0],
    )


def _set_other_files_aside(stem: str) -> tuple[str, frozenset[str]]:
    """Return a name without what it says of other files, and the words by which it replaces one."""
    patterns = load_version_patterns()
    replacing = _find_matches(stem, patterns.replaces)
    told = _blank_out(stem, replacing)
    return _blank_out(told, _find_matches(told, patterns.about_other)), frozenset(match[0] for match in replacing)


def _find_void(told: str) -> list[re.Match[str]]:
    """Return the words by which a file is not meant to be counted; none if it is said to be the one that counts."""
    patterns = load_version_patterns()
    affirmed = _blank_out(told, _find_matches(told, patterns.denied))
    return [] if _find_matches(affirmed, patterns.binding) else _find_matches(told, patterns.void)


def _blank_out(text: str, matches: Iterable[re.Match[str]]) -> str:
    for start, end in (match.span() for match in matches):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


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


def _find_words(stem: str, patterns: Sequence[str]) -> frozenset[str]:
    return frozenset(match[0] for match in _find_matches(stem, patterns))


def _read_numbers(stem: str, patterns: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield the number in each match of a pattern, its parts without zeros at the end; 1 for a match without one."""
    for pattern in patterns:
        for match in _compile_pattern(pattern).finditer(stem):
            digits = next((group for group in match.groups() if group), "1")
            first, *rest = (parse_number(part) for part in digits.split("."))
            while rest and not rest[-1]:
                rest.pop()
            if first is not None:
                yield first, *(part or 0 for part in rest)


@cache
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
