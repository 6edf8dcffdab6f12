"""Render findings, errors and command help in Chinese from the texts of ``texts.toml``.

A text has plain placeholders, ``{file}``, filled from the facts of the finding or error. A missing fact raises
KeyError.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from functools import cache, singledispatch
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from xltool.errors import XltoolError
from xltool.forms.period_words import name_period
from xltool.model.finding import CUSTOM_WORDING, Finding
from xltool.model.finding_codes import FINDING_CODES
from xltool.model.finding_facts import StructuredFact
from xltool.model.form import Severity
from xltool.model.period import Period

# Control characters and characters that change the direction of text: they would alter the line they are printed on.
UNPRINTABLE_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_UNDECODED = re.compile("[\udc80-\udcff]")
BRACKETED_TEXT = re.compile("(（[^（）]*）)")
_ASKED = "asked"  # the fact of what is to be filled in: a number, or words
_OPTION_SIGN = "--"
_SIDES = 2  # of a relation
_BRIEF_KEYS = ("brief", "brief_named", "brief_long")
_MAX_BRIEF_CHARACTERS = 70  # a longer brief sentence gives way to the one without the figures of both sides
MAX_NAMES_LISTED = 100  # a cell of a workbook holds 32,767 characters
_QUOTED_LISTS = frozenset({"others"})  # facts that list names of files or sheets
MAX_QUOTED_CHARACTERS = 200  # of one quoted text inside a sentence; the fact itself is not shortened


class Phrase(str):
    """A rendered part of a sentence; unlike a text quoted from a file it is never shortened."""

    __slots__ = ()


class Wording(NamedTuple):
    """The texts of one code. ``group`` is findings or errors; ``severity`` is None if circumstances decide it.

    ``option`` says which option or command serves a coordinator, empty for none.
    """

    group: str
    code: str
    title: str
    say: str
    advice: str
    severity: Severity | None = None
    option: str = ""


def list_wordings() -> tuple[Wording, ...]:
    """Return the wordings of all codes, findings first; the reference of codes is generated from them."""
    return tuple(_iterate_wordings("findings")) + tuple(_iterate_wordings("errors"))


def render_finding(finding: Finding) -> str:
    """Render what is wrong and what to do. Raises KeyError for an unknown code or a missing fact."""
    return render_problem(finding) + render_advice(finding)


def render_problem(finding: Finding) -> str:
    """Render what is wrong, without the advice."""
    return _fill_placeholders(_find_wording(finding)["say"], _facts_with_place(finding))


def strip_details(problem: str) -> str:
    """Return a rendered problem, perhaps of an earlier run, without its basis and the suspected errors."""
    return _split_details(problem)[0]


def render_advice(finding: Finding) -> str:
    """Render what to do about a finding."""
    return _fill_placeholders(_find_wording(finding)["advice"], _facts_with_place(finding))


def render_option(finding: Finding) -> str:
    """Render with which option or command a coordinator can act on a finding; empty where there is none.

    Only a console shows it: clerks, and those who work in a page, have no command line.
    """
    return _fill_placeholders(_find_wording(finding).get("option", ""), _facts_with_place(finding))


def render_brief(finding: Finding) -> str:
    """Render a finding in a line: what is wrong and what to do, or the written reason that settles it.

    The basis and the suspected errors are left to `render_details`.
    """
    return render_brief_problem(finding) + render_brief_advice(finding)


def render_brief_problem(finding: Finding) -> str:
    """Render what is wrong, in a line."""
    return _render_brief_problem(_find_wording(finding), _facts_with_place(finding))


def render_brief_advice(finding: Finding) -> str:
    """Render what to do, in a line: where to look if that is known; the reason of a settled finding instead."""
    if finding.settled:
        return format_phrase("settled", reason=Phrase(render_settlement(finding)))
    wording, suspects = _find_wording(finding), finding.facts.get("suspects")
    hint = render_suspects_briefly(suspects) if isinstance(suspects, StructuredFact) else ""
    advice = wording.get("do", "" if hint else wording["advice"])
    return hint + _fill_placeholders(advice, _facts_with_place(finding))


def _render_brief_problem(wording: Mapping[str, str], facts: Mapping[str, object]) -> str:
    """Render what is wrong: the shortest of the brief texts that fits, else the whole one without its basis."""
    known = (wording[key] for key in _BRIEF_KEYS if key in wording)
    facts = {**facts, **_name_sides(str(facts.get("title", "")))}
    texts = [_fill_placeholders(text, facts) for text in known if all(name in facts for name in placeholders(text))]
    if not texts:
        return _fill_placeholders(_split_details(wording["say"])[0], facts)
    return next((text for text in texts if len(text) <= _MAX_BRIEF_CHARACTERS), texts[-1])


def _name_sides(title: str) -> dict[str, str]:
    """Name the sides of a relation as its title does, if it says that one is equal to another, else nothing."""
    sides = re.split(look_up_word("shown", "equals"), title)
    return {"left_title": sides[0], "right_title": sides[1]} if len(sides) == _SIDES else {}


def render_details(finding: Finding) -> str:
    """Render what `render_brief` leaves out: the whole problem if it was shortened, the basis, the suspected errors."""
    wording, facts = _find_wording(finding), _facts_with_place(finding)
    if "brief" in wording:
        return _fill_placeholders(wording["say"], facts)
    return _fill_placeholders(_split_details(wording["say"])[1], facts)


def _split_details(say: str) -> tuple[str, str]:
    """Split a text before its basis, which the suspected errors follow."""
    problem, basis, rest = say.partition(look_up_word("shown", "basis"))
    return problem, basis + rest


@singledispatch
def render_suspects_briefly(suspects: object) -> str:
    """Render suspected errors in a sentence; `suspect_phrases` registers their class."""
    return ""


def finding_heading(finding: Finding) -> str:
    """Return the title of the form's rule, or of the finding's own code."""
    title = finding.facts.get("title")
    return code_title(finding.wording or finding.code) if title is None else _render_fact(title)


def render_settlement(finding: Finding) -> str:
    """Render the written reason or the waiver that settles a finding; empty if it is not settled."""
    settled = finding.settled
    return render_structure(settled) if isinstance(settled, StructuredFact) else settled or ""


def code_title(code: str) -> str:
    """Return the title of a code."""
    return str(_load_texts()["findings"][code]["title"])


def code_advice(code: str) -> str:
    """Return the advice of a code with its placeholders unfilled."""
    return str(_load_texts()["findings"][code]["advice"])


def render_error(exception: XltoolError) -> str:
    """Render why work stopped and what to do. Raises KeyError for an unknown code or a missing fact."""
    words = _load_texts()["errors"][exception.code]
    return _fill_placeholders(words["say"] + words["advice"], exception.facts)


def look_up_word(group: str, key: str) -> str:
    """Look up a single word: ``word("severity", "must_fix")``."""
    return str(_load_texts()["words"][group][key])


def list_words(group: str) -> Mapping[str, str]:
    """Return all single words of a group by their keys."""
    words: Mapping[str, str] = _load_texts()["words"][group]
    return words


def list_help_groups(kind: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the headings of help pages with what stands below each; ``kind`` is options or commands."""
    return tuple((group["heading"], tuple(group["names"])) for group in _load_texts()["help_groups"][kind])


