"""Findings, errors and command help in Chinese: the only place where facts become sentences. The words: ``texts.toml``.

A sentence is a text with plain placeholders, ``{file}``; each is filled from the facts of the finding or error, and a
fact that is not there raises KeyError, so that a test finds it and no reader ever sees a hole.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from xltool.errors import XltoolError
from xltool.model.finding import Finding
from xltool.model.form import Severity

# Signs that would rewrite the line they are printed on: control characters, and those that turn the direction of text.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
BRACKETS = re.compile("(（[^（）]*）)")
LONGEST = 200  # of one quoted text inside a sentence; the fact itself stays whole


class Phrase(str):
    """A piece of a sentence that was made here; unlike what is quoted from a file it is never cut short."""

    __slots__ = ()


class Wording(NamedTuple):
    """One code and its words. ``group``: findings or errors; ``severity``: None where each finding has its own."""

    group: str
    code: str
    title: str
    say: str
    advice: str
    severity: Severity | None = None


def catalogue() -> tuple[Wording, ...]:
    """Every code that has words, findings first: what the documentation of the codes is generated from."""
    return tuple(_wordings("findings")) + tuple(_wordings("errors"))


def say(finding: Finding) -> str:
    """What is wrong and what to do, as a clerk reads it. Raises KeyError for an unknown code or a missing fact."""
    return problem(finding) + cure(finding)


def problem(finding: Finding) -> str:
    """What is wrong, without the advice."""
    return _filled(_words(finding)["say"], _facts(finding))


def cure(finding: Finding) -> str:
    """What to do about it."""
    return _filled(_words(finding)["advice"], _facts(finding))


def heading(finding: Finding) -> str:
    """What kind of thing was found: the title of the form's rule, or of the finding's own code."""
    return str(finding.facts["title"]) if finding.wording else title(finding.code)


def title(code: str) -> str:
    """The name of a kind of finding."""
    return str(_texts()["findings"][code]["title"])


def advice(code: str) -> str:
    """What to do about a kind of finding, its placeholders unfilled."""
    return str(_texts()["findings"][code]["advice"])


def severity(code: str) -> Severity:
    """The severity of a kind of finding that always has the same one; ``must_fix`` where none is written."""
    return Severity(_texts()["findings"][code].get("severity", Severity.MUST_FIX))


def error(stopped: XltoolError) -> str:
    """Why work stopped and what to do. Raises KeyError for an unknown code or a missing fact."""
    words = _texts()["errors"][stopped.code]
    return _filled(words["say"] + words["advice"], stopped.facts)


def word(group: str, key: str) -> str:
    """A small word: ``word("severity", "must_fix")``."""
    return str(_texts()["words"][group][key])


def help(key: str) -> str:
    """The help of a command (``check``) or of one of its options (``check.roster``)."""
    return str(_texts()["help"][key])


def told(key: str, **facts: object) -> str:
    """A line of a command's answer. Raises KeyError for an unknown key or a missing fact."""
    return _filled(_texts()["told"][key], facts)


def phrase(key: str, **facts: object) -> Phrase:
    """A piece of a sentence, for facts that are words themselves. Raises KeyError for an unknown key or fact."""
    return Phrase(_filled(_texts()["phrases"][key], facts))


def quoted(text: str) -> str:
    """A text from a file as it is shown: no sign in it rewrites the line it stands on, and it is never very long."""
    text = UNPRINTABLE.sub(lambda sign: f"\\x{ord(sign[0]):02x}", text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


@cache
def placeholders(text: str) -> tuple[str, ...]:
    """The facts a text needs, in the order of the text. Raises ValueError for anything but plain ``{name}``."""
    names = []
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(text)
        names.append(name)
    return tuple(names)


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))


def _wordings(group: str) -> Iterator[Wording]:
    for code, words in _texts()[group].items():
        severity = Severity(words["severity"]) if "severity" in words else None
        yield Wording(group, code, words.get("title", ""), words["say"], words["advice"], severity)


def _words(finding: Finding) -> Mapping[str, str]:
    """The entry that says it: for a rule of a form, whose code only the form knows, the one of its ``wording``."""
    words: Mapping[str, str] = _texts()["findings"][finding.wording or finding.code]
    return words


def _facts(finding: Finding) -> Mapping[str, object]:
    """The finding's facts, and under ``sheet``, ``address`` and ``place`` where its first spot is."""
    if not finding.spots:
        return finding.facts
    spot = finding.spots[0]
    place = f"{spot.sheet}!{spot.address}" if spot.address else spot.sheet
    return {"sheet": spot.sheet, "address": spot.address, "place": place, **finding.facts}


def _filled(text: str, facts: Mapping[str, object]) -> str:
    shown = {name: _shown(facts[name]) for name in placeholders(text)}
    return "".join(_piece(piece, shown) for piece in BRACKETS.split(text))


def _piece(text: str, shown: Mapping[str, str]) -> str:
    """One piece of a sentence. A pair of brackets is left out when it would quote only facts that are empty."""
    names = placeholders(text)
    if not BRACKETS.fullmatch(text):
        return text.format_map(shown)
    if names and not any(shown[name] for name in names):
        return ""
    return text[0] + text[1:-1].format_map(shown).strip() + text[-1]


def _shown(fact: object) -> str:
    """A fact as it stands in a sentence: numbers plain, several joined, our own terms in Chinese."""
    match fact:
        case None:
            return word("shown", "nothing")
        case bool():
            return word("shown", "yes" if fact else "no")
        case Enum():
            return word(type(fact).__name__.lower(), fact.value)
        case Decimal():
            return f"{fact:f}"
        case float():
            raise TypeError(f"a figure is never a float: {fact}")
        case tuple() | list():
            return word("shown", "joint").join(map(_shown, fact))
        case Phrase():
            return fact
    return quoted(str(fact))
