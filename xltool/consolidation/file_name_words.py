"""The words that names of files and folders are read with, from ``templates/file_names.toml``."""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

from xltool.model.period import PeriodLength
from xltool.package_data import find_data_folder

_MAX_USUAL_CHARACTERS = 20


class AgencyWords(NamedTuple):
    """Words that decide which agency a name means; see the comments in ``file_names.toml``."""

    endings: tuple[str, ...]
    place_endings: tuple[str, ...]
    no_places: tuple[str, ...]
    kinds_of_places: tuple[str, ...]
    no_name_words: tuple[str, ...]
    no_name_signs: str
    short_endings: tuple[str, ...]
    town_endings: tuple[str, ...]
    subject_endings: tuple[str, ...]
    subject_ends: tuple[str, ...]
    no_stems: tuple[str, ...]
    alone_endings: tuple[str, ...]
    general: tuple[str, ...]
    passed_on: tuple[str, ...]
    passed_on_last: tuple[str, ...]
    carried: tuple[str, ...]
    reported: tuple[str, ...]
    including: tuple[str, ...]
    joining: tuple[str, ...]
    known: tuple[str, ...]
    telling_apart: str
    document_ends: tuple[str, ...]
    sent_to: tuple[str, ...]
    sent_to_first: tuple[str, ...]
    handing_in: tuple[str, ...]
    report_behind: str


class VersionPatterns(NamedTuple):
    """Regular expressions that decide which of two names is that of the later version.

    The groups of ``full_date`` are year, month and day, those of ``short_date`` month and day. Words inside a match of
    ``earlier``, ``void``, ``returned`` or ``denied`` say nothing by themselves. A file with a match of ``claimed`` is
    said to be the one that counts, of ``sealed`` to bear a seal; one with a match of ``void`` is not meant to be
    counted, unless ``binding`` matches, too; one with a match of ``returned`` waits to be corrected. What ``replaces``
    and ``about_other`` match is said of another file.
    """

    full_date: tuple[str, ...]
    short_date: tuple[str, ...]
    later: tuple[str, ...]
    claimed: tuple[str, ...]
    binding: tuple[str, ...]
    sealed: tuple[str, ...]
    earlier: tuple[str, ...]
    denied: tuple[str, ...]
    replaces: tuple[str, ...]
    about_other: tuple[str, ...]
    void: tuple[str, ...]
    returned: tuple[str, ...]
    number: tuple[str, ...]
    copy: tuple[str, ...]


class FileNameYears(NamedTuple):
    """Regular expressions with a year as their group: ``any`` mention of one, and one that is the report's for sure.

    ``in_numerals`` is a year in ``numerals`` (0 to 9, and another sign of 0), ``two_digits`` one without its century.
    A year in a match of ``other_documents`` is none.
    """

    any: tuple[str, ...]
    of_report: tuple[str, ...]
    in_numerals: str
    two_digits: str
    numerals: str
    other_documents: tuple[str, ...]


class FileNamePeriods(NamedTuple):
    """Regular expressions with the groups year and part: periods of each length.

    A part is a number, or its place in ``numerals`` or ``halves``.
    """

    half: tuple[str, ...]
    quarter: tuple[str, ...]
    month: tuple[str, ...]
    numerals: tuple[str, ...]
    halves: str

    def list_patterns(self, length: PeriodLength) -> tuple[str, ...]:
        """Return the patterns of periods of a length."""
        return {PeriodLength.HALF: self.half, PeriodLength.QUARTER: self.quarter}.get(length, self.month)

    def read_part(self, text: str) -> int:
        """Return which part of its year a text means, from 1."""
        if text in self.halves:
            return self.halves.index(text) + 1
        return self.numerals.index(text) + 1 if text in self.numerals else int(text)


@cache
def load_agency_words() -> AgencyWords:
    """Load the words about agencies."""
    return AgencyWords(**_freeze_lists(_load_tables()["agency"]))


@cache
def load_abbreviations(*tables: str) -> Mapping[str, tuple[str, ...]]:
    """Load the usual short names by the end of an official name that they stand for; by default those of all tables."""
    abbreviations: dict[str, tuple[str, ...]] = {}
    for table in tables or ("abbreviations", "other_names"):
        for short, endings in _load_tables()[table].items():
            for ending in endings:
                abbreviations[ending] = (*abbreviations.get(ending, ()), short)
    return abbreviations


def is_name_of_known_body(name: str) -> bool:
    """Return whether a name is a usual one of some body, and so no misspelling of another."""
    return name in load_agency_words().known or any(name in shorts for shorts in load_abbreviations().values())


def consists_of_usual_words(text: str, more_words: Collection[str] = ()) -> bool:
    """Return whether a text has nothing but usual words of file names, figures, Latin letters and ``more_words``."""
    return find_usual_beginnings(text, more_words)[-1]


def find_usual_beginnings(text: str, more_words: Collection[str] = ()) -> list[bool]:
    """Return for each length, from 0 on, whether the beginning of that length consists of usual words."""
    reached = [True]
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - _MAX_USUAL_CHARACTERS), end)
        reached.append(any(reached[start] and _is_usual(text[start:end], more_words) for start in starts))
    return reached


def find_usual_endings(text: str) -> list[bool]:
    """Return for each position, up to that of the end, whether all from there on consists of usual words."""
    reached = [True] * (len(text) + 1)
    for start in reversed(range(len(text))):
        ends = range(start + 1, min(len(text), start + _MAX_USUAL_CHARACTERS) + 1)
        reached[start] = any(reached[end] and _is_usual(text[start:end], ()) for end in ends)
    return reached


def _is_usual(piece: str, more_words: Collection[str]) -> bool:
    return piece.isascii() or piece in _load_usual_words() or piece in more_words


@cache
def _load_usual_words() -> frozenset[str]:
    return frozenset(_load_tables()["usual"]["words"])


@cache
def load_version_patterns() -> VersionPatterns:
    """Load the patterns about versions."""
    lists = _freeze_lists(_load_tables()["version"])
    end, alone = lists.pop("void_end"), lists.pop("void_alone")
    return VersionPatterns(**{**lists, "void": (*(word + end for word in lists["void"]), *alone)})


@cache
def load_year_patterns() -> FileNameYears:
    """Load the patterns about years."""
    return FileNameYears(**_freeze_lists(_load_tables()["year"]))


@cache
def load_period_patterns() -> FileNamePeriods:
    """Load the patterns about halves, quarters and months."""
    return FileNamePeriods(**_freeze_lists(_load_tables()["period"]))


@cache
def _load_tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((find_data_folder("templates") / "file_names.toml").read_text("utf-8"))


def _freeze_lists(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
