"""Our pass beside openpyxl's: on random workbooks of two writers both find the same values, formulas and locks."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Protection

from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

# Neither what openpyxl refuses to write, nor the two things it reads otherwise: escapes (_x000D_) and line ends.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=30,
).filter(lambda text: "_x" not in text and not text.startswith("="))
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False, width=32)
FORMULAS = st.sampled_from(("=A1+1", '=IF(B2>0,"<是>","&否")', "=SUM(表一!$A$1:C9)", "='表 二'!A1"))
CONTENTS = NUMBERS | TEXTS | st.booleans() | FORMULAS
GRIDS = st.dictionaries(
    st.tuples(st.integers(0, 30), st.integers(0, 30)),
    st.tuples(CONTENTS, st.booleans()),
    max_size=40,
)


def by_xlsxwriter(path: Path, grid: dict[tuple[int, int], tuple[Any, bool]]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as book:
        formats = {locked: book.add_format({"locked": locked}) for locked in (True, False)}
        sheet = book.add_worksheet("表一")
        for (row, column), (content, locked) in grid.items():
            write = {bool: sheet.write_boolean, str: sheet.write_string}.get(type(content), sheet.write_number)
            if isinstance(content, str) and content.startswith("="):
                sheet.write_formula(row, column, content, formats[locked], 7.5)
            else:
                write(row, column, content, formats[locked])


def by_openpyxl(path: Path, grid: dict[tuple[int, int], tuple[Any, bool]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for (row, column), (content, locked) in grid.items():
        cell = sheet.cell(row + 1, column + 1, content)
        cell.protection = Protection(locked=locked)
    book.save(path)


def seen_by_openpyxl(path: Path) -> dict[str, tuple[Any, str | None, bool]]:
    """Value, formula and lock by address."""
    content = path.read_bytes()
    formulas = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    return {
        cell.coordinate: (
            values[cell.coordinate].value,
            str(cell.value) if cell.data_type == "f" else None,
            cell.protection.locked,
        )
        for row in formulas.iter_rows()
        for cell in row
        if cell.value is not None
    }


def seen_by_us(path: Path) -> dict[str, tuple[Any, str | None, bool]]:
    return {
        address: (value_of(cell), None if cell.formula is None else f"={cell.formula}", cell.locked)
        for address, cell in open_workbook(path).sheets[0].cells.items()
    }


def value_of(cell: RawCell) -> Any:
    match cell.stored:
        case StorageType.NUMBER:
            return float(cell.text)
        case StorageType.BOOLEAN:
            return cell.text == "1"
        case StorageType.EMPTY:
            return None
    return cell.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GRIDS, st.sampled_from((by_xlsxwriter, by_openpyxl)))
def test_random_workbook__same_cells_as_openpyxl(tmp_path: Path, grid: Any, write: Any) -> None:
    path = tmp_path / "a.xlsx"
    write(path, grid)
    assert seen_by_us(path) == seen_by_openpyxl(path)
