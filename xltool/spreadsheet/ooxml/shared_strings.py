"""Read the shared strings of a workbook in order; ``count`` and ``uniqueCount`` are ignored."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.fast_rows import read_grid
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_text import (
    PLAIN_TEXT,
    STRING_ITEM,
    NotPlainError,
    parse_string_item,
    parse_string_text,
)
from xltool.spreadsheet.part_cache import BoundedCache, CachedReader
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit

# One string in the plain dialect, simple or in runs; or (last) everything from the first mismatch on.
_STRING_ITEMS = re.compile(
    rf'<si>(?:<t(?: xml:space="[a-z]++")?>({PLAIN_TEXT})</t>|\s*({STRING_ITEM}))</si>\s*|<si ?/>\s*|(?s:(.+))'
)


class _StringScanner:
    def __init__(self, part: str) -> None:
        self.texts: list[str] = []
        self.inside = False
        self._part = part
        self._total = 0

    def scan_rows(self, text: str) -> str:
        part, add = self._part, self.texts.append
        before = len(self.texts)
        unread = ""
        for plain, rich, rest in _STRING_ITEMS.findall(text.lstrip()):
            if rest:
                unread = rest
                break
            add(parse_string_item(rich, part) if rich else parse_string_text(plain, part))
        if len(self.texts) > limits.MAX_SHARED_STRINGS:
            raise exceeded_limit(part, LimitKind.SHARED_STRINGS, limits.MAX_SHARED_STRINGS)
        self._total += sum(map(len, self.texts[before:]))
        if self._total > limits.MAX_TOTAL_CHARACTERS:
            raise exceeded_limit(part, LimitKind.CHARACTERS, limits.MAX_TOTAL_CHARACTERS)
        return unread


def _read_strings(part: Part) -> Sequence[str]:
    """Return every shared string by its index: runs of rich text joined, phonetic readings left out."""
    pieces = _torn(part) if part.content else None
    if pieces is not None and _heads.get_value(pieces.head):
        try:
            known = list(map(_phrases.__getitem__, pieces.items))
        except NotPlainError:
            pass
        else:
            part.effort.spend(part.name, LimitKind.BYTES, len(pieces.head) + len(_TAIL))
            return known
    _, strings, plain = read_grid(part, "sst", frozenset(), frozenset(), lambda: _StringScanner(part.name))
    if pieces is not None and plain:
        _heads.put_value(pieces.head, True, len(pieces.head))
    return strings.texts


class _Pieces(NamedTuple):
    """The part cut behind every string."""

    head: bytes
    items: list[bytes]


_heads: BoundedCache[bool] = BoundedCache()  # how parts in the plain dialect begin
_CLOSING, _TAIL = b"</si>", b"</sst>"
# What a string of the plain dialect may not hold, or (the last two) only under some beginnings of the part.
_ODD = re.compile("[\r\ufffe\uffff]|]]>|x14ac:")


def _torn(part: Part) -> _Pieces | None:
    """The part in pieces; None for what is not so plain that it can be cut."""
    try:
        data = b"".join(part.pieces())
        start = data.index(b">", data.index(b"<sst")) + 1
    except (ValueError, UnreadableFileError):  # what is wrong with it is told when it is read strictly
        return None
    *items, tail = data[start:].split(_CLOSING)
    return _Pieces(data[:start], items) if tail == _TAIL and not data[:start].endswith(b"/>") else None


class _Phrases(dict[bytes, str]):
    """Strings by the bytes of their items, without the closing tag: the labels of a form are the same everywhere."""

    size = 0

    def __missing__(self, item: bytes) -> str:
        """Read one. Raises NotPlainError for what is not plain, or not just one."""
        try:
            text = item.decode().lstrip()
            found = None if _ODD.search(text) else _STRING_ITEMS.fullmatch(text + _CLOSING.decode())
            if found is None or found[3] or text.count("<si") != 1:
                raise NotPlainError
            phrase = parse_string_item(found[2], "") if found[2] else parse_string_text(found[1] or "", "")
        except (UnicodeDecodeError, UnreadableFileError):
            raise NotPlainError from None
        if self.size > limits.CACHE_BYTES:
            self.clear()
            self.size = 0
        self[item] = phrase
        self.size += len(item)
        return phrase


_phrases = _Phrases()
read_shared_strings = CachedReader(_read_strings)
