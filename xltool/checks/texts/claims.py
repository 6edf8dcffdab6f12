"""Find mentions of the tables' figures in a text and compare each with its possible readings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from xltool.forms import numerals
from xltool.forms.expressions import evaluate_linear
from xltool.forms.text_patterns import AMOUNT_PLACEHOLDER, NUMBER_PLACEHOLDER, load_text_patterns
from xltool.model.expression import LinearExpression
from xltool.model.form import MAX_CACHED_FORMS, Form, Number, TextClaim, Values

MAX_SENTENCE_CHARACTERS = 2000
_DIGITS = re.compile("[0-9]+")
MAX_ADJACENT_PARTS = 6  # on each side of a number that may be a part of one sum


class Judgement(StrEnum):
    """Result of comparing a mention: it agrees with the table, differs from it, or cannot be decided."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OPEN = "open"


class TextContext(NamedTuple):
    """Figures of this year, of last year if known, and the year of the report."""

    values: Values
    previous: Values | None
    year: int | None


class CountedNumber(NamedTuple):
    """A number with its unit and its position in the sentence."""

    number: int
    unit: str
    start: int


class Mention(NamedTuple):
    """One figure in a sentence: its claim, number, character positions and judgement.

    ``reading`` is the reading it agrees with. ``old`` marks a figure stated of last year.
    """

    claim: TextClaim
    sentence: str
    number: Number
    start: int
    end: int
    judgement: Judgement
    reading: LinearExpression | None = None
    old: bool = False


class Statement(NamedTuple):
    """A sentence, and the subject of the sentences before it in its paragraph ("" if it has none)."""

    sentence: str
    subject: str


def split_sentences(text: str) -> tuple[str, ...]:
    """Split a text into normalised sentences of at most `MAX_SENTENCE_CHARACTERS` characters."""
    return tuple(statement.sentence for statement in split_statements(text))


@lru_cache(maxsize=16)
def split_statements(text: str) -> tuple[Statement, ...]:
    """Split a text into sentences, each with the subject it may have left out."""
    statements: list[Statement] = []
    for paragraph in numerals.normalise_text(text).split("\n"):
        subject = ""
        for sentence in compile_pattern(load_text_patterns().clauses.sentence).split(paragraph):
            parts = range(0, len(sentence), MAX_SENTENCE_CHARACTERS)
            statements += [Statement(sentence[at : at + MAX_SENTENCE_CHARACTERS], subject) for at in parts]
            subject = _find_last_subject(sentence, subject)
    return tuple(statements)


def _find_last_subject(sentence: str, before: str) -> str:
    """Return the last subject of a sentence that claims know, "" for another one, ``before`` if it has none."""
    patterns = load_text_patterns().subjects
    own = max(compile_pattern(patterns.own).finditer(sentence), key=re.Match.end, default=None)
    other = max(compile_pattern(patterns.others).finditer(sentence), key=re.Match.end, default=None)
    if other and (own is None or other.end() > own.end()):
        return ""
    return own[0] if own else before


def find_mentions(sentence: str, form: Form, facts: TextContext, subject: str = "") -> list[Mention]:
    """Return every figure of the tables mentioned in a sentence, in order; of two at one place, the longer match.

    ``subject`` is what a sentence is about that names no subject of the claims itself.
    """
    known = list(_iterate_mentions(sentence, form, facts))
    if subject and not compile_pattern(load_text_patterns().subjects.own).search(sentence):
        lead = f"{subject}\uff0c"
        known += [
            mention._replace(sentence=sentence, start=0, end=mention.end - len(lead))
            for mention in _iterate_mentions(lead + sentence, form, facts, len(lead))
            if len(lead) < mention.end
        ]
    if len(known) < 2:
        return known
    known.sort(key=lambda mention: (mention.end, mention.start))
    return [item for previous, item in zip([None, *known], known, strict=False) if not _is_same_place(previous, item)]


