"""No file ends a run, and no fault of this program shows a traceback: one message, exit code 2."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.checks.figures import flat, found, submission, zeros
from tests.mangling.good import ABOUT, good
from xltool.cli.command_group import TRACEBACK_VARIABLE
from xltool.cli.main import main
from xltool.commands import check, send_back
from xltool.commands.check import review_all
from xltool.model.consolidation import ReviewedFile, Status
from xltool.spreadsheet.find_files import find_files

LOCALES = {"C": {"LC_ALL": "C", "PYTHONUTF8": "0"}, "gbk": {"PYTHONIOENCODING": "gbk"}}
RARE = "\U00020bb7\u91ce\U0002a6a5.xlsx"  # characters that GBK does not have


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


@pytest.mark.parametrize(("fault", "said"), [(KeyError("what"), "KeyError: 'what'"), (MemoryError(), "内存不够")])
def test_fault_outside_any_file__one_message_and_exit_2(
    fault: BaseException, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(check, "find_places", fail)
    code, err = run("check", str(tmp_path))
    assert (code, len(err.strip().splitlines())) == (2, 1)
    assert said in err


def test_fault__with_the_variable_set__shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACEBACK_VARIABLE, "1")
    monkeypatch.setattr(check, "find_places", lambda *_, **__: 1 // 0)
    assert isinstance(CliRunner().invoke(main, ["check", str(tmp_path)]).exception, ZeroDivisionError)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), 0, "汇总成一本工作簿"),
        (("check", RARE), 0, "共 1 个文件"),
        (("check", "--json", RARE), 0, RARE),
        (("check", "nothing\udcff"), 2, "nothing"),
    ],
)
def test_locale_that_is_not_utf_8__everything_is_printed(
    locale: str, words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / RARE).write_bytes(good())
    environment = {**os.environ, **LOCALES[locale], "PYTHONPATH": os.pathsep.join(sys.path), "XLTOOL_CACHE": ""}
    script = "from xltool.cli.main import main; main()"
    arguments = [word.encode("utf-8", "surrogateescape") for word in words]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == code
    assert said in (done.stdout + done.stderr).decode("utf-8")


def test_folders_1500_deep__their_file_is_found(tmp_path: Path) -> None:
    home = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.txt").write_text("a")
        os.chdir(home)
        assert [path.name for path in find_files([tmp_path])] == ["a.txt"]
    finally:
        os.chdir(home)
        flatten(tmp_path)


def flatten(folder: Path) -> None:
    """Removes folders too deep for shutil, each from within the one above."""
    while (folder / "d").exists():
        (folder / "d").rename(folder / "old")
        if (folder / "old" / "d").exists():
            (folder / "old" / "d").rename(folder / "d")
        shutil.rmtree(folder / "old")


def test_folder_linked_into_itself__listed_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "again").symlink_to(tmp_path)
    assert [path.name for path in find_files([tmp_path])] == ["a.txt"]


@pytest.mark.parametrize(("code", "name"), [("1" * 400, "甲镇"), ("1", "镇" * 400)])
def test_code_or_name_too_long__told_in_the_workbook(code: str, name: str) -> None:
    read = replace(submission(zeros()), agency_code=code, agency_name=name)
    assert ("identity.too_long", "must_fix", "") in flat(found(read))


def test_marking_one_file_fails__it_gets_a_page_that_says_so__the_others_are_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_bytes(b"no workbook")
    items = review_all([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], ABOUT, 1, None)
    build = send_back._build_copy

    def fail_once(item: ReviewedFile, *rest: object) -> object:
        if item.file.endswith("a.xlsx"):
            raise KeyError(item.file)
        return build(item, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(send_back, "_build_copy", fail_once)
    returned = send_back.send_back(items, ABOUT.forms, None, tmp_path / "out")
    assert len(returned) == 2
    assert returned[0].item.findings[0].code == "file.unexpected"
    assert "KeyError" in (tmp_path / "out" / returned[0].file).read_text("utf-8")


def test_own_check_raises__the_file_is_not_summed_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_bytes(good())
    add = check._add_custom_findings

    def fail_once(item: ReviewedFile, run_context: object) -> ReviewedFile:
        if item.file.endswith("a.xlsx"):
            raise ValueError(item.file)
        return add(item, run_context)  # type: ignore[arg-type]

    monkeypatch.setattr(check, "_add_custom_findings", fail_once)
    failed, sound = review_all([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], ABOUT, 1, None)
    assert (failed.status, failed.findings[0].code) == (Status.RETURNED, "file.unexpected")
    assert sound.status is not Status.RETURNED
