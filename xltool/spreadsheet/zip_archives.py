"""The files inside a .zip that was handed in: read in memory one after another, never unpacked to disk.

Whatever is inside ends as one member: a file's bytes, or the reason why it cannot be had. Archives inside archives are
looked into; everything together stays within the limits.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError, XltoolError
from xltool.spreadsheet import limits
from xltool.spreadsheet import open_workbook as opening
from xltool.spreadsheet.load_file import JUNK_NAMES, JUNK_PREFIXES, HandedIn
from xltool.spreadsheet.raw_workbook import RawWorkbook
from xltool.spreadsheet.refusals import (
    Damage,
    Excess,
    FileKind,
    Place,
    Swelling,
    bomb,
    damaged,
    not_workbook,
    over_limit,
)

_SIGNATURE = b"PK\x03\x04"
_WORKBOOK_PARTS = re.compile(r"\[content_types\]\.xml|mimetype|xl/.*|_rels/.*", re.IGNORECASE)
_UTF8, _ENCRYPTED = 0x800, 0x1
_SYMLINK, _KIND_OF_FILE = 0xA000, 0xF000
_UNICODE_PATH = 0x7075  # the extra field some programs write the true name into
_BEIJING = timezone(timedelta(hours=8))  # a zip tells local time without saying where
_FAULTS = (
    zipfile.BadZipFile,
    NotImplementedError,
    ValueError,
    OSError,
    EOFError,
    OverflowError,
    zlib.error,
    RuntimeError,
)


class Member(NamedTuple):
    """One file inside: its path within the archive, and its bytes or the refusal."""

    path: str
    file: HandedIn | None
    refusal: XltoolError | None = None


class _Budget:
    """What is left of the limits while one archive is gone through."""

    def __init__(self) -> None:
        self.members = limits.MEMBERS
        self.size = limits.ARCHIVE_BYTES


def is_archive(data: bytes) -> bool:
    """Whether bytes are a zip that is no workbook of any kind, not even a broken one."""
    if not data.startswith(_SIGNATURE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return not any(_WORKBOOK_PARTS.fullmatch(name.replace("\\", "/")) for name in archive.namelist())
    except _FAULTS:
        return False


def members(file: HandedIn, password: str | None = None) -> Iterator[Member]:
    """Every file inside an archive, in its own order; at least one member, if only the reason why there is none."""
    empty = True
    for member in _inside(file, password, limits.ARCHIVE_DEPTH, _Budget()):
        empty = False
        yield member
    if empty:
        yield Member("", None, not_workbook(FileKind.ZIP))


def open_member(member: Member, password: str | None = None) -> RawWorkbook:
    """Everything one pass over one file of an archive finds, as `opening.open_workbook` has it, and refuses."""
    with opening.naming(PurePosixPath(member.path).name):
        if member.refusal is not None or member.file is None:
            raise member.refusal or not_workbook(FileKind.ZIP)
        return opening.open_loaded(member.file, password)


def _inside(file: HandedIn, password: str | None, depth: int, budget: _Budget) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        listed = archive.infolist()
    except _FAULTS:
        yield Member("", None, damaged("", Damage.NOT_A_ZIP))
        return
    with archive:
        for info in listed:
            if info.orig_filename.endswith(("/", "\\")):  # zipfile itself stumbles over a name that is empty
                continue
            path = name_of(info)
            if budget.members <= 0:
                yield Member(path, None, bomb("", Swelling.ENTRIES))
                return
            budget.members -= 1
            yield from _one(archive, info, path, file, password, depth, budget)


def _one(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    path: str,
    file: HandedIn,
    password: str | None,
    depth: int,
    budget: _Budget,
) -> Iterator[Member]:
    """One entry: a file, a refusal, or everything inside an archive that lies inside."""
    try:
        _must_be_worth_reading(info, path)
        data = _content(archive, info, password, budget)
    except (UnreadableFileError, ForeignFileError) as refusal:
        yield Member(path, None, refusal)
        return
    sha256 = hashlib.sha256(data).hexdigest()
    held = HandedIn(PurePosixPath(path).name, data, sha256, len(data), _time(info, file.modified))
    if not is_archive(data):
        yield Member(path, held)
    elif depth <= 1:
        yield Member(path, None, over_limit(path, Excess.DEPTH, limits.ARCHIVE_DEPTH))
    else:
        empty = True
        for member in _inside(held, password, depth - 1, budget):
            empty = False
            yield member._replace(path=f"{path}/{member.path}" if member.path else path)
        if empty:
            yield Member(path, None, not_workbook(FileKind.ZIP))


def _must_be_worth_reading(info: zipfile.ZipInfo, path: str) -> None:
    name = PurePosixPath(path).name
    if name.casefold() in JUNK_NAMES or name.startswith(JUNK_PREFIXES) or "__MACOSX" in path.split("/"):
        raise ForeignFileError("file.temporary")
    if info.external_attr >> 16 & _KIND_OF_FILE == _SYMLINK:
        raise UnreadableFileError("file.not_regular", kind=Place.OTHER)
    if ".." in path.split("/") or path.startswith("/"):
        raise UnreadableFileError("file.unsafe_names", name=path[:80])
    if info.file_size > limits.FILE_BYTES:
        size = -(-info.file_size // limits.MIB)
        raise UnreadableFileError("file.too_large", size=size, limit=limits.FILE_BYTES // limits.MIB)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str | None, budget: _Budget) -> bytes:
    """The bytes of one entry, never more than the limits allow whatever the entry says of its size."""
    if info.flag_bits & _ENCRYPTED and password is None:
        raise UnreadableFileError("file.encrypted")
    room = min(limits.FILE_BYTES, budget.size)
    try:
        with archive.open(info, pwd=password.encode() if password and info.flag_bits & _ENCRYPTED else None) as entry:
            data = entry.read(room + 1)
    except RuntimeError:  # zipfile's word for a wrong password
        raise UnreadableFileError("file.wrong_password") from None
    except _FAULTS:
        raise damaged("", Damage.CHECKSUM if not info.flag_bits & _ENCRYPTED else Damage.UNREADABLE) from None
    budget.size -= len(data)
    if len(data) > room:
        raise bomb("", Swelling.TOTAL)
    if not data:
        raise UnreadableFileError("file.empty")
    return data


# --- names and times ---------------------------------------------------------------------------------------------


def name_of(info: zipfile.ZipInfo) -> str:
    """An entry's path, with plain slashes: UTF-8 if it is marked so or can be, else GBK, as Windows writes it."""
    if info.flag_bits & _UTF8:
        return info.orig_filename.replace("\\", "/")
    raw = _stored_name(info)
    if raw is None:
        return info.orig_filename.replace("\\", "/")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437").replace("\\", "/")


def _stored_name(info: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name: from the extra field made for it, else as zipfile decoded them."""
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


def _time(info: zipfile.ZipInfo, otherwise: str) -> str:
    """When the file was last changed, ISO 8601, UTC; the archive's own time where the entry has none."""
    try:
        local = datetime(*info.date_time, tzinfo=_BEIJING)
    except ValueError:
        return otherwise
    return otherwise if local.year < 1990 else local.astimezone(UTC).isoformat(timespec="seconds")
