"""Decide whether a condition is met: comparisons, AND, OR, NOT and a few questions about a cell.

Anything else is not decided here (None): whoever asks cannot tell how the cell looks.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from functools import partial

from xltool.forms.cell_addresses import cell_address, column_number, parse_address
from xltool.recognition.evaluate_formula import FindCell, compute_formula
from xltool.spreadsheet.number_formats import parse_stored_number
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

MAX_CONDITION_CHARACTERS = 1_000
_MAX_DEPTH = 20


class Blank(Enum):
    """The value of a blank cell, which equals 0, the empty text and FALSE."""

    BLANK = "blank"


Operand = Decimal | str | bool | Blank
_BLANK_AS: dict[type, Decimal | str | bool] = {Blank: Decimal(0), Decimal: Decimal(0), str: "", bool: False}
_ORDER = {Decimal: 0, str: 1, bool: 2}  # of values of different types, as spreadsheet programs compare them

_CALL = re.compile(r"([A-Z]+)\((.*)\)", re.IGNORECASE | re.DOTALL)
_SINGLE_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^\s'!\"(),;:*/+\-^&=<>%]+))!)?\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.IGNORECASE
)
_MOVABLE = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?![A-Za-z0-9_.(!])")
_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")
_COMPARISON = re.compile(r"<=|>=|<>|<|>|=")


def is_formula_met(formula: str, find_cell: FindCell, depth: int = 0) -> bool | None:
    """Return whether a formula is true; None if that cannot be decided."""
    text = formula.strip().removeprefix("=").strip()
    if not text or len(text) > MAX_CONDITION_CHARACTERS or depth > _MAX_DEPTH:
        return None
    if text.upper() in ("TRUE", "FALSE", "TRUE()", "FALSE()"):
        return text.upper().startswith("TRUE")
    if (call := _CALL.fullmatch(text)) and len(list(_split_top(call[2], ")"))) == 1:
        met = _decide_call(call[1].upper(), call[2], find_cell, depth + 1)
        if met is not None:
            return met
    sides = list(_split_comparison(text))
    if len(sides) == 3:
        left, right = (find_operand(side, find_cell) for side in (sides[0], sides[2]))
        return None if left is None or right is None else compare_operands(left, sides[1], right)
    value = find_operand(text, find_cell) if len(sides) == 1 else None
    if isinstance(value, Blank):
        return False
    return None if value is None or isinstance(value, str) else bool(value)


def find_operand(text: str, find_cell: FindCell) -> Operand | None:
    """Return the value of one side of a comparison; None if it cannot be computed."""
    text = text.strip()
    if len(text) > 1 and _QUOTED.fullmatch(text) and text.startswith('"'):
        return text[1:-1].replace('""', '"')
    if match := _SINGLE_REFERENCE.fullmatch(text):
        return find_value(_look_up(match, find_cell))
    return compute_formula(text, find_cell)


def find_value(raw_cell: RawCell | None) -> Operand | None:
    """Return the value of a cell as conditions compare it, a date by its number; None for an error."""
    if raw_cell is None or (raw_cell.stored is StorageType.EMPTY and raw_cell.formula is None):
        return Blank.BLANK
    match raw_cell.stored:
        case StorageType.NUMBER | StorageType.DATE:
            return parse_stored_number(raw_cell.text)
        case StorageType.TEXT:
            return str(raw_cell.text)
        case StorageType.BOOLEAN:
            return raw_cell.text == "1"
        case _:
            return None


def compare_operands(left_operand: Operand, operator: str, right_operand: Operand) -> bool:
    """Compare two values; texts without regard to case, and values of different types by their type."""
    known = (
        _BLANK_AS[type(b)] if isinstance(a, Blank) else a
        for a, b in ((left_operand, right_operand), (right_operand, left_operand))
    )
    one, other = ((_ORDER[type(side)], side.casefold() if isinstance(side, str) else side) for side in known)
    if one[0] != other[0]:
        less, equal = one[0] < other[0], False
    else:
        less, equal = one[1] < other[1], one[1] == other[1]  # type: ignore[operator]  # of one type
    results = {"<": less, "<=": less or equal, "=": equal, "<>": not equal, ">=": not less, ">": not less and not equal}
    return results[operator]


def shift_formula(formula: str, rows: int, columns: int) -> str:
    """Move the relative references of a formula, as it is copied to another cell. Raises ValueError past the edge."""
    pieces, at = [], 0
    for quoted in (*_QUOTED.finditer(formula), None):
        outside = formula[at : quoted.start() if quoted else len(formula)]
        pieces.append(_MOVABLE.sub(partial(_shift_reference, rows=rows, columns=columns), outside))
        if quoted:
            pieces.append(quoted[0])
            at = quoted.end()
    return "".join(pieces)


def _shift_reference(match: re.Match[str], rows: int, columns: int) -> str:
    column_fixed, letters, row_fixed, digits = match.groups()
    column = column_number(letters) + (0 if column_fixed else columns)
    row = int(digits) + (0 if row_fixed else rows)
    if column < 1 or row < 1:
        raise ValueError("a reference past the edge of the sheet")
    return f"{column_fixed}{format_column(column)}{row_fixed}{row}"


def _decide_call(name: str, inside: str, find_cell: FindCell, depth: int) -> bool | None:
    arguments = list(_split_top(inside, ","))
    if name in ("AND", "OR"):
        met = [is_formula_met(argument, find_cell, depth) for argument in arguments]
        decisive = name == "OR"
        if decisive in met:
            return decisive
        return None if None in met else not decisive
    if len(arguments) != 1:
        return None
    if name == "NOT":
        met_inside = is_formula_met(inside, find_cell, depth)
        return None if met_inside is None else not met_inside
    match = _SINGLE_REFERENCE.fullmatch(inside.strip())
    if name not in _QUESTIONS or match is None:
        return None
    cell = _look_up(match, find_cell)
    if cell is not None and cell.stored is StorageType.EMPTY and cell.formula is not None:
        return None
    stored = StorageType.EMPTY if cell is None else cell.stored
    if stored is StorageType.ERROR and name not in ("ISERROR", "ISBLANK", "ISNUMBER"):
        return None
    return stored in _QUESTIONS[name]


_QUESTIONS = {
    "ISBLANK": {StorageType.EMPTY},
    "ISNUMBER": {StorageType.NUMBER, StorageType.DATE},
    "ISTEXT": {StorageType.TEXT},
    "ISERROR": {StorageType.ERROR},
}


def _look_up(match: re.Match[str], find_cell: FindCell) -> RawCell | None:
    sheet = (match[1] or match[2] or "").replace("''", "'")
    return find_cell(sheet, cell_address(*parse_address(f"{match[3].upper()}{match[4]}")))


def _split_top(text: str, separator: str) -> Iterator[str]:
    """Split at a separator outside quotation marks and brackets; a bracket closed too early separates, too."""
    start = depth = 0
    for at, character in _iterate_outside(text):
        if character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif character == separator and not depth:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _split_comparison(text: str) -> Iterator[str]:
    """Yield left side, operator and right side; or the whole text, or more for several comparisons."""
    start = depth = skip = 0
    for at, character in _iterate_outside(text):
        depth += (character == "(") - (character == ")")
        match = _COMPARISON.match(text, at) if not depth and at >= skip else None
        if match:
            yield text[start:at]
            yield match[0]
            start = skip = match.end()
    yield text[start:]


def _iterate_outside(text: str) -> Iterator[tuple[int, str]]:
    """Yield position and character of everything outside quotation marks."""
    quotation = ""
    for at, character in enumerate(text):
        if quotation:
            quotation = "" if character == quotation else quotation
        elif character in "\"'":
            quotation = character
        else:
            yield at, character
