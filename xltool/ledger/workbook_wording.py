"""The words of the ledger's workbook (``templates/ledger-workbook.toml``)."""

from functools import cache

import msgspec

from xltool.package_data import find_data_folder


class StatisticsWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The sheet of statistics: headings of its columns, and patterns of its indicators."""

    title: str
    hint: str
    indicator: str
    unit: str
    months: tuple[str, ...]
    quarters: tuple[str, ...]
    total: str
    from_: str = msgspec.field(name="from")
    until: str
    piece: str
    yuan: str
    received: str
    by_channel: str
    by_type: str
    concluded: str
    open: str
    extended: str
    late: str
    fee_notices: str
    fee_billed: str
    fee_collected: str
    dispute: str


class NotesWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The sheet of notes; ``explained`` are keys of sheets with what they hold."""

    title: str
    agency: str
    code: str
    year: str
    how: str
    sheets: str
    words: str
    result: str
    practice: str
    join: str
    steps: tuple[str, ...]
    explained: tuple[tuple[str, str], ...]
    form_explained: str


class LedgerWorkbookWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything ``ledger-workbook.toml`` holds, by sheet; ``states`` are what is told of a request.

    ``distribution`` are the words of the list of issued ledgers that differ from those of templates.
    """

    distribution: dict[str, str]
    requests: dict[str, str]
    disputes: dict[str, str]
    states: dict[str, str]
    reminders: dict[str, str]
    statistics: StatisticsWords
    forms: dict[str, str]
    holidays: dict[str, str]
    notes: NotesWords
    prompts: dict[str, str]


@cache
def load_workbook_wording() -> LedgerWorkbookWords:
    """Load the words shipped with the package."""
    content = (find_data_folder("templates") / "ledger-workbook.toml").read_bytes()
    return msgspec.toml.decode(content, type=LedgerWorkbookWords)
