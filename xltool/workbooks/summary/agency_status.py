"""What became of every file and of every agency of a merge, in the order in which people look for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.model.succession import silence

_URGENCY = {severity: place for place, severity in enumerate(Severity)}


class Tracked(NamedTuple):
    """One row of the tracking table: a file found, or (``item`` None) an agency whose figures are missing."""

    agency: Agency
    item: Reviewed | None


class Standing(NamedTuple):
    """One agency on the status board. ``state`` is a key of the words for it; ``item`` its file that matters."""

    agency: Agency
    state: str
    item: Reviewed | None

    def count(self, severity: Severity) -> int:
        """How many findings of that severity its file has that no written reason settles."""
        return open_findings(self.item, severity)

    @property
    def tracked(self) -> bool:
        """Whether it has a row in the tracking table: a file of its own, or that it is missing."""
        return self.item is not None or self.state == "missing"


class Told(NamedTuple):
    """A finding and whose it is; ``item`` is None for one about the consolidation itself.

    ``trial``: for coordinators only, from a rule on trial or a comparison with other agencies.
    """

    agency: Agency
    item: Reviewed | None
    finding: Finding
    trial: bool = False


def open_findings(item: Reviewed | None, severity: Severity) -> int:
    """How many findings of that severity a file has that no written reason settles."""
    findings = item.findings if item else ()
    return sum(finding.severity is severity and not finding.settled for finding in findings)


def agency_of(submission: Submission | None, agencies: Mapping[str, Agency]) -> Agency:
    """The agency as the roster knows it, else as the file says."""
    if submission is None:
        return Agency("", "")
    known = agencies.get(submission.agency_code)
    return known or Agency(submission.agency_code, submission.agency_name, scope=submission.scope)


def tracked(made: Consolidation) -> tuple[Tracked, ...]:
    """Every file, by agency in roster order and the one that matters first, then strangers, then who sent nothing."""
    agencies = _agencies(made)
    order = {code: place for place, code in enumerate(agencies)}
    files = [Tracked(agency_of(item.submission, agencies), item) for item in made.tracking]
    files.sort(key=lambda row: _time(row.item), reverse=True)
    files.sort(key=lambda row: (*_place(row.agency, order), *_weight(row.item)))
    sent = {row.agency.code for row in files}
    return (*files, *(Tracked(agency, None) for agency in made.missing if agency.code not in sent))


def standings(made: Consolidation) -> tuple[Standing, ...]:
    """Every agency that owes figures or sent some, in roster order, then whoever else is in the sum."""
    agencies, known = _agencies(made), _agencies(made)
    current: dict[str, Reviewed] = {}
    for agency, item in tracked(made):
        if item and item.submission and (item.counted or agency.code in known or not made.roster):
            current.setdefault(agency.code or agency.name, item)
            agencies.setdefault(agency.code or agency.name, agency)
    inside = {leaf.code for part in made.parts for leaf in part.manifest}
    missing = {agency.code for agency in made.missing}
    found = []
    for key, agency in agencies.items():
        quiet = silence(agency, made.year, missing)
        if state := _state(current.get(key), key in inside, quiet):
            found.append(Standing(agency, state, current.get(key)))
    return tuple(found)


def told(made: Consolidation) -> tuple[Told, ...]:
    """Every finding, the gravest first, of the whole before those of an agency; what was replaced comes last."""
    whole = Agency(made.summary.agency_code, made.summary.agency_name)
    rows = [Told(whole, None, finding) for finding in made.findings]
    rows += [Told(row.agency, row.item, finding) for row in tracked(made) if row.item for finding in row.item.findings]
    return tuple(sorted(rows, key=_urgency))


def trials(made: Consolidation) -> tuple[Told, ...]:
    """What is for coordinators only, in the order of the agencies."""
    rows = ((row.agency, row.item) for row in tracked(made) if row.item)
    return tuple(Told(agency, item, each, trial=True) for agency, item in rows for each in item.trial)


def _urgency(row: Told) -> tuple[bool, int, bool]:
    replaced = bool(row.item and row.item.status is Status.SUPERSEDED)
    return (replaced, _URGENCY[row.finding.severity], bool(row.finding.settled))


def by_cell_lacking(made: Consolidation) -> dict[str, list[str]]:
    """For each cell that some part of the sum gives no figure, the names of those parts."""
    found: dict[str, list[str]] = defaultdict(list)
    for part in made.parts:
        for cell in _lacking(part):
            found[cell].append(part.agency_name or part.agency_code)
    return found


def _lacking(part: Submission) -> Iterator[str]:
    if part.manifest:
        yield from part.lacking
    else:
        yield from (cell for cell, value in part.counted.items() if value is None)


def _agencies(made: Consolidation) -> dict[str, Agency]:
    return dict(made.roster.agencies) if made.roster else {}


def _place(agency: Agency, order: Mapping[str, int]) -> tuple[bool, int, str, str]:
    known = bool(agency.code or agency.name)
    return (not known, order.get(agency.code, len(order)), agency.code, agency.name)


def _weight(item: Reviewed | None) -> tuple[bool, bool, str]:
    """What counts before what does not, what stands before what was replaced."""
    return (not item.counted, item.status is Status.SUPERSEDED, item.status.value) if item else (True, True, "")


def _time(item: Reviewed | None) -> tuple[str, str]:
    return (item.submission.source.modified, item.file) if item and item.submission else ("", item.file if item else "")


def _state(item: Reviewed | None, inside: bool, quiet: str) -> str:
    """The key of the words for an agency's standing; empty for one that owes nothing, sent nothing and is no news."""
    if item and item.counted:
        return "accepted" if item.status is Status.ACCEPTED else "returned_counted"
    if inside:
        return "inside"
    if item and item.status in {Status.RETURNED, Status.FOREIGN}:
        return item.status.value
    return "" if quiet == "summed" else quiet
