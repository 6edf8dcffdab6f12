"""Read, count and check ledger files: the part that all ledger commands share."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from xltool.checks.make_finding import make_finding
from xltool.commands.check import name_place, reject_file, report_failure
from xltool.commands.run_context import RunContext
from xltool.consolidation.file_status import decide_status
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.load_definitions import find_form_for_year
from xltool.ledger.checking.check_ledger import check_ledger
from xltool.ledger.checking.check_lines import check_undated_cases
from xltool.ledger.checking.compare_report import compare_report
from xltool.ledger.count_ledger import LedgerCount, count_ledger
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_entries import Ledger, LedgerAgency
from xltool.ledger.reading.ledger_words import LedgerWords
from xltool.ledger.reading.read_ledger import make_ledger_skip_rule, read_ledger
from xltool.model.agency import Agency
from xltool.model.agency_names import find_agency_by_name, normalize_name
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import Finding
from xltool.model.form import Form
from xltool.model.period import calendar_year
from xltool.model.submission import Submission
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.load_file import FileSource, load_file
from xltool.spreadsheet.open_workbook import name_in_refusals, open_loaded_file, open_workbook
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.remote_files import Place, RemoteFile, fetch_file


class LedgerTask(NamedTuple):
    """What all ledgers of a run are counted and checked with.

    ``period`` and ``form`` are those to count for: by default the year of each ledger, and the annual form of it.
    ``agency`` is the code or name of the agency of a ledger that does not say it.
    ``previous`` are ledgers of the year before, ``reports`` the reports handed in, both by agency.
    """

    run_context: RunContext
    period: int | None = None
    agency: str = ""
    form: str | None = None
    words: LedgerWords | None = None
    previous: tuple[Ledger, ...] = ()
    reports: tuple[Submission, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedLedger:
    """One file of a run: the ledger in it with its count and findings; None and the reason if it is none."""

    reviewed: ReviewedFile
    ledger: Ledger | None = None
    count: LedgerCount | None = None
    files: tuple[Path, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the file."""
        return self.reviewed.findings

    @property
    def is_own_list(self) -> bool:
        """Whether the file is a list that goes with ledgers, such as the distribution list: nothing to be read."""
        return [finding.code for finding in self.findings] == ["file.own_list"]


def open_ledger_file(place: Place, run_context: RunContext) -> RawWorkbook:
    """Open the workbook of a ledger; its computed sheets are left unread. Raises as `open_workbook`."""
    with name_in_refusals(place.name):
        file = fetch_file(place) if isinstance(place, RemoteFile) else load_file(place)
    return open_loaded_file(file, run_context.password, make_ledger_skip_rule())


def review_ledger(task: LedgerTask, place: Place) -> ReviewedLedger:
    """Read, count and check one file. Problems of the file become findings, never exceptions."""
    name = name_place(place)
    try:
        ledger = read_ledger(open_ledger_file(place, task.run_context), name, task.words)
        return _review_read_ledger(task, ledger)
    except (UnreadableFileError, ForeignFileError) as error:
        return ReviewedLedger(reject_file(name, error))
    except MemoryError:
        return report_lost_ledger(place)
    except Exception as error:  # any fault: name this file, count the others
        return ReviewedLedger(report_failure(name, error))


def report_lost_ledger(place: Place) -> ReviewedLedger:
    """Return the entry of a file whose reading exhausted memory or ended the reading process."""
    return ReviewedLedger(reject_file(name_place(place), UnreadableFileError("file.reader_died")))


def add_ledger_finding(reviewed_ledger: ReviewedLedger, code: str, **facts: object) -> ReviewedLedger:
    """Return a file with a finding before all others."""
    findings = (make_finding(code, **facts), *reviewed_ledger.findings)
    return replace(
        reviewed_ledger, reviewed=replace(reviewed_ledger.reviewed, findings=findings, status=decide_status(findings))
    )


def _review_read_ledger(task: LedgerTask, ledger: Ledger) -> ReviewedLedger:
    period = task.period or ledger.year or find_main_year(ledger)
    form = find_ledger_form(task.run_context, period, task.form)
    count = count_ledger(ledger, form, period) if period else None
    agency = name_ledger_agency(ledger, task)
    findings = list(check_ledger(ledger, find_own(task.previous, agency)))
    if count is None:
        findings.insert(0, make_finding("ledger.no_year", file=ledger.file))
    else:
        findings += check_undated_cases(ledger, count)
    report = next((each for each in task.reports if _is_own_report(each, agency, alone=len(task.reports) == 1)), None)
    if report is not None and count is not None:
        findings += compare_report(count, report)
    reviewed = ReviewedFile(ledger.file, ledger.sha256, decide_status(tuple(findings)), None, tuple(findings))
    return ReviewedLedger(reviewed, ledger, count)


def find_main_year(ledger: Ledger) -> int | None:
    """Return the year in which most requests were received, for a ledger that does not say its year."""
    years = [line.received.year for line in ledger.requests if line.received]
    return max(sorted(set(years)), key=years.count) if years else None


def find_ledger_form(run_context: RunContext, period: int | None, form_id: str | None) -> Form:
    """Return the form to count for: the named one, else the annual form of the year of the period."""
    if form_id is not None and period is not None:
        return find_form_for_year(run_context.forms, period, form_id)
    definition = load_ledger_definition()
    year = calendar_year(period) if period is not None else max(form.first_year for form in run_context.forms)
    return find_form_for_year(run_context.forms, year, definition.form)


# --- whose it is ---------------------------------------------------------------------------------------------------


def name_ledger_agency(ledger: Ledger, task: LedgerTask) -> Agency:
    """Return the agency of a ledger: as on the roster, if its code or name stands there."""
    stated, roster = ledger.agency, task.run_context.roster
    if not any(stated) and len(ledger.agencies) < 2 and task.agency:
        known = (roster.agencies.get(task.agency) if roster else None) or find_agency_by_name(roster, task.agency)
        return known or Agency("", task.agency)
    known = roster.agencies.get(stated.code) if roster else None
    return known or find_agency_by_name(roster, stated.name) or Agency(stated.code, stated.name)


def find_own(ledgers: Sequence[Ledger], agency: Agency) -> Ledger | None:
    """Return the ledger of an agency among several; a single one is taken if it does not say whose it is."""
    for each in ledgers:
        if is_same_agency(each.agency, agency) or (len(ledgers) == 1 and not any(each.agency)):
            return each
    return ledgers[0] if len(ledgers) == 1 and not agency.key else None


def is_same_agency(stated: LedgerAgency, agency: Agency) -> bool:
    """Return True if a code, or without one a name, is that of an agency."""
    if stated.code and agency.code:
        return stated.code == agency.code
    return bool(stated.name) and normalize_name(stated.name) == normalize_name(agency.name)


def _is_own_report(report: Submission, agency: Agency, *, alone: bool) -> bool:
    stated = LedgerAgency(report.agency_code, report.agency_name)
    return is_same_agency(stated, agency) or (alone and not agency.key)


def read_report_file(source: FileSource, run_context: RunContext) -> Submission:
    """Read a report that was handed in. Raises UnreadableFileError, ForeignFileError."""
    return read_submission(open_workbook(source, run_context.password), run_context.forms, str(source))
