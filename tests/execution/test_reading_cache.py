"""The cache: a file that has not changed is not read again, and nothing that is read differs for it."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_commands import MEMBERS, ROSTER, answer, broken, report, returned, run
from tests.merging import FEES, the_form
from xltool.commands.check import check
from xltool.commands.run_context import RunContext, build_run_context
from xltool.execution.reading_cache import ReadingCache, find_default_folder, open_cache
from xltool.model.period import parse_period
from xltool.model.submission import Observation, Submission
from xltool.spreadsheet.load_file import LoadedFile
from xltool.spreadsheet.open_workbook import open_loaded_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve returns: normalised figures, a broken relation, amounts, blanks and stray notes among them."""
    returns = tmp_path / "returns"
    for number, agency in enumerate(MEMBERS):
        figures = report("zhangjiawan-2025") | {FEES: Decimal("7730.28")}
        path = returned(returns, agency.code, broken(figures) if number == 3 else figures, declared=number % 2 == 0)
        if number in {4, 5}:
            book = openpyxl.load_workbook(path)
            book["表三"]["D9"].value = " １２ "
            book["表三"]["M3"].value = "=1+1"
            book.save(path)
    return returns


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened and read."""
    names: list[str] = []

    def listening(file: LoadedFile, *options: object) -> object:
        names.append(file.name)
        return open_loaded_file(file, *options)  # type: ignore[arg-type]

    monkeypatch.setattr("xltool.commands.check.open_loaded_file", listening)
    return names


def setting(cache: Path) -> RunContext:
    return build_run_context(ROSTER, cache=cache)


def read(folder: Path, cache: Path) -> tuple[Submission, ...]:
    found = check([folder], setting(cache))
    return tuple(item.submission for item in found if item.submission)


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def without_since(found: dict[str, object]) -> dict[str, object]:
    """An answer but for what it says of the run before, and of how often it read."""
    return {key: value for key, value in found.items() if key not in {"since", "read", "remembered"}}


def test_merge_again__after_three_resubmissions__reads_three(folder: Path, tmp_path: Path, opened: list[str]) -> None:
    words = ("merge", folder, "--roster", ROSTER, "--cache", tmp_path / "cache", "--force", "-o", tmp_path / "a.xlsx")
    first = answer(*words)
    assert len(opened) == 12
    opened.clear()
    assert without_since(answer(*words)) == without_since(first)
    assert opened == []
    for code in ("329901", "329904", "329909"):
        (folder / f"{code}.xlsx").unlink()
        returned(folder, code, report("hongze-2024"))
    again = answer(*words)
    assert (again["read"], again["remembered"]) == (3, 9)
    again = without_since(again)
    assert opened == ["329901.xlsx", "329904.xlsx", "329909.xlsx"]
    opened.clear()
    assert without_since(answer(*words, "--no-cache")) == again
    assert len(opened) == 12


def test_cache__what_comes_back__is_what_was_read_to_the_last_type(folder: Path, tmp_path: Path) -> None:
    fresh = check([folder], setting(tmp_path / "cache"))
    assert any(item.submission and item.submission.observations for item in fresh)
    kept = check([folder], setting(tmp_path / "cache"))
    assert kept == fresh
    assert repr(kept) == repr(fresh)


def test_cache__the_same_content_elsewhere__is_known_under_its_own_name_and_time(
    folder: Path, tmp_path: Path, opened: list[str]
) -> None:
    read(folder, tmp_path / "cache")
    opened.clear()
    shutil.copy(folder / "329901.xlsx", tmp_path / "改名.xlsx")
    os.utime(tmp_path / "改名.xlsx", (1_700_000_000, 1_700_000_000))
    (one,) = read(tmp_path / "改名.xlsx", tmp_path / "cache")
    assert opened == []
    assert (one.source.file, one.source.modified) == (str(tmp_path / "改名.xlsx"), "2023-11-14T22:13:20+00:00")


@pytest.mark.parametrize("harm", ["cut", "flipped", "swapped", "empty", "gone"])
def test_cache__a_broken_entry__is_no_entry(folder: Path, tmp_path: Path, opened: list[str], harm: str) -> None:
    fresh = read(folder, tmp_path / "cache")
    opened.clear()
    one, other = entries(tmp_path / "cache")[:2]
    data = one.read_bytes()
    flipped = data[:60] + bytes([data[60] ^ 1]) + data[61:]
    content = {"cut": data[:-9], "flipped": flipped, "swapped": other.read_bytes(), "empty": b""}
    one.unlink()
    if harm in content:
        one.write_bytes(content[harm])
    assert read(folder, tmp_path / "cache") == fresh
    assert len(opened) == 1


def test_cache__of_other_definitions_or_another_version__is_not_used(folder: Path, tmp_path: Path) -> None:
    about = setting(tmp_path / "cache")
    assert about.cache
    read(folder, tmp_path / "cache")
    other = open_cache(tmp_path / "cache", [replace(the_form(), digest="0" * 64)])
    (one,) = read(folder / "329901.xlsx", tmp_path / "cache")
    assert about.cache.find_submission(one.source.sha256, "", "")
    assert other.find_submission(one.source.sha256, "", "") is None
    assert replace(about.cache, version="0.0.9").find_submission(one.source.sha256, "", "") is None


def test_cache__two_processes_at_once__share_it(folder: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        both = [pool.submit(read, folder, tmp_path / "cache") for _ in range(2)]
        first, second = (each.result(timeout=120) for each in both)
    assert first == second == read(folder, tmp_path / "cache")
    assert [path.suffix for path in entries(tmp_path / "cache")] == [".xlread"] * 12


def test_cache__too_large__what_was_used_longest_ago_goes_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    read(folder, tmp_path / "cache")
    (tmp_path / "cache" / "00").mkdir(exist_ok=True)
    (tmp_path / "cache" / "00" / "letter.txt").write_text("x")
    kept = [path for path in entries(tmp_path / "cache") if path.suffix == ".xlread"]
    for number, path in enumerate(kept):
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    sizes = [path.stat().st_size for path in kept]
    replace(setting(tmp_path / "cache").cache or ReadingCache(tmp_path, ""), max_bytes=sum(sizes) - 1).delete_oldest()
    left = [path for path in kept if path.exists()]
    assert left == kept[-len(left) :]
    assert 8 <= len(left) <= 10
    assert (tmp_path / "cache" / "00" / "letter.txt").exists()


def test_cache__a_fact_of_no_plain_kind__is_not_kept(folder: Path, tmp_path: Path) -> None:
    about = setting(tmp_path / "cache")
    (one,) = read(folder / "329901.xlsx", tmp_path / "other")
    assert about.cache
    about.cache.store_submission(replace(one, observations=(Observation("stray", facts={"text": 1.5}),)))
    assert about.cache.find_submission(one.source.sha256, "", "") is None
    facts = {"text": (1, ("b", Decimal("1.10"))), "c": {"d": [True, None]}}
    about.cache.store_submission(replace(one, observations=(Observation("stray", facts=facts),)))
    found = about.cache.find_submission(one.source.sha256, one.source.file, one.source.modified)
    assert found
    assert repr(found.observations[0].facts) == repr(facts)


def test_cache__a_disk_that_is_full__costs_nothing_but_the_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = read(folder, tmp_path / "other")
    about = setting(tmp_path / "cache")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert tuple(item.submission for item in check([folder], about)) == fresh
    assert entries(tmp_path / "cache") == []


def test_cache__where_nothing_can_be_kept__one_line_and_exit_2(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, out, err = run("check", folder, "--cache", tmp_path / "file")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "缓存文件夹" in err


def test_cache__by_default__in_the_users_own_folder__unless_told_otherwise(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home"
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(own))
    assert answer("check", folder, "--no-cache")["remembered"] == 0
    assert answer("check", folder)["remembered"] == 0  # the tests set XLTOOL_CACHE to nothing
    assert not own.exists()
    monkeypatch.delenv("XLTOOL_CACHE")
    assert answer("check", folder)["remembered"] == 0
    assert answer("check", folder)["remembered"] == 12
    assert "其中 12 个文件内容没有变过，没有重读；新读 0 个。" in run("check", folder)[1]
    assert find_default_folder().stat().st_mode & 0o077 == 0
    assert answer("check", folder, "--cache", tmp_path / "other")["remembered"] == 0
    shutil.rmtree(own)
    own.write_text("no folder")  # nothing can be kept: it costs time, and nothing else
    assert answer("check", folder)["remembered"] == 0


def test_cache__a_return_of_a_part_of_a_year__comes_back_with_its_period(folder: Path, tmp_path: Path) -> None:
    cache = setting(tmp_path / "cache").cache
    assert cache is not None
    read_once = read(folder, tmp_path / "cache")[0]
    for period in (parse_period("2025-Q3"), parse_period("2025-09"), None):
        cache.store_submission(replace(read_once, year=period))
        found = cache.find_submission(read_once.source.sha256, read_once.source.file, read_once.source.modified)
        assert found is not None
        assert (found.year, type(found.year)) == (period, type(period))
