"""Files at addresses: found, guarded as local ones, named without secrets; through a real S3 server on loopback."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import FIVE_COUNTS, MEMBERS, ROSTER, answer, broken, report, returned, run
from tests.merging import REPORTS
from tests.stores import NO_STORE, a_store, bucket, upload
from xltool.commands.check import check
from xltool.commands.run_context import build_run_context
from xltool.errors import ForeignFileError, UnreadableFileError, UsageError, XltoolError
from xltool.spreadsheet import limits, remote_files
from xltool.spreadsheet.find_files import find_places
from xltool.spreadsheet.remote_files import RemoteFile, fetch_file, list_remote_files

fsspec = pytest.importorskip("fsspec", reason=NO_STORE)


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with a_store() as environment:
        yield environment


@pytest.fixture
def store(server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """The store, and a bucket in it that nobody used before."""
    for key, value in server.items():
        monkeypatch.setenv(key, value)
    remote_files.connect_store.cache_clear()
    name = f"returns-{secrets.token_hex(8)}"
    yield bucket(name), name
    remote_files.connect_store.cache_clear()


@pytest.fixture
def memory() -> Iterator[Any]:
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


def inbox(folder: Path) -> Path:
    """Four returns, one of them flawed, and three files that are none."""
    for number, agency in enumerate(MEMBERS[:4]):
        figures = report(REPORTS[number % len(REPORTS)])
        returned(folder, agency.code, broken(figures) if number == 2 else figures)
    (folder / "说明?.txt").write_text("文字", "utf-8")
    (folder / "空 的.xlsx").write_bytes(b"")
    (folder / "~$329907.xlsx").write_bytes(b"\x05user")
    return folder


def refusal_of(place: RemoteFile, size_limit: int = limits.MAX_FILE_BYTES) -> XltoolError:
    with pytest.raises((UnreadableFileError, ForeignFileError)) as refused:
        fetch_file(place, size_limit)
    return refused.value


def stopped(*words: object) -> str:
    code, out, err = run(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1), (code, out, err)
    return err


# --- a store of objects ------------------------------------------------------------------------------------------


def test_merge__from_a_store__as_from_a_folder(store: tuple[Any, str], tmp_path: Path) -> None:
    folder = inbox(tmp_path / "returns")
    kept, name = store
    upload(kept, folder, f"{name}/市直/甲")
    here = answer("merge", folder, "--roster", ROSTER, "-o", tmp_path / "a.xlsx")
    there = answer("merge", f"s3://{name}", "--roster", ROSTER, "-o", tmp_path / "b.xlsx")
    assert there["found"] == sum(there[key] for key in FIVE_COUNTS) == 7
    assert there["totals"] == here["totals"]
    rows = [{key: row[key] for key in ("sha256", "status", "agency")} for row in there["files"]]
    assert sorted(rows, key=str) == sorted(
        ({key: row[key] for key in ("sha256", "status", "agency")} for row in here["files"]), key=str
    )
    names = {row["file"] for row in there["files"]}
    assert names == {f"s3://{name}/市直/甲/{path.name}" for path in folder.iterdir()}


def test_below__a_folder_or_one_file__by_name(store: tuple[Any, str]) -> None:
    kept, name = store
    for path in ("b/2.xlsx", "b/1.xlsx", "a.xlsx"):
        kept.pipe(f"{name}/{path}", b"x")
    assert [str(each) for each in list_remote_files(f"s3://{name}/")] == [
        f"s3://{name}/{x}" for x in ("a.xlsx", "b/1.xlsx", "b/2.xlsx")
    ]
    assert [str(each) for each in list_remote_files(f"s3://{name}/b/2.xlsx")] == [f"s3://{name}/b/2.xlsx"]
    assert [each.name for each in find_places([f"s3://{name}/b", f"s3://{name}/b/1.xlsx"])] == ["1.xlsx", "2.xlsx"]


def test_fetch__the_bytes_with_their_digest_size_and_time(store: tuple[Any, str]) -> None:
    kept, name = store
    kept.pipe(f"{name}/a.xlsx", b"content")
    (place,) = list_remote_files(f"s3://{name}")
    found = fetch_file(place)
    assert (found.name, found.data, found.size) == ("a.xlsx", b"content", 7)
    assert found.sha256 == "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
    assert found.modified.endswith("+00:00")


def test_store__wrong_account_or_nobody_there__one_line_exit_2(
    store: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept, name = store
    out = tmp_path / "a.xlsx"
    assert "找不到" in stopped("merge", f"s3://{name}-not-there", "-o", out)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    type(kept).clear_instance_cache()
    remote_files.connect_store.cache_clear()
    assert "NoCredentialsError" in stopped("merge", f"s3://{name}", "-o", out)


# --- guards ------------------------------------------------------------------------------------------------------


def test_fetch__refuses_what_a_local_file_would_be_refused_for(memory: Any) -> None:
    memory.pipe("/in/empty.xlsx", b"")
    memory.pipe("/in/large.xlsx", bytes(3 * limits.MIB))
    memory.pipe("/in/~$lock.xlsx", b"x")
    codes = {place.name: refusal_of(place, 2 * limits.MIB).code for place in list_remote_files("memory://in")}
    assert codes == {"empty.xlsx": "file.empty", "large.xlsx": "file.too_large", "~$lock.xlsx": "file.temporary"}
    assert refusal_of(RemoteFile("memory://in", "/in/gone.xlsx", "memory://in/gone.xlsx")).code == "file.missing"
    assert refusal_of(RemoteFile("memory://in", "/in", "memory://in")).code == "file.not_regular"


def test_fetch__a_file_that_changes_while_it_is_read__is_refused(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/in/a.xlsx", b"first")
    (place,) = list_remote_files("memory://in")
    read = type(memory).cat_file

    def meanwhile(self: Any, path: str, **bounds: int) -> Any:
        found = read(self, path, **bounds)
        self.pipe(path, b"later")
        return found

    monkeypatch.setattr(type(memory), "cat_file", meanwhile)
    assert refusal_of(place).code == "file.changed"


def test_fetch__a_store_that_does_not_answer__is_asked_again_and_then_named(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/in/a.xlsx", b"content")
    (place,) = list_remote_files("memory://in")
    monkeypatch.setattr(remote_files, "_PAUSE_SECONDS", 0)
    failing = [ConnectionResetError("reset"), TimeoutError("late")]
    read = type(memory).cat_file

    def at_last(self: Any, path: str, **bounds: int) -> Any:
        if failing:
            raise failing.pop()
        return read(self, path, **bounds)

    monkeypatch.setattr(type(memory), "cat_file", at_last)
    assert fetch_file(place).data == b"content"
    failing += [ConnectionResetError("reset")] * remote_files.MAX_ATTEMPTS
    refused = refusal_of(place)
    assert (refused.code, refused.facts["problem"]) == ("file.not_fetched", "ConnectionResetError: reset")


# --- addresses ---------------------------------------------------------------------------------------------------


def test_address__secrets_are_never_shown(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "sftp://li:p@ss:word@host:22/in?token=abc"
    place = RemoteFile(secret, "/in/a.xlsx", "sftp://host:22/in/a.xlsx")
    assert "p@ss" not in f"{place} {place!r}"
    for url in (secret, "nosuch://li:p@ss:word@host/in?token=abc"):
        with pytest.raises(UsageError) as refused:
            tuple(list_remote_files(url))
        said = str(refused.value)
        assert not [word for word in ("li:", "p@ss", "word", "token", "abc") if word in said], said

    def failing(*_: object, **__: object) -> None:
        raise OSError(f"cannot log in to {secret} as li:p@ss:word with token=abc")

    monkeypatch.setattr("fsspec.core.url_to_fs", failing)
    with pytest.raises(UsageError) as refused:
        tuple(list_remote_files(secret))
    assert "p@ss" not in str(refused.value)
    assert "token" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://example.org/a.xlsx", "不支持"),
        ("https://li:secret@example.org/a.xlsx", "不支持"),
        ("zip://a.xlsx::s3://bucket/a.zip", "不支持"),
        ("simplecache::s3://bucket", "不支持"),
        ("s3://", "不支持"),
        ("nosuch://host/folder", "nosuch"),
        ("memory://nowhere", "找不到"),
    ],
)
def test_address__that_is_none_for_us__one_line_exit_2(address: str, said: str, tmp_path: Path) -> None:
    told = stopped("merge", address, "-o", tmp_path / "a.xlsx")
    assert said in told
    assert "secret" not in told


def test_address__without_the_extra__one_line_exit_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    assert "xltool[cluster]" in stopped("merge", "memory://in", "-o", tmp_path / "a.xlsx")


def test_path__that_only_looks_like_an_address__is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    assert find_places([f"file://{tmp_path}"]) == (tmp_path / "a.xlsx",)
    assert find_places([str(tmp_path)]) == find_places([tmp_path]) == (tmp_path / "a.xlsx",)
    assert not remote_files.is_store_address("C:\\returns")
    assert not remote_files.is_store_address("C:/returns")
    assert not remote_files.is_store_address("returns/a.xlsx")


def test_merge__of_addresses_and_paths__each_file_once(memory: Any, tmp_path: Path) -> None:
    one = returned(tmp_path, "329907", report("zhangjiawan-2025"))
    memory.pipe("/in/other.xlsx", returned(tmp_path / "other", "329908", report("hongze-2024")).read_bytes())
    found = check([one, "memory://in", str(one), "memory://in/other.xlsx"], build_run_context(ROSTER))
    assert [item.file for item in found] == [str(one), "memory://in/other.xlsx"]
