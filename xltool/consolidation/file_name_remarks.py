"""Find what the name of a return's file says against its year or its district, without naming another agency.

The words and patterns are in ``templates/file_names.toml``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from functools import cache, partial
from pathlib import PurePath

from xltool.consolidation.agency_name_parts import iterate_areas, plain_file_name
from xltool.consolidation.file_name_words import (
    find_usual_beginnings,
    load_agency_words,
    load_period_patterns,
    load_year_patterns,
)
from xltool.consolidation.file_names import split_file_name
from xltool.model.agency import Roster
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.period import Period, calendar_year, make_period
from xltool.model.submission import Submission

_MIN_PLACE_CHARACTERS = 3  # with the ending
_MAX_PLACE_CHARACTERS = 5
REMARK_CODES = ("identity.year_in_name", "identity.area_in_name")
_FIRST_YEAR = 2008  # of the reports


def note_file_names(reviewed: Sequence[ReviewedFile], roster: Roster | None) -> tuple[ReviewedFile, ...]:
    """Return the files; a return gets a finding if the name of its file has another year, or another district."""
    find_areas = cache(partial(_index_areas, roster))  # of all agencies: only a few names need them
    return tuple(_add_remarks(item, find_areas) for item in reviewed)


def _index_areas(roster: Roster | None) -> frozenset[str]:
    """Return the ends of the areas that the names of all agencies begin with, as long as a place may be."""
    areas = (area for agency in roster or () for area in iterate_areas(plain_file_name(agency.name)))
    lengths = range(_MIN_PLACE_CHARACTERS, _MAX_PLACE_CHARACTERS + 1)
    return frozenset(area[-length:] for area in areas for length in lengths)


def _add_remarks(item: ReviewedFile, find_areas: Callable[[], Set[str]]) -> ReviewedFile:
    submission = item.submission
    if submission is None or submission.manifest:
        return item
    name = split_file_name(item.file)[-1]
    remarks = (*_check_year(name, submission), *_check_area(name, submission, find_areas))
    return replace(item, findings=(*item.findings, *remarks)) if remarks else item


def _check_year(name: str, submission: Submission) -> Iterator[Finding]:
    """Yield a finding if a name has years or periods, none of them the return's; dates of handing in are none."""
    if submission.year is None:
        return
    year = calendar_year(submission.year)
    stem = _drop_other_documents(unicodedata.normalize("NFKC", PurePath(name).stem))
    named: list[int] = [*_find_periods(stem, submission.year)]
    if submission.year in named:
        return
    for told in (named or _find_years(stem, year))[:1]:
        facts = {"file": name, "found": told, "expected": submission.year}
        yield Finding("identity.year_in_name", code_severity("identity.year_in_name"), facts=facts)


def _find_years(stem: str, year: int) -> list[int]:
    """Return the years in a name that are not the report's; empty if its own is among them."""
    patterns, stem = load_year_patterns(), _write_out_years(stem)
    if str(year) in stem:
        return []
    earlier = (int(match[1]) for pattern in patterns.any for match in re.finditer(pattern, stem))
    named = [told for told in earlier if _FIRST_YEAR <= told < year]
    named += (int(match[1]) for pattern in patterns.of_report for match in re.finditer(pattern, stem))
    return named


def _write_out_years(stem: str) -> str:
    """Return a name with four digits for its years in Chinese numerals, 二〇二四年, and for those of two, 24年度."""
    patterns = load_year_patterns()
    digits = str.maketrans(patterns.numerals, "".join(str(at % 10) for at in range(len(patterns.numerals))))
    written = re.sub(patterns.in_numerals, lambda match: match[0].translate(digits), stem)
    return re.sub(patterns.two_digits, r"20\1", written)


def _find_periods(stem: str, period: int) -> list[Period]:
    """Return the periods in a name that are as long as the return's; of its year, unless they stand behind another."""
    if not isinstance(period, Period):
        return []
    patterns = load_period_patterns()
    matches = (
        match
        for pattern in patterns.list_patterns(period.length)
        for match in re.finditer(pattern, stem, re.IGNORECASE)
    )
    named = (
        make_period(int(match["year"] or period.year), patterns.read_part(match["part"]), period.length)
        for match in sorted(matches, key=lambda match: match.start())
    )
    return [told for told in named if abs(told.year - period.year) <= 1]


def _drop_other_documents(stem: str) -> str:
    """Return a name without the years of documents and pictures: 按照2024年通知填报, IMG_2024_001."""
    for pattern in load_year_patterns().other_documents:
        stem = re.sub(pattern, " ", stem)
    return stem


def _check_area(name: str, submission: Submission, find_areas: Callable[[], Set[str]]) -> Iterator[Finding]:
    """Yield a finding if a place of the same kind as the agency's stands before its name, and is another."""
    full = plain_file_name(submission.agency_name)
    areas = [*iterate_areas(full)]
    if not areas or len(full) == len(areas[-1]):
        return
    before, found, _ = plain_file_name(PurePath(name).stem).partition(full.removeprefix(areas[-1]))
    told = _find_last_place(before) if found else ""
    if not told or told[-1] != areas[-1][-1]:
        return
    if not any(area.endswith(told) for area in areas) and told not in find_areas():
        facts = {"file": name, "told": told, "name": submission.agency_name}
        yield Finding("identity.area_in_name", code_severity("identity.area_in_name"), facts=facts)


def _find_last_place(text: str) -> str:
    """Return the place that a text ends with, without usual words and places before it; "" if there is none."""
    endings = load_agency_words().place_endings
    said = re.split(r"[^\u4e00-\u9fff]", text)[-1]
    start = max(said[:-1].rfind(ending) for ending in endings) + 1
    usual = max((at for at, reached in enumerate(find_usual_beginnings(said[start:])) if reached), default=0)
    place = said[start + usual :]
    no_places = (*load_agency_words().no_places, *load_agency_words().kinds_of_places)
    fits = _MIN_PLACE_CHARACTERS <= len(place) <= _MAX_PLACE_CHARACTERS and not _is_of_other_words(place)
    return place if fits and place.endswith(endings) and not place.endswith(no_places) else ""


def _is_of_other_words(place: str) -> bool:
    """Return whether what ends like a place is one for files or work, and no name."""
    words = load_agency_words()
    return any(word in place for word in words.no_name_words) or not set(place).isdisjoint(words.no_name_signs)
