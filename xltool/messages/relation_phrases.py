"""The words of figures and relations, in the language of the printed form: the facts that sentences are made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from xltool.checks.context import Context
from xltool.checks.form_index import index
from xltool.checks.make_finding import ranges, shortened, spot
from xltool.forms.expressions import evaluate
from xltool.messages import catalogue as texts
from xltool.messages.catalogue import Phrase
from xltool.model.form import Cell, Kind, Linear, Number, Relation, Term, Values
from xltool.model.submission import Submission

MOST_TERMS = 6  # of one side, told figure by figure; longer sums are told as ranges


def cell_words(cell: Cell) -> str:
    """The official words of line and column of a figure."""
    return f"“{cell.line_words}”{cell.column_words}"


def quantity(value: Number | None, cell: Cell) -> str:
    """A figure as it stands in a sum: amounts with their unit, counts bare."""
    if value is None:
        return texts.word("shown", "nothing")
    return f"{plain(value)} {cell.unit}" if cell.kind is Kind.AMOUNT else plain(value)


def plain(value: Number) -> str:
    """A number as a person writes it: without an exponent, without zeros at the end of its decimals."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Telling:
    """How figures are told: whose, by which values, seen from which sheet ("" names each), under which labels."""

    submission: Submission
    context: Context
    values: Values
    sheet: str = ""
    label: Callable[[Cell], str] = cell_words

    def side(self, side: Linear, *, zero: bool = False) -> Phrase:
        """One side of a relation: each figure with its words, its place and its value, and what they come to."""
        total = evaluate(side._replace(modulus=None), self.values, self.context.previous, zero=zero)
        cell = self._cell(side.terms[0])
        if len(side.terms) > MOST_TERMS:
            text = texts.phrase("range_sum", parts=self.ranges(side), value=quantity(total, cell))
        else:
            text = Phrase("".join(self._pieces(side)).removeprefix(" + "))
            if len(side.terms) > 1 or side.constant or abs(side.terms[0].coefficient) != 1:
                text = Phrase(f"{text} = {quantity(total, cell)}")
        if side.modulus is None or total is None:
            return text
        return texts.phrase("remainder", sum=text, modulus=side.modulus, rest=total % side.modulus)

    def ranges(self, side: Linear) -> Phrase:
        """Where the figures of a sum stand: D9:I9."""
        sheets: dict[str, list[str]] = {}
        for term in side.terms:
            where = spot(term.cell, self.submission, self.context)
            sheets.setdefault(where.sheet, []).append(where.address)
        return Phrase(shortened([self._on(sheet, spots) for sheet, found in sheets.items() for spots in ranges(found)]))

    def parts(self, side: Linear) -> Phrase:
        """The figures of a sum that are not zero, by address; empty where they are none or too many to read."""
        told = [
            f"{spot(term.cell, self.submission, self.context).address} {quantity(value, self._cell(term))}"
            for term in side.terms
            if (value := self.values.get(term.cell))
        ]
        return texts.phrase("parts", text=Phrase(" + ".join(told))) if 0 < len(told) <= MOST_TERMS else Phrase()

    def _cell(self, term: Term) -> Cell:
        return self.context.form.cells[term.cell]

    def _on(self, sheet: str, address: str) -> str:
        return address if sheet == self.sheet else f"{sheet}!{address}"

    def _pieces(self, side: Linear) -> Iterator[str]:
        for term in side.terms:
            factor = abs(term.coefficient)
            told = self._term(term)
            yield " - " if term.coefficient < 0 else " + "
            yield told if factor == 1 else f"{factor} × {told}"
        if side.constant:
            yield f" {'-' if side.constant < 0 else '+'} {abs(side.constant)}"

    def _term(self, term: Term) -> Phrase:
        cell = self._cell(term)
        if term.previous:
            last_year = (self.context.previous or {}).get(term.cell)
            return texts.phrase("term_previous", label=self.label(cell), value=quantity(last_year, cell))
        where = spot(term.cell, self.submission, self.context)
        value = quantity(self.values.get(term.cell), cell)
        at = self._on(where.sheet, where.address)
        defining = index(self.context.form).totals.get(term.cell)
        if not defining:
            return texts.phrase("term", label=self.label(cell), place=at, value=value)
        parts = self.ranges(defining[0].expect.right)
        return texts.phrase("term_computed", label=self.label(cell), place=at, parts=parts, value=value)


def labels_for(relation: Relation, context: Context) -> Callable[[Cell], str]:
    """How the figures of a relation are told apart: by line within a column, by column within a line, else by both."""
    cells = [context.form.cells[term.cell] for term in relation.terms]
    if len({(cell.table, cell.column) for cell in cells}) == 1:
        return lambda cell: f"“{cell.line_words}”"
    if len({(cell.table, cell.line) for cell in cells}) == 1:
        return lambda cell: f"“{cell.column_words}”"
    return cell_words


def gap(left: Number, right: Number, cells: Iterable[Cell]) -> str:
    """How far two sides are apart, with the unit where all figures have the same."""
    units = {cell.unit for cell in cells}
    difference = plain(max(left, right) - min(left, right))
    return f"{difference} {units.pop()}" if len(units) == 1 else difference
