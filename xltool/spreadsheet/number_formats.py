"""Render a stored number as its number format shows it (ECMA-376 part 1, 18.8.31), and say which formats are plain.

Digits are ASCII whatever ``[DBNum1]`` says, the decimal point is a full stop, the group separator a comma. The width of
the column is not considered. Dates and times are only recognised.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

GENERAL = "General"
# Built-in date and time formats (ECMA-376 part 1, 18.8.30), with those of the East Asian editions.
BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Built-in formats by id; those of dates differ, and 5 to 8 and 37 to 44 depend on the region.
BUILT_IN_FORMATS = {
    **dict.fromkeys(BUILT_IN_DATES, "yyyy/m/d"),
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "$#,##0;-$#,##0",
    6: "$#,##0;[Red]-$#,##0",
    7: "$#,##0.00;-$#,##0.00",
    8: "$#,##0.00;[Red]-$#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ $* #,##0_ ;_ $* -#,##0_ ;_ $* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ $* #,##0.00_ ;_ $* -#,##0.00_ ;_ $* "-"??_ ;_ @_ ',
    48: "##0.0E+0",
    49: "@",
}

MAX_FORMAT_CHARACTERS = 1_000  # Excel stores at most 255; a longer one is never plain
_EXCEL_CONTEXT = Context(prec=15)
_MAX_EXPONENT = 308  # of a number that a spreadsheet program can hold, also below zero
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/[^\W\d_]+)|(?P<exponent>E[+-])"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<slash>/)|(?P<text>@)|(?P<end>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_NOT_DATE_CODES = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-[0-9A-Fa-f,]*)?")
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]{1,2}|#[0-9a-f]{6})", re.IGNORECASE
)
# Numbers that a plain format shows as they are: zero, and every count of digits up to Excel's fifteen.
_SAMPLES = ("0", *("192837465564738"[:digits] for digits in range(1, 16)))
_PLAIN_NUMBER = re.compile(r"\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0*)?\s*")


class ShownNumber(NamedTuple):
    """What a cell shows, and the colour its format names ("white", "color 2"), if any."""

    text: str
    colour: str = ""


class _FormatToken(NamedTuple):
    kind: str  # a group of `_TOKEN`; literals are "other"
    text: str


class _Section(NamedTuple):
    """One of up to four sections of a format."""

    tokens: tuple[_FormatToken, ...]
    condition: tuple[str, Decimal] | None = None
    colour: str = ""

    def has(self, kind: str) -> bool:
        return any(token.kind == kind for token in self.tokens)


@lru_cache(maxsize=4096)
def is_date_format(code: str) -> bool:
    """Return True for a format that shows a number as a date or a time."""
    plain = _NOT_DATE_CODES.sub("", code)
    return "general" not in plain.casefold() and _DATE_CODE.search(plain) is not None


@lru_cache(maxsize=4096)
def is_plain_format(code: str) -> bool:
    """Return True for a format that shows every whole number from 0 as its digits, perhaps with separators."""
    if code in (GENERAL, "0", "@", ""):
        return True
    if len(code) > MAX_FORMAT_CHARACTERS or "[" in code:
        return False
    for sample in _SAMPLES:
        shown = _PLAIN_NUMBER.fullmatch(render_number(sample, code).text)
        if shown is None or shown[1].replace(",", "") != sample:
            return False
    return render_text("x", code) == "x"


@lru_cache(maxsize=1 << 14)
def parse_stored_number(text: str) -> Decimal | None:
    """Return the number a cell stores; None for a text that is none, or one that no spreadsheet program can hold."""
    try:
        number = Decimal(text.strip())
    except DecimalException:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= _MAX_EXPONENT else None


@lru_cache(maxsize=4096)
def render_number(value: str, code: str) -> ShownNumber:
    """Return what a cell shows that stores a number. Raises decimal.InvalidOperation if ``value`` is no number."""
    number = _EXCEL_CONTEXT.create_decimal(value)
    if not code or len(code) > MAX_FORMAT_CHARACTERS:
        return ShownNumber(_plain_digits(number))
    sections = _parse_format(code)
    index, section = _choose_section(sections, number)
    own_sign = index == 1 and section.condition in (None, ("<", Decimal(0)))  # the section for negative numbers
    body = _render_section(section, abs(number)) if section.tokens or len(sections) > 1 else _plain_digits(abs(number))
    return ShownNumber(f"-{body}" if number < 0 and not own_sign else body, section.colour)


@lru_cache(maxsize=4096)
def render_text(text: str, code: str) -> str:
    """Return what a cell shows that stores a text."""
    if not code or len(code) > MAX_FORMAT_CHARACTERS:
        return text
    sections = _parse_format(code)
    section = sections[3] if len(sections) > 3 else next((part for part in sections if part.has("text")), None)
    if section is None:
        return text
    return "".join(text if token.kind == "text" else token.text for token in section.tokens)


# --- parsing -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _parse_format(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    tokens: list[_FormatToken] = []
    condition: tuple[str, Decimal] | None = None
    colour = ""
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "other", match[match.lastgroup or "other"]
        if kind == "end":
            sections.append(_Section(tuple(tokens), condition, colour))
            tokens, condition, colour = [], None, ""
        elif kind == "bracket":
            if stated := _CONDITION.fullmatch(text.strip()):
                condition = stated[1], Decimal(stated[2])
            elif _COLOUR.fullmatch(text.strip()):
                colour = text.strip().casefold()
            elif currency := _CURRENCY.fullmatch(text):
                tokens.append(_FormatToken("other", currency[1]))
        else:
            tokens.append(_make_token(kind, text))
    return (*sections, _Section(tuple(tokens), condition, colour))


def _make_token(kind: str, text: str) -> _FormatToken:
    if kind in ("quoted", "escaped"):
        return _FormatToken("other", text)
    if kind == "blank":
        return _FormatToken("other", " ")
    if kind == "fill":
        return _FormatToken("other", " " if text.isspace() else text)
    return _FormatToken(kind, text)


def _choose_section(sections: tuple[_Section, ...], number: Decimal) -> tuple[int, _Section]:
    """Return the section for a number, and its index."""
    numeric = sections[:3]
    if len(numeric) == 1:
        return 0, numeric[0]
    if any(section.condition for section in numeric):
        for index, section in enumerate(numeric):
            if section.condition is None or _is_met(section.condition, number):
                return (index if index != 1 or number < 0 else 2), section
        return 2, numeric[-1]
    if number < 0:
        return 1, numeric[1]
    if not number and len(numeric) == 3:
        return 2, numeric[2]
    return 0, numeric[0]


def _is_met(condition: tuple[str, Decimal], number: Decimal) -> bool:
    operator, bound = condition
    comparison = {"<": number < bound, "<=": number <= bound, ">": number > bound, ">=": number >= bound}
    return {**comparison, "=": number == bound, "<>": number != bound}[operator]


# --- rendering -----------------------------------------------------------------------------------------------------


def _plain_digits(number: Decimal) -> str:
    """Return a number without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _render_section(section: _Section, number: Decimal) -> str:
    if section.has("general") or (section.has("text") and not section.has("digit")):
        digits = _plain_digits(number)
        return "".join(digits if token.kind in ("general", "text") else token.text for token in section.tokens)
    if not section.has("digit"):
        return "".join(token.text for token in section.tokens)
    number = number.scaleb(2 * sum(token.kind == "percent" for token in section.tokens))
    if section.has("exponent"):
        return _render_exponent(section.tokens, number)
    if section.has("slash"):
        return _render_fraction(section.tokens, number)
    return _render_digits(section.tokens, number)


