"""Work on a Dask cluster that is there already. The only door to distributed.

Pieces of the work (units) go to the cluster's workers, what they share goes there once, and results come back
compressed, a bounded number ahead of what is taken. In each worker a child (`isolation`) does the work: an item that
ends its process ends the child, never the worker, and is lost by name after a second try. When a whole worker is lost,
Dask gives its units to others; a unit that ends worker after worker is tried item by item, once.

The scheduler and every worker must run the same program with the same forms, and must see the files: that is asked
first, and of workers that come later before their first unit.
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
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from xltool.errors import UsageError, XltoolError
from xltool.execution.child_process import Child
from xltool.messages import catalogue as texts

UNIT = 100  # files in a unit unless told: a second or two of work, so that a lost one costs little
CONNECT_SECONDS = 10.0
WORKER_SECONDS = 30.0  # without any worker, before there is no use in waiting
_POLL = 2.0
_AHEAD = 2  # units for each thread of the cluster that may wait to be fetched
_SAMPLE = 5  # items whose being there each worker is asked about

_SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
_ADDRESS = re.compile(r"(?P<scheme>[a-z+]+)://(?P<host>\[[0-9a-fA-F:]+\]|[^/\s:@]+)(?::(?P<port>\d{1,5}))?/?")

_Item = TypeVar("_Item")
_Shared = TypeVar("_Shared")
_Result = TypeVar("_Result")
Likeness = Callable[[str, Sequence[Any]], Mapping[str, str]]  # of a folder to work in and some items


class _Opaque(bytes):
    """Bytes that no log shows: there are passwords and addresses in them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{len(self)} bytes"

    __str__ = __repr__


class _Order(NamedTuple):
    """What every worker gets once. ``expected`` is what ``likeness`` says where the work was asked for."""

    token: str
    payload: _Opaque
    likeness: _Opaque
    expected: Mapping[str, str]
    folder: str
    memory: int | None


class _Unit(NamedTuple):
    items: Sequence[Any]
    future: Any  # as everything of distributed here, whose functions are only half typed


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster by the address of its scheduler, ``dask://host:port`` (``dask+tls://`` where it asks for certificates).

    ``likeness`` says, here and on each worker, what must be the same. ``unit`` is how many items make a unit,
    ``at_once`` how many units may be under way (by default two a thread), ``memory`` the bytes a child may take.
    """

    address: str
    likeness: Likeness
    unit: int = UNIT
    at_once: int | None = None
    memory: int | None = None

    def run(
        self,
        function: Callable[[_Shared, _Item], _Result],
        shared: _Shared,
        items: Sequence[_Item],
        lost: Callable[[_Item], _Result],
    ) -> Iterator[_Result]:
        """As `engine.run`. Raises UsageError, in one line, for whatever keeps the cluster from doing it."""
        if not items:
            return
        sample = items[:: max(1, len(items) // _SAMPLE)]
        order = _Order(
            secrets.token_hex(8),
            _packed((function, shared)),
            _packed((self.likeness, sample)),
            self.likeness(os.getcwd(), sample),  # noqa: PTH109 - a folder that was deleted has no Path either
            os.getcwd(),  # noqa: PTH109
            self.memory,
        )
        with _connected(self.address) as client:
            _refuse_others(client, order)
            yield from _Run(client, order, self.unit, self.at_once).results(items, lost)


class _Run:
    """One run on a cluster: what is under way, oldest first."""

    def __init__(self, client: Any, order: _Order, unit: int, at_once: int | None) -> None:
        self._client, self._token, self._size, self._at_once = client, order.token, unit, at_once
        self._given = client.submit(_given, _packed(order), key=f"xltool-order-{order.token}", pure=False)
        self._waiting: deque[_Unit] = deque()
        self._submitted = 0

    def results(self, items: Sequence[_Item], lost: Callable[[_Item], _Result]) -> Iterator[_Result]:
        """Every result, in order; whatever happens, nothing of this run is left on the cluster."""
        rest = iter(items)
        try:
            while self._fill(rest):
                unit = self._waiting.popleft()
                for item, answer in zip(unit.items, self._answers(unit), strict=True):
                    yield lost(item) if answer is None else pickle.loads(answer)
        finally:
            self._end()

    def _fill(self, rest: Iterator[Any]) -> bool:
        """Have as many units under way as may be; whether there are any."""
        while len(self._waiting) < self._room() and (items := list(islice(rest, self._size))):
            self._waiting.append(self._submit(items))
        return bool(self._waiting)

    def _room(self) -> int:
        return self._at_once or max(2, _AHEAD * self._threads())

    def _threads(self) -> int:
        """How many units the cluster can work on at once. Raises UsageError if it is gone."""
        try:
            return int(sum(self._client.nthreads().values()))
        except OSError:
            raise UsageError("cluster.gone") from None

    def _submit(self, items: Sequence[Any]) -> _Unit:
        self._submitted += 1
        key = f"xltool-unit-{self._token}-{self._submitted}"
        future = self._client.submit(_worked, self._given, _packed(items), key=key, pure=False, retries=2)
        return _Unit(items, future)

    def _answers(self, unit: _Unit) -> Sequence[bytes | None]:
        """What came of each item of a unit; None of one that is lost."""
        from distributed import KilledWorker

        try:
            return self._result(unit)
        except KilledWorker:
            pass
        for other in self._waiting:
            with suppress(KilledWorker):
                self._result(other)
        return [self._alone(item) for item in unit.items]

    def _alone(self, item: object) -> bytes | None:
        """An item with nothing else of ours under way: what dies of it is its doing; then it is lost."""
        from distributed import KilledWorker

        try:
            return self._result(self._submit([item]))[0]
        except KilledWorker:
            return None

    def _result(self, unit: _Unit) -> Sequence[bytes | None]:
        """What the cluster answers. Raises KilledWorker when worker after worker died of it, UsageError else."""
        from distributed import CancelledError, KilledWorker

        try:
            found: Sequence[bytes | None] = pickle.loads(zlib.decompress(self._patiently(unit.future)))
        except (KilledWorker, XltoolError):
            raise
        except CancelledError:  # nobody cancels but us, and the scheduler when it goes
            raise UsageError("cluster.gone") from None
        except Exception as error:  # whatever it is, the cluster could not do it
            raise UsageError("cluster.failed", problem=_told(error)) from None
        return found

    def _patiently(self, future: Any) -> bytes:
        """A unit's result, however long it takes, while there is anybody to work on it."""
        from distributed import TimeoutError as Late

        seen = time.monotonic()
        while True:
            try:
                found: bytes = future.result(timeout=_POLL)
                return found
            except Late:
                if self._client.status != "running":
                    raise UsageError("cluster.gone") from None
                seen = time.monotonic() if self._threads() else seen
                if time.monotonic() - seen > WORKER_SECONDS:
                    raise UsageError("cluster.no_workers", seconds=int(WORKER_SECONDS)) from None

    def _end(self) -> None:
        with suppress(Exception):  # a cluster that is gone has nothing of ours either
            self._client.cancel([*(unit.future for unit in self._waiting), self._given], force=True)
            self._client.run(_dismissed, self._token, on_error="ignore")


