"""Run items on an existing Dask cluster. Only this module imports distributed.

Units of items are submitted to the workers, their shared argument once per run; results come back compressed, and only
a bounded number of units is in flight. Each worker runs its items in a child process (`child_process`): an item that
crashes its process ends the child, never the worker, and has no result after a second try. If a worker is lost, Dask
gives its units to others; a unit that ends several workers is tried again item by item, once.

The scheduler and every worker must run the same program with the same forms and must see the files. That is checked
before the run, and for a worker that joins later before its first unit.
"""

import logging
import os
import pickle
import re
import secrets
import threading
import time
import warnings
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from xltool.errors import UsageError, XltoolError
from xltool.execution.child_process import FunctionProcess

ITEMS_PER_UNIT = 100  # by default: one or two seconds of work, so that repeating a unit costs little
MAX_CONNECT_SECONDS = 10.0
MAX_SECONDS_WITHOUT_WORKER = 30.0  # then the run is given up
_POLL_SECONDS = 2.0
_UNITS_AHEAD_PER_THREAD = 2  # units in flight for each thread of the cluster
_SAMPLE_SIZE = 5  # files whose presence is checked on each worker

_SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
_ADDRESS = re.compile(r"(?P<scheme>[a-z+]+)://(?P<host>\[[0-9a-fA-F:]+\]|[^/\s:@]+)(?::(?P<port>\d{1,5}))?/?")

_Item = TypeVar("_Item")
_Shared = TypeVar("_Shared")
_Result = TypeVar("_Result")
# (working folder, sample of items) -> facts that must agree between processes
EnvironmentProbe = Callable[[str, Sequence[Any]], Mapping[str, str]]


class EnvironmentFact(StrEnum):
    """What must be equal in the calling process and on every worker: a key of what a `EnvironmentProbe` returns."""

    PROGRAM = "program"
    FORMS = "forms"
    PYTHON = "python"
    FILES = "files"


