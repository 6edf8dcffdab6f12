"""Interpret the content of a cell as a figure. Nothing is guessed; every normalisation gets a note.

======================================== ============== ==== =======================================================
what the cell holds                      state          value note
======================================== ============== ==== =======================================================
nothing, an empty text                   blank          none none
white space only (U+00A0, U+3000, …)     blank          none ``whitespace_only``
``/`` ``-`` ``—`` 无 不适用 N/A, alone    not applicable none ``not_applicable``
12, 3.0 in a count                       number         12   none
7730.2799999999997 (a binary float)      number         7730.28, to Excel's 15 digits; none
-0                                       number         0    ``negative_zero``
the text 12 or 00012 or +12              number         12   ``text_number``
the text '12 (a typed apostrophe)        number         12   ``apostrophe``
blanks around the number                 number         12   ``spaces``
1,234 or 1 234, grouped by three         number         1234 ``separators``
１２                                     number         12   ``full_width``
二十一, 贰拾壹, 二〇                      number         21   ``chinese_numeral``
12件, 2792220.8元, 3万, 5%, ¥5           unreadable     none ``unit_in_cell``
22（其中修订 16 件）, 约12, 12至15        unreadable     none ``remark``
118 and 225 on two lines, or far apart   unreadable     none ``several_numbers``
1e3, 1_000, 12-15, 1.2.3, nan, ١٢        unreadable     none ``not_number``
a number over 15 digits, 1e309           unreadable     none ``too_large``
-1 in a count                            unreadable     none ``negative`` (a signed count and an amount may be negative)
1.5 in a count                           unreadable     none ``fraction``
more decimals than the cell may have     unreadable     none ``too_many_decimals``
TRUE, a date, #REF!                      unreadable     none ``boolean``, ``date``, ``error_value``
a formula whose result is not stored     unreadable     none ``not_calculated``
======================================== ============== ==== =======================================================

Of several notes for one text the first in ``_CHANGES`` is given. A stored number may have an exponent, a typed text may
not.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xltool.model.form import CellKind, Number
from xltool.model.submission import EntryState
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

MAX_DIGITS = 15  # the precision of Excel
_EXCEL_CONTEXT = Context(prec=MAX_DIGITS)
_MIN_TOO_LARGE = Decimal(10) ** MAX_DIGITS

_STORED_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_TYPED_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:([, ])[0-9]{3})(?:\2[0-9]{3})*)(\.[0-9]*)?")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # zero-width characters count as blanks
_BLANKS = re.compile(rf"[\s{_INVISIBLE}]+")
# A line break, a tab or a gap wider than a separator between digits: these are two numbers, not one.
_SEVERAL_NUMBERS = re.compile(
    r"[0-9\uff10-\uff19](?:[\n\r\t\v\f\x1c-\x1f\x85\u2028\u2029\u3000]|\s{2,})[0-9\uff10-\uff19]"
)
_FULL_WIDTH_TO_ASCII = str.maketrans({0xFF01 + at: 0x21 + at for at in range(94)})
_APOSTROPHES = "'\u2018\u2019"
_FOREIGN_WORD = re.compile(r"[^\W\d_\x00-\x7f]")

# The notes of normalisations, the most important first.
_CHANGES = ("chinese_numeral", "full_width", "separators", "apostrophe", "spaces", "text_number")

# Storage types that are never numbers, and their notes.
_NEVER_NUMBERS = {StorageType.BOOLEAN: "boolean", StorageType.ERROR: "error_value", StorageType.DATE: "date"}


class Meaning(NamedTuple):
    """The interpretation of a cell. ``value`` is an int for counts, a Decimal for amounts, None unless a number."""

    state: EntryState
    value: Number | None
    note: str | None = None


_BLANK = Meaning(EntryState.BLANK, None)


def interpret_cell(raw_cell: RawCell | None, kind: CellKind, decimals: int) -> Meaning:
    """Interpret one cell of the form; ``decimals`` is the number of decimal places an amount may have."""
    if raw_cell is None:
        return _BLANK
    stored, text = raw_cell.stored, raw_cell.text
    if stored is StorageType.NUMBER:
        if len(text) <= MAX_DIGITS and text.isdigit() and text.isascii():
            return Meaning(EntryState.NUMBER, Decimal(text) if kind is CellKind.AMOUNT else int(text))
        bare = text.strip(" \t\r\n")  # XML allows insignificant blanks around a number
        if not _STORED_NUMBER.fullmatch(bare):
            return _make_unreadable("not_number")
        return _interpret_number(_EXCEL_CONTEXT.create_decimal(bare), kind, decimals, None)
    if stored is StorageType.TEXT:
        return _interpret_text(text, kind, decimals)
    if stored is StorageType.EMPTY:
        return _BLANK if raw_cell.formula is None else _make_unreadable("not_calculated")
    return _make_unreadable(_NEVER_NUMBERS[stored])


def _interpret_text(text: str, kind: CellKind, decimals: int) -> Meaning:
    """Interpret a text."""
    if not text:
        return _BLANK
    if _SEVERAL_NUMBERS.search(text):
        return _make_unreadable("several_numbers")
    wide = _BLANKS.sub(" ", text).strip()
    plain = wide.translate(_FULL_WIDTH_TO_ASCII)
    if not plain:
        return Meaning(EntryState.BLANK, None, "whitespace_only")
    if is_not_applicable(plain):
        return Meaning(EntryState.NOT_APPLICABLE, None, "not_applicable")
    bare = plain.lstrip(_APOSTROPHES).strip()
    grouped = _GROUPED.fullmatch(bare)
    number = re.sub("[, ]", "", bare) if grouped else bare
    chinese = _parse_chinese_numeral(bare)
    if chinese is None and not _TYPED_NUMBER.fullmatch(number):
        return _make_unreadable(_classify_unreadable(bare))
    changed = {
        "chinese_numeral": chinese is not None,
        "full_width": plain != wide,
        "separators": grouped is not None,
        "apostrophe": bare != plain,
        "spaces": wide != text,
        "text_number": True,
    }
    value = Decimal(number if chinese is None else chinese)
    if len(value.as_tuple().digits) > MAX_DIGITS and value:
        return _make_unreadable("too_large")
    return _interpret_number(value, kind, decimals, next(note for note in _CHANGES if changed[note]))


def _interpret_number(value: Decimal, kind: CellKind, decimals: int, note: str | None) -> Meaning:
    """Interpret a number, if the cell may contain it."""
    if abs(value) >= _MIN_TOO_LARGE:
        return _make_unreadable("too_large")
    if not value:
        note = "negative_zero" if value.is_signed() else note
        return Meaning(EntryState.NUMBER, Decimal(0) if kind is CellKind.AMOUNT else 0, note)
    whole = value == value.to_integral_value()
    if kind is CellKind.AMOUNT:
        exact = Decimal(int(value)) if whole else value.normalize()
        if -int(exact.as_tuple().exponent) > decimals:
            return _make_unreadable("too_many_decimals")
        return Meaning(EntryState.NUMBER, exact, note)
    if not whole:
        return _make_unreadable("fraction")
    if value < 0 and kind is CellKind.COUNT:
        return _make_unreadable("negative")
    return Meaning(EntryState.NUMBER, int(value), note)


def _make_unreadable(note: str) -> Meaning:
    return Meaning(EntryState.UNREADABLE, None, note)


def _classify_unreadable(text: str) -> str:
    """Return the note for a text that is not a number."""
    if _load_value_words().with_unit.fullmatch(text.casefold()):
        return "unit_in_cell"
    return "remark" if _FOREIGN_WORD.search(text) else "not_number"


# --- Chinese words ---------------------------------------------------------------------------------------------------


class _ValueWords(NamedTuple):
    not_applicable: frozenset[str]
    with_unit: re.Pattern[str]
    digits: Mapping[str, int]
    tens: Mapping[str, int]
    myriads: Mapping[str, int]
    plain_units: tuple[str, ...]
    plain_signs: tuple[str, ...]
    doubt_words: tuple[str, ...]
    figureless_digits: re.Pattern[str]


@cache
def _load_value_words() -> _ValueWords:
    """Load ``values.toml``."""
    words = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
    unit = "|".join(re.escape(unit) for unit in sorted(words["units"], key=len, reverse=True))
    numeral = "".join((*words["digits"], *words["tens"], *words["myriads"]))
    number = rf"[+-]?(?:[0-9][0-9, ]*\.?[0-9]*|[{numeral}]+)"
    with_unit = re.compile(rf"(?:{unit})\s*{number}|{number}\s*(?:{unit})+")
    numerals = words["digits"], words["tens"], words["myriads"]
    plain = tuple(words["plain_units"]), tuple(words["plain_signs"])
    doubts, figureless = tuple(words["doubt_words"]), re.compile("|".join(words["figureless_digits"]))
    return _ValueWords(frozenset(words["not_applicable"]), with_unit, *numerals, *plain, doubts, figureless)


@cache
def is_affirmative(text: str) -> bool:
    """Return True for a text that says yes: a word for it, a tick, or both."""
    words = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    without_ticks = "".join(character for character in plain if character not in words["ticks"])
    return without_ticks in words["affirmative"] or (bool(plain) and not without_ticks)


@cache
def is_negative(text: str) -> bool:
    """Return True for a text that says no."""
    words = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold() in words["negative"]


def is_not_applicable(text: str) -> bool:
    """Return True for a word or a dash that stands for a figure that does not apply."""
    return text.casefold() in _load_value_words().not_applicable


def is_about_figure(text: str) -> bool:
    """Return True for a text that holds a figure or a word of doubt: the figure it is about may be another."""
    words = _load_value_words()
    rest = words.figureless_digits.sub("", text)
    return any(map(str.isdigit, rest)) or any(word in text for word in words.doubt_words)


@cache
def load_plain_units(own_unit: str = "") -> tuple[str, ...]:
    """Return what a number format may add without changing the figure, in lower case: units and signs.

    Of a figure with a unit of its own, that one is the only unit: 3 元 is not 3 万元.
    """
    words = _load_value_words()
    return (*((own_unit.casefold(),) if own_unit else words.plain_units), *words.plain_signs)


def _parse_chinese_numeral(text: str) -> int | None:
    """Return the value of a Chinese numeral; None for other texts and ambiguous numerals.

    A numeral is accepted if it is written digit by digit, or exactly as its number is spelled.
    """
    words = _load_value_words()
    if not text or not all(
        character in words.digits or character in words.tens or character in words.myriads for character in text
    ):
        return None
    if all(character in words.digits for character in text):
        return int("".join(str(words.digits[character]) for character in text)) if len(text) <= MAX_DIGITS else None
    total = section = digit = 0
    for character in text:
        if character in words.digits:
            digit = words.digits[character]
        elif character in words.tens:
            section, digit = section + (digit or 1) * words.tens[character], 0
        else:
            total, section, digit = total + (section + digit) * words.myriads[character], 0, 0
    total += section + digit
    return total if _spell_number(total) == tuple(_numeral_values(text)) else None


def _numeral_values(text: str) -> Iterator[int]:
    """Yield the value of each character of a numeral; a leading one before ten is left out."""
    words = _load_value_words()
    values = [{**words.digits, **words.tens, **words.myriads}[character] for character in text]
    yield from values[1:] if values[:2] == [1, 10] else values


def _spell_number(number: int) -> tuple[int, ...]:
    """Return the spelling of an integer as character values: 10205 is 1, 10000, 0, 2, 100, 0, 5."""
    spelled: list[int] = []
    for myriad in (100_000_000, 10_000, 1):
        section = number // myriad % 10_000
        if section:
            if spelled and section < 1_000:
                spelled.append(0)
            spelled += _spell_section(section)
            spelled += [myriad] if myriad > 1 else []
    return tuple(spelled[1:] if spelled[:2] == [1, 10] else spelled)


def _spell_section(number: int) -> Iterator[int]:
    """Yield the spelling of a number below 10,000; consecutive zeros are spelled once."""
    started = zero = False
    for ten in (1_000, 100, 10, 1):
        digit = number // ten % 10
        if digit:
            yield from (0, digit) if zero else (digit,)
            if ten > 1:
                yield ten
        started, zero = started or digit > 0, (started or digit > 0) and digit == 0