def _render_digits(tokens: tuple[_FormatToken, ...], number: Decimal) -> str:
    """Render a section with digit placeholders, without exponent and fraction."""
    kinds = [token.kind for token in tokens]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    whole = [at for at, kind in enumerate(kinds) if kind == "digit" and at < point]
    decimal = [at for at, kind in enumerate(kinds) if kind == "digit" and at > point]
    commas = [at for at, kind in enumerate(kinds) if kind == "comma"]
    last = max(whole + decimal)
    scaling = sum(at > last or (at < point and at > max(whole, default=point)) for at in commas)
    number = number.scaleb(-3 * scaling).quantize(Decimal(1).scaleb(-len(decimal)), ROUND_HALF_UP)
    digits, _, places = f"{number:f}".partition(".")
    grouped = any(whole and whole[0] < at < whole[-1] for at in commas)
    shown = dict(
        zip(whole, _fill_whole(digits.lstrip("0"), [tokens[at].text for at in whole], grouped=grouped), strict=True)
    )
    shown |= zip(decimal, _fill_places(places, [tokens[at].text for at in decimal]), strict=True)
    if not whole and digits.strip("0"):
        shown[point] = digits + "."
    return "".join(shown.get(at, "" if kind == "comma" else tokens[at].text) for at, kind in enumerate(kinds))


