"""Return files for correction (退回): a marked copy of each workbook with open findings, or a page, and a list.

All files are written to a draft folder that is renamed at the end, so that the result is complete or absent. Submitted
files are never overwritten.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from xltool.commands.check import make_failure_finding
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.workbook_plan import plan_workbook
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.pages.findings_page import render_findings_page
from xltool.spreadsheet.load_file import LoadedFile, load_file
from xltool.spreadsheet.open_workbook import make_printable
from xltool.spreadsheet.zip_archives import ArchiveMember, read_members
from xltool.workbooks.marks.covering_list import ReturnedFile, write_covering_list
from xltool.workbooks.marks.findings_list import describe_findings
from xltool.workbooks.marks.mark_workbook import has_marks, mark_workbook
from xltool.workbooks.save_files import save_file
from xltool.workbooks.save_folders import create_whole_folder, refuse_foreign_folder
from xltool.workbooks.template.distribution_list import clean_file_name

_MAX_NAME_BYTES = 180  # without the suffix


def send_back(
    reviewed_files: Iterable[ReviewedFile], forms: FormLibrary, roster: Roster | None, folder: Path
) -> tuple[ReturnedFile, ...]:
    """Write what is returned to each agency into ``folder``; nothing if there is none.

    A template of ours in .xlsx format is returned as a copy that differs only in its list of findings; one without
    open findings only if it carries marks of an earlier check, which are cleared. Any other file gets an HTML page, as
    does each agency of a workbook with several. Superseded and undecided files are not returned.
    A folder of an earlier run stays beside it, dated. Raises UsageError if the folder holds anything else, WritingError
    if it cannot be written.
    """
    refuse_foreign_return(folder)
    made: list[ReturnedFile] = []
    items, originals = tuple(reviewed_files), OriginalFiles()
    alone = Counter(item.file for item in items)
    with create_whole_folder(folder) as draft:
        taken = {workbook_words().returning["file"].casefold()}
        for checked in items:
            item, answer = build_copy_safely(checked, forms, originals if alone[checked.file] == 1 else None)
            if answer is not None:
                kind, content = answer
                name = choose_copy_name(item, kind, taken)
                save_file(draft / name, content)
                made.append(ReturnedFile(_find_recipient(item, roster), item, name, kind))
        if made:
            write_covering_list(made, draft / workbook_words().returning["file"])
    return tuple(made)


def refuse_foreign_return(folder: Path) -> None:
    """Raise UsageError if ``folder`` holds anything that is not a list of returned files and what it names."""
    refuse_foreign_folder(folder, workbook_words().returning["file"])


class OriginalFiles:
    """Reads the bytes of checked files again, also inside archives; archives are read once, in order."""

    def __init__(self) -> None:
        self._archive: Path | None = None
        self._members: Iterator[ArchiveMember] = iter(())

    def read_checked_bytes(self, item: ReviewedFile) -> bytes | None:
        """Return the bytes that were checked; None if the file is gone or has changed."""
        path = Path(item.file)
        outer = next((place for place in (path, *path.parents) if place.is_file()), None)
        if outer is None:
            return None
        file = self._find_member(outer, item.file) if outer != path else _load_if_readable(outer)
        return file.data if file and file.sha256 == item.sha256 else None

    def _find_member(self, archive: Path, name: str) -> LoadedFile | None:
        """Find a member by its name (as `commands.check` builds it): after the last one found, else from the start."""
        for again in (False, True):
            if again or archive != self._archive:
                outer = _load_if_readable(archive)
                self._archive, self._members = archive, read_members(outer) if outer else iter(())
            for member in self._members:
                if make_printable(f"{archive}/{member.path}") == name:
                    return member.file
        return None


def _load_if_readable(path: Path) -> LoadedFile | None:
    try:
        return load_file(path)
    except (UnreadableFileError, ForeignFileError):
        return None


def build_copy_safely(
    item: ReviewedFile, forms: FormLibrary, originals: OriginalFiles | None
) -> tuple[ReviewedFile, tuple[str, bytes] | None]:
    """Call `_build_copy`; an unexpected exception is added to the findings of the file, which gets a page."""
    try:
        return item, _build_copy(item, forms, originals)
    except Exception as error:  # any fault: name this file, return the others
        failed = replace(item, findings=(make_failure_finding(item.file, error), *item.findings))
        form = forms.of(item.submission).form if item.submission else None
        items = describe_findings(failed.findings, plan_workbook(form) if form else None)
        return failed, ("page", render_findings_page(failed, items, form).encode())


def _build_copy(item: ReviewedFile, forms: FormLibrary, originals: OriginalFiles | None) -> tuple[str, bytes] | None:
    """Return kind and content of what is returned; None for nothing. Without ``originals`` no marked copy is made."""
    if item.status in {Status.SUPERSEDED, Status.UNDECIDED}:
        return None
    form = forms.of(item.submission).form if item.submission else None
    layout = plan_workbook(form) if form else None
    data = originals.read_checked_bytes(item) if originals and _is_own_template(item.submission) else None
    if not _has_open_findings(item.findings):
        if layout is None or data is None or not has_marks(data, layout):
            return None
        cleared = mark_workbook(data, layout, ())
        return ("cleared", cleared) if cleared else None
    items = describe_findings(item.findings, layout, item.submission)
    copy = mark_workbook(data, layout, items) if layout and data is not None else None
    return ("marked", copy) if copy else ("page", render_findings_page(item, items, form).encode())


def _has_open_findings(findings: Iterable[Finding]) -> bool:
    """Return whether any finding needs action: not a note, and not settled by a written reason."""
    return any(finding.severity is not Severity.NOTE and not finding.settled for finding in findings)


def _is_own_template(submission: Submission | None) -> bool:
    """Return whether a return was made on a template of ours; one read by its labels alone gets a page."""
    known = submission is not None and not any(item.code == "identity.none" for item in submission.observations)
    return known and submission is not None and submission.scope is Scope.OWN


def _find_recipient(item: ReviewedFile, roster: Roster | None) -> Agency:
    """Return the agency of a file: as its content says, else as its name says, else one without code and name."""
    submission = item.submission
    if submission is None:
        return item.named_agency or Agency("", "")
    known = roster.agencies.get(submission.agency_code) if roster else None
    return known or Agency(submission.agency_code, submission.agency_name)


def choose_copy_name(item: ReviewedFile, kind: str, taken: set[str]) -> str:
    """Return the name of the file (for a page, with a word added), with a number if the name is taken."""
    stem, ending = clean_file_name(PurePath(item.file).stem, _MAX_NAME_BYTES), ".xlsx"
    if kind == "page":
        stem, _, ending = workbook_words().returning["page_file"].format(name=stem).rpartition(".")
        ending = f".{ending}"
    name, count = f"{stem}{ending}", 1
    while name.casefold() in taken:
        count += 1
        name = f"{stem} ({count}){ending}"
    taken.add(name.casefold())
    return name
