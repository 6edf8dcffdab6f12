"""One agency's filled form: what every cell held, and where the file came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xltool.model.agency import Scope
from xltool.model.form import Number, Values


class State(StrEnum):
    """The four states of a figure, kept to the end."""

    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


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
