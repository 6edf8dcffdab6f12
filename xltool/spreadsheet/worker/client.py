"""The parent's side of the worker process: one child, kept between files, and started again after each death."""

import atexit
import json
import os
import subprocess
import sys
import threading
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.execution.child_process import end
from xltool.spreadsheet import limits
from xltool.spreadsheet.worker.messages import receive, send

# The child finds this package where the parent found it, whatever was done to the path since it started.
_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from xltool.spreadsheet.worker.server import main
main()
"""


class Worker:
    """One child process that does one task at a time, in so much ``memory`` (bytes).

    After ``tasks`` of them it makes room for another, so that what a library keeps does not add up; None never does.
    """

    def __init__(self, memory: int = limits.WORKER_BYTES, tasks: int | None = None) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._memory, self._tasks, self._done = memory, tasks, 0
        atexit.register(self.close)

    def do(self, task: str, data: bytes, seconds: float, **about: str) -> tuple[dict[str, Any], bytes]:
        """The answer of a task. Raises UnreadableFileError when the worker dies of it, or takes longer than that."""
        with self._lock:
            process = self._running()
            late = threading.Event()
            timer = threading.Timer(seconds, _stop, (process, late))
            timer.daemon = True
            timer.start()
            try:
                return _exchange(process, {"task": task, **about}, data)
            except (OSError, ValueError):
                self._end()
                if late.is_set():
                    raise UnreadableFileError("file.timeout", seconds=int(seconds)) from None
                raise UnreadableFileError("file.reader_died") from None
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the child, if this process has one."""
        with self._lock:
            self._end()

    def _running(self) -> "subprocess.Popen[bytes]":
        """The living child of this process; one inherited by a fork is not ours to talk to."""
        process = self._process
        worn = self._tasks is not None and self._done >= self._tasks
        if process is None or self._owner != os.getpid() or process.poll() is not None or worn:
            self._end()
            process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(sys.path), str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._process, self._owner, self._done = process, os.getpid(), 0
        self._done += 1
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            end(process)


def _stop(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    process.kill()


def _exchange(process: "subprocess.Popen[bytes]", head: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Send one request and read the answer. Raises OSError or ValueError when the child is gone or talks nonsense."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the worker has no pipes")
    send(process.stdin, head, data)
    answer = receive(process.stdout, limits.MESSAGE_BYTES)
    if answer is None:
        raise ValueError("the worker has gone")
    return answer


WORKER = Worker()
