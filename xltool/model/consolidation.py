"""What became of every file of a run, and the totals of those that were counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.model.agency import Agency, Roster
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission


class Status(StrEnum):
    """What became of one file found. Every file ends in exactly one of these."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    UNREADABLE = "unreadable"
    SUPERSEDED = "superseded"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One file found, what was read from it, and what was found: one row of the tracking table.

    ``reason`` says why it has its status, or what it replaced; ``counted`` whether its figures are in the sum.
    ``trial`` is for coordinators only: what rules on trial found, and comparisons with other agencies.
    ``remembered`` is whether what was read came from a cache; that makes no difference to anything.
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


class Noted(NamedTuple):
    """A finding as it was told: its fingerprint, whose it is (code, else name, else file), and the words."""

    fingerprint: str
    whose: str
    name: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new, ``still`` there and ``gone`` since the run told in ``since``, of those who were seen again."""

    since: str
    new: frozenset[str]
    still: frozenset[str]
    gone: tuple[Noted, ...]


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The sum of many submissions that remembers its parts (汇总).

    ``summary`` is itself a submission of scope ``area``. ``parts`` are the submissions summed, in roster order;
    ``missing`` the agencies of the roster whose figures are not in the sum; ``tracking`` one row for every file found;
    ``changes`` what is new among the findings, where an earlier run is known.
    """

    form: Form
    year: int
    summary: Submission
    parts: tuple[Submission, ...]
    missing: tuple[Agency, ...]
    tracking: tuple[Reviewed, ...]
    findings: tuple[Finding, ...]
    roster: Roster | None
    changes: Changes | None = None

    @property
    def expected(self) -> int:
        """How many agencies the sum should hold."""
        return len(self.summary.manifest) + len(self.summary.absent)

    @property
    def lacking(self) -> Mapping[str, int]:
        """How many of them give a cell no figure, where any does: there the total is only a lower bound."""
        absent = len(self.summary.absent)
        counts = {cell: absent + self.summary.lacking.get(cell, 0) for cell in self.form.cells}
        return {cell: count for cell, count in counts.items() if count}

    @property
    def unreported(self) -> tuple[Agency, ...]:
        """Those of the missing from whom nothing came that could be read: not returned for correction, but silent."""
        heard = {item.submission.agency_code for item in self.tracking if item.submission}
        return tuple(agency for agency in self.missing if agency.code not in heard)

    @property
    def complete(self) -> bool:
        """Whether every total is whole; a figure that need not be given (``Cell.optional``) may be lacking."""
        return all(self.form.cells[cell].optional for cell in self.lacking)
