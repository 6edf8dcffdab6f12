"""Run tasks in a worker process: one child, kept between files and restarted after each crash."""

import atexit
import sys
import threading
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.execution.child_process import ChildLimits, ChildProcess, NoAnswerError, NotStartedError
from xltool.spreadsheet import limits
from xltool.spreadsheet.worker.in_process import InProcessWorker
from xltool.spreadsheet.worker.messages import pack_message, unpack_message

_HANDLER = "xltool.spreadsheet.worker.server:prepare_handler"


class Worker:
    """One child process that runs one task at a time, with bounded memory in bytes.

    It is replaced after a number of tasks, so that memory kept by a library does not grow; with None it never is.
    """

    def __init__(self, max_bytes: int = limits.MAX_WORKER_BYTES, max_tasks: int | None = None) -> None:
        self._lock = threading.Lock()
        child_limits = ChildLimits(max_bytes, answer_bytes=limits.MAX_MESSAGE_BYTES, requests=max_tasks)
        self._child = ChildProcess(_HANDLER, limits=child_limits)
        atexit.register(self.close)

    def run_task(self, task: str, data: bytes, max_seconds: float, **arguments: str) -> tuple[dict[str, Any], bytes]:
        """Return the answer of a task, a function named as "module:function".

        Raises UnreadableFileError when the worker dies or exceeds the time limit.
        """
        request = pack_message({"task": task, **arguments}, data)
        try:
            with self._lock:
                return unpack_message(self._child.request_answer(request, max_seconds))
        except NoAnswerError as error:
            if error.is_late:
                raise UnreadableFileError("file.timeout", seconds=int(max_seconds)) from None
            raise UnreadableFileError("file.reader_died") from None
        except (NotStartedError, ValueError):
            raise UnreadableFileError("file.reader_died") from None

    def close(self) -> None:
        """End the child, if this process has one."""
        with self._lock:
            self._child.close()


SHARED_WORKER: Worker | InProcessWorker = InProcessWorker() if sys.platform == "emscripten" else Worker()
