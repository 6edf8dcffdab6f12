"""Reading and checking: what was found in every file below some paths."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from xltool.checks.context import Context
from xltool.checks.peers import with_peers
from xltool.checks.run_checks import judged
from xltool.checks.serials import shared
from xltool.commands.run_context import Progress, Setting
from xltool.consolidation.tree import leaves
from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.execution import executor as engine
from xltool.forms.layout import plan
from xltool.messages import catalogue as texts
from xltool.model.agency import Roster
from xltool.model.consolidation import Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Observation, Submission
from xltool.recognition.read_submissions import read_submissions
from xltool.roster import called
from xltool.spreadsheet.find_files import places_below
from xltool.spreadsheet.load_file import load
from xltool.spreadsheet.open_workbook import naming, open_loaded, printable
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.remote_files import Place, fetch
from xltool.spreadsheet.zip_archives import Member, is_archive, members, open_member


def check(
    paths: Sequence[Path | str], about: Setting, *, jobs: engine.Jobs = None, progress: Progress | None = None
) -> tuple[Reviewed, ...]:
    """Every file below ``paths``, read and checked, in order, whatever the file is: see `review_files`.

    A path may be the address of a store (``s3://…``, as text); ``jobs`` says where reading runs, see `engine.run`.
    """
    return review_all(places_below(paths), about, jobs, progress)


def review_file(about: Setting, path: Path) -> Reviewed:
    """One file that holds one return, opened, read and checked."""
    return review_files(about, path)[0]


def review_files(about: Setting, place: Place) -> tuple[Reviewed, ...]:
    """One file, opened, read and checked. Never raises for what the file is: that becomes a finding.

    Ordinarily one entry; one for each agency of a workbook that holds several, one for each file inside an archive.
    """
    name = said(place)
    try:
        with naming(place.name):
            file = load(place) if isinstance(place, Path) else fetch(place)
    except (UnreadableFileError, ForeignFileError) as error:
        return (refused(name, error),)
    known = about.cache.known(file.sha256, name, file.modified) if about.cache else None
    if known:
        return (replace(_judged(about, known), remembered=True),)
    try:
        workbook = open_loaded(file, about.password)
    except (UnreadableFileError, ForeignFileError) as error:
        if not is_archive(file.data):
            return (refused(name, error),)
        return tuple(item for member in members(file, about.password) for item in _of_member(about, name, member))
    return _of_workbook(about, name, workbook)


def review_safely(about: Setting, place: Place) -> tuple[Reviewed, ...]:
    """`review_files`, and for a fault of ours one finding instead of the end of the batch."""
    try:
        return review_files(about, place)
    except MemoryError:
        return lost(place)
    except Exception as error:  # whatever it is, the other files must be read: this one is named and not summed
        return (failed(said(place), error),)


def said(place: Place) -> str:
    """The name of a file as it is told everywhere: bytes in it that are no letters of any kind are escaped."""
    return str(place).encode("utf-8", "backslashreplace").decode()


def lost(place: Place) -> tuple[Reviewed, ...]:
    """The entry of a file whose reading took all memory, or ended the process that read it."""
    return (refused(said(place), UnreadableFileError("file.reader_died")),)


def review_all(
    files: Sequence[Place], about: Setting, jobs: engine.Jobs, progress: Progress | None
) -> tuple[Reviewed, ...]:
    """Every one of ``files``, read and checked, in order."""
    done: list[Reviewed] = []
    found = 0
    for number, reviewed in enumerate(engine.run(review_safely, about, files, jobs, lost), start=1):
        done += reviewed
        found += sum(finding.open for item in reviewed for finding in item.findings)
        if progress:
            progress(number, len(files), found)
    if about.cache:
        about.cache.shrink()
    return with_peers(shared(done), about.forms, about.roster)


def _of_member(about: Setting, outer: str, member: Member) -> tuple[Reviewed, ...]:
    """One file inside an archive, named by its way there."""
    name = printable(f"{outer}/{member.path}" if member.path else outer)
    sha256 = member.file.sha256 if member.file else ""
    try:
        return _of_workbook(about, name, open_member(member, about.password))
    except (UnreadableFileError, ForeignFileError) as error:
        return (refused(name, error, sha256),)
    except Exception as error:  # as in `review_safely`: the other files of the archive must be read
        return (failed(name, error),)


def _of_workbook(about: Setting, name: str, workbook: RawWorkbook) -> tuple[Reviewed, ...]:
    try:
        read = read_submissions(workbook, about.forms, name)
    except (UnreadableFileError, ForeignFileError) as error:
        return (refused(name, error, workbook.sha256),)
    # Several from one file have one SHA-256 among them; and what a password protects is not laid open in a cache.
    if about.cache and len(read) == 1 and about.password is None:
        about.cache.keep(read[0])
    return tuple(_judged(about, submission) for submission in read)


def by_name(submission: Submission, roster: Roster | None) -> Submission:
    """What was made from a published report, which bears no code, with that of the only agency of its name."""
    imported = any(item.code == "identity.imported" for item in submission.observations)
    known = called(roster, submission.agency_name) if imported and not submission.agency_code else None
    if known is None:
        return submission
    noticed = Observation("identity.by_name", facts={"name": submission.agency_name, "number": known.code})
    return replace(submission, agency_code=known.code, observations=(*submission.observations, noticed))


def _judged(about: Setting, submission: Submission) -> Reviewed:
    submission = by_name(submission, about.roster)
    findings, trial = judged(submission, context_of(submission, about))
    source = submission.source
    return Reviewed(source.file, source.sha256, status_of(findings), submission, findings, trial=trial)


def context_of(submission: Submission, about: Setting) -> Context:
    """What a submission is judged against."""
    form = next(form for form in about.forms if form.key == (submission.form, submission.edition))
    # Of a consolidation, those of just the agencies inside it: last year's total of the area would hold others.
    codes = [leaf.code for leaf in leaves(submission)]
    previous = about.before(codes, submission.year)
    code, year, past = submission.agency_code, submission.year, about.past
    return Context(
        form,
        plan(form),
        about.roster,
        previous,
        about.seal_key,
        past.earlier(code, year, about.roster) if past and not submission.manifest else (),
        past.texts.get(year - 1, {}).get(code) if past and year else None,
        about.profile,
        about.waivers,
    )


def status_of(findings: Iterable[Finding]) -> Status:
    """What blocks a return from the sum: a must_fix that nobody waived, and nothing else."""
    blocked = any(finding.severity is Severity.MUST_FIX and not finding.settled for finding in findings)
    return Status.RETURNED if blocked else Status.ACCEPTED


def refused(name: str, error: XltoolError, sha256: str = "") -> Reviewed:
    """The entry of a file that cannot be read, or is no return."""
    status = Status.FOREIGN if isinstance(error, ForeignFileError) else Status.UNREADABLE
    finding = file_finding(Path(name), error)
    return Reviewed(name, sha256, status, None, (finding,), finding)


def failed(name: str, error: Exception) -> Reviewed:
    """The entry of a file over which we stumbled ourselves."""
    problem = f"{type(error).__name__}: {error}"
    return refused(name, UnreadableFileError("file.unexpected", problem=problem))


def file_finding(path: Path, error: XltoolError) -> Finding:
    """The finding an unreadable or foreign file gets."""
    severity = texts.severity(error.code)
    return Finding(error.code, severity, facts={"file": path.name} | dict(error.facts))
