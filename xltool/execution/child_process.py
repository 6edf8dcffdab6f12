"""Run items in a disposable child process and identify the item that crashes it.

The child answers every item with one frame, so the item that crashed it is the first without an answer. That item is
tried once more in a new child; if this crashes too, its answer is None and the remaining items go on. Answers stay
pickled on their way through the process that owns the child.
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

MAX_ATTEMPTS = 2  # for an item that crashes its process: the first crash may have another cause
MAX_IDLE_SECONDS = 300.0  # a child without work for so long ends itself, in case its owner did not

_PARENT_POLL_SECONDS = 0.5  # between two checks that the parent process still exists
_LENGTH_PREFIX = struct.Struct("<Q")
_BOOT_CODE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.execution.child_process import main
main()
"""


class NotStartedError(RuntimeError):
    """The child process could not start: wrong Python, wrong folder, or an error during import."""


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process, close its pipes and wait for its end."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


class ChildProcess:
    """Apply one function, pickled with its shared argument, to items in one child process.

    The child runs in ``folder``, so that relative paths keep their meaning; if that folder does not exist, in its
    owner's. ``memory`` bounds its address space in bytes where the system supports that (not on Windows).
    """

    def __init__(self, payload: bytes, folder: str | None = None, memory: int | None = None) -> None:
        self._payload, self._folder, self._memory = payload, folder, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._dismissed = False

    @property
    def ended(self) -> bool:
        """Whether the process was started and has ended, by itself or by `dismiss`."""
        return self._dismissed or (self._process is not None and self._process.poll() is not None)

    def iterate_answers(self, items: Sequence[object]) -> Generator[bytes | None]:
        """Yield the pickled result of every item in order; None for an item that crashes it. Raises NotStartedError."""
        position = attempts = 0
        try:
            while position < len(items):
                for answer in self._exchange_items(items[position:]):
                    position, attempts = position + 1, 0
                    yield answer
                if position < len(items):
                    self.close()
                    attempts += 1
                    if attempts >= MAX_ATTEMPTS:
                        position, attempts = position + 1, 0
                        yield None
        except BaseException:
            self.close()  # unread answers may remain in the pipe
            raise

    def close(self) -> None:
        """End the process if it runs."""
        process, self._process = self._process, None
        if process is not None:
            end_process(process)

    def terminate(self) -> None:
        """End the process from another thread; a thread waiting for answers gets NotStartedError."""
        self._dismissed = True
        if process := self._process:
            process.kill()
            process.wait()

    def _exchange_items(self, items: Sequence[object]) -> Iterator[bytes]:
        """Yield answers until all have arrived or the process has ended."""
        process = self._ensure_running()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            _send_frame(process.stdin, pickle.dumps(tuple(items)))
            for _ in items:
                answer = _receive_frame(process.stdout)
                if answer is None:
                    return
                yield answer

    def _ensure_running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        if self._dismissed:
            raise NotStartedError("dismissed")
        process = self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT_CODE, json.dumps(sys.path), str(self._memory or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder if self._folder and Path(self._folder).is_dir() else None,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        ready = None
        with contextlib.suppress(OSError):
            _send_frame(process.stdin, self._payload)
            ready = _receive_frame(process.stdout)
        if ready != b"":
            self.close()
            raise NotStartedError((ready or b"").decode("utf-8", "replace") or f"exit {process.returncode}")
        return process


def exit_with_parent(parent: int) -> None:
    """End this process soon after process ``parent`` has ended, for whatever reason.

    A closed pipe does not show that on POSIX, where sibling processes inherit the same pipes; on Windows it does.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL_SECONDS)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()


def limit_memory(max_bytes: int | None) -> None:
    """Bound the address space of this process to ``size`` bytes, where the system supports that."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        if max_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))


def main() -> None:
    """Run the child: receive the function and its shared argument, then lists of items; answer each item at once."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output printed by a library must not enter the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles interruptions and ends the child
    limit_memory(int(sys.argv[2]))
    with contextlib.suppress(OSError):
        try:
            function, shared = pickle.loads(_receive_frame(requests) or b"")
        except Exception as error:
            _send_frame(answers, f"{type(error).__name__}: {error}".encode())
            return
        _send_frame(answers, b"")
        while (items := _receive_items(requests)) is not None:
            for item in pickle.loads(items):
                _send_frame(answers, pickle.dumps(function(shared, item), pickle.HIGHEST_PROTOCOL))


def _receive_items(requests: IO[bytes]) -> bytes | None:
    """Return the next pickled list of items, None at the end; exit after too long without one."""
    timer = threading.Timer(MAX_IDLE_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()
    try:
        return _receive_frame(requests)
    finally:
        timer.cancel()


def _send_frame(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH_PREFIX.pack(len(data)) + data)
    stream.flush()


def _receive_frame(stream: IO[bytes]) -> bytes | None:
    """Return one frame; None if the stream ends before or within it."""
    head = stream.read(_LENGTH_PREFIX.size)
    if len(head) < _LENGTH_PREFIX.size:
        return None
    (length,) = _LENGTH_PREFIX.unpack(head)
    data: Any = stream.read(length)
    return data if len(data) == length else None
