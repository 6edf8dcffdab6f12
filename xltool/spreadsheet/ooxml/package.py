"""The zip container of a workbook. Names, sizes, overlaps and checksums are verified.

Parts are inflated in pieces, at most to their stated size, never to disk.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Part, PartContent, ReadingBudget
from xltool.spreadsheet.ooxml.zip_directory import DEFLATED, STORED, DirectoryEntry, list_entries
from xltool.spreadsheet.refusals import BombKind, DamageKind, damaged_workbook, swelling_container

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f]|^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_SYMLINK, _FILE_TYPE_MASK = 0xA000, 0xF000
_ENCRYPTED = 0x1 | 0x40
_METHODS = (STORED, DEFLATED)


class _PartEntry(NamedTuple):
    name: str
    header: int
    start: int
    stored: int
    size: int
    crc: int
    deflated: bool


class Package:
    """The parts of one zip container by name, ignoring case and the kind of slash."""

    def __init__(self, data: bytes, effort: ReadingBudget | None = None) -> None:
        self._data = data
        self._entries: dict[str, _PartEntry] = _read_entries(data)
        self._begun: set[str] = set()
        self.effort = effort or ReadingBudget()

    def __contains__(self, name: str) -> bool:
        return fold_part_name(name) in self._entries

    def list_names(self) -> tuple[str, ...]:
        """Return the stored name of every part, without folders."""
        return tuple(entry.name for entry in self._entries.values())

    def list_unread(self) -> tuple[str, ...]:
        """Return the names of the parts that were not opened."""
        return tuple(entry.name for folded, entry in self._entries.items() if folded not in self._begun)

    def open_part(self, name: str, piece_bytes: int = limits.PIECE_BYTES) -> Part:
        """Open one part, in pieces of so many bytes; reading it is charged to this package's budget."""
        folded = fold_part_name(name)
        self._begun.add(folded)
        return Part(
            name,
            partial(self.read_pieces, name, piece_bytes),
            self.effort,
            self._identify_content(self._entries.get(folded)),
        )

    def _identify_content(self, entry: _PartEntry | None) -> PartContent | None:
        if entry is None or entry.size > limits.MAX_WHOLE_BYTES or entry.stored > limits.PIECE_BYTES:
            return None
        return self._data[entry.start : entry.start + entry.stored], entry.size, entry.crc, entry.deflated

    def read_pieces(self, name: str, size: int = limits.PIECE_BYTES) -> Iterator[bytes]:
        """Yield one part's content in pieces of at most ``size`` bytes; its checksum is verified at the end."""
        folded = fold_part_name(name)
        entry = self._entries.get(folded)
        if entry is None:
            raise damaged_workbook(name, DamageKind.MISSING_PART)
        self._begun.add(folded)
        stored = memoryview(self._data)[entry.start : entry.start + entry.stored]
        if not entry.deflated:
            yield from _verify_checksum(entry, (bytes(stored[at : at + size]) for at in range(0, len(stored), size)))
        else:
            yield from _verify_checksum(entry, _inflate_part(entry, stored, size))

    def read_whole(self, name: str) -> bytes:
        """Return one part's content at once; for small parts."""
        return b"".join(self.read_pieces(name))

    def peek_part(self, name: str) -> bytes:
        """Return one small part's content without counting it among the parts that were opened."""
        begun = fold_part_name(name) in self._begun
        content = self.read_whole(name)
        if not begun:
            self._begun.discard(fold_part_name(name))
        return content

    def find_size(self, name: str) -> int:
        """Return the stated inflated size of a part in bytes."""
        return self._entries[fold_part_name(name)].size


@lru_cache(maxsize=4096)
def fold_part_name(name: str) -> str:
    """Return the form of a part name that is equal for all names of one part."""
    return name.replace("\\", "/").casefold()


