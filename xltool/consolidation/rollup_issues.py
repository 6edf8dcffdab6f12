"""List what is missing or differs in periods added up: the rows of the workbook and the lines of the console."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from xltool.model.form import Cell
from xltool.model.rolled_up import AgencyPeriods, FigureGap, RolledUp


class RollUpMatter(StrEnum):
    """What is missing or differs."""

    MISSING = "missing"
    REPEATED = "repeated"
    BLANK = "blank"
    RUNNING = "running"
    WHOLE = "whole"
    UNSURE = "unsure"
    NO_WHOLE = "no_whole"


class RollUpIssue(NamedTuple):
    """One thing to look at: of which agency, in which periods, of which figure, and where it differs (``gap``).

    ``expected`` is the number of periods of which some are missing; ``uncompared`` the number of figures of a report of
    the whole that could not be compared. ``file`` is that of the report in question, empty without one.
    """

    agency: AgencyPeriods
    matter: RollUpMatter
    periods: tuple[int, ...]
    cell: Cell | None = None
    gap: FigureGap | None = None
    file: str = ""
    expected: int = 0
    uncompared: int = 0

    @property
    def place(self) -> str:
        """Where the figure that differs stands: sheet and address; empty without one."""
        spot = self.gap.spot if self.gap else None
        return "!".join(part for part in (spot.sheet, spot.address) if part) if spot else ""

    @property
    def is_held(self) -> bool:
        """Whether a file came for one of the periods that is not counted."""
        return any(period in self.agency.held for period in self.periods)


def list_issues(rolled_up: RolledUp) -> list[RollUpIssue]:
    """List every issue, by agency in the order of the workbook."""
    without = rolled_up.list_without_whole()
    return [
        issue
        for agency in rolled_up.agencies
        for issue in _list_agency_issues(agency, rolled_up, lacks_whole=agency.key in without)
    ]


def _list_agency_issues(agency: AgencyPeriods, rolled_up: RolledUp, *, lacks_whole: bool) -> Iterator[RollUpIssue]:
    if agency.missing:
        yield RollUpIssue(agency, RollUpMatter.MISSING, agency.missing, expected=len(rolled_up.expected))
    for report in agency.repeated:
        yield RollUpIssue(agency, RollUpMatter.REPEATED, (report.year or 0,), file=report.source.file)
    for name, periods in agency.blank.items():
        cell = rolled_up.form.cells[name]
        if not cell.computed:
            yield RollUpIssue(agency, RollUpMatter.BLANK, periods, cell)
    for gap in agency.cumulative_gaps:
        yield _make_gap_issue(agency, RollUpMatter.RUNNING, gap, agency.parts[gap.period].source.file)
    for whole in agency.whole_reports:
        file, year = whole.submission.source.file, whole.submission.year or 0
        yield from (_make_gap_issue(agency, RollUpMatter.WHOLE, gap, file) for gap in whole.gaps)
        if whole.uncompared:
            yield RollUpIssue(agency, RollUpMatter.UNSURE, (year,), file=file, uncompared=whole.uncompared)
    if lacks_whole:
        yield RollUpIssue(agency, RollUpMatter.NO_WHOLE, (rolled_up.whole_period,))


def _make_gap_issue(agency: AgencyPeriods, matter: RollUpMatter, gap: FigureGap, file: str) -> RollUpIssue:
    return RollUpIssue(agency, matter, (gap.period,), gap.cell, gap, file)
