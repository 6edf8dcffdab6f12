"""What a text says of the figures of the tables: every mention, what it may lawfully mean, and whether it is so."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltool.checks import numerals
from xltool.forms.expressions import evaluate
from xltool.forms.prose import NUMBER, prose
from xltool.model import Claim, Form, Linear, Number, Values

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\u5e74)")


class Judgement(StrEnum):
    """What a mention came to: as the table has it; not; of something else, or undecided: nothing can be said."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OPEN = "open"


class Facts(NamedTuple):
    """What a text is judged by: this year's figures, last year's where they are known, and the year itself."""

    values: Values
    previous: Values | None
    year: int | None


class Mention(NamedTuple):
    """One figure a sentence tells: which claim, its number, where it stands, and what it came to.

    ``reading`` is the reading it agrees with. ``old`` marks one that is told of last year.
    """

    claim: Claim
    sentence: str
    number: int
    start: int
    end: int
    judgement: Judgement
    reading: Linear | None = None
    old: bool = False


@lru_cache(maxsize=16)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, plain."""
    return tuple(filter(None, compiled(prose().clauses.sentence).split(numerals.plain(text))))


def mentions(sentence: str, form: Form, facts: Facts) -> list[Mention]:
    """Every figure of the tables a sentence tells, in its order; of two at one place the longer words count."""
    asked = {each.claim.id: each for word, claims in _by_word(form).items() if word in sentence for each in claims}
    known = [
        mention
        for each in asked.values()
        for pattern in each.patterns
        for match in pattern.finditer(sentence)
        if (mention := _mention(each.claim, sentence, match, facts))
    ]
    if len(known) < 2:
        return known
    known.sort(key=lambda each: (each.end, each.start))
    return [each for before, each in zip([None, *known], known, strict=False) if not _same_place(before, each)]


class _Asked(NamedTuple):
    claim: Claim
    patterns: tuple[re.Pattern[str], ...]


_asked: dict[str, Mapping[str, tuple[_Asked, ...]]] = {}


def _by_word(form: Form) -> Mapping[str, tuple[_Asked, ...]]:
    """The claims by the words a sentence needs to tell them; made once for each definition."""
    if form.digest not in _asked:
        words: dict[str, tuple[_Asked, ...]] = {}
        for claim in form.claims:
            patterns = tuple(compiled(each.replace(NUMBER, numerals.pattern())) for each in claim.patterns)
            for word in claim.needs or ("",):
                words[word] = (*words.get(word, ()), _Asked(claim, patterns))
        _asked[form.digest] = words
    return _asked[form.digest]


def _same_place(before: Mention | None, each: Mention) -> bool:
    return before is not None and (before.end, before.claim.says) == (each.end, each.claim.says)


def _mention(claim: Claim, sentence: str, match: re.Match[str], facts: Facts) -> Mention | None:
    number = claim.says if claim.says is not None else numerals.number(match["n"])
    if number is None:
        return None
    at = match.start("n") if claim.says is None else match.start()
    years = [int(year) for year in _YEAR.findall(sentence, 0, at)]
    told_of = years[-1] if years else facts.year
    old = facts.year is not None and told_of == facts.year - 1
    if facts.year is not None and told_of not in (facts.year, facts.year - 1):
        return None
    values = facts.previous if old else facts.values
    meant = [evaluate(reading, values, None if old else facts.previous) for reading in claim.readings] if values else []
    judgement, reading = _judged(claim, number, meant)
    if judgement is Judgement.DIFFERS and (_aside(claim, number, facts) or _limited(claim, match)):
        judgement = Judgement.OPEN
    end = match.end("n") if claim.says is None else match.end()
    return Mention(claim, sentence, number, match.start(), end, judgement, reading, old)


def _judged(claim: Claim, number: int, meant: Sequence[Number | None]) -> tuple[Judgement, Linear | None]:
    for reading, value in zip(claim.readings, meant, strict=False):
        if value == number:
            return Judgement.AGREES, reading
    return (Judgement.OPEN if not meant or None in meant else Judgement.DIFFERS), None


def _aside(claim: Claim, number: int, facts: Facts) -> bool:
    return any(evaluate(aside, facts.values, facts.previous) == number for aside in claim.asides)


def _limited(claim: Claim, match: re.Match[str]) -> bool:
    """Whether the sentence tells a part here, or its clause speaks of somebody or something else."""
    clauses = prose().clauses
    before = match.string[: match.start()]
    if not claim.parts and compiled(clauses.parts).search(before):
        return True
    own = compiled(clauses.clause).split(before)[-1]
    return bool(compiled(clauses.limits).search(own if claim.parts else own + match[0]))


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled once."""
    return re.compile(pattern)
