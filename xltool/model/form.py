"""One edition of an official form: its tables, cells, relations and claims. Counts are ``int``, amounts ``Decimal``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from xltool.model.expression import Comparison, LinearExpression, Term
from xltool.model.form_parts import ParagraphDraft, PartSums, SignatureField
from xltool.model.list_table import ListAggregate, ListTable
from xltool.model.period import PeriodLength, calendar_year, length_of
from xltool.model.printed_look import PrintedLook, PrintedPage

MAX_CACHED_FORMS = 128  # forms (or plans) whose derived data each cache keeps

Number = int | Decimal
Values = Mapping[str, Number | None]


class CellKind(StrEnum):
    """The type of a cell's figure."""

    COUNT = "count"
    SIGNED_COUNT = "signed_count"
    AMOUNT = "amount"
    PERCENT = "percent"  # the number before the sign: 96.77 for 96.77 %
    DECIMAL = "decimal"
    CHOICE = "choice"  # the position of the word in `Cell.choices`, from 1
    YES_NO = "yes_no"  # the same, with the words for yes and no
    DATE = "date"  # the serial day, as Excel counts
    TEXT = "text"  # the number of characters; the words are in the entry


SUMMED_KINDS = frozenset({CellKind.COUNT, CellKind.SIGNED_COUNT, CellKind.AMOUNT})  # "not applicable" adds 0
EXACT_KINDS = frozenset({CellKind.AMOUNT, CellKind.PERCENT, CellKind.DECIMAL})  # with decimals
SIGNED_KINDS = frozenset({CellKind.SIGNED_COUNT, CellKind.DECIMAL, CellKind.PERCENT})  # may be below 0, by its limits
WORD_KINDS = frozenset({CellKind.CHOICE, CellKind.YES_NO, CellKind.DATE, CellKind.TEXT})  # shown as words, never summed


class TotalKind(StrEnum):
    """How the figures of several returns make the figure of their sum."""

    SUM = "sum"
    MEAN = "mean"
    WEIGHTED_MEAN = "weighted_mean"  # by the figure `Cell.weight`
    RECOMPUTE = "recompute"  # by the relation that computes it, from the sums
    COUNT = "count"  # how many chose each word
    FIRST = "first"  # of the periods of a year only: the figure of the first
    LAST = "last"  # the same: the figure of the last
    NONE = "none"


class Severity(StrEnum):
    """``must_fix`` must be corrected, ``explain`` needs a written reason, ``note`` is for information."""

    MUST_FIX = "must_fix"
    EXPLAIN = "explain"
    NOTE = "note"


