"""The worker process: runs libraries that may crash or loop, so that the parent survives.

A request is a message (see `messages`) that names its ``task`` as "module:function"; the answer has the result of the
task, or a ``problem``.
"""

from importlib import import_module
from typing import Any

from xltool.execution.child_process import Handler
from xltool.spreadsheet.worker.messages import pack_message, unpack_message

Answer = tuple[dict[str, Any], bytes]


def prepare_handler(_setup: bytes) -> Handler:
    """Return the function that answers the requests of this process."""
    return answer_message


def answer_message(message: bytes) -> bytes:
    """Answer one request with a message."""
    head, body = unpack_message(message)
    return pack_message(*answer_request(head.pop("task"), head, body))


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
