"""The directory of a zip container: what it lists, and where. Nothing it says is believed here.

`zipfile` reads it. The plain directory that every office program writes (at the very end, without comments, further
fields or sizes of 64 bits) is read here without it, to the same entries: it costs a twentieth.
"""

import io
import struct
import zipfile
from typing import NamedTuple

from xltool.spreadsheet.refusals import Damage, damaged

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s2x3H4x3L4H2x2L")
_LOCATOR, _LOCATOR_BYTES = b"PK\6\7", 20  # before the end: a directory of 64 bits
_NEWEST = 63  # the version of the format beyond which `zipfile` gives up
_BEYOND_16, _BEYOND_32 = 0xFFFF, 0xFFFFFFFF  # "look into the fields of 64 bits"


class Listed(NamedTuple):
    """One entry as the directory has it; ``stored`` and ``size`` in bytes, ``header`` from the start of the file."""

    name: str
    header: int
    stored: int
    size: int
    crc: int
    method: int
    flags: int
    attributes: int


def listed_in(data: bytes) -> list[Listed]:
    """Every entry of a container. Raises UnreadableFileError for what is none."""
    plain = plainly_listed(data)
    return by_the_library(data) if plain is None else plain


def by_the_library(data: bytes) -> list[Listed]:
    """Every entry, read by `zipfile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [
                Listed(
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
        raise damaged("", Damage.NOT_A_ZIP) from None


def plainly_listed(data: bytes) -> list[Listed] | None:
    """The entries of a plain directory; None for any other."""
    end = len(data) - _END.size
    if end < 0:
        return None
    signature, disk, first_disk, here, count, length, start, comment = _END.unpack_from(data, end)
    if signature != b"PK\5\6" or disk or first_disk or comment or here != count or start + length != end:
        return None
    if count == _BEYOND_16 or data[end - _LOCATOR_BYTES : end].startswith(_LOCATOR):
        return None
    listed: list[Listed] = []
    at = start
    while at < end:
        entry = _plain_entry(data, at, end)
        if entry is None:
            return None
        listed.append(entry[0])
        at = entry[1]
    return listed if len(listed) == count else None


def _plain_entry(data: bytes, at: int, end: int) -> tuple[Listed, int] | None:
    """One entry and where the next begins."""
    if at + _ENTRY.size > end:
        return None
    signature, version, flags, method, crc, stored, size, length, extra, comment, disk, attributes, header = (
        _ENTRY.unpack_from(data, at)
    )
    name = data[at + _ENTRY.size : (after := at + _ENTRY.size + length)]
    if signature != b"PK\1\2" or version > _NEWEST or extra or comment or disk or after > end:
        return None
    if not (name.isascii() and length) or b"\0" in name or _BEYOND_32 in (stored, size, header):
        return None
    return Listed(name.decode("ascii"), header, stored, size, crc, method, flags, attributes), after
