"""What was read from a file, kept by the file's content, so that a file that has not changed is not read again.

Content-addressed: the name of an entry is a digest over the file's bytes, the form definitions and the whole package
and its words, so an entry is never out of date and one of another version is never found. Only what was read is kept;
every check is done anew. An entry is written beside its place and renamed, and carries its own checksum: two processes
may share a folder, and a broken entry is no entry. Everything may be deleted at any time.

Nothing in an entry can run: it is plain data, decoded against the types of `model`. Whoever may write to the folder can
change what is read from it, as with the files themselves.
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

from xltool.errors import UsageError
from xltool.model.form import Form
from xltool.model.submission import Observation, Submission
from xltool.package_data import PACKAGE, data_folder

LARGEST = 1 << 30  # bytes of a cache folder, unless told
_KEPT = 0.8  # of the largest size, once it had to be made smaller
_LEFT_BEHIND = 3600  # seconds
_NAME = re.compile("[0-9a-f]{64}\\.xlread")
_CHECKSUM = hashlib.sha256().digest_size
_MOST_INFLATED = 64 << 20


class _Entry(msgspec.Struct, array_like=True, frozen=True):
    """One entry: the submission without its observations, and those with each fact in a form that brings it back."""

    submission: Submission
    observations: list[tuple[str, str, str, str | None, list[tuple[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries, for one version of the package and one set of forms. ``largest`` is in bytes."""

    folder: Path
    version: str
    largest: int = LARGEST

    def known(self, sha256: str, file: str, modified: str) -> Submission | None:
        """What was read from a file of that content, as if from ``file`` of that time; None if it was not kept."""
        place = self._place(sha256)
        try:
            data = place.read_bytes()
            found = _unpacked(data)
        except (OSError, ValueError, zlib.error, msgspec.MsgspecError):
            return None
        if found.source.sha256 != sha256:
            return None
        with suppress(OSError):
            os.utime(place)  # what is used stays
        return replace(found, source=replace(found.source, file=file, modified=modified))

    def keep(self, submission: Submission) -> None:
        """Keep what was read. A disk that is full, or a fact of no plain kind, costs only the time to read again."""
        try:
            data = _packed(submission)
        except _NotPlainError:
            return
        place = self._place(submission.source.sha256)
        draft = place.with_name(f".{secrets.token_hex(8)}.part")
        try:
            place.parent.mkdir(exist_ok=True)
            draft.write_bytes(data)
            draft.replace(place)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def shrink(self) -> None:
        """Delete drafts left behind and, if the folder has grown too large, the entries that were used longest ago."""
        for left in self.folder.glob("??/.*.part"):  # of a run that was killed: entries are written in no time
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                    left.unlink()
        entries = sorted(_entries(self.folder))
        size = sum(length for _, length, _ in entries)
        if size <= self.largest:
            return
        for _, length, path in entries:
            if size <= self.largest * _KEPT:
                return
            with suppress(OSError):
                path.unlink()
            size -= length

    def _place(self, sha256: str) -> Path:
        key = hashlib.sha256(f"{self.version}|{sha256}".encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.xlread"


def default_folder() -> Path:
    """Where this system keeps what programs may forget: a folder of the user's own."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "xltool" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "xltool"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "xltool"


def own_cache(forms: Sequence[Form]) -> Cache | None:
    """The cache in the user's own folder, for nobody else to read; None where nothing can be kept."""
    try:
        folder = default_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_cache(folder, forms)
    except (OSError, RuntimeError, UsageError):  # RuntimeError: a user without a home
        return None


def open_cache(folder: Path, forms: Sequence[Form], largest: int = LARGEST) -> Cache:
    """The cache in ``folder``, which is made if it is not there. Raises UsageError if nothing can be kept there."""
    trial = folder / f".{secrets.token_hex(8)}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise UsageError("usage.cache", path=str(folder), reason=error.strerror or str(error)) from error
    digest = hashlib.sha256(package_digest().encode())
    for form in forms:
        digest.update(f"|{form.id}|{form.edition}|{form.digest}".encode())
    return Cache(folder, digest.hexdigest(), largest)


@cache
def package_digest() -> str:
    """Over everything that decides what is read: the code and the words. No version number has to be remembered."""
    digest = hashlib.sha256()
    for folder, pattern in ((PACKAGE, "**/*.py"), (PACKAGE, "**/*.toml"), (data_folder("templates"), "*.toml")):
        for path in sorted(folder.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each entry was last used, its size, and where it is."""
    for path in folder.glob("??/*.xlread"):
        if _NAME.fullmatch(path.name):
            with suppress(OSError):  # another process may have deleted it
                state = path.stat()
                yield state.st_mtime, state.st_size, path


# --- entries as bytes ------------------------------------------------------------------------------------------


class _NotPlainError(TypeError):
    """A fact that could not be brought back exactly."""


def _packed(submission: Submission) -> bytes:
    noted = [
        (each.code, each.sheet, each.address, each.cell, [(key, _plain(fact)) for key, fact in each.facts.items()])
        for each in submission.observations
    ]
    plain = replace(submission, observations=(), entries=dict(submission.entries), values=dict(submission.values))
    data = zlib.compress(msgspec.msgpack.encode(_Entry(plain, noted)), 1)
    return hashlib.sha256(data).digest() + data


def _unpacked(data: bytes) -> Submission:
    """Raises ValueError, zlib.error or MsgspecError for anything but what `_packed` made."""
    if hashlib.sha256(data[_CHECKSUM:]).digest() != data[:_CHECKSUM]:
        raise ValueError(_CHECKSUM)
    inflated = zlib.decompressobj().decompress(data[_CHECKSUM:], _MOST_INFLATED)
    entry = _decoder().decode(inflated)
    noticed = tuple(
        Observation(code, sheet, address, cell, {key: _fact(fact) for key, fact in facts})
        for code, sheet, address, cell, facts in entry.observations
    )
    return replace(entry.submission, observations=noticed)


@cache
def _decoder() -> "msgspec.msgpack.Decoder[_Entry]":
    return msgspec.msgpack.Decoder(_Entry)


def _plain(fact: object) -> object:
    """A fact of plain data: what is no text, number or nothing becomes a pair of its kind and its contents."""
    if fact is None or type(fact) in {str, int, bool}:
        return fact
    for kind, (mark, taken, _) in _KINDS.items():
        if type(fact) is kind:
            return [mark, taken(fact)]
    raise _NotPlainError(type(fact))


def _fact(plain: Any) -> object:
    if not isinstance(plain, list):
        return plain
    made = {mark: made for mark, _, made in _KINDS.values()}
    return made[plain[0]](plain[1])


def _all_plain(facts: Iterable[object]) -> list[object]:
    return [_plain(fact) for fact in facts]


def _pairs(facts: Mapping[str, object]) -> list[list[object]]:
    return [[key, _plain(fact)] for key, fact in facts.items()]


_KINDS: dict[type, tuple[str, Callable[[Any], object], Callable[[Any], object]]] = {
    tuple: ("t", _all_plain, lambda plain: tuple(map(_fact, plain))),
    list: ("l", _all_plain, lambda plain: list(map(_fact, plain))),
    Decimal: ("d", str, Decimal),
    dict: ("m", _pairs, lambda plain: {key: _fact(fact) for key, fact in plain}),
}
