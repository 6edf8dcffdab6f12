"""Texts of a CSV file that a spreadsheet program would run as a formula, or show as another number."""

import re

from xltool.workbooks.xlsxwriter_adapter import FORMULA_START_CHARACTERS

_FORMULA_STARTS = (*FORMULA_START_CHARACTERS, "\n")  # as listed by OWASP
# Digits that a spreadsheet program shows otherwise: more than eleven of them, a zero in front, or an exponent.
_NUMBER_LIKE = re.compile(r"[0-9]{12,}|0[0-9]+|[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+")


def escape_formula(value: object) -> object:
    """Return a text that no spreadsheet program runs as a formula or takes for a number; other values unchanged.

    What a program would write otherwise (a code of 18 digits as 1.1E+17, 0101 as 101) gets a tab before it.
    """
    if not isinstance(value, str):
        return value
    if _NUMBER_LIKE.fullmatch(value):
        return f"\t{value}"
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
