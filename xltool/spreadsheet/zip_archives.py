"""Read the files inside a .zip in memory, one after another, never unpacked to disk.

Every entry yields one member: the bytes of a file, or the reason why it cannot be read. Archives inside archives are
read too; the limits hold for everything together.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.model.beijing_time import BEIJING
from xltool.spreadsheet import limits, open_workbook
from xltool.spreadsheet.load_file import JUNK_NAMES, JUNK_PREFIXES, LoadedFile
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.refusals import (
    BombKind,
    DamageKind,
    FileKind,
    FileObstacle,
    LimitKind,
    damaged_workbook,
    exceeded_limit,
    foreign_file,
    swelling_container,
)

_ZIP_SIGNATURE = b"PK\x03\x04"
_WORKBOOK_PARTS = re.compile(
    r"\[content_types\]\.xml|mimetype|xl/.*|_rels/.*|index\.zip|index/.*\.iwa|ofd\.xml", re.IGNORECASE
)
_UTF8, _ENCRYPTED = 0x800, 0x1
_READABLE_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_METHODS = {9: "Deflate64", 99: "AES"}  # APPNOTE 4.4.5
_UNREADABLE = damaged_workbook("", DamageKind.UNREADABLE)
_SYMLINK, _KIND_OF_FILE = 0xA000, 0xF000
_UNICODE_PATH = 0x7075  # the extra field in which some programs write the UTF-8 name
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OSError,
    EOFError,
    OverflowError,
    zlib.error,
    RuntimeError,
)


class ArchiveMember(NamedTuple):
    """One file in an archive: its path within the archive, and its bytes or the refusal."""

    path: str
    file: LoadedFile | None
    refusal: XltoolError | None = None


class _Budget:
    """What is left of the limits while one archive is read."""

    def __init__(self) -> None:
        self.members = limits.MAX_MEMBERS
        self.size = limits.MAX_ARCHIVE_BYTES


def is_plain_archive(data: bytes) -> bool:
    """Return True if bytes are a zip that is not a workbook of any kind, not even a damaged one."""
    if not data.startswith(_ZIP_SIGNATURE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not any(_WORKBOOK_PARTS.fullmatch(name.replace("\\", "/")) for name in archive.namelist())
    except _ZIP_ERRORS:
        return False


def read_members(file: LoadedFile, password: str | None = None) -> Iterator[ArchiveMember]:
    """Yield every file in an archive in stored order; at least one member, for an empty archive its refusal."""
    empty = True
    for member in _read_archive(file, password, limits.MAX_ARCHIVE_DEPTH, _Budget()):
        empty = False
        yield member
    if empty:
        yield ArchiveMember("", None, foreign_file(FileKind.ZIP))


def open_archive_member(
    member: ArchiveMember, password: str | None = None, skip_rule: open_workbook.SkipRule | None = None
) -> RawWorkbook:
    """Read a workbook from an archive member. Raises like `open_workbook`."""
    with open_workbook.name_in_refusals(PurePosixPath(member.path).name):
        if member.refusal is not None or member.file is None:
            raise member.refusal or foreign_file(FileKind.ZIP)
        return open_workbook.open_loaded_file(member.file, password, skip_rule)


def _read_archive(file: LoadedFile, password: str | None, depth: int, budget: _Budget) -> Iterator[ArchiveMember]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        listed = archive.infolist()
    except _ZIP_ERRORS:
        yield ArchiveMember("", None, damaged_workbook("", DamageKind.NOT_A_ZIP))
        return
    with archive:
        for info in listed:
            if info.orig_filename.endswith(("/", "\\")):  # zipfile fails for an empty name
                continue
            path = decode_entry_name(info)
            if budget.members <= 0:
                yield ArchiveMember(path, None, swelling_container("", BombKind.ENTRIES))
                return
            budget.members -= 1
            yield from _read_entry(archive, info, path, file, password, depth, budget)


def _read_entry(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    path: str,
    file: LoadedFile,
    password: str | None,
    depth: int,
    budget: _Budget,
) -> Iterator[ArchiveMember]:
    """Yield one entry: a file, a refusal, or all members of a nested archive."""
    try:
        _check_entry(info, path)
        data = _read_content(archive, info, password, budget)
    except (UnreadableFileError, ForeignFileError) as refusal:
        yield ArchiveMember(path, None, refusal)
        return
    sha256 = hashlib.sha256(data).hexdigest()
    held = LoadedFile(PurePosixPath(path).name, data, sha256, len(data), _entry_time(info, file.modified))
    if not is_plain_archive(data):
        yield ArchiveMember(path, held)
    elif depth <= 1:
        yield ArchiveMember(path, None, exceeded_limit(path, LimitKind.DEPTH, limits.MAX_ARCHIVE_DEPTH))
    else:
        empty = True
        for member in _read_archive(held, password, depth - 1, budget):
            empty = False
            yield member._replace(path=f"{path}/{member.path}" if member.path else path)
        if empty:
            yield ArchiveMember(path, None, foreign_file(FileKind.ZIP))


def _check_entry(info: zipfile.ZipInfo, path: str) -> None:
    name = PurePosixPath(path).name
    if name.casefold() in JUNK_NAMES or name.startswith(JUNK_PREFIXES) or "__MACOSX" in path.split("/"):
        raise ForeignFileError("file.temporary")
    if info.external_attr >> 16 & _KIND_OF_FILE == _SYMLINK:
        raise UnreadableFileError("file.not_regular", kind=FileObstacle.OTHER)
    if ".." in path.split("/") or path.startswith("/"):
        raise UnreadableFileError("file.unsafe_names", name=path[:80])
    if info.file_size > limits.MAX_FILE_BYTES:
        size = -(-info.file_size // limits.MIB)
        raise UnreadableFileError("file.too_large", size=size, limit=limits.MAX_FILE_BYTES // limits.MIB)


def _read_content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str | None, budget: _Budget) -> bytes:
    """Return the bytes of one entry, bounded by the limits whatever size the entry states."""
    encrypted = bool(info.flag_bits & _ENCRYPTED)
    if info.compress_type not in _READABLE_METHODS:
        raise UnreadableFileError("file.compression", method=_METHODS.get(info.compress_type, str(info.compress_type)))
    if encrypted and password is None:
        raise UnreadableFileError("file.encrypted")
    room = min(limits.MAX_FILE_BYTES, budget.size)
    data = _read_with_passwords(archive, info, _encode_password(password) if encrypted and password else (None,), room)
    budget.size -= len(data)
    if len(data) > room:
        raise swelling_container("", BombKind.TOTAL)
    if not data:
        raise UnreadableFileError("file.empty")
    return data


def _encode_password(password: str) -> tuple[bytes, ...]:
    """Return the password as different programs encode it: in UTF-8, and in GBK as on Chinese Windows."""
    encodings = ("utf-8", "gb18030")
    return tuple(dict.fromkeys(password.encode(encoding, "replace") for encoding in encodings))


def _read_with_passwords(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: Sequence[bytes | None], room: int
) -> bytes:
    """Return at most one byte more than ``room`` of an entry, with the first password that opens it."""
    refusal = damaged_workbook("", DamageKind.CHECKSUM)
    for password in passwords:
        try:
            with archive.open(info, pwd=password) as entry:
                return entry.read(room + 1)
        except NotImplementedError:
            raise UnreadableFileError("file.compression", method=str(info.compress_type)) from None
        except RuntimeError:  # raised by zipfile for a wrong password
            refusal = UnreadableFileError("file.wrong_password")
        except _ZIP_ERRORS:
            # A wrong password passes the check of its one byte once in 256 times.
            refusal = refusal if refusal.code == "file.wrong_password" or password is None else _UNREADABLE
    raise refusal


# --- names and times ---------------------------------------------------------------------------------------------


def decode_entry_name(info: zipfile.ZipInfo) -> str:
    """Return the path of an entry with forward slashes: UTF-8 if marked or valid as such, else GBK as on Windows."""
    if info.flag_bits & _UTF8:
        return info.orig_filename.replace("\\", "/")
    raw = _read_stored_name(info)
    if raw is None:
        return info.orig_filename.replace("\\", "/")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437").replace("\\", "/")


def _read_stored_name(info: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a name: from its extra field, else re-encoded from what zipfile decoded."""
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        kind, size = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == _UNICODE_PATH and size > 5:
            return extra[at + 9 : at + 4 + size]
        at += 4 + size
    try:
        return info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return None


def _entry_time(info: zipfile.ZipInfo, default: str) -> str:
    """Return when the file was last changed, ISO 8601, UTC; the archive's own time where the entry has none."""
    try:
        local = datetime(*info.date_time, tzinfo=BEIJING)  # a zip stores local time without a time zone
    except ValueError:
        return default
    return default if local.year < 1990 else local.astimezone(UTC).isoformat(timespec="seconds")
