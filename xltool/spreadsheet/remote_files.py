"""Files at an address such as ``s3://bucket/returns`` or ``sftp://host/returns``: found, and read, without a copy.

The only door to fsspec, and the only place that speaks to a store over a network, which it does when somebody named an
address and never otherwise. What is read gets the guards of a local file (`loading`). An address may hold a user's name
and password; what is shown and kept (`Remote.__str__`) never does.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from xltool.errors import UnreadableFileError, UsageError
from xltool.spreadsheet import limits
from xltool.spreadsheet.load_file import HandedIn, must_have_size, refuse_junk
from xltool.spreadsheet.refusals import Place as Kind

ATTEMPTS = 3  # to read a file when the store does not answer
_PAUSE = 0.5  # seconds before the second attempt; twice as long before the third

_ADDRESS = re.compile(r"(?:\w+::)*(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<user>[^/?#]*@)?(?P<rest>.*)", re.DOTALL)
_LOCAL = {"file", "local"}
_REFUSED = {"http", "https", "data", "dask", "github", "gist", "jupyter", "jlab", "git", "generic", "reference"}
_REFUSED |= {"zip", "tar", "libarchive", "dir", "cached", "blockcache", "filecache", "simplecache", "asynclocal"}
# What stores call the time and the version of a file's content. The time of its last reading is not among them.
_TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "modify", "created")
_VERSIONS = ("size", "ETag", "etag", "VersionId", "generation", "md5", *_TIMES)
_COMPACT_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")  # as FTP tells it, in UTC

_stores: dict[tuple[int, str], tuple[Any, str]] = {}


@dataclass(frozen=True, slots=True)
class Remote:
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


Place = Path | Remote


def is_address(text: str) -> bool:
    """Whether a text names a store rather than a path. A drive letter of Windows is no store."""
    return bool(_ADDRESS.match(text))


def local_path(address: str) -> Path | None:
    """The path an address such as file:///returns stands for; None for one elsewhere."""
    found = _ADDRESS.match(address)
    return Path(found["rest"]) if found and found["scheme"].lower() in _LOCAL else None


def below(url: str) -> Iterator[Remote]:
    """Every file at and below an address, by name. Raises UsageError, without its secrets, if it cannot be read."""
    scheme, shown = _parts(url)
    try:
        store, root = _store(url)
        if store.info(root)["type"] == "file":
            found = [root]
        else:
            found = sorted(store.find(root))
            store.invalidate_cache()
    except UsageError:
        raise
    except ImportError as error:
        raise UsageError("usage.store_needs", scheme=scheme, problem=str(error)) from None
    except FileNotFoundError:
        raise UsageError("usage.no_path", path=shown) from None
    except Exception as error:  # each store has its own
        raise UsageError("usage.store", address=shown, problem=told(error, url)) from None
    stem = shown.removesuffix(root.rstrip("/")) if shown.endswith(root.rstrip("/")) else f"{scheme}://"
    return (Remote(url, path, f"{stem}{path}") for path in found)


def fetch(place: Remote, size_limit: int = limits.FILE_BYTES) -> HandedIn:
    """The bytes of a file at an address, as `loading.load` has those of a local one, and refused as there.

    Also raises UnreadableFileError when the store does not give it after some attempts.
    """
    refuse_junk(place.name)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _fetched(place, size_limit)
        except FileNotFoundError:
            raise UnreadableFileError("file.missing") from None
        except PermissionError:
            raise UnreadableFileError("file.no_access") from None
        except UnreadableFileError:
            raise
        except Exception as error:  # each store has its own
            problem = told(error, place.url)
            _forget(place.url)
        time.sleep(_PAUSE * attempt if attempt < ATTEMPTS else 0)
    raise UnreadableFileError("file.not_fetched", problem=problem)


def unseen(place: Remote) -> str:
    """Why a file at an address is not to be had in this process; nothing if it is."""
    try:
        _state(_store(place.url)[0], place.path)
    except Exception as error:  # each store has its own
        return f"{place}: {told(error, place.url)}"
    return ""


def told(error: BaseException, url: str) -> str:
    """What an error says, on one line, without the secrets of the address."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    found = _ADDRESS.match(url)
    user = (found["user"] or "").rstrip("@") if found else ""
    for secret in (url, user, user.partition(":")[2], url.partition("?")[2]):
        said = said.replace(secret, "…") if secret else said
    return said[:300]


def _fetched(place: Remote, size_limit: int) -> HandedIn:
    store, _ = _store(place.url)
    before = _state(store, place.path)
    if before["type"] != "file":
        raise UnreadableFileError("file.not_regular", kind=Kind.FOLDER if before["type"] == "directory" else Kind.OTHER)
    must_have_size(before["size"] or 0, size_limit)
    data = store.cat_file(place.path, start=0, end=min(before["size"], size_limit) + 1)
    after = _state(store, place.path)
    if _version(before) != _version(after) or len(data) != after["size"]:
        raise UnreadableFileError("file.changed")
    return HandedIn(place.name, data, hashlib.sha256(data).hexdigest(), len(data), _modified(after))


def _state(store: Any, path: str) -> Mapping[str, Any]:
    """What the store says of a file now, not what it said in an earlier listing."""
    store.invalidate_cache()
    state: Mapping[str, Any] = store.info(path)
    return state


def _version(state: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(state.get(key) for key in _VERSIONS)


def _modified(state: Mapping[str, Any]) -> str:
    """When the content was written, ISO 8601 in UTC; nothing where the store does not tell."""
    for key in _TIMES:
        if key in state:
            with suppress(ValueError, TypeError, OverflowError, OSError):
                return _time(state[key]).astimezone(UTC).isoformat(timespec="seconds")
    return ""


def _time(said: Any) -> datetime:
    """Raises ValueError for what is no time."""
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    if isinstance(said, int | float):
        return datetime.fromtimestamp(said, UTC)
    if compact := _COMPACT_TIME.match(str(said)):
        return datetime(*map(int, compact.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]  # six numbers
    return _time(datetime.fromisoformat(str(said)))


def _parts(url: str) -> tuple[str, str]:
    """The scheme, and the address without user, password and query. Raises UsageError for what is not for us."""
    found = _ADDRESS.match(url)
    assert found
    scheme, rest = found["scheme"].lower(), found["rest"].partition("?")[0].rstrip("/")
    shown = f"{scheme}://{rest}"
    if scheme in _REFUSED or "::" in url or not rest:
        raise UsageError("usage.store_refused", address=shown)
    return scheme, shown


def _store(url: str) -> tuple[Any, str]:
    """The store and the path in it; one connection for each process, since a child cannot use that of its parent."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError("usage.store_extra", address=_parts(url)[1]) from None
    key = (os.getpid(), url)
    if key not in _stores:
        _stores[key] = url_to_fs(url)
    return _stores[key]


def _forget(url: str) -> None:
    """A connection that failed is not used again."""
    store, _ = _stores.pop((os.getpid(), url), (None, ""))
    if store is not None:
        type(store).clear_instance_cache()
