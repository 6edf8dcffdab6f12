"""On a real Dask cluster on this machine: the same results as here, whatever dies, and one line for what cannot be."""

import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import FIVE_COUNTS, MEMBERS, ROSTER, answer, broken, report, returned, run
from tests.clusters import NO_DASK, RunningCluster, a_cluster, until
from tests.engines import Done, alike, lost, work
from tests.merging import REPORTS
from tests.stores import a_store, bucket, upload
from xltool.commands.choose_executor import choose_executor
from xltool.commands.merge import merge
from xltool.commands.run_context import build_run_context
from xltool.errors import UsageError
from xltool.execution import dask_cluster, executor
from xltool.execution.dask_cluster import DaskCluster
from xltool.spreadsheet import remote_files

distributed: Any = pytest.importorskip("distributed", reason=NO_DASK)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals here")


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    with a_store() as environment:
        yield environment


@pytest.fixture(scope="module")
def dask(store: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """A scheduler with two workers, which know the store."""
    with a_cluster(tmp_path_factory.mktemp("dask"), 2, **store) as running:
        yield running


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred files: twelve agencies' returns in many copies, a flawed one, and some that are none."""
    folder = tmp_path_factory.mktemp("returns")
    for number, agency in enumerate(MEMBERS):
        figures = report(REPORTS[number % len(REPORTS)])
        path = returned(folder, agency.code, broken(figures) if number == 5 else figures)
        for copy in range(7):
            (folder / f"{agency.code}-{copy}.xlsx").write_bytes(path.read_bytes())
    (folder / "说明.txt").write_text("文字", "utf-8")
    (folder / "空.xlsx").write_bytes(b"")
    (folder / "坏.xlsx").write_bytes(path.read_bytes()[:9_000])
    (folder / "~$a.xlsx").write_bytes(b"user")
    return folder


def work_on(items: Sequence[object], where: DaskCluster) -> list[tuple[Any, object]]:
    return [(done.shared, done.item) for done in executor.run_items(work, "shared", items, where, lost)]


def stopped(*words: object) -> str:
    code, out, err = run(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1), (code, out, err)
    return err


def refusal(running: Iterator[Done], meanwhile: Callable[[], None]) -> UsageError:
    """What a run ends in, if something happens after its first result."""
    next(running)
    meanwhile()
    with pytest.raises(UsageError) as refused:
        deque(running)
    return refused.value


def workers(running: RunningCluster) -> list[str]:
    """The workers that the scheduler knows."""
    with distributed.Client(running.address.replace("dask", "tcp"), set_as_default=False) as client:
        return list(client.nthreads())


def tasks(running: RunningCluster) -> list[str]:
    """What the scheduler has to do or keeps."""
    with distributed.Client(running.address.replace("dask", "tcp"), set_as_default=False) as client:
        found: list[str] = client.run_on_scheduler(_tasks)
        return found


def _tasks(dask_scheduler: Any) -> list[str]:
    return [str(key) for key in dask_scheduler.tasks]


def children_of(process: "subprocess.Popen[bytes]") -> int:
    psutil: Any = pytest.importorskip("psutil", reason=NO_DASK)
    return len(psutil.Process(process.pid).children())


# --- the same results --------------------------------------------------------------------------------------------


def test_merge__shared_folder__the_same_as_here(dask: RunningCluster, returns: Path, tmp_path: Path) -> None:
    here = answer("merge", returns, "--roster", ROSTER, "-o", tmp_path / "a.xlsx", "--jobs", 1)
    there = answer(
        "merge", returns, "--roster", ROSTER, "-o", tmp_path / "b.xlsx", "--engine", dask.address, "--unit", 7
    )
    assert there == here
    assert here["found"] == sum(here[key] for key in FIVE_COUNTS) == 100


def test_merge__relative_path__is_that_of_the_caller(
    dask: RunningCluster, returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(returns.parent)
    words = ("merge", returns.name, "--roster", ROSTER, "--engine", dask.address, "--memory", 1024, "--jobs", 2)
    merged = answer(*words, "-o", tmp_path / "a.xlsx")
    assert (merged["found"], merged["accepted"]) == (100, 11)
    assert all(row["file"].startswith(f"{returns.name}/") for row in merged["files"])


def test_merge__store_of_objects_and_a_worker_killed_in_mid_run__nothing_is_lost(
    dask: RunningCluster, store: dict[str, str], returns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in store.items():
        monkeypatch.setenv(key, value)
    upload(bucket("returns"), returns, "returns/全市")
    about, here = build_run_context(ROSTER), tmp_path / "a.xlsx"
    local = merge([returns], about, here, jobs=1)
    victim = dask.add_worker()

    def kill(done: int, of: int, found: int) -> None:
        if done == 20:
            assert of == 100
            victim.kill()
            victim.wait()

    where = choose_executor(dask.address, jobs=6, unit=5)
    there = merge(["s3://returns"], about, tmp_path / "b.xlsx", jobs=where, progress=kill)
    assert victim.poll() is not None
    assert there.summary.values == local.summary.values
    assert {leaf.sha256 for leaf in there.summary.manifest} == {leaf.sha256 for leaf in local.summary.manifest}
    names = Counter(item.file for item in there.tracking)
    assert names == {f"s3://returns/全市/{path.name}": 1 for path in returns.iterdir()}
    assert Counter(item.status for item in there.tracking) == Counter(item.status for item in local.tracking)


def test_run__more_units_than_workers__in_order(dask: RunningCluster) -> None:
    items = list(range(500))
    assert work_on(items, DaskCluster(dask.address, alike, unit_size=9)) == [("shared", item) for item in items]
    assert work_on([], DaskCluster(dask.address, alike)) == []
    until(lambda: not tasks(dask))


# --- what dies ---------------------------------------------------------------------------------------------------


def test_run__items_that_end_their_process__are_lost_by_name_and_cost_no_worker(dask: RunningCluster) -> None:
    items: list[object] = ["kill" if number in {3, 60} else number for number in range(90)]
    found = work_on(items, DaskCluster(dask.address, alike, unit_size=20))
    assert found == [("lost", "kill") if item == "kill" else ("shared", item) for item in items]
    assert [worker.poll() for worker in dask.workers[:2]] == [None, None]


def test_run__an_item_that_ends_every_worker__is_lost_by_name_after_a_second_try(tmp_path: Path) -> None:
    with a_cluster(tmp_path, 4, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as frail:
        items: list[object] = ["kill worker" if number == 13 else number for number in range(30)]
        found = work_on(items, DaskCluster(frail.address, alike, unit_size=10, max_units=1))
        assert found == [("lost", "kill worker") if item == "kill worker" else ("shared", item) for item in items]
        assert sum(worker.poll() is not None for worker in frail.workers) == 2


def test_run__interrupted__nothing_is_left_on_the_cluster(dask: RunningCluster) -> None:
    running = executor.run_items(
        work, "shared", [("sleep", 0.05)] * 2_000, DaskCluster(dask.address, alike, unit_size=100), lost
    )
    assert isinstance(next(iter(running)), Done)
    assert tasks(dask)
    running.close()  # type: ignore[attr-defined]  # a generator, whatever else an executor may be
    until(lambda: not tasks(dask))
    until(lambda: not any(children_of(worker) for worker in dask.workers[:2]), 5)


def test_run__scheduler_gone_in_mid_run__one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "MAX_CONNECT_SECONDS", 2.0)
    with a_cluster(tmp_path, 1) as frail:
        running = executor.run_items(
            work, "s", [("sleep", 0.02)] * 200, DaskCluster(frail.address, alike, unit_size=5), lost
        )
        assert refusal(running, frail.scheduler.kill).code == "cluster.gone"


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.fixture
def words(dask: RunningCluster, tmp_path: Path) -> tuple[object, ...]:
    """A merge of one return on the cluster."""
    returned(tmp_path / "in", MEMBERS[0].code, report("zhangjiawan-2025"))
    return ("merge", tmp_path / "in", "-o", tmp_path / "a.xlsx", "--engine")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("import xltool.execution.reading_cache as c; c.digest_package = lambda: 'f' * 64", "xltool 的版本"),
        ("import xltool.forms.load_definitions as d; d.load_forms = lambda *_, **__: ()", "报表定义"),
        (
            "import types, xltool.commands.choose_executor as e; e.sys = types.SimpleNamespace(version_info=(3, 99))",
            "Python 的版本",
        ),
        ("sys.modules['xltool'] = None", "没有能用的 xltool"),
    ],
)
def test_merge__a_worker_that_is_not_alike__refused_in_one_line(
    dask: RunningCluster, words: tuple[object, ...], before: str, said: str
) -> None:
    stranger = dask.add_worker(before=before)
    until(lambda: len(workers(dask)) == 3)
    try:
        assert said in (told := stopped(*words, dask.address))
        assert "工作进程 tcp://127.0.0.1:" in told
    finally:
        stranger.kill()
        stranger.wait()
        until(lambda: len(workers(dask)) == 2)


def test_run__a_worker_that_is_not_alike_comes_later__gets_no_work(dask: RunningCluster) -> None:
    strangers = []

    def join() -> None:
        strangers.append(dask.add_worker(before="import os; os.environ['XLTOOL_TEST_PROGRAM'] = '0.9'"))
        until(lambda: len(workers(dask)) == 3)

    where = DaskCluster(dask.address, alike, unit_size=5, max_units=8)
    try:
        refused = refusal(executor.run_items(work, "shared", [("sleep", 0.02)] * 2_000, where, lost), join)
    finally:
        for each in strangers:
            each.kill()
            each.wait()
        until(lambda: len(workers(dask)) == 2)
    assert (refused.code, refused.facts["theirs"], refused.facts["ours"]) == ("cluster.differs", "0.9", "1.0")


@pytest.mark.parametrize("address", ["dask://127.0.0.1", "dask://127.0.0.1:1"])
def test_merge__nobody_at_the_address__one_line(
    words: tuple[object, ...], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "MAX_CONNECT_SECONDS", 1.0)
    assert "连不上 Dask 调度器" in stopped(*words, address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "127.0.0.1:8786", "dask://", "dask://a:99999", "ray://a"])
