"""Compare figures, shares, growth rates and lists quoted in the texts with the tables."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import attrgetter

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import FigureFacts
from xltool.checks.make_finding import locate_cell, locate_section, make_finding
from xltool.checks.relations import complete_figures
from xltool.checks.texts.claims import (
    Judgement,
    Mention,
    TextContext,
    compile_pattern,
    find_counted_numbers,
    find_mentions,
    split_statements,
)
from xltool.forms.expressions import evaluate_linear
from xltool.forms.text_patterns import load_text_patterns
from xltool.model.finding import Finding
from xltool.model.finding_facts import Addends, Alternatives
from xltool.model.form import Number, Section, Values
from xltool.model.submission import Submission

MAX_LIST_PARTS = 40
MAX_FIGURES_BEFORE_LIST = 6  # whose sum may be the list's
MAX_FINDINGS_PER_SECTION = 40
MAX_SECTION_CHARACTERS = 200_000


def check_quoted_figures(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a note per quoted figure, share, growth rate or list that no reading explains."""
    if not any(submission.texts.values()):
        return
    facts = TextContext(complete_figures(submission), context.previous, submission.year)
    for section in context.form.sections:
        text = submission.texts.get(section.id, "")[:MAX_SECTION_CHARACTERS]
        findings = _check_section(text, section, facts, submission, context) if text else iter(())
        yield from (finding for finding, _ in zip(findings, range(MAX_FINDINGS_PER_SECTION), strict=False))


def _check_section(
    text: str, section: Section, facts: TextContext, submission: Submission, context: CheckContext
) -> Iterator[Finding]:
    numbers: list[int] = []
    for sentence, subject in split_statements(text):
        quoted = find_mentions(sentence, context.form, facts, subject)
        whole = [item.number for item in quoted if isinstance(item.number, int)]
        for mention in quoted:
            if mention.judgement is Judgement.DIFFERS:
                yield _report_mention(mention, section, facts, submission, context)
            elif mention.judgement is Judgement.AGREES and mention.claim.says is None:
                yield from _check_share(mention, [*numbers, *whole], section, facts, context)
                yield from _check_growth(mention, section, facts)
        numbers += whole
        yield from _check_lists(sentence, section)


def _report_mention(
    mention: Mention, section: Section, facts: TextContext, submission: Submission, context: CheckContext
) -> Finding:
    claim = mention.claim
    values: Values = (facts.previous if mention.old else facts.values) or {}
    figures = FigureFacts(submission, context, values)
    cells = dict.fromkeys(term.cell for reading in claim.readings for term in reading.terms)
    spots = (locate_section(section), *(locate_cell(cell, submission, context) for cell in cells))
    expected: list[Number | None] = [evaluate_linear(reading, values, facts.previous) for reading in claim.readings]
    shown: dict[str, object] = {
        "sentence": mention.sentence,
        "number": mention.number,
        "readings": Alternatives(tuple(map(figures.describe_side, claim.readings))),
        "left": mention.number,
        "right": tuple(expected),
        "title": claim.title,
    }
    wording = "claim" if claim.says is None else "claim.says"
    return Finding(claim.id, claim.severity, spots, shown, wording="claim.old" if mention.old else wording)


# --- shares, growth, lists ------------------------------------------------------------------------------------------


def _check_share(
    mention: Mention, numbers: Sequence[int], section: Section, facts: TextContext, context: CheckContext
) -> Iterator[Finding]:
    """Check a percentage right after a figure against all wholes it may refer to."""
    match = compile_pattern(load_text_patterns().shares.pattern).match(_text_after(mention))
    if not match:
        return
    bases = {evaluate_linear(base, facts.values, facts.previous) for base in context.form.shares}
    wholes = [Decimal(base) for base in {*bases, *numbers} if base]
    if None not in bases and not any(is_rounded_percentage(match["p"], 100 * mention.number / base) for base in wholes):
        shown = format_percentages(100 * mention.number / base for base in wholes if base >= mention.number)
        yield make_finding(
            "text.share",
            locate_section(section),
            sentence=mention.sentence,
            number=mention.number,
            share=match["p"],
            shown=shown,
        )


