"""Sections of text against the tables: figures they quote, shares, growth and lists; what nothing lawful explains."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import attrgetter

from xltool.checks.context import Context
from xltool.checks.make_finding import finding, spot
from xltool.checks.relations import whole
from xltool.checks.texts.claims import Facts, Judgement, Mention, compiled, counted_in, mentions, sentences
from xltool.forms.expressions import evaluate
from xltool.forms.prose import prose
from xltool.messages import catalogue as texts
from xltool.messages.relation_phrases import Telling
from xltool.model.finding import Finding, Spot
from xltool.model.form import Number, Section, Values
from xltool.model.submission import Submission

LONG = 40  # parts of one list
NEAR = 6  # figures before a list that may share it
MOST = 40  # findings of one section of text: after that nobody reads on
LONGEST = 200_000  # signs of one section that are read; no office writes more


def narrative(submission: Submission, context: Context) -> Iterator[Finding]:
    """A note for each quoted figure, share, growth or list that nothing lawful explains."""
    if not any(submission.texts.values()):
        return
    facts = Facts(whole(submission), context.previous, submission.year)
    for section in context.form.sections:
        text = submission.texts.get(section.id, "")[:LONGEST]
        found = _section(text, section, facts, submission, context) if text else iter(())
        yield from (each for each, _ in zip(found, range(MOST), strict=False))


def _section(text: str, section: Section, facts: Facts, submission: Submission, context: Context) -> Iterator[Finding]:
    told: list[int] = []
    for sentence in sentences(text):
        quoted = mentions(sentence, context.form, facts)
        for mention in quoted:
            if mention.judgement is Judgement.DIFFERS:
                yield _differs(mention, section, facts, submission, context)
            elif mention.judgement is Judgement.AGREES and mention.claim.says is None:
                yield from _share(mention, [*told, *(each.number for each in quoted)], section, facts, context)
                yield from _growth(mention, section, facts)
        told += [each.number for each in quoted]
        yield from _lists(sentence, section)


def _differs(mention: Mention, section: Section, facts: Facts, submission: Submission, context: Context) -> Finding:
    claim = mention.claim
    values: Values = (facts.previous if mention.old else facts.values) or {}
    telling = Telling(submission, context, values)
    cells = dict.fromkeys(term.cell for reading in claim.readings for term in reading.terms)
    spots = (_at(section), *(spot(cell, submission, context) for cell in cells))
    expected: list[Number | None] = [evaluate(reading, values, facts.previous) for reading in claim.readings]
    shown: dict[str, object] = {
        "sentence": mention.sentence,
        "number": mention.number,
        "readings": texts.Phrase(texts.phrase("or").join(telling.side(each) for each in claim.readings)),
        "left": mention.number,
        "right": tuple(expected),
        "title": claim.title,
    }
    wording = "claim" if claim.says is None else "claim.says"
    return Finding(claim.id, claim.severity, spots, shown, wording="claim.old" if mention.old else wording)


# --- shares, growth, lists ------------------------------------------------------------------------------------------


def _share(
    mention: Mention, told: Sequence[int], section: Section, facts: Facts, context: Context
) -> Iterator[Finding]:
    """A share told right after a figure, against all it may be a share of."""
    match = compiled(prose().shares.pattern).match(_after(mention))
    if not match:
        return
    bases = {evaluate(base, facts.values, facts.previous) for base in context.form.shares}
    wholes = [Decimal(base) for base in {*bases, *told} if base]
    if None not in bases and not any(_near(match["p"], 100 * mention.number / base) for base in wholes):
        shown = _percents(100 * mention.number / base for base in wholes if base >= mention.number)
        yield finding(
            "text.share", _at(section), sentence=mention.sentence, number=mention.number, share=match["p"], shown=shown
        )


def _growth(mention: Mention, section: Section, facts: Facts) -> Iterator[Finding]:
    """How a figure is said to differ from last year's, against last year's figures."""
    if facts.previous is None or facts.year is None or mention.old:
        return
    match = compiled(prose().growth.pattern.replace("{last}", str(facts.year - 1))).match(_after(mention))
    befores = [evaluate(reading, facts.previous) for reading in mention.claim.readings]
    if not match or None in befores:
        return
    sign = 1 if match["up"] else -1
    changes = [(sign * (mention.number - before), before) for before in befores if before is not None]
    if match["m"]:
        right = any(change == int(match["m"]) for change, _ in changes)
    else:
        right = any(before and _near(match["p"], Decimal(100 * change) / before) for change, before in changes)
    if not right:
        shown = tuple(dict.fromkeys(str(before) for _, before in changes))
        facts_told = {"sentence": mention.sentence, "number": mention.number, "before": shown, "told": match[0]}
        yield finding("text.growth", _at(section), **facts_told)


def _lists(sentence: str, section: Section) -> Iterator[Finding]:
    """A closed list that does not add up; a part that is more than the whole."""
    lists = prose().lists
    for closed, opening in ((False, lists.open), (True, lists.closed)):
        for match in compiled(lists.total.replace("{list}", opening)).finditer(sentence):
            items = _items(sentence, match)
            total, parts = int(match["n"]), [int(item["n"]) for item in items]
            wholes = [*_before(sentence, match), total]
            wrong = not _adds_up(parts, wholes) if closed else max(parts, default=0) > sum(wholes)
            if len(parts) > 1 and wrong:
                shown = texts.Phrase(" + ".join(map(str, parts)))
                code = "text.list" if closed else "text.part"
                yield finding(
                    code, _at(section), sentence=sentence, number=total, parts=shown, sum=sum(parts), most=max(parts)
                )


def _before(sentence: str, total: re.Match[str]) -> list[int]:
    """Figures told before a total in its unit: the list after it may be of all of them together."""
    found = counted_in(sentence)
    before = bisect_left(found, total.start("n"), key=attrgetter("start"))
    return [each.number for each in found[max(0, before - NEAR) : before] if each.unit == total["unit"]]


def _adds_up(parts: Sequence[int], wholes: Sequence[int]) -> bool:
    """Whether parts come to the last of some figures, to one of those before, or to the last few together."""
    return sum(parts) in {*wholes, *(sum(wholes[-count:]) for count in range(2, len(wholes) + 1))}


def _items(sentence: str, total: re.Match[str]) -> list[re.Match[str]]:
    """The parts told after a total, as far as they follow each other in its own unit."""
    lists = prose().lists
    start = re.compile(f"(?:{lists.open}|{lists.closed})").match(sentence, total.end())
    found: list[re.Match[str]] = []
    at = start.end() if start else total.end()
    item = compiled(lists.item)
    while len(found) < LONG and (match := item.match(sentence, at)) and match["unit"] == total["unit"]:
        found.append(match)
        at = match.end()
        if sentence[at : at + 1] not in ("\u3001", "\uff0c"):
            break
        at += 1
    return found


def _after(mention: Mention) -> str:
    """The sentence after a figure and its unit."""
    rest = mention.sentence[mention.end :]
    return rest[1:] if rest[:1] not in ("\uff0c", "\uff08") else rest


def _near(told: str, exact: Decimal) -> bool:
    """Whether a percentage is rounded, up, down or to the nearest, to the places it is told with."""
    places = -int(Decimal(told).as_tuple().exponent)
    return abs(Decimal(told) - exact) < Decimal(10) ** -places


def _percents(shares: Iterator[Decimal]) -> tuple[str, ...]:
    ordered = sorted({f"{share:.2f}%" for share in shares}, key=lambda text: Decimal(text[:-1]))
    return tuple(ordered[:4])


def _at(section: Section) -> Spot:
    return Spot("", section.sheet, "")
