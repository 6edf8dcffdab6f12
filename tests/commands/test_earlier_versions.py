"""Run again without --force: what an earlier run wrote stays beside the new result, and is never read as a return."""

import os
from pathlib import Path

import pytest

from tests.cli.test_commands import ROSTER, report, returned, run
from xltool.workbooks.earlier_versions import list_earlier_versions

MORNING, NOON = 1_768_870_800, 1_768_881_600  # seconds of one day, three hours apart


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one return, where everything is written too."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    returned(tmp_path / "收到", "329907", report("zhangjiawan-2025"))
    return tmp_path / "收到"


def merge(inbox: Path, *words: object) -> str:
    code, out, err = run("merge", inbox, "--roster", ROSTER, "-o", inbox / "汇总.xlsx", *words)
    assert (code in {0, 1}, err) == (True, ""), err
    return out


def dated(path: Path, seconds: int) -> bytes:
    os.utime(path, (seconds, seconds))
    return path.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("329907"))


def test_merge__three_times_a_day__each_version_stays_and_none_is_read(inbox: Path) -> None:
    words = ("--html", inbox / "总览.html", "--export", inbox / "数据")
    first = merge(inbox, *words)
    old = dated(inbox / "汇总.xlsx", MORNING)
    dated(inbox / "总览.html", MORNING)
    os.utime(inbox / "数据", (MORNING, MORNING))
    second = merge(inbox, *words)
    dated(inbox / "汇总.xlsx", NOON)
    third = merge(inbox, *words, "--force")
    kept = [path for name in ("汇总.xlsx", "总览.html", "数据") for path in list_earlier_versions(inbox / name)]
    assert [path.read_bytes() == old for path in kept[:1]] == [True]
    assert names(inbox) == sorted(["汇总.xlsx", "总览.html", "数据", *(path.name for path in kept)])
    assert len(kept) == 3
    for text in (first, second, third):
        assert "共 1 个文件：" in text
    assert f"上次的“汇总.xlsx”留在旁边：{kept[0].name}" in second
    assert "留在旁边" not in first + third


def test_merge__what_is_no_result_of_ours__is_refused_as_before(inbox: Path) -> None:
    (inbox.parent / "汇总.xlsx").write_bytes(b"PK")
    code, _, err = run("merge", inbox, "--roster", ROSTER, "-o", inbox.parent / "汇总.xlsx")
    assert (code, "已经存在，没有覆盖。" in err) == (2, True)
    assert (inbox.parent / "汇总.xlsx").read_bytes() == b"PK"


def test_return__again__the_folder_of_the_last_time_stays(inbox: Path) -> None:
    (inbox / "坏.xlsx").write_bytes(b"PK")
    for _ in range(2):
        assert run("check", inbox, "--return", inbox.parent / "退回")[0] == 1
    (kept,) = list_earlier_versions(inbox.parent / "退回")
    assert names(kept) == names(inbox.parent / "退回") == ["坏 检查结果.html", "退回清单.xlsx"]
