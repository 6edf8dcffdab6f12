"""The nouns: frozen values that every wing shares. Imports nothing of ours.

Ids are semantic and dotted (``requests.received.natural_person``); they are the keys of every JSON and export.
Counts are ``int``, amounts ``Decimal``; ``None`` always means "no number", never zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

Number = int | Decimal
Values = Mapping[str, Number | None]


class Kind(StrEnum):
    """What a cell may hold."""

    COUNT = "count"
    SIGNED_COUNT = "signed_count"
    AMOUNT = "amount"


class State(StrEnum):
    """The four states of a figure, kept to the end."""

    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


class Severity(StrEnum):
    """``must_fix`` goes back, ``explain`` may stand with a written reason, ``note`` is for information."""

    MUST_FIX = "must_fix"
    EXPLAIN = "explain"
    NOTE = "note"


class Scope(StrEnum):
    """An agency's own figures, or the figures of an area. An area is never added to its members."""

    OWN = "own"
    AREA = "area"


# --- the form -------------------------------------------------------------------------------------------------


class Box(NamedTuple):
    """A rectangle of a grid: 1-based row and column of its first cell, and how many rows and columns it spans."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


class Label(NamedTuple):
    """Text printed on the form, and the rectangle of the table's own grid it fills.

    Of a group of lines that some reports print as one line, ``alone`` is the line its figures then stand for.
    """

    text: str
    box: Box
    alone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the form (指标).

    ``row_path`` and ``column_path`` are the official labels left of and above it, outermost first;
    ``decimals`` is how many places an amount may have; ``computed`` cells are formulas in the template.
    """

    id: str
    table: str
    line: str
    column: str
    kind: Kind
    unit: str
    box: Box
    row_path: tuple[str, ...]
    column_path: tuple[str, ...]
    decimals: int = 0
    computed: bool = False
    optional: bool = False

    @property
    def line_words(self) -> str:
        """The official words of its line; for a table without line labels, of its group of columns."""
        path = self.row_path or self.column_path[:-1]
        return "".join(path[-2:] if len(path) > 2 else path[-1:])

    @property
    def column_words(self) -> str:
        """The official words of its column; empty where the line has only one figure and no column label."""
        path = self.column_path if self.row_path else self.column_path[-1:]
        return "·".join(path[1:] if len(path) > 1 else path)

    @property
    def words(self) -> str:
        """The official words of its line and its column, as one."""
        return "·".join(part for part in (self.line_words, self.column_words) if part)


@dataclass(frozen=True, slots=True)
class Table:
    """One grid of the form, with every printed label, in the table's own 1-based coordinates.

    A table that is not ``printed`` is said in reports by its ``sentence``, with ``{year}`` and ``{cell id}`` in it.
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


@dataclass(frozen=True, slots=True)
class Section:
    """One of the form's sections; ``paragraphs`` is how many rows of text a narrative section offers, 0 for a table."""

    id: str
    number: str
    title: str
    sheet: str
    paragraphs: int = 0
    guidance: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The printed heading, such as 一、总体情况."""
        return f"{self.number}、{self.title}"


class Term(NamedTuple):
    """``coefficient`` times one figure, of this year or of the year before."""

    cell: str
    coefficient: int = 1
    previous: bool = False


class Linear(NamedTuple):
    """A sum of terms and a constant; with ``modulus``, the remainder of that sum."""

    terms: tuple[Term, ...]
    constant: int = 0
    modulus: int | None = None


class Comparison(NamedTuple):
    """``left operator right``; the operator is one of ``== != <= >= < >``."""

    left: Linear
    operator: str
    right: Linear


@dataclass(frozen=True, slots=True)
class Relation:
    """One 勾稽关系, for one line or column: the live formula, the check and the sentence all come from it.

    ``rule`` is the id of the definition it was expanded from, ``id`` adds what it was expanded for.
    ``computes`` names the cell this equation defines. ``when`` limits it. ``missing`` says what a missing
    figure does: ``undecided`` (no verdict) or ``zero``. ``implied_by`` are the relations whose breach explains
    a breach of this one. ``beta`` rules are on trial: what they find is for coordinators only.
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

    @property
    def name(self) -> str:
        """Title and subject: unique in a form; how 校验 and 情况说明 call it."""
        return f"{self.title}（{self.subject}）" if self.subject else self.title

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term of both sides, in writing order."""
        return self.expect.left.terms + self.expect.right.terms

    @property
    def uses_previous(self) -> bool:
        """Whether last year's figures are needed."""
        return any(term.previous for term in self.terms)


