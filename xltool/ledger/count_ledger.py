"""Count the lines of a ledger into the figures of a form, for a year or a part of one, with the lines behind each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xltool.forms.expressions import recompute_figures
from xltool.ledger.counting_rules import CountingRule, list_counted_cells, list_counting_rules
from xltool.ledger.ledger_entries import Dispute, Ledger, LedgerLine
from xltool.ledger.ledger_events import (
    Alternatives,
    DaySpan,
    LedgerEvent,
    find_span,
    list_dispute_events,
    list_disputes,
    list_request_events,
)
from xltool.model.contributions import CountedLine
from xltool.model.form import Form, Number, Values

_PLACED_EVENTS = frozenset({"received", "concluded"})  # which a form without a place for them must be told of
_FEE_COLUMNS = {"fee_notice": ("fee_notified",), "fee_billed": ("fee_notified", "fee_amount")}
_FEE_COLUMNS |= {"fee_collected": ("fee_paid_on", "fee_paid")}
_DISPUTE_EVENTS = frozenset({"dispute", "accepted"})


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """The figures of a form that a ledger gives.

    ``figures`` are inputs by cell id; one in which a line may or may not count is not among them, but in ``open`` with
    these lines (none if the ledger lacks the column). ``lines`` are the lines behind each figure. ``unplaced`` are
    lines, by event, that happened within the period and count in no figure of the form.
    """

    form: Form
    period: int
    figures: Mapping[str, Number]
    lines: Mapping[str, tuple[CountedLine, ...]]
    open: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unplaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def values(self) -> Values:
        """All figures of the form, computed ones too; None for what is unknown."""
        inputs = {cell.id: self.figures.get(cell.id) for cell in self.form.inputs}
        return recompute_figures(self.form.formulas, inputs)


class _SpanCounter:
    """Adds up the events of one span by some rules."""

    def __init__(self, rules: Iterable[CountingRule]) -> None:
        self._rules = tuple(rules)
        self._cells: dict[LedgerEvent, tuple[str, ...]] = {}
        self.lines: dict[str, list[CountedLine]] = {}
        self.open: dict[str, list[str]] = {}
        self.unplaced: dict[str, list[str]] = {}

    def add_line(self, name: str, alternatives: Alternatives) -> None:
        """Add what a line counts in all alternatives; note the cells in which it counts in some."""
        if len(alternatives) == 1:
            for event in alternatives[0]:
                self._add_event(name, event)
            return
        counted = [
            frozenset((cell, event.amount) for event in events for cell in self._find_cells(event))
            for events in alternatives
        ]
        certain = frozenset.intersection(*counted)
        for cell, amount in certain:
            self.lines.setdefault(cell, []).append(CountedLine(name, amount))
        for cell in {cell for each in counted for cell, _ in each - certain}:
            self.open.setdefault(cell, []).append(name)

    def _find_cells(self, event: LedgerEvent) -> tuple[str, ...]:
        """Return the cells in which an event counts; kept for the next event of that kind."""
        key = event._replace(amount=1)
        if key not in self._cells:
            self._cells[key] = tuple(cell for rule in self._rules if (cell := rule.find_event_cell(key)) is not None)
        return self._cells[key]

    def _add_event(self, name: str, event: LedgerEvent) -> None:
        cells = self._find_cells(event)
        for cell in cells:
            self.lines.setdefault(cell, []).append(CountedLine(name, event.amount))
        if not cells and event.name in _PLACED_EVENTS:
            self.unplaced.setdefault(event.name, []).append(name)


def count_ledger(ledger: Ledger, form: Form, period: int) -> LedgerCount:
    """Count a ledger for a form and period."""
    rules = list_counting_rules(form)
    count = LedgerCount(form, period, {}, {})
    for span_name in dict.fromkeys(rule.span for rule in rules):
        own = [rule for rule in rules if rule.span == span_name]
        counter = _count_span(ledger, find_span(period, from_new_year=span_name == "year"), own)
        count = _add_span(count, counter, _find_missing_cells(ledger, own), own)
        if span_name == "period":
            count = replace(count, unplaced={event: tuple(names) for event, names in counter.unplaced.items()})
    return count


def name_line(ledger_line: LedgerLine, ledger: Ledger) -> str:
    """Return the number of a line; in a ledger of several agencies with the agency before it."""
    return f"{ledger_line.agency} {ledger_line.name}" if len(ledger.agencies) > 1 else ledger_line.name


def name_case(case: Dispute, ledger: Ledger) -> str:
    """Return the number of a case; of one in the line of a request, the number of the request."""
    name = case.case_number or case.request_number or case.name
    return f"{case.agency} {name}" if len(ledger.agencies) > 1 else name


def _count_span(ledger: Ledger, span: DaySpan, rules: Iterable[CountingRule]) -> _SpanCounter:
    counter = _SpanCounter(rules)
    for line in ledger.requests:
        name = name_line(line, ledger)
        for alternatives in list_request_events(line, ledger, span):
            counter.add_line(name, alternatives)
    for case in list_disputes(ledger):
        counter.add_line(name_case(case, ledger), list_dispute_events(case, ledger, span))
    return counter


def _add_span(
    count: LedgerCount, counter: _SpanCounter, missing: frozenset[str], rules: Iterable[CountingRule]
) -> LedgerCount:
    """Return the count with the figures of one span; those ``missing`` are unknown."""
    known = {cell for rule in rules for cell in rule.list_cells()}
    figures, lines, open_cells = dict(count.figures), dict(count.lines), dict(count.open)
    for cell in (cell for cell in list_counted_cells(count.form) if cell in known):
        lines[cell] = tuple(counter.lines.get(cell, ()))
        if cell in counter.open or cell in missing:
            open_cells[cell] = tuple(dict.fromkeys(counter.open.get(cell, ())))
            continue
        amount = sum((line.amount for line in lines[cell]), start=Decimal(0))
        figures[cell] = amount if count.form.cells[cell].is_exact else int(amount)
    return replace(count, figures=figures, lines=lines, open=open_cells)


def _find_missing_cells(ledger: Ledger, rules: Iterable[CountingRule]) -> frozenset[str]:
    """Return the cells of which a ledger says nothing, because it has no column or no sheet for them."""
    missing: set[str] = set()
    for rule in rules:
        lacks_fee = not ledger.common_columns.issuperset(_FEE_COLUMNS.get(rule.event, ()))
        if lacks_fee or (rule.event in _DISPUTE_EVENTS and not ledger.has_disputes):
            missing.update(rule.list_cells())
    return frozenset(missing)
