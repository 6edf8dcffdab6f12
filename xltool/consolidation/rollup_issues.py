"""List what is missing or differs in periods added up: the rows of the workbook and the lines of the console."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.show_status import show_file_status
from xltool.forms.period_words import name_period
from xltool.messages import catalogue
from xltool.model.form import Cell
from xltool.model.period import length_of
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
    """One thing to look at: of which agency, in which periods, of which figure, and where it differs (``gap``)."""

    agency: AgencyPeriods
    matter: RollUpMatter
    periods: tuple[int, ...]
    cell: Cell | None = None
    gap: FigureGap | None = None
    remark: str = ""
    file: str = ""

    @property
    def place(self) -> str:
        """Where the figure that differs stands: sheet and address; empty without one."""
        spot = self.gap.spot if self.gap else None
        return "!".join(part for part in (spot.sheet, spot.address) if part) if spot else ""


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
        yield RollUpIssue(agency, RollUpMatter.MISSING, agency.missing, remark=_describe_missing(agency, rolled_up))
    for report in agency.repeated:
        told, file = catalogue.format_line("rollup_repeated"), report.source.file
        yield RollUpIssue(agency, RollUpMatter.REPEATED, (report.year or 0,), remark=told, file=file)
    for name, periods in agency.blank.items():
        cell = rolled_up.form.cells[name]
        if not cell.computed:
            yield RollUpIssue(agency, RollUpMatter.BLANK, periods, cell)
    yield from (
        _make_gap_issue(agency, RollUpMatter.RUNNING, gap, agency.parts[gap.period].source.file)
        for gap in agency.running
    )
    for whole in agency.wholes:
        file, year = whole.submission.source.file, whole.submission.year or 0
        yield from (_make_gap_issue(agency, RollUpMatter.WHOLE, gap, file) for gap in whole.gaps)
        if whole.unsure:
            remark = catalogue.format_line("rollup_unsure", count=whole.unsure)
            yield RollUpIssue(agency, RollUpMatter.UNSURE, (year,), remark=remark, file=file)
    if lacks_whole:
        remark = "".join(_describe_held(agency, [rolled_up.whole]))
        yield RollUpIssue(agency, RollUpMatter.NO_WHOLE, (rolled_up.whole,), remark=remark)


def _make_gap_issue(agency: AgencyPeriods, matter: RollUpMatter, gap: FigureGap, file: str) -> RollUpIssue:
    return RollUpIssue(agency, matter, (gap.period,), gap.cell, gap, file=file)


def _describe_missing(agency: AgencyPeriods, rolled_up: RolledUp) -> str:
    """Say how many periods are missing, and which of them came and are not counted or not read."""
    unread = [catalogue.format_line("rollup_unread", file=show_file_name(item.file)) for item in agency.unread]
    told = [describe_missing_count(agency, rolled_up), *_describe_held(agency, agency.missing), *unread]
    return catalogue.look_up_word("rollup", "joint").join(told)


def _describe_held(agency: AgencyPeriods, periods: Sequence[int]) -> Iterator[str]:
    """Say of each of some periods whether a file came that is not counted."""
    for period in periods:
        if period in agency.held:
            item = agency.held[period]
            facts = {"status": show_file_status(item), "file": show_file_name(item.file)}
            yield catalogue.format_line("rollup_held", period=name_period(period), **facts)


def describe_missing_count(agency: AgencyPeriods, rolled_up: RolledUp) -> str:
    """Say how many periods of how many are missing."""
    return catalogue.format_line("rollup_missing", missing=len(agency.missing), expected=len(rolled_up.expected))


def name_matter(issue: RollUpIssue) -> str:
    """Return the words for what is missing or differs; of a report of the whole with its kind, and whether it came."""
    if issue.matter not in {RollUpMatter.WHOLE, RollUpMatter.NO_WHOLE}:
        return catalogue.look_up_word("rollup", issue.matter)
    was_handed_in = issue.matter is RollUpMatter.NO_WHOLE and issue.remark
    return catalogue.look_up_word(
        "rollup", f"{'held_whole' if was_handed_in else issue.matter}_{length_of(issue.periods[0])}"
    )


def name_periods(periods: tuple[int, ...]) -> str:
    """Return the names of periods, in words."""
    return catalogue.look_up_word("shown", "joint").join(name_period(period) for period in periods)