class Box(NamedTuple):
    """A rectangle of a grid: 1-based row and column of its first cell, and how many rows and columns it spans."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


class Label(NamedTuple):
    """Text printed on the form, and its rectangle in the grid of its table.

    If some reports print a group of lines as one line, ``alone`` is the line that its figures then belong to.
    """

    text: str
    box: Box
    alone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the form (指标).

    ``row_path`` and ``column_path`` are the official labels left of and above it, outermost first;
    ``decimals`` is how many places an amount may have; ``computed`` cells are formulas in the template. ``choices``
    are the words of a choice; ``minimum`` and ``maximum`` limit a figure, ``length`` a text (in characters). ``total``
    says how the cell adds up, ``weight`` names the figure that weights its mean. An ``aggregate`` is computed from the
    rows of a list. ``line_name`` tells its line from another where the usual words do not. ``year_total`` says how it
    adds up over the periods of a year, where the definition does. With ``fixed_decimals`` all decimals are shown.
    """

    id: str
    table: str
    line: str
    column: str
    kind: CellKind
    unit: str
    box: Box
    row_path: tuple[str, ...]
    column_path: tuple[str, ...]
    decimals: int = 0
    computed: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    minimum: Number | None = None
    maximum: Number | None = None
    length: int = 0
    total: TotalKind = TotalKind.SUM
    weight: str = ""
    aggregate: ListAggregate | None = None
    line_name: str = ""
    year_total: TotalKind | None = None
    fixed_decimals: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether its figure may have decimals and is a ``Decimal``."""
        return self.kind in EXACT_KINDS

    @property
    def is_worded(self) -> bool:
        """Whether a person reads words in it: a choice, a date or a text."""
        return self.kind in WORD_KINDS

    @property
    def is_summed(self) -> bool:
        """Whether its figure in a sum follows from those of the parts as an input or by its formula."""
        return self.total in {TotalKind.SUM, TotalKind.RECOMPUTE}

    @property
    def line_words(self) -> str:
        """The official words of its line; for a table without line labels, of its group of columns."""
        path = self.row_path or self.column_path[:-1] or (self.column_path if self.line else ())  # a list has no lines
        return self.line_name or "".join(path[-2:] if len(path) > 2 else path[-1:])

    @property
    def column_words(self) -> str:
        """The official words of its column; empty where the line has only one figure and no column label."""
        path = self.column_path if self.row_path or not self.line else self.column_path[1:][-1:]  # one: its line's
        return "·".join(path[1:] if len(path) > 1 else path)

    @property
    def words(self) -> str:
        """The official words of its line and column, joined."""
        return "·".join(part for part in (self.line_words, self.column_words) if part)


@dataclass(frozen=True, slots=True)
class Table:
    """One grid of the form, with every printed label, in the table's own 1-based coordinates.

    In reports, a table that is not ``printed`` is replaced by its ``sentence``, a template with ``{year}`` and with
    ``{cell id}``. ``notes`` are for those who fill it in; ``footnotes`` are printed below it, ``head_line`` above it.
    ``absence`` is the sentence that stands for the table where the duty is absent; without one, it always applies.
    ``own_widths`` is True if the definition gives its ``widths``. A ``landscape`` table stands on a page in landscape.
    Nothing is filled in where ``blanks`` are; ``looks`` of cells differ from every template's, by rectangle.
    """

    id: str
    section: str
    title: str
    name: str
    rows: int
    columns: int
    labels: tuple[Label, ...]
    cells: tuple[Cell, ...]
    printed: bool = True
    landscape: bool = False
    widths: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    sentence: str = ""
    footnotes: tuple[str, ...] = ()
    head_line: str = ""
    own_widths: bool = False
    absence: str = ""
    blanks: tuple[Box, ...] = ()
    looks: tuple[tuple[Box, PrintedLook], ...] = ()
    page: PrintedPage = PrintedPage()  # noqa: RUF009 - a tuple


@dataclass(frozen=True, slots=True)
class Section:
    """One section, of ``paragraphs`` rows of text or of tables, which have titles on its sheet if ``table_titles``."""

    id: str
    number: str
    title: str
    sheet: str
    paragraphs: int = 0
    guidance: tuple[str, ...] = ()
    table_titles: bool = False

    @property
    def heading(self) -> str:
        """The printed heading, such as 一、总体情况."""
        return f"{self.number}、{self.title}"


class Holding(StrEnum):
    """Where a relation is asked: of a return, of a sum, or of both."""

    RETURN = "return"
    SUM = "sum"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Relation:
    """One 勾稽关系, for one line or column: the live formula, the check and the sentence all come from it.

    ``rule`` is the id of the definition it was expanded from, ``id`` adds what it was expanded for.
    ``computes`` names the cell this equation defines. ``when`` limits it. ``missing`` says what a missing
    figure does: ``undecided`` (no verdict) or zero. ``implied_by`` are the relations whose breach explains
    a breach of this one. ``beta`` rules are on trial: what they find is for coordinators only. ``tolerance`` widens an
    equality; ``decimals`` rounds what is computed by an operation. ``within_year`` means that in the first
    period of a year the figures of the period before count as 0.
    """

    id: str
    rule: str
    title: str
    subject: str
    severity: Severity
    basis: str
    advice: str
    expect: Comparison
    when: tuple[Comparison, ...] = ()
    missing: str = "undecided"
    profile: str = ""
    computes: str | None = None
    implied_by: tuple[str, ...] = ()
    beta: bool = False
    tolerance: Number = 0
    holds: Holding = Holding.BOTH
    decimals: int | None = None
    within_year: bool = False

    @property
    def name(self) -> str:
        """Title and subject: unique in a form; how 校验 and 情况说明 call it."""
        return f"{self.title}（{self.subject}）" if self.subject else self.title

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term of both sides, in writing order."""
        return self.expect.left.terms + self.expect.right.terms

    @property
    def is_linear(self) -> bool:
        """Whether sides and conditions are linear expressions with whole constants, and an equality is exact."""
        sides = (side for item in (self.expect, *self.when) for side in item.sides)
        return not self.tolerance and all(
            isinstance(side, LinearExpression) and isinstance(side.constant, int) for side in sides
        )

    @property
    def uses_previous(self) -> bool:
        """Whether last year's figures are needed."""
        return any(term.previous for term in self.terms)


