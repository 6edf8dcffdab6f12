"""Where reading runs: in this process, or in local processes. One function, nothing else knows."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Shared = TypeVar("_Shared")
_Result = TypeVar("_Result")

FEW = 40  # below this, starting processes costs more than it saves
_CHUNK = 25  # files handed to a process at a time: enough to hide the cost of passing results

_shared: dict[str, Any] = {}


def default_jobs() -> int:
    """How many processes reading uses unless told: the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    function: Callable[[_Shared, _Item], _Result], shared: _Shared, items: Sequence[_Item], jobs: int | None = None
) -> Iterator[_Result]:
    """``function(shared, item)`` of every item, in order, as results come; in ``jobs`` processes where that pays.

    ``shared`` goes to each process once. All three must be picklable, and the function must not raise for a bad
    item: a batch goes on.
    """
    jobs = default_jobs() if jobs is None else jobs
    if jobs <= 1 or len(items) < FEW:
        yield from (function(shared, item) for item in items)
        return
    with ProcessPoolExecutor(max_workers=jobs, initializer=_prepare, initargs=(function, shared)) as pool:
        try:
            yield from pool.map(_call, items, chunksize=_CHUNK)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare(function: Callable[..., Any], shared: object) -> None:
    _shared["call"] = (function, shared)


def _call(item: object) -> Any:  # what the function returns is the caller's business
    function, shared = _shared["call"]
    return function(shared, item)
