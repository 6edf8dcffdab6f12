"""Figures that a person reads differently: crossed out by a line of the border, or with another unit than printed."""

from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Border, Side
from openpyxl.worksheet.worksheet import Worksheet

from tests.mangling.good import good
from tests.mangling.manglings import saved
from tests.recognition.test_shapes import problems, review_saved
from xltool.model.consolidation import ReviewedFile

FEES = ("表二", "B17", "disclosure.administrative_fees.amount")  # in 万元
BILLED = ("六 其他事项", "B5", "processing_fees.billed")  # in 元
NEW = ("表三", "D7", "requests.received.natural_person")
KINDS = ["xlsx", pytest.param("ods", marks=pytest.mark.office), pytest.param("xls", marks=pytest.mark.office)]


def review(tmp_path: Path, book: openpyxl.Workbook, kind: str = "xlsx") -> ReviewedFile:
    return review_saved(saved(book), tmp_path, kind)


def opened() -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(good()))


def sheet_of(book: openpyxl.Workbook, place: tuple[str, str, str]) -> Worksheet:
    sheet = book[place[0]]
    assert isinstance(sheet, Worksheet)
    return sheet


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("place", "code", "shown"),
    [(FEES, '0.00"元"', "125000.50元"), (BILLED, '0.00"万元"', "125000.50万元")],
)
def test_another_unit_than_the_printed_one__refused(
    place: tuple[str, str, str], code: str, shown: str, kind: str, tmp_path: Path
) -> None:
    book = opened()
    cell = sheet_of(book, place)[place[1]]
    cell.value, cell.number_format = 125000.5, code
    item = review(tmp_path, book, kind)
    assert any(shown in problem and "125000.5" in problem for problem in problems(item))
    assert item.submission
    assert item.submission.values[place[2]] is None


def test_whole_amount__the_format_of_the_template_replaces_the_unit(tmp_path: Path) -> None:
    book = opened()
    cell = sheet_of(book, FEES)[FEES[1]]
    cell.value, cell.number_format = 125000, '0.00"元"'
    item = review(tmp_path, book)
    assert problems(item) == []
    assert item.submission
    assert item.submission.values[FEES[2]] == Decimal(125000)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("up", "down"), [(True, False), (False, True), (True, True)])
def test_line_from_corner_to_corner__crossed_out(up: bool, down: bool, kind: str, tmp_path: Path) -> None:
    book = opened()
    line = Side("thin")
    sheet_of(book, NEW)[NEW[1]].border = Border(diagonal=line, diagonalUp=up, diagonalDown=down)
    item = review(tmp_path, book, kind)
    (problem,) = problems(item)
    assert problem.startswith(
        "表三!D7“一、本年新收政府信息公开申请数量”自然人的内容“88”整个划掉了（删除线或斜线），没有计入。"
    )
    assert item.submission
    assert item.submission.values[NEW[2]] is None


def test_line_that_is_not_drawn__counts(tmp_path: Path) -> None:
    book = opened()
    sheet_of(book, NEW)[NEW[1]].border = Border(diagonal=Side(), diagonalUp=True)
    sheet_of(book, FEES)[FEES[1]].border = Border(diagonal=Side("thin"))  # of no direction
    assert problems(review(tmp_path, book)) == []


def test_crossed_out_cells__without_a_figure__say_nothing(tmp_path: Path) -> None:
    book = opened()
    sheet_of(book, NEW)["K7"].border = Border(diagonal=Side("thin"), diagonalUp=True)
    sheet_of(book, NEW)["A1"].border = Border(diagonal=Side("thin"), diagonalUp=True)
    assert problems(review(tmp_path, book)) == []
