"""What the hidden sheet computes for each line: as formulas, and as the values these have for given lines.

The formulas take the fields of a line by the number of its row, so that no cutting, pasting or sorting of lines can
lead them to another cell.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from xltool.ledger.answer_terms import TermDates, compute_due_date, find_awaited, find_start
from xltool.ledger.ledger_definition import LedgerDefinition
from xltool.ledger.workbook_wording import load_workbook_wording
from xltool.ledger.working_days import WorkCalendar, add_working_days
from xltool.workbooks.ledger.ledger_layout import (
    DAY_COLUMN,
    NUMBER_COLUMN,
    Area,
    LedgerLayout,
    day_number,
    single_value,
)
from xltool.workbooks.ledger.live_counts import FieldContent, LedgerRow

NO_CONTENT = " "  # of a formula that has nothing to show
LAST_ORDER = 90_000  # later than any day: lines whose term does not run come last
ROW_SHARE = 1_000_000
DAY_FIELDS = (
    "received",
    "correction_sent",
    "correction_received",
    "third_party_from",
    "third_party_until",
    "extended",
    "closed",
    "fee_notified",
    "fee_paid_on",
    "review_accepted",
    "suit_filed",
)


class TermContext(NamedTuple):
    """What the values of a workbook depend on beside its lines: the day it is looked at, and the working days."""

    today: date
    calendar: WorkCalendar


# --- formulas ------------------------------------------------------------------------------------------------------


def format_line_formulas(layout: LedgerLayout) -> Mapping[str, str]:
    """Return the formulas of the computed columns of a request, by column."""
    return {
        "start": _format_start(layout),
        "due_day": _format_due(layout),
        "state": _format_state(layout),
        "order": _format_order(layout),
        "incomplete": _format_incomplete(layout),
        "review_counted": _format_counted(layout, "review_accepted", layout.word_cell("dispute_kinds", 0)),
        "suit_counted": _format_counted(layout, "suit_filed", _format_suit_kind(layout)),
    }


def format_dispute_formulas(layout: LedgerLayout) -> Mapping[str, str]:
    """Return the formulas of the computed columns of a dispute, by column."""

    def field(column: str) -> str:
        return layout.same_row(Area.DISPUTES, column)

    yes = layout.word_cell("answers", 0)
    pending = layout.word_cell("outcomes", len(layout.definition.outcomes) - 1)
    day_texts = f"ISTEXT({field('accepted')}),ISTEXT({field('closed')})"
    is_decided = f'AND({field("outcome")}<>"",{field("outcome")}<>{pending})'
    no_kind = f"AND(ISNUMBER({field('accepted')}),COUNTIF({layout.list_span('dispute_kinds')},{field('kind')})=0)"
    no_day = f'AND({field("kind")}<>"",NOT(ISNUMBER({field("accepted")})))'
    half_closed = f"{is_decided}<>ISNUMBER({field('closed')})"
    return {
        "counted": f"=IF({field('co_defendant')}={yes},0,1)",
        "incomplete": f"=IF(OR({day_texts},{no_kind},{no_day},{half_closed}),1,0)",
    }


def _format_start(layout: LedgerLayout) -> str:
    again, received = _field(layout, "correction_received"), _field(layout, "received")
    paid = _field(layout, "fee_paid_on")  # MAX leaves out a cell without a number
    return f'=IF(ISNUMBER({again}),MAX({again},{paid}),IF(ISNUMBER({received}),MAX({received},{paid}),"{NO_CONTENT}"))'


def _format_due(layout: LedgerLayout) -> str:
    """Return the day by `answer_terms.compute_due_date`, or what is awaited."""
    say, terms = load_workbook_wording().states, layout.definition.terms
    start, closed = _field(layout, "start"), _field(layout, "closed")
    asked, answered = _field(layout, "third_party_from"), _field(layout, "third_party_until")
    left_out = (
        f"IF(ISNUMBER({asked}),MAX(0,{_count_days(layout, f'MAX({answered},{start})')}"
        f"-{_count_days(layout, f'MAX({asked},{start})')}),0)"
    )
    extended = f"IF(ISNUMBER({_field(layout, 'extended')}),{terms.extension},0)"
    numbers, days = layout.calendar_span(NUMBER_COLUMN), layout.calendar_span(DAY_COLUMN)
    wanted = f"{_count_days(layout, start)}+{terms.answer - 1}+{extended}+{left_out}"
    due = f'IFERROR(INDEX({days},MATCH({wanted},{numbers},1)+1),"{say["beyond"]}")'
    waits_for_correction = _waits(_field(layout, "correction_sent"), _field(layout, "correction_received"))
    waits_for_others = _waits(asked, answered)
    waits_for_fee = _waits(_field(layout, "fee_notified"), _field(layout, "fee_paid_on"))

    def tell(state: str) -> str:
        return f'IF(ISNUMBER({closed}),"{NO_CONTENT}","{state}")'

    inner = f"IF({waits_for_fee},{tell(say['fee'])},{due})"
    inner = f"IF({waits_for_others},{tell(say['third_party'])},{inner})"
    inner = f"IF({waits_for_correction},{tell(say['correction'])},{inner})"
    return f'=IF(ISNUMBER({start}),{inner},"{NO_CONTENT}")'


def _format_state(layout: LedgerLayout) -> str:
    say = load_workbook_wording().states
    due, closed = _field(layout, "due_day"), _field(layout, "closed")
    is_late = f"IF(ISNUMBER({due}),{closed}>{due},FALSE)"
    ended = f'IF({is_late},"{say["closed_late"]}","{say["closed"]}")'
    today, limit = single_value("today"), single_value("limit")
    running = f'IF({due}<{today},"{say["overdue"]}",IF({due}<={limit},"{say["due"]}","{say["open"]}"))'
    inner = f"IF(ISNUMBER({closed}),{ended},IF(ISNUMBER({due}),{running},{due}))"
    return f'=IF(ISNUMBER({_field(layout, "received")}),{inner},"{NO_CONTENT}")'


def _format_order(layout: LedgerLayout) -> str:
    due = _field(layout, "due_day")
    is_open = f"AND(ISNUMBER({_field(layout, 'received')}),NOT(ISNUMBER({_field(layout, 'closed')})))"
    return f'=IF({is_open},IF(ISNUMBER({due}),{due},{LAST_ORDER})+ROW()/{ROW_SHARE},"{NO_CONTENT}")'


def _format_incomplete(layout: LedgerLayout) -> str:
    """Return 1 for a line that does not count, or counts wrongly: a date that is none, a word that is missing."""
    received, closed, result = (_field(layout, name) for name in ("received", "closed", "result"))
    applicant = _field(layout, "applicant_type")
    flaws = [f"ISTEXT({_field(layout, name)})" for name in DAY_FIELDS]
    flaws += [
        f"AND(ISNUMBER({received}),COUNTIF({layout.list_span('applicant_types')},{applicant})=0)",
        f'AND(NOT(ISNUMBER({received})),OR({applicant}<>"",ISNUMBER({closed}),{result}<>""))',
        f"AND(ISNUMBER({closed}),COUNTIF({layout.list_span('results')},{result})=0)",
        f'AND(NOT(ISNUMBER({closed})),{result}<>"")',
    ]
    return f"=IF(OR({','.join(flaws)}),1,0)"


def _format_counted(layout: LedgerLayout, accepted: str, kind: str) -> str:
    """Return 1 for a dispute on the line of a request that is not on the sheet of disputes as well."""
    numbers, kinds = layout.span(Area.DISPUTES, "request_number"), layout.span(Area.DISPUTES, "kind")
    number = _field(layout, "number")
    listed = f"SUMPRODUCT(({numbers}={number})*({kinds}={kind}))"
    return f"=IF(ISNUMBER({_field(layout, accepted)}),IF({listed}>0,0,1),0)"


def _format_suit_kind(layout: LedgerLayout) -> str:
    """Return the word of the sheet of disputes for the kind of suit in the line."""
    kinds = [choice.id for choice in layout.definition.dispute_kinds]
    first = layout.word_cell("dispute_kinds", kinds.index(layout.definition.suit_kinds[0].id))
    second = layout.word_cell("dispute_kinds", kinds.index(layout.definition.suit_kinds[1].id))
    return f"IF({_field(layout, 'suit_kind')}={layout.word_cell('suit_kinds', 0)},{first},{second})"


def _field(layout: LedgerLayout, column: str) -> str:
    return layout.same_row(Area.REQUESTS, column)


def _waits(sent: str, received: str) -> str:
    return f"AND(ISNUMBER({sent}),NOT(ISNUMBER({received})))"


def _count_days(layout: LedgerLayout, day: str) -> str:
    """Return the number of working days of the calendar up to a day."""
    return f"INDEX({layout.calendar_span(NUMBER_COLUMN)},{day}-{single_value('first')}+1)"


def format_limit(layout: LedgerLayout) -> str:
    """Return the formula of the last day that is so many working days from today."""
    numbers, days = layout.calendar_span(NUMBER_COLUMN), layout.calendar_span(DAY_COLUMN)
    wanted = f"{_count_days(layout, single_value('today'))}+{layout.definition.terms.reminder - 1}"
    return f"=IFERROR(INDEX({days},MATCH({wanted},{numbers},1)+1),{single_value('today')}+7)"


def format_days_left(layout: LedgerLayout, due: str) -> str:
    """Return a formula for the working days from today to a day; negative after it."""
    left = f"{_count_days(layout, due)}-{_count_days(layout, single_value('today'))}"
    return f'IF(ISNUMBER({due}),IFERROR({left},"{NO_CONTENT}"),"{NO_CONTENT}")'


# --- values --------------------------------------------------------------------------------------------------------


def compute_line_values(filled_line: LedgerRow, number: int, layout: LedgerLayout, context: TermContext) -> LedgerRow:
    """Return a line of requests with its computed columns; ``number`` is its row in the sheet."""
    received, closed = _find_day(filled_line, "received"), _find_day(filled_line, "closed")
    due = _compute_due(filled_line, layout, context)
    state = _compute_state(received, closed, due, layout, context)
    values: dict[str, FieldContent] = dict(filled_line)
    values["start"] = find_start(_list_term_dates(filled_line)) or NO_CONTENT
    values["due_day"] = due
    values["state"] = state
    values["incomplete"] = int(_is_incomplete(filled_line, layout.definition))
    values["order"] = NO_CONTENT
    if received and not closed:
        values["order"] = (day_number(due) if isinstance(due, date) else LAST_ORDER) + Decimal(number) / ROW_SHARE
    for column, accepted in (("review_counted", "review_accepted"), ("suit_counted", "suit_filed")):
        values[column] = int(accepted in filled_line)
    return values


def compute_dispute_values(filled_line: LedgerRow, layout: LedgerLayout) -> LedgerRow:
    """Return a line of disputes with its computed columns."""
    return {
        **filled_line,
        "counted": int(filled_line.get("co_defendant") != layout.definition.answers[0].title),
        "incomplete": 0,
    }


def find_limit(layout: LedgerLayout, context: TermContext) -> date:
    """Return the last day that is so many working days from today."""
    return add_working_days(context.today, layout.definition.terms.reminder, context.calendar)


def list_open(filled_lines: Sequence[LedgerRow]) -> list[tuple[int, LedgerRow]]:
    """Return the open lines with their positions from 0, by the day their answer is due."""
    listed = [(row["order"], position, row) for position, row in enumerate(filled_lines) if row["order"] != NO_CONTENT]
    return [(position, row) for _, position, row in sorted(listed, key=lambda each: Decimal(str(each[0])))]


def _is_incomplete(filled_line: LedgerRow, definition: LedgerDefinition) -> bool:
    """Return what `_format_incomplete` finds; the dates of given lines are dates."""
    received, closed, result = (filled_line.get(name) for name in ("received", "closed", "result"))
    no_type = filled_line.get("applicant_type") not in {choice.title for choice in definition.applicant_types}
    no_result = result not in {choice.title for choice in definition.results}
    if not received and (closed or result or "applicant_type" in filled_line):
        return True
    return bool((received and no_type) or (closed and no_result) or (result and not closed))


def _list_term_dates(filled_line: LedgerRow) -> TermDates:
    return TermDates(*(_find_day(filled_line, name) for name in TermDates._fields))


def _compute_due(filled_line: LedgerRow, layout: LedgerLayout, context: TermContext) -> date | str:
    say = load_workbook_wording().states
    dates = _list_term_dates(filled_line)
    start = find_start(dates)
    if start is None:
        return NO_CONTENT
    if awaited := find_awaited(dates):
        return NO_CONTENT if _find_day(filled_line, "closed") else say[awaited]
    days = [day for day in (start, dates.third_party_until) if day]
    due = compute_due_date(dates, layout.definition.terms, context.calendar)
    if due is None or min(days) < layout.first_day or max(*days, due) > layout.last_day:
        return say["beyond"]
    return due


def _compute_state(
    received: date | None, closed: date | None, due: date | str, layout: LedgerLayout, context: TermContext
) -> str:
    say = load_workbook_wording().states
    if not received:
        return NO_CONTENT
    if closed:
        return say["closed_late"] if isinstance(due, date) and closed > due else say["closed"]
    if not isinstance(due, date):
        return due
    if due < context.today:
        return say["overdue"]
    return say["due"] if due <= find_limit(layout, context) else say["open"]


def _find_day(filled_line: LedgerRow, column: str) -> date | None:
    content = filled_line.get(column)
    return content if isinstance(content, date) else None