@dataclass(frozen=True, slots=True)
class Standard:
    """A rule that is no equation (a figure's type, blanks, the roster): its words, by kind of check.

    A rule about unusual figures says of which ``cells``, by what ``factor`` they must differ, how far apart they must
    be beyond chance (``distance``, in standard deviations), and how many others there must ``least`` be.
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure the text may quote: the sentences it stands in, and the readings that are all lawful.

    ``patterns`` have the figure at ``{n}``, or none: then they say ``says``. ``asides`` are readings that make a figure
    neither right nor wrong; ``parts`` marks one that is usually told as a part of another. A sentence with none of
    the words of ``needs`` does not tell it.
    """

    id: str
    title: str
    severity: Severity
    patterns: tuple[str, ...]
    readings: tuple[Linear, ...]
    asides: tuple[Linear, ...] = ()
    says: int | None = None
    parts: bool = False
    needs: tuple[str, ...] = ()
    beta: bool = False


class Group(NamedTuple):
    """A sum of figures that texts quote by name: the placeholders that stand for it, and what it adds up."""

    names: tuple[str, ...]
    title: str
    sum: Linear


class Draft(NamedTuple):
    """A paragraph offered for a section, its figures as placeholders."""

    section: str
    text: str


@dataclass(frozen=True)
class Form:
    """One edition of one official form, complete, as issued (报表).

    ``cells`` by id in form order; ``formulas`` the relations that compute cells, each after those it needs;
    ``standards`` by kind of check; ``shares`` what a share told in the text may be a share of; ``digest`` is the
    SHA-256 of the definition files.
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
    standards: Mapping[str, Standard]
    claims: tuple[Claim, ...]
    instructions: tuple[str, ...]
    digest: str
    source: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    formulas: tuple[Relation, ...] = ()
    shares: tuple[Linear, ...] = ()
    groups: tuple[Group, ...] = ()
    drafts: tuple[Draft, ...] = ()

    @property
    def inputs(self) -> tuple[Cell, ...]:
        """The cells an agency fills in, in form order."""
        return tuple(cell for cell in self.cells.values() if not cell.computed)

    @property
    def key(self) -> tuple[str, str]:
        """Form id and edition."""
        return (self.id, self.edition)

    def covers(self, year: int) -> bool:
        """Whether reports for ``year`` are made on this edition."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


# --- who reports ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agency:
    """A reporting body (填报单位). ``parent`` is the code of the body it reports to, if it is on the roster.

    ``began`` and ``ended`` are the days it was set up and abolished, where they matter; ``successors`` the codes of
    those who took over its work, ``former_names`` what it was called before: see `succession`.
    """

    code: str
    name: str
    parent: str | None = None
    level: str | None = None
    scope: Scope = Scope.OWN
    rule_power: bool | None = None
    contact: str | None = None
    began: date | None = None
    ended: date | None = None
    successors: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """The reporting bodies, in roster order, by code. Of a part of a roster, ``others`` are those left out."""

    agencies: Mapping[str, Agency]
    source: str
    others: Mapping[str, Agency] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Agency]:
        return iter(self.agencies.values())

    def __len__(self) -> int:
        return len(self.agencies)

    @cached_property
    def predecessors(self) -> Mapping[str, tuple[Agency, ...]]:
        """Whose work each agency took over, by its code; those left out of a part of a roster among them."""
        known = (*self.others.values(), *self)
        heirs = {code for agency in known for code in agency.successors}
        return {code: tuple(agency for agency in known if code in agency.successors) for code in heirs}


# --- what came back -------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """What one cell of one workbook held.

    ``raw`` is the text as stored, ``value`` its meaning (``None`` unless ``state`` is a number), ``formula`` the
    formula found there, ``sheet`` and ``address`` where it stood. ``declared`` marks a blank that the agency
    declared to be zero (未填项均为0): its value is 0. ``note`` says what was normalised, or why it is unreadable.
    """

    cell: str
    state: State
    value: Number | None
    raw: str | None
    sheet: str
    address: str
    formula: str | None = None
    declared: bool = False
    note: str | None = None

    @property
    def counted(self) -> Number | None:
        """What it adds to a sum: its number; 0 where the line does not apply; None where nothing is known."""
        return 0 if self.state is State.NOT_APPLICABLE else self.value


class Observation(NamedTuple):
    """Something reading noticed and does not judge: a normalised figure, a stray cell, an altered label."""

    code: str
    sheet: str = ""
    address: str = ""
    cell: str | None = None
    facts: Mapping[str, object] = {}


class Explanation(NamedTuple):
    """A written reason (情况说明): the relation it settles, the two sides it was written for, and by whom."""

    relation: str
    left: str
    right: str
    reason: str
    author: str
    date: str
    address: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a submission came from. ``size`` in bytes; ``modified`` is the file's time, ISO 8601."""

    file: str
    sha256: str
    size: int
    modified: str
    program: str = ""


