"""Cache submissions by the content of their files, so that an unchanged file is not read again.

The name of an entry is a digest of the file's bytes, the form definitions, the package and its texts, so an entry is
never out of date and one of another version is never found. Only read values are cached; all checks run again. An entry
is written to a temporary file and renamed, and carries a checksum: processes may share a folder, and a damaged entry is
ignored. The folder may be deleted at any time.

An entry holds plain data, decoded against the types of `model`; it cannot execute code. Whoever may write to the folder
can change what is read from it, as with the files themselves.
"""

import hashlib
import os
import re
import secrets
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from xltool.errors import UsageError, find_system_fault
from xltool.model.form import Form
from xltool.model.period import parse_period
from xltool.model.submission import Observation, Submission
from xltool.package_data import PACKAGE, find_data_folder

MAX_CACHE_BYTES = 1 << 30  # of a cache folder, by default
_KEPT_SHARE = 0.8  # of the maximum size remains after deleting entries
_MAX_DRAFT_AGE_SECONDS = 3600
_ENTRY_NAME = re.compile("[0-9a-f]{64}\\.xlread")
_CHECKSUM_BYTES = hashlib.sha256().digest_size
_MAX_INFLATED_BYTES = 64 << 20


class _CacheEntry(msgspec.Struct, array_like=True, frozen=True):
    """One entry: a submission without its observations, and the observations with encoded facts.

    ``period`` is the text of its year, or of a part of one, which the submission inside lacks; empty for none.
    """

    submission: Submission
    observations: list[tuple[str, str, str, str | None, list[tuple[str, Any]]]]
    period: str = ""


