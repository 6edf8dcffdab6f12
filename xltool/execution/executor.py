"""Where reading runs: in this process, in local processes, or wherever an `Executor` takes it. Nothing else knows.

An item that ends its process (a file that makes a library fall over, or wants all memory) is lost, and nothing else:
its batch goes on, and the caller says what a lost item comes to.
"""

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from xltool.errors import UsageError
from xltool.execution.child_process import Child, NotStartedError, end_with, limit_memory

_Item = TypeVar("_Item")
_Shared = TypeVar("_Shared")
_Result = TypeVar("_Result")

FEW = 40  # below this, starting processes costs more than it saves
UNIT = 25  # files handed to a process at a time: enough to hide the cost of passing results
_AHEAD = 4  # units for each process that may wait to be fetched: bounds the memory of what is done and not yet taken

_MOST = 61 if sys.platform == "win32" else 1_024  # processes in a pool: Windows waits for no more handles at once

_shared: dict[str, Any] = {}


class Executor(Protocol):
    """What `run` asks of any place where work may run; see there."""

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        lost: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """As `run`."""


@dataclass(frozen=True, slots=True)
class Processes:
    """Local processes: how many at once (by default one a core), and the bytes of memory each may take.

    ``unit`` items go to a process at a time; fewer than ``few`` in all are worked on in this process.
    """

    jobs: int | None = None
    memory: int | None = None
    unit: int = UNIT
    few: int = FEW

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        lost: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """As `run`; in this process where several would not pay and no bound of memory was asked for."""
        jobs = min(default_jobs() if self.jobs is None else self.jobs, _MOST)
        if self.memory is None and (jobs <= 1 or len(items) < self.few):
            yield from (function(shared, item) for item in items)
            return
        rest = deque(units(items, self.unit))
        with closing(Child(pickle.dumps((function, shared)), memory=self.memory)) as child:
            while rest:
                pool = ProcessPoolExecutor(
                    jobs, initializer=_prepare, initargs=(function, shared, self.memory, os.getpid())
                )
                broken: list[Sequence[_Item]] = []
                try:
                    yield from _pooled(pool, rest, jobs * _AHEAD, broken)
                finally:
                    with _undisturbed():
                        pool.shutdown(cancel_futures=True)
                for unit in broken:
                    yield from carefully(child, unit, lost)


Jobs = int | Executor | None  # how many local processes, or where else


def default_jobs() -> int:
    """How many processes reading uses unless told: the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    function: Callable[[_Shared, _Item], _Result],
    shared: _Shared,
    items: Sequence[_Item],
    jobs: Jobs,
    lost: Callable[[_Item], _Result],
) -> Iterator[_Result]:
    """``function(shared, item)`` of every item, in order, as results come; ``lost(item)`` of one that ends its process.

    ``shared`` goes to each process once. All must be picklable, and the function must not raise for a bad item: a
    batch goes on.
    """
    executor = Processes(jobs) if jobs is None or isinstance(jobs, int) else jobs
    yield from executor.run(function, shared, items, lost)


def units(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """The items in pieces of that many."""
    return (items[start : start + size] for start in range(0, len(items), size))


def carefully(child: Child, items: Sequence[_Item], lost: Callable[[_Item], _Result]) -> Iterator[_Result]:
    """The results of items of which one may end its process. Raises UsageError if none can be started."""
    try:
        for item, answer in zip(items, child.answers(items), strict=True):
            yield lost(item) if answer is None else pickle.loads(answer)
    except NotStartedError as error:
        raise UsageError("usage.not_started", problem=str(error)) from None


def _pooled(
    pool: ProcessPoolExecutor, rest: "deque[Sequence[_Item]]", most: int, broken: list[Sequence[_Item]]
) -> Iterator[Any]:
    """The results of units from ``rest``; when a process dies, what was under way is ``broken`` and must be done again.

    At most ``most`` units are under way at once.
    """
    waiting: deque[tuple[Sequence[_Item], Future[list[Any]]]] = deque()
    try:
        while rest or waiting:
            while rest and len(waiting) < most:
                waiting.append((rest[0], pool.submit(_call, rest[0])))
                rest.popleft()
            done = waiting[0][1].result()
            waiting.popleft()
            yield from done
    except BrokenProcessPool:
        broken += [unit for unit, _ in waiting]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Puts up with a second interruption: one in the middle of ending a pool would leave it waiting for ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _prepare(function: Callable[..., Any], shared: object, memory: int | None, parent: int) -> None:
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is told once, by the process that was started
    limit_memory(memory)
    _shared["call"] = (function, shared)


def _call(items: Sequence[object]) -> list[Any]:  # what the function returns is the caller's business
    function, shared = _shared["call"]
    return [function(shared, item) for item in items]