# --- before anything is begun ------------------------------------------------------------------------------------


def checked_address(address: str) -> str:
    """The address as distributed wants it. Raises UsageError for what is none of a Dask scheduler."""
    found = _ADDRESS.fullmatch(address)
    if not found or found["scheme"] not in _SCHEMES or int(found["port"] or 0) > 65_535:
        raise UsageError("cluster.address", address=re.sub(r"//[^/@]*@", "//", address))
    return f"{_SCHEMES[found['scheme']]}://{found['host']}:{found['port'] or 8786}"


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of the scheduler, quiet on the error stream: what goes wrong is said once, by us."""
    where = checked_address(address)
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("cluster.extra") from None
    silenced = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    heard = {name: logging.getLogger(name).disabled for name in silenced}
    for name in heard:
        logging.getLogger(name).disabled = True
    client: Any = None
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # other versions of the libraries are looked at by `_refuse_others`
                connect: Any = Client
                client = connect(where, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception as error:  # nobody there, or no Dask
            raise UsageError("cluster.unreachable", address=address, problem=_told(error)) from None
        yield client
    finally:
        if client is not None:
            with suppress(Exception):
                client.close(timeout=CONNECT_SECONDS)
        for name, disabled in heard.items():
            logging.getLogger(name).disabled = disabled


def _refuse_others(client: Any, order: _Order) -> None:
    """Raises UsageError for a scheduler or worker with another program, other forms or no sight of the files."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        raise UsageError("cluster.no_workers", seconds=int(WORKER_SECONDS)) from None
    try:
        client.run_on_scheduler(_nothing)
        found = client.run(_likeness, _packed(order), on_error="return")
    except Exception as error:
        raise UsageError("cluster.failed", problem=_told(error)) from None
    for worker, theirs in found.items():
        if isinstance(theirs, BaseException):
            raise UsageError("cluster.not_installed", worker=worker, problem=_told(theirs))
        _refuse_other(order, theirs, worker)


def _refuse_other(order: _Order, theirs: Mapping[str, str], worker: str) -> None:
    for key, ours in order.expected.items():
        if theirs.get(key) != ours:
            what = texts.Phrase(texts.word("likeness", key))
            raise UsageError("cluster.differs", worker=worker, what=what, theirs=theirs.get(key) or None, ours=ours)


def _packed(value: object) -> _Opaque:
    return _Opaque(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def _told(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


# --- on the cluster ----------------------------------------------------------------------------------------------

_children: dict[tuple[str, int], Child] = {}
_alike: dict[str, Mapping[str, str]] = {}


def _nothing() -> None:
    """Can be called wherever this package is installed."""


def _given(order: bytes) -> _Order:
    found: _Order = pickle.loads(order)
    return found


def _likeness(order: bytes) -> Mapping[str, str]:
    return _own(pickle.loads(order))


def _own(order: _Order) -> Mapping[str, str]:
    """What this worker has of what must be the same; asked once a run."""
    if order.token not in _alike:
        _alike.clear()
        likeness, sample = pickle.loads(order.likeness)
        _alike[order.token] = likeness(order.folder, sample)
    return _alike[order.token]


def _worked(order: _Order, items: bytes) -> bytes:
    """The answers to a unit. Raises UsageError on a worker that is not alike."""
    from distributed import get_worker

    _refuse_other(order, _own(order), get_worker().address)
    answers = list(_child(order).answers(pickle.loads(items)))
    return zlib.compress(pickle.dumps(answers), 1)


def _child(order: _Order) -> Child:
    """The child of this thread for this run; those that have ended by themselves are forgotten."""
    mine = (order.token, threading.get_ident())
    for key in [key for key, child in list(_children.items()) if key != mine and child.ended]:
        _children.pop(key, None)
    if mine not in _children:
        _children[mine] = Child(order.payload, order.folder, order.memory)
    return _children[mine]


def _dismissed(token: str) -> None:
    """End the children of a run, in the middle of a unit if need be."""
    for key in [key for key in list(_children) if key[0] == token]:
        if child := _children.pop(key, None):
            child.dismiss()
