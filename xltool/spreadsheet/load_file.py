"""A handed-in file becomes bytes: what kind of file it is, how big, and whether it stood still while it was read.

The file is opened read-only and read once; SHA-256, size and time belong to exactly those bytes.
"""

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.refusals import Place

JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
JUNK_PREFIXES = ("~$", ".~lock", "._", ".~")
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)  # a pipe put in the file's place must not make us wait
_BINARY = getattr(os, "O_BINARY", 0)


class HandedIn(NamedTuple):
    """One file's bytes and what identifies them. ``modified`` is ISO 8601, UTC."""

    name: str
    data: bytes
    sha256: str
    size: int
    modified: str


def load(path: Path, size_limit: int = limits.FILE_BYTES) -> HandedIn:
    """The bytes of a regular file.

    Raises ForeignFileError for lock and junk files, UnreadableFileError for what cannot be read as a file.
    """
    refuse_junk(path.name)
    try:
        before = path.stat()
        if stat.S_ISDIR(before.st_mode):
            os.scandir(path).close()  # a folder is only handed over as a file if it may not be looked into
        _must_be_regular(before)
        must_have_size(before.st_size, size_limit)
        data, opened, after = _read(path, size_limit)
    except FileNotFoundError:
        raise UnreadableFileError("file.missing") from None
    except PermissionError:
        raise UnreadableFileError("file.no_access") from None
    except OSError as error:
        kind = Place.LOOP if error.errno == errno.ELOOP else Place.OTHER
        raise UnreadableFileError("file.not_regular", kind=kind) from None
    if not (_identity(before) == _identity(opened) == _identity(after)) or len(data) != after.st_size:
        raise UnreadableFileError("file.changed")
    modified = datetime.fromtimestamp(after.st_mtime, UTC).isoformat(timespec="seconds")
    return HandedIn(path.name, data, hashlib.sha256(data).hexdigest(), len(data), modified)


def _read(path: Path, size_limit: int) -> tuple[bytes, os.stat_result, os.stat_result]:
    """At most ``size_limit`` + 1 bytes, and the file's state before and after reading them."""
    handle = os.open(path, os.O_RDONLY | _NO_WAITING | _BINARY)
    with os.fdopen(handle, "rb") as file:
        opened = os.fstat(handle)
        _must_be_regular(opened)
        data = file.read(size_limit + 1)
        return data, opened, os.fstat(handle)


def _must_be_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((place for test, place in _PLACES if test(status.st_mode)), Place.OTHER)
        raise UnreadableFileError("file.not_regular", kind=kind)


def refuse_junk(name: str) -> None:
    """Raises ForeignFileError for the names of lock and junk files."""
    if name.casefold() in JUNK_NAMES or name.startswith(JUNK_PREFIXES):
        raise ForeignFileError("file.temporary")


def must_have_size(size: int, size_limit: int) -> None:
    """Raises UnreadableFileError for an empty file, and one of more than ``size_limit`` bytes."""
    if size == 0:
        raise UnreadableFileError("file.empty")
    if size > size_limit:
        raise UnreadableFileError("file.too_large", size=-(-size // limits.MIB), limit=size_limit // limits.MIB)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


_PLACES = (
    (stat.S_ISDIR, Place.FOLDER),
    (stat.S_ISFIFO, Place.PIPE),
    (stat.S_ISSOCK, Place.SOCKET),
    (stat.S_ISCHR, Place.DEVICE),
    (stat.S_ISBLK, Place.DEVICE),
)
