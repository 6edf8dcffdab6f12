"""List and read files at store addresses such as ``s3://bucket/returns`` or ``sftp://host/returns``, by fsspec.

The only module that uses a network, and only for an address given by the user. Files are checked like local ones
(`load_file`). An address may contain a user name and password; the text that is shown and stored (``address``) never
does.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from xltool.errors import UnreadableFileError, UsageError
from xltool.spreadsheet import limits
from xltool.spreadsheet.load_file import LoadedFile, MemoryFile, check_size, refuse_junk_name
from xltool.spreadsheet.refusals import FileObstacle as Kind

MAX_ATTEMPTS = 3  # to read a file from a store that does not answer
_MAX_CONNECTIONS = 16
_PAUSE_SECONDS = 0.5  # seconds before the second attempt; twice as long before the third

_ADDRESS = re.compile(r"(?:\w+::)*(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<user>[^/?#]*@)?(?P<rest>.*)", re.DOTALL)
_LOCAL_SCHEMES = {"file", "local"}
_REFUSED_SCHEMES = {"http", "https", "data", "dask", "github", "gist", "jupyter", "jlab", "git", "generic", "reference"}
_REFUSED_SCHEMES |= {
    "zip",
    "tar",
    "libarchive",
    "dir",
    "cached",
    "blockcache",
    "filecache",
    "simplecache",
    "asynclocal",
}
# Keys under which stores give the time and version of a file's content; not the time of last access.
_TIME_KEYS = ("LastModified", "last_modified", "mtime", "modified", "updated", "modify", "created")
_VERSION_KEYS = ("size", "ETag", "etag", "VersionId", "generation", "md5", *_TIME_KEYS)
_COMPACT_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")  # as in FTP listings, in UTC


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at an address. ``url`` opens its store and may hold secrets; ``address`` is what may be shown of it."""

    url: str = field(repr=False, compare=False)
    path: str
    address: str

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        """The name of the file alone."""
        return PurePosixPath(self.path).name


Place = Path | RemoteFile | MemoryFile


def is_store_address(text: str) -> bool:
    """Return True if a text names a store rather than a path. A Windows drive letter is not a store."""
    return bool(_ADDRESS.match(text))


def find_local_path(address: str) -> Path | None:
    """Return the local path of an address such as file:///returns; None for other stores."""
    match = _ADDRESS.match(address)
    return Path(match["rest"]) if match and match["scheme"].lower() in _LOCAL_SCHEMES else None


def list_remote_files(url: str) -> Iterator[RemoteFile]:
    """List every file at and below an address, by name. Raises UsageError, without its secrets, if it cannot."""
    scheme, shown = _split_address(url)
    try:
        store, root = _open_store(url)
        if store.info(root)["type"] == "file":
            paths = [root]
        else:
            paths = sorted(store.find(root))
            store.invalidate_cache()
    except UsageError:
        raise
    except ImportError as error:
        raise UsageError("usage.store_needs", scheme=scheme, problem=str(error)) from None
    except FileNotFoundError:
        raise UsageError("usage.no_path", path=shown) from None
    except Exception as error:  # each store has its own
        raise UsageError("usage.store", address=shown, problem=describe_error(error, url)) from None
    stem = shown.removesuffix(root.rstrip("/")) if shown.endswith(root.rstrip("/")) else f"{scheme}://"
    return (RemoteFile(url, path, f"{stem}{path}") for path in paths)


def fetch_file(place: RemoteFile, max_bytes: int = limits.MAX_FILE_BYTES) -> LoadedFile:
    """Return the bytes of a remote file; checked like `load_file.load_file` checks a local one.

    Also raises UnreadableFileError when the store does not deliver it after MAX_ATTEMPTS.
    """
    refuse_junk_name(place.name)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return _fetch_once(place, max_bytes)
        except FileNotFoundError:
            raise UnreadableFileError("file.missing") from None
        except PermissionError:
            raise UnreadableFileError("file.no_access") from None
        except UnreadableFileError:
            raise
        except Exception as error:  # each store has its own
            problem = describe_error(error, place.url)
            _drop_connection(place.url)
        time.sleep(_PAUSE_SECONDS * attempt if attempt < MAX_ATTEMPTS else 0)
    raise UnreadableFileError("file.not_fetched", problem=problem)


