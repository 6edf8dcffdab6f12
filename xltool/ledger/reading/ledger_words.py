"""Words that stand in a ledger, in normal form: which column a heading means, which choice a word means."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from xltool.ledger.ledger_definition import LedgerColumn, LedgerDefinition, load_ledger_definition
from xltool.package_data import find_data_folder
from xltool.recognition.label_text import normalise_label

MAX_CACHED_DEFINITIONS = 8
MAX_CACHED_HEADINGS = 4096


class ReadingWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The words of ``ledger-reading.toml``: of rows that are no lines, and of formulas whose result changes by itself.

    ``agency_code`` and ``agency_name`` are the headings of the columns of a ledger of several agencies; the others are
    the headings and words of the sheet of days off.
    """

    totals: tuple[str, ...]
    notes: tuple[str, ...]
    ends: tuple[str, ...]
    computed_sheets: tuple[str, ...]
    volatile: tuple[str, ...]
    holiday_first: tuple[str, ...]
    holiday_last: tuple[str, ...]
    holiday_kind: tuple[str, ...]
    off: tuple[str, ...]
    work: tuple[str, ...]
    agency_code: tuple[str, ...]
    agency_name: tuple[str, ...]


@cache
def load_reading_words() -> ReadingWords:
    """Load the words shipped with the package."""
    content = (find_data_folder("templates") / "ledger-reading.toml").read_bytes()
    return msgspec.toml.decode(content, type=ReadingWords)


@dataclass(frozen=True)
class SheetWords:
    """The words of one kind of sheet: column ids by normalised heading, choice ids by column and normalised word.

    ``exact`` are the choices as a person picks them, by column and word.
    """

    columns: tuple[LedgerColumn, ...]
    headings: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    exact: Mapping[str, Mapping[str, str]]

    def find_column(self, heading: str) -> str | None:
        """Return the id of the column that a heading means; what stands in brackets behind it does not matter."""
        plain, stripped = _list_forms(heading)
        return (self.headings[plain] if plain in self.headings else self.headings.get(stripped)) or None

    def find_choice(self, column: str, word: str) -> str | None:
        """Return the id of the choice that a word means, "" for a word that means nothing; None if it is unknown."""
        return self.choices.get(column, {}).get(normalise_label(word))


class LedgerWords(NamedTuple):
    """The words a ledger is read by: of requests and of disputes, the definition's own or those of an office."""

    requests: SheetWords
    disputes: SheetWords


@lru_cache(maxsize=MAX_CACHED_HEADINGS)
def _list_forms(heading: str) -> tuple[str, str]:
    """Return a heading in normal form, and without what stands in brackets behind it."""
    plain = normalise_label(heading)
    return plain, _strip_brackets(plain)


def _strip_brackets(plain: str) -> str:
    head, bracket, _ = plain.partition("(")
    return head.strip("*:") if bracket or head.endswith((":", "*")) or head.startswith("*") else plain


@lru_cache(maxsize=MAX_CACHED_DEFINITIONS)
def request_words(definition: LedgerDefinition) -> SheetWords:
    """Return the words of the sheet of requests; cached."""
    return _collect_words(definition, definition.requests)


@lru_cache(maxsize=MAX_CACHED_DEFINITIONS)
def dispute_words(definition: LedgerDefinition) -> SheetWords:
    """Return the words of the sheet of disputes; cached."""
    return _collect_words(definition, definition.disputes)


@cache
def shown_choices() -> Mapping[str, Mapping[str, str]]:
    """Return the word of each choice by column and id."""
    definition = load_ledger_definition()
    columns = (*definition.requests, *definition.disputes)
    return {column.id: {choice.id: choice.title for choice in definition.list_choices(column)} for column in columns}


def _collect_words(definition: LedgerDefinition, columns: tuple[LedgerColumn, ...]) -> SheetWords:
    headings: dict[str, str] = {}
    for column in columns:
        headings.setdefault(normalise_label(column.title), column.id)
    for column in columns:
        for alias in column.aliases:
            headings.setdefault(normalise_label(alias), column.id)
    for column in columns:  # the heading without what explains it, where that is no other column
        headings.setdefault(_strip_brackets(normalise_label(column.title)), column.id)
    lists = {column.id: definition.list_choices(column) for column in columns if column.choices}
    exact = {column: {choice.title: choice.id for choice in words} for column, words in lists.items()}
    choices = {
        column: {
            normalise_label(word): choice.id for choice in reversed(words) for word in (*choice.aliases, choice.title)
        }
        for column, words in lists.items()
    }
    return SheetWords(columns, headings, choices, exact)
