"""Formats that only a library reads, and files behind a password: through a worker that may die."""

import io
import os
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from tests.judges import recalculate
from tests.spreadsheet.hostile import ole
from tests.spreadsheet.old_excel import far_apart
from tests.spreadsheet.packages import GOOD, with_parts
from xltool.errors import UnreadableFileError
from xltool.spreadsheet.cell_look import PLAIN_LOOK
from xltool.spreadsheet.decrypt import decrypt_bytes
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType
from xltool.spreadsheet.values_only import read_binary_sheets
from xltool.spreadsheet.worker.client import SHARED_WORKER, Worker


def made(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet, hidden = book.add_worksheet("表一"), book.add_worksheet("隐藏")
        sheet.write_row("B2", ["年报", 12, 7730.28, 0.1])
        sheet.write_formula("B3", "=C2*2", None, 24)
        sheet.write_datetime("C3", datetime(2025, 1, 2), date)
        sheet.merge_range("B5:C6", "合并")
        hidden.hide()
    return path


EXPECTED = {
    "B2": RawCell(StorageType.TEXT, "年报"),
    "C2": RawCell(StorageType.NUMBER, "12"),
    "D2": RawCell(StorageType.NUMBER, "7730.28"),
    "E2": RawCell(StorageType.NUMBER, "0.1"),
    "B3": RawCell(StorageType.NUMBER, "24", "C2*2"),
    "C3": RawCell(StorageType.DATE, "2025-01-02"),
    "B5": RawCell(StorageType.TEXT, "合并"),
}


def contents(sheet: RawSheet) -> dict[str, RawCell]:
    """The cells without their locks and looks."""
    return {address: cell._replace(locked=True, look=PLAIN_LOOK) for address, cell in sheet.cells.items()}


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_books_of_libreoffice__values_under_any_name(kind: str, tmp_path: Path) -> None:
    converted = recalculate(made(tmp_path / "a.xlsx"), tmp_path / "out", kind)
    renamed = converted.rename(tmp_path / "renamed.xlsx")
    book = open_workbook(renamed)
    assert (book.container, book.complete) == (kind, False)
    assert [(sheet.name, sheet.state) for sheet in book.sheets] == [("表一", "visible"), ("隐藏", "hidden")]
    assert contents(book.sheets[0]) == EXPECTED


@pytest.mark.office
def test_book_saved_by_libreoffice__same_values_and_formulas(tmp_path: Path) -> None:
    first = open_workbook(recalculate(made(tmp_path / "a.xlsx"), tmp_path / "out")).sheets[0]
    assert contents(first) == {
        **EXPECTED,
        "C3": RawCell(StorageType.DATE, "45659"),
    }
    assert first.merged == ("B5:C6",)


def refusal_of(path: Path, password: str | None = None) -> str:
    with pytest.raises(UnreadableFileError) as refusal:
        open_workbook(path, password)
    return refusal.value.code


# --- passwords ---------------------------------------------------------------------------------------------------


def locked(path: Path, password: str) -> Path:
    with path.open("wb") as out:
        OOXMLFile(io.BytesIO(with_parts({"xl/media/1.bin": os.urandom(9000)}))).encrypt(password, out)
    return path


def test_password__needed_wrong_and_right(tmp_path: Path) -> None:
    path = locked(tmp_path / "a.xlsx", "年报")
    assert refusal_of(path) == "file.encrypted"
    assert refusal_of(path, "") == "file.encrypted"
    assert refusal_of(path, "年刊") == "file.wrong_password"
    book = open_workbook(path, "年报")
    assert {address: cell.text for address, cell in book.sheets[0].cells.items()} == GOOD
    assert (book.complete, book.size) == (True, path.stat().st_size)


def test_password__the_one_of_excel_itself__not_asked_for(tmp_path: Path) -> None:
    book = open_workbook(locked(tmp_path / "a.xlsx", "VelvetSweatshop"))
    assert {address: cell.text for address, cell in book.sheets[0].cells.items()} == GOOD


def test_password__of_a_file_that_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_parts({}))
    assert open_workbook(path, "年报").sheets[0].name == "表一"


def test_password__without_the_optional_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    assert decrypt_bytes(b"", "x") == ({"problem": "no_library"}, b"")


def test_password__on_what_only_looks_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(ole("EncryptedPackage"))
    assert refusal_of(path, "x") in {"file.damaged", "file.wrong_password"}


# --- the worker --------------------------------------------------------------------------------------------------


def test_worker__killed_by_one_file__reads_the_next(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.xls", locked(tmp_path / "good.xlsx", "x")
    bad.write_bytes(far_apart())
    assert refusal_of(bad) == "file.reader_died"
    assert open_workbook(good, "x").sheets[0].name == "表一"
    assert refusal_of(bad) == "file.reader_died"


def test_worker__past_the_deadline__refused_and_started_again() -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read_binary_sheets(far_apart(), max_seconds=0.01)
    assert (refusal.value.code, refusal.value.facts) == ("file.timeout", {"seconds": 0})
    with pytest.raises(UnreadableFileError) as refusal:
        read_binary_sheets(b"nothing")
    assert refusal.value.code == "file.damaged"


def test_worker__kept_between_files() -> None:
    with pytest.raises(UnreadableFileError):
        read_binary_sheets(b"nothing")
    assert isinstance(SHARED_WORKER, Worker)
    first = SHARED_WORKER._child._process
    with pytest.raises(UnreadableFileError):
        read_binary_sheets(b"nothing")
    assert SHARED_WORKER._child._process is first is not None


def test_worker__asked_by_several_threads__one_answer_each(tmp_path: Path) -> None:
    path, names = locked(tmp_path / "a.xlsx", "x"), []
    threads = [threading.Thread(target=lambda: names.append(open_workbook(path, "x").container)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == ["xlsx"] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_worker__inherited_by_a_fork__left_to_its_parent() -> None:
    worker = Worker()
    assert worker.run_task("xltool.spreadsheet.xls.calamine:read_values", b"nothing", 9)[0] == {"problem": "unreadable"}
    read, write = os.pipe()
    if not os.fork():
        os.write(
            write, worker.run_task("xltool.spreadsheet.xls.calamine:read_values", b"nothing", 9)[0]["problem"].encode()
        )
        worker.close()
        os._exit(0)
    assert os.read(read, 100) == b"unreadable"
    assert worker.run_task("xltool.spreadsheet.xls.calamine:read_values", b"nothing", 9)[0] == {"problem": "unreadable"}
    os.wait()
    worker.close()
    os.close(read)
    os.close(write)
