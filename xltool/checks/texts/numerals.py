"""Numbers as texts write them: 1,097 and １２, 1.2万, 二十一, 壹佰, 二〇. Whatever has no one meaning is no number."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from xltool.forms.prose import prose

LONGEST = 18  # signs of one number; longer ones are no figure of a report
_WIDE = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF05: "%"})
_PUNCTUATION = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "(": "\uff08", ")": "\uff09"}
_HALF = re.compile(r"[,;:()]")
_GROUPS = re.compile(r"(?<=\d)[,\uff0c](?=\d{3}(?!\d))")


class _Signs(NamedTuple):
    """What each sign of a Chinese numeral is worth, and all of them in one class of a pattern."""

    digits: Mapping[str, int]
    tens: Mapping[str, int]
    myriads: Mapping[str, int]
    all: str


@cache
def _signs() -> _Signs:
    said = prose().numerals
    digits = {sign: value for line in said.digits for value, sign in enumerate(line)}
    tens = {sign: 10 ** (place + 1) for line in said.tens for place, sign in enumerate(line)}
    myriads = {sign: 10 ** (4 + 4 * place) for line in said.myriads for place, sign in enumerate(line)}
    return _Signs(digits, tens, myriads, "".join([*digits, *tens, *myriads]))


@cache
def pattern() -> str:
    """A pattern of one number, as the group ``n``; not the beginning or the end of a longer one."""
    signs = _signs()
    myriads = "".join(signs.myriads)
    return (
        rf"(?P<n>(?<![\d.{signs.all}])(?:\d{{1,{LONGEST}}}(?:\.\d{{1,6}})?[{myriads}]?|[{signs.all}]{{1,{LONGEST}}}))"
        rf"(?![\d.%{signs.all}])"
    )


def plain(text: str) -> str:
    """A text with half-width digits without separators, full-width punctuation, and no white space in its lines."""
    text = _GROUPS.sub("", text.translate(_WIDE))
    text = _HALF.sub(lambda sign: _PUNCTUATION[sign[0]], text)
    return "\n".join("".join(line.split()) for line in text.splitlines())


def number(text: str) -> int | None:
    """The whole number a text stands for; None for a fraction, and for what is no number.

    >>> [number(text) for text in ("1097", "1.2\u4e07", "\u4e8c\u5341\u4e00", "\u58f9\u4f70", "1.5")]
    [1097, 12000, 21, 100, None]
    """
    signs = _signs()
    if text[:1].isdigit() and text[:1].isascii():
        factor = signs.myriads.get(text[-1], 1)
        value = Decimal(text.rstrip("".join(signs.myriads))) * factor
        return int(value) if value == value.to_integral_value() else None
    if all(sign in signs.digits for sign in text):
        return int("".join(str(signs.digits[sign]) for sign in text))
    return _spelled(text, signs)


def _spelled(text: str, signs: _Signs) -> int | None:
    """A numeral with tens in it; None where a digit stands beside a digit, or an order of tens beside a larger one."""
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
