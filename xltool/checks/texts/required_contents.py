"""Check what the law wants a report to say: problems, the whole year, results of a government's review."""

from collections.abc import Iterator, Mapping
from datetime import date

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import locate_section, make_finding
from xltool.checks.texts.claims import compile_pattern, split_sentences
from xltool.forms.text_patterns import load_text_patterns
from xltool.model.finding import Finding
from xltool.model.form import Section
from xltool.model.submission import Submission


def check_required_contents(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield findings on contents that are missing or contradict the form; none where nearly nothing is written."""
    written = {
        section: text for section in context.form.sections if (text := submission.texts.get(section.id, "").strip())
    }
    if sum(map(len, written.values())) < load_text_patterns().empty.least:
        return
    yield from _check_problems(written)
    yield from _check_period(written)
    yield from _check_opening(submission)
    yield from _check_publication(submission)
    rules = load_text_patterns().contents
    for rule in rules.required:
        wanted = compile_pattern(rule.agency).search(submission.agency_name)
        if wanted and not any(word in text for text in written.values() for word in rule.words):
            first = next(iter(written))
            yield make_finding("text.missing", locate_section(first), what=rule.title, basis=rule.basis)


def _check_problems(written: Mapping[Section, str]) -> Iterator[Finding]:
    """Yield a finding if the section on problems says that there are none."""
    rules = load_text_patterns().contents
    for section, text in written.items():
        if rules.problems in section.title and compile_pattern(rules.no_problems).match("".join(text.split())):
            yield make_finding("text.no_problems", locate_section(section), sentence=text)


def _check_period(written: Mapping[Section, str]) -> Iterator[Finding]:
    """Yield a finding for a stated period that is not the whole year."""
    rules = load_text_patterns().contents
    for section, text in written.items():
        for sentence in split_sentences(text):
            match = compile_pattern(rules.period).search(sentence)
            if match and (match["first"], match["last"]) != tuple(rules.whole_year):
                yield make_finding("text.period", locate_section(section), sentence=sentence)


def _check_opening(submission: Submission) -> Iterator[Finding]:
    """Yield a finding on the period in the opening of a published report that is not the year of the report."""
    rules, year = load_text_patterns().contents, submission.year
    for item in submission.observations:
        match = (
            compile_pattern(rules.period).search(str(item.facts["sentence"])) if item.code == "report.period" else None
        )
        if match and year and (match["year"], match["first"], match["last"]) != (str(year), *rules.whole_year):
            yield make_finding("text.opening_period", sentence=item.facts["sentence"], year=year)


def _check_publication(submission: Submission) -> Iterator[Finding]:
    """Yield a finding on a report published after its last day, within the year after its own.

    A later year is not told: sites that move publish old reports again.
    """
    dates = [item.facts["date"] for item in submission.observations if item.code == "report.published"]
    for rule in load_text_patterns().contents.deadlines:
        if submission.year is None or not compile_pattern(rule.agency).search(submission.agency_name):
            continue
        limit = date(submission.year + 1, rule.month, rule.day)
        for day in dates:
            if isinstance(day, date) and limit < day <= date(limit.year, 12, 31):
                yield make_finding("text.late", published=day, last_day=limit, basis=rule.basis)
