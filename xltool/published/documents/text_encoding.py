"""Decode bytes by byte order mark, by the declared encoding, or by the encoding with the most known characters."""

import codecs
import re

from xltool.forms.published_wording import load_published_wording

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED_ENCODING = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_FALLBACK_ENCODINGS = ("gb18030", "big5")
_HEAD_BYTES = 4096
_SAMPLE_BYTES = 200_000  # bytes
_MIN_NULL_BYTES = 16  # in the head, all at odd or all at even positions


def add_byte_order_mark(data: bytes) -> bytes:
    """Add a byte order mark to UTF-16 text without one, recognised by null bytes at every other position."""
    nulls = [data[first:_HEAD_BYTES:2].count(0) for first in (0, 1)]
    if max(nulls) < max(_MIN_NULL_BYTES, 4 * min(nulls)) or len(data) % 2:
        return data
    return (codecs.BOM_UTF16_LE if nulls[1] > nulls[0] else codecs.BOM_UTF16_BE) + data


def decode_text(data: bytes) -> str:
    """Decode the bytes of a file; undecodable bytes become replacement characters."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    stated = _DECLARED_ENCODING.search(data[:_HEAD_BYTES])
    names = ["utf-8", *_FALLBACK_ENCODINGS]
    if stated and _is_text_encoding(name := stated[1].decode("ascii")):
        names.insert(0, name)
    sample = data[:_SAMPLE_BYTES]
    best = max(names, key=lambda name: _score_text(sample.decode(name, "replace")))
    return data.decode(best, "replace")


def _is_text_encoding(name: str) -> bool:
    try:
        b"".decode(name)
    except LookupError:  # unknown, or one like "hex" that makes bytes
        return False
    return True


def _score_text(text: str) -> int:
    """Score a decoded text: the number of characters used in the forms minus twice the replacement characters."""
    says = load_published_wording()
    ours = set(says.variants.simplified + says.variants.traditional + says.numerals)
    return sum(1 for sign in text if sign in ours) - 2 * text.count("\ufffd")
