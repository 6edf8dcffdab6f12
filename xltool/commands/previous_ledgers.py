"""What ledgers of the year before leave to the next year: requests still open, disputes still pending."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from xltool.commands.ledger_files import is_same_agency
from xltool.commands.ledger_sources import make_ledger_task
from xltool.commands.run_context import RunContext
from xltool.errors import UsageError
from xltool.ledger.ledger_definition import LedgerColumn, load_ledger_definition
from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerLine, Request
from xltool.ledger.ledger_events import PENDING, list_disputes
from xltool.model.agency import Agency
from xltool.spreadsheet.load_file import FileSource
from xltool.workbooks.ledger.live_counts import FieldContent, LedgerRow

# Disputes go to their own sheet in the new year, where they can end on a day.
_DISPUTE_FIELDS = frozenset({"review_accepted", "review_outcome", "suit_filed", "suit_kind", "suit_outcome"})


class CarriedLines(NamedTuple):
    """The lines of one agency that go on.

    ``unclear`` are the numbers of requests that may be open or not, and do not go on; ``unreadable`` those of requests
    that go on without a field that could not be read.
    """

    requests: tuple[LedgerRow, ...] = ()
    disputes: tuple[LedgerRow, ...] = ()
    unclear: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def read_previous_ledgers(sources: Sequence[FileSource], year: int, run_context: RunContext) -> tuple[Ledger, ...]:
    """Read the ledgers of the year before ``year``. Raises UsageError for a file that is none."""
    ledgers = make_ledger_task(run_context, earlier_files=sources).previous
    for ledger in ledgers:
        if ledger.year is not None and ledger.year != year - 1:
            raise UsageError("usage.ledger_of_other_year", path=ledger.file, year=ledger.year, wanted=year - 1)
    return ledgers


def carry_lines(previous_ledgers: Iterable[Ledger], agency: Agency, year: int) -> CarriedLines | None:
    """Return what the ledger of an agency leaves to ``year``; None if there is no ledger of it."""
    own = [ledger for ledger in previous_ledgers if is_same_agency(ledger.agency, agency)]
    if not own:
        return None
    last = date(year - 1, 12, 31)
    requests = [line for ledger in own for line in ledger.requests]
    disputes = [case for ledger in own for case in list_disputes(ledger)]
    still_open = [line for line in requests if _is_open(line, last)]
    return CarriedLines(
        tuple(_show_request(line) for line in still_open),
        tuple(_show_dispute(case, last) for case in disputes if _is_pending(case, last)),
        tuple(line.name for line in requests if _is_unclear(line)),
        tuple(line.name for line in still_open if line.unreadable),
    )


def _is_unclear(request_line: Request) -> bool:
    """Return True for a request that cannot be read to be open or closed: a day is missing or is none."""
    return (
        request_line.received is None
        or "closed" in request_line.unreadable
        or (request_line.closed is None and request_line.result is not None)
    )


def _is_open(request_line: Request, last: date) -> bool:
    if _is_unclear(request_line) or request_line.received is None or request_line.received > last:
        return False
    return request_line.closed is None or request_line.closed > last


def _is_pending(case: Dispute, last: date) -> bool:
    if case.accepted is None or case.accepted > last:
        return False
    return case.closed > last if case.closed else case.outcome in {None, PENDING}


def _show_request(request_line: Request) -> LedgerRow:
    columns = (column for column in load_ledger_definition().requests if column.id not in _DISPUTE_FIELDS)
    return _show_line(request_line, columns)


def _show_dispute(case: Dispute, last: date) -> LedgerRow:
    shown = _show_line(case, load_ledger_definition().disputes)
    return shown if case.closed else {id: content for id, content in shown.items() if id != "outcome"}


def _show_line(request_line: LedgerLine, shown_columns: Iterable[LedgerColumn]) -> LedgerRow:
    """Return the fields of a line as they are entered, choices in words; blanks are left out."""
    definition = load_ledger_definition()
    row: dict[str, FieldContent] = {}
    for column in shown_columns:
        content = None if column.computed else getattr(request_line, column.id)
        if content is not None:
            words = {choice.id: choice.title for choice in definition.list_choices(column)}
            row[column.id] = words.get(content, content)
    return row
