"""Load a file as bytes: check its type and size, and that it did not change while it was read.

The file is opened read-only and read once; SHA-256, size and time describe exactly these bytes.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import NamedTuple

from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.refusals import FileObstacle

JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
JUNK_ENDING = "Zone.Identifier"
JUNK_PREFIXES = ("~$", ".~lock", "._", ".~")
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not block
_BINARY = getattr(os, "O_BINARY", 0)


class LoadedFile(NamedTuple):
    """The bytes of one file and what identifies them. ``modified`` is ISO 8601, UTC."""

    name: str
    data: bytes
    sha256: str
    size: int
    modified: str


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """A file given as bytes, and the name it is reported under. The suffix of the name says what kind it should be."""

    name: str
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return self.name

    @property
    def suffix(self) -> str:
        """The suffix of the name with its dot, or ""."""
        return PurePath(self.name).suffix

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePath(self.name).stem


FileSource = Path | MemoryFile


def load_file(source: FileSource, max_bytes: int = limits.MAX_FILE_BYTES) -> LoadedFile:
    """Return the bytes of a regular file or of a `MemoryFile`, which has no time.

    Raises ForeignFileError for lock and junk files, UnreadableFileError for anything that cannot be read as a file.
    """
    refuse_junk_name(source.name)
    if isinstance(source, MemoryFile):
        check_size(len(source.data), max_bytes)
        return LoadedFile(source.name, source.data, hashlib.sha256(source.data).hexdigest(), len(source.data), "")
    return _load_path(source, max_bytes)


def _load_path(path: Path, max_bytes: int) -> LoadedFile:
    try:
        before = path.stat()
        if stat.S_ISDIR(before.st_mode):
            os.scandir(path).close()  # a folder gets here only if it could not be listed
        _check_regular(before)
        check_size(before.st_size, max_bytes)
        data, opened, after = _read_bytes(path, max_bytes)
    except FileNotFoundError:
        raise UnreadableFileError("file.missing") from None
    except PermissionError:
        raise UnreadableFileError("file.no_access") from None
    except OSError as error:
        kind = FileObstacle.LOOP if error.errno == errno.ELOOP else FileObstacle.OTHER
        raise UnreadableFileError("file.not_regular", kind=kind) from None
    if not (_file_version(before) == _file_version(opened) == _file_version(after)) or len(data) != after.st_size:
        raise UnreadableFileError("file.changed")
    modified = datetime.fromtimestamp(after.st_mtime, UTC).isoformat(timespec="seconds")
    return LoadedFile(path.name, data, hashlib.sha256(data).hexdigest(), len(data), modified)


def _read_bytes(path: Path, max_bytes: int) -> tuple[bytes, os.stat_result, os.stat_result]:
    """Return at most one byte more than the limit, and the file's status before and after reading."""
    handle = os.open(path, os.O_RDONLY | _NO_WAITING | _BINARY)
    with os.fdopen(handle, "rb") as file:
        opened = os.fstat(handle)
        _check_regular(opened)
        data = file.read(max_bytes + 1)
        return data, opened, os.fstat(handle)


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((place for test, place in _OBSTACLES if test(status.st_mode)), FileObstacle.OTHER)
        raise UnreadableFileError("file.not_regular", kind=kind)


def refuse_junk_name(name: str) -> None:
    """Raise ForeignFileError for the name of a lock or junk file, or of a note of Windows on where a file came from."""
    if name.casefold() in JUNK_NAMES or name.startswith(JUNK_PREFIXES) or name.endswith(JUNK_ENDING):
        raise ForeignFileError("file.temporary")


def check_size(size: int, max_bytes: int) -> None:
    """Raise UnreadableFileError for an empty file, or one above the limit in bytes."""
    if size == 0:
        raise UnreadableFileError("file.empty")
    if size > max_bytes:
        raise UnreadableFileError("file.too_large", size=-(-size // limits.MIB), limit=max_bytes // limits.MIB)


def _file_version(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


_OBSTACLES = (
    (stat.S_ISDIR, FileObstacle.FOLDER),
    (stat.S_ISFIFO, FileObstacle.PIPE),
    (stat.S_ISSOCK, FileObstacle.SOCKET),
    (stat.S_ISCHR, FileObstacle.DEVICE),
    (stat.S_ISBLK, FileObstacle.DEVICE),
)
