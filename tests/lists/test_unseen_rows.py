"""Rows of lists under looks: what a person does not read there is not counted, and told by its reason."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.lists.test_reading import folder, list_problems, read
from tests.lists.website_form import COLUMNS, fill, find_head_row
from tests.mangling.manglings import rewritten
from tests.recognition.test_shapes import anchor, draw, drawing_of
from xltool.model.submission import Entry, EntryState

__all__ = ["folder"]  # the fixture

WHITE = Font(color="FFFFFFFF")
by_formula: Callable[..., object] = FormulaRule


def whiten_by_condition(cell: Cell) -> None:
    assert isinstance(cell.parent, Worksheet)
    cell.parent.conditional_formatting.add(cell.coordinate, by_formula(formula=["TRUE"], font=WHITE))


LOOKS: dict[str, tuple[Callable[[Cell], object], str]] = {
    "struck out": (lambda cell: setattr(cell, "font", Font(strike=True)), "struck_out"),
    "white": (lambda cell: setattr(cell, "font", WHITE), "invisible"),
    "tiny": (lambda cell: setattr(cell, "font", Font(size=1)), "invisible"),
    "white by a condition": (whiten_by_condition, "invisible"),
}
DIGIT_LOOKS: dict[str, tuple[Callable[[Cell], object], str]] = {
    "pictures": (lambda cell: setattr(cell, "font", Font(name="Wingdings")), "symbol_font"),
}


def first_entry(folder: Path, path: Path, column: str) -> Entry:
    return read(folder, path).lists["sites"][0].entries[f"sites.{column}"]


def change_cell(folder: Path, column: str, change: Callable[[Cell], object]) -> Path:
    """The return of an agency, with one cell of its first row changed."""

    def change_sheet(sheet: Worksheet) -> None:
        cell = sheet.cell(find_head_row(sheet) + 1, COLUMNS.index(column) + 2)
        assert isinstance(cell, Cell)
        change(cell)

    return fill(folder, "1", change=change_sheet)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("look", LOOKS)
def test_row_under_a_look__not_counted_and_told(folder: Path, look: str, column: str) -> None:
    change, note = LOOKS[look]
    path = change_cell(folder, column, change)
    entry = first_entry(folder, path, column)
    assert (entry.state, entry.value, entry.note) == (EntryState.UNREADABLE, None, note)
    assert [severity for severity, said in list_problems(folder, path) if entry.address in said] == ["must_fix"]


def test_font_of_pictures__words_of_chinese_are_words_and_digits_are_not(folder: Path) -> None:
    change, note = DIGIT_LOOKS["pictures"]
    assert first_entry(folder, change_cell(folder, "name", change), "name").note is None
    for column in ("opened", "articles", "available"):
        assert first_entry(folder, change_cell(folder, column, change), column).note == note


def test_day_struck_out__is_told_as_a_day(folder: Path) -> None:
    path = change_cell(folder, "opened", LOOKS["struck out"][0])
    ((_, said),) = list_problems(folder, path)
    assert "的内容“2012-03-01”整个划掉了" in said


def test_text_box_over_a_row__the_figure_below_is_not_counted(folder: Path) -> None:
    path = fill(folder, "1")
    entry = first_entry(folder, path, "articles")
    row, column = int(entry.address[1:]), ord(entry.address[0]) - ord("A")
    shape = anchor((column, 0, row - 1, 0), (column + 1, 0, row, 0), "90")
    path.write_bytes(draw(path.read_bytes(), 3, drawing_of(shape)))
    again = first_entry(folder, path, "articles")
    assert (again.state, again.note, again.shown) == (EntryState.UNREADABLE, "overlaid", "90")
    assert "上面盖着一个写有“90”的文本框" in str(list_problems(folder, path))


def test_formula_in_a_row_with_another_result__not_counted(folder: Path) -> None:
    path = fill(folder, "1")
    entry = first_entry(folder, path, "articles")
    stale = r"\1><f>60+60</f><v>100</v></c>"
    pattern = rf'(<c r="{entry.address}"[^>]*?)(?: t="n")?><v>100</v></c>'
    path.write_bytes(
        rewritten(path.read_bytes(), "xl/worksheets/sheet3.xml", lambda text: re.sub(pattern, stale, text))
    )
    again = first_entry(folder, path, "articles")
    assert (again.state, again.note, again.shown) == (EntryState.UNREADABLE, "formula_result", "120")


def test_percentage_in_a_format_that_rounds_it__not_counted(folder: Path) -> None:
    def show_whole(cell: Cell) -> None:
        cell.value, cell.number_format = 0.995, "0%"

    entry = first_entry(folder, change_cell(folder, "available", show_whole), "available")
    assert (entry.state, entry.note, entry.shown) == (EntryState.UNREADABLE, "shown_differs", "100%")
    exact = change_cell(folder, "available", lambda cell: setattr(cell, "number_format", "0.0"))
    assert first_entry(folder, exact, "available").note is None
