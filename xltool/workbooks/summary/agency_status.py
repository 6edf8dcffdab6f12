"""The tracking table, the status of every agency and the list of findings of a merge, each in reading order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltool.consolidation.show_status import show_file_status
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_facts import DecisionNote
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.model.succession import explain_missing_return

_SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}


class TrackingRow(NamedTuple):
    """One row of the tracking table: a file found, or (``item`` None) an agency whose figures are missing."""

    agency: Agency
    item: ReviewedFile | None


class AgencyCounts(NamedTuple):
    """How many agencies a sum should contain, and how many of them are in it, were sent back, are held, sent nothing.

    The first is the sum of the others. ``returned`` includes agencies whose return is left out, as by a decision or
    because it is of another year; ``missing`` those of which only files came that could not be read.
    """

    expected: int
    counted: int
    returned: int
    undecided: int
    missing: int


class AgencyStatus(NamedTuple):
    """The status of one agency. ``state`` is a key of its words in `workbook_words`.

    ``item`` is its current file; without a return, a file that could not be read and is named after it, or None.
    """

    agency: Agency
    state: str
    item: ReviewedFile | None

    def count_open_findings(self, severity: Severity) -> int:
        """Count the findings of ``severity`` in its file that no written reason settles."""
        return count_open_findings(self.item, severity)

    @property
    def has_tracking_row(self) -> bool:
        """Whether it has a row in the tracking table: it sent a file, or is missing."""
        return self.item is not None or self.state == "missing"


class FindingRow(NamedTuple):
    """A finding with its agency and file; ``item`` is None for a finding about the consolidation itself.

    ``coordinators_only`` marks those of a rule on trial or of a comparison with other agencies.
    """

    agency: Agency
    item: ReviewedFile | None
    finding: Finding
    coordinators_only: bool = False


class MustFixCounts(NamedTuple):
    """The findings that must be corrected: still open, in replaced or duplicate files, settled by a written reason."""

    open: int
    replaced: int
    settled: int


def count_open_findings(item: ReviewedFile | None, severity: Severity) -> int:
    """Count the findings of ``severity`` in a file that no written reason settles.

    What must be corrected stays a problem of a return that is counted by decision.
    """
    findings = item.findings if item else ()
    return sum(finding.severity is severity and _is_problem(finding) for finding in findings)


def _is_problem(finding: Finding) -> bool:
    decided = isinstance(finding.settled, DecisionNote) and finding.severity is Severity.MUST_FIX
    return not finding.settled or decided


def agency_of(submission: Submission, agencies: Mapping[str, Agency]) -> Agency:
    """Return the agency from the roster, else as the file states it."""
    known = agencies.get(submission.agency_code)
    return known or Agency(submission.agency_code, submission.agency_name, scope=submission.scope)


def list_tracking_rows(consolidation: Consolidation) -> tuple[TrackingRow, ...]:
    """Return a row for every file, then one for every agency that sent none.

    Files are in roster order of their agencies, each agency's current file first; unknown agencies follow.
    """
    agencies = _copy_roster(consolidation)
    order = {code: place for place, code in enumerate(agencies)}
    files = [TrackingRow(_find_agency(item, agencies), item) for item in consolidation.tracking]
    files.sort(key=lambda row: _time_sort_key(row.item), reverse=True)
    files.sort(key=lambda row: (*_roster_sort_key(row.agency, order), *_status_sort_key(row.item)))
    return (*files, *(TrackingRow(agency, None) for agency in consolidation.unreported))


def _find_agency(item: ReviewedFile, agencies: Mapping[str, Agency]) -> Agency:
    """Return the agency of a file: as its content says, else as its name says, else one without code and name."""
    return agency_of(item.submission, agencies) if item.submission else item.named_agency or Agency("", "")


def list_agency_statuses(consolidation: Consolidation) -> tuple[AgencyStatus, ...]:
    """Return the status of every agency that owes or sent figures: roster order first, then others in the sum."""
    agencies, known = _copy_roster(consolidation), _copy_roster(consolidation)
    current: dict[str, ReviewedFile] = {}
    unread: dict[str, ReviewedFile] = {}
    for agency, item in list_tracking_rows(consolidation):
        if item and item.named_agency:
            unread.setdefault(agency.code, item)
        if item and item.submission and (item.counted or agency.code in known or not consolidation.roster):
            current.setdefault(agency.key, item)
            agencies.setdefault(agency.key, agency)
    inside = {leaf.code for part in consolidation.parts for leaf in part.manifest}
    missing = {agency.code for agency in consolidation.missing}
    statuses = []
    for key, agency in agencies.items():
        quiet = explain_missing_return(agency, consolidation.year, missing)
        if state := _find_status_key(current.get(key), inside=key in inside, quiet=quiet):
            statuses.append(AgencyStatus(agency, state, current.get(key) or unread.get(key)))
    return tuple(statuses)


def show_agency_status(agency_status: AgencyStatus) -> str:
    """Return the words for the status of an agency, and what became of a file named after it that was not read."""
    words, item = workbook_words().summary.standing, agency_status.item
    if agency_status.state == "missing" and item:
        return words["missing_unread"].format(missing=words["missing"], status=show_file_status(item))
    return words[agency_status.state]


def count_agencies(consolidation: Consolidation) -> AgencyCounts:
    """Count the agencies by status. Without a roster it is not known which are expected and missing."""
    absent = {agency.code for agency in consolidation.missing}
    owing = (
        each for each in list_agency_statuses(consolidation) if not consolidation.roster or each.agency.code in absent
    )
    states = [each.state for each in owing]
    returned, undecided = (states.count(Status.RETURNED) + states.count(Status.FOREIGN), states.count(Status.UNDECIDED))
    missing = len(consolidation.summary.absent) - returned - undecided
    counted = len(consolidation.summary.manifest)
    return AgencyCounts(consolidation.expected, counted, returned, undecided, missing)


def list_finding_rows(consolidation: Consolidation) -> tuple[FindingRow, ...]:
    """Return every finding by severity, those of the consolidation first; superseded files come last."""
    whole = Agency(consolidation.summary.agency_code, consolidation.summary.agency_name)
    rows = [FindingRow(whole, None, finding) for finding in consolidation.findings]
    rows += [
        FindingRow(row.agency, row.item, finding)
        for row in list_tracking_rows(consolidation)
        if row.item
        for finding in row.item.findings
    ]
    return tuple(sorted(rows, key=_severity_sort_key))


def count_must_fix(finding_rows: Sequence[FindingRow]) -> MustFixCounts:
    """Count the findings that must be corrected, and apart from them those for which nothing is left to do."""
    found = [row for row in finding_rows if row.finding.severity is Severity.MUST_FIX and not row.coordinators_only]
    replaced = sum(_is_replaced(row) for row in found)
    settled = sum(not _is_problem(row.finding) for row in found if not _is_replaced(row))
    return MustFixCounts(len(found) - replaced - settled, replaced, settled)


def list_trial_findings(consolidation: Consolidation) -> tuple[FindingRow, ...]:
    """Return the findings for coordinators only, in the order of the agencies."""
    rows = ((row.agency, row.item) for row in list_tracking_rows(consolidation) if row.item)
    return tuple(
        FindingRow(agency, item, finding, coordinators_only=True) for agency, item in rows for finding in item.trial
    )


def _is_replaced(finding_row: FindingRow) -> bool:
    return bool(finding_row.item and finding_row.item.status is Status.SUPERSEDED)


def _severity_sort_key(finding_row: FindingRow) -> tuple[bool, int, bool]:
    return (_is_replaced(finding_row), _SEVERITY_ORDER[finding_row.finding.severity], bool(finding_row.finding.settled))


def name_parts_without_figure(consolidation: Consolidation) -> dict[str, list[str]]:
    """Map each cell to the names of the parts of the sum that give no figure for it."""
    names: dict[str, list[str]] = defaultdict(list)
    for part in consolidation.parts:
        for cell in _find_cells_without_figure(part):
            names[cell].append(part.agency_name or part.agency_code)
    return names


def _find_cells_without_figure(part: Submission) -> Iterator[str]:
    if part.manifest:
        yield from part.lacking
    else:
        yield from (cell for cell, value in part.counted.items() if value is None)


def _copy_roster(consolidation: Consolidation) -> dict[str, Agency]:
    return dict(consolidation.roster.agencies) if consolidation.roster else {}


def _roster_sort_key(agency: Agency, order: Mapping[str, int]) -> tuple[bool, int, str, str]:
    known = bool(agency.key)
    return (not known, order.get(agency.code, len(order)), agency.code, agency.name)


def _status_sort_key(item: ReviewedFile | None) -> tuple[bool, bool, bool, str]:
    """Sort key: counted files first, then those that are held, superseded files last."""
    if item is None:
        return True, True, True, ""
    status = item.status
    return not item.counted, status is not Status.UNDECIDED, status is Status.SUPERSEDED, status.value


def _time_sort_key(item: ReviewedFile | None) -> tuple[str, str]:
    return (item.submission.source.modified, item.file) if item and item.submission else ("", item.file if item else "")


def _find_status_key(item: ReviewedFile | None, *, inside: bool, quiet: str) -> str:
    """Return the catalogue key of an agency's status; empty for one that owes nothing and sent nothing."""
    if item and item.counted:
        return "accepted" if item.status is Status.ACCEPTED else "returned_counted"
    if inside:
        return "inside"
    if item and item.status in {Status.RETURNED, Status.UNDECIDED, Status.FOREIGN}:
        return item.status.value
    if item and quiet == "missing":  # replaced by a file that is not counted itself
        return Status.FOREIGN.value
    return "" if quiet == "summed" else quiet
