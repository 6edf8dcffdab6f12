"""Formulas computed from the cells of a workbook: the result that an office program shows, or none at all."""

from decimal import Decimal

import pytest

from xltool.recognition.evaluate_formula import MAX_RANGE_CELLS, compute_formula
from xltool.spreadsheet.raw_workbook import RawCell, StorageType


def number(text: str) -> RawCell:
    return RawCell(StorageType.NUMBER, text)


CELLS = {
    ("", "A1"): number("5"),
    ("", "A2"): number("7.5"),
    ("", "A3"): RawCell(StorageType.TEXT, "合计"),
    ("", "A4"): RawCell(StorageType.EMPTY, ""),
    ("", "A5"): RawCell(StorageType.EMPTY, "", formula="NOW()"),
    ("另表", "B2"): number("30"),
    ("甲's 表", "B2"): number("4"),
}

RESULTS = {
    "A1+A2": "12.5",
    "=A1-A2-1": "-3.5",
    "2+3*A1": "17",
    "(2+3)*A1": "25",
    "-2^2": "4",  # as office programs compute it
    "2^3^2": "64",
    "10/4": "2.5",
    "50%*A1": "2.5",
    "A1+A9": "5",  # a blank cell is 0
    "$A$1+a2": "12.5",
    "SUM(A1:A4)": "12.5",  # texts in an area are skipped
    "SUM(A4:A1,1)": "13.5",
    "MAX(A1:A2)": "7.5",
    "MIN(A1:A2)": "5",
    "AVERAGE(A1:A2)": "6.25",
    "PRODUCT(A1,2)": "10",
    "ROUND(7.25,1)": "7.3",
    "ROUNDUP(7.21,1)": "7.3",
    "ROUNDDOWN(7.29,1)": "7.2",
    "INT(-1.5)": "-2",
    "ABS(-3)": "3",
    "N(A1)": "5",
    "另表!B2+1": "31",
    "'甲''s 表'!B2": "4",
}

UNKNOWN = (
    *("", "A1+", "A1 A2", "(A1", "SUM(A1", "1/0", "A1+A3", "A3", "A5", "A1:A2", "NOW()", "ROUND(1)", "ROUND(1,16)"),
    *("INT(1,2)", "AVERAGE(A4:A4)", "[1]另表!B2", "'[册.xlsx]另表'!B2", "1^A3", "9" * 20_000),
    f"SUM(A1:A{MAX_RANGE_CELLS + 1})",
)


def find_cell(sheet: str, address: str) -> RawCell | None:
    return CELLS.get((sheet, address))


@pytest.mark.parametrize("formula", RESULTS)
def test_formula__has_the_result_that_is_shown(formula: str) -> None:
    assert compute_formula(formula, find_cell) == Decimal(RESULTS[formula])


@pytest.mark.parametrize("formula", UNKNOWN, ids=lambda formula: formula[:20])
def test_formula_that_cannot_be_computed__has_no_result(formula: str) -> None:
    assert compute_formula(formula, find_cell) is None


def test_largest_area__is_computed() -> None:
    assert compute_formula(f"SUM(A1:A{MAX_RANGE_CELLS})", find_cell) is None  # A5 has a formula without a result
    assert compute_formula(f"SUM(B1:B{MAX_RANGE_CELLS})", find_cell) == 0
