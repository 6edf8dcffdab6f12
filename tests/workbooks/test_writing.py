"""The door to XlsxWriter: refusals are heard, files are whole or not there, texts stay texts."""

import warnings
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tests.judges import audit
from xltool.errors import SystemFault, UsageError, WritingError
from xltool.model.form import Box, Number
from xltool.workbooks.save_files import save_file
from xltool.workbooks.xlsxwriter_adapter import (
    BookWriter,
    CellContent,
    FileLink,
    Formula,
    Link,
    SheetWriter,
    StyleProperties,
    create_workbook,
)
from xltool.workbooks.xlsxwriter_classes import TextWorksheet

PLAIN: dict[str, StyleProperties] = {"plain": {}}
TOO_LONG = {"validate": "integer", "criteria": ">=", "value": 0, "input_message": "长" * 256}

REFUSED: dict[str, Callable[[SheetWriter, BookWriter], Any]] = {
    "a prompt too long": lambda sheet, book: sheet.data_validation("A1", TOO_LONG),
    "a list too long": lambda sheet, book: sheet.data_validation("A1", {"validate": "list", "source": ["长" * 256]}),
    "a text too long": lambda sheet, book: sheet.write_box(Box(1, 1), "长" * 32768, "plain"),
    "a row that is not there": lambda sheet, book: sheet.write_box(Box(1048577, 1), "x", "plain"),
    "a condition not known": lambda sheet, book: sheet.conditional_format("A1", {"type": "unheard of"}),
    "two boxes over each other": lambda sheet, book: [sheet.merge_range(0, 0, 1, 1, "") for _ in range(2)],
    "a name like a cell": lambda sheet, book: book.define_name("A1", "=s!$A$1"),
    "a sheet name twice": lambda sheet, book: book.add_sheet("S"),
    "a formula without its value": lambda sheet, book: sheet.write_box(Box(1, 1), Formula("1+1", ""), "plain"),
    "a text of half a character": lambda sheet, book: sheet.write_box(Box(1, 1), "\ud800", "plain"),
    "a property too long": lambda sheet, book: book.set_document_properties("t", {"p": "长" * 256}),
    "a property XML cannot hold": lambda sheet, book: book.set_document_properties("t", {"p": "\x00"}),
    "a protection not known": lambda sheet, book: sheet.protect("", {"unheard of": True}),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_refusal__becomes_an_error__and_nothing_is_written(
    refused: Callable[[SheetWriter, BookWriter], Any], tmp_path: Path
) -> None:
    with pytest.raises(WritingError) as stopped, create_workbook(tmp_path / "a.xlsx", PLAIN) as book:
        refused(book.add_sheet("s"), book)
    assert stopped.value.code == "writing.refused"
    assert set(stopped.value.facts) == {"action", "place", "reason"}
    assert list(tmp_path.iterdir()) == []


def test_refusal__without_the_door__is_only_an_answer(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as said, xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        warnings.simplefilter("always")
        sheet = book.add_worksheet("s")
        answers = [sheet.data_validation("A1", TOO_LONG), sheet.write_string(0, 0, "长" * 32768)]
    assert (answers, len(said)) == ([-2, -2], 1)
    assert "dataValidation" not in part(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml")


def test_body_that_fails__leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), create_workbook(tmp_path / "a.xlsx", PLAIN) as book:
        book.add_sheet(str(1 // 0))
    assert list(tmp_path.iterdir()) == []


def test_save__folder_not_there__says_so(tmp_path: Path) -> None:
    with pytest.raises(WritingError) as stopped:
        save_file(tmp_path / "none" / "a.xlsx", b"new")
    assert stopped.value.code == "writing.no_folder"
    assert stopped.value.facts["file"] == str(tmp_path / "none" / "a.xlsx")


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_save__disk_fails_half_way__the_old_file_stays_and_no_draft(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.xlsx").write_bytes(b"old")
    monkeypatch.setattr(step, fail)
    with pytest.raises(WritingError) as stopped:
        save_file(tmp_path / "a.xlsx", b"new", force=True)
    assert (stopped.value.code, stopped.value.facts["reason"]) == ("writing.disk_full", SystemFault.DISK_FULL)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.xlsx", b"old")]


def test_existing_file__is_never_written_over__unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(UsageError) as stopped, create_workbook(path, PLAIN):
        pass
    assert (stopped.value.code, path.read_bytes()) == ("usage.output_exists", b"old")
    with create_workbook(path, PLAIN, force=True) as book:
        book.add_sheet("s")
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
    assert openpyxl.load_workbook(path).sheetnames == ["s"]


TEXTS = {
    "=cmd|'/C calc'!A0": True,
    "+1": True,
    "-1": True,
    "@SUM(1)": True,
    "＝1": True,
    "＋1": True,
    "－1": True,
    "＠1": True,
    "\t=1": True,
    "007": False,
    "http://example.org/": False,
    "internal:s!A1": False,
    "{=1}": False,
    "<r><t>x</t></r>": False,
    "<r></si></sst>&</r>": False,
    "_x0041_": False,
    " two ": False,
    "a\nb": False,
    "TRUE": False,
}


def test_texts__stay_texts__whatever_they_look_like(tmp_path: Path) -> None:
    with create_workbook(tmp_path / "a.xlsx", PLAIN) as book:
        sheet = book.add_sheet("s")
        for row, text in enumerate(TEXTS, start=1):
            sheet.write_box(Box(row, 1), text, "plain")
        sheet.write_column(len(TEXTS), 0, ["=1", "<r>&</r>", "http://example.org/"])  # past ``put``, they still do
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")["s"]
    found = {row[0].value: (row[0].data_type, bool(row[0].quotePrefix), row[0].hyperlink) for row in read.iter_rows()}
    past = dict.fromkeys(["=1", "<r>&</r>", "http://example.org/"], False)
    assert found == {text: ("s", signed, None) for text, signed in (TEXTS | past).items()}
    assert audit(tmp_path / "a.xlsx") == []


def test_contents__are_written_as_what_they_are(tmp_path: Path) -> None:
    with create_workbook(tmp_path / "a.xlsx", {"plain": {}, "wide": {"align": "center"}}, font="宋体") as book:
        sheet = book.add_sheet("it's")
        sheet.write_box(Box(1, 1, 2, 3), Formula("1+1", 2), "plain", "wide")
        sheet.write_box(Box(3, 1), Link("go", "it's", "B2"), "plain")
        sheet.write_box(Box(4, 1), FileLink("open", "甲 a.xlsx"), "plain")
        sheet.write_box(Box(5, 1), None, "wide")
        book.lock_structure()
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = read["it's"]
    assert [str(area) for area in cells.merged_cells.ranges] == ["A1:C2"]
    assert (cells["A1"].value, cells["A1"].alignment.horizontal, cells["A1"].font.name) == ("=1+1", "center", "宋体")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["it's"]["A1"].value == 2
    links = [cells[spot].hyperlink for spot in ("A3", "A4")]
    assert [(link.location, link.target) for link in links if link] == [("'it''s'!B2", None), (None, "甲%20a.xlsx")]
    assert read.security is not None
    assert read.security.lockStructure
    assert audit(tmp_path / "a.xlsx") == []


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def test_figures__as_if_each_was_written_by_itself(tmp_path: Path) -> None:
    numbers: tuple[Number | None, ...] = (0, 7, None, Decimal("7730.28"), 10**15, 123456789012345, Decimal("0.5"), None)
    looks: dict[str, StyleProperties] = {"plain": {}, "bold": {"bold": True}, "open": {"bg_color": "#FFF4D0"}}
    styles = ("plain", "bold") * 4
    with create_workbook(tmp_path / "together.xlsx", looks) as book:
        sheet = book.add_sheet("S")
        for row in (3, 4):
            sheet.write_figures(row, 2, numbers, styles, "open")
    with create_workbook(tmp_path / "single.xlsx", looks) as book:
        sheet = book.add_sheet("S")
        for row in (3, 4):
            for at, (number, style) in enumerate(zip(numbers, styles, strict=True)):
                sheet.write_box(Box(row, 2 + at), number, "open" if number is None else style)
    parts = []
    for name in ("together", "single"):
        with zipfile.ZipFile(tmp_path / f"{name}.xlsx") as archive:
            parts.append(archive.read("xl/worksheets/sheet1.xml"))
    assert parts[0] == parts[1]


def test_styled_row__as_if_each_cell_was_written_by_itself(tmp_path: Path) -> None:
    looks: dict[str, StyleProperties] = {"plain": {}, "bold": {"bold": True}, "open": {"bg_color": "#FFF4D0"}}
    contents: list[CellContent] = ["甲", None, 7, "=1+1", Link("乙", "S", "A1"), "甲", Decimal("0.50"), "<r>x</r>", "-"]
    contents += [Formula("=1+1", 2), 10**15, " 尾 ", FileLink("丙", "a.xlsx"), None]
    cells = [(content, ("plain", ("bold", "open")[at % 2])) for at, content in enumerate(contents)]
    with create_workbook(tmp_path / "together.xlsx", looks) as book:
        sheet = book.add_sheet("S")
        for row in (3, 4):
            sheet.write_styled_row(row, 2, cells)
    with create_workbook(tmp_path / "single.xlsx", looks) as book:
        sheet = book.add_sheet("S")
        for row in (3, 4):
            for at, (content, styles) in enumerate(cells):
                sheet.write_box(Box(row, 2 + at), content, *styles)
    assert (tmp_path / "together.xlsx").read_bytes() == (tmp_path / "single.xlsx").read_bytes()


@pytest.mark.parametrize(
    "formula", ["=SUM(A1:A2)", "{=SUM(A1)}", 'IF(A1>1,"x","y")', "SEQUENCE(3)", "_xlfn.DROP(A1,1)"]
)
def test_formulas__prepared_as_the_library_does_each_time(formula: str) -> None:
    ours, library = TextWorksheet(), Worksheet()
    assert [ours._prepare_formula(formula) for _ in range(2)] == [library._prepare_formula(formula)] * 2
