"""Keep what agencies have filled in: no template is written over it, nor into a folder that holds it."""

from collections.abc import Collection
from pathlib import Path

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.compiled_form import FormLibrary
from xltool.model.submission import EntryState
from xltool.recognition.identify_form import read_identity_sources
from xltool.recognition.read_submissions import read_submissions
from xltool.spreadsheet.file_type import WORKBOOK_SUFFIXES
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.workbooks.xlsxwriter_adapter import CREATION_TIME


def refuse_filled_workbooks(folder: Path, targets: Collection[Path], forms: FormLibrary) -> None:
    """Raise UsageError if ``folder`` holds a workbook that was filled in, or one of ``targets`` is no template.

    A workbook of ours that another program has saved counts as filled in, as does a template with typed figures.
    """
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    filled = [
        path
        for path in files
        if path.is_file()
        and (path in targets or path.suffix.lower() in WORKBOOK_SUFFIXES)
        and _is_filled(path, forms, is_target=path in targets)
    ]
    if filled:
        raise UsageError("usage.folder_has_returns", path=str(folder), count=len(filled), file=filled[0].name)


def _is_filled(path: Path, forms: FormLibrary, *, is_target: bool) -> bool:
    """Return True for a workbook of ours that is no untouched template; of a target also for any other file."""
    try:
        workbook = open_workbook(path)
    except (UnreadableFileError, ForeignFileError):
        return is_target
    identity = read_identity_sources(workbook).preferred
    return is_target if identity is None else not _is_untouched(workbook, forms, path.name)


def _is_untouched(workbook: RawWorkbook, forms: FormLibrary, name: str) -> bool:
    """Return True for a workbook as it was written, with nothing typed; other programs state when they saved it."""
    if not workbook.saved.startswith(CREATION_TIME.isoformat()):
        return False
    try:
        submission = read_submissions(workbook, forms, name)[0]
    except ForeignFileError:  # a ledger, or a form that is not known here
        return True
    index = forms.of(submission).index
    typed = (submission.entries[cell] for cell in index.inputs.keys() - index.carried)
    return all(entry.state is EntryState.BLANK for entry in typed) and not any(submission.lists.values())
