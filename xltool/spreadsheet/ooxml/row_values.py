"""Cut the values out of the rows of a worksheet."""

import re
from typing import NamedTuple

from xltool.spreadsheet.ooxml.xml_text import NotPlainError

MAX_TEMPLATE_ROWS = 5_000  # a list with room for a year; more would fill the caches with one sheet
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_INLINE = re.compile(rb"<is><t>([^<]*)</t></is>")
VALUE_MARK, INLINE_MARK, NUMBER_MARK = b"\0", b"\1", b"\2"  # in place of what differs; no XML contains them
# What no value of the plain dialect contains. Line ends are normalised by the strict scanner only.
FORBIDDEN = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]")
_FORBIDDEN_TEXTS = ("]]>", "x14ac:")


class RowValues(NamedTuple):
    """The rows of a worksheet without their values, and the values in order. The last row is what follows all rows."""

    rows: list[bytes]
    values: list[str]
    inline: list[str]


def cut_values(body: bytes) -> RowValues:
    """Cut the values out of the rows of a worksheet. Raises NotPlainError if the strict scanner must read them."""
    if any(mark in body for mark in (VALUE_MARK, INLINE_MARK, NUMBER_MARK)):
        raise NotPlainError
    body, values = _cut_texts(body, _VALUE, VALUE_MARK)
    body, inline = _cut_texts(body, _INLINE, INLINE_MARK) if b"<is>" in body else (body, [])
    rows = body.split(b"</row>")
    if len(rows) > MAX_TEMPLATE_ROWS:
        raise NotPlainError
    return RowValues(rows, values, inline)


def _cut_texts(body: bytes, pattern: re.Pattern[bytes], mark: bytes) -> tuple[bytes, list[str]]:
    """Replace every match of ``pattern`` by ``mark``; return the texts in its group too."""
    pieces = pattern.split(body)
    try:
        text = b"\0".join(pieces[1::2]).decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if any(forbidden in text for forbidden in _FORBIDDEN_TEXTS) or FORBIDDEN.search(text):
        raise NotPlainError
    return mark.join(pieces[0::2]), text.split("\0") if len(pieces) > 1 else []
