"""Read the shared strings of a workbook in order; ``count`` and ``uniqueCount`` are ignored."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.fast_rows import read_around, read_grid
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
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours

# One string in the plain dialect, simple or in runs; or (last) everything from the first mismatch on.
_STRING_ITEMS = re.compile(
    rf'<si>(?:<t(?: xml:space="[a-z]++")?>({PLAIN_TEXT})</t>|\s*({STRING_ITEM}))</si>\s*|<si ?/>\s*|(?s:(.+))'
)


class _StringScanner:
    def __init__(self, part: str, colours: WorkbookColours) -> None:
        self.texts: list[str] = []
        self.inside = False
        self._part, self._colours = part, colours
        self._total = 0

    def scan_rows(self, text: str) -> str:
        part, colours, add = self._part, self._colours, self.texts.append
        before = len(self.texts)
        unread = ""
        for plain, rich, rest in _STRING_ITEMS.findall(text.lstrip()):
            if rest:
                unread = rest
                break
            add(parse_string_item(rich, part, colours) if rich else parse_string_text(plain, part))
        if len(self.texts) > limits.MAX_SHARED_STRINGS:
            raise exceeded_limit(part, LimitKind.SHARED_STRINGS, limits.MAX_SHARED_STRINGS)
        self._total += sum(map(len, self.texts[before:]))
        if self._total > limits.MAX_TOTAL_CHARACTERS:
            raise exceeded_limit(part, LimitKind.CHARACTERS, limits.MAX_TOTAL_CHARACTERS)
        return unread


def _read_strings(part: Part, colours: WorkbookColours = DEFAULT_COLOURS) -> Sequence[str]:
    """Return every shared string by its index: runs of rich text joined, phonetic readings left out."""
    if part.content is not None:
        with suppress(NotPlainError):
            return _read_known_items(part, colours)
    _, strings = read_grid(part, "sst", frozenset(), frozenset(), lambda: _StringScanner(part.name, colours))
    return strings.texts


_ITEM_END, _TAIL = b"</si>", b"</sst>"
_COUNTS = re.compile(rb'( (?:count|uniqueCount)=")[0-9]+(?=")')
# What a string of the plain dialect does not contain, or (the last) not without a declaration.
_FORBIDDEN = re.compile("[\r\ufffe\uffff]|]]>|x14ac:")
_heads: BoundedCache[bool] = BoundedCache()  # start tags of parts in the plain dialect, without their counts


def _read_known_items(part: Part, colours: WorkbookColours) -> Sequence[str]:
    """Read the strings by the bytes of their items. Raises NotPlainError if the strict scanner must read them."""
    try:
        data = b"".join(part.pieces())
    except UnreadableFileError:
        raise NotPlainError from None
    start = data.find(b"<sst")
    start = data.find(b">", start) + 1 if start >= 0 else 0
    *items, tail = data[start:].split(_ITEM_END)
    if not start or tail != _TAIL:
        raise NotPlainError
    _require_plain_head(data[:start])
    texts = list(map(_find_known_items(colours).__getitem__, items))
    left = part.effort.copy_remaining()
    if len(texts) > limits.MAX_SHARED_STRINGS or sum(map(len, texts)) > limits.MAX_TOTAL_CHARACTERS:
        raise NotPlainError
    if start + len(tail) > left[LimitKind.BYTES]:
        raise NotPlainError
    part.effort.spend(part.name, LimitKind.BYTES, start + len(tail))
    return texts


def _require_plain_head(head: bytes) -> None:
    key = _COUNTS.sub(rb"\1", head)
    if _heads.get_value(key) is None:
        try:
            read_around(head, _TAIL, "sst")
        except UnreadableFileError:
            raise NotPlainError from None
        _heads.put_value(key, parsed_part=True, size=len(key))


class _StringItems(dict[bytes, str]):
    """Cache of strings by the bytes of their items, without the end tag: all workbooks of a form have its labels."""

    def __init__(self, colours: WorkbookColours) -> None:
        super().__init__()
        self._size = 0
        self._colours = colours

    def __missing__(self, item: bytes) -> str:
        """Read one item. Raises NotPlainError if it is not in the plain dialect, or not just one."""
        try:
            text = item.decode().lstrip()
            match = None if _FORBIDDEN.search(text) else _STRING_ITEMS.fullmatch(text + _ITEM_END.decode())
            if match is None or match[3] or text.count("<si") != 1:
                raise NotPlainError
            string = (
                parse_string_item(match[2], "", self._colours) if match[2] else parse_string_text(match[1] or "", "")
            )
        except (UnicodeDecodeError, UnreadableFileError):
            raise NotPlainError from None
        if self._size > limits.CACHE_BYTES:
            self.clear()
            self._size = 0
        self[item] = string
        self._size += len(item)
        return string


@lru_cache(maxsize=16)
def _find_known_items(colours: WorkbookColours) -> _StringItems:
    """Return the cache for workbooks with these colours."""
    return _StringItems(colours)


read_shared_strings = CachedReader(_read_strings)