def _fill_whole(digits: str, placeholders: list[str], *, grouped: bool) -> list[str]:
    """Return what each placeholder before the point shows; the first one takes all digits that are too many."""
    filled: list[str] = []
    count = len(placeholders)
    missing = count - len(digits)
    padded = "".join({"0": "0", "?": " "}.get(mark, "") or "\0" for mark in placeholders[: max(missing, 0)]) + digits
    surplus = max(len(padded) - count, 0)
    for at in range(count):
        part = padded[: surplus + 1] if at == 0 else padded[surplus + at]
        start = 0 if at == 0 else surplus + at
        filled.append(
            "".join(_group(character, len(padded) - start - i - 1, grouped=grouped) for i, character in enumerate(part))
        )
    return filled


def _group(character: str, remaining: int, *, grouped: bool) -> str:
    """Return a digit, with a comma where groups of three digits follow it; a dropped digit is empty."""
    if character == "\0":
        return ""
    return f"{character}," if grouped and remaining and remaining % 3 == 0 and character != " " else character


def _fill_places(digit_places: str, placeholders: list[str]) -> list[str]:
    """Return what each placeholder behind the point shows; trailing zeros only where the format has 0."""
    significant = len(digit_places.rstrip("0"))
    empty = {"#": "", "?": " "}
    return [
        digit if at < significant else empty.get(mark, digit)
        for at, (digit, mark) in enumerate(zip(digit_places, placeholders, strict=True))
    ]


def _render_exponent(tokens: tuple[_FormatToken, ...], number: Decimal) -> str:
    """Render a section in scientific notation; several digits before the point make the exponent a multiple."""
    at = next(index for index, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, rest = tokens[:at], tokens[at + 1 :]
    kinds = [token.kind for token in mantissa]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    width = max(kinds[:point].count("digit"), 1)
    exponent = number.adjusted() if number else 0
    exponent -= exponent % width
    step = Decimal(1).scaleb(exponent - kinds[point:].count("digit"))
    if number.quantize(step, ROUND_HALF_UP) >= Decimal(10) ** (exponent + width):
        exponent += width
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    digits = str(abs(exponent)).rjust(sum(token.kind == "digit" for token in rest), "0")
    tail = "".join(token.text for token in rest if token.kind != "digit")
    shown = _render_digits(mantissa, number.scaleb(-exponent)) if "digit" in kinds else ""
    return f"{shown}E{sign}{digits}{tail}"


def _render_fraction(tokens: tuple[_FormatToken, ...], number: Decimal) -> str:
    """Render a section with a fraction: a whole number, numerator and denominator."""
    at = next(index for index, token in enumerate(tokens) if token.kind == "slash")
    behind = "".join(token.text for token in tokens[at + 1 :]).strip()
    largest = 10 ** max(sum(token.kind == "digit" for token in tokens[at + 1 :]), 1) - 1
    with_whole = re.search(r"[0#?][^0#?/]+[0#?]+[^0#?]*$", "".join(token.text for token in tokens[:at])) is not None
    exact = Fraction(number)
    if behind.isdecimal() and behind.strip("0"):
        denominator = int(behind)
        numerator = round(exact * denominator)
    else:
        numerator, denominator = exact.limit_denominator(largest).as_integer_ratio()
    whole, numerator = divmod(numerator, denominator) if with_whole else (0, numerator)
    if not numerator:
        return str(whole)
    return f"{whole} {numerator}/{denominator}" if whole else f"{numerator}/{denominator}"