def help_text(key: str) -> str:
    """Return the help of a command (``check``) or of one of its options (``check.roster``)."""
    return str(_load_texts()["help"][key])


def format_line(key: str, **facts: object) -> str:
    """Render a line of a command's output. Raises KeyError for an unknown key or a missing fact."""
    return _fill_placeholders(_load_texts()["told"][key], facts)


def format_phrase(key: str, **facts: object) -> Phrase:
    """Render a part of a sentence. Raises KeyError for an unknown key or a missing fact."""
    return Phrase(_fill_placeholders(_load_texts()["phrases"][key], facts))


def quote_text(text: str) -> str:
    """Return a text from a file with unprintable characters escaped, at most `MAX_QUOTED_CHARACTERS` characters."""
    if _UNDECODED.search(text):
        with suppress(UnicodeError):  # a name that the system could not decode, in a locale that is not UTF-8
            text = os.fsencode(text).decode("utf-8")
    text = UNPRINTABLE_CHARACTERS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    return text if len(text) <= MAX_QUOTED_CHARACTERS else text[:MAX_QUOTED_CHARACTERS] + "…"


@singledispatch
def render_structure(fact: object) -> str:
    """Render a structured fact. The other modules of this package register the classes of `model.finding_facts`."""
    raise TypeError(f"no rendering of {type(fact).__name__}")


@cache
def placeholders(text: str) -> tuple[str, ...]:
    """Return the names of the facts a text needs, in order. Raises ValueError for anything but plain ``{name}``."""
    names = []
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(text)
        names.append(name)
    return tuple(names)


