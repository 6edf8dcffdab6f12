"""What the periods of a year add up to, by agency, and how that stands against the reports of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xltool.model.agency import Roster, Scope
from xltool.model.consolidation import ReviewedFile
from xltool.model.finding import FindingCell
from xltool.model.form import Cell, Form, Number, TotalKind, Values
from xltool.model.submission import MeanBasis, Submission

AgencyKey = tuple[str, Scope]  # the code of an agency, else its name; its own figures or those of its area


def make_agency_key(code: str, name: str, scope: Scope) -> AgencyKey:
    """Return what tells the figures of one agency from those of all others."""
    return code or name, scope


class FigureGap(NamedTuple):
    """A figure that is not what the periods add up to: what is ``stated`` there, and what they ``added`` up to.

    ``period`` is that of the report which states it; ``kind`` is how the periods add up.
    """

    cell: Cell
    spot: FindingCell
    period: int
    stated: Number
    added: Number
    kind: TotalKind = TotalKind.SUM

    @property
    def difference(self) -> Number:
        """How much more is stated than the periods add up to."""
        return self.stated - self.added


class WholeReport(NamedTuple):
    """An agency's report of a longer period beside what its parts add up to.

    ``compared`` is how many figures were compared; ``uncompared`` how many could not be, because a part or a figure is
    missing.
    """

    form: Form
    submission: Submission
    gaps: tuple[FigureGap, ...]
    compared: int
    uncompared: int


@dataclass(frozen=True, slots=True)
class AgencyPeriods:
    """The periods of one agency: its reports by period, the periods ``missing``, and what they add up to.

    Its own figures and those of its area are two, by ``scope``. ``repeated`` are further reports for the periods of
    ``parts``, which are not added up.
    ``held`` are the files of missing periods, and of the whole, that came and are not counted, ``unread`` those that
    could not be read, of whatever period. ``blank`` are the periods in which a figure is blank, by cell id; with those
    or missing periods a sum is only a lower bound. ``bases`` are what its means are made of. ``cumulative_gaps``
    are the cumulative figures that differ from the sum of the periods.
    """

    code: str
    name: str
    scope: Scope
    parts: Mapping[int, Submission]
    repeated: tuple[Submission, ...]
    missing: tuple[int, ...]
    held: Mapping[int, ReviewedFile]
    unread: tuple[ReviewedFile, ...]
    values: Values
    tallies: Mapping[str, Mapping[str, int]]
    bases: Mapping[str, MeanBasis]
    blank: Mapping[str, tuple[int, ...]]
    cumulative_gaps: tuple[FigureGap, ...]
    whole_reports: tuple[WholeReport, ...]

    @property
    def key(self) -> AgencyKey:
        """The agency and the scope of its figures."""
        return make_agency_key(self.code, self.name, self.scope)

    @property
    def is_complete(self) -> bool:
        """Whether no period is missing or repeated, and nothing differs."""
        differs = any(whole.gaps or whole.uncompared for whole in self.whole_reports)
        return not (self.missing or self.blank or self.cumulative_gaps or self.repeated or differs)


@dataclass(frozen=True, slots=True)
class RolledUp:
    """The periods ``expected`` inside ``whole_period``, added up for each agency.

    ``kinds`` say for each cell how it adds up over the periods; ``totals`` are the figures of all agencies together,
    ``total_tallies`` how many of their reports chose each word.
    """

    form: Form
    whole_period: int
    expected: tuple[int, ...]
    agencies: tuple[AgencyPeriods, ...]
    kinds: Mapping[str, TotalKind]
    totals: Values
    total_tallies: Mapping[str, Mapping[str, int]]
    tracking: tuple[ReviewedFile, ...]
    roster: Roster | None

    def list_without_whole(self) -> frozenset[AgencyKey]:
        """List the agencies without a counted report of the whole, where any agency sent one."""
        without = {
            agency.key
            for agency in self.agencies
            if all(report.submission.year != self.whole_period for report in agency.whole_reports)
        }
        is_wanted = len(without) < len(self.agencies) or any(
            self.whole_period in agency.held for agency in self.agencies
        )
        return frozenset(without if is_wanted else ())

    @property
    def is_complete(self) -> bool:
        """Whether no agency lacks anything, and nothing differs."""
        return all(agency.is_complete for agency in self.agencies) and not self.list_without_whole()
