"""Read and check every file below some paths."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from xltool.checks.context import CheckContext
from xltool.checks.custom_checks import CustomCheckError, find_custom_findings
from xltool.checks.peers import PEER_STANDARD, add_peer_findings
from xltool.checks.run_checks import run_checks, sort_findings
from xltool.checks.serials import find_shared_serials
from xltool.commands.check_outputs import check_outputs
from xltool.commands.decisions import (
    DecisionBook,
    apply_recorded_decisions,
    list_decision_outputs,
    record_open_questions,
)
from xltool.commands.own_outputs import find_own_output, is_roster
from xltool.commands.previous_use import survey_reviewed
from xltool.commands.run_context import Progress, RunContext
from xltool.consolidation.agency_files import name_unread_files
from xltool.consolidation.file_name_remarks import REMARK_CODES, note_file_names
from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.file_status import UNREAD_VERSION, decide_status
from xltool.consolidation.other_years import mark_other_years
from xltool.consolidation.owner_witnesses import hold_doubtful_owners
from xltool.consolidation.settle_versions import settle_all_versions
from xltool.consolidation.tree import list_manifest
from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.execution import executor
from xltool.execution.garbage_collection import collect_garbage_rarely
from xltool.forms.identity import OwnList
from xltool.model.agency import Roster, Scope
from xltool.model.agency_names import find_agency_by_name
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.submission import Observation, Submission
from xltool.recognition.read_consolidated import make_skip_rule
from xltool.recognition.read_submissions import read_submissions
from xltool.spreadsheet.file_type import WORKBOOK_SUFFIXES
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.load_file import FileSource, load_file
from xltool.spreadsheet.open_workbook import make_printable, name_in_refusals, open_loaded_file
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.refusals import DamageKind, FileKind
from xltool.spreadsheet.remote_files import Place, RemoteFile, fetch_file
from xltool.spreadsheet.zip_archives import ArchiveMember, is_plain_archive, open_archive_member, read_members

_RENEWED_CODES = {UNREAD_VERSION, *REMARK_CODES}  # whenever decisions change whose a file is


@collect_garbage_rarely()
def check(
    sources: Sequence[FileSource | str],
    run_context: RunContext,
    *,
    year: int | None = None,
    decisions: Path | None = None,
    jobs: executor.Jobs = None,
    progress: Progress | None = None,
) -> tuple[ReviewedFile, ...]:
    """Read and check every file below ``sources``, in order, and settle which version of a return counts.

    Returns of another year than ``year`` are not counted. Raises UsageError if ``--previous`` fits none of the returns.

    A path may be a URL of an object store (``s3://…``, as str); ``jobs`` selects the executor, see
    `executor.run_items`. ``decisions`` is the workbook with the decisions on single files, see `commands.decisions`.
    """
    own = check_outputs(list_decision_outputs(decisions), sources, run_context.sources)
    found = review_all(find_places(sources, own), run_context, jobs, progress)
    reviewed, book = obey_decisions(found, decisions, run_context)
    survey_reviewed(run_context, reviewed)
    settled = settle_all_versions(reviewed, run_context.forms, run_context.roster)
    settled = mark_other_years(settled, year, has_roster=run_context.roster is not None)
    record_open_questions(book, settled)
    return settled


def review_file(run_context: RunContext, path: FileSource) -> ReviewedFile:
    """Open, read and check one file that holds one return."""
    return review_files(run_context, path)[0]


def review_files(run_context: RunContext, place: Place) -> tuple[ReviewedFile, ...]:
    """Open, read and check one file. Problems of the file become findings, never exceptions.

    Usually one entry; one for each agency of a workbook that holds several, one for each file inside an archive.
    """
    name = name_place(place)
    try:
        with name_in_refusals(place.name):
            file = fetch_file(place) if isinstance(place, RemoteFile) else load_file(place)
    except (UnreadableFileError, ForeignFileError) as error:
        return (reject_file(name, error),)
    known = run_context.cache.find_submission(file.sha256, name, file.modified) if run_context.cache else None
    if known:
        return (replace(_review_submission(run_context, known), remembered=True),)
    try:
        workbook = open_loaded_file(file, run_context.password, make_skip_rule())
    except (UnreadableFileError, ForeignFileError) as error:
        if not is_plain_archive(file.data):
            return (reject_file(name, _recognize_own_file(place, file.data, error, run_context.roster)),)
        found = (_review_member(run_context, name, member) for member in read_members(file, run_context.password))
        return _note_archive_order(name, tuple(item for items in found for item in items))
    reviewed = _review_workbook(run_context, name, workbook)
    if reviewed[0].reason and reviewed[0].reason.code == "file.not_a_return" and is_roster(place, run_context.roster):
        return (reject_file(name, ForeignFileError("file.own_list", file=name, kind=OwnList.ROSTER), file.sha256),)
    return reviewed


def _recognize_own_file(place: Place, data: bytes, error: XltoolError, roster: Roster | None) -> XltoolError:
    """Return what a file is refused for; an output of ours and a text file with a list of agencies are named."""
    known = _recognize_output(data, error)
    if known is error and error.facts.get("kind") is FileKind.TEXT and is_roster(place, roster):
        return ForeignFileError("file.own_list", kind=OwnList.ROSTER)
    return known


def _recognize_output(data: bytes, error: XltoolError) -> XltoolError:
    """Return what a file is refused for; an output of ours is named."""
    kind = find_own_output(data)
    return ForeignFileError("file.own_list", kind=kind) if kind else error


def review_safely(run_context: RunContext, place: Place) -> tuple[ReviewedFile, ...]:
    """Call `review_files`; an unexpected exception becomes one finding and does not end the batch."""
    try:
        return review_files(run_context, place)
    except MemoryError:
        return report_lost_file(place)
    except Exception as error:  # any fault: name this file, do not sum it, read the other files
        return (report_failure(name_place(place), error),)


def name_place(place: Place) -> str:
    """Return the printable name of a file: as UTF-8 whatever the locale, other bytes in it escaped."""
    try:
        return os.fsencode(str(place)).decode("utf-8")
    except UnicodeError:
        return str(place).encode("utf-8", "backslashreplace").decode()


def report_lost_file(place: Place) -> tuple[ReviewedFile, ...]:
    """Return the entry of a file whose reading exhausted memory or ended the reading process."""
    return (reject_file(name_place(place), UnreadableFileError("file.reader_died")),)


def review_all(
    places: Sequence[Place], run_context: RunContext, jobs: executor.Jobs, progress: Progress | None
) -> tuple[ReviewedFile, ...]:
    """Read and check all of ``files``, in order."""
    done: list[ReviewedFile] = []
    open_count = 0
    shared = replace(run_context, custom_checks=())  # they run in this process: they may be any callable
    for number, result in enumerate(executor.run_items(review_safely, shared, places, jobs, report_lost_file), start=1):
        reviewed = [_add_custom_findings_safely(item, run_context) for item in result]
        done += reviewed
        open_count += sum(finding.open for item in reviewed for finding in item.findings)
        if progress:
            progress(number, len(places), open_count)
    if run_context.cache:
        run_context.cache.delete_oldest()
    with_owners = hold_doubtful_owners(find_shared_serials(done), run_context.roster)
    return _compare_files(run_context, with_owners)


def _compare_files(run_context: RunContext, reviewed_files: Sequence[ReviewedFile]) -> tuple[ReviewedFile, ...]:
    """Return the files with the findings that follow from their names and from the others: unread ones, peers."""
    fresh = (
        replace(
            item,
            findings=tuple(finding for finding in item.findings if finding.code not in _RENEWED_CODES),
            trial=tuple(finding for finding in item.trial if finding.wording != PEER_STANDARD),
        )
        for item in reviewed_files
    )
    with_unread = name_unread_files(list(fresh), run_context.roster)
    named = note_file_names(with_unread, run_context.roster)
    return add_peer_findings(named, run_context.forms, run_context.roster)


def obey_decisions(
    reviewed_files: Sequence[ReviewedFile], decisions: Path | None, run_context: RunContext
) -> tuple[tuple[ReviewedFile, ...], DecisionBook | None]:
    """Apply the decisions of a workbook to files; what is counted as another agency is checked and compared as its own.

    See `apply_recorded_decisions`.
    """
    review, compare = partial(review_again, run_context), partial(_compare_files, run_context)
    return apply_recorded_decisions(reviewed_files, decisions, run_context.roster, review, compare)


def review_again(run_context: RunContext, submission: Submission) -> ReviewedFile:
    """Check a return that was read, with the caller's own checks."""
    return _add_custom_findings_safely(_review_submission(run_context, submission), run_context)


def _add_custom_findings_safely(item: ReviewedFile, run_context: RunContext) -> ReviewedFile:
    """Call `_add_custom_findings`; an exception of a caller's check is a finding on the file, which is not summed."""
    try:
        return _add_custom_findings(item, run_context)
    except CustomCheckError:  # wrong for every file: told to the caller at once
        raise
    except Exception as error:  # as in `review_safely`
        findings = (make_failure_finding(item.file, error), *item.findings)
        return replace(item, findings=findings, status=decide_status(findings))


def _add_custom_findings(item: ReviewedFile, run_context: RunContext) -> ReviewedFile:
    """Run the caller's own checks on a return that was read."""
    submission = item.submission
    if not run_context.custom_checks or submission is None or submission.scope is Scope.AREA:
        return item
    context = build_check_context(submission, run_context)
    found = find_custom_findings(run_context.custom_checks, submission, context.form)
    findings = sort_findings([*item.findings, *found], context)
    return replace(item, findings=findings, status=decide_status(findings))


def _review_member(run_context: RunContext, archive_name: str, member: ArchiveMember) -> tuple[ReviewedFile, ...]:
    """Review one file inside an archive; its name includes the path inside the archive."""
    name = make_printable(f"{archive_name}/{member.path}" if member.path else archive_name)
    sha256 = member.file.sha256 if member.file else ""
    try:
        return _review_workbook(run_context, name, open_archive_member(member, run_context.password, make_skip_rule()))
    except (UnreadableFileError, ForeignFileError) as error:
        known = _recognize_output(member.file.data, error) if member.file else error
        return (reject_file(name, known, sha256),)
    except Exception as error:  # as in `review_safely`, for the other files of the archive
        return (report_failure(name, error),)


def _note_archive_order(archive: str, reviewed_files: tuple[ReviewedFile, ...]) -> tuple[ReviewedFile, ...]:
    """Add to the source of each file its archive, and its place there unless the archive is in order of names."""
    names = [item.file for item in reviewed_files]
    in_order = names == sorted(names)
    noted = list(reviewed_files)
    for position, item in enumerate(reviewed_files):
        if item.submission:
            place = None if in_order else position
            source = replace(item.submission.source, archive=archive, position=place)
            noted[position] = replace(item, submission=replace(item.submission, source=source))
    return tuple(noted)


def _review_workbook(run_context: RunContext, name: str, workbook: RawWorkbook) -> tuple[ReviewedFile, ...]:
    try:
        submissions = read_submissions(workbook, run_context.forms, name)
    except (UnreadableFileError, ForeignFileError) as error:
        return (reject_file(name, error, workbook.sha256),)
    # Not cached: several submissions of one file, which share a SHA-256, and the content of files with a password.
    if run_context.cache and len(submissions) == 1 and run_context.password is None:
        run_context.cache.store_submission(submissions[0])
    return tuple(_review_submission(run_context, submission) for submission in submissions)


def assign_code_by_name(submission: Submission, roster: Roster | None) -> Submission:
    """Add the agency code to an imported report, which has none, if exactly one agency has its name."""
    imported = any(item.code == "identity.imported" for item in submission.observations)
    known = find_agency_by_name(roster, submission.agency_name) if imported and not submission.agency_code else None
    if known is None:
        return submission
    noticed = Observation("identity.by_name", facts={"name": submission.agency_name, "number": known.code})
    return replace(submission, agency_code=known.code, observations=(*submission.observations, noticed))


def _review_submission(run_context: RunContext, submission: Submission) -> ReviewedFile:
    submission = assign_code_by_name(submission, run_context.roster)
    findings, trial = run_checks(submission, build_check_context(submission, run_context))
    source = submission.source
    return ReviewedFile(source.file, source.sha256, decide_status(findings), submission, findings, trial=trial)


def build_check_context(submission: Submission, run_context: RunContext) -> CheckContext:
    """Collect what a submission is checked against: form, roster, earlier years, profile, waivers."""
    # For a consolidation, the figures of the agencies inside it: last year's total of the area may cover others.
    codes = [run_context.find_previous_key(leaf.code, leaf.name) for leaf in list_manifest(submission)]
    previous = run_context.sum_year_before(codes, submission.year)
    code = run_context.find_previous_key(submission.agency_code, submission.agency_name)
    year, past = submission.year, run_context.previous_years
    return CheckContext(
        run_context.forms.of(submission),
        run_context.roster,
        previous,
        run_context.seal_key,
        past.list_earlier_years(code, year, run_context.roster) if past and not submission.manifest else (),
        past.texts.get(year - 1, {}).get(code) if past and year else None,
        run_context.profile,
        run_context.waivers,
        past.stated.get(year - 1, {}).get(code) if past and year else None,
    )


def reject_file(name: str, error: XltoolError, sha256: str = "") -> ReviewedFile:
    """Return the entry of a file that cannot be read or is not a return."""
    status = Status.FOREIGN if isinstance(error, ForeignFileError) else Status.UNREADABLE
    finding = build_file_finding(Path(name), error)
    return ReviewedFile(name, sha256, status, None, (finding,), finding)


def report_failure(name: str, error: Exception) -> ReviewedFile:
    """Return the entry of a file that caused an unexpected exception."""
    return reject_file(name, _describe_failure(error))


def make_failure_finding(name: str, error: Exception) -> Finding:
    """Build the finding of a file that caused an unexpected exception."""
    return build_file_finding(Path(name), _describe_failure(error))


def _describe_failure(error: Exception) -> UnreadableFileError:
    return UnreadableFileError("file.unexpected", problem=f"{type(error).__name__}: {error}")


def build_file_finding(path: FileSource, error: XltoolError) -> Finding:
    """Build the finding of an unreadable or foreign file."""
    severity = code_severity(error.code)
    wording = _WORDINGS.get(error.facts.get("kind") or error.facts.get("problem"), "")
    if error.code == "file.not_workbook" and wording in _REPLACED_WORDINGS and path.suffix.lower() in WORKBOOK_SUFFIXES:
        wording = "file.renamed"
    if path.suffix.lower() == ".zip":
        wording = _ARCHIVE_WORDINGS.get(error.facts.get("kind") or error.code, wording)
    facts = {"part": "", **error.facts, "file": show_file_name(str(path)), "suffix": path.suffix}
    if facts["part"] in (error.facts.get("file"), path.name):  # the whole file: its name is said already
        facts["part"] = ""
    return Finding(error.code, severity, facts=facts, wording=wording)


_ARCHIVE_WORDINGS: dict[object, str] = {FileKind.ZIP: "file.empty_archive", "file.damaged": "file.broken_archive"}
_REPLACED_WORDINGS = frozenset({"", "file.document"})
# Sentences with the cure that fits the kind of a file that is no workbook, or the damage.
_WORDINGS: dict[object, str] = {
    FileKind.ARCHIVE: "file.archive",
    FileKind.SPLIT_ARCHIVE: "file.archive",
    FileKind.MAIL: "file.mail",
    FileKind.NUMBERS: "file.export_first",
    FileKind.OFD: "file.page_document",
    FileKind.ONLINE_DOCUMENT: "file.export_first",
    FileKind.SHORTCUT: "file.shortcut",
    FileKind.PDF: "file.document",
    FileKind.TEXT_DOCUMENT: "file.document",
    FileKind.HTML: "file.document",
    DamageKind.NOT_A_ZIP: "file.not_a_zip",
}
