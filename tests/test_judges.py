"""The judges themselves: each sees a fault that was put there, and none where there is none."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.judges import JudgeError, audit, recalculate, saved_by_gnumeric

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Two numbers, and their sum with a wrong stored value."""
    path = tmp_path / "书.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row("A1", [40, 2])
        sheet.write_formula("C1", "=A1+B1", None, 7)
    return path


def tampered(path: Path, part: str, old: bytes, new: bytes) -> Path:
    target = path.with_name("tampered.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        assert old in source.read(part)
        for name in source.namelist():
            copy.writestr(name, source.read(name).replace(old, new) if name == part else source.read(name))
    return target


def test_audit__sound_workbook__no_complaint(workbook: Path) -> None:
    assert audit(workbook) == []


def test_audit__element_that_the_schema_does_not_know__complaint_names_the_part(workbook: Path) -> None:
    complaints = audit(tampered(workbook, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<made-up/><sheetData>"))
    assert complaints
    assert all("/xl/worksheets/sheet1.xml" in complaint for complaint in complaints)


def test_audit__no_workbook_at_all__complaint(tmp_path: Path) -> None:
    path = tmp_path / "no.xlsx"
    path.write_bytes(b"PK\x03\x04")
    assert audit(path)


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_recalculate__wrong_stored_value__replaced(workbook: Path, tmp_path: Path, kind: str) -> None:
    saved = recalculate(workbook, tmp_path / kind, kind)
    if kind == "ods":
        saved = recalculate(saved, tmp_path / "back")
    assert openpyxl.load_workbook(saved, data_only=True)["表"]["C1"].value == 42


@pytest.mark.office
def test_recalculate__pdf__is_written(workbook: Path, tmp_path: Path) -> None:
    assert recalculate(workbook, tmp_path / "pdf", "pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.office
def test_recalculate__file_that_is_not_there__no_verdict(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match=r"wrote no gone\.xlsx"):
        recalculate(tmp_path / "gone.xlsx", tmp_path / "out")


@pytest.mark.office
def test_recalculate__over_the_file_itself__refused(workbook: Path) -> None:
    with pytest.raises(JudgeError, match="would lie over"):
        recalculate(workbook, workbook.parent)


@pytest.mark.gnumeric
def test_gnumeric__wrong_stored_value__replaced(workbook: Path, tmp_path: Path) -> None:
    saved = saved_by_gnumeric(workbook, tmp_path / "saved")
    with zipfile.ZipFile(saved) as archive:
        assert re.findall("<v>(.*?)</v>", archive.read("xl/worksheets/sheet1.xml").decode()) == ["40", "2", "42"]


@pytest.mark.gnumeric
def test_gnumeric__file_that_is_not_there__no_verdict(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match=r"wrote no gone\.xlsx"):
        saved_by_gnumeric(tmp_path / "gone.xlsx", tmp_path / "out")


@pytest.mark.parametrize(("ci", "exit_code", "word"), [("", 0, "2 skipped"), ("true", 1, "2 errors")])
def test_office_test__without_the_program__is_skipped_with_a_word_and_fails_in_ci(
    ci: str, exit_code: int, word: str
) -> None:
    tests = ("test_recalculate__pdf__is_written", "test_gnumeric__file_that_is_not_there__no_verdict")
    file = Path(__file__).relative_to(ROOT).as_posix()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(f"{file}::{test}" for test in tests)],
        cwd=ROOT,
        env={**os.environ, "PATH": "", "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == exit_code
    assert word in done.stdout
    assert "LibreOffice is not installed" in done.stdout
    assert "Gnumeric is not installed" in done.stdout
