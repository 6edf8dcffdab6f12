"""Which files lie below the paths a command was given: each once, in a steady order, link loops told apart."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from xltool.errors import UsageError


def files_below(paths: Iterable[Path], leave_out: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Every file in ``paths`` and in the folders among them, by name; ``leave_out`` are our own outputs.

    Raises UsageError for a path that does not exist. A folder reached twice (by a link) is entered once.
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
    for here, folders, names in os.walk(folder, followlinks=True):
        if Path(here).resolve() in entered:
            folders.clear()
            continue
        entered.add(Path(here).resolve())
        folders.sort()
        yield from (Path(here) / name for name in sorted(names))


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return None
