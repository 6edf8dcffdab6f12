"""The process in which libraries work that cannot be bounded from inside: a death or a loop there harms nobody else.

It answers requests of `worker_messages` on standard output until standard input ends. A request names a ``task``; an
answer has what the task found, or ``problem``, a word.
"""

import contextlib
import signal
import sys
from collections.abc import Callable
from typing import Any

from xltool.spreadsheet import limits
from xltool.spreadsheet.worker.messages import receive, send

Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """Limit this process, then serve. Standard output belongs to the answers alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is its owner's matter, who ends it
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while request := receive(requests, limits.MESSAGE_BYTES):
        head, body = request
        send(answers, *_answered(TASKS[head.pop("task")], head, body))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not always on macOS
        import resource

        size = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answered(task: Callable[..., Answer], head: dict[str, Any], body: bytes) -> Answer:
    try:
        return task(body, **head)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic inside calamine is no Exception
        return {"problem": "memory" if isinstance(error, MemoryError) else "unreadable"}, b""


def _values(data: bytes) -> Answer:
    from xltool.spreadsheet.xls.calamine import values

    return values(data), b""


def _decrypted(data: bytes, password: str) -> Answer:
    from xltool.spreadsheet.decrypt import decrypted

    return decrypted(data, password)


def _pages(data: bytes) -> Answer:
    from xltool.published.documents.pdf_worker import read

    return read(data), b""


TASKS: dict[str, Callable[..., Answer]] = {"values": _values, "decrypted": _decrypted, "pages": _pages}
