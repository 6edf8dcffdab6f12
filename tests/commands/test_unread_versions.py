"""A file of an agency that cannot be read, perhaps a later version, beside a return of it that is counted."""

import re
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import MEMBERS, ROSTER, answer, report, returned, run
from tests.commands.test_decisions import COLUMNS, decide

AGENCY = MEMBERS[0]
SAID = "另有一份“{}”打不开，可能是更晚的一份，请先索取。"


def received(folder: Path, unread: str, counted: str = "") -> str:
    """Returns of all agencies, and a damaged file; return the name of the latter."""
    for agency in MEMBERS:
        name = counted if agency is AGENCY and counted else f"{agency.code} {agency.name}.xlsx"
        returned(folder, agency.code, report("zhangjiawan-2025"), name=name)
    name = f"{AGENCY.code} {AGENCY.name} {unread}.xlsx"
    (folder / name).write_bytes(b"PK\x03\x04junk")
    return name


def sheet_texts(book: Path, sheet: str) -> list[str]:
    cells = (cell for line in openpyxl.load_workbook(book)[sheet].iter_rows(values_only=True) for cell in line)
    return [cell for cell in cells if isinstance(cell, str)]


def test_unread_file_named_after_a_counted_agency__every_output_asks_for_it(tmp_path: Path) -> None:
    folder, book, page = tmp_path / "收", tmp_path / "汇总.xlsx", tmp_path / "汇总.html"
    name = received(folder, "最终")
    code, out, _ = run("merge", folder, "--roster", ROSTER, "-o", book, "--html", page, "--no-cache")
    assert code == 1
    assert SAID.format(name) in out
    assert any(SAID.format(name) in text for text in sheet_texts(book, "报送情况"))
    (banner,) = (text for text in sheet_texts(book, "总览") if "打不开" in text)
    assert banner == f"{AGENCY.name}另有打不开的文件，可能是更晚的一份，请先索取。应报 12 个单位各有一份计入。"
    assert f"{AGENCY.name}另有打不开的文件" in page.read_text("utf-8")


def test_unread_file__its_agency_is_asked_for_it_and_gets_no_acceptance(tmp_path: Path) -> None:
    folder, letters = tmp_path / "收", tmp_path / "信函"
    name = received(folder, "最终")
    run("letters", folder, "--roster", ROSTER, "-o", letters, "--no-cache")
    written = [path.relative_to(letters).as_posix() for path in letters.rglob("*.txt") if AGENCY.name in path.name]
    assert [path.split("/")[0] for path in written] == ["退回"]
    assert name in (letters / written[0]).read_text("utf-8-sig")
    lines = openpyxl.load_workbook(letters / "信函清单.xlsx").worksheets[0].iter_rows(values_only=True)
    (line,) = (line for line in lines if AGENCY.code in line)
    assert any("可能是更晚的一份" in str(cell) for cell in line)


@pytest.mark.parametrize(("unread", "counted"), [("初稿", ""), ("2026-01-05", f"{AGENCY.code} 2026-01-20.xlsx")])
def test_unread_file_whose_name_says_that_it_is_earlier__is_not_asked_for(
    tmp_path: Path, unread: str, counted: str
) -> None:
    received(tmp_path / "收", unread, counted)
    made = answer("check", tmp_path / "收", "--roster", ROSTER, "--no-cache")
    assert "version.unread" not in re.findall(r"[a-z]+\.[a-z_]+", str(made))


def test_counting_the_readable_one_by_decision__settles_it(tmp_path: Path) -> None:
    folder, book = tmp_path / "收", tmp_path / "裁定.xlsx"
    received(folder, "最终", "甲.xlsx")
    run("check", folder, "--roster", ROSTER, "--no-cache", "--decisions", book)
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "裁定"
    sheet["A1"] = "裁定表"
    for column, text in enumerate(COLUMNS, start=1):
        sheet.cell(3, column, text)
    workbook.save(book)
    decide(book, "甲.xlsx", "计入")
    summary = tmp_path / "汇总.xlsx"
    run("merge", folder, "--roster", ROSTER, "--no-cache", "--decisions", book, "-o", summary)
    assert not any("打不开的文件" in text for text in sheet_texts(summary, "总览"))
