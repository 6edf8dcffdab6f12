"""Gather the reports of one agency: its periods, what they add up to, and its reports of the whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xltool.consolidation.add_periods import (
    PeriodSum,
    add_periods,
    check_running_sums,
    compare_whole,
    has_own_year_total,
    recompute_inputs,
)
from xltool.consolidation.aggregates import aggregate
from xltool.model.agency import Agency, Scope
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Form, TotalKind, Values
from xltool.model.period import Period, list_parts
from xltool.model.rolled_up import AgencyKey, AgencyPeriods, WholeReport, make_agency_key
from xltool.model.submission import Source, Submission


class PeriodReport(NamedTuple):
    """A counted report of one agency for one period, of a form."""

    period: int
    submission: Submission
    form: Form

    @property
    def key(self) -> AgencyKey:
        """The agency and the scope of its figures."""
        return make_agency_key(self.submission.agency_code, self.submission.agency_name, self.submission.scope)


def gather_agency(
    agency: Agency,
    form: Form,
    expected: Sequence[Period],
    reports: Sequence[PeriodReport],
    held_files: Iterable[ReviewedFile],
) -> AgencyPeriods:
    """Add up the ``expected`` periods of ``form`` in the reports of one agency, and compare those of longer periods.

    ``held_files`` are the files of the agency that are not counted. Of several reports for one period the first counts.
    """
    periodic = [report for report in reports if report.form is form]
    parts = {report.period: report.submission for report in reversed(periodic)}
    repeated = [report.submission for report in periodic if parts[report.period] is not report.submission]
    missing = tuple(period for period in expected if period not in parts)
    summed = add_periods(form, parts)
    wholes = [_compare_report(report, form, parts, summed) for report in reports if report.form is not form]
    held_files = [*held_files]
    counted = {(report.form.id, report.period) for report in reports}
    return AgencyPeriods(
        code=agency.code,
        name=agency.name,
        scope=agency.scope,
        parts=parts,
        repeated=tuple(repeated),
        missing=missing,
        held={
            item.submission.year: item
            for item in held_files
            if item.submission and item.submission.year and (item.submission.form, item.submission.year) not in counted
        },
        unread=tuple(item for item in held_files if item.submission is None),
        values=summed.values,
        tallies=summed.tallies,
        bases=summed.bases,
        blank=summed.blank,
        cumulative_gaps=tuple(check_running_sums(form, expected, parts)),
        whole_reports=tuple(sorted(wholes, key=lambda whole: whole.submission.year or 0)),
    )


def _compare_report(
    report: PeriodReport, form: Form, parts_by_period: dict[int, Submission], all_added: PeriodSum
) -> WholeReport:
    """Compare a report of a longer period with the parts in it; ``all_added`` is what all parts add up to."""
    needed = list_parts(report.period, form.period)
    inside: dict[int, Submission] = {period: parts_by_period[period] for period in needed if period in parts_by_period}
    added = all_added if len(inside) == len(parts_by_period) else add_periods(form, inside)
    return compare_whole(report.form, report.submission, form, added, has_all_parts=len(inside) == len(needed))


def sum_agencies(agencies: Sequence[AgencyPeriods], form: Form) -> tuple[Values, Mapping[str, Mapping[str, int]]]:
    """Add up what the periods of several agencies add up to, as their reports of one period would; count their choices.

    A mean is made of what those of the agencies are made of.
    A computed figure with a way of its own to add up over periods is the sum of those of the agencies.
    """
    reports = [
        Submission(
            form=form.id,
            edition=form.edition,
            year=None,
            scope=Scope.OWN,
            agency_code=agency.code,
            agency_name=agency.name,
            entries={},
            values=agency.values,
            source=Source("", "", 0, ""),
            tallies=agency.tallies,
            bases=agency.bases,
        )
        for agency in agencies
    ]
    cells = {
        cell.id: replace(cell, computed=False) if has_own_year_total(cell) and cell.total is TotalKind.SUM else cell
        for cell in form.cells.values()
    }
    sum_form = replace(form, cells=cells)
    aggregates = aggregate(reports, sum_form)
    summed = recompute_inputs(sum_form, aggregates.inputs)
    return {cell: summed[cell] for cell in form.cells}, aggregates.tallies
