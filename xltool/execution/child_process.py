"""Answer requests in a disposable child process that may crash, hang or exhaust its memory.

Requests and answers are frames of bytes. The child calls one function of ours, the handler, and answers each request
before it gets the next, so a request without an answer is the one the child died of. What a child answers is data for
the caller to judge: this module never unpickles it, except in `FunctionProcess`.
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
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
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

Handler = Callable[[bytes], bytes]


class NotStartedError(RuntimeError):
    """The child process could not start: wrong Python, wrong folder, or an error during import."""


class NoAnswerError(RuntimeError):
    """The child process ended without a valid answer; ``is_late`` if it exceeded the time limit."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__(is_late)
        self.is_late = is_late


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """Limits of one child process; None stands for no limit.

    ``memory_bytes`` bounds its address space where the system supports that (not on Windows). After ``requests`` the
    child is replaced, so that memory kept by a library does not grow. After ``idle_seconds`` without a request it ends.
    """

    memory_bytes: int | None = None
    answer_bytes: int | None = None
    requests: int | None = None
    idle_seconds: float | None = None


class ChildProcess:
    """One child process, started with the first request and again after each crash.

    ``handler`` names a function as "module:function": called once in the child with ``setup``, it returns the function
    that answers each request. The child runs in ``folder``, so that relative paths keep their meaning; if that folder
    does not exist, in its owner's.
    """

    def __init__(self, handler: str, setup: bytes = b"", folder: str | None = None, limits: ChildLimits | None = None):
        self._handler, self._setup, self._folder = handler, setup, folder
        self._limits = limits or ChildLimits()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = self._request_count = 0
        self._dismissed = False

    @property
    def ended(self) -> bool:
        """Whether the process was started and has ended, by itself or by `terminate`."""
        return self._dismissed or (self._process is not None and self._process.poll() is not None)

    def request_answer(self, request: bytes, max_seconds: float | None = None) -> bytes:
        """Return the answer to one request. Raises NoAnswerError, NotStartedError."""
        process = self._ensure_running()
        self._request_count += 1
        with _kill_after(process, max_seconds) as late:
            answer = self._exchange_frames(process, request)
        if answer is None:
            self.close()
            raise NoAnswerError(is_late=late.is_set())
        return answer

    def close(self) -> None:
        """End the process if it runs. One that was inherited by a fork belongs to the parent and is left alone."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            _end_process(process)

    def terminate(self) -> None:
        """End the process from another thread; a thread waiting for answers gets NotStartedError."""
        self._dismissed = True
        if process := self._process:
            process.kill()
            process.wait()

    def _exchange_frames(self, process: "subprocess.Popen[bytes]", request: bytes) -> bytes | None:
        """Return the answer, None if the process ends or answers more than its limit."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _send_frame(process.stdin, request)
            return _receive_frame(process.stdout, self._limits.answer_bytes)
        except (OSError, ValueError):  # the pipe is broken, or closed by `terminate`
            return None
        except BaseException:
            self.close()  # the answer may still arrive in the pipe
            raise

    def _ensure_running(self) -> "subprocess.Popen[bytes]":
        process = self._process
        is_used_up = self._limits.requests is not None and self._request_count >= self._limits.requests
        if process is not None and self._owner == os.getpid() and process.poll() is None and not is_used_up:
            return process
        self.close()
        if self._dismissed:
            raise NotStartedError("dismissed")
        options = {"memory_bytes": self._limits.memory_bytes, "idle_seconds": self._limits.idle_seconds}
        process = self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT_CODE, json.dumps(sys.path), self._handler, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder if self._folder and Path(self._folder).is_dir() else None,
        )
        self._owner, self._request_count = os.getpid(), 0
        ready = self._exchange_frames(process, self._setup)
        if ready != b"":
            self.close()
            raise NotStartedError((ready or b"").decode("utf-8", "replace") or f"exit {process.returncode}")
        return process


class FunctionProcess(ChildProcess):
    """Apply one function, pickled with its shared argument as ``payload``, to items in one child process."""

    def __init__(self, payload: bytes, folder: str | None = None, memory: int | None = None) -> None:
        limits = ChildLimits(memory_bytes=memory, idle_seconds=MAX_IDLE_SECONDS)
        super().__init__(f"{__name__}:unpickle_function", payload, folder, limits)

    def iterate_answers(self, items: Sequence[object]) -> Generator[bytes | None]:
        """Yield the pickled result of every item in order; None for an item that crashes it. Raises NotStartedError."""
        return (self._answer_item(pickle.dumps(item)) for item in items)

    def _answer_item(self, item: bytes) -> bytes | None:
        for _ in range(MAX_ATTEMPTS):
            with contextlib.suppress(NoAnswerError):
                return self.request_answer(item)
        return None


@contextlib.contextmanager
def _kill_after(process: "subprocess.Popen[bytes]", max_seconds: float | None) -> Iterator[threading.Event]:
    """Kill a process unless the block ends in time; the event tells whether that happened."""
    late = threading.Event()
    if max_seconds is None:
        yield late
        return

    def kill_late() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(max_seconds, kill_late)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process, close its pipes and wait for its end."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def _send_frame(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH_PREFIX.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive_frame(stream: IO[bytes], max_bytes: int | None = None) -> bytes | None:
    """Return one frame; None if the stream ends before or within it, or if it is longer than allowed."""
    head = stream.read(_LENGTH_PREFIX.size)
    if len(head) < _LENGTH_PREFIX.size:
        return None
    (length,) = _LENGTH_PREFIX.unpack(head)
    if max_bytes is not None and length > max_bytes:
        return None
    data: Any = stream.read(length)
    return data if len(data) == length else None


# --- in the child ------------------------------------------------------------------------------------------------


def main() -> None:
    """Run the child: make the handler from the first frame, then answer each request at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles interruptions and ends the child
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # output printed by a library must not enter the answers
    options = json.loads(sys.argv[3])
    limit_memory(options["memory_bytes"])
    with contextlib.suppress(OSError):
        try:
            module, _, function = sys.argv[2].partition(":")
            handler: Handler = getattr(import_module(module), function)(_receive_frame(requests) or b"")
        except Exception as error:
            _send_frame(answers, f"{type(error).__name__}: {error}".encode())
            return
        _send_frame(answers, b"")
        while (request := _await_request(requests, options["idle_seconds"])) is not None:
            _send_frame(answers, handler(request))


def unpickle_function(payload: bytes) -> Handler:
    """Return the handler of a `FunctionProcess`: apply the pickled function to a pickled item."""
    function, shared = pickle.loads(payload)
    return lambda item: pickle.dumps(function(shared, pickle.loads(item)), pickle.HIGHEST_PROTOCOL)


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
    """Bound the address space of this process, where the system supports that, and write no core file then."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not always on macOS
        import resource

        if max_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _await_request(requests: IO[bytes], idle_seconds: float | None) -> bytes | None:
    """Return the next request, None at the end; exit after too long without one."""
    if idle_seconds is None:  # a thread for the timer would take part of a tight memory limit
        return _receive_frame(requests)
    timer = threading.Timer(idle_seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()
    try:
        return _receive_frame(requests)
    finally:
        timer.cancel()
