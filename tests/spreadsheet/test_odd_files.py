"""Odd files in a folder, and texts that would like to be formulas: one row a file, and a text stays a text."""

import csv
import json
import os
import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from tests.mangling.good import OTHER, ROSTER, good
from tests.mangling.manglings import REQUESTS
from xltool.cli.main import main

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep no such names")
COMMANDS = ("=cmd|' /C calc'!A0", "+1+cmd|x", "-2+3", "@SUM(1)", "\t=1+1", "＝1+1", '=HYPERLINK("http://a","b")')
QUOTED = re.compile(r'"(?:[^"]|"")*"')
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the wide ones for = + - @


def merged(folder: Path, *arguments: str) -> Any:
    """The answer of a merge of ``folder``/in, with everything that can be written beside it."""
    listed = "".join(f"{agency.code},{agency.name}\n" for agency in ROSTER)
    (folder / "名册.csv").write_text("code,name\n" + listed, "utf-8")
    beside = ["--html", str(folder / "a.html"), "--export", str(folder / "tables"), "--json"]
    roster = ["--roster", str(folder / "名册.csv"), "-o", str(folder / "a.xlsx")]
    done = CliRunner().invoke(main, ["merge", str(folder / "in"), *roster, *beside, *arguments])
    assert done.exit_code == 1, done.output
    return json.loads(done.stdout)


@LINUX
def test_name_that_is_no_text__told_escaped_and_the_batch_goes_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / os.fsdecode(b"\xff\xfe\xb8.xlsx")).write_bytes(good())
    (tmp_path / "in" / os.fsdecode(b"\xff.csv")).write_bytes(b"x")
    answer = merged(tmp_path)
    assert (answer["found"], answer["accepted"], answer["foreign"]) == (2, 1, 1)
    named = {file["file"].rpartition("/")[2] for file in answer["files"]}
    assert named == {r"\udcff\udcfe\udcb8.xlsx", r"\udcff.csv"}
    done = CliRunner().invoke(main, ["check", str(tmp_path / "in"), "--return", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output


@LINUX
def test_folder_of_odd_things__each_one_row(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("好.xlsx", "--help.xlsx", "-o", "换\n行\x1b[31m.xlsx"):
        (folder / name).write_bytes(good())
    os.mkfifo(folder / "管道.xlsx")
    for name, target in (("设备.xlsx", "/dev/zero"), ("圈.xlsx", "圈.xlsx"), ("空链.xlsx", "没有.xlsx"), ("回", "..")):
        (folder / name).symlink_to(target)
    with zipfile.ZipFile(folder / "包.zip", "w") as archive:
        for name in ("CON.xlsx", "aux/nul.xlsx", "a:b?.xlsx", "x" * 300 + ".xlsx"):
            archive.writestr(name, good())
    done = CliRunner().invoke(main, ["check", str(folder), "--json"])
    rows = [(row["file"].removeprefix(f"{folder}/"), row["status"]) for row in json.loads(done.stdout)["submissions"]]
    refused = {"管道.xlsx", "设备.xlsx", "圈.xlsx", "空链.xlsx"}
    assert {name for name, status in rows if status == "unreadable"} == refused
    good_files = {"好.xlsx", "--help.xlsx", "-o", "换\n行\x1b[31m.xlsx", "包.zip/CON.xlsx", "包.zip/aux/nul.xlsx"}
    good_files |= {"包.zip/a:b?.xlsx", f"包.zip/{'x' * 300}.xlsx"}
    # the eight have the same bytes: one is accepted, each of the others is a row of its own as well
    assert sorted(name for name, status in rows if status in {"accepted", "superseded"}) == sorted(good_files)
    assert [status for _, status in rows].count("accepted") == 1
    assert "\x1b" not in CliRunner().invoke(main, ["check", str(folder)]).stdout


def with_commands() -> bytes:
    """A return with commands in its strays, its narrative, its explanations and the name of one more sheet."""
    book = openpyxl.load_workbook(BytesIO(good()))
    found = book[REQUESTS]
    narrative = book["五 存在问题"] if "五 存在问题" in book.sheetnames else book.worksheets[-3]
    for number, text in enumerate(COMMANDS, start=40):
        for sheet in (found, narrative):
            cell = sheet.cell(number, 2, text)
            cell.data_type = "s"
    extra = book.create_sheet("=cmd|x")
    extra["A1"] = COMMANDS[0]
    extra["A1"].data_type = "s"
    found["D7"] = COMMANDS[0]  # where a figure belongs
    found["D7"].data_type = "s"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def formulas(data: bytes) -> list[str]:
    """Formulas in which something of a command is left outside quotation marks."""
    book = openpyxl.load_workbook(BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [str(cell.value) for cell in cells if re.search(r"cmd|http|calc|SUM\(1\)", QUOTED.sub("", str(cell.value)))]


@LINUX
def test_texts_that_look_like_formulas__are_texts_in_all_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/=cmd|calc.xlsx").write_bytes(with_commands())
    (tmp_path / "in/<script>alert(1).xlsx").write_bytes(good(OTHER))
    (tmp_path / """in/a"&cmd|'x'!A1&".xlsx""").write_bytes(b"x")
    merged(tmp_path, "--include-flawed")
    done = CliRunner().invoke(main, ["check", str(tmp_path / "in"), "--return", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output
    publish = ["publish", str(tmp_path / "in/=cmd|calc.xlsx")]
    for kind in ("docx", "html"):
        CliRunner().invoke(main, [*publish, "--as", kind, "-o", str(tmp_path / kind)])
    written = [path for path in tmp_path.rglob("*") if path.is_file() and tmp_path / "in" not in path.parents]
    for path in written:
        if path.suffix == ".xlsx":
            assert formulas(path.read_bytes()) == [], path
        elif path.suffix == ".csv" and path.name != "名册.csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                live = [field for row in csv.reader(file) for field in row if field.startswith(LIVE)]
            assert [field for field in live if not _is_number(field)] == [], path
        elif path.suffix == ".html":
            assert "<script>alert" not in path.read_text("utf-8")
        elif path.suffix == ".docx":
            Document(str(path))
    assert {path.suffix for path in written} >= {".xlsx", ".csv", ".html"}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
