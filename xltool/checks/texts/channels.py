"""Check that the requests told by channel (in person, online, by letter) add up to those received."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import locate_section, make_finding
from xltool.checks.texts.claims import TextContext, compile_pattern, find_counted_numbers, find_year_of_clause
from xltool.checks.texts.quoted_figures import format_percentages, is_rounded_percentage
from xltool.forms import numerals
from xltool.forms.expressions import evaluate_linear
from xltool.forms.text_patterns import load_text_patterns
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import Addends
from xltool.model.form import Section
from xltool.model.submission import Submission

MIN_CHANNELS_OF_COMPLETE_LIST = 3  # fewer may be the main ones only: they are never more than the whole
MAX_SENTENCE_CHARACTERS = 600


def check_channels(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a note per list of channels that adds up to none of the figures it may be of, and per wrong share in it."""
    facts = TextContext(submission.counted, context.previous, submission.year)
    wholes = [evaluate_linear(base, facts.values, facts.previous) for base in context.form.shares]
    received = [int(whole) for whole in wholes if whole is not None]
    if not received or len(received) < len(wholes):
        return
    subject = compile_pattern(load_text_patterns().channels.subject)
    for section in context.form.sections:
        text = submission.texts.get(section.id, "")
        for paragraph in numerals.normalise_text(text).splitlines() if subject.search(text) else ():
            yield from _check_paragraph(paragraph, section, received, submission.year)


def _check_paragraph(paragraph: str, section: Section, received: Sequence[int], year: int | None) -> Iterator[Finding]:
    patterns = load_text_patterns().channels
    spot = locate_section(section)
    subject, continued = compile_pattern(patterns.subject), compile_pattern(patterns.continued)
    before: list[int] = []
    last = ""
    for sentence in paragraph.split("\u3002"):
        plain = compile_pattern(patterns.included).sub("", sentence[:MAX_SENTENCE_CHARACTERS])
        items = list(compile_pattern(patterns.item).finditer(plain))
        numbers = [item.number for item in find_counted_numbers(plain)]
        asked = subject.search(plain) or (subject.search(last) and continued.match(plain))
        last = plain
        if len(items) > 1 and asked and _is_one_list(plain, items, year):
            counts = [int(item["n"]) for item in items]
            others = [item.number for item in find_counted_numbers(plain[: items[0].start()])]
            wholes = [*received, *before, *others]
            if _is_wrong_list(counts, wholes, complete=len(numbers) == len(others) + len(counts)):
                stated = {"sentence": sentence, "parts": Addends(tuple(counts)), "sum": sum(counts)}
                yield make_finding("text.channels", spot, **stated, received=tuple(dict.fromkeys(map(str, received))))
            yield from _check_shares(plain, items, [*wholes, sum(counts)], spot)
        before = numbers


def _is_one_list(sentence: str, items: Sequence[re.Match[str]], year: int | None) -> bool:
    """Return True if a sentence names each channel once, of this year and of this agency."""
    named_year = find_year_of_clause(sentence[: items[0].start()])
    names = [item["channel"] for item in items]
    aside = compile_pattern(load_text_patterns().clauses.elsewhere).search(sentence)
    return len(set(names)) == len(names) and named_year in {None, year} and not aside


def _is_wrong_list(counts: Sequence[int], wholes: Sequence[int], *, complete: bool) -> bool:
    if complete and len(counts) >= MIN_CHANNELS_OF_COMPLETE_LIST:
        return sum(counts) not in wholes
    return sum(counts) > max(wholes)


def _check_shares(
    sentence: str, items: Sequence[re.Match[str]], wholes: Sequence[int], spot: FindingCell
) -> Iterator[Finding]:
    """Yield a note for each share right after a count that is its share of none of the wholes."""
    for item in items:
        share = compile_pattern(load_text_patterns().shares.pattern).match(sentence[item.end() :].lstrip("\uff0c"))
        bases = [Decimal(whole) for whole in dict.fromkeys(wholes) if whole]
        count = int(item["n"])
        if share and not any(is_rounded_percentage(share["p"], 100 * count / base) for base in bases):
            shown = format_percentages(100 * count / base for base in bases if base >= count)
            yield make_finding("text.share", spot, sentence=sentence, number=count, share=share["p"], shown=shown)
