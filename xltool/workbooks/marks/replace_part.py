"""A zip container in which one part is another: every other member keeps its bytes, its place and its checksum.

Nothing is unpacked and packed again. The container was judged when it was read (`intake`); what this cannot copy
faithfully it does not touch.
"""

import io
import struct
import zipfile
import zlib

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8_NAME = 0x800
_NEEDS_ZIP64 = 0xFFFFFFFF


class NotCopyableError(Exception):
    """The container has something that would not survive."""


def read(data: bytes, name: str, limit: int) -> bytes:
    """One part's content. Raises NotCopyableError if it is not there, broken, or longer than ``limit``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_stored_name(archive, name)) as part:
            content = part.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise NotCopyableError(name) from error
    if len(content) > limit:
        raise NotCopyableError(name)
    return content


def names(data: bytes) -> tuple[str, ...]:
    """The names of all parts, in small letters and with forward slashes. Raises NotCopyableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(_folded(name) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotCopyableError("zip") from error


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    """A copy of the container in which the part ``name`` holds ``content``. Raises NotCopyableError."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        target = _stored_name(archive, name)
        members = archive.infolist()
        directory, comment = archive.start_dir, archive.comment
    starts = sorted(info.header_offset for info in members)
    if len(set(starts)) != len(starts) or any(info.file_size >= _NEEDS_ZIP64 for info in members):
        raise NotCopyableError(name)
    ends = dict(zip(starts, [*starts[1:], directory], strict=True))
    out, places = bytearray(data[: starts[0]]), {}
    new = _compressed(content)
    for info in sorted(members, key=lambda each: each.header_offset):
        places[info.header_offset] = len(out)
        if info.filename == target:
            out += _local_header(data, info, content, new) + new
        else:
            out += data[info.header_offset : ends[info.header_offset]]
    begin = len(out)
    out += _directory(data, directory, members, places, target, content, new)
    out += _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(out) - begin, begin, len(comment)) + comment
    return bytes(out)


def _stored_name(archive: zipfile.ZipFile, name: str) -> str:
    found = [stored for stored in archive.namelist() if _folded(stored) == _folded(name)]
    if len(found) != 1:
        raise NotCopyableError(name)
    return found[0]


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _compressed(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _local_header(data: bytes, info: zipfile.ZipInfo, content: bytes, new: bytes) -> bytes:
    """The member's header with the new sizes in place; its time stays, so that the same marks give the same file."""
    old = _LOCAL.unpack_from(data, info.header_offset)
    at = info.header_offset + _LOCAL.size
    stored = data[at : at + old[9]]
    flags = old[2] & _UTF8_NAME
    sizes = (zlib.crc32(content), len(new), len(content))
    return _LOCAL.pack(old[0], 20, flags, zipfile.ZIP_DEFLATED, old[4], old[5], *sizes, len(stored), 0) + stored


def _directory(
    data: bytes,
    at: int,
    members: list[zipfile.ZipInfo],
    places: dict[int, int],
    target: str,
    content: bytes,
    new: bytes,
) -> bytes:
    """The central directory, entry for entry, with the members' new places."""
    out = bytearray()
    for info in members:
        fields = list(_CENTRAL.unpack_from(data, at))
        name_length, extra_length, comment_length = fields[10:13]
        if fields[0] != b"PK\1\2" or _NEEDS_ZIP64 in (fields[8], fields[9], fields[16]):
            raise NotCopyableError(info.filename)
        tail = data[at + _CENTRAL.size : at + _CENTRAL.size + name_length + extra_length + comment_length]
        at += _CENTRAL.size + len(tail)
        fields[16] = places[info.header_offset]
        if info.filename == target:
            fields[2:5] = [20, fields[3] & _UTF8_NAME, zipfile.ZIP_DEFLATED]
            fields[7:10] = [zlib.crc32(content), len(new), len(content)]
            fields[11] = 0
            tail = tail[:name_length] + tail[name_length + extra_length :]
        out += _CENTRAL.pack(*fields) + tail
    return bytes(out)
