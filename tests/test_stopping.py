"""What stops a merge stops it in one line, and leaves what was there as it was; a killed one is simply run again."""

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.test_commands import MEMBERS, ROSTER, answer, report, returned, run
from xltool.commands.check import review_all

ROOT = Path(__file__).resolve().parents[1]
FULL = OSError(28, "磁盘已满")


@pytest.fixture
def returns(tmp_path: Path) -> Path:
    """Three agencies' returns."""
    for agency in MEMBERS[:3]:
        returned(tmp_path / "returns", agency.code, report("zhangjiawan-2025"))
    return tmp_path / "returns"


def content(folder: Path) -> dict[str, str]:
    """Everything in a folder, by name, as a digest."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def stopped(*words: object) -> str:
    """The one line of a command that could not run."""
    code, out, err = run(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1), (code, out, err)
    return err


@pytest.mark.parametrize("more", [(), ("--html", "page.html"), ("--export", "tables")])
def test_merge__output_in_a_folder_that_is_not_there__one_line(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = content(returns)
    assert "汇总.xlsx" in stopped("merge", returns, "-o", tmp_path / "nowhere" / "汇总.xlsx", *more)
    assert content(tmp_path) == {f"returns/{name}": digest for name, digest in before.items()}


def test_merge__a_folder_where_the_workbook_should_go__one_line(returns: Path, tmp_path: Path) -> None:
    (tmp_path / "汇总.xlsx").mkdir()
    assert "汇总.xlsx" in stopped("merge", returns, "-o", tmp_path / "汇总.xlsx", "--force")


@pytest.mark.parametrize("more", [(), ("--html", "a.html"), ("--export", "tables"), ("--levels", "levels")])
def test_merge__full_disk__one_line_and_nothing_half_written(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = content(tmp_path)

    def full(_: int) -> None:
        raise FULL

    monkeypatch.setattr("os.fsync", full)
    said = stopped("merge", returns, "--roster", ROSTER, "-o", tmp_path / "汇总.xlsx", *more)
    assert "磁盘已满" in said
    assert content(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no bound on the size of files there")
def test_merge__no_room_for_the_workbook__one_line_and_nothing_half_written(returns: Path, tmp_path: Path) -> None:
    """As the system itself refuses it: no file may grow beyond 10 KB."""
    before = content(tmp_path)
    bounded = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10240, 10240))"
    program = [sys.executable, "-c", f"{bounded}\nfrom xltool.cli.main import main; main()"]
    words = [*program, "merge", str(returns), "--roster", str(ROSTER), "-o", str(tmp_path / "汇总.xlsx"), "--no-cache"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert "汇总.xlsx" in done.stderr
    assert content(tmp_path) == before


def test_export__full_disk__the_tables_that_were_there_stay(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("merge", returns, "-o", tmp_path / "汇总.xlsx", "--export", tmp_path / "tables", "--force")
    assert run(*words)[0] in {0, 1}
    before = content(tmp_path / "tables")
    (returns / "329901.xlsx").unlink()

    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr("xltool.exports.tables._write_database", full)
    assert "磁盘已满" in stopped(*words)
    assert content(tmp_path / "tables") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_merge__interrupted__one_line_and_nothing_half_written(
    returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(tmp_path)

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xltool.commands.check.load_file", interrupted)
    assert "已中断" in stopped("merge", returns, "-o", tmp_path / "汇总.xlsx")
    assert content(tmp_path) == before


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of files that Excel holds, as on Windows: they can be neither opened for writing nor replaced."""
    names: set[str] = set()
    refusal = PermissionError(13, "The process cannot access the file because it is being used by another process")
    opened, replaced = Path.open, Path.replace

    def opening(self: Path, mode: str = "r", *more: object, **options: object) -> object:
        if self.name in names and "+" in mode:
            raise refusal
        return opened(self, mode, *more, **options)  # type: ignore[call-overload]  # whatever it was called with

    def replacing(self: Path, target: Path) -> Path:
        if Path(target).name in names:
            raise refusal
        return replaced(self, target)

    monkeypatch.setattr(Path, "open", opening)
    monkeypatch.setattr(Path, "replace", replacing)
    return names


