"""The worker process: runs libraries that may crash or loop, so that the parent survives.

It answers requests (see `messages`) on standard output until standard input ends. A request names a ``task``; an answer
has the result of the task, or a ``problem``.
"""

import contextlib
import signal
import sys
from collections.abc import Callable
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
        send_message(answers, *_answer_request(TASKS[head.pop("task")], head, body))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not always on macOS
        import resource

        size = int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer_request(task: Callable[..., Answer], head: dict[str, Any], body: bytes) -> Answer:
    try:
        return task(body, **head)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic inside calamine is no Exception
        return {"problem": "memory" if isinstance(error, MemoryError) else "unreadable"}, b""


def _read_values(data: bytes) -> Answer:
    from xltool.spreadsheet.xls.calamine import read_values

    return read_values(data), b""


def _decrypt_bytes(data: bytes, password: str) -> Answer:
    from xltool.spreadsheet.decrypt import decrypt_bytes

    return decrypt_bytes(data, password)


def _read_pdf_pages(data: bytes) -> Answer:
    from xltool.published.documents.pdf_worker import read

    return read(data), b""


TASKS: dict[str, Callable[..., Answer]] = {
    "values": _read_values,
    "decrypted": _decrypt_bytes,
    "pages": _read_pdf_pages,
}
