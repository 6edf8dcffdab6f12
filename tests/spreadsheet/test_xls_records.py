"""What an .xls says record by record: figures by their formats, errors, hidden rows, and nothing that is not there."""

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.spreadsheet import old_excel
from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.raw_workbook import RawCell, RawSheet, StorageType
from xltool.spreadsheet.xls.calamine import read_values


def opened(data: bytes, folder: Path) -> RawSheet:
    path = folder / "a.xls"
    path.write_bytes(data)
    return open_workbook(path).sheets[0]


def cells(content: bytes, folder: Path) -> Mapping[str, tuple[StorageType, str]]:
    found = opened(old_excel.xls(content), folder).cells
    return {address: (cell.stored, cell.text) for address, cell in found.items()}


def test_figures__of_every_kind_of_record(tmp_path: Path) -> None:
    whole, part, hundredth = 12 << 2 | 2, struct.unpack("<II", struct.pack("<d", 0.5))[1], 1234 << 2 | 3
    content = (
        old_excel.number(0, 0, 7730.28)
        + old_excel.packed(0, 1, whole)
        + old_excel.packed(0, 2, part)
        + old_excel.several(1, 0, whole, hundredth, (-5 << 2 | 2) & 0xFFFFFFFF)
        + old_excel.truth(2, 0, 1)
        + old_excel.truth(2, 1, 0x2A, error=True)
        + old_excel.formula(3, 0, struct.pack("<d", 24.0))
        + old_excel.formula(3, 1, b"\x02\0\x17\0\0\0\xff\xff")
        + old_excel.formula(3, 2, b"\x01\0\x01\0\0\0\xff\xff")
        + old_excel.label(4, 0, "年报")
    )
    assert cells(content, tmp_path) == {
        "A1": (StorageType.NUMBER, "7730.28"),
        "B1": (StorageType.NUMBER, "12"),
        "C1": (StorageType.NUMBER, "0.5"),
        "A2": (StorageType.NUMBER, "12"),
        "B2": (StorageType.NUMBER, "12.34"),
        "C2": (StorageType.NUMBER, "-5"),
        "A3": (StorageType.BOOLEAN, "1"),
        "B3": (StorageType.ERROR, "#N/A"),
        "A4": (StorageType.NUMBER, "24"),
        "B4": (StorageType.ERROR, "#REF!"),
        "C4": (StorageType.BOOLEAN, "1"),
        "A5": (StorageType.TEXT, "年报"),
    }


@pytest.mark.parametrize(
    ("index", "code", "expected"),
    [
        (
            50,
            "#,##0.00####",
            RawCell(StorageType.NUMBER, "7730.28"),
        ),  # as Gnumeric numbers it: a date to whoever trusts 50
        (50, "yyyy-mm-dd", RawCell(StorageType.DATE, "1921-02-28T06:43:12")),
        (200, "0.00", RawCell(StorageType.NUMBER, "7730.28")),
    ],
)
def test_number_format__by_its_code_before_its_number(index: int, code: str, expected: RawCell, tmp_path: Path) -> None:
    content = old_excel.xls(old_excel.number(0, 0, 7730.28, style=1), (0, index), old_excel.number_format(index, code))
    found = opened(content, tmp_path).cells["A1"]
    assert (found.stored, found.text.partition(".")[0]) == (expected.stored, expected.text.partition(".")[0])


def test_hidden__rows_and_columns(tmp_path: Path) -> None:
    hidden = (
        old_excel.hidden_row(3) + old_excel.hidden_row(4) + old_excel.hidden_row(9) + old_excel.hidden_columns(1, 2)
    )
    sheet = opened(old_excel.xls(hidden + old_excel.number(0, 0, 1)), tmp_path)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ((range(4, 6), range(10, 11)), (range(2, 4),))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(old_excel.compound(old_excel.workbook(b""), chain=[0] * 8), id="chain-in-a-loop"),
        pytest.param(old_excel.compound(old_excel.workbook(b""), chain=[999] * 8), id="chain-past-the-end"),
        pytest.param(old_excel.xls(old_excel.record(old_excel.NUMBER, b"\0\0")), id="record-cut-short"),
        pytest.param(old_excel.compound(b""), id="no-records"),
    ],
)
def test_broken__refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        opened(data, tmp_path)
    assert refusal.value.code in {"file.damaged"}


def test_more_figures_than_allowed__told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CELLS_HELD", 3)
    assert read_values(old_excel.xls(old_excel.several(0, 0, 2, 6, 10, 14))) == {"problem": "cells_held"}


def test_problem__told_in_a_word() -> None:
    assert read_values(old_excel.compound(old_excel.workbook(b""), chain=[0] * 8)) == {"problem": "unreadable"}
