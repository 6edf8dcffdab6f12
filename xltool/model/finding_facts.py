"""Facts of findings that are more than a number or a text: figures, ranges, sides of relations, suspected errors.

A check fills them in; ``messages`` renders them as Chinese. None of them contains a sentence.
"""

from dataclasses import dataclass
from enum import StrEnum

from xltool.model.expression import OperationKind
from xltool.model.form import CellKind, Number


class EarlierPeriod(StrEnum):
    """Which earlier period a figure is of."""

    YEAR = "year"
    PERIOD = "period"
    SAME_PERIOD = "same_period"


class StructuredFact:
    """Base class of all facts in this module."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Word(StructuredFact):
    """An entry of the catalogue: the word ``key`` of the group ``group``; an empty group means a phrase."""

    group: str
    key: str


@dataclass(frozen=True, slots=True)
class FigureName(StructuredFact):
    """The official words of a figure's row and column; one of them is empty where the other is enough."""

    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class ControlName(StructuredFact):
    """The official words of the sum that a control figure (核对数) stands for."""

    row: str
    column: str


@dataclass(frozen=True, slots=True)
class NamedFigure(StructuredFact):
    """A figure of an agency; None if it is not known."""

    name: str
    value: Number | None


@dataclass(frozen=True, slots=True)
class NameWithRemark(StructuredFact):
    """A name that needs another word beside it to be told from others, such as the code of an agency."""

    name: str
    remark: str


@dataclass(frozen=True, slots=True)
class ReceivedReturns(StructuredFact):
    """Who has sent a return besides the one in doubt: its ``owner``, and all the agencies ``named`` instead."""

    owner: str
    named: tuple[str, ...]
    owner_has_more: bool
    named_have_any: bool


@dataclass(frozen=True, slots=True)
class Quantity(StructuredFact):
    """A figure with its unit; the unit of a count is empty, the value of a missing figure is None.

    ``word`` is what a person reads where the value stands for a choice or a date; ``is_days`` if it counts days
    between dates.
    """

    value: Number | None
    unit: str = ""
    word: str = ""
    is_days: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedValue(StructuredFact):
    """What may be typed into a cell."""

    kind: CellKind
    unit: str
    decimals: int
    choices: tuple[str, ...] = ()
    minimum: Number | None = None
    maximum: Number | None = None
    length: int = 0


@dataclass(frozen=True, slots=True)
class ShortList(StructuredFact):
    """A list of which a sentence names the first few, such as ranges of cells."""

    items: tuple["str | Quoted | Example | FigureMove", ...]


@dataclass(frozen=True, slots=True)
class Quoted(StructuredFact):
    """A text that stands in quotation marks inside a list."""

    text: str


@dataclass(frozen=True, slots=True)
class Example(StructuredFact):
    """A cell and the text in it."""

    address: str
    text: object


