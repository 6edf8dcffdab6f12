"""Archives of returns: every file inside ends in one row, whatever it is called and however deep it lies."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.mangling.good import ABOUT, OTHER, ROSTER, TOWN, good
from tests.mangling.manglings import MANGLINGS
from tests.spreadsheet.packages import RawZip
from xltool.cli.main import main
from xltool.commands.check import check, review_files
from xltool.model.finding_facts import NameWithRemark
from xltool.spreadsheet import limits


def zipped(files: Mapping[str, bytes], encoding: str = "utf-8") -> bytes:
    """A zip whose names are stored in an encoding without saying which, as Windows does, or as UTF-8 and so marked."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 20, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            if encoding != "utf-8":
                info = Unmarked(name, encoding)
            archive.writestr(info, content)
    return stream.getvalue()


class Unmarked(zipfile.ZipInfo):
    """An entry whose name is written in another encoding, unmarked."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name, (2026, 1, 20, 9, 0, 0))
        self._stored = name.encode(encoding)

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name for it
        return self._stored, self.flag_bits


def rows(folder: Path, data: bytes) -> list[tuple[str, str, list[str]]]:
    """File below the folder, status and codes of every entry."""
    path = folder / "各镇.zip"
    path.write_bytes(data)
    items = review_files(ABOUT, path)
    return [
        (item.file.removeprefix(f"{folder}/"), item.status.value, [found.code for found in item.findings])
        for item in items
    ]


def test_zip_of_a_folder__one_row_a_file_named_by_its_way(tmp_path: Path) -> None:
    files = {
        "一季度/张家湾镇.xlsx": good(),
        "一季度/说明.txt": "见附件".encode(),
        "一季度/空.xlsx": b"",
        "~$张.xlsx": b"x",
    }
    assert rows(tmp_path, zipped(files)) == [
        ("各镇.zip/一季度/张家湾镇.xlsx", "accepted", []),
        ("各镇.zip/一季度/说明.txt", "foreign", ["file.not_workbook"]),
        ("各镇.zip/一季度/空.xlsx", "unreadable", ["file.empty"]),
        ("各镇.zip/~$张.xlsx", "foreign", ["file.temporary"]),
    ]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names__gbk_and_utf8_are_read_alike(tmp_path: Path, encoding: str) -> None:
    name = "某某区张家湾镇人民政府（盖章）2025年政府信息公开工作年度报告" * 2 + ".xlsx"
    assert rows(tmp_path, zipped({name: good()}, encoding)) == [(f"各镇.zip/{name}", "accepted", [])]


def test_zip_inside_a_zip__looked_into_to_the_limit(tmp_path: Path) -> None:
    inner = zipped({"甲.xlsx": good()})
    assert rows(tmp_path, zipped({"乙.zip": inner})) == [("各镇.zip/乙.zip/甲.xlsx", "accepted", [])]
    for _ in range(limits.MAX_ARCHIVE_DEPTH):
        inner = zipped({"丙.zip": inner})
    ((_, status, codes),) = rows(tmp_path, inner)
    assert (status, codes) == ("unreadable", ["file.over_limit"])


def test_archives_of_nothing__one_row(tmp_path: Path) -> None:
    assert rows(tmp_path, zipped({"空/": b""})) == [("各镇.zip", "foreign", ["file.not_workbook"])]


def test_hostile_members__each_refused_by_itself(tmp_path: Path) -> None:
    bomb = bytes(limits.MAX_FILE_BYTES + 1)
    found = rows(tmp_path, zipped({"../../甲.xlsx": good(), "大.xlsx": bomb, "好.xlsx": good()}))
    assert [(status, codes) for _, status, codes in found] == [
        ("unreadable", ["file.unsafe_names"]),
        ("unreadable", ["file.too_large"]),
        ("accepted", []),
    ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["各镇.zip"]


@pytest.mark.parametrize("name", ["", "\0", "\0甲.xlsx", "\r\n甲.xlsx"])
def test_names_that_are_none__each_file_one_row_all_the_same(name: str, tmp_path: Path) -> None:
    archive = RawZip()
    archive.add(name, good())
    archive.add("乙.xlsx", b"x")
    found = rows(tmp_path, archive.bytes())
    assert [codes for _, _, codes in found] in (
        [[], ["file.not_workbook"]],
        [["file.unsafe_names"], ["file.not_workbook"]],
    )
    assert all(file.isprintable() for file, _, _ in found)


def test_entry_that_lies_about_its_size__refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ARCHIVE_BYTES", 1000)
    found = rows(tmp_path, zipped({"甲.xlsx": good(), "乙.xlsx": good()}))
    assert [codes for _, _, codes in found] == [["file.bomb"], ["file.bomb"]]


def test_too_many_members__the_rest_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 2)
    found = rows(tmp_path, zipped({f"{number}.txt": b"x" for number in range(5)}))
    assert [codes for _, _, codes in found] == [["file.not_workbook"], ["file.not_workbook"], ["file.bomb"]]


def test_merge_of_archives_and_of_two_agencies_in_one_file__the_counts_add_up(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/各镇.zip").write_bytes(
        zipped({"两镇.xlsx": MANGLINGS["two_agencies"].apply(good()), "a.txt": b"x"})
    )
    listed = "".join(f"{agency.code},{agency.name}\n" for agency in ROSTER)
    (tmp_path / "名册.csv").write_text("code,name\n" + listed, "utf-8")
    arguments = ["--roster", str(tmp_path / "名册.csv"), "-o", str(tmp_path / "汇总.xlsx"), "--json"]
    answer = json.loads(CliRunner().invoke(main, ["merge", str(tmp_path / "in"), *arguments]).stdout)
    names = [each["file"].rpartition("/")[2] for each in answer["files"]]
    assert names == ["两镇.xlsx#1", "两镇.xlsx#2", "a.txt"]
    assert [each["agency"] for each in answer["files"]] == [TOWN.code, OTHER.code, None]
    states = ("accepted", "returned", "unreadable", "superseded", "foreign")
    assert (answer["found"], sum(answer[state] for state in states), answer["missing"]) == (3, 3, [])


def test_one_template_used_by_two_agencies__the_other_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(good())
    (tmp_path / "乙.xlsx").write_bytes(MANGLINGS["agency_edited"].apply(good()))
    items = {Path(item.file).name: item for item in check([tmp_path], ABOUT)}
    assert [found.code for found in items["甲.xlsx"].findings] == []
    assert [found.code for found in items["乙.xlsx"].findings] == ["serial.shared", "serial.other"]
    assert items["乙.xlsx"].findings[0].facts["others"] == (NameWithRemark("甲.xlsx", TOWN.name),)
