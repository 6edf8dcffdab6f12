"""What each command does, as one function a command: the public API. Nothing here prints."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from xltool import engine, texts
from xltool.checks.context import Context
from xltool.checks.review import review
from xltool.consolidation.choosing import choose
from xltool.consolidation.totals import consolidate
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError, XltoolError
from xltool.forms.definitions import form_for_year, load_forms
from xltool.forms.layout import plan
from xltool.forms.seal import read_key, seal
from xltool.intake.archive import details
from xltool.intake.finding_files import files_below
from xltool.intake.opening import open_workbook
from xltool.intake.reading import read_submission
from xltool.model import (
    Agency,
    Consolidation,
    Finding,
    Form,
    Number,
    Reviewed,
    Roster,
    Scope,
    Severity,
    Status,
    Submission,
    Values,
)
from xltool.outputs.distribution import distribution_name, template_name, write_distribution_list
from xltool.outputs.summary import write_summary
from xltool.outputs.template import Issue, identity_of, write_template
from xltool.roster import read_roster

Progress = Callable[[int, int], None]  # how many files are done, and of how many


@dataclass(frozen=True)
class Setting:
    """What every file of a run is judged against, and templates are made with.

    ``previous`` holds last year's figures by agency code; ``seal_key`` is what issued workbooks are sealed with.
    """

    forms: tuple[Form, ...]
    roster: Roster | None = None
    previous: Mapping[str, Values] | None = None
    seal_key: bytes | None = None


def setting(
    roster: Path | None = None,
    previous: Sequence[Path] = (),
    forms: Sequence[Path] = (),
    seal_key_file: Path | None = None,
) -> Setting:
    """The forms, the roster and last year's figures a run needs. Raises XltoolError for any that cannot be had."""
    known = load_forms(forms)
    return Setting(
        known,
        read_roster(roster) if roster else None,
        last_year(previous, known) if previous else None,
        read_key(seal_key_file) if seal_key_file else None,
    )


def last_year(paths: Sequence[Path], forms: Sequence[Form]) -> dict[str, Values]:
    """Last year's figures by agency code, from consolidated workbooks and single returns.

    A figure known twice must be the same twice; otherwise UsageError. A file that cannot be read stops the command:
    checks against half of last year would mislead.
    """
    figures: dict[str, Values] = {}
    for file in files_below(paths):
        try:
            workbook = open_workbook(file)
            submission = read_submission(workbook, forms, str(file))
            found: dict[str, Values] = {submission.agency_code: submission.counted}
            if submission.scope is Scope.AREA:
                found |= details(workbook)
        except (UnreadableFileError, ForeignFileError) as error:
            raise UsageError("usage.previous_unreadable", path=str(file), reason=error.code) from error
        for code, values in found.items():
            if code in figures and figures[code] != values:
                raise UsageError("usage.previous_twice", path=str(file), agency=code)
            figures[code] = values
    return figures


# --- checking ----------------------------------------------------------------------------------------------------


def check(
    paths: Sequence[Path], about: Setting, *, jobs: int | None = None, progress: Progress | None = None
) -> tuple[Reviewed, ...]:
    """Every file below ``paths``, read and checked; one entry a file, in order, whatever the file is."""
    return _review_all(files_below(paths), about, jobs, progress)


def review_file(about: Setting, path: Path) -> Reviewed:
    """One file, opened, read and checked. Never raises for what the file is: that becomes a finding."""
    try:
        workbook = open_workbook(path)
    except (UnreadableFileError, ForeignFileError) as error:
        return _refused(path, error)
    try:
        submission = read_submission(workbook, about.forms, str(path))
    except (UnreadableFileError, ForeignFileError) as error:
        return _refused(path, error, workbook.sha256)
    findings = review(submission, _context(submission, about))
    return Reviewed(str(path), workbook.sha256, _status(findings), submission, findings)


def review_safely(about: Setting, path: Path) -> Reviewed:
    """`review_file`, and for a fault of ours one finding instead of the end of the batch."""
    try:
        return review_file(about, path)
    except Exception as error:  # whatever it is, the other files must be read: this one is named and not summed
        problem = f"{type(error).__name__}: {error}"
        return _refused(path, UnreadableFileError("file.unexpected", problem=problem))


def _review_all(
    files: Sequence[Path], about: Setting, jobs: int | None, progress: Progress | None
) -> tuple[Reviewed, ...]:
    done = []
    for reviewed in engine.run(review_safely, about, files, jobs):
        done.append(reviewed)
        if progress:
            progress(len(done), len(files))
    return tuple(done)


def _context(submission: Submission, about: Setting) -> Context:
    form = next(form for form in about.forms if form.key == (submission.form, submission.edition))
    previous = _figures_of_last_year(submission, form, about.previous or {})
    return Context(form, plan(form), about.roster, previous, about.seal_key)


def _figures_of_last_year(submission: Submission, form: Form, previous: Mapping[str, Values]) -> Values | None:
    """The agency's own; of a consolidation, the sum over just the agencies inside it, and only if all are known.

    Last year's total of the area would hold other agencies than this year's.
    """
    if not submission.manifest:
        return previous.get(submission.agency_code)
    parts = [previous[leaf.code] for leaf in submission.manifest if leaf.code in previous]
    if len(parts) < len(submission.manifest):
        return None
    return {cell: _sum([part.get(cell) for part in parts]) for cell in form.cells}


def _sum(figures: Sequence[Number | None]) -> Number | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if len(known) == len(figures) else None


def _status(findings: Iterable[Finding]) -> Status:
    """What blocks a return from the sum: a must_fix, and nothing else."""
    blocked = any(finding.severity is Severity.MUST_FIX for finding in findings)
    return Status.RETURNED if blocked else Status.ACCEPTED


