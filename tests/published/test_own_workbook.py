"""The form as an office typed it into a workbook of its own: read by `import`, and by `check` without untrue faults."""

from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import answer, run
from tests.merging import the_form
from tests.published import layouts
from tests.published.answers import numbers, printed
from xltool.forms.load_definitions import load_forms
from xltool.published.read_report import read_report

TEXTS = layouts.made_up(the_form(), seed=4)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Everything below each other on one sheet, each table with column widths of its own: cells merged over columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    row = 0
    for number, part in enumerate(layouts.parts(the_form(), TEXTS)):
        if part.kind != "table":
            row += 1
            sheet.cell(row, 1, part.text)
            continue
        wide = 2 + number % 2
        for spots in part.rows:
            for spot in spots:
                first = (spot.box.column - 1) * wide + 1
                value = float(spot.text) if spot.cell and "." in spot.text else spot.text
                sheet.cell(row + spot.box.row, first, int(spot.text) if spot.cell and spot.text.isdigit() else value)
                last = first + spot.box.columns * wide - 1
                sheet.merge_cells(None, row + spot.box.row, first, row + spot.box.row + spot.box.rows - 1, last)
        row += len(part.rows)
    book.save(tmp_path / "own.xlsx")
    return tmp_path / "own.xlsx"


def test_own_workbook__import__every_figure_and_the_texts(workbook: Path) -> None:
    found = read_report(workbook, load_forms())
    assert numbers(found) == printed(TEXTS)
    assert (found.agency_name, found.year) == (layouts.AGENCY, layouts.year_of(the_form()))
    assert found.texts["problems"][0].startswith("本机关认真做好存在的主要问题")


def test_own_workbook__check__no_column_is_said_to_hold_what_belongs_to_another_table(workbook: Path) -> None:
    found = answer("check", workbook)["submissions"][0]
    assert [item["code"] for item in found["findings"] if item["code"].startswith("place.inserted_f")] == []


def test_template__import__is_refused_as_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("代码,名称\n1,甲镇\n", "utf-8")
    assert run("template", "--roster", tmp_path / "roster.csv", "--year", "2024", "-o", tmp_path / "out")[0] == 0
    template = next(path for path in (tmp_path / "out").rglob("*.xlsx") if "甲镇" in path.name)
    code, out, _ = run("import", template, "-o", tmp_path / "imported")
    assert (code, "xltool check" in out) == (1, True)