@dataclass(frozen=True, slots=True)
class ReadingCache:
    """A folder of entries for one version of the package and one set of forms; ``max_bytes`` of all entries."""

    folder: Path
    version: str
    max_bytes: int = MAX_CACHE_BYTES

    def find_submission(self, sha256: str, file: str, modified: str) -> Submission | None:
        """Return the cached submission of that content, with ``file`` and ``modified`` as its source, or None."""
        path = self._entry_path(sha256)
        try:
            data = path.read_bytes()
            submission = _decode_entry(data)
        except (OSError, ValueError, zlib.error, msgspec.MsgspecError):
            return None
        if submission.source.sha256 != sha256:
            return None
        with suppress(OSError):
            os.utime(path)  # entries used last are deleted last
        return replace(submission, source=replace(submission.source, file=file, modified=modified))

    def store_submission(self, submission: Submission) -> None:
        """Store a submission. Skip it silently on a full disk or for a fact that cannot be encoded."""
        try:
            data = _encode_entry(submission)
        except _NotPlainError:
            return
        path = self._entry_path(submission.source.sha256)
        temporary = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            path.parent.mkdir(exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def delete_oldest(self) -> None:
        """Delete abandoned temporary files and, if the folder is too large, the least recently used entries."""
        for abandoned in self.folder.glob("??/.*.part"):  # abandoned by a killed run
            with suppress(OSError):
                if time.time() - abandoned.stat().st_mtime > _MAX_DRAFT_AGE_SECONDS:
                    abandoned.unlink()
        entries = sorted(_list_entries(self.folder))
        size = sum(length for _, length, _ in entries)
        if size <= self.max_bytes:
            return
        for _, length, path in entries:
            if size <= self.max_bytes * _KEPT_SHARE:
                return
            with suppress(OSError):
                path.unlink()
            size -= length

    def _entry_path(self, sha256: str) -> Path:
        key = hashlib.sha256(f"{self.version}|{sha256}".encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.xlread"


def find_default_folder() -> Path:
    """Return the user's cache folder of this system."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "xltool" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "xltool"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "xltool"


def open_own_cache(forms: Sequence[Form]) -> ReadingCache | None:
    """Open the cache in the user's own folder, readable only by the user; None if it cannot be created."""
    try:
        folder = find_default_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_cache(folder, forms)
    except (OSError, RuntimeError, UsageError):  # RuntimeError: no home folder
        return None


def open_cache(folder: Path, forms: Sequence[Form], max_bytes: int = MAX_CACHE_BYTES) -> ReadingCache:
    """Open the cache in ``folder``, creating it if needed. Raises UsageError if it cannot be written."""
    probe = folder / f".{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError("usage.cache", path=str(folder), reason=find_system_fault(error)) from error
    digest = hashlib.sha256(digest_package().encode())
    for form in forms:
        digest.update(f"|{form.id}|{form.edition}|{form.digest}".encode())
    return ReadingCache(folder, digest.hexdigest(), max_bytes)


@cache
def digest_package() -> str:
    """Return a digest of the code and texts that determine the result of reading."""
    digest = hashlib.sha256()
    for folder, pattern in ((PACKAGE, "**/*.py"), (PACKAGE, "**/*.toml"), (find_data_folder("templates"), "*.toml")):
        for path in sorted(folder.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _list_entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield the time of last use, the size in bytes and the path of each entry."""
    for path in folder.glob("??/*.xlread"):
        if _ENTRY_NAME.fullmatch(path.name):
            with suppress(OSError):  # another process may have deleted it
                state = path.stat()
                yield state.st_mtime, state.st_size, path


# --- entries as bytes ------------------------------------------------------------------------------------------


class _NotPlainError(TypeError):
    """A fact that cannot be decoded exactly."""


def _encode_entry(submission: Submission) -> bytes:
    encoded = [
        (
            observation.code.value,
            observation.sheet,
            observation.address,
            observation.cell,
            [(key, _encode_fact(fact)) for key, fact in observation.facts.items()],
        )
        for observation in submission.observations
    ]
    plain = replace(
        submission, year=None, observations=(), entries=dict(submission.entries), values=dict(submission.values)
    )
    period = "" if submission.year is None else str(submission.year)
    data = zlib.compress(msgspec.msgpack.encode(_CacheEntry(plain, encoded, period)), 1)
    return hashlib.sha256(data).digest() + data


def _decode_entry(data: bytes) -> Submission:
    """Decode an entry. Raises ValueError, zlib.error or MsgspecError for anything not made by `_encode_entry`."""
    if hashlib.sha256(data[_CHECKSUM_BYTES:]).digest() != data[:_CHECKSUM_BYTES]:
        raise ValueError(_CHECKSUM_BYTES)
    inflated = zlib.decompressobj().decompress(data[_CHECKSUM_BYTES:], _MAX_INFLATED_BYTES)
    entry = _make_decoder().decode(inflated)
    observations = tuple(
        Observation(code, sheet, address, cell, {key: _decode_fact(fact) for key, fact in facts})
        for code, sheet, address, cell, facts in entry.observations
    )
    year = parse_period(entry.period) if entry.period else None
    return replace(entry.submission, year=year, observations=observations)


@cache
def _make_decoder() -> "msgspec.msgpack.Decoder[_CacheEntry]":
    return msgspec.msgpack.Decoder(_CacheEntry)


def _encode_fact(fact: object) -> object:
    """Encode a fact as plain data: anything but None, str, int and bool becomes a pair of type code and content."""
    if fact is None or type(fact) in {str, int, bool}:
        return fact
    for kind, (mark, taken, _) in _FACT_CODECS.items():
        if type(fact) is kind:
            return [mark, taken(fact)]
    raise _NotPlainError(type(fact))


def _decode_fact(encoded: Any) -> object:
    if not isinstance(encoded, list):
        return encoded
    made = {mark: made for mark, _, made in _FACT_CODECS.values()}
    return made[encoded[0]](encoded[1])


def _encode_facts(facts: Iterable[object]) -> list[object]:
    return [_encode_fact(fact) for fact in facts]


def _encode_mapping(facts: Mapping[str, object]) -> list[list[object]]:
    return [[key, _encode_fact(fact)] for key, fact in facts.items()]


_FACT_CODECS: dict[type, tuple[str, Callable[[Any], object], Callable[[Any], object]]] = {
    tuple: ("t", _encode_facts, lambda plain: tuple(map(_decode_fact, plain))),
    list: ("l", _encode_facts, lambda plain: list(map(_decode_fact, plain))),
    Decimal: ("d", str, Decimal),
    dict: ("m", _encode_mapping, lambda plain: {key: _decode_fact(fact) for key, fact in plain}),
}