@dataclass(frozen=True, slots=True)
class FigureMove(StructuredFact):
    """A figure that stands at another address than in the template."""

    name: FigureName
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class DocumentPlace(StructuredFact):
    """The position of a table cell, a line or a paragraph in a document; ``unit`` says which of the three.

    All numbers count from 1; ``table`` and ``column`` are 0 outside tables, ``page`` in formats without pages.
    """

    unit: str
    row: int
    table: int = 0
    column: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class RowRange(StructuredFact):
    """Adjacent rows of a form, of which only the first and the last are named."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class PageCount(StructuredFact):
    """A number of pages."""

    pages: int


@dataclass(frozen=True, slots=True)
class RangesOn(StructuredFact):
    """Ranges of cells on one sheet."""

    sheet: str
    ranges: ShortList


@dataclass(frozen=True, slots=True)
class ListedParts(StructuredFact):
    """The figures of a sum that are not zero, by address; empty if there are none or too many."""

    parts: tuple[tuple[str, Quantity], ...] = ()


@dataclass(frozen=True, slots=True)
class TermFact(StructuredFact):
    """One figure of one side of a relation; ``earlier`` for one of last year.

    ``place`` is empty for a figure of last year or of a sum over agencies. ``parts`` are the ranges of the figures
    behind a computed one.
    """

    coefficient: int
    name: FigureName
    value: Quantity
    place: str = ""
    parts: ShortList | None = None
    earlier: EarlierPeriod | None = None


@dataclass(frozen=True, slots=True)
class SideFact(StructuredFact):
    """One side of a relation: its terms and constant, and the total; for a long sum the ``ranges`` instead of terms.

    ``total`` is the sum before the remainder by ``modulus``, if there is one.
    """

    terms: tuple[TermFact, ...]
    constant: Number
    total: Quantity
    ranges: ShortList | None = None
    modulus: int | None = None


@dataclass(frozen=True, slots=True)
class Calculation(StructuredFact):
    """One side of a relation that is no sum: an operation on ``parts``, or of many the ``ranges``."""

    kind: OperationKind
    parts: tuple["SideFact | Calculation | ComparedSides | JoinedConditions", ...]
    total: Quantity
    ranges: ShortList | None = None


@dataclass(frozen=True, slots=True)
class ComparedSides(StructuredFact):
    """A comparison that should hold, or that holds; a constant side is a quantity."""

    left: SideFact | Calculation
    operator: Word
    right: SideFact | Calculation | Quantity


@dataclass(frozen=True, slots=True)
class JoinedConditions(StructuredFact):
    """Conditions of which ``any`` or ``all`` should hold; of kind ``if`` the case and what should hold in it."""

    kind: OperationKind
    parts: tuple["ComparedSides | JoinedConditions", ...]


@dataclass(frozen=True, slots=True)
class FigureSource(StructuredFact):
    """What a total is made of: the ranges of its parts, ``summed`` or calculated in another way."""

    ranges: ShortList
    summed: bool


@dataclass(frozen=True, slots=True)
class Alternatives(StructuredFact):
    """Sides of which any one would do."""

    sides: tuple[SideFact, ...]


@dataclass(frozen=True, slots=True)
class YearJump(StructuredFact):
    """A figure far from those of the years before, newest first."""

    name: FigureName
    now: Quantity
    before: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Breach(StructuredFact):
    """A violated relation by its name and the values of its sides."""

    relation: str
    left: Number | None
    right: Number | None


@dataclass(frozen=True, slots=True)
class Clauses(StructuredFact):
    """Several clauses of one sentence."""

    items: tuple[YearJump | Breach, ...]


@dataclass(frozen=True, slots=True)
class Addends(StructuredFact):
    """The parts of a sum, joined by plus signs."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Suggestion(StructuredFact):
    """Agencies of the roster with similar names, with their codes; none is chosen."""

    agencies: tuple[NameWithRemark, ...]


@dataclass(frozen=True, slots=True)
class SuspectedChange(StructuredFact):
    """A figure that may be wrong and the value it should have; None if the equations do not determine it.

    ``typed`` is what the cell holds where that is no number.
    """

    name: FigureName | ControlName
    sheet: str
    address: str
    was: Quantity
    becomes: Quantity | None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class SuspectedError(StructuredFact):
    """Figures whose change would satisfy every equation, and the kind of typing error behind them."""

    kind: str
    changes: tuple[SuspectedChange, ...]


@dataclass(frozen=True, slots=True)
class SuspectedQuestion(StructuredFact):
    """A control figure to look up: its value in the report, and how many explanations there are before and after."""

    row: str
    column: str
    stated: Number
    count: int
    left: int


@dataclass(frozen=True, slots=True)
class Suspects(StructuredFact):
    """Explanations of a violated relation, the ``best`` equally good; ``more`` counts those not listed.

    ``is_stated`` is True if the finding itself already names the best one. ``consequences`` are names of other
    relations violated by the same error. ``sheet`` is the sheet the sentence is about.
    """

    sheet: str
    best: tuple[SuspectedError, ...]
    others: tuple[SuspectedError, ...]
    more: int
    is_complete: bool
    is_stated: bool
    consequences: tuple[str | ControlName, ...]
    question: SuspectedQuestion | None = None


@dataclass(frozen=True, slots=True)
class DecisionNote(StructuredFact):
    """A decision of a coordinator about the file, which settles its findings."""

    reason: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class PreviousEvidence(StructuredFact):
    """The figure last year's report should have, and the ``signs`` for it: its "balance", a "total", its "text"."""

    value: Quantity
    signs: tuple[str, ...]
    earlier: EarlierPeriod = EarlierPeriod.YEAR


@dataclass(frozen=True, slots=True)
class WaiverNote(StructuredFact):
    """A rule waived by a coordinator until a day (ISO 8601), and the reason."""

    by: str
    until: str
    reason: str