def test_merge__wrong_address__one_line(words: tuple[object, ...], address: str) -> None:
    assert "不是 Dask 调度器的地址" in stopped(*words, address)


def test_merge__without_the_extra__one_line(
    dask: RunningCluster, words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "xltool[cluster]" in stopped(*words, dask.address)


def test_merge__no_workers__one_line(
    words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dask_cluster, "MAX_SECONDS_WITHOUT_WORKER", 1.0)
    with a_cluster(tmp_path, 0) as empty:
        assert "没有工作进程" in stopped(*words, empty.address)


def test_merge__workers_that_cannot_see_the_files__one_line_and_no_secret(
    words: tuple[object, ...], store: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key, value in store.items():
        monkeypatch.setenv(key, value)
    remote_files.connect_store.cache_clear()
    upload(bucket("secret"), tmp_path / "in", "secret/in")
    with a_cluster(tmp_path, 1, AWS_EC2_METADATA_DISABLED="true", AWS_ENDPOINT_URL=store["AWS_ENDPOINT_URL"],
                   AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="") as blind:  # fmt: skip
        said = stopped("merge", "s3://secret/in", "-o", tmp_path / "a.xlsx", "--engine", blind.address)
    assert "看不到的文件" in said
    assert "s3://secret/in/" in said
    remote_files.connect_store.cache_clear()