def find_access_problem(place: RemoteFile) -> str:
    """Return why a remote file cannot be accessed from this process; an empty text if it can."""
    try:
        _query_state(_open_store(place.url)[0], place.path)
    except Exception as error:  # each store has its own
        return f"{place}: {describe_error(error, place.url)}"
    return ""


def describe_error(error: BaseException, url: str) -> str:
    """Return an error as one line of text, without the secrets of the address."""
    message = " ".join(f"{type(error).__name__}: {error}".split())
    match = _ADDRESS.match(url)
    user = (match["user"] or "").rstrip("@") if match else ""
    for secret in (url, user, user.partition(":")[2], url.partition("?")[2]):
        message = message.replace(secret, "…") if secret else message
    return message[:300]


def _fetch_once(place: RemoteFile, max_bytes: int) -> LoadedFile:
    store, _ = _open_store(place.url)
    before = _query_state(store, place.path)
    if before["type"] != "file":
        raise UnreadableFileError("file.not_regular", kind=Kind.FOLDER if before["type"] == "directory" else Kind.OTHER)
    check_size(before["size"] or 0, max_bytes)
    data = store.cat_file(place.path, start=0, end=min(before["size"], max_bytes) + 1)
    after = _query_state(store, place.path)
    if _content_version(before) != _content_version(after) or len(data) != after["size"]:
        raise UnreadableFileError("file.changed")
    return LoadedFile(place.name, data, hashlib.sha256(data).hexdigest(), len(data), _modification_time(after))


def _query_state(store: Any, path: str) -> Mapping[str, Any]:
    """Query the current status of a file, not a cached listing."""
    store.invalidate_cache()
    state: Mapping[str, Any] = store.info(path)
    return state


def _content_version(state: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(state.get(key) for key in _VERSION_KEYS)


def _modification_time(state: Mapping[str, Any]) -> str:
    """Return when the content was written, ISO 8601 in UTC; empty where the store does not say."""
    for key in _TIME_KEYS:
        if key in state:
            with suppress(ValueError, TypeError, OverflowError, OSError):
                return _parse_time(state[key]).astimezone(UTC).isoformat(timespec="seconds")
    return ""


def _parse_time(stated: Any) -> datetime:
    """Return a time in UTC from any of the forms stores use. Raises ValueError for anything else."""
    if isinstance(stated, datetime):
        return stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    if isinstance(stated, int | float):
        return datetime.fromtimestamp(stated, UTC)
    if compact := _COMPACT_TIME.match(str(stated)):
        return datetime(*map(int, compact.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]  # six numbers
    return _parse_time(datetime.fromisoformat(str(stated)))


def _split_address(url: str) -> tuple[str, str]:
    """Return the scheme, and the address without user, password and query. Raises UsageError for refused schemes."""
    match = _ADDRESS.match(url)
    assert match
    scheme, rest = match["scheme"].lower(), match["rest"].partition("?")[0].rstrip("/")
    shown = f"{scheme}://{rest}"
    if scheme in _REFUSED_SCHEMES or "::" in url or not rest:
        raise UsageError("usage.store_refused", address=shown)
    return scheme, shown


def _open_store(url: str) -> tuple[Any, str]:
    """Return the store and the path in it; one connection per process, as a child cannot use that of its parent."""
    return connect_store(url, os.getpid())


@lru_cache(maxsize=_MAX_CONNECTIONS)
def connect_store(url: str, _process: int) -> tuple[Any, str]:
    """Connect to a store; the connection is kept for the process that asks, and for the same address."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError("usage.store_extra", address=_split_address(url)[1]) from None
    connection: tuple[Any, str] = url_to_fs(url)
    return connection


def _drop_connection(url: str) -> None:
    """Drop a connection that failed, and with it all others: they are made again when they are needed."""
    from fsspec import get_filesystem_class

    connect_store.cache_clear()
    get_filesystem_class(_split_address(url)[0]).clear_instance_cache()
