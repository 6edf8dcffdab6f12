"""Where work runs locally: every item answered once, in order, whatever becomes of the processes."""

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engines import GIB, Done, lost, safely, work
from xltool.errors import UsageError
from xltool.execution import executor
from xltool.execution.child_process import FunctionProcess, NotStartedError
from xltool.execution.executor import MIN_ITEMS_FOR_POOL, LocalProcesses

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bound on a process's memory")


def done(items: Sequence[object], jobs: executor.Jobs, function: Callable[[Any, object], Done] = work) -> list[Done]:
    return list(executor.run_items(function, "shared", items, jobs, lost))


def told(found: Sequence[Done]) -> list[tuple[Any, object]]:
    return [(each.shared, each.item) for each in found]


def test_run__few_items__stay_in_this_process() -> None:
    assert {each.process for each in done(range(MIN_ITEMS_FOR_POOL - 1), 2)} == {os.getpid()}


def test_run__many_items__in_order_and_in_other_processes() -> None:
    found = done(range(200), 2)
    assert told(found) == [("shared", number) for number in range(200)]
    assert os.getpid() not in {each.process for each in found}


@pytest.mark.parametrize("harm", ["kill", "exit"])
def test_run__items_that_end_their_process__are_lost_and_nothing_else(harm: str) -> None:
    items = [harm if number in {3, 60, 199} else number for number in range(200)]
    found = told(done(items, 2))
    assert found == [("lost", harm) if item == harm else ("shared", item) for item in items]


def test_run__a_process_killed_once__nothing_is_lost(tmp_path: Path) -> None:
    items = [("kill once", tmp_path) if number == 70 else number for number in range(150)]
    assert told(done(items, 2)) == [("shared", item) for item in items]


def test_run__nothing_but_items_that_end_their_process__comes_to_an_end() -> None:
    assert told(done(["kill"] * MIN_ITEMS_FOR_POOL, 2)) == [("lost", "kill")] * MIN_ITEMS_FOR_POOL


@posix_only
def test_run__a_bound_of_memory__holds_in_each_process() -> None:
    items = ["fill" if number == 45 else number for number in range(60)]
    found = told(done(items, LocalProcesses(2, memory=GIB // 2), safely))
    assert found[45] == ("shared", "no memory")
    assert [item for item in found if item != ("shared", "no memory")] == [("shared", n) for n in range(60) if n != 45]
    assert told(done(["fill"], LocalProcesses(1, memory=GIB // 2), safely)) == [("shared", "no memory")]


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_run__however_processes_are_started__the_same(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{start} is not to be had on this system")
    context = multiprocessing.get_context(start)
    monkeypatch.setattr("multiprocessing.get_context", lambda method=None: context)
    items = ["kill" if number == 3 else number for number in range(60)]
    found = done(items, 2)
    assert told(found) == [("lost", "kill") if item == "kill" else ("shared", item) for item in items]


def test_run__the_one_who_takes_results_stops__the_processes_end() -> None:
    running = executor.run_items(work, "shared", range(10_000), 2, lost)
    assert next(iter(running)).item == 0
    running.close()  # type: ignore[attr-defined]  # a generator, whatever else an executor may be
    assert multiprocessing.active_children() == []


def test_child__works_in_its_folder_with_what_it_was_given(tmp_path: Path) -> None:
    with closing(FunctionProcess(pickle.dumps((work, "shared")), str(tmp_path))) as child:
        (answer,) = child.iterate_answers(["folder"])
        assert pickle.loads(answer or b"").item == str(tmp_path.resolve())


def test_child__a_folder_that_is_not_there__is_that_of_its_owner(tmp_path: Path) -> None:
    with closing(FunctionProcess(pickle.dumps((work, "shared")), str(tmp_path / "elsewhere"))) as child:
        (answer,) = child.iterate_answers(["folder"])
        assert pickle.loads(answer or b"").item == str(Path.cwd())


def test_run__more_processes_than_windows_can_wait_for__as_many_as_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Pool(ProcessPoolExecutor):
        def __init__(self, jobs: int, **more: Any) -> None:
            made.append(jobs)
            super().__init__(2, **more)

    monkeypatch.setattr("xltool.execution.executor.ProcessPoolExecutor", Pool)
    monkeypatch.setattr("xltool.execution.executor._MAX_PROCESSES", 61)
    assert len(done(range(MIN_ITEMS_FOR_POOL), 200)) == MIN_ITEMS_FOR_POOL
    assert made == [61]


def test_child__that_cannot_start__one_line() -> None:
    with closing(FunctionProcess(b"no pickle")) as child, pytest.raises(NotStartedError, match="UnpicklingError"):
        list(child.iterate_answers([1]))
    with closing(FunctionProcess(b"no pickle")) as child, pytest.raises(UsageError) as refused:
        list(executor.run_isolated(child, [1], lost))
    assert refused.value.code == "usage.not_started"


def test_child__left_in_the_middle__does_not_mix_answers_up() -> None:
    with closing(FunctionProcess(pickle.dumps((work, "shared")))) as child:
        first = child.iterate_answers(range(5))
        next(first)
        first.close()
        assert [pickle.loads(answer or b"").item for answer in child.iterate_answers([7, 8])] == [7, 8]
