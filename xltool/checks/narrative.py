"""Figures quoted in the text, against the tables. A text that agrees with one lawful reading is right."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from xltool import texts
from xltool.checks.context import Context
from xltool.checks.making import spot
from xltool.checks.words import Telling
from xltool.forms.expressions import evaluate
from xltool.model import Claim, Finding, Number, Spot, Submission, Values

_NUMBER = r"(?P<n>\d[\d,]{0,18})(?![\d,.%])"
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile("[\n\u3002\uff1b;]")  # the full stop and the semicolon end a sentence
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Mention(NamedTuple):
    """A figure a sentence quotes."""

    sentence: str
    number: int


def narrative(submission: Submission, context: Context) -> Iterator[Finding]:
    """A note for each quoted figure that agrees with no reading of the tables."""
    claims: dict[str, list[Claim]] = {}
    for claim in context.form.claims:
        claims.setdefault(claim.section, []).append(claim)
    counted: Values = {}
    for section, asked in claims.items():
        for sentence in _with_figures(submission.texts.get(section, "")):
            counted = counted or submission.counted
            for claim in asked:
                for number in _mentions(claim, sentence, submission.year):
                    readings = [evaluate(reading, counted, context.previous) for reading in claim.readings]
                    if number not in readings and None not in readings:
                        yield _finding(claim, Mention(sentence, number), submission, context, counted)


def _with_figures(text: str) -> Iterator[str]:
    """The sentences that hold a digit, without white space."""
    if _DIGIT.search(text):
        for sentence in _SENTENCE.split(text):
            if _DIGIT.search(sentence):
                yield "".join(sentence.split())


def _mentions(claim: Claim, sentence: str, year: int | None) -> Iterator[int]:
    """The figures a claim finds in a sentence; one said of another year is none of ours."""
    for match in _pattern(claim.pattern).finditer(sentence):
        years = _YEAR.findall(sentence, 0, match.start("n"))
        if not years or year is None or int(years[-1]) == year:
            yield int(match["n"].replace(",", ""))


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{n}", _NUMBER))


def _finding(claim: Claim, mention: Mention, submission: Submission, context: Context, counted: Values) -> Finding:
    sheet = next(section.sheet for section in context.form.sections if section.id == claim.section)
    telling = Telling(submission, context, counted)
    cells = dict.fromkeys(term.cell for reading in claim.readings for term in reading.terms)
    spots = (Spot("", sheet, ""), *(spot(cell, submission, context) for cell in cells))
    expected: list[Number | None] = [evaluate(reading, counted, context.previous) for reading in claim.readings]
    facts: dict[str, object] = {
        "sentence": mention.sentence,
        "number": mention.number,
        "readings": texts.Phrase(texts.phrase("or").join(telling.side(each) for each in claim.readings)),
        "left": mention.number,
        "right": tuple(expected),
        "title": claim.title,
    }
    return Finding(claim.id, claim.severity, spots, facts, wording="claim")