@pytest.mark.parametrize("name", ["汇总.xlsx", "a.html", "figures.csv", "xltool.sqlite"])
def test_merge__an_output_is_open_in_excel__one_line_before_anything_is_read(
    returns: Path, tmp_path: Path, held: set[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    beside = ("--html", tmp_path / "a.html", "--export", tmp_path / "tables", "--force")
    words = ("merge", returns, "-o", tmp_path / "汇总.xlsx", *beside)
    assert run(*words)[0] in {0, 1}
    before = content(tmp_path)
    (returns / "329901.xlsx").unlink()
    held.add(name)
    read: list[object] = []
    monkeypatch.setattr("xltool.commands.check.load_file", read.append)
    said = stopped(*words)
    assert name in said
    assert "请关闭正在打开它的程序" in said
    assert read == []
    assert content(tmp_path) == {key: value for key, value in before.items() if "329901" not in key}


@pytest.mark.parametrize("name", ["汇总.xlsx", "a.html", "totals.csv"])
def test_merge__an_output_is_opened_in_excel_meanwhile__one_line_and_that_one_stays_as_it_was(
    returns: Path, tmp_path: Path, held: set[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    beside = ("--html", tmp_path / "a.html", "--export", tmp_path / "tables", "--force")
    words = ("merge", returns, "-o", tmp_path / "汇总.xlsx", *beside)
    assert run(*words)[0] in {0, 1}
    before = content(tmp_path)
    (returns / "329901.xlsx").unlink()

    def meanwhile(*given: Any) -> object:
        held.add(name)
        return review_all(*given)

    monkeypatch.setattr("xltool.commands.merge.review_all", meanwhile)
    assert name in stopped(*words)
    after = content(tmp_path)
    assert after.keys() == {key for key in before if "329901" not in key}
    kept = [key for key in after if key.endswith(name) or (name == "totals.csv" and key.startswith("tables"))]
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_roster__two_agencies_of_one_code__one_line(returns: Path, tmp_path: Path) -> None:
    (tmp_path / "名册.csv").write_text("代码,名称\n329901,甲\n329901,乙\n", "utf-8")
    said = stopped("merge", returns, "--roster", tmp_path / "名册.csv", "-o", tmp_path / "汇总.xlsx")
    assert "第 3 行的代码 329901 与第 2 行重复" in said
    assert not (tmp_path / "汇总.xlsx").exists()


def test_merge__killed_at_any_moment__no_half_file_and_the_next_run_is_the_same(returns: Path, tmp_path: Path) -> None:
    wanted = answer("merge", returns, "--roster", ROSTER, "-o", tmp_path / "whole.xlsx")
    out = tmp_path / "out"
    out.mkdir()
    names = ("-o", str(out / "汇总.xlsx"), "--html", str(out / "a.html"), "--cache", str(tmp_path / "cache"), "--force")
    program = [sys.executable, "-c", "from xltool.cli.main import main; main()"]
    words = [*program, "merge", str(returns), "--roster", str(ROSTER), *names]
    start = time.monotonic()
    assert subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 1
    whole = time.monotonic() - start
    moments = random.Random(4)  # the same ten in every run of the tests
    for _ in range(10):
        running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * moments.uniform(0.2, 1.1))
        running.kill()
        running.wait()
        openpyxl.load_workbook(out / "汇总.xlsx").close()
        assert (out / "a.html").read_text("utf-8").endswith("</html>\n")
    again = answer("merge", returns, "--roster", ROSTER, *names)
    assert again.pop("since")["gone"] == []
    assert (again.pop("read"), again.pop("remembered")) == (0, 3)
    assert (wanted.pop("read"), wanted.pop("remembered")) == (3, 0)
    assert again == wanted
    assert [path.name for path in out.iterdir() if path.name not in {"汇总.xlsx", "a.html"}] == []


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="processes are counted by their group, which Windows has not")
def test_merge__killed_while_it_reads__no_process_is_left_and_the_next_run_goes_on_from_there(
    returns: Path, tmp_path: Path
) -> None:
    original = next(returns.iterdir()).read_bytes()
    for number in range(400):  # enough for several processes; a comment of the zip makes each a file of its own
        comment = str(number).encode().rjust(4, b"0")
        (returns / f"{number}.xlsx").write_bytes(original[:-2] + len(comment).to_bytes(2, "little") + comment)
    cache = tmp_path / "cache"
    words = [
        sys.executable,
        "-c",
        "from xltool.cli.main import main; main()",
        "check",
        str(returns),
        "--cache",
        str(cache),
    ]
    running = subprocess.Popen(
        [*words, "--jobs", "2"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while running.poll() is None and len(list(cache.glob("??/*.xlread"))) < 60:
        time.sleep(0.02)
    running.kill()
    running.wait()
    patience = time.monotonic() + 20
    while alive(running.pid):
        assert time.monotonic() < patience, "a process was left behind"
        time.sleep(0.1)
    found = answer("check", returns, "--cache", cache)
    assert found["read"] + found["remembered"] == 403
    assert found["remembered"] >= 60
    assert [path.name for path in cache.rglob("*.part")] == []


def alive(group: int) -> bool:
    """Whether a process of that group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
