"""What happened to the requests and disputes of a ledger between two days.

A line of which something is missing or unreadable may have had different events; each of these is an alternative, and
only what all alternatives have in common counts.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from typing import NamedTuple

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_entries import Dispute, Ledger, Request
from xltool.model.form import Number
from xltool.model.period import Period, PeriodLength, calendar_year

_MONTHS = {PeriodLength.HALF: 6, PeriodLength.QUARTER: 3, PeriodLength.MONTH: 1}
_ONE_DAY = timedelta(days=1)
PENDING = "pending"
REVIEW = "review"
IS_CO_DEFENDANT = "yes"


class DaySpan(NamedTuple):
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def before(self) -> date:
        """The day before it."""
        return self.first - _ONE_DAY

    @property
    def after(self) -> date:
        """The day after it."""
        return self.last + _ONE_DAY


def find_span(period: int, *, from_new_year: bool = False) -> DaySpan:
    """Return the days of a period, or those of its year up to its end."""
    year = calendar_year(period)
    if not isinstance(period, Period):
        return DaySpan(date(year, 1, 1), date(year, 12, 31))
    months = _MONTHS[period.length]
    first, after = (period.part - 1) * months + 1, period.part * months + 1
    last = (date(year, after, 1) if after <= 12 else date(year + 1, 1, 1)) - _ONE_DAY
    return DaySpan(date(year, 1 if from_new_year else first, 1), last)


class LedgerEvent(NamedTuple):
    """One thing that counts: a request received, carried in, concluded or carried out; a case; a fee.

    The other fields say of what kind it was; ``amount`` is what it adds.
    """

    name: str
    applicant_type: str = ""
    channel: str = ""
    result: str = ""
    kind: str = ""
    outcome: str = ""
    amount: Number = 1


Events = frozenset[LedgerEvent]
Alternatives = Sequence[Events]  # of one part of a line; exactly one where nothing is in doubt

_NO_EVENTS: Alternatives = (frozenset(),)
_UNKNOWN_AMOUNTS = (Decimal(0), Decimal(1))  # any two: nothing is common to them


@cache
def _list_ids(column: str) -> tuple[str, ...]:
    definition = load_ledger_definition()
    columns = {each.id: each for each in (*definition.requests, *definition.disputes)}
    return tuple(choice.id for choice in definition.list_choices(columns[column]))


# --- requests ------------------------------------------------------------------------------------------------------


def list_request_events(request: Request, ledger: Ledger, span: DaySpan) -> tuple[Alternatives, ...]:
    """Return the alternatives of each part of a request: its course, its fee notice, its payment."""
    parts = [_list_course(request, ledger, span)]
    if request.fee_notified or request.fee_amount is not None or request.unreadable & {"fee_notified", "fee_amount"}:
        parts.append(_list_fee(request, span, ("fee_notified", "fee_amount"), ("fee_notice", "fee_billed")))
    if request.fee_paid_on or request.fee_paid is not None or request.unreadable & {"fee_paid_on", "fee_paid"}:
        parts.append(_list_fee(request, span, ("fee_paid_on", "fee_paid"), ("", "fee_collected")))
    return tuple(parts)


def _list_course(request: Request, ledger: Ledger, span: DaySpan) -> Alternatives:
    received, closed, kind, channel = request.received, request.closed, request.applicant_type, request.channel
    is_open = closed is None and request.result is None and "closed" in ledger.common_columns
    if received and kind and channel and (is_open or (closed and request.result)) and not request.unreadable:
        return (_find_course(span, received, closed, (kind, channel, request.result or "")),)
    received_days = (received,) if received else (span.before, span.first, span.after)
    closed_days = _list_closed_days(request, ledger, span)
    kinds = (kind,) if kind else _list_ids("applicant_type")
    channels = (channel,) if channel else (*_list_ids("channel"), "")
    found = set()
    for start, end in product(received_days, closed_days):
        if end and end < start and not (received and closed):
            continue
        results = (request.result,) if request.result else _list_ids("result") if end else ("",)
        found |= {_find_course(span, start, end, words) for words in product(kinds, channels, results)}
    return tuple(found)


def _list_closed_days(request: Request, ledger: Ledger, span: DaySpan) -> tuple[date | None, ...]:
    """Return the days on which a request may have been concluded; None for one that is open."""
    if request.closed:
        return (request.closed,)
    is_concluded = request.result is not None or "result" in request.unreadable
    is_unknown = "closed" in request.unreadable or "closed" not in ledger.common_columns
    some_day = (span.before, span.first, span.after)
    if is_concluded:
        return some_day
    return (*some_day, None) if is_unknown else (None,)


def _find_course(span: DaySpan, received: date, closed: date | None, course_words: tuple[str, str, str]) -> Events:
    """Return the events of a request whose days are known; ``words`` are its type, channel and result."""
    applicant_type, channel, result = course_words
    events = []
    if received < span.first and (closed is None or closed >= span.first):
        events.append(LedgerEvent("carried_in", applicant_type, channel))
    if span.first <= received <= span.last:
        events.append(LedgerEvent("received", applicant_type, channel))
    if closed is not None and span.first <= closed <= span.last:
        events.append(LedgerEvent("concluded", applicant_type, channel, result))
    if received <= span.last and (closed is None or closed > span.last):
        events.append(LedgerEvent("carried_out", applicant_type, channel))
    return frozenset(events)


def _list_fee(
    request: Request, span: DaySpan, fee_columns: tuple[str, str], event_names: tuple[str, str]
) -> Alternatives:
    """Return the events of a fee notice or a payment: ``columns`` are its day and amount, ``names`` of its events."""
    day, amount = (getattr(request, column) for column in fee_columns)
    days = (day,) if day else (span.before, span.first)
    amounts = (amount,) if amount is not None else _UNKNOWN_AMOUNTS
    return tuple({_find_fee(span, each, value, event_names) for each, value in product(days, amounts)})


def _find_fee(span: DaySpan, day: date, amount: Decimal, event_names: tuple[str, str]) -> Events:
    if not span.first <= day <= span.last:
        return frozenset()
    counted, summed = event_names
    events = {LedgerEvent(summed, amount=amount)}
    return frozenset(events | {LedgerEvent(counted)} if counted else events)


# --- disputes ------------------------------------------------------------------------------------------------------


def list_disputes(ledger: Ledger) -> tuple[Dispute, ...]:
    """Return the disputes of a ledger: those of its own sheet, and those in the lines of requests that it lacks."""
    listed = {(line.agency, line.request_number, line.kind) for line in ledger.disputes}
    found = list(ledger.disputes)
    for line in ledger.requests:
        found += [case for case in _list_own_disputes(line) if (line.agency, line.number, case.kind) not in listed]
    return tuple(found)


def _list_own_disputes(request: Request) -> Iterable[Dispute]:
    """Yield the review and the suit in the line of a request, which has no column for their last day."""
    bare = Dispute(request.sheet, request.row, request_number=request.number, agency=request.agency)
    review = {"review_accepted", "review_outcome"} & request.unreadable
    if request.review_accepted or request.review_outcome or review:
        unreadable = _rename_columns(review, {"review_accepted": "accepted", "review_outcome": "outcome"})
        yield bare._replace(
            kind=REVIEW, accepted=request.review_accepted, outcome=request.review_outcome, unreadable=unreadable
        )
    suit = {"suit_filed", "suit_kind", "suit_outcome"} & request.unreadable
    if request.suit_filed or request.suit_kind or request.suit_outcome or suit:
        unreadable = _rename_columns(suit, {"suit_filed": "accepted", "suit_kind": "kind", "suit_outcome": "outcome"})
        yield bare._replace(
            kind=request.suit_kind, accepted=request.suit_filed, outcome=request.suit_outcome, unreadable=unreadable
        )


def _rename_columns(columns: Iterable[str], new_names: dict[str, str]) -> frozenset[str]:
    return frozenset(new_names[column] for column in columns)


def list_dispute_events(case: Dispute, ledger: Ledger, span: DaySpan) -> Alternatives:
    """Return the alternatives of a case; none counts of one in which the body was only co-defendant."""
    if case.co_defendant == IS_CO_DEFENDANT:
        return _NO_EVENTS
    accepted_days = (case.accepted,) if case.accepted else (span.before, span.first, span.after)
    kinds = (case.kind,) if case.kind else _list_ids("kind")
    found = set()
    for start, (end, outcome) in product(accepted_days, _list_ends(case, ledger, span)):
        if end is None or end >= start or (case.accepted and case.closed):
            found |= {_find_case(span, start, end, (kind, outcome)) for kind in kinds}
    return tuple(found) or _NO_EVENTS


def _list_ends(case: Dispute, ledger: Ledger, span: DaySpan) -> list[tuple[date | None, str]]:
    """Return the days and outcomes with which a case may have ended; None for one that is pending."""
    is_decided = case.outcome is not None and case.outcome != PENDING
    is_unread = "outcome" in case.unreadable
    if "closed" in case.unreadable:
        days: tuple[date | None, ...] = (span.before, span.first, span.after)
        days = days if is_decided else (*days, None)
    elif case.closed or not (is_decided or is_unread):
        days = (case.closed,)
    else:
        days = _list_unstated_ends(case, ledger, span)
    decided = (case.outcome,) if is_decided and case.outcome else _list_ids("outcome")
    outcomes = [outcome for outcome in decided if outcome != PENDING]
    ends: list[tuple[date | None, str]] = []
    for day in days:
        ends += [(None, PENDING)] if day is None else [(day, outcome) for outcome in outcomes]
    return ends if not is_unread else [*ends, (None, PENDING)]


def _list_unstated_ends(case: Dispute, ledger: Ledger, span: DaySpan) -> tuple[date | None, ...]:
    """Return the days on which a case may have been decided whose last day is not stated.

    A case in the line of a request has no such day: it was decided by the end of the year of the ledger.
    """
    year = ledger.year or (case.accepted.year if case.accepted else None)
    if case.case_number is not None or year is None:
        return (span.before, span.first, span.after)
    first = max(case.accepted or date(year, 1, 1), date(year, 1, 1))
    return tuple(
        {first, min(max(span.after, first), date(year, 12, 31)), min(max(span.first, first), date(year, 12, 31))}
    )


def _find_case(span: DaySpan, accepted: date, closed: date | None, case_words: tuple[str, str]) -> Events:
    kind, outcome = case_words
    events = set()
    if accepted <= span.last and (closed is None or closed >= span.first):
        is_open = closed is None or closed > span.last
        events.add(LedgerEvent("dispute", kind=kind, outcome=PENDING if is_open else outcome))
    if span.first <= accepted <= span.last:
        events.add(LedgerEvent("accepted", kind=kind))
    return frozenset(events)
