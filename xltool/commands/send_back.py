"""Sending back (退回): each workbook with something to correct as a marked copy of itself, or a page, and a list.

Everything is made beside the folder asked for and takes its name at the end, so that it is there whole or not at all;
nothing is ever written over a file that was handed in.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError, WritingError
from xltool.forms.furniture import words
from xltool.forms.layout import plan
from xltool.model.agency import Agency, Roster, Scope
from xltool.model.consolidation import Reviewed
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission
from xltool.pages.findings_page import page
from xltool.spreadsheet.load_file import HandedIn, load
from xltool.spreadsheet.open_workbook import printable
from xltool.spreadsheet.zip_archives import Member, members
from xltool.workbooks.marks.covering_list import Returned, write_covering_list
from xltool.workbooks.marks.findings_list import remarks
from xltool.workbooks.marks.mark_workbook import carries_marks, marked
from xltool.workbooks.save_files import save
from xltool.workbooks.template.distribution_list import file_name
from xltool.workbooks.temporary_names import draft_beside

_LONGEST_NAME = 180  # bytes of a file's name without its ending


def send_back(
    reviewed: Iterable[Reviewed], forms: Sequence[Form], roster: Roster | None, folder: Path
) -> tuple[Returned, ...]:
    """What goes back to whom, written into ``folder``, which must be new or empty; with nothing to send, nothing.

    A workbook of ours that is .xlsx goes back as a copy of itself in which only the list of findings differs; one
    without anything to correct only if it still carries earlier marks, which are cleared. Any other file gets a page,
    and so does each agency of a workbook that holds several.
    Raises UsageError if something is in the folder, WritingError if it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("usage.folder_not_empty", path=str(folder))
    made: list[Returned] = []
    items, originals = tuple(reviewed), Originals()
    alone = Counter(item.file for item in items)
    with _whole(folder) as draft:
        taken = {words().returning["file"].casefold()}
        for item in items:
            found = _answer(item, forms, originals if alone[item.file] == 1 else None)
            if found is not None:
                kind, content = found
                name = _name(item, kind, taken)
                save(draft / name, content)
                made.append(Returned(_agency(item.submission, roster), item, name, kind))
        if made:
            write_covering_list(made, draft / words().returning["file"])
    return tuple(made)


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` that takes its place at the end, if anything is in it and nothing went wrong."""
    draft = draft_beside(folder)
    try:
        draft.mkdir(parents=True)
        yield draft
        if any(draft.iterdir()):
            if folder.exists():
                folder.rmdir()
            draft.rename(folder)
    except OSError as error:
        raise WritingError("writing.not_saved", file=str(folder), reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class Originals:
    """The bytes that were checked, of files and of files inside archives; archives are gone through once, in order."""

    def __init__(self) -> None:
        self._archive: Path | None = None
        self._members: Iterator[Member] = iter(())

    def bytes_of(self, item: Reviewed) -> bytes | None:
        """The very bytes that were checked; None if they are gone, or others by now."""
        path = Path(item.file)
        outer = next((place for place in (path, *path.parents) if place.is_file()), None)
        if outer is None:
            return None
        found = self._member(outer, item.file) if outer != path else _loaded(outer)
        return found.data if found and found.sha256 == item.sha256 else None

    def _member(self, archive: Path, name: str) -> HandedIn | None:
        """The file of that name (as `runs.reviewing` names it) in what is left of the archive, else in all of it."""
        for again in (False, True):
            if again or archive != self._archive:
                outer = _loaded(archive)
                self._archive, self._members = archive, members(outer) if outer else iter(())
            for member in self._members:
                if printable(f"{archive}/{member.path}") == name:
                    return member.file
        return None


def _loaded(path: Path) -> HandedIn | None:
    try:
        return load(path)
    except (UnreadableFileError, ForeignFileError):
        return None


def _answer(item: Reviewed, forms: Sequence[Form], originals: Originals | None) -> tuple[str, bytes] | None:
    """How a file goes back, and as what; None for one that need not. Without ``originals`` it is not marked."""
    form = _form(item.submission, forms)
    layout = plan(form) if form else None
    data = originals.bytes_of(item) if originals and _ours(item.submission) else None
    if not _open(item.findings):
        if layout is None or data is None or not carries_marks(data, layout):
            return None
        cleared = marked(data, layout, ())
        return ("cleared", cleared) if cleared else None
    told = remarks(item.findings, layout)
    copy = marked(data, layout, told) if layout and data is not None else None
    return ("marked", copy) if copy else ("page", page(item, told, form).encode())


def _open(findings: Iterable[Finding]) -> bool:
    """Whether an agency has something to do: more than notes, and not settled by a written reason."""
    return any(finding.severity is not Severity.NOTE and not finding.settled for finding in findings)


def _form(read: Submission | None, forms: Sequence[Form]) -> Form | None:
    return next((form for form in forms if read and form.key == (read.form, read.edition)), None)


def _ours(read: Submission | None) -> bool:
    """Whether a return was made on one of our workbooks; a page goes to what was read by its labels alone."""
    known = read is not None and not any(item.code == "identity.none" for item in read.observations)
    return known and read is not None and read.scope is Scope.OWN


def _agency(read: Submission | None, roster: Roster | None) -> Agency:
    if read is None:
        return Agency("", "")
    known = roster.agencies.get(read.agency_code) if roster else None
    return known or Agency(read.agency_code, read.agency_name)


def _name(item: Reviewed, kind: str, taken: set[str]) -> str:
    """The name the file had, or for a page that name and a word; a number is added to one that is taken."""
    stem, ending = file_name(PurePath(item.file).stem, _LONGEST_NAME), ".xlsx"
    if kind == "page":
        stem, _, ending = words().returning["page_file"].format(name=stem).rpartition(".")
        ending = f".{ending}"
    name, count = f"{stem}{ending}", 1
    while name.casefold() in taken:
        count += 1
        name = f"{stem} ({count}){ending}"
    taken.add(name.casefold())
    return name
