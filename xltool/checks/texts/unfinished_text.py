"""Check texts for gaps, template guidance, another year or agency, reused paragraphs and empty sections."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import locate_section, make_finding
from xltool.checks.texts.claims import compile_pattern, split_sentences
from xltool.forms.numerals import normalise_text
from xltool.forms.text_patterns import load_text_patterns
from xltool.model.agency import Agency, Roster
from xltool.model.finding import Finding
from xltool.model.form import Section
from xltool.model.submission import Observation, Submission

MAX_SECTION_CHARACTERS = 200_000
MAX_FINDINGS_PER_KIND = 10  # in one section


def check_texts(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on the texts of a submission."""
    written = {
        section: text[:MAX_SECTION_CHARACTERS]
        for section in context.form.sections
        if (text := _section_text(submission, section))
    }
    if not written:
        return
    for section, text in written.items():
        yield from _check_gaps(text, section)
        yield from _check_guidance(text, section)
        yield from _check_years(text, section, submission)
    yield from _check_subject(written, submission, context)
    yield from _check_reused_paragraphs(written, context, submission.year)
    yield from _check_empty_sections(written, submission, context)


def _section_text(submission: Submission, section: Section) -> str:
    return submission.texts.get(section.id, "").strip()


def _check_gaps(text: str, section: Section) -> Iterator[Finding]:
    """Yield findings on placeholders left in the text."""
    gaps = [
        (sentence, match[0])
        for sentence in split_sentences(text)
        for pattern in load_text_patterns().gaps.patterns
        if (match := compile_pattern(pattern).search(sentence))
    ]
    for sentence, gap in dict(gaps[:MAX_FINDINGS_PER_KIND]).items():
        yield make_finding("text.gap", locate_section(section), sentence=sentence, gap=gap)


def _check_guidance(text: str, section: Section) -> Iterator[Finding]:
    """Yield findings on guidance of the template left in the text."""
    for guidance in section.guidance:
        if len(guidance) > 8 and guidance in text:
            yield make_finding("text.guidance", locate_section(section), sentence=guidance)


def _check_years(text: str, section: Section, submission: Submission) -> Iterator[Finding]:
    """Yield findings on another year stated as the report's, or opening a paragraph of a text without its own year."""
    if submission.year is None:
        return
    for sentence in split_sentences(text):
        for pattern in load_text_patterns().years.of_report:
            match = compile_pattern(pattern).search(sentence)
            if match and int(match["y"]) != submission.year:
                yield _report_other_year(sentence, int(match["y"]), section, submission)
    if str(submission.year) not in text.translate(_full_width_digits()):
        opening = compile_pattern(load_text_patterns().years.opening)
        begun = [
            (paragraph, match) for paragraph in normalise_text(text).splitlines() if (match := opening.match(paragraph))
        ]
        for paragraph, match in begun[:1]:
            if int(match["y"]) < submission.year:
                yield _report_other_year(paragraph.partition("\u3002")[0], int(match["y"]), section, submission)


@lru_cache(maxsize=1)
def _full_width_digits() -> Mapping[int, str]:
    return str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)})


def _report_other_year(sentence: str, stated_year: int, section: Section, submission: Submission) -> Finding:
    return make_finding("text.year", locate_section(section), sentence=sentence, told=stated_year, year=submission.year)


# --- agency --------------------------------------------------------------------------------------------------------


