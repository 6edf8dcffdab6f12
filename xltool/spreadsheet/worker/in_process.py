"""Run the tasks of the worker process where there are no processes: in a web page, whose own worker may be ended.

The owner of that worker is told of every task before it begins. If the worker dies of a task, or has to be ended, the
owner starts another worker, refuses the content and runs the command again, so that the file gets the same finding as
it gets from a worker process.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.worker.server import answer_request


def ignore_task(_sha256: str, _max_seconds: float) -> None:
    """Take no notice of a task."""


class InProcessWorker:
    """Runs tasks in this process.

    ``listener`` is called before a task with the SHA-256 of its content and its time limit in seconds, after it with ""
    and 0. ``refused`` holds the SHA-256 of content that is not given to a task any more, with "died" or "timeout".
    """

    def __init__(self) -> None:
        self.listener: Callable[[str, float], None] = ignore_task
        self.refused: dict[str, str] = {}

    def run_task(self, task: str, data: bytes, max_seconds: float, **arguments: str) -> tuple[dict[str, Any], bytes]:
        """Return the answer of a task. Raises UnreadableFileError for content that was refused."""
        sha256 = hashlib.sha256(data).hexdigest()
        match self.refused.get(sha256):
            case "timeout":
                raise UnreadableFileError("file.timeout", seconds=int(max_seconds))
            case str():
                raise UnreadableFileError("file.reader_died")
        self.listener(sha256, max_seconds)
        try:
            return answer_request(task, arguments, data)
        finally:
            self.listener("", 0)