def _iterate_mentions(sentence: str, form: Form, facts: TextContext, end: int | None = None) -> Iterator[Mention]:
    """Yield the mentions of a sentence by claim; with ``end``, those whose words begin before this character."""
    shape = _DIGITS.sub("0", sentence) if _are_words_free_of_digits(form) else sentence
    for item in _find_candidates(shape, form):
        for pattern in item.patterns:
            for match in pattern.finditer(sentence) if end is None else _match_before(pattern, sentence, end):
                if mention := _read_mention(item, sentence, match, facts):
                    yield mention


def _match_before(pattern: re.Pattern[str], sentence: str, end: int) -> Iterator[re.Match[str]]:
    """Yield the matches that begin before character ``end``, as `re.finditer` does, without searching the rest."""
    at = 0
    while at < end:
        match = pattern.match(sentence, at)
        if match:
            yield match
        at = max(at + 1, match.end()) if match else at + 1


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _are_words_free_of_digits(form: Form) -> bool:
    return not any(_DIGITS.search(word) for word in _claims_by_word(form))


@lru_cache(maxsize=1024)
def _find_candidates(sentence: str, form: Form) -> tuple["_ClaimPatterns", ...]:
    """Return the claims of which a sentence has a word; reports share most sentences but for the figures."""
    words = _claims_by_word(form)
    return tuple({item.claim.id: item for word in words if word in sentence for item in words[word]}.values())


@dataclass(frozen=True)
class _ClaimPatterns:
    """A claim with its patterns; ``unit`` is the value of the unit its amounts are stored in."""

    claim: TextClaim
    unit: int

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The patterns, compiled for the first sentence that has a word of the claim."""
        return tuple(compile_pattern(insert_numbers(text)) for text in self.claim.patterns)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _claims_by_word(form: Form) -> Mapping[str, tuple[_ClaimPatterns, ...]]:
    """Return the claims by the words a sentence needs for them; cached."""
    words: dict[str, tuple[_ClaimPatterns, ...]] = {}
    for claim in form.claims:
        unit = load_text_patterns().amounts.units.get(form.cells[claim.readings[0].terms[0].cell].unit, 1)
        for word in claim.needs or ("",):
            words[word] = (*words.get(word, ()), _ClaimPatterns(claim, unit))
    return words


def insert_numbers(pattern: str) -> str:
    """Replace the placeholders of a claim's pattern by the patterns of numbers and amounts."""
    amount = load_text_patterns().amounts.pattern
    return pattern.replace(NUMBER_PLACEHOLDER, numerals.number_pattern()).replace(AMOUNT_PLACEHOLDER, amount)


def _is_same_place(previous: Mention | None, mention: Mention) -> bool:
    """Return True if two mentions concern one figure.

    Claims without a number may share their words, and one number may be stated of each item of a list.
    """
    if previous is None or (previous.end, previous.claim.says) != (mention.end, mention.claim.says):
        return False
    shared = mention.sentence[max(previous.start, mention.start) : mention.end]
    if mention.claim.says is None and not compile_pattern(load_text_patterns().clauses.each).search(shared):
        return True
    return previous.claim is mention.claim


def _read_mention(
    claim_patterns: _ClaimPatterns, sentence: str, match: re.Match[str], facts: TextContext
) -> Mention | None:
    claim = claim_patterns.claim
    number = _read_number(claim_patterns, match)
    if number is None:
        return None
    at = match.start("n") if claim.says is None else match.start()
    told_of = find_year_of_clause(sentence[:at]) or facts.year
    old = facts.year is not None and told_of == facts.year - 1
    if facts.year is not None and told_of not in (facts.year, facts.year - 1):
        return None
    values = facts.previous if old else facts.values
    meant = (
        [evaluate_linear(reading, values, None if old else facts.previous) for reading in claim.readings]
        if values
        else []
    )
    judgement, reading = _judge_number(claim, number, meant, _rounding_step(claim_patterns, match))
    if judgement is Judgement.DIFFERS and (
        _is_aside(claim, number, facts) or _is_limited(claim, match) or _is_told_in_parts(claim, match, meant)
    ):
        judgement = Judgement.OPEN
    end = match.end("n") if claim.says is None else match.end()
    return Mention(claim, sentence, number, match.start(), end, judgement, reading, old)


