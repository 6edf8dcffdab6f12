"""The status of every file of a run, and the totals of the submissions that were counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.model.agency import Agency, Roster
from xltool.model.decision import Decision
from xltool.model.finding import Finding
from xltool.model.form import Form, Number, Severity, TotalKind
from xltool.model.submission import Submission


class Status(StrEnum):
    """The final status of one file; every file found has exactly one."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    SUPERSEDED = "superseded"
    FOREIGN = "foreign"


class VersionRecord(NamedTuple):
    """One of several returns of one agency; ``saved`` (inside the file) and ``modified`` are ISO 8601, or empty."""

    file: str
    sha256: str
    saved: str
    modified: str


class FigureChange(NamedTuple):
    """An input that differs between two returns of one agency: form cell id, position and both figures.

    A figure is a number, the text of an unreadable cell, or None for a blank.
    """

    id: str
    sheet: str
    address: str
    old: Number | str | None
    new: Number | str | None


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """One file of a run with its submission and findings: one row of the tracking table.

    ``reason`` explains the status, or names the replaced files; ``counted`` is True if its figures are in the sum.
    ``trial`` holds findings for coordinators only: rules on trial and comparisons with other agencies.
    ``remembered`` is True if the submission came from the cache; it has no effect on results.
    ``versions`` are all returns of its agency if there are several, ``figure_changes`` the figures in which it differs
    from the return it replaces, is replaced by or is held with. ``decisions`` are all on record about it,
    ``decision`` the one that took effect. ``named_agency`` is the agency that the name of an unread file means.
    """

    file: str
    sha256: str
    status: Status
    submission: Submission | None
    findings: tuple[Finding, ...]
    reason: Finding | None = None
    counted: bool = False
    trial: tuple[Finding, ...] = ()
    remembered: bool = field(default=False, compare=False, repr=False)
    versions: tuple[VersionRecord, ...] = ()
    figure_changes: tuple[FigureChange, ...] = ()
    decision: Decision | None = None
    decisions: tuple[Decision, ...] = ()
    named_agency: Agency | None = None


class FindingRecord(NamedTuple):
    """A finding as reported in one run: fingerprint, owner (code, else name, else file), severity and sentence.

    ``code`` is that of the check, empty in runs that did not store it.
    """

    fingerprint: str
    whose: str
    name: str
    severity: Severity
    message: str
    code: str = ""


class FindingRemark(NamedTuple):
    """What the coordinator wrote beside a finding of an earlier run; ``key`` as `finding_remarks` makes it."""

    key: str
    record: FindingRecord
    text: str


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """Findings that are new, still present or gone since the run stored in the file ``since``, by fingerprint.

    ``dropped`` are the names of the agencies that were counted then and are not now, whose findings are not compared;
    None if that is not asked. ``remarks`` is what the coordinator wrote beside findings, also beside those that are
    gone.
    """

    since: str
    new: frozenset[str]
    still: frozenset[str]
    gone: tuple[FindingRecord, ...]
    dropped: tuple[str, ...] | None = None
    remarks: tuple[FindingRemark, ...] = ()


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The sum of many submissions together with its parts (汇总).

    ``summary`` is itself a submission of scope ``area``; ``parts`` are the summed submissions in roster order;
    ``missing`` the agencies of the roster whose figures are not in the sum; ``tracking`` one row for every file found;
    ``changes`` the comparison with an earlier run, if one is known.
    """

    form: Form
    year: int
    summary: Submission
    parts: tuple[Submission, ...]
    missing: tuple[Agency, ...]
    tracking: tuple[ReviewedFile, ...]
    findings: tuple[Finding, ...]
    roster: Roster | None
    changes: FindingChanges | None = None

    @property
    def expected(self) -> int:
        """Number of agencies the sum should contain."""
        return len(self.summary.manifest) + len(self.summary.absent)

    @property
    def lacking(self) -> Mapping[str, int]:
        """Number of agencies without a figure, by cell, where there are any: that total is only a lower bound."""
        absent = len(self.summary.absent)
        counted = (cell.id for cell in self.form.cells.values() if cell.total is not TotalKind.NONE)
        counts = {cell: absent + self.summary.lacking.get(cell, 0) for cell in counted}
        return {cell: count for cell, count in counts.items() if count}

    @property
    def unreported(self) -> tuple[Agency, ...]:
        """Missing agencies from which no readable return came."""
        received = {item.submission.agency_code for item in self.tracking if item.submission}
        return tuple(agency for agency in self.missing if agency.code not in received)

    @property
    def complete(self) -> bool:
        """Whether no agency lacks a figure, optional figures (``Cell.optional``) aside."""
        return all(self.form.cells[cell].optional for cell in self.lacking)
