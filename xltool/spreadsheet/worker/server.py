"""The worker process: runs libraries that may crash or loop, so that the parent survives.

It answers requests (see `messages`) on standard output until standard input ends. A request names its ``task`` as
"module:function"; an answer has the result of the task, or a ``problem``.
"""

import contextlib
import signal
import sys
from importlib import import_module
from typing import Any

from xltool.spreadsheet import limits
from xltool.spreadsheet.worker.messages import receive_message, send_message

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Limit the memory of this process, then answer requests. Standard output is reserved for answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles the interrupt and ends this process
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while request := receive_message(requests, limits.MAX_MESSAGE_BYTES):
        head, body = request
        send_message(answers, *answer_request(head.pop("task"), head, body))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not always on macOS
        import resource

        size = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_request(task: str, arguments: dict[str, Any], body: bytes) -> Answer:
    """Call the function a task names; it returns an answer, or an answer and bytes."""
    module, _, name = task.partition(":")
    try:
        answer = getattr(import_module(module), name)(body, **arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic inside calamine is no Exception
        return {"problem": "memory" if isinstance(error, MemoryError) else "unreadable"}, b""
    return answer if isinstance(answer, tuple) else (answer, b"")
