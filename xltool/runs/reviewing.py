"""Reading and checking: what was found in every file below some paths."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xltool import engine, texts
from xltool.checks.context import Context
from xltool.checks.review import review
from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.forms.layout import plan
from xltool.intake.finding_files import files_below
from xltool.intake.loading import load
from xltool.intake.opening import open_workbook
from xltool.intake.reading import read_submission
from xltool.model import Finding, Form, Number, Reviewed, Severity, Status, Submission, Values
from xltool.runs.settings import Progress, Setting


def check(
    paths: Sequence[Path], about: Setting, *, jobs: int | None = None, progress: Progress | None = None
) -> tuple[Reviewed, ...]:
    """Every file below ``paths``, read and checked; one entry a file, in order, whatever the file is."""
    return review_all(files_below(paths), about, jobs, progress)


def review_file(about: Setting, path: Path) -> Reviewed:
    """One file, opened, read and checked. Never raises for what the file is: that becomes a finding."""
    known = _known(about, path)
    if known:
        return _reviewed(about, path, known)
    try:
        workbook = open_workbook(path)
    except (UnreadableFileError, ForeignFileError) as error:
        return _refused(path, error)
    try:
        submission = read_submission(workbook, about.forms, str(path))
    except (UnreadableFileError, ForeignFileError) as error:
        return _refused(path, error, workbook.sha256)
    if about.cache and submission.source.file == str(path):  # not one of several in a file
        about.cache.keep(submission)
    return _reviewed(about, path, submission)


def _known(about: Setting, path: Path) -> Submission | None:
    """What was read from a file of the same content before; None if it has to be read, whatever is the matter."""
    if about.cache is None:
        return None
    try:
        file = load(path)
    except (UnreadableFileError, ForeignFileError):
        return None
    return about.cache.known(file.sha256, str(path), file.modified)


def _reviewed(about: Setting, path: Path, submission: Submission) -> Reviewed:
    findings = review(submission, context_of(submission, about))
    return Reviewed(str(path), submission.source.sha256, _status(findings), submission, findings)


def review_safely(about: Setting, path: Path) -> Reviewed:
    """`review_file`, and for a fault of ours one finding instead of the end of the batch."""
    try:
        return review_file(about, path)
    except Exception as error:  # whatever it is, the other files must be read: this one is named and not summed
        problem = f"{type(error).__name__}: {error}"
        return _refused(path, UnreadableFileError("file.unexpected", problem=problem))


def review_all(
    files: Sequence[Path], about: Setting, jobs: int | None, progress: Progress | None
) -> tuple[Reviewed, ...]:
    """Every one of ``files``, read and checked, in order."""
    done = []
    for reviewed in engine.run(review_safely, about, files, jobs):
        done.append(reviewed)
        if progress:
            progress(len(done), len(files))
    if about.cache:
        about.cache.shrink()
    return tuple(done)


def context_of(submission: Submission, about: Setting) -> Context:
    """What a submission is judged against."""
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
