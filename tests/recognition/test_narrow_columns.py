"""Columns too narrow for their figures: programs show ``####``; the figure is read, and told."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from tests.checks.figures import PLAN
from tests.judges import recalculate
from tests.mangling.good import ABOUT, good
from tests.mangling.manglings import saved
from tests.mangling.workbook_parts import WorkbookParts
from xltool.commands.check import review_files
from xltool.messages import catalogue

CELL = "disclosure.rules.issued"
PLACE = PLAN.find_figure(CELL)
COLUMN = PLACE.address[0]


def narrowed(width: float, value: int | str, change: Callable[[Worksheet], object] = lambda _: None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    sheet = book[PLACE.sheet]
    sheet.column_dimensions[COLUMN].width = width
    sheet[PLACE.address] = value
    change(sheet)
    return saved(book)


def told(path: Path) -> list[str]:
    (item,) = review_files(ABOUT, path)
    assert item.submission
    return [catalogue.render_finding(each) for each in item.findings if each.code == "place.narrow"]


def write(folder: Path, data: bytes) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("width", "value"), [(4, 12345), (2, 123), (5.5, 1234567), (4, "12345")])
def test_column_too_narrow_for_its_figure__read_and_told(width: float, value: int | str, tmp_path: Path) -> None:
    path = write(tmp_path, narrowed(width, value))
    (item,) = review_files(ABOUT, path)
    assert item.submission
    assert item.submission.values[CELL] == int(str(value))
    (said,) = told(path)
    assert f"“{PLACE.sheet}”页有 1 个数（{PLACE.address}）所在的列太窄，显示为“####”或不全，按存的数读取。" in said


def shrink(sheet: Worksheet) -> None:
    sheet[PLACE.address].alignment = Alignment(shrink_to_fit=True)


def turn(sheet: Worksheet) -> None:
    sheet[PLACE.address].alignment = Alignment(text_rotation=90)


def show_thousands(sheet: Worksheet) -> None:
    sheet[PLACE.address].number_format = "#,##0"


@pytest.mark.parametrize(
    ("width", "value", "change"),
    [(4, 1234, None), (6, 123456, show_thousands), (18, 123456789012345, None), (4, 12345, shrink), (4, 12345, turn)],
)
def test_column_with_room__nothing_told(
    width: float, value: int, change: Callable[[Worksheet], None] | None, tmp_path: Path
) -> None:
    data = narrowed(width, value, change) if change else narrowed(width, value)
    assert told(write(tmp_path, data)) == []


def test_columns_of_the_template__nothing_told_however_many_digits(tmp_path: Path) -> None:
    parts = WorkbookParts(good())
    for cell in (CELL, "requests.received.natural_person", "disputes.review.upheld"):
        parts.put_number(cell, 123456789012)
    assert told(write(tmp_path, parts.pack())) == []


@pytest.mark.office
def test_narrow_column__saved_by_libreoffice__told_and_no_other(tmp_path: Path) -> None:
    path = write(tmp_path, narrowed(4, 12345))
    (tmp_path / "out").mkdir()
    assert len(told(recalculate(path, tmp_path / "out"))) == 1
    clean = write(tmp_path, good())
    assert told(recalculate(clean, tmp_path / "out")) == []
