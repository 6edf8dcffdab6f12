"""What ledgers are counted and checked with: earlier ledgers, reports, and the words of an office's own register."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xltool.commands.check_outputs import OutputFile, check_outputs
from xltool.commands.ledger_files import LedgerTask, open_ledger_file, read_report_file
from xltool.commands.run_context import RunContext
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.ledger.ledger_entries import Ledger
from xltool.ledger.reading.ledger_words import LedgerWords
from xltool.ledger.reading.own_words import OwnWords, read_own_words, survey_register
from xltool.ledger.reading.read_ledger import read_ledger
from xltool.messages import catalogue
from xltool.model.submission import Submission
from xltool.spreadsheet.find_files import find_places, find_sources
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.ledger_columns import write_own_words
from xltool.workbooks.save_files import save_file


class SettledColumns(NamedTuple):
    """The words a register is read by, and how many decisions are still open."""

    words: LedgerWords
    waiting: int


def make_ledger_task(
    run_context: RunContext,
    period: int | None = None,
    form: str | None = None,
    agency: str = "",
    ledger_words: LedgerWords | None = None,
    earlier_files: Sequence[FileSource] = (),
    reports: Sequence[FileSource] = (),
) -> LedgerTask:
    """Read the ledgers of the year before and the reports handed in. Raises UsageError for one that is neither."""
    previous = tuple(_read_earlier_ledger(place, run_context, ledger_words) for place in find_sources(earlier_files))
    read = tuple(_read_report(place, run_context) for place in find_sources(reports))
    return LedgerTask(run_context, period, agency, form, ledger_words, previous, read)


def _read_earlier_ledger(source: FileSource, run_context: RunContext, ledger_words: LedgerWords | None) -> Ledger:
    try:
        return read_ledger(open_ledger_file(source, run_context), source.name, ledger_words)
    except (UnreadableFileError, ForeignFileError) as error:
        raise _refuse_source(source, error) from error


def _read_report(source: FileSource, run_context: RunContext) -> Submission:
    try:
        return read_report_file(source, run_context)
    except (UnreadableFileError, ForeignFileError) as error:
        raise _refuse_source(source, error) from error


def _refuse_source(source: FileSource, refusal: UnreadableFileError | ForeignFileError) -> UsageError:
    reason = catalogue.code_title(refusal.code)
    return UsageError("usage.ledger_source", path=str(source), reason=reason)


def settle_columns(sources: Sequence[FileSource | str], file: Path, run_context: RunContext) -> SettledColumns:
    """Read what an office decided about its register; add what its ledgers hold beside it, and save it if that is new.

    Raises UsageError for a file that cannot be read, WritingError if it cannot be saved.
    """
    check_outputs([OutputFile(file, (".xlsx",), is_own=lambda path: True)], (), run_context.sources)
    known = _read_decisions(file)
    found = known
    for place in find_places(sources, [file]):
        try:
            found = survey_register(open_ledger_file(place, run_context), found)
        except (UnreadableFileError, ForeignFileError):
            continue  # told when it is read
    asked = {(word.column, word.word) for word in known.words}
    if (
        not file.exists()
        or found.headings.keys() != known.headings.keys()
        or any((word.column, word.word) not in asked for word in found.words)
    ):
        save_file(file, write_own_words(found, file.name), force=True)
    return SettledColumns(found.make_words(), found.waiting)


def _read_decisions(file: Path) -> OwnWords:
    if not file.exists():
        return OwnWords({})
    try:
        return read_own_words(open_workbook(file))
    except (UnreadableFileError, ForeignFileError) as error:
        raise _refuse_source(file, error) from error