def _check_subject(written: Mapping[Section, str], submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a finding if a neighbour is the subject of a sentence in texts that never name their own agency."""
    own = submission.agency_name
    if context.roster is None or not own or any(_short_name(own) in text for text in written.values()):
        return
    for section, text in written.items():
        for sentence in split_sentences(text):
            start = compile_pattern(load_text_patterns().names.opening).match(sentence)
            other = _find_neighbour(sentence[start.end() if start else 0 :], submission.agency_code, context.roster)
            if other is not None:
                yield make_finding("text.agency", locate_section(section), sentence=sentence, other=other.name, own=own)
                return


_NamesByLength = Mapping[int, Mapping[str, tuple[Agency, ...]]]  # agencies by name, by the length of the name


def _find_neighbour(text: str, code: str, roster: Roster) -> Agency | None:
    """Return the agency with the same parent as ``code`` whose name a text begins with, or None."""
    own = roster.agencies.get(code)
    for length, names in (_index_names(roster).get(own.parent, {}) if own else {}).items():
        for agency in names.get(text[:length], ()):
            if own and agency.code not in (code, own.parent) and agency.parent != code:
                return agency
    return None


@lru_cache(maxsize=1)
def _index_names(roster: Roster) -> Mapping[str | None, _NamesByLength]:
    """Return the roster's names by parent code, the longest first; cached for one roster.

    A short name that names of others with the same parent begin with, such as that of the district, means none.
    """
    beginnings = Counter((agency.parent, agency.name[:end]) for agency in roster for end in range(len(agency.name) + 1))
    by_parent: dict[str | None, dict[int, dict[str, tuple[Agency, ...]]]] = {}
    for agency in roster:
        short = _short_name(agency.name)
        for name in {agency.name, short if beginnings[agency.parent, short] == 1 else agency.name}:
            if len(name) >= load_text_patterns().names.shortest:
                alike = by_parent.setdefault(agency.parent, {}).setdefault(len(name), {})
                alike[name] = (*alike.get(name, ()), agency)
    return {parent: dict(sorted(names.items(), reverse=True)) for parent, names in by_parent.items()}


def _short_name(name: str) -> str:
    """Return the name without its administrative ending, as texts use it."""
    for ending in load_text_patterns().names.endings:
        if name.endswith(ending) and len(name) - len(ending) >= load_text_patterns().names.shortest:
            return name.removesuffix(ending)
    return name


# --- reused and empty texts ----------------------------------------------------------------------------------------


def _check_reused_paragraphs(
    written: Mapping[Section, str], context: CheckContext, year: int | None
) -> Iterator[Finding]:
    """Yield findings on paragraphs identical to last year's, or with nothing but the years moved on."""
    for section, text in written.items():
        before = context.previous_texts.get(section.id, "") if context.previous_texts else ""
        known = {*_comparable_paragraphs(before, None), *_comparable_paragraphs(before, year - 1 if year else None)}
        shifted = zip(_comparable_paragraphs(text, None), _comparable_paragraphs(text, year), strict=True)
        same = [paragraph for paragraph, moved in shifted if paragraph in known or moved in known]
        if same:
            yield make_finding("text.reused", locate_section(section), count=len(same), sentence=same[0])


def _comparable_paragraphs(text: str, year: int | None) -> list[str]:
    """Return the long paragraphs without white space; with ``year``, the years near it as their distance from it."""
    lines = dict.fromkeys("".join(line.split()) for line in text.splitlines())
    paragraphs = [line for line in lines if len(line) >= load_text_patterns().reuse.shortest]
    if year is None:
        return paragraphs
    return [compile_pattern(r"20\d\d").sub(lambda found: f"<{int(found[0]) - year}>", line) for line in paragraphs]


def _check_empty_sections(
    written: Mapping[Section, str], submission: Submission, context: CheckContext
) -> Iterator[Finding]:
    """Yield findings on text sections left empty where others are written; not on one whose very heading is missing."""
    if sum(map(len, written.values())) < load_text_patterns().empty.least:
        return
    reported: set[object] = {table.section for table in context.form.tables}
    reported |= {name for item in submission.observations for name in _tuple_fact(item, "sections")}
    for section in context.form.sections:
        if section.paragraphs and section not in written and section.id not in reported:
            yield make_finding("text.empty", locate_section(section))


def _tuple_fact(observation: Observation, key: str) -> tuple[object, ...]:
    fact = observation.facts.get(key, ())
    return fact if isinstance(fact, tuple) else ()
