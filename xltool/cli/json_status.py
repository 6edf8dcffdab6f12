"""Encode the status of every agency as the JSON of ``status --json``."""

from datetime import date

from xltool.cli.console_status import find_received_day, list_unknown_files
from xltool.cli.json_output import encode_agency_counts, encode_roster, encode_tracking_row
from xltool.consolidation.show_status import count_statuses
from xltool.model.agency import Agency
from xltool.model.consolidation import Consolidation, Status
from xltool.workbooks.summary.agency_status import AgencyStatus, list_agency_statuses


def encode_status(
    consolidation: Consolidation, due: date | None = None, today: date | None = None
) -> dict[str, object]:
    """Encode the answer of ``status --json``: every agency of the roster with the status of its return.

    An agency of which only a file came that could not be read is among the ``missing``, with the status of that file.
    ``found`` and the counts of files by status are those of `encode_merge`; only ``undecided`` lists the returns that
    wait for a decision, as ``files`` of ``merge --json`` does. ``received`` is the day of a return in Beijing; with
    ``due``, the last day of handing in, ``late`` says whether it came after that (of an agency without a return:
    whether that day is past), ``days_left`` is negative when it is past.
    """
    day = today or date.today()
    statuses = {each.agency.code: each for each in list_agency_statuses(consolidation)}
    agencies = [_encode_agency(agency, statuses.get(agency.code), due, day) for agency in consolidation.roster or ()]
    counts = count_statuses(consolidation.tracking)
    held = [encode_tracking_row(item) for item in consolidation.tracking if item.status is Status.UNDECIDED]
    return {
        "agencies": agencies,
        "agency_counts": encode_agency_counts(consolidation),
        "found": len(consolidation.tracking),
        **counts,
        "counts": counts,
        "missing": [agency.code for agency in consolidation.unreported],
        "undecided": held,
        "roster": encode_roster(consolidation.roster),
        "due": due.isoformat() if due else None,
        "days_left": (due - day).days if due else None,
        "late": [agency["code"] for agency in agencies if agency["late"]],
        "unknown_files": [item.file for item in list_unknown_files(consolidation)],
    }


def _encode_agency(
    agency: Agency, agency_status: AgencyStatus | None, due: date | None, today: date
) -> dict[str, object]:
    item, status = (agency_status.item, agency_status.state) if agency_status else (None, "summed")
    received = find_received_day(item)
    owes = agency_status is not None and agency_status.state == "missing"
    is_late = None if due is None else received > due if received else owes and today > due
    return {
        "code": agency.code,
        "name": agency.name,
        "status": item.status.value if item and status != "inside" else status,
        "file": item.file if item else None,
        "received": received.isoformat() if received else None,
        "late": is_late,
        "contact": agency.contact or None,
        "phone": agency.phone or None,
    }