def _check_growth(mention: Mention, section: Section, facts: TextContext) -> Iterator[Finding]:
    """Check a stated change from last year against last year's figures."""
    if facts.previous is None or facts.year is None or mention.old:
        return
    match = compile_pattern(load_text_patterns().growth.pattern.replace("{last}", str(facts.year - 1))).match(
        _text_after(mention)
    )
    befores = [evaluate_linear(reading, facts.previous) for reading in mention.claim.readings]
    if not match or None in befores:
        return
    sign = 1 if match["up"] else -1
    changes = [(sign * (mention.number - before), before) for before in befores if before is not None]
    if match["m"]:
        right = any(change == int(match["m"]) for change, _ in changes)
    else:
        right = any(
            before and is_rounded_percentage(match["p"], Decimal(100 * change) / before) for change, before in changes
        )
    if not right:
        shown = tuple(dict.fromkeys(str(before) for _, before in changes))
        stated = {
            "sentence": mention.sentence,
            "number": mention.number,
            "before": shown,
            "told": match[0].lstrip("，（("),
        }
        yield make_finding("text.growth", locate_section(section), **stated)


def _check_lists(sentence: str, section: Section) -> Iterator[Finding]:
    """Yield findings on closed lists that do not add up, and on parts larger than the whole."""
    lists = load_text_patterns().lists
    for closed, opening in ((False, lists.open), (True, lists.closed)):
        for match in compile_pattern(lists.total.replace("{list}", opening)).finditer(sentence):
            items = _list_items(sentence, match)
            total, parts = int(match["n"]), [int(item["n"]) for item in items]
            wholes = [*_numbers_before(sentence, match), total]
            wrong = not _parts_add_up(parts, wholes) if closed else max(parts, default=0) > sum(wholes)
            if len(parts) > 1 and wrong:
                shown = Addends(tuple(parts))
                code = "text.list" if closed else "text.part"
                yield make_finding(
                    code,
                    locate_section(section),
                    sentence=sentence,
                    number=total,
                    parts=shown,
                    sum=sum(parts),
                    most=max(parts),
                )


def _numbers_before(sentence: str, total: re.Match[str]) -> list[int]:
    """Return the figures before a total in its unit: the list may be of all of them together."""
    numbers = find_counted_numbers(sentence)
    before = bisect_left(numbers, total.start("n"), key=attrgetter("start"))
    return [
        item.number for item in numbers[max(0, before - MAX_FIGURES_BEFORE_LIST) : before] if item.unit == total["unit"]
    ]


def _parts_add_up(parts: Sequence[int], wholes: Sequence[int]) -> bool:
    """Return True if the parts add up to one of the wholes, or to the last few of them together."""
    return sum(parts) in {*wholes, *(sum(wholes[-count:]) for count in range(2, len(wholes) + 1))}


def _list_items(sentence: str, total: re.Match[str]) -> list[re.Match[str]]:
    """Return the parts listed after a total, as far as they follow each other in its unit."""
    lists = load_text_patterns().lists
    start = re.compile(f"(?:{lists.open}|{lists.closed})").match(sentence, total.end())
    parts: list[re.Match[str]] = []
    at = start.end() if start else total.end()
    item = compile_pattern(lists.item)
    while len(parts) < MAX_LIST_PARTS and (match := item.match(sentence, at)) and match["unit"] == total["unit"]:
        parts.append(match)
        at = match.end()
        if sentence[at : at + 1] not in ("\u3001", "\uff0c"):
            break
        at += 1
    return parts


def _text_after(mention: Mention) -> str:
    """Return the rest of the sentence after a figure and its unit."""
    rest = mention.sentence[mention.end :]
    return rest[1:] if rest[:1] not in ("\uff0c", "\uff08") else rest


def is_rounded_percentage(percentage: str, exact: Decimal) -> bool:
    """Return True if a stated percentage is the exact one, rounded up, down or to nearest at its own decimals."""
    places = -int(Decimal(percentage).as_tuple().exponent)
    return abs(Decimal(percentage) - exact) < Decimal(10) ** -places


def format_percentages(shares: Iterator[Decimal]) -> tuple[str, ...]:
    """Return up to four different percentages, the smallest first."""
    ordered = sorted({f"{share:.2f}%" for share in shares}, key=lambda text: Decimal(text[:-1]))
    return tuple(ordered[:4])