def _inflate_part(entry: _PartEntry, stored: memoryview, size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = stored
    try:
        while not inflater.eof:
            piece = inflater.decompress(rest, size)
            rest = inflater.unconsumed_tail
            if not piece and not inflater.eof:
                raise damaged_workbook(entry.name, DamageKind.TRUNCATED)
            yield piece
    except zlib.error:
        raise damaged_workbook(entry.name, DamageKind.COMPRESSION) from None


def _verify_checksum(entry: _PartEntry, pieces: Iterator[bytes]) -> Iterator[bytes]:
    length = crc = 0
    for piece in pieces:
        length += len(piece)
        if length > entry.size:
            raise swelling_container(entry.name, BombKind.STATED_SIZE)
        crc = zlib.crc32(piece, crc)
        if length == entry.size and crc != entry.crc:
            raise damaged_workbook(entry.name, DamageKind.CHECKSUM)
        yield piece
    if length != entry.size:
        raise damaged_workbook(entry.name, DamageKind.TRUNCATED)


def _read_entries(data: bytes) -> dict[str, _PartEntry]:
    listed = list_entries(data)
    if len(listed) > limits.MAX_ENTRIES:
        raise swelling_container("", BombKind.ENTRIES)
    for info in listed:
        _refuse_unsafe_entry(info.name, info.flags, info.method, info.attributes)
    _refuse_large_entries(listed)
    entries = [_locate_entry(data, info) for info in listed if not info.name.endswith("/")]
    _refuse_overlaps(entries)
    found: dict[str, _PartEntry] = {}
    for entry in entries:
        other = found.setdefault(fold_part_name(entry.name), entry)
        if other is not entry:
            raise UnreadableFileError("file.duplicate_parts", part=entry.name, other=other.name)
    return found


@lru_cache(maxsize=1024)  # the packages of one program have the same few names
def _refuse_unsafe_entry(name: str, flags: int, method: int, attributes: int) -> None:
    link = attributes >> 16 & _FILE_TYPE_MASK == _SYMLINK
    if link or _UNSAFE_NAME.search(name) or len(name.encode("utf-8", "replace")) > limits.MAX_NAME_BYTES or not name:
        raise UnreadableFileError("file.unsafe_names", name=name[:80])
    if flags & _ENCRYPTED:
        raise UnreadableFileError("file.encrypted")
    if method not in _METHODS:
        raise damaged_workbook(name, DamageKind.COMPRESSION)


def _refuse_large_entries(listed: Sequence[DirectoryEntry]) -> None:
    total = dense = 0
    for info in listed:
        size = info.size
        total += size
        is_dense = size > limits.MAX_RATIO * info.stored
        dense += size if is_dense else 0
        if size > limits.MAX_PART_BYTES:
            raise swelling_container(info.name, BombKind.PART)
        if (is_dense and size > limits.MIN_RATIO_BYTES) or dense > limits.MAX_DENSE_BYTES:
            raise swelling_container(info.name, BombKind.RATIO)
    if total > limits.MAX_PACKAGE_BYTES:
        raise swelling_container("", BombKind.TOTAL)


def _locate_entry(data: bytes, info: DirectoryEntry) -> _PartEntry:
    """Read the entry's local header, which must have the same name, and return where its bytes begin."""
    name, at = info.name, info.header
    if at < 0 or at + _LOCAL_HEADER.size > len(data) or data[at : at + 4] != b"PK\3\4":
        raise damaged_workbook(name, DamageKind.TRUNCATED)
    fields = _LOCAL_HEADER.unpack_from(data, at)
    flags, name_length, extra_length = fields[2], fields[9], fields[10]
    start = at + _LOCAL_HEADER.size + name_length + extra_length
    stored_name = data[at + _LOCAL_HEADER.size : at + _LOCAL_HEADER.size + name_length]
    if stored_name.decode("utf-8" if flags & 0x800 else "cp437", "replace") != name:
        raise damaged_workbook(name, DamageKind.NAMES_DISAGREE)
    if start + info.stored > len(data):
        raise damaged_workbook(name, DamageKind.TRUNCATED)
    return _PartEntry(name, at, start, info.stored, info.size, info.crc, info.method != STORED)


def _refuse_overlaps(entries: list[_PartEntry]) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header):
        if entry.header < end:
            raise swelling_container(entry.name, BombKind.OVERLAP)
        end = entry.start + entry.stored
