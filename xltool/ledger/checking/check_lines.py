"""Check the lines of a ledger: what no form shows, because a form holds only counts."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from xltool.checks.make_finding import make_finding
from xltool.ledger.answer_terms import TermDates, compute_due_date
from xltool.ledger.count_ledger import LedgerCount, name_case, name_line
from xltool.ledger.ledger_definition import LedgerDefinition
from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerLine, Request
from xltool.ledger.ledger_events import PENDING, REVIEW, DaySpan, find_span, list_disputes
from xltool.ledger.working_days import WorkCalendar, add_working_days
from xltool.model.finding import Finding
from xltool.model.period import Period

MAX_FREE_REQUESTS = 10  # of one applicant in a calendar month, by the rules on fees
FEE_UNIT = 10  # yuan: fees are charged in tens
_FEE_OVERDUE, _CORRECTION_OVERDUE = "other.fee_overdue", "other.correction_overdue"
# The later day of a pair is not before the earlier one.
_ORDERED_DAYS = (
    ("received", "correction_sent"),
    ("correction_sent", "correction_received"),
    ("received", "third_party_from"),
    ("third_party_from", "third_party_until"),
    ("received", "extended"),
    ("received", "fee_notified"),
    ("fee_notified", "fee_paid_on"),
    ("correction_received", "closed"),
    ("extended", "closed"),
    ("fee_notified", "closed"),
)


class LedgerContext(NamedTuple):
    """What lines are checked against: the definition, the working days, the year of the ledger (None if unknown)."""

    definition: LedgerDefinition
    calendar: WorkCalendar
    year: int | None

    @property
    def span(self) -> DaySpan | None:
        """The days of the year."""
        return find_span(self.year) if self.year else None

    def find_title(self, column: str) -> str:
        """Return the heading of a column of requests."""
        return next(each.title for each in self.definition.requests if each.id == column)


def check_lines(ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield what is wrong in single lines of requests, line by line."""
    for line in ledger.requests:
        yield from _check_missing(line, ledger, context)
        order = _check_order(line, ledger, context)
        if order:
            yield order
        else:
            yield from _check_term(line, ledger, context)
        yield from _check_fee(line, ledger, context)


def check_numbers(ledger: Ledger) -> Iterator[Finding]:
    """Yield numbers that stand in two lines, and lines without one."""
    lines_by_number: dict[tuple[str, str], list[Request]] = {}
    for line in ledger.requests:
        if line.number:
            lines_by_number.setdefault((line.agency, line.number), []).append(line)
    for (_, number), lines in lines_by_number.items():
        if len(lines) > 1:
            cells = [ledger.locate_field(line, "number") for line in lines]
            places = tuple(f"{cell.sheet}!{cell.address}" for cell in cells[1:])
            yield make_finding("ledger.same_number", cells[0], name=number, lines=places)
    unnamed = [line for line in ledger.requests if line.number is None and "number" in ledger.common_columns]
    if unnamed:
        cell = ledger.locate_field(unnamed[0], "number")
        rows = tuple(str(line.row) for line in unnamed)
        yield make_finding("ledger.no_number", cell, count=len(unnamed), rows=rows)


