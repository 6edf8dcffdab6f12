"""Bytes become text: by byte order mark, by what the file says of itself, and by which reading makes sense."""

import codecs
import re

from xltool.forms.dialect import dialect

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STATED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_USUAL = ("gb18030", "big5")
_LOOKED_AT = 4096
_JUDGED_BY = 200_000  # bytes
_FEWEST_NULLS = 16  # of the first bytes, all at odd places or all at even ones


def marked(data: bytes) -> bytes:
    """The same bytes, behind their mark where they are UTF-16 text without one: every other byte of ASCII is null."""
    nulls = [data[first:_LOOKED_AT:2].count(0) for first in (0, 1)]
    if max(nulls) < max(_FEWEST_NULLS, 4 * min(nulls)) or len(data) % 2:
        return data
    return (codecs.BOM_UTF16_LE if nulls[1] > nulls[0] else codecs.BOM_UTF16_BE) + data


def decoded(data: bytes) -> str:
    """The text of a file; signs that cannot be read become replacement signs."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    stated = _STATED.search(data[:_LOOKED_AT])
    names = ["utf-8", *_USUAL]
    if stated and _known(name := stated[1].decode("ascii")):
        names.insert(0, name)
    sample = data[:_JUDGED_BY]
    best = max(names, key=lambda name: _sense(sample.decode(name, "replace")))
    return data.decode(best, "replace")


def _known(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


def _sense(text: str) -> int:
    """How much a text looks like one of ours: signs the forms use, less signs that could not be read."""
    says = dialect()
    ours = set(says.variants.simplified + says.variants.traditional + says.numerals)
    return sum(1 for sign in text if sign in ours) - 2 * text.count("\ufffd")
