"""The kinds of cells: their settings in a definition, and what a person reads in a figure of each kind."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import TypedDict

from xltool.forms.schema import BlockSpec, ListColumnSpec
from xltool.forms.workbook_words import workbook_words
from xltool.model.day_numbers import DAY_ZERO, find_day
from xltool.model.form import Cell, CellKind, Number, TotalKind

MIN_DATE, MAX_DATE = date(1900, 3, 1), date(2199, 12, 31)
DEFAULT_DECIMALS = 2  # of percentages and decimals
DEFAULT_LENGTH = 200  # characters of a text
MAX_PERCENT = 100

_DEFAULT_TOTALS = {
    CellKind.COUNT: TotalKind.SUM,
    CellKind.SIGNED_COUNT: TotalKind.SUM,
    CellKind.AMOUNT: TotalKind.SUM,
    CellKind.CHOICE: TotalKind.COUNT,
    CellKind.YES_NO: TotalKind.COUNT,
}


class KindSettings(TypedDict):
    """The fields of a `Cell` that follow from its kind."""

    kind: CellKind
    decimals: int
    fixed_decimals: bool
    choices: tuple[str, ...]
    minimum: Number | None
    maximum: Number | None
    length: int
    total: TotalKind
    weight: str


def describe_kind(block: BlockSpec | ListColumnSpec) -> KindSettings:
    """Return the settings of the figures of a block or of a column of a list, with the defaults of its kind."""
    kind = CellKind(block.kind)
    measured = kind in {CellKind.PERCENT, CellKind.DECIMAL}
    decimals = (DEFAULT_DECIMALS if measured else 0) if block.decimals is None else block.decimals
    minimum, maximum = exact_number(block.minimum), exact_number(block.maximum)
    if kind is CellKind.DATE:
        minimum, maximum = read_limit_day(block.earliest), read_limit_day(block.latest)
    if measured and minimum is None:
        minimum = 0
    if kind is CellKind.PERCENT and maximum is None:
        maximum = MAX_PERCENT
    return {
        "kind": kind,
        "decimals": decimals,
        "fixed_decimals": block.fixed_decimals and decimals > 0,
        "choices": list_choices(kind, block.choices),
        "minimum": minimum,
        "maximum": maximum,
        "length": (DEFAULT_LENGTH if block.length is None else block.length) if kind is CellKind.TEXT else 0,
        "total": TotalKind(block.total) if block.total else _DEFAULT_TOTALS.get(kind, TotalKind.NONE),
        "weight": block.weight if isinstance(block, BlockSpec) else "",
    }


def list_choices(kind: CellKind, choices: list[str]) -> tuple[str, ...]:
    """Return the words a cell may hold: those given, or yes and no."""
    if kind is CellKind.YES_NO:
        return (workbook_words().cover["yes"], workbook_words().cover["no"])
    return tuple(choices)


def exact_number(limit: float | None) -> Number | None:
    """Return a number of a definition, exactly as written; None for one without a size (nan, inf)."""
    if limit is None or not isfinite(limit):
        return None
    return limit if isinstance(limit, int) else Decimal(str(limit))


def read_limit_day(text: str) -> int | None:
    """Return the serial number of a date (ISO 8601) of a definition; None for none, and for what is no date."""
    with suppress(ValueError):
        return serial_day(date.fromisoformat(text))
    return None


# --- what a person reads -----------------------------------------------------------------------------------------


def word_of(cell: Cell, value: Number) -> str | None:
    """Return the word of a choice or the date (ISO 8601) that a value stands for; None for other kinds."""
    if cell.choices:
        position = int(value)
        return cell.choices[position - 1] if 0 < position <= len(cell.choices) else None
    if cell.kind is CellKind.DATE:
        return find_day(int(value)).isoformat()
    return None


def find_word_value(cell: Cell, word: str) -> int | None:
    """Return the value that stands for a choice, a date (ISO 8601) or a text; None for what is none of these."""
    if cell.choices:
        return cell.choices.index(word) + 1 if word in cell.choices else None
    if cell.kind is CellKind.DATE:
        with suppress(ValueError):
            return serial_day(date.fromisoformat(word))
    return len(word) or None if cell.kind is CellKind.TEXT else None


def serial_day(day: date) -> int:
    """Return the serial number of a day."""
    return (day - DAY_ZERO).days


def format_value(cell: Cell, value: Number) -> str:
    """Format a figure as a report prints it: exactly, a percentage with its sign unless a label has it."""
    if word := word_of(cell, value):
        return word
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if cell.fixed_decimals:
        whole, _, places = text.partition(".")
        text = f"{whole}.{places.ljust(cell.decimals, '0')}"
    labelled = any("%" in label or "％" in label for label in (*cell.row_path, *cell.column_path))
    return f"{text}%" if cell.kind is CellKind.PERCENT and not labelled else text


def show_limit(kind: CellKind, limit: Number) -> Number | str:
    """Return a limit of figures of a kind as a person reads it: of dates the day, else the number."""
    return find_day(int(limit)).isoformat() if kind is CellKind.DATE else limit


def can_be_negative(cell: Cell) -> bool:
    """Return True if the figure of a cell may lawfully be below 0."""
    return cell.kind is CellKind.SIGNED_COUNT or (cell.minimum is not None and cell.minimum < 0)


def format_tally(tally: Mapping[str, int]) -> str:
    """Format how many chose each word: 是 4、否 1; words nobody chose are left out unless all are."""
    say = workbook_words().summary.shared
    chosen = {word: count for word, count in tally.items() if count} or tally
    return say["joint"].join(f"{word} {count}" for word, count in chosen.items())
