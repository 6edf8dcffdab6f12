"""How lines count in the cells of the annual form, and in a month, a quarter or the year to date."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from xltool.ledger.ledger_definition import LedgerChoice, WordList
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.workbooks.ledger.ledger_layout import Area, LedgerLayout
from xltool.workbooks.ledger.live_counts import Condition, LiveCount, has_word, is_blank

Counts = tuple[LiveCount, ...]


class Span(NamedTuple):
    """A period: its first and last day, and how a formula writes them."""

    first: date
    last: date
    first_text: str
    last_text: str

    def holds(self, column: str) -> tuple[Condition, Condition]:
        """Return the conditions that a day falls into the period."""
        return self.not_before(column), Condition(column, "<=", self.last, self.last_text)

    def before(self, column: str) -> Condition:
        """Return the condition that a day comes before the period."""
        return Condition(column, "<", self.first, self.first_text)

    def not_before(self, column: str) -> Condition:
        """Return the condition that a day does not come before the period."""
        return Condition(column, ">=", self.first, self.first_text)

    def by_end(self, column: str) -> Condition:
        """Return the condition that a day comes by the end of the period."""
        return Condition(column, "<=", self.last, self.last_text)

    def after(self, column: str) -> Condition:
        """Return the condition that a day comes after the period."""
        return Condition(column, ">", self.last, self.last_text)


def span_of_year(year: int) -> Span:
    """Return a whole year, its days written as dates."""
    return Span(date(year, 1, 1), date(year, 12, 31), f"DATE({year},1,1)", f"DATE({year},12,31)")


# --- the cells of the annual form ----------------------------------------------------------------------------------


def count_form_cells(layout: LedgerLayout) -> dict[str, Counts]:
    """Return the counts of every cell of the annual form that a ledger gives, by cell id."""
    year, cells = span_of_year(layout.year), layout.definition.cells
    counted: dict[str, Counts] = {}
    for applicant, of_type in _iterate_words(layout, "applicant_types", "applicant_type"):
        fill = {"applicant_type": applicant.id}
        counted[cells.received.format(**fill)] = (_count_requests(*year.holds("received"), of_type),)
        counted[cells.carried_in.format(**fill)] = _count_open(
            year.before("received"), year.not_before("closed"), of_type
        )
        counted[cells.carried_out.format(**fill)] = _count_open(year.by_end("received"), year.after("closed"), of_type)
        for result, with_result in _iterate_words(layout, "results", "result"):
            conditions = (*year.holds("closed"), with_result, of_type)
            counted[cells.concluded.format(result=result.id, **fill)] = (_count_requests(*conditions),)
    for kind, of_kind in _iterate_words(layout, "dispute_kinds", "kind"):
        for outcome, with_outcome in _iterate_words(layout, "outcomes", "outcome"):
            id = cells.dispute.format(kind=kind.id, outcome=outcome.id)
            counted[id] = _count_disputes(layout, year, kind, of_kind, outcome, with_outcome)
    counted[cells.fee_notices] = (_count_requests(*year.holds("fee_notified")),)
    counted[cells.fee_billed] = (_sum_requests("fee_amount", *year.holds("fee_notified")),)
    counted[cells.fee_collected] = (_sum_requests("fee_paid", *year.holds("fee_paid_on")),)
    return counted


def _iterate_words(layout: LedgerLayout, word_list: WordList, column: str) -> Iterator[tuple[LedgerChoice, Condition]]:
    choices: Sequence[LedgerChoice] = getattr(layout.definition, word_list)
    for position, choice in enumerate(choices):
        yield choice, has_word(column, choice.title, layout.word_cell(word_list, position))


def _count_requests(*conditions: Condition) -> LiveCount:
    return LiveCount(Area.REQUESTS, conditions)


def _sum_requests(summed: str, *conditions: Condition) -> LiveCount:
    return LiveCount(Area.REQUESTS, conditions, summed)


def _count_open(received: Condition, closed: Condition, *others: Condition) -> Counts:
    """Count the lines received by a day and not closed by then: never, or later."""
    return (
        _count_requests(received, *others, is_blank("closed")),
        _count_requests(received, *others, closed),
    )


class _LineDispute(NamedTuple):
    """Where a dispute of one kind stands on the line of a request: its day, its outcome, and what else must hold."""

    accepted: str
    outcome: str
    conditions: tuple[Condition, ...]


def _find_line_dispute(layout: LedgerLayout, dispute_kind: LedgerChoice) -> _LineDispute:
    for position, suit in enumerate(layout.definition.suit_kinds):
        if suit.id == dispute_kind.id:
            of_kind = has_word("suit_kind", suit.title, layout.word_cell("suit_kinds", position))
            return _LineDispute("suit_filed", "suit_outcome", (_is_true("suit_counted"), of_kind))
    return _LineDispute("review_accepted", "review_outcome", (_is_true("review_counted"),))


def _is_true(column: str) -> Condition:
    return Condition(column, "=", 1, "1")


def _count_disputes(
    layout: LedgerLayout,
    year: Span,
    dispute_kind: LedgerChoice,
    of_kind: Condition,
    outcome: LedgerChoice,
    ended: Condition,
) -> Counts:
    """Count the disputes of a kind by their state on the last day: those on their own sheet, and those on lines.

    One on the line of a request has no day of its end: it counts in the year of the ledger.
    """
    on_line = _find_line_dispute(layout, dispute_kind)
    states = [ended._replace(column=on_line.outcome)]
    accepted = year.by_end("accepted")
    on_sheet: list[tuple[Condition, ...]] = [(accepted, *year.holds("closed"), ended)]
    if outcome is layout.definition.outcomes[-1]:  # pending
        states.append(is_blank(on_line.outcome))
        on_sheet = [(accepted, is_blank("closed"), each) for each in (ended, is_blank("outcome"))]
        on_sheet.append((accepted, year.after("closed")))
    own = (_is_true("counted"), of_kind)
    return (
        *(LiveCount(Area.DISPUTES, (*own, *conditions)) for conditions in on_sheet),
        *(_count_requests(*on_line.conditions, year.by_end(on_line.accepted), state) for state in states),
    )


# --- statistics ----------------------------------------------------------------------------------------------------


class Indicator(NamedTuple):
    """A row of the statistics: its title, its unit, and whether it is a heading of a group."""

    title: str
    unit: str
    leading: bool = False


def list_statistics(layout: LedgerLayout, span: Span) -> list[tuple[Indicator, Counts]]:
    """Return the indicators with their counts in a period."""
    say = load_workbook_wording().statistics
    received, closed = span.holds("received"), span.holds("closed")
    rows: list[tuple[Indicator, Counts]] = [
        (Indicator(say.received, say.piece, leading=True), (_count_requests(*received),))
    ]
    for words, column, pattern in (
        ("channels", "channel", say.by_channel),
        ("applicant_types", "applicant_type", say.by_type),
    ):
        for choice, condition in _iterate_words(layout, words, column):  # type: ignore[arg-type]  # names of lists
            title = pattern.format(title=choice.title)
            rows.append((Indicator(title, say.piece), (_count_requests(*received, condition),)))
    rows.append((Indicator(say.concluded, say.piece, leading=True), (_count_requests(*closed),)))
    for choice, condition in _iterate_words(layout, "results", "result"):
        rows.append((Indicator(choice.title, say.piece), (_count_requests(*closed, condition),)))
    late = load_workbook_wording().states["closed_late"]
    rows += [
        (
            Indicator(say.late, say.piece, leading=True),
            (_count_requests(*closed, has_word("state", late, f'"{late}"')),),
        ),
        (Indicator(say.extended, say.piece, leading=True), (_count_requests(*span.holds("extended")),)),
        (
            Indicator(say.open, say.piece, leading=True),
            _count_open(span.by_end("received"), span.after("closed")),
        ),
        (Indicator(say.fee_notices, say.piece, leading=True), (_count_requests(*span.holds("fee_notified")),)),
        (Indicator(say.fee_billed, say.yuan), (_sum_requests("fee_amount", *span.holds("fee_notified")),)),
        (Indicator(say.fee_collected, say.yuan), (_sum_requests("fee_paid", *span.holds("fee_paid_on")),)),
    ]
    for kind, of_kind in _iterate_words(layout, "dispute_kinds", "kind"):
        on_line = _find_line_dispute(layout, kind)
        counts = (
            LiveCount(Area.DISPUTES, (_is_true("counted"), of_kind, *span.holds("accepted"))),
            _count_requests(*on_line.conditions, *span.holds(on_line.accepted)),
        )
        rows.append((Indicator(say.dispute.format(title=kind.title), say.piece), counts))
    return rows
