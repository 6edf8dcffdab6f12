"""From what a cell holds to what it means. Nothing is guessed, and whatever is normalised carries a note.

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
1e3, 1_000, 12-15, 1.2.3, nan, ١٢        unreadable     none ``not_number``
a number over 15 digits, 1e309           unreadable     none ``too_large``
-1 in a count                            unreadable     none ``negative`` (a signed count and an amount may be negative)
1.5 in a count                           unreadable     none ``fraction``
more decimals than the cell may have     unreadable     none ``too_many_decimals``
TRUE, a date, #REF!                      unreadable     none ``boolean``, ``date``, ``error_value``
a formula whose result is not stored     unreadable     none ``not_calculated``
======================================== ============== ==== =======================================================

Several notes are possible for one text; the one highest in ``_CHANGES`` is given. A stored number may be written with
an exponent, as programs do; a typed text may not.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from xltool.model.form import Kind, Number
from xltool.model.submission import State
from xltool.spreadsheet.raw_workbook import RawCell, Stored

DIGITS = 15  # what Excel keeps of a number
_EXCEL = Context(prec=DIGITS)
_LIMIT = Decimal(10) ** DIGITS

_STORED_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_TYPED_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:([, ])[0-9]{3})(?:\2[0-9]{3})*)(\.[0-9]*)?")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # zero-width: they are blanks to whoever typed them
_BLANKS = re.compile(rf"[\s{_INVISIBLE}]+")
_WIDE = str.maketrans({0xFF01 + at: 0x21 + at for at in range(94)})
_APOSTROPHES = "'\u2018\u2019"
_FOREIGN_WORD = re.compile(r"[^\W\d_\x00-\x7f]")

# The notes of what was changed on the way to a number, the most telling first.
_CHANGES = ("chinese_numeral", "full_width", "separators", "apostrophe", "spaces", "text_number")

# What no number can be made of, by how it was stored.
_NEVER_NUMBERS = {Stored.BOOLEAN: "boolean", Stored.ERROR: "error_value", Stored.DATE: "date"}


class Meaning(NamedTuple):
    """What a cell means. ``value`` is an int for counts and a Decimal for amounts, None unless ``state`` is number."""

    state: State
    value: Number | None
    note: str | None = None


_BLANK = Meaning(State.BLANK, None)


def interpret(cell: RawCell | None, kind: Kind, decimals: int) -> Meaning:
    """The meaning of one cell of the form; ``decimals`` is how many places an amount may have."""
    if cell is None:
        return _BLANK
    stored, text = cell.stored, cell.text
    if stored is Stored.NUMBER:
        if len(text) <= DIGITS and text.isdigit() and text.isascii():
            return Meaning(State.NUMBER, Decimal(text) if kind is Kind.AMOUNT else int(text))
        bare = text.strip(" \t\r\n")  # XML lets blanks stand around a number, and they mean nothing
        if not _STORED_NUMBER.fullmatch(bare):
            return _unreadable("not_number")
        return _number(_EXCEL.create_decimal(bare), kind, decimals, None)
    if stored is Stored.TEXT:
        return _typed(text, kind, decimals)
    if stored is Stored.EMPTY:
        return _BLANK if cell.formula is None else _unreadable("not_calculated")
    return _unreadable(_NEVER_NUMBERS[stored])


def _typed(text: str, kind: Kind, decimals: int) -> Meaning:
    """The meaning of a text."""
    if not text:
        return _BLANK
    wide = _BLANKS.sub(" ", text).strip()
    plain = wide.translate(_WIDE)
    if not plain:
        return Meaning(State.BLANK, None, "whitespace_only")
    if plain.casefold() in _words().not_applicable:
        return Meaning(State.NOT_APPLICABLE, None, "not_applicable")
    bare = plain.lstrip(_APOSTROPHES).strip()
    grouped = _GROUPED.fullmatch(bare)
    number = re.sub("[, ]", "", bare) if grouped else bare
    chinese = _chinese(bare)
    if chinese is None and not _TYPED_NUMBER.fullmatch(number):
        return _unreadable(_why_not(bare))
    changed = {
        "chinese_numeral": chinese is not None,
        "full_width": plain != wide,
        "separators": grouped is not None,
        "apostrophe": bare != plain,
        "spaces": wide != text,
        "text_number": True,
    }
    value = Decimal(number if chinese is None else chinese)
    if len(value.as_tuple().digits) > DIGITS and value:
        return _unreadable("too_large")
    return _number(value, kind, decimals, next(note for note in _CHANGES if changed[note]))


def _number(value: Decimal, kind: Kind, decimals: int, note: str | None) -> Meaning:
    """The meaning of a number, if the cell may hold it."""
    if abs(value) >= _LIMIT:
        return _unreadable("too_large")
    if not value:
        note = "negative_zero" if value.is_signed() else note
        return Meaning(State.NUMBER, Decimal(0) if kind is Kind.AMOUNT else 0, note)
    whole = value == value.to_integral_value()
    if kind is Kind.AMOUNT:
        exact = Decimal(int(value)) if whole else value.normalize()
        if -int(exact.as_tuple().exponent) > decimals:
            return _unreadable("too_many_decimals")
        return Meaning(State.NUMBER, exact, note)
    if not whole:
        return _unreadable("fraction")
    if value < 0 and kind is Kind.COUNT:
        return _unreadable("negative")
    return Meaning(State.NUMBER, int(value), note)


def _unreadable(note: str) -> Meaning:
    return Meaning(State.UNREADABLE, None, note)


def _why_not(text: str) -> str:
    """Why a text is no number."""
    if _words().with_unit.fullmatch(text.casefold()):
        return "unit_in_cell"
    return "remark" if _FOREIGN_WORD.search(text) else "not_number"


# --- Chinese words ---------------------------------------------------------------------------------------------------


class _Words(NamedTuple):
    not_applicable: frozenset[str]
    with_unit: re.Pattern[str]
    digits: Mapping[str, int]
    tens: Mapping[str, int]
    myriads: Mapping[str, int]


@cache
def _words() -> _Words:
    """The words of ``values.toml``."""
    words = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
    unit = "|".join(re.escape(unit) for unit in sorted(words["units"], key=len, reverse=True))
    numeral = "".join((*words["digits"], *words["tens"], *words["myriads"]))
    number = rf"[+-]?(?:[0-9][0-9, ]*\.?[0-9]*|[{numeral}]+)"
    with_unit = re.compile(rf"(?:{unit})\s*{number}|{number}\s*(?:{unit})+")
    return _Words(frozenset(words["not_applicable"]), with_unit, words["digits"], words["tens"], words["myriads"])


def _chinese(text: str) -> int | None:
    """The number a Chinese numeral stands for, None if it is none, or none that has one meaning only.

    A numeral is taken if it is digit by digit, or exactly how its number is spelled: what is short for either of two
    numbers is left alone.
    """
    words = _words()
    if not text or not all(sign in words.digits or sign in words.tens or sign in words.myriads for sign in text):
        return None
    if all(sign in words.digits for sign in text):
        return int("".join(str(words.digits[sign]) for sign in text)) if len(text) <= DIGITS else None
    total = section = digit = 0
    for sign in text:
        if sign in words.digits:
            digit = words.digits[sign]
        elif sign in words.tens:
            section, digit = section + (digit or 1) * words.tens[sign], 0
        else:
            total, section, digit = total + (section + digit) * words.myriads[sign], 0, 0
    total += section + digit
    return total if _spelled(total) == tuple(_signs(text)) else None


def _signs(text: str) -> Iterator[int]:
    """A numeral as numbers, sign by sign, however each sign is written; a leading one before ten is left out."""
    words = _words()
    values = [{**words.digits, **words.tens, **words.myriads}[sign] for sign in text]
    yield from values[1:] if values[:2] == [1, 10] else values


def _spelled(number: int) -> tuple[int, ...]:
    """How a whole number is spelled, as the values of its signs: 10205 is 1, 10000, 0, 2, 100, 0, 5."""
    signs: list[int] = []
    for myriad in (100_000_000, 10_000, 1):
        section = number // myriad % 10_000
        if section:
            if signs and section < 1_000:
                signs.append(0)
            signs += _section(section)
            signs += [myriad] if myriad > 1 else []
    return tuple(signs[1:] if signs[:2] == [1, 10] else signs)


def _section(number: int) -> Iterator[int]:
    """How a number below 10,000 is spelled; zeros inside it are said once."""
    said = zero = False
    for ten in (1_000, 100, 10, 1):
        digit = number // ten % 10
        if digit:
            yield from (0, digit) if zero else (digit,)
            if ten > 1:
                yield ten
        said, zero = said or digit > 0, (said or digit > 0) and digit == 0
