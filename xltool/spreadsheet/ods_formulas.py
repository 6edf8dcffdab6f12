"""Write formulas and addresses of OpenDocument as Excel writes them."""

import re

from xltool.spreadsheet import limits

_REFERENCE = re.compile(r"\[(?:\$?('(?:[^']|'')+'|[^'.\[\]]+))?\.(\$?[A-Z]+\$?[0-9]+)(?::\.(\$?[A-Z]+\$?[0-9]+))?\]")
_SHEET = r"\$?(?:'(?:[^']|''){0,300}'|[^'.:\s]{0,300})"
_CELL = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}"
_RANGE = re.compile(rf"\.({_CELL})(?::(?:{_SHEET}\.)?({_CELL}))?(?=\s|$)")  # the sheet before it is not needed


def convert_formula(formula: str) -> str:
    """Write a formula of OpenDocument as Excel writes it: other references and separators; "" if that is too long."""
    if len(formula) > limits.MAX_FORMULA_CHARACTERS:
        return ""
    text = formula.partition("=")[2] if "=" in formula else formula
    return convert_expression(text)


def convert_expression(expression: str) -> str:
    """Write a formula without its prefix and equals sign as Excel writes it."""
    return _REFERENCE.sub(_convert_reference, expression).replace(";", ",")


def convert_ranges(ranges: str) -> list[str]:
    """Return the ranges of an address list such as "表二.B6:表二.D17" without their sheet."""
    found = (match.groups() for match in _RANGE.finditer(ranges))
    return [f"{first}:{last}".replace("$", "") if last else first.replace("$", "") for first, last in found]


def _convert_reference(match: re.Match[str]) -> str:
    sheet, first, last = match.groups()
    return (f"{sheet}!" if sheet else "") + first + (f":{last}" if last else "")
