"""Find returns of another year than the one that is collected."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.form import Severity
from xltool.model.period import Period
from xltool.model.submission import Submission

_YEAR_CHARACTERS = 4  # at the beginning of a time in ISO 8601


def mark_other_years(
    reviewed: Sequence[ReviewedFile], year: int | None, *, has_roster: bool
) -> tuple[ReviewedFile, ...]:
    """Return the files; those of another year than ``year`` are no returns of this collection, with a finding.

    Without a year they only get a finding: one to explain where most returns are of another year, a note where some
    are of a later year and none has a majority, or (with a roster) where a single return was saved in a later year than
    the one after its own. Years are those of one form, and several parts of a year are usual unless most are of one.
    """
    if year is not None:
        return tuple(_refuse_other_year(item, year) for item in reviewed)
    returns = [item.submission for item in reviewed if item.submission and item.submission.year]
    if len(returns) == 1 and has_roster:
        return tuple(_note_late_file(item) for item in reviewed)
    years: dict[str, Counter[int]] = {}
    for submission in returns:
        years.setdefault(submission.form, Counter())[submission.year or 0] += 1
    return tuple(_mark_other_year(item, years) for item in reviewed)


def _mark_other_year(item: ReviewedFile, years_by_form: Mapping[str, Counter[int]]) -> ReviewedFile:
    years = years_by_form.get(item.submission.form) if item.submission else None
    if not years:
        return item
    most, count = years.most_common(1)[0]
    if count * 2 > years.total():
        return _add_if_other(item, "identity.minority_year", most)
    return item if isinstance(most, Period) else _add_if_other(item, "identity.earlier_year", max(years))


def _refuse_other_year(item: ReviewedFile, year: int) -> ReviewedFile:
    found = item.submission.year if item.submission else None
    if found is None or found == year:
        return item
    reason = Finding("merge.other_year", Severity.MUST_FIX, facts={"found": found, "expected": year})
    return replace(item, status=Status.FOREIGN, reason=reason, findings=(reason, *item.findings), counted=False)


def _add_if_other(item: ReviewedFile, code: str, expected: int) -> ReviewedFile:
    found = item.submission.year if item.submission else None
    if found is None or found == expected:
        return item
    return _add_finding(item, code, found, expected)


def _note_late_file(item: ReviewedFile) -> ReviewedFile:
    submission = item.submission
    if submission is None or submission.year is None:
        return item
    expected = _saved_year(submission) - 1
    return _add_finding(item, "identity.late_file", submission.year, expected) if submission.year < expected else item


def _saved_year(submission: Submission) -> int:
    """Return the year in which the file was last changed; 0 if unknown."""
    text = submission.source.modified[:_YEAR_CHARACTERS]
    return int(text) if text.isdecimal() else 0


def _add_finding(item: ReviewedFile, code: str, found: int, expected: int) -> ReviewedFile:
    finding = Finding(code, code_severity(code), facts={"found": found, "expected": expected})
    return replace(item, findings=(*item.findings, finding))
