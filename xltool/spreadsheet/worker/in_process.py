"""Run the tasks of the worker process where there are no processes: in a web page, whose own worker may be ended.

The owner of that worker is told of every task before it begins. If the worker dies of a task, or has to be ended, the
owner starts another worker, refuses the content and runs the command again, so that the file gets the same finding as
it gets from a worker process.
"""

import hashlib
import sys
from collections.abc import Callable
from typing import Any

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.worker.server import answer_request

IN_PROCESS = sys.platform == "emscripten"

refused_contents: dict[str, str] = {}
"""SHA-256 of content that is not given to a task any more, with the reason: "died" or "timeout"."""


def ignore_task(_sha256: str, _max_seconds: float) -> None:
    """Take no notice of a task."""


task_listener: Callable[[str, float], None] = ignore_task
"""Called before a task with the SHA-256 of its content and its time limit in seconds; after it with "" and 0."""


def run_in_process(task: str, data: bytes, max_seconds: float, **arguments: str) -> tuple[dict[str, Any], bytes]:
    """Return the answer of a task. Raises UnreadableFileError for content that was refused."""
    sha256 = hashlib.sha256(data).hexdigest()
    match refused_contents.get(sha256):
        case "timeout":
            raise UnreadableFileError("file.timeout", seconds=int(max_seconds))
        case str():
            raise UnreadableFileError("file.reader_died")
    task_listener(sha256, max_seconds)
    try:
        return answer_request(task, arguments, data)
    finally:
        task_listener("", 0)
