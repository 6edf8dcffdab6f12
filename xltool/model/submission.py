"""One agency's filled form: the content of every cell and the source of the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self

from xltool.model.agency import Scope
from xltool.model.finding import MissingFactError
from xltool.model.form import Number, Values
from xltool.model.observation_codes import LIST_FACTS, OBSERVATION_FACTS, ObservationCode

_NO_FACTS: frozenset[str] = frozenset()
_MAY_LIST_NOTHING = frozenset({ObservationCode.SHEET_COPY, ObservationCode.TABLE_COPY})  # equal copies: nothing differs


class EntryState(StrEnum):
    """The four states of a figure; no step converts one into another."""

    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


class Entry(NamedTuple):
    """The content of one cell of one workbook.

    ``raw`` is the stored text, ``value`` its number (``None`` unless ``state`` is a number), ``formula`` the formula
    in the cell, ``sheet`` and ``address`` its position. ``declared`` marks a blank that the agency declared to be zero
    (未填项均为0): its value is 0. ``note`` names what was normalised, or why the cell is unreadable;
    ``shown`` is what the cell shows where that is not simply its text.
    """

    cell: str
    state: EntryState
    value: Number | None
    raw: str | None
    sheet: str
    address: str
    formula: str | None = None
    declared: bool = False
    note: str | None = None
    shown: str | None = None

    @property
    def counted(self) -> Number | None:
        """The number it adds to a sum: its value, 0 if the line does not apply, None if unknown."""
        return 0 if self.state is EntryState.NOT_APPLICABLE else self.value


class _ObservationFields(NamedTuple):
    code: ObservationCode
    sheet: str = ""
    address: str = ""
    cell: str | None = None
    facts: Mapping[str, object] = {}


class Observation(_ObservationFields):
    """A fact noticed while reading, without a verdict: a normalised figure, a stray cell, an altered label.

    Raises ValueError for an unknown code, MissingFactError without the facts of the code (`OBSERVATION_FACTS`).
    """

    __slots__ = ()

    def __new__(
        cls,
        code: str,
        sheet: str = "",
        address: str = "",
        cell: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> Self:
        """Check the code and its facts."""
        known, facts = ObservationCode(code), {} if facts is None else facts
        if missing := OBSERVATION_FACTS.get(known, _NO_FACTS) - facts.keys():
            raise MissingFactError(code, [f"no fact {name!r}" for name in sorted(missing)])
        if empty := [name for name in LIST_FACTS & facts.keys() if not facts[name] and known not in _MAY_LIST_NOTHING]:
            raise MissingFactError(code, [f"fact {name!r} is empty" for name in empty])
        return super().__new__(cls, known, sheet, address, cell, facts)


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
    """The file of a submission. ``size`` in bytes; ``modified`` is the file's modification time, ISO 8601.

    ``saved`` is the date of the last change stored inside the workbook, ISO 8601 (without a time zone if the format
    stores none), empty if unknown. ``marked`` is True if its list of findings has those of an earlier check.
    ``archive`` is the path of the archive it was in, ``position`` its place there, None if the archive is in order of
    names.
    """

    file: str
    sha256: str
    size: int
    modified: str
    program: str = ""
    saved: str = ""
    marked: bool = False
    archive: str = ""
    position: int | None = None


class ManifestItem(NamedTuple):
    """One agency's report inside a consolidation. Manifests are compared to prevent double counting."""

    code: str
    name: str
    sha256: str

    @property
    def key(self) -> str:
        """The code of the agency, else its name."""
        return self.code or self.name


class RowOwner(NamedTuple):
    """The agency whose row of a list stands in a consolidation."""

    code: str
    name: str


class EntryRow(NamedTuple):
    """One row of a list: its entries by column id, and in a consolidation the agencies it comes from.

    ``number`` is its place on the sheet, from 1 below the heads of the columns.
    """

    entries: Mapping[str, Entry]
    number: int = 0
    owners: tuple[RowOwner, ...] = ()

    @property
    def values(self) -> Values:
        """The values of its entries by column id; not applicable counts as None."""
        return {column: entry.value for column, entry in self.entries.items()}


class MeanBasis(NamedTuple):
    """What a mean is made of: it is ``total`` divided by ``weight``; both add up over parts."""

    total: Number
    weight: Number


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled form of one agency for one year (填报表), or a consolidation of several, as read.

    ``values`` holds every cell of the form: inputs as read, computed cells recomputed from them, never as stored.
    For a consolidation, ``manifest`` lists the reports inside, ``absent`` the missing agencies (without a SHA-256)
    and ``lacking`` the number of reports without a figure, by cell; all three are empty for an agency's own return.
    ``issued`` holds the rows of its identity sheet as `forms.identity` writes them. ``controls`` are ledger totals
    (核对数) by id; they are never summed or published. ``words`` are the choices, dates and texts by cell id, as read.
    ``signed`` is what stands in the signature line, by id of its part. Of a consolidation, ``tallies`` say how many
    chose each word and ``bases`` what means are made of. ``lists`` are the rows of its lists by table
    id, without empty ones; a list that was not found is not among them.
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
    manifest: tuple[ManifestItem, ...] = ()
    declared_zero: bool = False
    absent: tuple[ManifestItem, ...] = ()
    lacking: Mapping[str, int] = field(default_factory=dict)
    issued: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, Entry] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, str] = field(default_factory=dict)
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    bases: Mapping[str, MeanBasis] = field(default_factory=dict)
    lists: Mapping[str, tuple[EntryRow, ...]] = field(default_factory=dict)

    @property
    def agency_key(self) -> str:
        """The code of the agency, else its name; empty if it says neither."""
        return self.agency_code or self.agency_name

    @property
    def imported(self) -> bool:
        """Whether this is a published report, or the workbook made from one."""
        return any(item.code is ObservationCode.IDENTITY_IMPORTED for item in self.observations)

    @property
    def is_sum(self) -> bool:
        """Whether its figures are sums: a consolidation, or the published report of an area."""
        return bool(self.manifest) or (self.scope is Scope.AREA and self.imported)

    @property
    def counted(self) -> Values:
        """The values as used in sums and relations: not applicable counts as 0, missing stays None."""
        missing = [cell for cell, value in self.values.items() if value is None and cell in self.entries]
        zeros = [cell for cell in missing if self.entries[cell].state is EntryState.NOT_APPLICABLE]
        return {**self.values, **dict.fromkeys(zeros, 0)} if zeros else self.values
