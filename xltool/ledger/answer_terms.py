"""The last day of the answer to a request (答复期限).

By articles 30 to 33 of the regulation; that a payment starts the term anew by article 7 of 国办函〔2020〕109号.
"""

from datetime import date
from typing import NamedTuple

from xltool.ledger.ledger_definition import LedgerTerms
from xltool.ledger.working_days import WorkCalendar, add_working_days, count_working_days


class TermDates(NamedTuple):
    """The days of a request that its term depends on; None where nothing happened."""

    received: date | None
    correction_sent: date | None = None
    correction_received: date | None = None
    third_party_from: date | None = None
    third_party_until: date | None = None
    extended: date | None = None
    fee_notified: date | None = None
    fee_paid_on: date | None = None


def compute_due_date(dates: TermDates, terms: LedgerTerms, calendar: WorkCalendar) -> date | None:
    """Return the last day of the answer; None while no term runs.

    The term runs from the day of receipt, and anew from the day of a correction or of a payment. Working days after
    the day on which others were asked, up to and with the day of their answer, are not counted. None if there is no day
    of receipt, or while something is awaited (`find_awaited`). Raises ValueError for days outside the
    years 2000 to 2100.
    """
    start = find_start(dates)
    if start is None or find_awaited(dates):
        return None
    count = terms.answer + (terms.extension if dates.extended else 0)
    return add_working_days(start, count + _count_left_out(dates, start, calendar), calendar)


def find_start(dates: TermDates) -> date | None:
    """Return the day from which the term runs; None without a day of receipt."""
    start = dates.correction_received or dates.received
    return max(start, dates.fee_paid_on) if start and dates.fee_paid_on else start


def find_awaited(dates: TermDates) -> str:
    """Return what stops the term: "correction", "third_party" or "fee"; empty if nothing is awaited."""
    if dates.correction_sent and not dates.correction_received:
        return "correction"
    if dates.third_party_from and not dates.third_party_until:
        return "third_party"
    return "fee" if dates.fee_notified and not dates.fee_paid_on else ""


def _count_left_out(dates: TermDates, start: date, calendar: WorkCalendar) -> int:
    """Count the working days that others were asked for, as far as the term was running."""
    if dates.third_party_from is None or dates.third_party_until is None:
        return 0
    asked, answered = max(dates.third_party_from, start), max(dates.third_party_until, start)
    return max(count_working_days(asked, answered, calendar), 0)