class _HiddenBytes(bytes):
    """Bytes that are never shown in a log, because they hold passwords and addresses."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{len(self)} bytes"

    __str__ = __repr__


class _WorkOrder(NamedTuple):
    """Data sent to every worker once per run; ``expected`` is the result of ``probe`` in the calling process."""

    token: str
    payload: _HiddenBytes
    probe: _HiddenBytes
    expected: Mapping[str, str]
    folder: str
    memory: int | None


class _WorkUnit(NamedTuple):
    items: Sequence[Any]
    future: Any  # distributed is only partly typed


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """Executor on the cluster whose scheduler is at ``address``: ``dask://host:port`` or ``dask+tls://host:port``.

    ``probe`` returns the facts that must be the same here and on each worker. ``unit_size`` is the number of items in a
    unit, ``max_units`` the number of units in flight (by default two per thread), ``memory`` a child's limit in bytes.
    """

    address: str
    probe: EnvironmentProbe
    unit_size: int = ITEMS_PER_UNIT
    max_units: int | None = None
    memory: int | None = None

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        on_crash: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """Run items as `executor.run_items` does. Raises UsageError, in one line, if the cluster cannot do it."""
        if not items:
            return
        sample = items[:: max(1, len(items) // _SAMPLE_SIZE)]
        order = _WorkOrder(
            secrets.token_hex(8),
            _pack_object((function, shared)),
            _pack_object((self.probe, sample)),
            self.probe(os.getcwd(), sample),  # noqa: PTH109 - Path.cwd() also fails in a deleted folder
            os.getcwd(),  # noqa: PTH109
            self.memory,
        )
        with _connect_client(self.address) as client:
            _check_environments(client, order)
            yield from _ClusterRun(client, order, self.unit_size, self.max_units).iterate_results(items, on_crash)


class _ClusterRun:
    """One run on a cluster: a queue of submitted units, oldest first."""

    def __init__(self, client: Any, order: _WorkOrder, unit: int, at_once: int | None) -> None:
        self._client, self._token, self._size, self._at_once = client, order.token, unit, at_once
        self._given = client.submit(_unpack_order, _pack_object(order), key=f"xltool-order-{order.token}", pure=False)
        self._waiting: deque[_WorkUnit] = deque()
        self._submitted = 0

    def iterate_results(self, items: Sequence[_Item], on_crash: Callable[[_Item], _Result]) -> Iterator[_Result]:
        """Yield every result in order; in any case remove all tasks of this run from the cluster."""
        rest = iter(items)
        try:
            while self._submit_ahead(rest):
                unit = self._waiting.popleft()
                for item, answer in zip(unit.items, self._collect_answers(unit), strict=True):
                    yield on_crash(item) if answer is None else pickle.loads(answer)
        finally:
            self._cancel_units()

    def _submit_ahead(self, rest: Iterator[Any]) -> bool:
        """Submit as many units as allowed; return whether any are in flight."""
        while len(self._waiting) < self._max_pending_units() and (items := list(islice(rest, self._size))):
            self._waiting.append(self._submit_unit(items))
        return bool(self._waiting)

    def _max_pending_units(self) -> int:
        return self._at_once or max(2, _UNITS_AHEAD_PER_THREAD * self._count_threads())

    def _count_threads(self) -> int:
        """Return the number of threads of the cluster. Raises UsageError if the connection is lost."""
        try:
            return int(sum(self._client.nthreads().values()))
        except OSError:
            raise UsageError("cluster.gone") from None

    def _submit_unit(self, unit_items: Sequence[Any]) -> _WorkUnit:
        self._submitted += 1
        key = f"xltool-unit-{self._token}-{self._submitted}"
        future = self._client.submit(_run_unit, self._given, _pack_object(unit_items), key=key, pure=False, retries=2)
        return _WorkUnit(unit_items, future)

    def _collect_answers(self, unit: _WorkUnit) -> Sequence[bytes | None]:
        """Return the answer to each item of a unit; None for an item that crashed its process."""
        from distributed import KilledWorker

        try:
            return self._fetch_answers(unit)
        except KilledWorker:
            pass
        for pending_unit in self._waiting:
            with suppress(KilledWorker):
                self._fetch_answers(pending_unit)
        return [self._retry_alone(item) for item in unit.items]

    def _retry_alone(self, item: object) -> bytes | None:
        """Run one item while no other unit is in flight, so that a crash is its own; None if it crashes."""
        from distributed import KilledWorker

        try:
            return self._fetch_answers(self._submit_unit([item]))[0]
        except KilledWorker:
            return None

    def _fetch_answers(self, unit: _WorkUnit) -> Sequence[bytes | None]:
        """Return the answers to a unit. Raises KilledWorker if it ended several workers, else UsageError."""
        from distributed import CancelledError, KilledWorker

        try:
            answers: Sequence[bytes | None] = pickle.loads(zlib.decompress(self._wait_for_result(unit.future)))
        except (KilledWorker, XltoolError):
            raise
        except CancelledError:  # only the scheduler cancels at this point, when it shuts down
            raise UsageError("cluster.gone") from None
        except Exception as error:  # any other error is a failure of the cluster
            raise UsageError("cluster.failed", problem=_describe_error(error)) from None
        return answers

    def _wait_for_result(self, future: Any) -> bytes:
        """Wait for a unit's result without a time limit, as long as the cluster has workers."""
        from distributed import TimeoutError as Late

        last_seen = time.monotonic()
        while True:
            try:
                result: bytes = future.result(timeout=_POLL_SECONDS)
                return result
            except Late:
                if self._client.status != "running":
                    raise UsageError("cluster.gone") from None
                last_seen = time.monotonic() if self._count_threads() else last_seen
                if time.monotonic() - last_seen > MAX_SECONDS_WITHOUT_WORKER:
                    raise UsageError("cluster.no_workers", seconds=int(MAX_SECONDS_WITHOUT_WORKER)) from None

    def _cancel_units(self) -> None:
        with suppress(Exception):  # a lost cluster needs no cleaning up
            self._client.cancel([*(unit.future for unit in self._waiting), self._given], force=True)
            self._client.run(_terminate_children, self._token, on_error="ignore")


# --- before the run ----------------------------------------------------------------------------------------------


def parse_address(address: str) -> str:
    """Return the address in the syntax of distributed. Raises UsageError if it is not that of a scheduler."""
    match = _ADDRESS.fullmatch(address)
    if not match or match["scheme"] not in _SCHEMES or int(match["port"] or 0) > 65_535:
        raise UsageError("cluster.address", address=re.sub(r"//[^/@]*@", "//", address))
    return f"{_SCHEMES[match['scheme']]}://{match['host']}:{match['port'] or 8786}"