@dataclass(frozen=True, slots=True)
class StandardCheck:
    """Settings of a check that is not an equation (a figure's type, blanks, the roster), by kind of check.

    For unusual figures: the ``cells`` checked, the minimum ratio ``factor``, the minimum ``distance`` in standard
    deviations, and ``least``, the minimum number of agencies to compare with. For figures that may stay blank: the
    ``words`` of a text that states them in its own way.
    """

    kind: str
    id: str
    title: str
    severity: Severity
    basis: str
    cells: tuple[str, ...] = ()
    factor: int = 1
    distance: int = 0
    least: int = 0
    beta: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextClaim:
    """A figure that texts may quote: sentence patterns and the sums that each count as correct.

    ``patterns`` have the figure at ``{n}``; patterns without one state the figure ``says``. A figure equal to one of
    ``asides`` is neither right nor wrong; ``parts`` marks a figure usually quoted as part of another. Only sentences
    with one of the words of ``needs`` are matched.
    """

    id: str
    title: str
    severity: Severity
    patterns: tuple[str, ...]
    readings: tuple[LinearExpression, ...]
    asides: tuple[LinearExpression, ...] = ()
    says: int | None = None
    parts: bool = False
    needs: tuple[str, ...] = ()
    beta: bool = False


class FigureGroup(NamedTuple):
    """A sum of figures that texts quote by name: its placeholders, its title and its terms."""

    names: tuple[str, ...]
    title: str
    sum: LinearExpression


class HeadlineFigure(NamedTuple):
    """A figure that a consolidation shows first: its label, its unit, and the sum that gives it."""

    label: str
    unit: str
    sum: LinearExpression


class FigureChart(NamedTuple):
    """A bar chart of a consolidation, one bar a figure."""

    title: str
    items: tuple[HeadlineFigure, ...]


@dataclass(frozen=True)
class Form:
    """One edition of an official form, complete, as issued (报表).

    ``cells`` by id in form order; ``formulas`` the relations that compute cells, in order of dependency;
    ``standards`` by kind of check; ``shares`` the sums that a percentage in the text may refer to; ``digest`` the
    SHA-256 of the definition files. ``ranking`` is the figure by which agencies are compared; ``layouts`` are the
    layout digests of earlier templates with the same places. ``period`` is the length of its periods; if
    ``named_only`` it is never chosen unless named. Blank optional figures are counted if ``count_optional``.
    ``signature`` is the line below its last table. ``made_from`` says which figures of shorter periods make its own.
    """

    id: str
    edition: str
    title: str
    official_title: str
    report_title: str
    document: str
    issuer: str
    issued: str
    first_year: int
    last_year: int | None
    opening: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    relations: tuple[Relation, ...]
    standards: Mapping[str, StandardCheck]
    claims: tuple[TextClaim, ...]
    instructions: tuple[str, ...]
    digest: str
    source: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    formulas: tuple[Relation, ...] = ()
    shares: tuple[LinearExpression, ...] = ()
    groups: tuple[FigureGroup, ...] = ()
    drafts: tuple[ParagraphDraft, ...] = ()
    headlines: tuple[HeadlineFigure, ...] = ()
    charts: tuple[FigureChart, ...] = ()
    ranking: HeadlineFigure | None = None
    layouts: tuple[str, ...] = ()
    period: PeriodLength = PeriodLength.YEAR
    named_only: bool = False
    count_optional: bool = True
    signature: tuple[SignatureField, ...] = ()
    lists: tuple[ListTable, ...] = ()
    made_from: PartSums | None = None

    def __hash__(self) -> int:
        """Hash the digest: forms are keys of the caches of what is derived from them."""
        return hash(self.digest)

    @property
    def inputs(self) -> tuple[Cell, ...]:
        """The cells no relation computes: those an agency fills in, and aggregates of lists, in form order."""
        return tuple(cell for cell in self.cells.values() if not cell.computed)

    @property
    def key(self) -> tuple[str, str]:
        """Form id and edition."""
        return (self.id, self.edition)

    def covers_year(self, year: int) -> bool:
        """Return whether reports for ``year``, which may be a part of a year, are made on this edition."""
        return self.covers_calendar_year(year) and self.period is length_of(year)

    def covers_calendar_year(self, year: int) -> bool:
        """Return whether this edition is in force in the calendar year of a year or period of any length."""
        calendar = calendar_year(year)
        return self.first_year <= calendar and (self.last_year is None or calendar <= self.last_year)
