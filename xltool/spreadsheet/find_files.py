"""List the files below the paths given to a command: each once, in a stable order, safe against link loops."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.errors import UsageError
from xltool.spreadsheet import remote_files
from xltool.spreadsheet.load_file import FileSource, MemoryFile
from xltool.spreadsheet.remote_files import Place


def find_places(sources: Iterable[FileSource | str], excluded: Iterable[Path] = ()) -> tuple[Place, ...]:
    """Return every file below the given paths and store addresses; each once, in the order given.

    A string is an address if it begins like one (``s3://``), else a path. Raises UsageError for places that cannot
    be listed.
    """
    hidden, files = tuple(excluded), dict[Place, None]()
    for place in sources:
        if isinstance(place, MemoryFile):
            files.setdefault(place)
            continue
        path = remote_files.find_local_path(place) if isinstance(place, str) else place
        if path is None and isinstance(place, str) and remote_files.is_store_address(place):
            files |= dict.fromkeys(remote_files.list_remote_files(place))
        else:
            files |= dict.fromkeys(find_files([path or Path(place)], hidden))
    return tuple(files)


def find_sources(sources: Iterable[FileSource], excluded: Iterable[Path] = ()) -> tuple[FileSource, ...]:
    """Return the files of `find_files`, and each `MemoryFile` among ``sources``, in the order given."""
    hidden = tuple(excluded)
    files: dict[FileSource, None] = {}
    for source in sources:
        files |= dict.fromkeys((source,) if isinstance(source, MemoryFile) else find_files([source], hidden))
    return tuple(files)


def find_files(paths: Iterable[Path], excluded: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return every file in ``paths`` and in the folders among them, by name, without the tool's own outputs.

    Raises UsageError for a path that does not exist. A folder reached twice (by a link) is listed once; a folder that
    cannot be listed is returned in place of its files.
    """
    hidden = {path.resolve() for path in excluded}
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError("usage.no_path", path=str(path))
        for file in _walk_folder(path) if path.is_dir() else [path]:
            if not hidden or _resolve_path(file) not in hidden:
                files.setdefault(file)
    return tuple(files)


def _walk_folder(folder: Path) -> Iterator[Path]:
    """Yield the files of each folder by name, then its subfolders, however deep; last what cannot be listed."""
    entered: set[tuple[int, int]] = set()
    closed: list[Path] = []
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            status = current.stat()
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            closed.append(current)
            continue
        if (status.st_dev, status.st_ino) in entered:
            continue
        entered.add((status.st_dev, status.st_ino))
        subfolders = [entry for entry in entries if _is_folder(entry)]
        yield from (current / entry.name for entry in entries if entry not in subfolders)
        waiting += [current / entry.name for entry in reversed(subfolders)]
    yield from closed


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _resolve_path(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return None
