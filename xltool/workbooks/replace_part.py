"""Replace parts of a zip container; every other member keeps its bytes, order and checksum.

Nothing else is decompressed. The container was verified when it was read (`xltool.spreadsheet`); one that cannot be
copied faithfully is refused.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_DIRECTORY_ENTRY = struct.Struct("<4s6H3L5H2L")
_DIRECTORY_END = struct.Struct("<4s4H2LH")
_UTF8_NAME = 0x800
_MIN_ZIP64_BYTES = 0xFFFFFFFF


class NotCopyableError(Exception):
    """The container cannot be copied faithfully."""


def read_part(data: bytes, name: str, limit: int) -> bytes:
    """Return one part's content. Raises NotCopyableError if it is missing, damaged, or longer than ``limit`` bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_find_stored_name(archive, name)) as part:
            content = part.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise NotCopyableError(name) from error
    if len(content) > limit:
        raise NotCopyableError(name)
    return content


def list_part_names(data: bytes) -> tuple[str, ...]:
    """Return the names of all parts, case-folded and with forward slashes. Raises NotCopyableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(_fold_name(name) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotCopyableError("zip") from error


class _NewPart(NamedTuple):
    """The new content of a part, as it is stored in the container."""

    deflated: bytes
    checksum: int
    size: int


def replace_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return a copy of the container with ``content`` as the part ``name``. Raises NotCopyableError."""
    return replace_parts(data, {name: content})


def replace_parts(data: bytes, contents: Mapping[str, bytes]) -> bytes:
    """Return a copy of the container with new ``contents`` of the parts named. Raises NotCopyableError."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        new = {_find_stored_name(archive, name): _compress_content(content) for name, content in contents.items()}
        members = archive.infolist()
        directory, comment = archive.start_dir, archive.comment
    starts = sorted(info.header_offset for info in members)
    if len(set(starts)) != len(starts) or any(info.file_size >= _MIN_ZIP64_BYTES for info in members):
        raise NotCopyableError(*contents)
    ends = dict(zip(starts, [*starts[1:], directory], strict=True))
    out, places = bytearray(data[: starts[0]]), {}
    for info in sorted(members, key=lambda info: info.header_offset):
        places[info.header_offset] = len(out)
        part = new.get(info.filename)
        if part is not None:
            out += _make_local_header(data, info, part) + part.deflated
        else:
            out += data[info.header_offset : ends[info.header_offset]]
    begin = len(out)
    out += _make_directory(data, directory, members, places, new)
    out += (
        _DIRECTORY_END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(out) - begin, begin, len(comment))
        + comment
    )
    return bytes(out)


def _find_stored_name(archive: zipfile.ZipFile, name: str) -> str:
    matches = [stored for stored in archive.namelist() if _fold_name(stored) == _fold_name(name)]
    if len(matches) != 1:
        raise NotCopyableError(name)
    return matches[0]


def _fold_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _compress_content(content: bytes) -> _NewPart:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _NewPart(packer.compress(content) + packer.flush(), zlib.crc32(content), len(content))


def _make_local_header(data: bytes, info: zipfile.ZipInfo, new: _NewPart) -> bytes:
    """Return the member's local header with the new sizes; its time stays, so that equal input gives equal bytes."""
    old = _LOCAL_HEADER.unpack_from(data, info.header_offset)
    at = info.header_offset + _LOCAL_HEADER.size
    stored = data[at : at + old[9]]
    flags = old[2] & _UTF8_NAME
    sizes = (new.checksum, len(new.deflated), new.size)
    return _LOCAL_HEADER.pack(old[0], 20, flags, zipfile.ZIP_DEFLATED, old[4], old[5], *sizes, len(stored), 0) + stored


def _make_directory(
    data: bytes,
    at: int,
    members: list[zipfile.ZipInfo],
    offsets: dict[int, int],
    new: Mapping[str, _NewPart],
) -> bytes:
    """Return the central directory with the new offsets of the members."""
    out = bytearray()
    for info in members:
        fields = list(_DIRECTORY_ENTRY.unpack_from(data, at))
        name_length, extra_length, comment_length = fields[10:13]
        if fields[0] != b"PK\1\2" or _MIN_ZIP64_BYTES in (fields[8], fields[9], fields[16]):
            raise NotCopyableError(info.filename)
        tail = data[
            at + _DIRECTORY_ENTRY.size : at + _DIRECTORY_ENTRY.size + name_length + extra_length + comment_length
        ]
        at += _DIRECTORY_ENTRY.size + len(tail)
        fields[16] = offsets[info.header_offset]
        part = new.get(info.filename)
        if part is not None:
            fields[2:5] = [20, fields[3] & _UTF8_NAME, zipfile.ZIP_DEFLATED]
            fields[7:10] = [part.checksum, len(part.deflated), part.size]
            fields[11] = 0
            tail = tail[:name_length] + tail[name_length + extra_length :]
        out += _DIRECTORY_ENTRY.pack(*fields) + tail
    return bytes(out)
