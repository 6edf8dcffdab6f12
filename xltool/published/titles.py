"""Find the agency and the year of a report in its title, or in the sentences that state them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from xltool.forms.period_words import parse_period_words
from xltool.forms.published_wording import TitleWords, load_published_wording
from xltool.model.period import parse_period
from xltool.published.documents.document import Block, Document

MAX_TITLE_LINES = 200  # searched before the report begins
MAX_JOINED_LINES = 3  # lines one title may span, and lines before it that may begin the name
MAX_NAME_CHARS = 40  # of the name of an agency
MAX_YEAR_DISTANCE_CHARS = 3  # between the words of a title and a year after them
MIN_TITLE_SHARE = 0.55  # of the characters of the title words that must be present
MAX_EXTRA_CHARS = 4  # between the words of a title
MAX_STATEMENT_CHARS = 60_000  # of the text searched for sentences about the report
_CLAUSE_MARK = re.compile("[\u3002\uff1b\uff0c;,]")  # before a title: it is part of a sentence about another report
_NOT_IN_NAMES = re.compile("[0-9\u3002\uff0c,;\uff1b:\uff1a\uff01!?\uff1f\u3001|>]")
_BRACKETS = (("(", ")"), ("\uff08", "\uff09"))
_WIDE_DIGITS = {0xFF10 + digit: ord("0") + digit for digit in range(10)}


class Title(NamedTuple):
    """The printed name of the agency ("" if not found) and the year (None if not found)."""

    agency: str = ""
    year: int | None = None


def find_title(document: Document, pattern: str, last: int | None = None) -> Title:
    """Return the title of a report whose form prints titles as ``pattern`` ("{agency}{year}…").

    The title stands before block ``last``, with which the report begins. Pages list the reports of other years too: of
    several titles the one for the stated period is chosen, else the last. A title in the metadata that is also visible
    and equals the printed pattern may contain any name. What no title states is read from the sentences about the
    report.
    """
    end = len(document.blocks) if last is None else last + 1
    blocks = document.blocks[max(0, end - MAX_TITLE_LINES) : end]
    if exact := _find_exact_title(document.titles, blocks, pattern):
        return exact
    words = _title_words(pattern)
    visible = [title for text, before in _title_candidates(blocks) if (title := _parse_title(text, before, words))]
    stated = [title for text in document.titles if (title := _parse_title("".join(text.split()), (), words))]
    statement = _find_statement(document.blocks)
    candidates = [title for title in (*reversed(visible), *stated) if title.year is not None]
    candidates = [title for title in candidates if title.year == statement.year] or candidates
    best = next((title for title in candidates if title.agency), None) or next(iter(candidates), Title())
    return Title(best.agency or statement.agency, best.year or statement.year)


def _find_exact_title(stated: Sequence[str], blocks: Sequence[Block], pattern: str) -> Title | None:
    printed = re.escape(pattern).replace(r"\{agency\}", "(?P<agency>.+)").replace(r"\{year\}", r"(?P<year>20\d\d)")
    visible = "".join("".join(block.text.split()) for block in blocks if not block.table)
    for title in ("".join(text.split()) for text in stated):
        if (match := re.fullmatch(printed, title)) and title in visible:
            return Title(match["agency"], int(match["year"]))
    return None


def find_period_title(document: Document, pattern: str) -> Title:
    """Return the title of a report of a part of a year, printed as ``pattern``; an empty one if there is none."""
    printed = re.escape(pattern).replace(r"\{agency\}", "(?P<agency>.+?)")
    printed = printed.replace(r"\{period\}", r"(?P<period>20\d\d.{2,6}?)").replace(r"\{year\}", r"20\d\d")
    lines = ["".join(block.text.split()) for block in document.blocks[:MAX_TITLE_LINES] if not block.table]
    joined = ("".join(lines[at : at + MAX_JOINED_LINES]) for at in range(len(lines)))
    for text in (*("".join(title.split()) for title in document.titles), *lines, *joined):
        if match := re.match(printed, text):
            with suppress(ValueError):
                return Title(match["agency"], parse_period(parse_period_words(match["period"])))
    return Title()


def _title_candidates(blocks: Sequence[Block]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield texts that may be the title, wrapped lines joined, each with the lines before it."""
    lines = ["".join(block.text.split()) for block in blocks if not block.table]
    lines = [line for line in lines if line]
    for at, line in enumerate(lines):
        if _year_pattern().search(line[: 4 * MAX_NAME_CHARS].translate(_WIDE_DIGITS)):
            yield line + "".join(lines[at + 1 : at + MAX_JOINED_LINES]), lines[max(0, at - MAX_JOINED_LINES) : at]


def _parse_title(text: str, before: Sequence[str], words: str) -> Title | None:
    """Return the title in a text that contains title words beside a year, else None."""
    simple = text.translate(load_published_wording().simplified_translation() | _WIDE_DIGITS)
    for year in _year_pattern().finditer(simple[: 4 * MAX_NAME_CHARS]):
        spans = _name_spans(simple, year, words)
        if spans is not None and not _CLAUSE_MARK.search(text[: year.start()]):
            names = [_complete_name(_clean_name(text[slice(*span)]), before) for span in spans]
            if _has_unopened_bracket(text[slice(*spans[0])]) and before:
                names.insert(0, _clean_name(before[-1] + text[slice(*spans[0])]))
            names += [_complete_name(_clean_name(line), before[:-1]) for line in before[-1:]]
            names = [name for name in names if _may_be_name(name, words)]
            return Title(names[0] if names else "", _parse_year(year["year"]))
    return None


