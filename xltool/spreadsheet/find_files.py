"""Which files lie below the paths a command was given: each once, in a steady order, link loops told apart."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.errors import UsageError
from xltool.spreadsheet import remote_files as remote
from xltool.spreadsheet.remote_files import Place


def places_below(places: Iterable[Path | str], leave_out: Iterable[Path] = ()) -> tuple[Place, ...]:
    """`files_below` for paths, and every file below the addresses among ``places``; each once, in the order given.

    A text is an address if it begins as one (``s3://``), else a path. Raises UsageError for what cannot be looked at.
    """
    hidden, found = tuple(leave_out), dict[Place, None]()
    for place in places:
        path = remote.local_path(place) if isinstance(place, str) else place
        if path is None and isinstance(place, str) and remote.is_address(place):
            found |= dict.fromkeys(remote.below(place))
        else:
            found |= dict.fromkeys(files_below([path or Path(place)], hidden))
    return tuple(found)


def files_below(paths: Iterable[Path], leave_out: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Every file in ``paths`` and in the folders among them, by name; ``leave_out`` are our own outputs.

    Raises UsageError for a path that does not exist. A folder reached twice (by a link) is entered once; one that may
    not be looked into stands for what is in it.
    """
    hidden = {path.resolve() for path in leave_out}
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError("usage.no_path", path=str(path))
        for file in _walk(path) if path.is_dir() else [path]:
            if _resolved(file) not in hidden:
                found.setdefault(file)
    return tuple(found)


def _walk(folder: Path) -> Iterator[Path]:
    entered: set[Path] = set()
    closed: list[Path] = []
    for here, folders, names in os.walk(
        folder, followlinks=True, onerror=lambda error: closed.append(Path(error.filename))
    ):
        if Path(here).resolve() in entered:
            folders.clear()
            continue
        entered.add(Path(here).resolve())
        folders.sort()
        yield from (Path(here) / name for name in sorted(names))
    yield from closed


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return None
