"""Encode periods added up as the JSON of ``rollup --json``."""

from xltool.cli.json_output import encode_number, encode_tracking_row
from xltool.model.period import plain_year
from xltool.model.rolled_up import AgencyPeriods, FigureGap, RolledUp, WholeReport


def encode_rollup(rolled_up: RolledUp) -> dict[str, object]:
    """Encode the answer of ``rollup --json``: every agency with its periods, what they add up to, and what differs.

    ``missing`` are the periods without a counted report, ``held`` the files of those that came,
    ``unread`` those named after the agency that could not be read, ``repeated`` those of
    further reports for a period, which are not added up; ``blank`` the periods in which a figure is blank, by cell id.
    ``running`` are cumulative figures that differ from the sum of the periods; ``wholes`` the reports of a longer
    period, with the figures in which they differ from their parts. ``total`` of ``kinds`` says how a figure adds up
    over periods; ``total_tallies`` are the choices of all agencies together.
    """
    without = rolled_up.list_without_whole()
    return {
        "form": rolled_up.form.id,
        "edition": rolled_up.form.edition,
        "period": plain_year(rolled_up.whole_period),
        "periods": [plain_year(period) for period in rolled_up.expected],
        "complete": rolled_up.is_complete,
        "kinds": {cell: kind.value for cell, kind in rolled_up.kinds.items()},
        "totals": {cell: encode_number(value) for cell, value in rolled_up.totals.items()},
        "total_tallies": {cell: dict(tally) for cell, tally in rolled_up.total_tallies.items()},
        "agencies": [
            {**_encode_agency(agency), "without_whole": agency.key in without} for agency in rolled_up.agencies
        ],
        "files": [encode_tracking_row(item) for item in rolled_up.tracking],
    }


def _encode_agency(agency: AgencyPeriods) -> dict[str, object]:
    return {
        "code": agency.code or None,
        "name": agency.name or None,
        "scope": agency.scope.value,
        "complete": agency.is_complete,
        "missing": [plain_year(period) for period in agency.missing],
        "held": {str(period): item.file for period, item in agency.held.items()},
        "unread": [item.file for item in agency.unread],
        "files": {str(period): part.source.file for period, part in sorted(agency.parts.items())},
        "repeated": [report.source.file for report in agency.repeated],
        "values": {cell: encode_number(value) for cell, value in agency.values.items()},
        "tallies": {cell: dict(tally) for cell, tally in agency.tallies.items()},
        "blank": {cell: [plain_year(period) for period in periods] for cell, periods in agency.blank.items()},
        "running": [_encode_gap(gap) for gap in agency.cumulative_gaps],
        "wholes": [_encode_whole(whole) for whole in agency.whole_reports],
    }


def _encode_whole(whole_report: WholeReport) -> dict[str, object]:
    return {
        "form": whole_report.form.id,
        "period": plain_year(whole_report.submission.year),
        "file": whole_report.submission.source.file,
        "compared": whole_report.compared,
        "unsure": whole_report.uncompared,
        "differences": [_encode_gap(gap) for gap in whole_report.gaps],
    }


def _encode_gap(gap: FigureGap) -> dict[str, object]:
    return {
        "id": gap.cell.id,
        "line": gap.cell.line_words,
        "column": gap.cell.column_words,
        "period": plain_year(gap.period),
        "sheet": gap.spot.sheet,
        "address": gap.spot.address,
        "stated": encode_number(gap.stated),
        "added": encode_number(gap.added),
        "difference": encode_number(gap.difference),
    }