def _refused(path: Path, error: XltoolError, sha256: str = "") -> Reviewed:
    status = Status.FOREIGN if isinstance(error, ForeignFileError) else Status.UNREADABLE
    finding = file_finding(path, error)
    return Reviewed(str(path), sha256, status, None, (finding,), finding)


def file_finding(path: Path, error: XltoolError) -> Finding:
    """The finding an unreadable or foreign file gets."""
    severity = texts.severity(error.code)
    return Finding(error.code, severity, facts={"file": path.name} | dict(error.facts))


# --- distributing ------------------------------------------------------------------------------------------------


class Issued(NamedTuple):
    """One template written: for whom, its file name and its serial."""

    agency: Agency
    file: str
    serial: str


def make_templates(
    year: int,
    about: Setting,
    output: Path,
    *,
    form_id: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[Issued, ...]:
    """One locked workbook for each agency of the roster that reports itself, and the list of what goes to whom.

    Nothing is written if one of the files exists already (unless ``force``). Raises UsageError, WritingError.
    """
    roster = _needed(about.roster)
    form = form_for_year(about.forms, year, form_id)
    agencies = [agency for agency in roster if agency.scope is Scope.OWN]
    issued = tuple(Issued(agency, template_name(form, agency, year), serial(form, agency, year)) for agency in agencies)
    listing = output / distribution_name(form, year)
    if not force:
        _refuse_existing([*(output / item.file for item in issued), listing])
    output.mkdir(parents=True, exist_ok=True)
    for number, item in enumerate(issued, start=1):
        previous = (about.previous or {}).get(item.agency.code)
        issue = Issue(item.agency, year, item.serial, previous)
        if about.seal_key:
            issue = issue._replace(seal=seal(identity_of(plan(form), issue), about.seal_key))
        write_template(plan(form), issue, output / item.file, force=force)
        if progress:
            progress(number, len(issued))
    write_distribution_list(form, year, issued, listing, force=force)
    return issued


def serial(form: Form, agency: Agency, year: int) -> str:
    """A short name for one issued workbook: the same agency, year and layout always get the same."""
    said = "|".join([form.id, form.edition, str(year), agency.code, agency.name, plan(form).digest])
    return f"{year}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _needed(roster: Roster | None) -> Roster:
    if roster is None:
        raise UsageError("usage.roster_needed")
    return roster


def _refuse_existing(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.exists():
            raise UsageError("usage.output_exists", path=str(path))


# --- merging -----------------------------------------------------------------------------------------------------


class Choices(NamedTuple):
    """How to merge: for which area (else the body all agencies report to) and year (else that of most returns).

    ``include_flawed`` sums returns with something that must be fixed; ``force`` writes over an earlier workbook.
    """

    area: str | None = None
    year: int | None = None
    include_flawed: bool = False
    force: bool = False


def merge(
    paths: Sequence[Path],
    about: Setting,
    output: Path | None,
    choices: Choices | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Consolidation:
    """Every file below ``paths`` read and checked, the accepted ones summed, and the consolidated workbook written.

    With ``output`` None nothing is written. Raises UsageError when there is no return among the files, or ``output``
    is in the way.
    """
    choices = choices or Choices()
    if output is not None and not choices.force:
        _refuse_existing([output])
    reviewed = _review_all(files_below(paths, [output] if output else []), about, jobs, progress)
    form, year = _what_to_merge(reviewed, about, choices.year)
    chosen = choose(reviewed, about.roster, form, year, include_flawed=choices.include_flawed)
    made = consolidate(chosen, about.roster, form, year, area=_area(about.roster, choices.area))
    made = replace(made, findings=(*made.findings, *review(made.summary, _context(made.summary, about))))
    if output is not None:
        before = (about.previous or {}).get(made.summary.agency_code)
        write_summary(made, plan(form), output, previous=before, force=choices.force)
    return made


def _what_to_merge(reviewed: Sequence[Reviewed], about: Setting, year: int | None) -> tuple[Form, int]:
    """The form and year of most returns."""
    returns = Counter(
        (item.submission.form, item.submission.edition, item.submission.year)
        for item in reviewed
        if item.submission and item.submission.year is not None and year in (None, item.submission.year)
    )
    if not returns:
        raise UsageError("usage.nothing_to_merge", count=len(reviewed))
    form_id, edition, most = max(returns, key=lambda key: (returns[key], key[2] or 0))
    assert most is not None  # counted only with a year
    return next(form for form in about.forms if form.key == (form_id, edition)), most


def _area(roster: Roster | None, name: str | None) -> Agency:
    """The body the sum is for: the one named, by code or name, or the one on the roster that all others report to."""
    if name is not None:
        listed = (agency for agency in roster or () if name in (agency.code, agency.name))
        return replace(next(listed, Agency("", name)), scope=Scope.AREA)
    parents = {agency.parent for agency in roster or ()} - {None}
    top = [agency for agency in roster or () if agency.code in parents and agency.parent not in parents]
    if len(top) == 1:
        return replace(top[0], scope=Scope.AREA)
    return Agency("", texts.word("summary", "area"), scope=Scope.AREA)


def open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What somebody still has to do something about: all but notes, and what a written reason settles."""
    return tuple(finding for finding in findings if finding.severity is not Severity.NOTE and not finding.settled)


def worth_a_look(reviewed: Iterable[Reviewed]) -> bool:
    """Whether a run ends with exit code 1: a file was refused, or something in one is still open."""
    refused = {Status.UNREADABLE, Status.FOREIGN}
    return any(
        open_findings(item.findings) or (item.status in refused and item.reason is None)
        for item in reviewed
        if item.status is not Status.SUPERSEDED
    )
