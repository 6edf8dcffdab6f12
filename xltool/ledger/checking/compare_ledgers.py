"""Compare a ledger with that of the year before: what was open there must stand here, as it was."""

from collections.abc import Iterator, Mapping

from xltool.checks.make_finding import make_finding
from xltool.ledger.checking.check_lines import LedgerContext
from xltool.ledger.count_ledger import name_line
from xltool.ledger.ledger_entries import Ledger, Request
from xltool.ledger.ledger_events import DaySpan, find_span
from xltool.ledger.reading.ledger_words import shown_choices
from xltool.model.finding import Finding

_Key = tuple[str, str | None]


def compare_ledgers(ledger: Ledger, earlier_ledger: Ledger, context: LedgerContext) -> Iterator[Finding]:
    """Yield, line by line, what was open at the end of the year before and is missing or another here, and the reverse.

    Nothing for a ledger without a year.
    """
    span = context.span
    if span is None:
        return
    before = find_span(span.first.year - 1)
    here = {_key_of(line): line for line in ledger.requests}
    there = {_key_of(line): line for line in earlier_ledger.requests}
    for key, line in there.items():
        if _is_open_after(line, before):
            yield from _compare_open_line(line, here.get(key), ledger, earlier_ledger, context)
    yield from _find_unknown_lines(there, ledger, earlier_ledger, span)


def _key_of(request: Request) -> _Key:
    return request.agency, request.number or None


def _is_open_after(request: Request, span: DaySpan) -> bool:
    """Return True if a line was received by the end of a span and surely not concluded by then."""
    if request.received is None or request.received > span.last:
        return False
    is_open = request.closed is None and request.result is None and "closed" not in request.unreadable
    return is_open or (request.closed is not None and request.closed > span.last)


def _compare_open_line(
    request: Request, carried: Request | None, ledger: Ledger, earlier_ledger: Ledger, context: LedgerContext
) -> Iterator[Finding]:
    name = name_line(request, earlier_ledger)
    place = earlier_ledger.locate_field(request, "number")
    if carried is None:
        facts = {"day": str(request.received), "file": earlier_ledger.file, "other": f"{place.sheet}!{place.address}"}
        yield make_finding("ledger.not_carried", name=name, **facts)
        return
    for column in ("received", "applicant_type"):
        now, was = getattr(carried, column), getattr(request, column)
        if now is not None and was is not None and now != was:
            words = shown_choices().get(column, {})
            facts = {"found": words.get(now, str(now)), "expected": words.get(was, str(was))}
            title = context.find_title(column)
            yield make_finding(
                "ledger.carried_changed", ledger.locate_field(carried, column), name=name, title=title, **facts
            )


def _find_unknown_lines(
    there: Mapping[_Key, Request], ledger: Ledger, earlier_ledger: Ledger, span: DaySpan
) -> Iterator[Finding]:
    """Yield lines of earlier years that the ledger before does not have, or has as concluded."""
    for line in ledger.requests:
        if line.received is None or line.received >= span.first or (line.closed and line.closed < span.first):
            continue
        before, place = there.get(_key_of(line)), ledger.locate_field(line, "number")
        facts = {"name": name_line(line, ledger), "file": earlier_ledger.file}
        if before is None:
            yield make_finding("ledger.carried_unknown", place, **facts, day=str(line.received))
        elif before.closed and before.closed < span.first:
            yield make_finding("ledger.carried_closed", place, **facts, day=str(before.closed))
