"""Blank figures beside a total of 0: 0 if nothing contradicts it, and then told once."""

from pathlib import Path

import pytest

from tests.published import layouts
from xltool.forms.load_definitions import load_forms
from xltool.model.published import FoundFigure, PublishedReport
from xltool.published.read_report import read_report

FORM = load_forms()[-1]
LINE = "requests.not_processed.petition"
COLUMNS = tuple(cell.column for cell in FORM.cells.values() if cell.id.startswith(f"{LINE}."))


def read(folder: Path, figures: list[str]) -> PublishedReport:
    """Read a page whose row has these figures; the totals of the columns are not 0 and say nothing about it."""
    texts = dict.fromkeys(layouts.made_up(FORM, seed=1), "0")
    texts |= {f"requests.{line}.{column}": "3" for line in ("granted", "concluded", "received") for column in COLUMNS}
    texts |= {f"requests.{line}.total": "18" for line in ("granted", "concluded", "received")}
    texts |= {f"{LINE}.{column}": figure for column, figure in zip(COLUMNS, figures, strict=True)}
    (folder / "page.html").write_text(layouts.page(layouts.parts(FORM, texts)), "utf-8")
    return read_report(folder / "page.html", load_forms())


def row(found: PublishedReport) -> list[FoundFigure]:
    return [found.figures[f"{LINE}.{column}"] for column in COLUMNS]


def codes(found: PublishedReport) -> set[str]:
    return {item.code.value for item in found.log if item.code.value.startswith("import.")}


def test_blanks__beside_a_total_of_0__are_0_and_told_once(tmp_path: Path) -> None:
    found = read(tmp_path, ["", "", "0", "0", "0", "0", "0"])
    assert [figure.value for figure in row(found)] == [0] * 7
    assert [figure.sure for figure in row(found)][:2] == ["solved", "solved"]
    assert codes(found) == {"import.zero_by_total"}


@pytest.mark.parametrize("first", ["5", "1"])
def test_blanks__beside_a_total_that_another_figure_contradicts__stay_blank(first: str, tmp_path: Path) -> None:
    found = read(tmp_path, [first, "", "0", "0", "0", "0", "0"])
    assert [figure.value for figure in row(found)] == [int(first), None, 0, 0, 0, 0, 0]
    assert "import.zero_by_total" not in codes(found)


def test_blanks__without_a_printed_total__stay_blank(tmp_path: Path) -> None:
    found = read(tmp_path, ["0", "", "0", "0", "0", "0", ""])
    assert [figure.value for figure in row(found)] == [0, None, 0, 0, 0, 0, None]
    assert "import.zero_by_total" not in codes(found)


def test_line_without_figures__beside_column_totals_of_0__is_0_and_not_told_as_open(tmp_path: Path) -> None:
    texts = dict.fromkeys(layouts.made_up(FORM, seed=1), "0")
    lines = layouts.lines(layouts.parts(FORM, texts)).split("\n")
    at = next(at for at, line in enumerate(lines) if "信访举报投诉类申请" in line)
    assert lines[at + 1 : at + 8] == ["0"] * 7
    (tmp_path / "report.txt").write_text("\n".join([*lines[: at + 1], *lines[at + 8 :]]), "utf-8")
    found = read_report(tmp_path / "report.txt", load_forms())
    assert [figure.value for figure in row(found)][:6] == [0] * 6
    assert codes(found) == {"import.zero_by_total"}
