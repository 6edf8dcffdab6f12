"""Find the agency and the year of a report in its title, or the year in the sentence that states the period."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from xltool.forms.published_wording import load_published_wording
from xltool.published.documents.document import Block, Document

MAX_TITLE_LINES = 200  # searched before the report begins
MAX_JOINED_LINES = 3  # lines one title may span
MAX_NAME_CHARS = 40  # of the name of an agency
MAX_YEAR_DISTANCE_CHARS = 3  # between the words of a title and a year after them
MIN_TITLE_SHARE = 0.7  # of the characters of the title words that must be present
MAX_PERIOD_CHARS = 60_000
_CLAUSE_MARK = re.compile("[\u3002\uff1b\uff0c;,]")  # before a title: it is part of a sentence about another report
_BRACKETS = (("(", ")"), ("\uff08", "\uff09"))


class Title(NamedTuple):
    """The printed name of the agency ("" if not found) and the year (None if not found)."""

    agency: str = ""
    year: int | None = None


def find_title(document: Document, pattern: str, last: int | None = None) -> Title:
    """Return the title of a report whose form prints titles as ``pattern`` ("{agency}{year}…").

    The title stands before block ``last``, with which the report begins. Pages list the reports of other years too: of
    several titles the one for the stated period is chosen, else the last. A title in the metadata that is also visible
    and equals the printed pattern may contain any name.
    """
    end = len(document.blocks) if last is None else last + 1
    pieces = document.blocks[max(0, end - MAX_TITLE_LINES) : end]
    if exact := _find_exact_title(document.titles, pieces, pattern):
        return exact
    found = [title for text, before in _title_candidates(pieces) if (title := _parse_title(text, before, pattern))]
    stated = [title for text in document.titles if (title := _parse_title("".join(text.split()), "", pattern))]
    period = _find_period(document.blocks)
    fitting = [title for title in (*reversed(found), *stated) if title.year is not None]
    fitting = [title for title in fitting if title.year == period] or fitting
    best = next((title for title in fitting if title.agency), None) or next(iter(fitting), Title())
    return best if best.year else Title(best.agency, period)


def _find_exact_title(stated: Sequence[str], blocks: Sequence[Block], pattern: str) -> Title | None:
    printed = re.escape(pattern).replace(r"\{agency\}", "(?P<agency>.+)").replace(r"\{year\}", r"(?P<year>20\d\d)")
    said = "".join("".join(piece.text.split()) for piece in blocks if not piece.table)
    for title in ("".join(text.split()) for text in stated):
        if (match := re.fullmatch(printed, title)) and title in said:
            return Title(match["agency"], int(match["year"]))
    return None


def _title_candidates(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    """Yield texts that may be the title, wrapped lines joined, each with the line before it."""
    lines = ["".join(piece.text.split()) for piece in blocks if not piece.table]
    lines = [line for line in lines if line]
    for at, line in enumerate(lines):
        if _year_pattern().search(line[: 4 * MAX_NAME_CHARS]):
            yield line + "".join(lines[at + 1 : at + MAX_JOINED_LINES]), lines[at - 1] if at else ""


def _parse_title(text: str, before: str, pattern: str) -> Title | None:
    words = _title_words(pattern)
    for match in _year_pattern().finditer(text[: 4 * MAX_NAME_CHARS]):
        names = _split_names(text, match, words)
        if names is not None and not _CLAUSE_MARK.search(text[: match.start()]):
            first = before + names[0] if _has_unopened_bracket(names[0]) else names[0]
            agency = next((name for each in (first, *names[1:], before) if (name := _clean_name(each, words))), "")
            return Title(agency, _parse_year(match["year"]))
    return None


def _split_names(text: str, year: re.Match[str], words: str) -> tuple[str, ...] | None:
    """Return the texts beside year and title words that may be the name; None without title words."""
    start = _find_title_words(text, year.end(), words)
    if start is not None:
        return text[: year.start()], text[year.end() : start]
    first = text.find(words[:2])
    while 0 <= first < year.start():
        match = _optional_chars(words).match(text, first)
        if (
            match
            and len(match.group()) >= MIN_TITLE_SHARE * len(words)
            and year.start() - match.end() <= MAX_YEAR_DISTANCE_CHARS
        ):
            return (text[:first],)
        first = text.find(words[:2], first + 1)
    return None


def _find_title_words(text: str, at: int, words: str) -> int | None:
    """Return where the title words after the year begin; some characters may be missing."""
    for start in range(at, min(len(text), at + MAX_NAME_CHARS) + 1):
        match = _optional_chars(words).match(text, start)
        if match and len(match.group()) >= MIN_TITLE_SHARE * len(words):
            return start
    return None


def _title_words(pattern: str) -> str:
    """Return the fixed words of a title pattern: after the year or between agency and year, the longer of both."""
    before, _, after = pattern.partition("{year}")
    between = before.partition("{agency}")[2].rstrip("".join(sign for pair in _BRACKETS for sign in pair))
    return max(_strip_year_suffix(after), between, key=len)


def _strip_year_suffix(tail: str) -> str:
    sign = next((sign for sign in load_published_wording().titles.year_signs if tail.startswith(sign)), "")
    return tail.removeprefix(sign)


@lru_cache(maxsize=64)
def _optional_chars(words: str) -> re.Pattern[str]:
    return re.compile("".join(f"{re.escape(sign)}?" for sign in words))


@cache
def _year_pattern() -> re.Pattern[str]:
    says = load_published_wording()
    digits = "".join(re.escape(sign) for sign in says.year_digits + says.year_zeros)
    signs = "|".join(map(re.escape, says.titles.year_signs))
    return re.compile(rf"(?<![0-9])(?P<year>20[0-9]{{2}}|[{digits}]{{4}})(?:{signs})")


def _parse_year(year: str) -> int | None:
    says = load_published_wording()
    zeros = str.maketrans(dict.fromkeys(says.year_zeros, says.year_digits[0]))
    plain = year.translate(zeros).translate({ord(sign): str(value) for value, sign in enumerate(says.year_digits)})
    number = int(plain) if plain.isdecimal() else 0
    return number if 2000 <= number < 2100 else None


def _clean_name(text: str, words: str) -> str:
    """Return the agency name in ``text``, or "" if it cannot be one."""
    says = load_published_wording().titles
    lead, trail = ("|".join(map(re.escape, signs)) for signs in (says.lead, says.trail))
    name = re.sub(rf"^(?:{lead})[:\uff1a]|(?:{trail})$", "", text)
    name = name.strip("\u300a\u300b\u3010\u3011-\u2014")
    name = _strip_unpaired_brackets(name)
    wrong = re.search("[0-9\u3002\uff0c,;\uff1b:\uff1a\uff01!?\uff1f\u3001|>]", name) or words[:6] in name
    return "" if wrong or not 2 <= len(name) <= MAX_NAME_CHARS else name


def _strip_unpaired_brackets(name: str) -> str:
    """Remove brackets around a name, and a bracket without its partner."""
    for opening, closing in _BRACKETS:
        more = name.count(opening) - name.count(closing)
        if name.startswith(opening) and (more > 0 or name.endswith(closing)):
            name = name[1:]
        if name.count(closing) > name.count(opening):
            name = name.rstrip(closing)
    return name


def _has_unopened_bracket(name: str) -> bool:
    """Return True if a closing bracket has no opening one: the name begins before this text."""
    return any(name.count(closing) > name.count(opening) for opening, closing in _BRACKETS)


def _find_period(blocks: Sequence[Block]) -> int | None:
    text = "".join("".join(piece.text for piece in blocks)[:MAX_PERIOD_CHARS].split())
    for pattern in load_published_wording().titles.periods:
        if match := re.search(pattern, text):
            return int(match["year"])
    return None
