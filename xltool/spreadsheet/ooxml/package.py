"""The zip container of a workbook, believed in nothing: names, sizes, overlaps and checksums are verified.

Parts are inflated in pieces, never further than their stated size, and never to disk.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Content, Effort, Part
from xltool.spreadsheet.ooxml.zip_directory import DEFLATED, STORED, Listed, listed_in
from xltool.spreadsheet.refusals import Damage, Swelling, bomb, damaged

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f]|^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_SYMLINK, _KIND_OF_FILE = 0xA000, 0xF000
_ENCRYPTED = 0x1 | 0x40
_METHODS = (STORED, DEFLATED)


class _Entry(NamedTuple):
    name: str
    header: int
    start: int
    stored: int
    size: int
    crc: int
    deflated: bool


class Package:
    """The parts of one zip container, by name without regard to case or the kind of slash."""

    def __init__(self, data: bytes, effort: Effort | None = None) -> None:
        self._data = data
        self._entries: dict[str, _Entry] = _entries(data)
        self._begun: set[str] = set()
        self.effort = effort or Effort()

    def __contains__(self, name: str) -> bool:
        return fold(name) in self._entries

    def names(self) -> tuple[str, ...]:
        """Every part's name as stored, folders left out."""
        return tuple(entry.name for entry in self._entries.values())

    def unread(self) -> tuple[str, ...]:
        """The names of the parts nobody has begun to read."""
        return tuple(entry.name for folded, entry in self._entries.items() if folded not in self._begun)

    def part(self, name: str) -> Part:
        """One part, to be read at the cost of this package's effort: it counts as begun."""
        folded = fold(name)
        self._begun.add(folded)
        return Part(name, partial(self.pieces, name), self.effort, self._content(self._entries.get(folded)))

    def _content(self, entry: _Entry | None) -> Content | None:
        if entry is None or entry.size > limits.PIECE_BYTES or entry.stored > limits.PIECE_BYTES:
            return None
        return self._data[entry.start : entry.start + entry.stored], entry.size, entry.crc, entry.deflated

    def pieces(self, name: str, size: int = limits.PIECE_BYTES) -> Iterator[bytes]:
        """One part's content in pieces of at most ``size`` bytes; its checksum is verified at the end."""
        folded = fold(name)
        entry = self._entries.get(folded)
        if entry is None:
            raise damaged(name, Damage.MISSING_PART)
        self._begun.add(folded)
        stored = memoryview(self._data)[entry.start : entry.start + entry.stored]
        if not entry.deflated:
            yield from _checked(entry, (bytes(stored[at : at + size]) for at in range(0, len(stored), size)))
        else:
            yield from _checked(entry, _inflated(entry, stored, size))

    def whole(self, name: str) -> bytes:
        """One part's content at once; for parts that are known to be small."""
        return b"".join(self.pieces(name))

    def size(self, name: str) -> int:
        """The stated size of a part, inflated."""
        return self._entries[fold(name)].size


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """The form in which two part names are the same part."""
    return name.replace("\\", "/").casefold()


def _inflated(entry: _Entry, stored: memoryview, size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = stored
    try:
        while not inflater.eof:
            piece = inflater.decompress(rest, size)
            rest = inflater.unconsumed_tail
            if not piece and not inflater.eof:
                raise damaged(entry.name, Damage.TRUNCATED)
            yield piece
    except zlib.error:
        raise damaged(entry.name, Damage.COMPRESSION) from None


def _checked(entry: _Entry, pieces: Iterator[bytes]) -> Iterator[bytes]:
    length = crc = 0
    for piece in pieces:
        length += len(piece)
        if length > entry.size:
            raise bomb(entry.name, Swelling.STATED_SIZE)
        crc = zlib.crc32(piece, crc)
        if length == entry.size and crc != entry.crc:
            raise damaged(entry.name, Damage.CHECKSUM)
        yield piece
    if length != entry.size:
        raise damaged(entry.name, Damage.TRUNCATED)


def _entries(data: bytes) -> dict[str, _Entry]:
    listed = listed_in(data)
    if len(listed) > limits.ENTRIES:
        raise bomb("", Swelling.ENTRIES)
    for info in listed:
        _must_be_safe(info.name, info.flags, info.method, info.attributes)
    _must_stay_small(listed)
    entries = [_located(data, info) for info in listed if not info.name.endswith("/")]
    _must_not_overlap(entries)
    found: dict[str, _Entry] = {}
    for entry in entries:
        other = found.setdefault(fold(entry.name), entry)
        if other is not entry:
            raise UnreadableFileError("file.duplicate_parts", part=entry.name, other=other.name)
    return found


@lru_cache(maxsize=1024)  # the packages of one program have the same few names
def _must_be_safe(name: str, flags: int, method: int, attributes: int) -> None:
    link = attributes >> 16 & _KIND_OF_FILE == _SYMLINK
    if link or _UNSAFE_NAME.search(name) or len(name.encode("utf-8", "replace")) > limits.NAME_BYTES or not name:
        raise UnreadableFileError("file.unsafe_names", name=name[:80])
    if flags & _ENCRYPTED:
        raise UnreadableFileError("file.encrypted")
    if method not in _METHODS:
        raise damaged(name, Damage.COMPRESSION)


def _must_stay_small(listed: Sequence[Listed]) -> None:
    total = 0
    for info in listed:
        size = info.size
        total += size
        if size > limits.PART_BYTES:
            raise bomb(info.name, Swelling.PART)
        if size > limits.RATIO_FROM and size > limits.RATIO * info.stored:
            raise bomb(info.name, Swelling.RATIO)
    if total > limits.PACKAGE_BYTES:
        raise bomb("", Swelling.TOTAL)


def _located(data: bytes, info: Listed) -> _Entry:
    """Where the entry's bytes really begin: its local header is read, and must name the same part."""
    name, at = info.name, info.header
    if at < 0 or at + _LOCAL_HEADER.size > len(data) or data[at : at + 4] != b"PK\3\4":
        raise damaged(name, Damage.TRUNCATED)
    fields = _LOCAL_HEADER.unpack_from(data, at)
    flags, name_length, extra_length = fields[2], fields[9], fields[10]
    start = at + _LOCAL_HEADER.size + name_length + extra_length
    stored_name = data[at + _LOCAL_HEADER.size : at + _LOCAL_HEADER.size + name_length]
    if stored_name.decode("utf-8" if flags & 0x800 else "cp437", "replace") != name:
        raise damaged(name, Damage.NAMES_DISAGREE)
    if start + info.stored > len(data):
        raise damaged(name, Damage.TRUNCATED)
    return _Entry(name, at, start, info.stored, info.size, info.crc, info.method != STORED)


def _must_not_overlap(entries: list[_Entry]) -> None:
    end = 0
    for entry in sorted(entries, key=lambda each: each.header):
        if entry.header < end:
            raise bomb(entry.name, Swelling.OVERLAP)
        end = entry.start + entry.stored
