"""The ledger as data (``templates/ledger.toml``): sheets, columns, words that may stand in them, how lines count."""

from functools import cache
from typing import Literal

import msgspec

from xltool.package_data import find_data_folder

WordList = Literal["", "channels", "applicant_types", "results", "dispute_kinds", "suit_kinds", "outcomes", "answers"]
ColumnKind = Literal["text", "choice", "date", "amount", "yes_no"]


class LedgerChoice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A word that a cell may hold: the id of the form's line or column it counts in, and other words for the same."""

    id: str
    title: str
    aliases: tuple[str, ...] = ()


class LedgerColumn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column of a sheet of the ledger.

    ``words`` is the list of the definition that a choice is made from, ``choices`` are its titles, in their order;
    `load_ledger_definition` fills them in. ``private`` contents
    never leave the office. A ``computed`` column holds a formula. ``group`` is a heading above adjacent columns,
    ``aliases`` other headings that offices use, ``width`` is counted in characters.
    """

    id: str
    title: str
    kind: ColumnKind
    hint: str
    width: float
    words: WordList = ""
    choices: tuple[str, ...] = ()
    private: bool = False
    required: bool = False
    computed: bool = False
    decimals: int = 0
    group: str = ""
    aliases: tuple[str, ...] = ()


class LedgerSheets(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The names of the sheets."""

    requests: str
    disputes: str
    reminders: str
    statistics: str
    holidays: str
    notes: str


class LedgerTerms(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Terms in working days; ``reminder`` is how long before its last day an answer is called for."""

    answer: int
    extension: int
    correction: int
    third_party: int
    fee_payment: int
    reminder: int


class LedgerCells(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The cells of the annual form that lines count in: ids with placeholders for the ids of the words of a line."""

    received: str
    carried_in: str
    concluded: str
    carried_out: str
    dispute: str
    fee_notices: str
    fee_billed: str
    fee_collected: str


class LedgerDefinition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything ``ledger.toml`` holds; ``form`` is the id of the annual form that is counted for."""

    title: str
    file: str
    form: str
    sheets: LedgerSheets
    terms: LedgerTerms
    cells: LedgerCells
    requests: tuple[LedgerColumn, ...]
    disputes: tuple[LedgerColumn, ...]
    applicant_types: tuple[LedgerChoice, ...]
    channels: tuple[LedgerChoice, ...]
    results: tuple[LedgerChoice, ...]
    dispute_kinds: tuple[LedgerChoice, ...]
    suit_kinds: tuple[LedgerChoice, ...]
    outcomes: tuple[LedgerChoice, ...]
    answers: tuple[LedgerChoice, ...]

    def list_choices(self, column: LedgerColumn) -> tuple[LedgerChoice, ...]:
        """Return the words that a column may hold; none for a column without a list."""
        return getattr(self, column.words) if column.words else ()


@cache
def load_ledger_definition() -> LedgerDefinition:
    """Load the definition shipped with the package, with the choices of every column."""
    content = (find_data_folder("templates") / "ledger.toml").read_bytes()
    definition = msgspec.toml.decode(content, type=LedgerDefinition)
    return msgspec.structs.replace(
        definition,
        requests=_fill_choices(definition, definition.requests),
        disputes=_fill_choices(definition, definition.disputes),
    )


def _fill_choices(definition: LedgerDefinition, columns: tuple[LedgerColumn, ...]) -> tuple[LedgerColumn, ...]:
    return tuple(
        msgspec.structs.replace(column, choices=tuple(choice.title for choice in definition.list_choices(column)))
        for column in columns
    )
