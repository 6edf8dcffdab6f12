"""Parse numbers as texts write them: 1,097, １２, 1.2万, 二十一, 壹佰, 二〇. Ambiguous ones are not numbers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from xltool.forms.text_patterns import load_text_patterns

MAX_NUMERAL_CHARACTERS = 18
_FULL_WIDTH_DIGITS = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF05: "%"})
_PUNCTUATION = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "(": "\uff08", ")": "\uff09"}
_HALF_WIDTH_PUNCTUATION = re.compile(r"[,;:()]")
_THOUSANDS_SEPARATORS = re.compile(r"(?<=\d)[,\uff0c](?=\d{3}(?!\d))")


class _NumeralCharacters(NamedTuple):
    """Values of the characters of Chinese numerals, and all of them as one regex class."""

    digits: Mapping[str, int]
    tens: Mapping[str, int]
    myriads: Mapping[str, int]
    all: str


@cache
def _load_numeral_characters() -> _NumeralCharacters:
    numerals = load_text_patterns().numerals
    digits = {sign: value for line in numerals.digits for value, sign in enumerate(line)}
    tens = {sign: 10 ** (place + 1) for line in numerals.tens for place, sign in enumerate(line)}
    myriads = {sign: 10 ** (4 + 4 * place) for line in numerals.myriads for place, sign in enumerate(line)}
    return _NumeralCharacters(digits, tens, myriads, "".join([*digits, *tens, *myriads]))


@cache
def number_pattern() -> str:
    """Return a regex for one whole number, as group ``n``."""
    signs = _load_numeral_characters()
    myriads = "".join(signs.myriads)
    return (
        rf"(?P<n>(?<![\d.{signs.all}])(?:\d{{1,{MAX_NUMERAL_CHARACTERS}}}(?:\.\d{{1,6}})?[{myriads}]?|[{signs.all}]{{1,{MAX_NUMERAL_CHARACTERS}}}))"
        rf"(?![\d.%{signs.all}])"
    )


def normalise_text(text: str) -> str:
    """Normalise a text: half-width digits without separators, full-width punctuation, no white space in lines."""
    text = _THOUSANDS_SEPARATORS.sub("", text.translate(_FULL_WIDTH_DIGITS))
    text = _HALF_WIDTH_PUNCTUATION.sub(lambda sign: _PUNCTUATION[sign[0]], text)
    return "\n".join("".join(line.split()) for line in text.splitlines())


def parse_number(text: str) -> int | None:
    """Return the integer a text stands for; None for a fraction or anything else.

    >>> [parse_number(text) for text in ("1097", "1.2万", "二十一", "壹佰", "1.5")]
    [1097, 12000, 21, 100, None]
    """
    if text.isascii() and text.isdecimal():
        return int(text)
    signs = _load_numeral_characters()
    if text[:1].isdigit() and text[:1].isascii():
        factor = signs.myriads.get(text[-1], 1)
        value = Decimal(text.rstrip("".join(signs.myriads))) * factor
        return int(value) if value == value.to_integral_value() else None
    if all(sign in signs.digits for sign in text):
        return int("".join(str(signs.digits[sign]) for sign in text))
    return _parse_spelled_number(text, signs)


def _parse_spelled_number(text: str, signs: _NumeralCharacters) -> int | None:
    """Parse a numeral with tens; None if two digits are adjacent or the orders of ten do not decrease."""
    total = section = digit = 0
    order = 10_000
    for sign in text:
        if sign in signs.digits:
            if digit:
                return None
            digit = signs.digits[sign]
        elif sign in signs.tens:
            if signs.tens[sign] >= order:
                return None
            order = signs.tens[sign]
            section, digit = section + (digit or 1) * order, 0
        else:
            total, section, digit, order = (total + section + digit) * signs.myriads[sign], 0, 0, 10_000
    return total + section + digit
