"""Run tasks in a worker process: one child, kept between files and restarted after each crash."""

import atexit
import json
import os
import subprocess
import sys
import threading
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.execution.child_process import end_process
from xltool.spreadsheet import limits
from xltool.spreadsheet.worker.in_process import InProcessWorker
from xltool.spreadsheet.worker.messages import receive_message, send_message

# The child imports this package from the same sys.path as the parent.
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.spreadsheet.worker.server import main
main()
"""


class Worker:
    """One child process that runs one task at a time, with bounded memory in bytes.

    It is replaced after a number of tasks, so that memory kept by a library does not grow; with None it never is.
    """

    def __init__(self, max_bytes: int = limits.MAX_WORKER_BYTES, max_tasks: int | None = None) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._memory, self._tasks, self._done = max_bytes, max_tasks, 0
        atexit.register(self.close)

    def run_task(self, task: str, data: bytes, max_seconds: float, **arguments: str) -> tuple[dict[str, Any], bytes]:
        """Return the answer of a task, a function named as "module:function".

        Raises UnreadableFileError when the worker dies or exceeds the time limit.
        """
        with self._lock:
            process = self._running_process()
            late = threading.Event()
            timer = threading.Timer(max_seconds, _kill_late, (process, late))
            timer.daemon = True
            timer.start()
            try:
                return _exchange_messages(process, {"task": task, **arguments}, data)
            except (OSError, ValueError):
                self._end_process()
                if late.is_set():
                    raise UnreadableFileError("file.timeout", seconds=int(max_seconds)) from None
                raise UnreadableFileError("file.reader_died") from None
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the child, if this process has one."""
        with self._lock:
            self._end_process()

    def _running_process(self) -> "subprocess.Popen[bytes]":
        """Return the running child of this process, started if needed; a child inherited by a fork is not used."""
        process = self._process
        worn = self._tasks is not None and self._done >= self._tasks
        if process is None or self._owner != os.getpid() or process.poll() is not None or worn:
            self._end_process()
            process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._process, self._owner, self._done = process, os.getpid(), 0
        self._done += 1
        return process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            end_process(process)


def _kill_late(process: "subprocess.Popen[bytes]", timed_out: threading.Event) -> None:
    timed_out.set()
    process.kill()


def _exchange_messages(
    process: "subprocess.Popen[bytes]", head: dict[str, Any], data: bytes
) -> tuple[dict[str, Any], bytes]:
    """Send one request and read the answer. Raises OSError or ValueError when the child is gone or answers badly."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the worker has no pipes")
    send_message(process.stdin, head, data)
    answer = receive_message(process.stdout, limits.MAX_MESSAGE_BYTES)
    if answer is None:
        raise ValueError("the worker has gone")
    return answer


SHARED_WORKER: Worker | InProcessWorker = InProcessWorker() if sys.platform == "emscripten" else Worker()
