"""Run a function over many items in this process, in a process pool, or on any `Executor`.

An item that crashes its process (a file that crashes a library or exhausts memory) does not stop the batch: the caller
supplies its result. Callers need not know where the items run.
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
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from xltool.errors import UsageError
from xltool.execution.child_process import FunctionProcess, NotStartedError, exit_with_parent, limit_memory

_Item = TypeVar("_Item")
_Shared = TypeVar("_Shared")
_Result = TypeVar("_Result")

MIN_ITEMS_FOR_POOL = 40  # for fewer items, starting processes costs more than it saves
ITEMS_PER_UNIT = 25  # sent to a process at a time: enough to hide the cost of passing results
_UNITS_AHEAD_PER_PROCESS = 4  # bounds the memory of finished results that are not yet consumed

_MAX_PROCESSES = 61 if sys.platform == "win32" else 1_024  # Windows cannot wait for more handles at once

# The function of this process of a pool and its shared argument: set once, when the process starts.
_pool_call: ContextVar[tuple[Callable[..., Any], Any]] = ContextVar("_pool_call")


class Executor(Protocol):
    """Interface of any place where `run_items` can run items."""

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        on_crash: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """Yield the results as `run_items` does."""


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Executor on ``jobs`` local processes (by default one per core), each limited to ``memory`` bytes.

    ``unit_size`` items are sent to a process at a time; fewer than ``min_pool_items`` run in this process.
    """

    jobs: int | None = None
    memory: int | None = None
    unit_size: int = ITEMS_PER_UNIT
    min_pool_items: int = MIN_ITEMS_FOR_POOL

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        on_crash: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """Yield the results as `run_items` does; in this process for few items without a memory limit."""
        jobs = min(count_usable_cores() if self.jobs is None else self.jobs, _MAX_PROCESSES)
        if self.memory is None and (jobs <= 1 or len(items) < self.min_pool_items):
            yield from (function(shared, item) for item in items)
            return
        rest = deque(split_into_units(items, self.unit_size))
        with closing(FunctionProcess(pickle.dumps((function, shared)), memory=self.memory)) as child:
            while rest:
                pool = ProcessPoolExecutor(
                    jobs, initializer=_initialise_process, initargs=(function, shared, self.memory, os.getpid())
                )
                broken: list[Sequence[_Item]] = []
                try:
                    yield from _run_in_pool(pool, rest, jobs * _UNITS_AHEAD_PER_PROCESS, broken)
                finally:
                    with _ignore_interrupts():
                        pool.shutdown(cancel_futures=True)
                for unit in broken:
                    yield from run_isolated(child, unit, on_crash)


Jobs = int | Executor | None  # a number of local processes, or another executor


def count_usable_cores() -> int:
    """Return the default number of processes: the cores this process may run on."""
    if sys.platform == "emscripten":  # a web page, where there are no processes
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_items(
    function: Callable[[_Shared, _Item], _Result],
    shared: _Shared,
    items: Sequence[_Item],
    jobs: Jobs,
    on_crash: Callable[[_Item], _Result],
) -> Iterator[_Result]:
    """Yield ``function(shared, item)`` for every item in order; ``on_crash(item)`` for one that crashes its process.

    ``shared`` is sent to each process once. All arguments must be picklable. The function must not raise for a bad
    item, because that would end the batch.
    """
    executor = LocalProcesses(jobs) if jobs is None or isinstance(jobs, int) else jobs
    yield from executor.run(function, shared, items, on_crash)


def split_into_units(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """Yield consecutive slices of ``size`` items."""
    return (items[start : start + size] for start in range(0, len(items), size))


def run_isolated(
    child: FunctionProcess, items: Sequence[_Item], on_crash: Callable[[_Item], _Result]
) -> Iterator[_Result]:
    """Run items in a disposable child; yield ``on_crash(item)`` for an item that crashes it. Raises UsageError."""
    try:
        for item, answer in zip(items, child.iterate_answers(items), strict=True):
            yield on_crash(item) if answer is None else pickle.loads(answer)
    except NotStartedError as error:
        raise UsageError("usage.not_started", problem=str(error)) from None


def _run_in_pool(
    pool: ProcessPoolExecutor, rest: "deque[Sequence[_Item]]", max_pending: int, broken_units: list[Sequence[_Item]]
) -> Iterator[Any]:
    """Yield the results of units taken from ``rest``, with at most ``max_pending`` units in flight.

    If a process crashes, the units in flight are appended to ``broken_units``; the caller must run them again.
    """
    waiting: deque[tuple[Sequence[_Item], Future[list[Any]]]] = deque()
    try:
        while rest or waiting:
            while rest and len(waiting) < max_pending:
                waiting.append((rest[0], pool.submit(_call_unit, rest[0])))
                rest.popleft()
            done = waiting[0][1].result()
            waiting.popleft()
            yield from done
    except BrokenProcessPool:
        broken_units += [unit for unit, _ in waiting]


@contextmanager
def _ignore_interrupts() -> Iterator[None]:
    """Ignore a second interruption: during the shutdown of a pool it would make the pool wait for ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _initialise_process(function: Callable[..., Any], shared: object, memory: int | None, parent: int) -> None:
    exit_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process reports an interruption once
    limit_memory(memory)
    _pool_call.set((function, shared))


def _call_unit(items: Sequence[object]) -> list[Any]:
    function, shared = _pool_call.get()
    return [function(shared, item) for item in items]
