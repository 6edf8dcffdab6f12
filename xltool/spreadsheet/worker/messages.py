"""Messages between the worker process and its parent: a JSON object and a body of bytes.

No message is a pickle, because the process that opened a hostile file could answer with one that runs code.
"""

import json
import struct
from typing import Any

_HEAD_LENGTH = struct.Struct("<Q")


def pack_message(head: dict[str, Any], body: bytes = b"") -> bytes:
    """Return a message: the length of the JSON object, the object, the body."""
    encoded = json.dumps(head).encode()
    return b"".join((_HEAD_LENGTH.pack(len(encoded)), encoded, body))


def unpack_message(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object and the body. Raises ValueError for an invalid message."""
    if len(message) < _HEAD_LENGTH.size:
        raise ValueError("no message")
    end = _HEAD_LENGTH.size + _HEAD_LENGTH.unpack_from(message)[0]
    head = json.loads(message[_HEAD_LENGTH.size : end])
    if not isinstance(head, dict):
        raise ValueError("no JSON object")
    return head, message[end:]
