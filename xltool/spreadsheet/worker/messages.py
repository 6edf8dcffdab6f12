"""Messages between the worker process and its parent: a JSON object and a body of bytes, each after its length."""

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<QQ")


def send_message(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Write one message. Raises OSError when the receiver is gone."""
    encoded = json.dumps(head).encode()
    stream.write(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    stream.write(body)
    stream.flush()


def receive_message(stream: IO[bytes], max_bytes: int) -> tuple[dict[str, Any], bytes] | None:
    """Read one message, None at the end. Raises ValueError for an invalid message, or one above the limit."""
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size or sum(_LENGTHS.unpack(lengths)) > max_bytes:
        raise ValueError("not a message")
    encoded, body = (stream.read(length) for length in _LENGTHS.unpack(lengths))
    head = json.loads(encoded)
    if not isinstance(head, dict) or len(body) < _LENGTHS.unpack(lengths)[1]:
        raise ValueError("half a message")
    return head, body
