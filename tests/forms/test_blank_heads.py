"""Heads of a table that were forgotten, where a label above several columns still names their figures."""

import shutil
from pathlib import Path

import pytest

from tests.official_report.test_publish import run
from xltool.forms.blank_heads import find_blank_heads
from xltool.forms.load_definitions import load_forms
from xltool.model.form import Box, Cell, CellKind, Form, Label, Table

FORMS = Path(__file__).parents[1] / "data" / "forms"


def make_table(labels: list[Label], places: list[tuple[int, int]], blanks: tuple[Box, ...] = ()) -> Table:
    cells = tuple(
        Cell(f"t.{row}.{column}", "t", str(row), str(column), CellKind.COUNT, "", Box(row, column), ("a",), ("b",))
        for row, column in places
    )
    return Table("t", "s", "t", "t", 5, 5, tuple(labels), cells, blanks=blanks)


def test_forms_check__a_column_without_its_own_label_below_a_common_one__is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FORMS / "xzzf-annual-report", tmp_path / "xzzf-annual-report"))
    tables = folder / "2021" / "tables.toml"
    text = tables.read_text("utf-8")
    assert run("forms", "check", tmp_path)[0] == 0
    line = '  { at = "B2", text = "罚款" },\n'
    assert line in text
    tables.write_text(text.replace(line, ""), "utf-8")
    code, _, problem = run("forms", "check", tmp_path)
    assert code == 2
    assert "tables.penalties 里，B2 是空的：指标“penalties.all.fine”没有自己的栏目名称" in problem


@pytest.mark.parametrize("form", load_forms([FORMS], regional=True), ids=lambda form: f"{form.id} {form.edition}")
def test_forms_in_use__have_no_such_place(form: Form) -> None:
    assert [blank for table in form.tables for blank in find_blank_heads(table)] == []


def test_column__below_a_common_label() -> None:
    group, own = Label("group", Box(1, 1, 1, 3)), Label("own", Box(2, 1))
    figures = [(3, 1), (3, 2), (4, 1), (4, 2)]
    assert [blank.address for blank in find_blank_heads(make_table([group, own], figures))] == ["B2"]
    assert list(find_blank_heads(make_table([group, own], figures, (Box(2, 2),)))) == []
    assert list(find_blank_heads(make_table([group], figures))) == []
    assert list(find_blank_heads(make_table([Label("group", Box(1, 1)), own], figures))) == []


def test_line__beside_a_common_label() -> None:
    group, own = Label("group", Box(1, 1, 3, 1)), Label("own", Box(1, 2))
    assert [blank.address for blank in find_blank_heads(make_table([group, own], [(1, 3), (2, 3)]))] == ["B2"]
    assert list(find_blank_heads(make_table([group], [(1, 3), (2, 3)]))) == []
