"""Definition workbooks for tests: written from a form, edited as a person would, read back."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xltool.commands.definition_workbooks import SavedDefinition, save_definition_workbook, write_form_workbook
from xltool.form_authoring.office_workbooks.openpyxl_reader import read_office_workbook
from xltool.forms.load_definitions import find_named_form, load_forms
from xltool.model.form import Form

DATA = Path(__file__).resolve().parents[1] / "data" / "forms"
NATIONAL = "zfxxgk-annual-report"
Edit = Callable[[Workbook], None]


def load_form_named(name: str, edition: str | None = None) -> Form:
    return find_named_form(load_forms((DATA,), regional=True), name, edition)


def write_and_edit(form: Form, folder: Path, *edits: Edit) -> Path:
    """The definition of a form as a workbook, edited."""
    file = folder / "定义.xlsx"
    write_form_workbook(form, file)
    book = openpyxl.load_workbook(file)
    for edit in edits:
        edit(book)
    book.save(file)
    return file


def read_back(file: Path, folder: Path) -> SavedDefinition:
    return save_definition_workbook(read_office_workbook(file), folder)


def find_heading_row(sheet: Worksheet, region: str) -> int:
    """The row of the headings of a region."""
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == f"■ {region}") + 1


def find_column(sheet: Worksheet, region: str, heading: str) -> int:
    row = find_heading_row(sheet, region)
    return next(at for at in range(2, sheet.max_column + 1) if sheet.cell(row, at).value == heading)


def find_row(sheet: Worksheet, region: str, heading: str, text: str) -> int:
    """The first row of a region with a text below a heading."""
    column, first = find_column(sheet, region, heading), find_heading_row(sheet, region) + 1
    return next(row for row in range(first, sheet.max_row + 1) if sheet.cell(row, column).value == text)


def cell_of(book: Workbook, sheet: str, region: str, key: tuple[str, str], heading: str) -> Any:
    """The cell below a heading, in the row that has a text below another heading."""
    here = book[sheet]
    return here.cell(find_row(here, region, *key), find_column(here, region, heading))


def add_row(book: Workbook, sheet: str, region: str, values: Mapping[str, object]) -> int:
    """Write an entry into the first row that is open below those of a region; return the row."""
    here = book[sheet]
    row = find_heading_row(here, region) + 3
    while any(here.cell(row, at).value is not None for at in range(2, here.max_column + 1)):
        row += 1
    for heading, value in values.items():
        here.cell(row, find_column(here, region, heading)).value = value  # type: ignore[assignment]  # of a merged cell, which these are not
    return row
