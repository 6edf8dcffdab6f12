"""Compute the result of a simple formula from the stored values of the cells it refers to.

Covers what people type into an input: arithmetic, references to cells, and a few functions. Anything else has no result
here (None): whoever asks cannot tell whether the stored one is right.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal, DecimalException
from typing import NamedTuple

from xltool.spreadsheet.number_formats import parse_stored_number
from xltool.spreadsheet.ooxml.addresses import format_column, parse_column_letters
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

MAX_FORMULA_CHARACTERS = 1_000  # longer formulas are not computed
MAX_RANGE_CELLS = 10_000

_CONTEXT = Context(prec=28)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:E[+-]?[0-9]+)?)"
    r"|(?P<area>(?:(?:'(?:[^']|'')+'|[^\s'!(),:;*/+\-^&=<>%]+)!)?\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?)"
    r"(?![A-Z0-9(])|(?P<name>[A-Z][A-Z0-9.]*)\(|(?P<mark>[-+*/^%(),]))",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?\$?([A-Z]{1,3})\$?([0-9]+)(?::\$?([A-Z]{1,3})\$?([0-9]+))?", re.IGNORECASE
)

FindCell = Callable[[str, str], RawCell | None]  # by name of the sheet ("" for the formula's own) and address


class _UnknownResultError(Exception):
    """The result cannot be computed here."""


class _FormulaToken(NamedTuple):
    kind: str
    text: str


def compute_formula(formula: str, find_cell: FindCell) -> Decimal | None:
    """Return the result of a formula without its equals sign; None if it cannot be computed."""
    if not formula or len(formula) > MAX_FORMULA_CHARACTERS:
        return None
    try:
        result = _Parser(list(_split_tokens(formula)), find_cell).parse_all()
        return result if result.is_finite() else None
    except (_UnknownResultError, DecimalException, RecursionError, OverflowError):
        return None


def _split_tokens(formula: str) -> Iterator[_FormulaToken]:
    at, text = 0, formula.strip().removeprefix("=")
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _UnknownResultError
        yield _FormulaToken(match.lastgroup, match[match.lastgroup])
        at = match.end()


class _Parser:
    """Computes while it parses: sums of products of powers of values."""

    def __init__(self, tokens: Sequence[_FormulaToken], find_cell: FindCell) -> None:
        self._tokens, self._find_cell = [*tokens, _FormulaToken("end", "")], find_cell
        self._at = 0

    def parse_all(self) -> Decimal:
        """Return the result of all tokens."""
        result = self._parse_sum()
        if self._next.kind != "end":
            raise _UnknownResultError
        return result

    @property
    def _next(self) -> _FormulaToken:
        return self._tokens[self._at]

    def _take(self, *marks: str) -> str:
        """Consume the next token if it is one of these marks; return it, or ""."""
        token = self._next
        if token.kind == "mark" and token.text in marks:
            self._at += 1
            return token.text
        return ""

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise _UnknownResultError

    def _parse_sum(self) -> Decimal:
        result = self._parse_product()
        while sign := self._take("+", "-"):
            term = self._parse_product()
            result = _CONTEXT.add(result, term) if sign == "+" else _CONTEXT.subtract(result, term)
        return result

    def _parse_product(self) -> Decimal:
        result = self._parse_power()
        while sign := self._take("*", "/"):
            factor = self._parse_power()
            result = _CONTEXT.multiply(result, factor) if sign == "*" else _CONTEXT.divide(result, factor)
        return result

    def _parse_power(self) -> Decimal:
        result = self._parse_signed()
        while self._take("^"):
            result = _CONTEXT.power(result, self._parse_signed())
        return result

    def _parse_signed(self) -> Decimal:
        if sign := self._take("+", "-"):
            value = self._parse_signed()
            return -value if sign == "-" else value
        result = self._parse_value()
        while self._take("%"):
            result = result.scaleb(-2)
        return result

    def _parse_value(self) -> Decimal:
        token = self._next
        self._at += 1
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind == "area":
            values = self._read_area(token.text)
            if ":" in token.text:
                raise _UnknownResultError
            return values[0] if values else Decimal(0)
        if token.kind == "name":
            return self._parse_call(token.text.upper())
        if token == _FormulaToken("mark", "("):
            result = self._parse_sum()
            self._expect(")")
            return result
        raise _UnknownResultError

    def _parse_call(self, name: str) -> Decimal:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise _UnknownResultError
        values: list[Decimal] = []
        while not self._take(")"):
            token = self._next
            if token.kind == "area" and self._tokens[self._at + 1] in (
                _FormulaToken("mark", ","),
                _FormulaToken("mark", ")"),
            ):
                self._at += 1
                values += self._read_area(token.text, skip_texts=True)
            else:
                values.append(self._parse_sum())
            if self._next != _FormulaToken("mark", ")"):
                self._expect(",")
        return function(values)

    def _read_area(self, reference: str, *, skip_texts: bool = False) -> list[Decimal]:
        """Return the numbers in the cells of a reference; blank cells have none, texts only where they are skipped."""
        match = _REFERENCE.fullmatch(reference)
        if match is None or "[" in reference:
            raise _UnknownResultError
        sheet = (match[1] or match[2] or "").replace("''", "'")
        left, top = parse_column_letters(match[3].upper()), int(match[4])
        right, bottom = (parse_column_letters(match[5].upper()), int(match[6])) if match[5] else (left, top)
        if (abs(right - left) + 1) * (abs(bottom - top) + 1) > MAX_RANGE_CELLS:
            raise _UnknownResultError
        numbers: list[Decimal] = []
        for row in range(min(top, bottom), max(top, bottom) + 1):
            for column in range(min(left, right), max(left, right) + 1):
                cell = self._find_cell(sheet, f"{format_column(column)}{row}")
                if cell is None or (cell.stored is StorageType.EMPTY and cell.formula is None):
                    continue
                if skip_texts and cell.stored is StorageType.TEXT:
                    continue
                if cell.stored is not StorageType.NUMBER:
                    raise _UnknownResultError
                number = parse_stored_number(cell.text)
                if number is None:
                    raise _UnknownResultError
                numbers.append(number)
        return numbers


def _round_to(rounding: str) -> Callable[[list[Decimal]], Decimal]:
    def round_value(values: list[Decimal]) -> Decimal:
        if len(values) != 2 or abs(values[1]) > 15:
            raise _UnknownResultError
        return values[0].quantize(Decimal(1).scaleb(-int(values[1])), rounding)

    return round_value


def _multiply_all(values: list[Decimal]) -> Decimal:
    result = Decimal(1)
    for value in values:
        result = _CONTEXT.multiply(result, value)
    return result


def _take_only(values: list[Decimal]) -> Decimal:
    if len(values) != 1:
        raise _UnknownResultError
    return values[0]


_FUNCTIONS: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "SUM": lambda values: sum(values, Decimal(0)),
    "PRODUCT": _multiply_all,
    "MAX": lambda values: max(values, default=Decimal(0)),
    "MIN": lambda values: min(values, default=Decimal(0)),
    "AVERAGE": lambda values: _CONTEXT.divide(sum(values, Decimal(0)), Decimal(len(values))),
    "ROUND": _round_to(ROUND_HALF_UP),
    "ROUNDUP": _round_to(ROUND_UP),
    "ROUNDDOWN": _round_to(ROUND_DOWN),
    "INT": lambda values: _take_only(values).to_integral_value(ROUND_FLOOR),
    "ABS": lambda values: abs(_take_only(values)),
    "N": lambda values: _take_only(values or [Decimal(0)]),
}
