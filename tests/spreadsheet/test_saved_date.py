"""The date of the last change, as every kind of workbook stores it."""

import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.judges import recalculate
from tests.spreadsheet.spreadsheets import ODS, ODS_CELL, ods_row, spreadsheet
from xltool.commands.check import review_files
from xltool.commands.run_context import build_run_context
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.spreadsheet.saved_date import read_compound_date

SAVED = datetime(2026, 1, 20, 9, 0, 5)


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active["A1"] = 1  # type: ignore[index]  # a new workbook has a sheet
    book.properties.modified = SAVED
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts["docProps/core.xml"].decode()
    start = core.index("<dcterms:modified")
    core = core[:start] + core[start:].replace(
        core[start:].split(">", 1)[1].split("<", 1)[0], "2026-01-20T09:00:05Z", 1
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, "docProps/core.xml": core.encode()}.items():
            archive.writestr(name, content)
    return path


def ods(path: Path, meta: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", spreadsheet(ods_row(ODS_CELL)))
        archive.writestr("meta.xml", meta)
    return path


def test_xlsx__the_date_with_its_time_zone(tmp_path: Path) -> None:
    assert open_workbook(workbook(tmp_path / "a.xlsx")).saved == "2026-01-20T09:00:05+00:00"


def test_ods__the_date_without_a_time_zone(tmp_path: Path) -> None:
    meta = '<m:x xmlns:m="o" xmlns:dc="d"><dc:date>2026-01-20T09:00:05.123456789</dc:date></m:x>'
    assert open_workbook(ods(tmp_path / "a.ods", meta)).saved == "2026-01-20T09:00:05"


@pytest.mark.parametrize("meta", ["<a/>", "<a><date>gestern</date></a>", "<a><date>2026-99-99T00:00:00</date></a>"])
def test_metadata_that_says_nothing__is_no_reason_to_refuse(meta: str, tmp_path: Path) -> None:
    assert open_workbook(ods(tmp_path / "a.ods", meta)).saved == ""


@pytest.mark.office
def test_xls__the_date_in_the_summary_information(tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(days=2)
    saved = open_workbook(recalculate(workbook(tmp_path / "a.xlsx"), tmp_path / "xls", "xls")).saved
    assert saved
    assert datetime.fromisoformat(saved).tzinfo is not None
    assert datetime.fromisoformat(saved) > before or saved.startswith("2026-01-20")


def test_summary_information__every_cut_is_no_date() -> None:
    from xltool.spreadsheet.saved_date import _read_property_date

    ticks = int((SAVED.replace(tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    section = struct.pack("<IIII", 28, 1, 0x0D, 16) + struct.pack("<IQ", 0x40, ticks)
    stream = bytes(28) + bytes(16) + struct.pack("<I", 48) + section
    assert _read_property_date(stream) == "2026-01-20T09:00:05+00:00"
    assert read_compound_date(b"\xd0\xcf\x11\xe0" + bytes(600)) == ""
    assert read_compound_date(b"") == ""


def test_archive__each_file_knows_its_place_unless_it_is_in_order_of_names(tmp_path: Path) -> None:
    from tests.returns import GOOD, filled

    source = filled(tmp_path / "a.xlsx", GOOD)
    for name, order in (("names.zip", ("a.xlsx", "b.xlsx")), ("times.zip", ("b.xlsx", "a.xlsx"))):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for file in order:
                archive.write(source, file)
    context = build_run_context()
    positions = []
    for name in ("names.zip", "times.zip"):
        items = review_files(context, tmp_path / name)
        positions.append([item.submission.source.position for item in items if item.submission])
        assert {item.submission.source.archive for item in items if item.submission} == {str(tmp_path / name)}
    assert positions == [[None, None], [0, 1]]


def test_marks_of_an_earlier_check__are_noticed(tmp_path: Path) -> None:
    from tests.returns import BROKEN, filled
    from xltool.commands.check import check
    from xltool.commands.send_back import send_back

    context = build_run_context()
    sent = filled(tmp_path / "收" / "a.xlsx", BROKEN)
    (first,) = check([sent], context)
    send_back([first], context.forms, None, tmp_path / "退")
    (second,) = check([tmp_path / "退" / "a.xlsx"], context)
    assert first.submission
    assert second.submission
    assert (first.submission.source.marked, second.submission.source.marked) == (False, True)