def check_years(ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield the lines that belong to another year: concluded before the year of the ledger, or received after it."""
    span = context.span
    if span is None:
        return
    early = [line for line in ledger.requests if line.closed and line.closed < span.first]
    late = [line for line in ledger.requests if line.received and line.received > span.last]
    if early or late:
        column = "closed" if early else "received"
        cell = ledger.locate_field((*early, *late)[0], column)
        names = tuple(name_line(line, ledger) for line in (*early, *late))
        yield make_finding("ledger.other_year", cell, year=context.year, count=len(names), lines=names)


def _check_missing(request: Request, ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield what a line must have and lacks; what cannot be read was told while reading."""
    if "closed" in ledger.common_columns and "result" in ledger.common_columns:
        if request.closed and request.result is None and "result" not in request.unreadable:
            yield _make_line_finding("ledger.no_result", request, ledger, "result", day=str(request.closed))
        if request.result and request.closed is None and "closed" not in request.unreadable:
            yield _make_line_finding("ledger.no_closing_day", request, ledger, "closed")
    for column in ("received", "applicant_type"):
        is_blank = getattr(request, column) is None and column not in request.unreadable
        if is_blank and column in ledger.common_columns:
            yield _make_line_finding("ledger.blank", request, ledger, column, title=context.find_title(column))


def _make_line_finding(code: str, ledger_line: LedgerLine, ledger: Ledger, column: str, **facts: object) -> Finding:
    return make_finding(code, ledger.locate_field(ledger_line, column), name=name_line(ledger_line, ledger), **facts)


def _check_order(request: Request, ledger: Ledger, context: LedgerContext) -> Finding | None:
    """Return the first pair of days of a line that is the wrong way round."""
    if request.received and request.closed and request.closed < request.received:
        facts = {"earlier": str(request.received), "later": str(request.closed)}
        return _make_line_finding("ledger.closed_early", request, ledger, "closed", **facts)
    for first, second in _ORDERED_DAYS:
        before, after = getattr(request, first), getattr(request, second)
        if before and after and after < before:
            facts = {"earlier": str(before), "later": str(after), "title": context.find_title(second)}
            facts["other"] = context.find_title(first)
            return _make_line_finding("ledger.days_reversed", request, ledger, second, **facts)
    return None


# --- terms ---------------------------------------------------------------------------------------------------------


def find_due_day(request: Request, context: LedgerContext) -> date | None:
    """Return the last day of the answer; None while no term runs."""
    dates = TermDates(*(getattr(request, column) for column in TermDates._fields))
    try:
        return compute_due_date(dates, context.definition.terms, context.calendar)
    except ValueError:  # a day that no ledger has
        return None


def _check_term(request: Request, ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield an answer after its last day, and a request that was open at the end of the year with its term over."""
    due = find_due_day(request, context)
    if due is None:
        return
    if request.closed and request.closed > due:
        facts = {"due": str(due), "day": str(request.closed)}
        yield _make_line_finding("ledger.late", request, ledger, "closed", **facts)
    elif not (request.closed or request.result or request.unreadable) and context.span and due <= context.span.last:
        yield _make_line_finding("ledger.overdue", request, ledger, "closed", due=str(due))


# --- fees ----------------------------------------------------------------------------------------------------------


def _check_fee(request: Request, ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    columns = ledger.common_columns
    if request.result == _FEE_OVERDUE and "fee_notified" in columns and "fee_notified" not in request.unreadable:
        if request.fee_notified is None:
            yield _make_line_finding("ledger.fee_without_notice", request, ledger, "fee_notified")
        elif request.closed:
            last = add_working_days(request.fee_notified, context.definition.terms.fee_payment, context.calendar)
            if request.closed <= last:
                facts = {"day": str(request.closed), "due": str(last)}
                yield _make_line_finding("ledger.fee_too_early", request, ledger, "closed", **facts)
    lacks_correction = request.correction_sent is None and "correction_sent" in columns - request.unreadable
    if request.result == _CORRECTION_OVERDUE and lacks_correction:
        yield _make_line_finding("ledger.correction_without_notice", request, ledger, "correction_sent")
    yield from _check_amounts(request, ledger, context)


def _check_amounts(request: Request, ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield a day without its amount or an amount without its day, and an amount that is no multiple of ten."""
    for day, amount in (("fee_notified", "fee_amount"), ("fee_paid_on", "fee_paid")):
        given = [getattr(request, column) is not None or column in request.unreadable for column in (day, amount)]
        if given[0] != given[1] and ledger.common_columns.issuperset({day, amount}):
            blank, filled = (amount, day) if given[0] else (day, amount)
            titles = {"title": context.find_title(blank), "other": context.find_title(filled)}
            yield _make_line_finding("ledger.half_fee", request, ledger, blank, **titles)
    if request.fee_amount is not None and request.fee_amount % FEE_UNIT:
        yield _make_line_finding("ledger.fee_amount", request, ledger, "fee_amount", found=f"{request.fee_amount:f}")


def check_applicants(ledger: Ledger) -> Iterator[Finding]:
    """Yield what one applicant asked for beyond the free number in a month and got without a fee notice.

    Applicants are compared within one agency and never named.
    """
    if not {"applicant", "fee_notified"} <= ledger.common_columns:
        return
    groups: dict[tuple[str, str, int, int], list[Request]] = {}
    for line in ledger.requests:
        if line.applicant and line.received:
            key = (line.agency, "".join(line.applicant.split()), line.received.year, line.received.month)
            groups.setdefault(key, []).append(line)
    for (_, _, year, month), lines in groups.items():
        if len(lines) <= MAX_FREE_REQUESTS:
            continue
        lines.sort(key=_find_order)
        beyond = [line for line in lines[MAX_FREE_REQUESTS:] if line.closed and not line.fee_notified]
        unnoticed = [line for line in beyond if "fee_notified" not in line.unreadable]
        if unnoticed:
            names = tuple(name_line(line, ledger) for line in unnoticed)
            cell = ledger.locate_field(unnoticed[0], "fee_notified")
            facts = {"lines": names, "asked_in": f"{year}-{month:02d}", "number": len(lines)}
            yield make_finding("ledger.many_requests", cell, **facts, count=len(names), limit=MAX_FREE_REQUESTS)


def _find_order(request: Request) -> tuple[date, str, int]:
    return request.received or date.max, request.sheet, request.row


# --- disputes ------------------------------------------------------------------------------------------------------


def check_disputes(ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield what is wrong in the lines of disputes, and those that do not count."""
    numbers = {(line.agency, line.number) for line in ledger.requests}
    titles = {column.id: column.title for column in context.definition.disputes}
    for case in ledger.disputes:
        if case.co_defendant == "yes":
            yield _make_line_finding("ledger.co_defendant", case, ledger, "co_defendant")
            continue
        for column in ("kind", "accepted"):
            if getattr(case, column) is None and column not in case.unreadable:
                yield _make_line_finding("ledger.blank", case, ledger, column, title=titles[column])
        decided = case.outcome not in {None, "pending"} or "outcome" in case.unreadable
        if decided and case.closed is None and "closed" not in case.unreadable:
            yield _make_line_finding("ledger.no_case_day", case, ledger, "closed")
        if case.closed and not decided:
            yield _make_line_finding("ledger.no_outcome", case, ledger, "outcome", day=str(case.closed))
        if case.closed and case.accepted and case.closed < case.accepted:
            facts = {"earlier": str(case.accepted), "later": str(case.closed)}
            facts |= {"title": titles["closed"], "other": titles["accepted"]}
            yield _make_line_finding("ledger.days_reversed", case, ledger, "closed", **facts)
        if context.year and _is_lost(case.agency, case.request_number, context.year, numbers):
            yield _make_line_finding(
                "ledger.no_such_request", case, ledger, "request_number", other=case.request_number
            )


def check_undated_cases(ledger: Ledger, count: LedgerCount) -> Iterator[Finding]:
    """Yield the disputes in lines of requests that a count for a part of a year leaves open: they have no last day."""
    left_open = {name for names in count.open.values() for name in names}
    listed = set(ledger.disputes)
    cases = [case for case in list_disputes(ledger) if case not in listed and name_case(case, ledger) in left_open]
    undated = [case for case in cases if case.outcome not in {None, PENDING}]
    groups: dict[tuple[str, str], list[Dispute]] = {}
    for case in undated if isinstance(count.period, Period) else ():
        column = "review_outcome" if case.kind == REVIEW else "suit_outcome"
        groups.setdefault((case.sheet, column), []).append(case)
    for (sheet, column), alike in groups.items():
        lines = tuple(name_case(case, ledger) for case in alike)
        place = ledger.locate_field(alike[0], column)
        yield make_finding("ledger.no_line_case_day", place, count=len(alike), sheet=sheet, lines=lines)


def _is_lost(agency: str, number: str | None, year: int, numbers: set[tuple[str, str | None]]) -> bool:
    """Return whether a number that names the year of the ledger is that of none of its lines."""
    return bool(number) and str(number).startswith(str(year)) and (agency, number) not in numbers
