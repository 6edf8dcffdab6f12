"""Text that was never finished, or belongs elsewhere: gaps, another year or agency, last year's words, nothing."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xltool.checks.context import Context
from xltool.checks.make_finding import finding
from xltool.checks.texts.claims import compiled, sentences
from xltool.checks.texts.numerals import plain
from xltool.forms.prose import prose
from xltool.model.agency import Agency, Roster
from xltool.model.finding import Finding, Spot
from xltool.model.form import Section
from xltool.model.submission import Submission

LONGEST = 200_000  # signs of one section that are read
MOST = 10  # findings of a kind in one section


def wording(submission: Submission, context: Context) -> Iterator[Finding]:
    """Notes on the text itself. Where the text is somebody's choice, it is a question and never more."""
    written = {section: text[:LONGEST] for section in context.form.sections if (text := _text(submission, section))}
    if not written:
        return
    for section, text in written.items():
        yield from _gaps(text, section)
        yield from _guidance(text, section)
        yield from _years(text, section, submission)
    yield from _agency(written, submission, context)
    yield from _reused(written, context)
    yield from _empty(written, context)


def _text(submission: Submission, section: Section) -> str:
    return submission.texts.get(section.id, "").strip()


def _gaps(text: str, section: Section) -> Iterator[Finding]:
    """Places somebody meant to fill in."""
    found = [
        (sentence, match[0])
        for sentence in sentences(text)
        for pattern in prose().gaps.patterns
        if (match := compiled(pattern).search(sentence))
    ]
    for sentence, gap in dict(found[:MOST]).items():
        yield finding("text.gap", _at(section), sentence=sentence, gap=gap)


def _guidance(text: str, section: Section) -> Iterator[Finding]:
    """What the template says should be written, left in the text."""
    for told in section.guidance:
        if len(told) > 8 and told in text:
            yield finding("text.guidance", _at(section), sentence=told)


def _years(text: str, section: Section, submission: Submission) -> Iterator[Finding]:
    """A year that is said to be the report's and is not; paragraphs that begin with another year, and none with it."""
    if submission.year is None:
        return
    for sentence in sentences(text):
        for pattern in prose().years.of_report:
            match = compiled(pattern).search(sentence)
            if match and int(match["y"]) != submission.year:
                yield _other_year(sentence, int(match["y"]), section, submission)
    if str(submission.year) not in text.translate(_wide()):
        opening = compiled(prose().years.opening)
        begun = [(paragraph, match) for paragraph in plain(text).splitlines() if (match := opening.match(paragraph))]
        for paragraph, match in begun[:1]:
            if int(match["y"]) < submission.year:
                yield _other_year(paragraph.partition("\u3002")[0], int(match["y"]), section, submission)


@lru_cache(maxsize=1)
def _wide() -> Mapping[int, str]:
    return str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)})


def _other_year(sentence: str, told: int, section: Section, submission: Submission) -> Finding:
    return finding("text.year", _at(section), sentence=sentence, told=told, year=submission.year)


# --- whose text it is ----------------------------------------------------------------------------------------------


def _agency(written: Mapping[Section, str], submission: Submission, context: Context) -> Iterator[Finding]:
    """A neighbour as the subject of a sentence, in a text that never names its own agency."""
    own = submission.agency_name
    if context.roster is None or not own or any(_called(own) in text for text in written.values()):
        return
    for section, text in written.items():
        for sentence in sentences(text):
            start = compiled(prose().names.opening).match(sentence)
            other = _named(sentence[start.end() if start else 0 :], submission.agency_code, context.roster)
            if other is not None:
                yield finding("text.agency", _at(section), sentence=sentence, other=other.name, own=own)
                return


_Names = Mapping[int, Mapping[str, tuple[Agency, ...]]]  # who goes by a name, by its length
_known: dict[int, tuple[Roster, Mapping[str | None, _Names]]] = {}


def _named(text: str, code: str, roster: Roster) -> Agency | None:
    """The neighbour whose name a text begins with: one that reports to the same body as the agency of that code."""
    own = roster.agencies.get(code)
    for length, names in (_names(roster).get(own.parent, {}) if own else {}).items():
        for agency in names.get(text[:length], ()):
            if own and agency.code not in (code, own.parent) and agency.parent != code:
                return agency
    return None


def _names(roster: Roster) -> Mapping[str | None, _Names]:
    """By the body they report to; worked out once for a roster."""
    known = _known.get(id(roster))
    if known is None or known[0] is not roster:
        by_parent: dict[str | None, dict[int, dict[str, tuple[Agency, ...]]]] = {}
        for agency in roster:
            for name in {agency.name, _called(agency.name)}:
                if len(name) >= prose().names.shortest:
                    alike = by_parent.setdefault(agency.parent, {}).setdefault(len(name), {})
                    alike[name] = (*alike.get(name, ()), agency)
        _known.clear()
        _known[id(roster)] = known = (roster, by_parent)
    return known[1]


def _called(name: str) -> str:
    """The name a body goes by in a text."""
    for ending in prose().names.endings:
        if name.endswith(ending) and len(name) - len(ending) >= prose().names.shortest:
            return name.removesuffix(ending)
    return name


# --- last year's words; none ------------------------------------------------------------------------------------------


def _reused(written: Mapping[Section, str], context: Context) -> Iterator[Finding]:
    """Paragraphs that stood in last year's report, word for word."""
    for section, text in written.items():
        before = context.previous_texts.get(section.id, "") if context.previous_texts else ""
        same = [each for each in _paragraphs(text) if each in _paragraphs(before)] if before else []
        if same:
            yield finding("text.reused", _at(section), count=len(same), sentence=same[0])


def _paragraphs(text: str) -> dict[str, None]:
    paragraphs = ("".join(line.split()) for line in text.splitlines())
    return dict.fromkeys(each for each in paragraphs if len(each) >= prose().reuse.shortest)


def _empty(written: Mapping[Section, str], context: Context) -> Iterator[Finding]:
    """A section of text only, left empty where others are written."""
    if sum(map(len, written.values())) < prose().empty.least:
        return
    with_tables = {table.section for table in context.form.tables}
    for section in context.form.sections:
        if section.paragraphs and section not in written and section.id not in with_tables:
            yield finding("text.empty", _at(section))


def _at(section: Section) -> Spot:
    return Spot("", section.sheet, "")
