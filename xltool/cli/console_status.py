"""Render the status of every agency: what came when, what is late, whom to ask, and which files are nobody's."""

from collections.abc import Iterator
from datetime import date

from xltool.cli.console import describe_agency_counts, render_table, select_open
from xltool.cli.console_decisions import describe_held_files, describe_unread_versions
from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.show_status import describe_file_counts, show_file_status
from xltool.messages import catalogue
from xltool.model.beijing_time import to_beijing
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.workbooks.summary.agency_status import list_agency_statuses, show_agency_status


def describe_status(consolidation: Consolidation, due: date | None = None) -> str:
    """Render a table of the roster with the status of each agency's return, counts, and the returns that are held.

    ``due`` is the last day of handing in: later returns are marked, and the days that are left or past are told.
    """
    statuses = {each.agency.code: each for each in list_agency_statuses(consolidation)}
    rows = []
    for agency in consolidation.roster or ():
        standing = statuses.get(agency.code)
        item = standing.item if standing else None
        state = show_agency_status(standing) if standing else catalogue.look_up_word("status", "summed")
        open_count = len(select_open(item.findings)) if item else 0
        contact = " ".join(filter(None, (agency.contact, agency.phone)))
        file = show_file_name(item.file) if item else ""
        rows.append(
            (agency.code, agency.name, state, str(open_count or ""), show_received_day(item, due), file, contact)
        )
    table = render_table(("code", "name", "state", "open", "received", "file", "contact"), rows)
    counts = [describe_agency_counts(consolidation), describe_file_counts(consolidation.tracking)]
    notes = [*describe_due_day(consolidation, due), *describe_unknown_files(consolidation)]
    notes += describe_unread_versions(consolidation.tracking)
    return "\n".join([table, *counts, *notes, *describe_held_files(consolidation.tracking)])


def find_received_day(item: ReviewedFile | None) -> date | None:
    """Return the day of the file in Beijing time; None if it is unknown."""
    moment = to_beijing(item.submission.source.modified) if item and item.submission else None
    return moment.date() if moment else None


def show_received_day(item: ReviewedFile | None, due: date | None) -> str:
    """Return the day of a return, marked if it came after the last day."""
    day = find_received_day(item)
    if day is None:
        return ""
    late = due is not None and day > due
    return f"{day:%m-%d}{catalogue.look_up_word('received', 'late') if late else ''}"


def describe_due_day(consolidation: Consolidation, due: date | None, today: date | None = None) -> Iterator[str]:
    """Say how many days are left or past, and who came late or is still missing after the last day."""
    if due is None:
        return
    left = (due - (today or date.today())).days
    yield catalogue.format_line("due_ahead" if left >= 0 else "due_past", day=due.isoformat(), days=abs(left))
    late = [
        each.agency.name
        for each in list_agency_statuses(consolidation)
        if (day := find_received_day(each.item)) and day > due
    ]
    if late:
        yield catalogue.format_line("came_late", count=len(late), names=tuple(late))
    if left < 0 and consolidation.unreported:
        names = tuple(agency.name for agency in consolidation.unreported)
        yield catalogue.format_line("overdue", count=len(names), names=names)


def list_unknown_files(consolidation: Consolidation) -> list[ReviewedFile]:
    """List the files that belong to no agency as far as is known."""
    return [
        item
        for item in consolidation.tracking
        if item.submission is None and item.named_agency is None and any(each.open for each in item.findings)
    ]


def describe_unknown_files(consolidation: Consolidation) -> Iterator[str]:
    """Name the files that belong to no agency as far as is known."""
    for item in list_unknown_files(consolidation):
        yield catalogue.format_line("unknown_file", file=item.file, status=show_file_status(item))
