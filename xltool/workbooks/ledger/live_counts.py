"""Counts over the lines, each defined once: as a formula, and as the value the formula has for given lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from xltool.model.form import Number
from xltool.workbooks.ledger.ledger_layout import Area, LedgerLayout

FieldContent = str | date | Number
LedgerRow = Mapping[str, FieldContent]  # the fields of a line by column id, choices in words; blanks are left out

_OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "=": eq,
    "<>": ne,
    "<=": le,  # type: ignore[dict-item]  # compared only with values of its own type
    ">=": ge,  # type: ignore[dict-item]
    "<": lt,  # type: ignore[dict-item]
    ">": gt,  # type: ignore[dict-item]
}


class Condition(NamedTuple):
    """What a field must be; ``reference`` is how a formula writes ``value``. Blank is the equality with ""."""

    column: str
    operator: str
    value: FieldContent
    reference: str

    def holds(self, filled_line: LedgerRow) -> bool:
        """Return what the spreadsheet function finds: an inequality is never true of a blank or of another type."""
        content = filled_line.get(self.column, "")
        if self.operator in {"=", "<>"}:
            return _OPERATORS[self.operator](content, self.value)
        return isinstance(content, type(self.value)) and _OPERATORS[self.operator](content, self.value)

    def format_criterion(self) -> str:
        """Return the criterion as an argument of COUNTIFS."""
        if self.operator == "=":
            return self.reference
        return f'"{self.operator}"&{self.reference}'


class LiveCount(NamedTuple):
    """The number of lines that fulfil all conditions, or the sum of a column over them."""

    area: Area
    conditions: tuple[Condition, ...]
    summed: str = ""


Lines = Mapping[Area, Sequence[LedgerRow]]


def format_count(layout: LedgerLayout, counts: Iterable[LiveCount]) -> str:
    """Return the formula of the sum of some counts."""
    return "=" + "+".join(_format_one(layout, count) for count in counts)


def evaluate_count(counts: Iterable[LiveCount], lines_by_area: Lines) -> Number:
    """Return the sum of some counts over given lines."""
    return sum((_evaluate_one(count, lines_by_area[count.area]) for count in counts), 0)


def is_blank(column: str) -> Condition:
    """Return the condition that a field is blank."""
    return Condition(column, "=", "", '""')


def has_word(column: str, word: str, reference: str) -> Condition:
    """Return the condition that a field holds a word."""
    return Condition(column, "=", word, reference)


def _format_one(layout: LedgerLayout, count: LiveCount) -> str:
    pairs = [f"{layout.span(count.area, each.column)},{each.format_criterion()}" for each in count.conditions]
    if count.summed:
        return f"SUMIFS({layout.span(count.area, count.summed)},{','.join(pairs)})"
    return f"COUNTIFS({','.join(pairs)})"


def _evaluate_one(count: LiveCount, filled_lines: Sequence[LedgerRow]) -> Number:
    chosen = [row for row in filled_lines if all(condition.holds(row) for condition in count.conditions)]
    if not count.summed:
        return len(chosen)
    amounts = [row[count.summed] for row in chosen if count.summed in row]
    return sum((amount for amount in amounts if isinstance(amount, int | Decimal)), Decimal(0))