def _name_spans(text: str, year: re.Match[str], words: str) -> list[tuple[int, int]] | None:
    """Return the spans beside year and title words that may be the name; None without title words."""
    if after := _find_title_words(text, year.end(), year.end() + MAX_NAME_CHARS, words):
        return [(0, year.start()), (year.end(), after[0])]
    before = _find_title_words(text, 0, year.start(), words)
    if before and 0 <= year.start() - before[1] <= MAX_YEAR_DISTANCE_CHARS:
        return [(0, before[0])]
    return None


def _find_title_words(text: str, first: int, stop: int, words: str) -> tuple[int, int] | None:
    """Return the span of the title words that starts in ``first`` to ``stop``; their order may differ.

    The span begins and ends as a title does, contains most of the words and few other characters.
    """
    ends = load_published_wording().titles.ends
    best: tuple[int, tuple[int, int]] | None = None
    for start in (at for at in range(first, min(len(text), stop + 1)) if text[at] == words[0]):
        for length in range(4, len(words) + MAX_EXTRA_CHARS + 1):
            span = text[start : start + length]
            if not span.endswith(tuple(ends)) or len(span) < length:
                continue
            shared = sum((Counter(span) & Counter(words)).values())
            score = 2 * shared - length
            if shared >= MIN_TITLE_SHARE * len(words) and length - shared <= MAX_EXTRA_CHARS:
                best = max(best or (score, (start, start + length)), (score, (start, start + length)))
    return best[1] if best else None


def _title_words(pattern: str) -> str:
    """Return the fixed words of a title pattern: after the year or between agency and year, the longer of both."""
    before, _, after = pattern.partition("{year}")
    between = before.partition("{agency}")[2].rstrip("".join(bracket for pair in _BRACKETS for bracket in pair))
    signs = load_published_wording().titles.year_signs
    after = after.removeprefix(next((sign for sign in signs if after.startswith(sign)), ""))
    return max(after, between, key=len)


@cache
def _year_pattern() -> re.Pattern[str]:
    wording = load_published_wording()
    digits = "".join(re.escape(char) for char in wording.year_digits + wording.year_zeros)
    signs = "|".join(map(re.escape, wording.titles.year_signs))
    return re.compile(rf"(?<![0-9])(?P<year>20[0-9]{{2}}|[{digits}]{{4}})(?:{signs})")


def _parse_year(year: str) -> int | None:
    wording = load_published_wording()
    zeros = str.maketrans(dict.fromkeys(wording.year_zeros, wording.year_digits[0]))
    digits = {ord(char): str(value) for value, char in enumerate(wording.year_digits)}
    plain = year.translate(zeros).translate(digits)
    number = int(plain) if plain.isdecimal() else 0
    return number if 2000 <= number < 2100 else None


# --- the name of the agency ----------------------------------------------------------------------------------------


def _clean_name(text: str) -> str:
    """Return a text without what may surround the name of an agency in a title."""
    words = load_published_wording().titles
    lead, trail = ("|".join(map(re.escape, parts)) for parts in (words.lead, words.trail))
    name = re.sub(rf"^(?:{lead})[:\uff1a]|(?:{trail})$", "", text)
    return _strip_unpaired_brackets(name.strip("\u300a\u300b\u3010\u3011-\u2014"))


def _may_be_name(name: str, words: str) -> bool:
    """Return True if a text may be the name of an agency: no punctuation, digits or title words."""
    wrong = _NOT_IN_NAMES.search(name) or words[:6] in name or re.search(load_published_wording().titles.no_name, name)
    return 2 <= len(name) <= MAX_NAME_CHARS and not wrong


def _complete_name(name: str, before: Sequence[str]) -> str:
    """Return a name with the lines before it that begin it.

    A line is joined if the name names no region, or if the line itself breaks off within a name.
    """
    wording = load_published_wording()
    simplified = wording.simplified_translation()
    for line in reversed(before):
        part = line.translate(simplified)
        whole = re.match(wording.titles.region, name.translate(simplified)) is not None
        if not name or (whole and part.endswith(tuple(wording.titles.name_ends))):
            break
        if not _begins_name(part, wording.titles):
            break
        name = _clean_name(line) + name
    return name


def _begins_name(line: str, title_words: TitleWords) -> bool:
    """Return True if a line before a title may be the beginning of the name in it."""
    page_text = _NOT_IN_NAMES.search(line) or any(word in line for word in title_words.page_words)
    return len(line) <= MAX_NAME_CHARS and not page_text and re.match(title_words.region, line) is not None


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


# --- sentences about the report ------------------------------------------------------------------------------------


def _find_statement(blocks: Sequence[Block]) -> Title:
    """Return the agency and the year that the sentences of a report state."""
    wording = load_published_wording()
    text = "".join("".join(block.text for block in blocks)[:MAX_STATEMENT_CHARS].split()).translate(_WIDE_DIGITS)
    simple = text.translate(wording.simplified_translation())
    agency, year = "", None
    for pattern in wording.titles.statements:
        if match := re.search(pattern, simple):
            name = _clean_name(text[slice(*match.span("agency"))])
            agency = agency or (name if _may_be_name(name, "\0") else "")
            year = year or (int(match["year"]) if "year" in match.re.groupindex else None)
    periods = (re.search(pattern, simple) for pattern in wording.titles.periods)
    period = next((int(match["year"]) for match in periods if match), None)
    return Title(agency, period or year or _find_opening_year(blocks))


def _find_opening_year(blocks: Sequence[Block]) -> int | None:
    """Return the only year with which paragraphs about the past year begin, else None."""
    opening = re.compile(load_published_wording().titles.opening)
    lines = ("".join(block.text.split()).translate(_WIDE_DIGITS) for block in blocks if not block.table)
    years = {int(match["year"]) for line in lines if (match := opening.match(line))}
    return years.pop() if len(years) == 1 else None
