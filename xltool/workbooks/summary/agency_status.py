"""The tracking table, the status of every agency and the list of findings of a merge, each in reading order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.model.succession import explain_missing_return

_SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}


class TrackingRow(NamedTuple):
    """One row of the tracking table: a file found, or (``item`` None) an agency whose figures are missing."""

    agency: Agency
    item: ReviewedFile | None


class AgencyStatus(NamedTuple):
    """The status of one agency. ``state`` is a key of its words in the catalogue; ``item`` its current file, if any."""

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

    ``trial``: for coordinators only, from a rule on trial or a comparison with other agencies.
    """

    agency: Agency
    item: ReviewedFile | None
    finding: Finding
    coordinators_only: bool = False


def count_open_findings(item: ReviewedFile | None, severity: Severity) -> int:
    """Count the findings of ``severity`` in a file that no written reason settles."""
    findings = item.findings if item else ()
    return sum(finding.severity is severity and not finding.settled for finding in findings)


def agency_of(submission: Submission | None, agencies: Mapping[str, Agency]) -> Agency:
    """Return the agency from the roster, else as the file states it."""
    if submission is None:
        return Agency("", "")
    known = agencies.get(submission.agency_code)
    return known or Agency(submission.agency_code, submission.agency_name, scope=submission.scope)


def list_tracking_rows(consolidation: Consolidation) -> tuple[TrackingRow, ...]:
    """Return a row for every file, then one for every agency that sent none.

    Files are in roster order of their agencies, each agency's current file first; unknown agencies follow.
    """
    agencies = _copy_roster(consolidation)
    order = {code: place for place, code in enumerate(agencies)}
    files = [TrackingRow(agency_of(item.submission, agencies), item) for item in consolidation.tracking]
    files.sort(key=lambda row: _time_sort_key(row.item), reverse=True)
    files.sort(key=lambda row: (*_roster_sort_key(row.agency, order), *_status_sort_key(row.item)))
    sent = {row.agency.code for row in files}
    return (*files, *(TrackingRow(agency, None) for agency in consolidation.missing if agency.code not in sent))


def list_agency_statuses(consolidation: Consolidation) -> tuple[AgencyStatus, ...]:
    """Return the status of every agency that owes or sent figures: roster order first, then others in the sum."""
    agencies, known = _copy_roster(consolidation), _copy_roster(consolidation)
    current: dict[str, ReviewedFile] = {}
    for agency, item in list_tracking_rows(consolidation):
        if item and item.submission and (item.counted or agency.code in known or not consolidation.roster):
            current.setdefault(agency.code or agency.name, item)
            agencies.setdefault(agency.code or agency.name, agency)
    inside = {leaf.code for part in consolidation.parts for leaf in part.manifest}
    missing = {agency.code for agency in consolidation.missing}
    statuses = []
    for key, agency in agencies.items():
        quiet = explain_missing_return(agency, consolidation.year, missing)
        if state := _find_status_key(current.get(key), inside=key in inside, quiet=quiet):
            statuses.append(AgencyStatus(agency, state, current.get(key)))
    return tuple(statuses)


def count_returned_agencies(consolidation: Consolidation) -> int:
    """Count the agencies whose return was sent back (summed on request or not), or left out, as by a ruling."""
    missing = {agency.code for agency in consolidation.missing}
    return sum(
        standing.state in {"returned", "returned_counted"}
        or (standing.state == Status.FOREIGN and standing.agency.code in missing)
        for standing in list_agency_statuses(consolidation)
    )


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


def list_trial_findings(consolidation: Consolidation) -> tuple[FindingRow, ...]:
    """Return the findings for coordinators only, in the order of the agencies."""
    rows = ((row.agency, row.item) for row in list_tracking_rows(consolidation) if row.item)
    return tuple(
        FindingRow(agency, item, finding, coordinators_only=True) for agency, item in rows for finding in item.trial
    )


def _severity_sort_key(row: FindingRow) -> tuple[bool, int, bool]:
    replaced = bool(row.item and row.item.status is Status.SUPERSEDED)
    return (replaced, _SEVERITY_ORDER[row.finding.severity], bool(row.finding.settled))


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
    known = bool(agency.code or agency.name)
    return (not known, order.get(agency.code, len(order)), agency.code, agency.name)


def _status_sort_key(item: ReviewedFile | None) -> tuple[bool, bool, str]:
    """Sort key: counted files first, superseded files last."""
    return (not item.counted, item.status is Status.SUPERSEDED, item.status.value) if item else (True, True, "")


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
    return "" if quiet == "summed" else quiet
