"""Whose report it is, and of which year: from its title, or from the sentence that says which period it counts."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from xltool.forms.dialect import dialect
from xltool.published.documents.document import Document, Piece

MOST_LINES = 200  # from the top, in which a title is looked for
JOINED = 3  # lines a title may be broken over
LONGEST_NAME = 40  # signs of an agency's name
BEHIND = 3  # signs between the words of a title and a year behind them
ENOUGH = 0.7  # of the words of a title that must be there
PERIOD_SIGNS = 60_000
_CLAUSE = re.compile("[\u3002\uff1b\uff0c;,]")  # before a title within a sentence, which tells of another report
_BRACKETS = (("(", ")"), ("\uff08", "\uff09"))


class Title(NamedTuple):
    """The agency's name as printed, and the year; either may not have been found."""

    agency: str = ""
    year: int | None = None


def title_of(document: Document, pattern: str, last: int | None = None) -> Title:
    """The title of a report whose form prints titles as ``pattern`` ("{agency}{year}…").

    It stands before the piece ``last``, with which the report itself begins. Pages name other years' reports, too: of
    several titles that of the period the report counts is taken, else the last one. A title that the file states about
    itself and shows, exactly as the form prints it, may hold any name.
    """
    end = len(document.pieces) if last is None else last + 1
    pieces = document.pieces[max(0, end - MOST_LINES) : end]
    if exact := _exact(document.titles, pieces, pattern):
        return exact
    found = [title for text, before in _lines(pieces) if (title := _parsed(text, before, pattern))]
    stated = [title for text in document.titles if (title := _parsed("".join(text.split()), "", pattern))]
    period = _period(document.pieces)
    fitting = [title for title in (*reversed(found), *stated) if title.year is not None]
    fitting = [title for title in fitting if title.year == period] or fitting
    best = next((title for title in fitting if title.agency), None) or next(iter(fitting), Title())
    return best if best.year else Title(best.agency, period)


def _exact(stated: Sequence[str], pieces: Sequence[Piece], pattern: str) -> Title | None:
    printed = re.escape(pattern).replace(r"\{agency\}", "(?P<agency>.+)").replace(r"\{year\}", r"(?P<year>20\d\d)")
    said = "".join("".join(piece.text.split()) for piece in pieces if not piece.table)
    for title in ("".join(text.split()) for text in stated):
        if (match := re.fullmatch(printed, title)) and title in said:
            return Title(match["agency"], int(match["year"]))
    return None


def _lines(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Texts that may be the title, broken lines drawn together, each with the line before it."""
    lines = ["".join(piece.text.split()) for piece in pieces if not piece.table]
    lines = [line for line in lines if line]
    for at, line in enumerate(lines):
        if _year().search(line[: 4 * LONGEST_NAME]):
            yield line + "".join(lines[at + 1 : at + JOINED]), lines[at - 1] if at else ""


def _parsed(text: str, before: str, pattern: str) -> Title | None:
    words = _words(pattern)
    for match in _year().finditer(text[: 4 * LONGEST_NAME]):
        names = _names(text, match, words)
        if names is not None and not _CLAUSE.search(text[: match.start()]):
            first = before + names[0] if _unopened(names[0]) else names[0]
            agency = next((name for each in (first, *names[1:], before) if (name := _name(each, words))), "")
            return Title(agency, _number(match["year"]))
    return None


def _names(text: str, year: re.Match[str], words: str) -> tuple[str, ...] | None:
    """Where the agency's name may stand beside a year and the words of the title; None where these are not there."""
    start = _tail_starts(text, year.end(), words)
    if start is not None:
        return text[: year.start()], text[year.end() : start]
    first = text.find(words[:2])
    while 0 <= first < year.start():
        match = _loosely(words).match(text, first)
        if match and len(match.group()) >= ENOUGH * len(words) and year.start() - match.end() <= BEHIND:
            return (text[:first],)
        first = text.find(words[:2], first + 1)
    return None


def _tail_starts(text: str, at: int, words: str) -> int | None:
    """Where the words of the title behind the year begin; some may be missing."""
    for start in range(at, min(len(text), at + LONGEST_NAME) + 1):
        match = _loosely(words).match(text, start)
        if match and len(match.group()) >= ENOUGH * len(words):
            return start
    return None


def _words(pattern: str) -> str:
    """What a form's titles say beside agency and year: behind the year, or between the two, whichever is more."""
    before, _, after = pattern.partition("{year}")
    between = before.partition("{agency}")[2].rstrip("".join(sign for pair in _BRACKETS for sign in pair))
    return max(_without_year_sign(after), between, key=len)


def _without_year_sign(tail: str) -> str:
    sign = next((sign for sign in dialect().titles.year_signs if tail.startswith(sign)), "")
    return tail.removeprefix(sign)


@lru_cache(maxsize=64)
def _loosely(words: str) -> re.Pattern[str]:
    return re.compile("".join(f"{re.escape(sign)}?" for sign in words))


@cache
def _year() -> re.Pattern[str]:
    says = dialect()
    digits = "".join(re.escape(sign) for sign in says.year_digits + says.year_zeros)
    signs = "|".join(map(re.escape, says.titles.year_signs))
    return re.compile(rf"(?<![0-9])(?P<year>20[0-9]{{2}}|[{digits}]{{4}})(?:{signs})")


def _number(year: str) -> int | None:
    says = dialect()
    zeros = str.maketrans(dict.fromkeys(says.year_zeros, says.year_digits[0]))
    plain = year.translate(zeros).translate({ord(sign): str(value) for value, sign in enumerate(says.year_digits)})
    number = int(plain) if plain.isdecimal() else 0
    return number if 2000 <= number < 2100 else None


def _name(text: str, words: str) -> str:
    """An agency's name, if ``text`` can be one; the words of the title itself are none."""
    says = dialect().titles
    lead, trail = ("|".join(map(re.escape, signs)) for signs in (says.lead, says.trail))
    name = re.sub(rf"^(?:{lead})[:\uff1a]|(?:{trail})$", "", text)
    name = name.strip("\u300a\u300b\u3010\u3011-\u2014")
    name = _unwrapped(name)
    wrong = re.search("[0-9\u3002\uff0c,;\uff1b:\uff1a\uff01!?\uff1f\u3001|>]", name) or words[:6] in name
    return "" if wrong or not 2 <= len(name) <= LONGEST_NAME else name


def _unwrapped(name: str) -> str:
    """A name without brackets around it, or the one bracket of a pair whose other is not there."""
    for opening, closing in _BRACKETS:
        more = name.count(opening) - name.count(closing)
        if name.startswith(opening) and (more > 0 or name.endswith(closing)):
            name = name[1:]
        if name.count(closing) > name.count(opening):
            name = name.rstrip(closing)
    return name


def _unopened(name: str) -> bool:
    """Whether a bracket closes that was not opened, so that the name begins before it."""
    return any(name.count(closing) > name.count(opening) for opening, closing in _BRACKETS)


def _period(pieces: Sequence[Piece]) -> int | None:
    text = "".join("".join(piece.text for piece in pieces)[:PERIOD_SIGNS].split())
    for pattern in dialect().titles.periods:
        if match := re.search(pattern, text):
            return int(match["year"])
    return None
