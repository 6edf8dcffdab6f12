"""Read the directory of a zip container. Its statements are verified by `package`, not here.

`zipfile` reads any directory. The plain one that every office program writes (at the very end, without comments, extra
fields or 64-bit sizes) is read here to the same entries, at a twentieth of the cost.
"""

import io
import struct
import zipfile
from typing import NamedTuple

from xltool.spreadsheet.refusals import DamageKind, damaged_workbook

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_DIRECTORY_END = struct.Struct("<4s4H2LH")
_DIRECTORY_ENTRY = struct.Struct("<4s2x3H4x3L4H2x2L")
_ZIP64_LOCATOR, _LOCATOR_BYTES = b"PK\6\7", 20  # before the end: a 64-bit directory
_MAX_ZIP_VERSION = 63  # `zipfile` refuses later versions of the format
_MAX_16_BITS, _MAX_32_BITS = 0xFFFF, 0xFFFFFFFF  # "see the 64-bit fields"


class DirectoryEntry(NamedTuple):
    """One entry of the directory; ``stored`` and ``size`` in bytes, ``header`` its offset in the file."""

    name: str
    header: int
    stored: int
    size: int
    crc: int
    method: int
    flags: int
    attributes: int


def list_entries(data: bytes) -> list[DirectoryEntry]:
    """Return every entry of a container. Raises UnreadableFileError if it is no zip container."""
    plain = list_plain_entries(data)
    return list_with_zipfile(data) if plain is None else plain


def list_with_zipfile(data: bytes) -> list[DirectoryEntry]:
    """Return every entry, read by `zipfile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [
                DirectoryEntry(
                    info.orig_filename,
                    info.header_offset,
                    info.compress_size,
                    info.file_size,
                    info.CRC,
                    info.compress_type,
                    info.flag_bits,
                    info.external_attr,
                )
                for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error, OverflowError):
        raise damaged_workbook("", DamageKind.NOT_A_ZIP) from None


def list_plain_entries(data: bytes) -> list[DirectoryEntry] | None:
    """Return the entries of a plain directory; None for any other."""
    end = len(data) - _DIRECTORY_END.size
    if end < 0:
        return None
    signature, disk, first_disk, here, count, length, start, comment = _DIRECTORY_END.unpack_from(data, end)
    if signature != b"PK\5\6" or disk or first_disk or comment or here != count or start + length != end:
        return None
    if count == _MAX_16_BITS or data[end - _LOCATOR_BYTES : end].startswith(_ZIP64_LOCATOR):
        return None
    listed: list[DirectoryEntry] = []
    at = start
    while at < end:
        entry = _read_plain_entry(data, at, end)
        if entry is None:
            return None
        listed.append(entry[0])
        at = entry[1]
    return listed if len(listed) == count else None


def _read_plain_entry(data: bytes, at: int, end: int) -> tuple[DirectoryEntry, int] | None:
    """Return one entry and the offset of the next."""
    if at + _DIRECTORY_ENTRY.size > end:
        return None
    signature, version, flags, method, crc, stored, size, length, extra, comment, disk, attributes, header = (
        _DIRECTORY_ENTRY.unpack_from(data, at)
    )
    name = data[at + _DIRECTORY_ENTRY.size : (after := at + _DIRECTORY_ENTRY.size + length)]
    if signature != b"PK\1\2" or version > _MAX_ZIP_VERSION or extra or comment or disk or after > end:
        return None
    if not (name.isascii() and length) or b"\0" in name or _MAX_32_BITS in (stored, size, header):
        return None
    return DirectoryEntry(name.decode("ascii"), header, stored, size, crc, method, flags, attributes), after