class Leaf(NamedTuple):
    """One agency's report inside a consolidation: the unit of the manifest that makes double counting impossible."""

    code: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled form of one agency for one year (填报表), or a consolidation of several, as it was read.

    ``values`` holds every cell of the form: inputs as read, computed cells recomputed from them, never as stored.
    Of a consolidation, ``manifest`` lists the reports inside, ``absent`` the agencies it lacks (without a SHA-256),
    and ``lacking`` how many of the reports inside give no figure for a cell; all three are empty for an agency's own.
    ``issued`` is all it says of its own issue, row by row as `forms.identity` writes it. ``controls`` are the control
    figures (核对数) it gives from the agency's ledger, by their id; nothing is ever summed or published of them.
    """

    form: str
    edition: str
    year: int | None
    scope: Scope
    agency_code: str
    agency_name: str
    entries: Mapping[str, Entry]
    values: Values
    source: Source
    texts: Mapping[str, str] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()
    observations: tuple[Observation, ...] = ()
    manifest: tuple[Leaf, ...] = ()
    declared_zero: bool = False
    absent: tuple[Leaf, ...] = ()
    lacking: Mapping[str, int] = field(default_factory=dict)
    issued: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def counted(self) -> Values:
        """The figures as sums and relations take them: not applicable counts as 0, missing stays None."""
        missing = [cell for cell, value in self.values.items() if value is None and cell in self.entries]
        silent = [cell for cell in missing if self.entries[cell].state is State.NOT_APPLICABLE]
        return {**self.values, **dict.fromkeys(silent, 0)} if silent else self.values


# --- what is said about it ------------------------------------------------------------------------------------


class Spot(NamedTuple):
    """A cell to look at: its id (empty outside the form), sheet and address."""

    id: str
    sheet: str
    address: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing somebody must look at. Facts only; `texts` makes the sentence. The first spot is the one to look at.

    ``relation`` is the relation broken, if any; ``settled`` holds the written reason that settles it. ``wording`` is
    what `texts` says it with where the code is the form's own rule and not one of ours.
    """

    code: str
    severity: Severity
    spots: tuple[Spot, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    relation: str | None = None
    settled: str | None = None
    wording: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it: it is no note, and no written reason settles it."""
        return self.severity is not Severity.NOTE and not self.settled


class Status(StrEnum):
    """What became of one file found. Every file ends in exactly one of these."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    UNREADABLE = "unreadable"
    SUPERSEDED = "superseded"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One file found, what was read from it, and what was found: one row of the tracking table.

    ``reason`` says why it has its status, or what it replaced; ``counted`` whether its figures are in the sum.
    ``trial`` is for coordinators only: what rules on trial found, and comparisons with other agencies.
    ``remembered`` is whether what was read came from a cache; that makes no difference to anything.
    """

    file: str
    sha256: str
    status: Status
    submission: Submission | None
    findings: tuple[Finding, ...]
    reason: Finding | None = None
    counted: bool = False
    trial: tuple[Finding, ...] = ()
    remembered: bool = field(default=False, compare=False, repr=False)


class Noted(NamedTuple):
    """A finding as it was told: its fingerprint, whose it is (code, else name, else file), and the words."""

    fingerprint: str
    whose: str
    name: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new, ``still`` there and ``gone`` since the run told in ``since``, of those who were seen again."""

    since: str
    new: frozenset[str]
    still: frozenset[str]
    gone: tuple[Noted, ...]


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The sum of many submissions that remembers its parts (汇总).

    ``summary`` is itself a submission of scope ``area``. ``parts`` are the submissions summed, in roster order;
    ``missing`` the agencies of the roster whose figures are not in the sum; ``tracking`` one row for every file found;
    ``changes`` what is new among the findings, where an earlier run is known.
    """

    form: Form
    year: int
    summary: Submission
    parts: tuple[Submission, ...]
    missing: tuple[Agency, ...]
    tracking: tuple[Reviewed, ...]
    findings: tuple[Finding, ...]
    roster: Roster | None
    changes: Changes | None = None

    @property
    def expected(self) -> int:
        """How many agencies the sum should hold."""
        return len(self.summary.manifest) + len(self.summary.absent)

    @property
    def lacking(self) -> Mapping[str, int]:
        """How many of them give a cell no figure, where any does: there the total is only a lower bound."""
        absent = len(self.summary.absent)
        counts = {cell: absent + self.summary.lacking.get(cell, 0) for cell in self.form.cells}
        return {cell: count for cell, count in counts.items() if count}

    @property
    def unreported(self) -> tuple[Agency, ...]:
        """Those of the missing from whom nothing came that could be read: not returned for correction, but silent."""
        heard = {item.submission.agency_code for item in self.tracking if item.submission}
        return tuple(agency for agency in self.missing if agency.code not in heard)

    @property
    def complete(self) -> bool:
        """Whether every total is whole; a figure that need not be given (``Cell.optional``) may be lacking."""
        return all(self.form.cells[cell].optional for cell in self.lacking)