@cache
def _load_texts() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


def _iterate_wordings(group: str) -> Iterator[Wording]:
    for code, words in _load_texts()[group].items():
        severity = FINDING_CODES[code].severity if code in FINDING_CODES else None
        yield Wording(
            group, code, words.get("title", ""), words["say"], words["advice"], severity, words.get("option", "")
        )


def _find_wording(finding: Finding) -> Mapping[str, str]:
    """Return the texts of a finding: its own if a check of the user found it, else those of its ``wording`` or code."""
    if finding.wording == CUSTOM_WORDING:
        return {"say": str(finding.facts["problem"]), "advice": str(finding.facts["advice"])}
    words: Mapping[str, str] = _load_texts()["findings"][finding.wording or finding.code]
    return words


def _facts_with_place(finding: Finding) -> Mapping[str, object]:
    """Return the finding's facts with ``sheet``, ``address`` and ``place`` of its first spot."""
    if not finding.cells:
        return finding.facts
    spot = finding.cells[0]
    place = f"{spot.sheet}!{spot.address}" if spot.address else spot.sheet
    return {"sheet": spot.sheet, "address": spot.address, "place": place, **finding.facts}


def _fill_placeholders(text: str, facts: Mapping[str, object]) -> str:
    text, facts = _name_periods(text, facts)
    shown = {name: _render_named_fact(name, facts[name]) for name in placeholders(text)}
    if shown.get(_ASKED, "").startswith(tuple(look_up_word("shown", "without_space").split())):
        text = text.replace(f" {{{_ASKED}}}", f"{{{_ASKED}}}")
    return "".join(_fill_piece(piece, shown) for piece in BRACKETED_TEXT.split(text))


def _name_periods(text: str, facts: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """Return a sentence about years, and its facts, with the parts of years in words; as written beside an option."""
    listed = ((name, fact if isinstance(fact, tuple) else (fact,)) for name, fact in facts.items())
    known = {name: fact for name, fact in listed if any(isinstance(each, Period) for each in fact)}
    if not known:
        return text, facts
    year_titles, period_titles = (look_up_word("period", key).split() for key in ("year_titles", "period_titles"))
    words, has_title = "|".join(look_up_word("period", "year_words").split()), any(map(text.__contains__, year_titles))
    named = {}
    for name in known.keys() & set(placeholders(text)):
        text, count = re.subn(rf"(\{{{name}\}}) ?(?:{words})", r"\1", text)
        if _OPTION_SIGN not in text and (count or has_title):
            named[name] = tuple(Phrase(name_period(each)) for each in known[name])
    for year_title, period_title in zip(year_titles, period_titles, strict=True):
        text = text.replace(year_title, period_title)
    return text, {**facts, **named}


def _fill_piece(text: str, shown: Mapping[str, str]) -> str:
    """Fill one part of a sentence; bracketed text is dropped if all its facts are empty."""
    names = placeholders(text)
    if not BRACKETED_TEXT.fullmatch(text):
        return text.format_map(shown)
    if names and not any(shown[name] for name in names):
        return ""
    return text[0] + text[1:-1].format_map(shown).strip() + text[-1]


def _render_named_fact(name: str, fact: object) -> str:
    """Render a fact; files and sheets in quotation marks, however many there are."""
    if name not in _QUOTED_LISTS or not isinstance(fact, tuple | list):
        return _render_fact(fact)
    quoted = look_up_word("shown", "quoted")
    return look_up_word("shown", "joint").join(quoted.format(_render_fact(each)) for each in fact)


def _render_fact(fact: object) -> str:
    """Render a fact: numbers plain, several joined, enum members as their Chinese words."""
    match fact:
        case None:
            return look_up_word("shown", "nothing")
        case bool():
            return look_up_word("shown", "yes" if fact else "no")
        case Enum():
            return look_up_word(type(fact).__name__.lower(), fact.value)
        case Decimal():
            return f"{fact:f}"
        case float():
            raise TypeError(f"a figure is never a float: {fact}")
        case tuple() | list():
            text = look_up_word("shown", "joint").join(map(_render_fact, fact[:MAX_NAMES_LISTED]))
            return text if len(fact) <= MAX_NAMES_LISTED else format_phrase("and_more", text=Phrase(text))
        case Phrase():
            return fact
        case StructuredFact():
            return render_structure(fact)
    return quote_text(str(fact))
