"""Work in a process of its own that may die: what it died of is known by name, and everything else goes on.

The child answers with one frame an item, so the item it was at when it died is the first without an answer. That item
gets one more try in a new child; if that dies, too, the item is lost and the rest is worked on without it. Answers stay
pickled on their way through whoever owns the child.
"""

import contextlib
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

ATTEMPTS = 2  # of an item whose process dies of it: once more, in case it was something beside it
IDLE = 300.0  # seconds without work after which a child ends by itself, should nobody have ended it

_WATCH = 0.5  # seconds between two looks at whether the parent is still there
_LENGTH = struct.Struct("<Q")
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.execution.child_process import main
main()
"""


class NotStartedError(RuntimeError):
    """The child could not get ready: another Python, another folder, or a fault on its first lines."""


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a child, close its pipes and wait until it is gone."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


class Child:
    """One process that applies one function, pickled with what it shares, to items.

    It works in ``folder``, so that relative paths mean what they meant where the work was asked for; where there is no
    such folder, in that of its owner (then no relative path was seen there, or none is meant). ``memory`` in bytes
    bounds its address space, where the system can (not on Windows).
    """

    def __init__(self, payload: bytes, folder: str | None = None, memory: int | None = None) -> None:
        self._payload, self._folder, self._memory = payload, folder, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._dismissed = False

    @property
    def ended(self) -> bool:
        """Whether there was a process and it has ended, by itself or by `dismiss`."""
        return self._dismissed or (self._process is not None and self._process.poll() is not None)

    def answers(self, items: Sequence[object]) -> Generator[bytes | None]:
        """The pickled result of every item, in order; None for one the process died of. Raises NotStartedError."""
        place = attempts = 0
        try:
            while place < len(items):
                for answer in self._some(items[place:]):
                    place, attempts = place + 1, 0
                    yield answer
                if place < len(items):
                    self.close()
                    attempts += 1
                    if attempts >= ATTEMPTS:
                        place, attempts = place + 1, 0
                        yield None
        except BaseException:
            self.close()  # there may be answers on their way that nobody will take
            raise

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def dismiss(self) -> None:
        """End the process from another thread; whoever waits for its answers gets NotStartedError."""
        self._dismissed = True
        if process := self._process:
            process.kill()
            process.wait()

    def _some(self, items: Sequence[object]) -> Iterator[bytes]:
        """Answers until all are there, or the process is gone."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            _send(process.stdin, pickle.dumps(tuple(items)))
            for _ in items:
                answer = _receive(process.stdout)
                if answer is None:
                    return
                yield answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        if self._dismissed:
            raise NotStartedError("dismissed")
        process = self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(self._memory or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder if self._folder and Path(self._folder).is_dir() else None,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        ready = None
        with contextlib.suppress(OSError):
            _send(process.stdin, self._payload)
            ready = _receive(process.stdout)
        if ready != b"":
            self.close()
            raise NotStartedError((ready or b"").decode("utf-8", "replace") or f"exit {process.returncode}")
        return process


def end_with(parent: int) -> None:
    """See to it that this process ends soon after ``parent`` did, however that was ended: nobody waits for its answers.

    Beside a sibling that holds the same pipes it would not notice otherwise. On Windows pipes are not inherited so.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


def limit_memory(size: int | None) -> None:
    """Bound the address space of this process, in bytes; nothing on a system that cannot."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        if size:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


def main() -> None:
    """The child: the function and what it shares come first, then lists of items; each item is answered at once."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is its owner's matter, who ends it
    limit_memory(int(sys.argv[2]))
    with contextlib.suppress(OSError):
        try:
            function, shared = pickle.loads(_receive(requests) or b"")
        except Exception as error:
            _send(answers, f"{type(error).__name__}: {error}".encode())
            return
        _send(answers, b"")
        while (items := _next(requests)) is not None:
            for item in pickle.loads(items):
                _send(answers, pickle.dumps(function(shared, item), pickle.HIGHEST_PROTOCOL))


def _next(requests: IO[bytes]) -> bytes | None:
    """The next list of items; None when nobody will send one. A child that nobody ended ends by itself."""
    timer = threading.Timer(IDLE, os._exit, (0,))
    timer.daemon = True
    timer.start()
    try:
        return _receive(requests)
    finally:
        timer.cancel()


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """One frame; None where the stream ends, in the middle of one or before it."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data: Any = stream.read(length)
    return data if len(data) == length else None