@contextmanager
def _connect_client(address: str) -> Iterator[Any]:
    """Connect to the scheduler with the log of distributed disabled: errors are reported once, by the caller."""
    scheduler_address = parse_address(address)
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("cluster.extra") from None
    logger_names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    was_disabled = {name: logging.getLogger(name).disabled for name in logger_names}
    for name in was_disabled:
        logging.getLogger(name).disabled = True
    client: Any = None
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # versions are compared by `_check_environments`
                connect: Any = Client
                client = connect(scheduler_address, timeout=MAX_CONNECT_SECONDS, set_as_default=False)
        except Exception as error:  # no connection, or not a Dask scheduler
            raise UsageError("cluster.unreachable", address=address, problem=_describe_error(error)) from None
        yield client
    finally:
        if client is not None:
            with suppress(Exception):
                client.close(timeout=MAX_CONNECT_SECONDS)
        for name, disabled in was_disabled.items():
            logging.getLogger(name).disabled = disabled


def _check_environments(client: Any, order: _WorkOrder) -> None:
    """Check that the scheduler and all workers have the same program and forms and see the files. Raises UsageError."""
    try:
        client.wait_for_workers(1, timeout=MAX_SECONDS_WITHOUT_WORKER)
    except TimeoutError:
        raise UsageError("cluster.no_workers", seconds=int(MAX_SECONDS_WITHOUT_WORKER)) from None
    try:
        client.run_on_scheduler(_do_nothing)
        environments = client.run(_probe_worker, _pack_object(order), on_error="return")
    except Exception as error:
        raise UsageError("cluster.failed", problem=_describe_error(error)) from None
    for worker, environment in environments.items():
        if isinstance(environment, BaseException):
            raise UsageError("cluster.not_installed", worker=worker, problem=_describe_error(environment))
        _check_environment(order, environment, worker)


def _check_environment(order: _WorkOrder, environment: Mapping[str, str], worker: str) -> None:
    for key, ours in order.expected.items():
        if environment.get(key) != ours:
            facts = {"what": EnvironmentFact(key), "theirs": environment.get(key) or None, "ours": ours}
            raise UsageError("cluster.differs", worker=worker, **facts)


def _pack_object(value: object) -> _HiddenBytes:
    return _HiddenBytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def _describe_error(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


# --- on the workers ----------------------------------------------------------------------------------------------


class _WorkerProcess:
    """State of one worker process: the child of each of its threads for each run, and its facts for the last run."""

    def __init__(self) -> None:
        self._children: dict[tuple[str, int], FunctionProcess] = {}
        self._environment: tuple[str, Mapping[str, str]] = ("", {})

    def probe_environment(self, order: _WorkOrder) -> Mapping[str, str]:
        """Return this worker's facts that must agree with the caller's; computed once per run."""
        token, environment = self._environment
        if token != order.token:
            probe, sample = pickle.loads(order.probe)
            environment = probe(order.folder, sample)
            self._environment = (order.token, environment)
        return environment

    def get_child(self, order: _WorkOrder) -> FunctionProcess:
        """Return the child process of this thread for this run; forget children that have ended."""
        own_key = (order.token, threading.get_ident())
        for key in [key for key, child in list(self._children.items()) if key != own_key and child.ended]:
            self._children.pop(key, None)
        if own_key not in self._children:
            self._children[own_key] = FunctionProcess(order.payload, order.folder, order.memory)
        return self._children[own_key]

    def terminate_children(self, token: str) -> None:
        """End the child processes of a run, even in the middle of a unit."""
        for key in [key for key in list(self._children) if key[0] == token]:
            if child := self._children.pop(key, None):
                child.terminate()


_this_worker = _WorkerProcess()


def _do_nothing() -> None:
    """Do nothing: the call succeeds only where this package is installed."""


def _unpack_order(order: bytes) -> _WorkOrder:
    unpacked: _WorkOrder = pickle.loads(order)
    return unpacked


def _probe_worker(order: bytes) -> Mapping[str, str]:
    return _this_worker.probe_environment(pickle.loads(order))


def _run_unit(order: _WorkOrder, items: bytes) -> bytes:
    """Return the compressed answers to a unit. Raises UsageError on a worker that differs from the caller."""
    from distributed import get_worker

    _check_environment(order, _this_worker.probe_environment(order), get_worker().address)
    answers = list(_this_worker.get_child(order).iterate_answers(pickle.loads(items)))
    return zlib.compress(pickle.dumps(answers), 1)


def _terminate_children(token: str) -> None:
    _this_worker.terminate_children(token)
