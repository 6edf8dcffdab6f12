"""Render figures and relations in the words of the printed form."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from xltool.checks.context import CheckContext
from xltool.checks.make_finding import locate_cell, merge_ranges, shorten_list
from xltool.forms.expressions import evaluate_linear
from xltool.messages import catalogue
from xltool.messages.catalogue import Phrase
from xltool.model.form import Cell, CellKind, LinearExpression, Number, Relation, Term, Values
from xltool.model.submission import Submission

MAX_TERMS_LISTED = 6  # of one side; longer sums are described as ranges


def name_cell(cell: Cell) -> str:
    """Return the official words of a figure's row and column."""
    return f"“{cell.line_words}”{cell.column_words}"


def format_quantity(value: Number | None, cell: Cell) -> str:
    """Format a figure: amounts with their unit, counts without."""
    if value is None:
        return catalogue.look_up_word("shown", "nothing")
    return f"{format_number(value)} {cell.unit}" if cell.kind is CellKind.AMOUNT else format_number(value)


def format_number(value: Number) -> str:
    """Format a number without an exponent and without trailing zeros."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class RelationPhrases:
    """Renders the figures of a submission. ``sheet`` is the sheet whose name is left out of addresses ("": none)."""

    submission: Submission
    context: CheckContext
    values: Values
    sheet: str = ""
    label: Callable[[Cell], str] = name_cell

    def side(self, side: LinearExpression, *, zero: bool = False) -> Phrase:
        """Describe one side of a relation: each figure with words, address and value, and their sum."""
        total = evaluate_linear(side._replace(modulus=None), self.values, self.context.previous, missing_as_zero=zero)
        cell = self._cell(side.terms[0])
        if len(side.terms) > MAX_TERMS_LISTED:
            text = catalogue.format_phrase(
                "range_sum", parts=self.list_ranges_of(side), value=format_quantity(total, cell)
            )
        else:
            text = Phrase("".join(self._join_terms(side)).removeprefix(" + "))
            if len(side.terms) > 1 or side.constant or abs(side.terms[0].coefficient) != 1:
                text = Phrase(f"{text} = {format_quantity(total, cell)}")
        if side.modulus is None or total is None:
            return text
        return catalogue.format_phrase("remainder", sum=text, modulus=side.modulus, rest=total % side.modulus)

    def list_ranges_of(self, side: LinearExpression) -> Phrase:
        """Return the ranges of the figures of a sum: D9:I9."""
        sheets: dict[str, list[str]] = {}
        for term in side.terms:
            where = locate_cell(term.cell, self.submission, self.context)
            sheets.setdefault(where.sheet, []).append(where.address)
        return Phrase(
            shorten_list(
                [self._qualify_address(sheet, area) for sheet, cells in sheets.items() for area in merge_ranges(cells)]
            )
        )

    def _find_address(self, term: Term) -> str:
        return locate_cell(term.cell, self.submission, self.context).address

    def parts(self, side: LinearExpression) -> Phrase:
        """List the non-zero figures of a sum by address; empty if there are none or more than `MAX_TERMS_LISTED`."""
        figures = [
            f"{self._find_address(term)} {format_quantity(value, self._cell(term))}"
            for term in side.terms
            if (value := self.values.get(term.cell))
        ]
        return (
            catalogue.format_phrase("parts", text=Phrase(" + ".join(figures)))
            if 0 < len(figures) <= MAX_TERMS_LISTED
            else Phrase()
        )

    def _cell(self, term: Term) -> Cell:
        return self.context.form.cells[term.cell]

    def _qualify_address(self, sheet: str, address: str) -> str:
        return address if sheet == self.sheet else f"{sheet}!{address}"

    def _join_terms(self, side: LinearExpression) -> Iterator[str]:
        for term in side.terms:
            factor = abs(term.coefficient)
            text = self._describe_term(term)
            yield " - " if term.coefficient < 0 else " + "
            yield text if factor == 1 else f"{factor} × {text}"
        if side.constant:
            yield f" {'-' if side.constant < 0 else '+'} {abs(side.constant)}"

    def _describe_term(self, term: Term) -> Phrase:
        cell = self._cell(term)
        if term.previous:
            last_year = (self.context.previous or {}).get(term.cell)
            return catalogue.format_phrase(
                "term_previous", label=self.label(cell), value=format_quantity(last_year, cell)
            )
        where = locate_cell(term.cell, self.submission, self.context)
        value = format_quantity(self.values.get(term.cell), cell)
        at = self._qualify_address(where.sheet, where.address)
        defining = self.context.index.totals.get(term.cell)
        if not defining:
            return catalogue.format_phrase("term", label=self.label(cell), place=at, value=value)
        parts = self.list_ranges_of(defining[0].expect.right)
        return catalogue.format_phrase("term_computed", label=self.label(cell), place=at, parts=parts, value=value)


def choose_labels(relation: Relation, context: CheckContext) -> Callable[[Cell], str]:
    """Return how to label a relation's figures: by row within a column, by column within a row, else by both."""
    cells = [context.form.cells[term.cell] for term in relation.terms]
    if len({(cell.table, cell.column) for cell in cells}) == 1:
        return lambda cell: f"“{cell.line_words}”"
    if len({(cell.table, cell.line) for cell in cells}) == 1:
        return lambda cell: f"“{cell.column_words}”"
    return name_cell


def format_difference(left: Number, right: Number, cells: Iterable[Cell]) -> str:
    """Format the difference of two sides, with the unit if all cells share it."""
    units = {cell.unit for cell in cells}
    difference = format_number(max(left, right) - min(left, right))
    return f"{difference} {units.pop()}" if len(units) == 1 else difference
