"""What a text says of the figures of the tables: every mention, what it may lawfully mean, and whether it is so."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltool.checks.texts import numerals
from xltool.forms.expressions import evaluate
from xltool.forms.prose import NUMBER, prose
from xltool.model.form import Claim, Form, Linear, Number, Values

LONGEST = 2000  # signs of one sentence
PARTS = 6  # figures beside one that may be parts of the same


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


class Counted(NamedTuple):
    """A number with its unit, and where in its sentence it stands."""

    number: int
    unit: str
    start: int


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
    """The sentences of a text, plain; what goes on and on is no sentence, and is taken in pieces."""
    whole = compiled(prose().clauses.sentence).split(numerals.plain(text))
    return tuple(each[at : at + LONGEST] for each in whole for at in range(0, len(each), LONGEST))


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
    """Whether two claims are about one figure; what is said without one may be said of several things at once."""
    if before is None or (before.end, before.claim.says) != (each.end, each.claim.says):
        return False
    return each.claim.says is None or before.claim is each.claim


def _mention(claim: Claim, sentence: str, match: re.Match[str], facts: Facts) -> Mention | None:
    number = claim.says if claim.says is not None else numerals.number(match["n"])
    if number is None:
        return None
    at = match.start("n") if claim.says is None else match.start()
    told_of = _year_told(sentence[:at]) or facts.year
    old = facts.year is not None and told_of == facts.year - 1
    if facts.year is not None and told_of not in (facts.year, facts.year - 1):
        return None
    values = facts.previous if old else facts.values
    meant = [evaluate(reading, values, None if old else facts.previous) for reading in claim.readings] if values else []
    judgement, reading = _judged(claim, number, meant)
    if judgement is Judgement.DIFFERS and (
        _aside(claim, number, facts) or _limited(claim, match) or _told_in_parts(claim, match, meant)
    ):
        judgement = Judgement.OPEN
    end = match.end("n") if claim.says is None else match.end()
    return Mention(claim, sentence, number, match.start(), end, judgement, reading, old)


def _year_told(before: str) -> int | None:
    """The year the end of this text is about; None where it says none."""
    years = prose().years
    told = compiled(years.governing).findall(compiled(years.aside).sub("", before))
    return int(told[-1]) if told else None


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
    if compiled(clauses.elsewhere).search(match.string):
        return True
    before = match.string[: match.start()]
    if not claim.parts and compiled(clauses.parts).search(before):
        return True
    own = compiled(clauses.clause).split(before)[-1]
    return bool(compiled(clauses.limits).search(own if claim.parts else own + match[0]))


def _told_in_parts(claim: Claim, match: re.Match[str], meant: Sequence[Number | None]) -> bool:
    """Whether this figure and those told next to it in its unit come to a reading together: each is a part of it."""
    if claim.says is not None:
        return False
    told = [each for each in counted_in(match.string) if each.unit == match.string[match.end("n")]]
    at = next((place for place, each in enumerate(told) if each.start == match.start("n")), None)
    if at is None:
        return False
    figures = [each.number for each in told]
    return any(
        sum(figures[first:last]) in meant
        for first in range(max(0, at - PARTS), at + 1)
        for last in range(at + 1, min(len(figures), at + PARTS) + 1)
        if last - first > 1
    )


@lru_cache(maxsize=16)
def counted_in(sentence: str) -> tuple[Counted, ...]:
    """Every number of a sentence that has a unit, in its order."""
    items = compiled(prose().lists.item).finditer(sentence)
    return tuple(Counted(int(each["n"]), each["unit"], each.start("n")) for each in items)


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled once."""
    return re.compile(pattern)