def _read_number(claim_patterns: _ClaimPatterns, match: re.Match[str]) -> Number | None:
    """Return the number a match states, an amount in the unit of its cell; None if it is no number."""
    if claim_patterns.claim.says is not None:
        return claim_patterns.claim.says
    if "money" not in match.re.groupindex:
        return numerals.parse_number(match["n"])
    amount = Decimal(match["n"]) * load_text_patterns().amounts.units[match["money"]] / claim_patterns.unit
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def _rounding_step(claim_patterns: _ClaimPatterns, match: re.Match[str]) -> Decimal:
    """Return one unit of the last decimal a stated amount has, in the unit of its cell; 0 for a whole number."""
    if "money" not in match.re.groupindex:
        return Decimal(0)
    places = len(match["n"].partition(".")[2])
    step = Decimal(1).scaleb(-places) * load_text_patterns().amounts.units[match["money"]] / claim_patterns.unit
    return step if places else Decimal(0)


def find_year_of_clause(before: str) -> int | None:
    """Return the year the end of this text refers to; None if it names none."""
    years = load_text_patterns().years
    named_years = compile_pattern(years.governing).findall(compile_pattern(years.aside).sub("", before))
    return int(named_years[-1]) if named_years else None


def _judge_number(
    claim: TextClaim, number: Number, expected: Sequence[Number | None], step: Decimal
) -> tuple[Judgement, LinearExpression | None]:
    for reading, value in zip(claim.readings, expected, strict=False):
        if value is not None and (value == number or abs(Decimal(value) - Decimal(number)) < step):
            return Judgement.AGREES, reading
    return (Judgement.OPEN if not expected or None in expected else Judgement.DIFFERS), None


def _is_aside(claim: TextClaim, number: Number, facts: TextContext) -> bool:
    return any(evaluate_linear(aside, facts.values, facts.previous) == number for aside in claim.asides)


def _is_limited(claim: TextClaim, match: re.Match[str]) -> bool:
    """Return True if the clause states a part only, or speaks of somebody or something else."""
    clauses = load_text_patterns().clauses
    if compile_pattern(clauses.elsewhere).search(match.string):
        return True
    before = match.string[: match.start()]
    if not claim.parts and compile_pattern(clauses.parts).search(before):
        return True
    own = compile_pattern(clauses.clause).split(before)[-1]
    return bool(compile_pattern(clauses.limits).search(own if claim.parts else own + match[0]))


def _is_told_in_parts(claim: TextClaim, match: re.Match[str], expected: Sequence[Number | None]) -> bool:
    """Return True if this figure and adjacent ones in its unit add up to a reading."""
    if claim.says is not None:
        return False
    unit = match.string[match.end("n") : match.end("n") + 1]
    numbers = [item for item in find_counted_numbers(match.string) if item.unit == unit]
    at = next((place for place, item in enumerate(numbers) if item.start == match.start("n")), None)
    if at is None:
        return False
    figures = [item.number for item in numbers]
    return any(
        sum(figures[first:last]) in expected
        for first in range(max(0, at - MAX_ADJACENT_PARTS), at + 1)
        for last in range(at + 1, min(len(figures), at + MAX_ADJACENT_PARTS) + 1)
        if last - first > 1
    )


@lru_cache(maxsize=16)
def find_counted_numbers(sentence: str) -> tuple[CountedNumber, ...]:
    """Return every number of a sentence that has a unit, in order."""
    items = compile_pattern(load_text_patterns().lists.item).finditer(sentence)
    return tuple(CountedNumber(int(item["n"]), item["unit"], item.start("n")) for item in items)


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern, cached."""
    return re.compile(pattern)
