"""Describe figures and relations as facts of findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import locate_cell
from xltool.forms.cell_addresses import merge_ranges
from xltool.forms.cell_kinds import word_of
from xltool.forms.expressions import evaluate_linear, round_half_up
from xltool.model.expression import LinearExpression, Side, Term
from xltool.model.finding_facts import (
    EarlierPeriod,
    ExpectedValue,
    FigureName,
    ListedParts,
    Quantity,
    ShortList,
    SideFact,
    TermFact,
)
from xltool.model.form import Cell, CellKind, Number, Relation, Values
from xltool.model.period import Period
from xltool.model.submission import Submission

MAX_SHOWN_DECIMALS = 4  # of a quotient in a sentence
MAX_TERMS_LISTED = 6  # of one side; longer sums are described as ranges


def name_cell(cell: Cell) -> FigureName:
    """Return the official words of a figure's row and column."""
    return FigureName(cell.line_words, cell.column_words)


def measure_figure(value: Number | None, cell: Cell) -> Quantity:
    """Return a figure: those with decimals with their unit, counts without; of a choice or date its word."""
    word = word_of(cell, value) if value is not None else None
    return Quantity(value, cell.unit if cell.is_exact else "", word or "")


def shorten_quotient(value: Number | None) -> Number | None:
    """Return a calculated figure with at most `MAX_SHOWN_DECIMALS` decimals."""
    if not isinstance(value, Decimal) or value == value.to_integral_value():
        return value
    return round_half_up(value, min(MAX_SHOWN_DECIMALS, max(0, -int(value.as_tuple().exponent))))


def expect_value(cell: Cell) -> ExpectedValue:
    """Return what may be typed into a cell."""
    return ExpectedValue(cell.kind, cell.unit, cell.decimals, cell.choices, cell.minimum, cell.maximum, cell.length)


def measure_difference(left: Number, right: Number, cells: Iterable[Cell], unit: str = "") -> Quantity:
    """Return the difference of two sides, with ``unit``, or that of all cells if they share it."""
    cells = list(cells)
    units = {unit} if unit else {cell.unit for cell in cells}
    days = bool(cells) and all(cell.kind is CellKind.DATE for cell in cells)
    return Quantity(max(left, right) - min(left, right), units.pop() if len(units) == 1 else "", is_days=days)


def find_common_unit(sides: tuple[Side, Side], cells: Mapping[str, Cell]) -> str:
    """Return the unit in which two sides are compared if a factor converts one of them into it, else ""."""
    for plain, converted in (sides, sides[::-1]):
        units = {cells[term.cell].unit for term in plain.terms if cells[term.cell].is_exact}
        others = {cells[term.cell].unit for term in converted.terms}
        has_factor = any(abs(term.coefficient) != 1 for term in converted.terms)
        if (
            has_factor
            and len(units) == 1
            and units != others
            and all(abs(term.coefficient) == 1 for term in plain.terms)
        ):
            return units.pop()
    return ""


def choose_names(relation: Relation, context: CheckContext) -> Callable[[Cell], FigureName]:
    """Return how to name a relation's figures: by row within a column, by column within a row, else by both.

    A relation of a single line has no subject that says which line it is.
    """
    cells = [context.form.cells[term.cell] for term in relation.terms]
    if len({(cell.table, cell.column) for cell in cells}) == 1 and all(cell.line_words for cell in cells):
        return lambda cell: FigureName(row=cell.line_words)
    of_line = len({(cell.table, cell.line) for cell in cells}) == 1
    if of_line and relation.subject and all(cell.column_words for cell in cells):
        return lambda cell: FigureName(column=cell.column_words)
    return name_cell


@dataclass(frozen=True, slots=True)
class FigureFacts:
    """Describes the figures of a submission. ``sheet`` is the sheet whose name is left out of addresses ("": none)."""

    submission: Submission
    context: CheckContext
    values: Values
    sheet: str = ""
    name: Callable[[Cell], FigureName] = name_cell

    def describe_side(self, side: LinearExpression, *, missing_as_zero: bool = False, unit: str = "") -> SideFact:
        """Describe one side of a relation: its figures and their sum (in ``unit``); a long sum by its ranges."""
        total = evaluate_linear(
            side._replace(modulus=None), self.values, self.context.previous, missing_as_zero=missing_as_zero
        )
        is_long = len(side.terms) > MAX_TERMS_LISTED
        return SideFact(
            () if is_long else tuple(map(self._describe_term, side.terms)),
            side.constant,
            Quantity(total, unit) if unit else self._measure_sum(side, total),
            self.list_ranges_of(side) if is_long else None,
            side.modulus,
        )

    def _measure_sum(self, side: LinearExpression, total: Number | None) -> Quantity:
        """Measure what a side adds up to: days between dates are no date."""
        cells = [self._cell_of(term) for term in side.terms]
        if not cells:
            return Quantity(total)
        if cells[0].kind is CellKind.DATE and sum(term.coefficient for term in side.terms) != 1:
            return Quantity(total, is_days=True)
        return measure_figure(total, cells[0])

    def list_ranges_of(self, side: Side) -> ShortList:
        """Return the ranges of the figures of a sum: D9:I9."""
        sheets: dict[str, list[str]] = {}
        for term in side.terms:
            where = locate_cell(term.cell, self.submission, self.context)
            sheets.setdefault(where.sheet, []).append(where.address)
        return ShortList(
            tuple(self._qualify_address(sheet, area) for sheet, cells in sheets.items() for area in merge_ranges(cells))
        )

    def list_parts(self, side: Side) -> ListedParts:
        """List the non-zero figures of a sum by address; none if there are more than `MAX_TERMS_LISTED`."""
        parts = tuple(
            (locate_cell(term.cell, self.submission, self.context).address, measure_figure(value, self._cell_of(term)))
            for term in side.terms
            if (value := self.values.get(term.cell))
        )
        return ListedParts(parts if len(parts) <= MAX_TERMS_LISTED else ())

    def _cell_of(self, term: Term) -> Cell:
        return self.context.form.cells[term.cell]

    def _qualify_address(self, sheet: str, address: str) -> str:
        return address if sheet == self.sheet else f"{sheet}!{address}"

    def _describe_term(self, term: Term) -> TermFact:
        cell = self._cell_of(term)
        if term.previous:
            value = (self.context.previous or {}).get(term.earlier_key)
            part = isinstance(self.submission.year, Period)
            earlier = EarlierPeriod.PERIOD if part else EarlierPeriod.YEAR
            earlier = EarlierPeriod.SAME_PERIOD if part and term.last_year else earlier
            return TermFact(term.coefficient, self.name(cell), measure_figure(value, cell), earlier=earlier)
        where = locate_cell(term.cell, self.submission, self.context)
        defining = self.context.index.totals.get(term.cell)
        return TermFact(
            term.coefficient,
            self.name(cell),
            measure_figure(self.values.get(term.cell), cell),
            self._qualify_address(where.sheet, where.address),
            self.list_ranges_of(defining[0].expect.right) if defining and defining[0].is_linear else None,
        )
