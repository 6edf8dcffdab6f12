"""Keep what an earlier run wrote: a file or folder about to be replaced stays beside the new one, dated by its time."""

import glob
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from xltool.messages import catalogue
from xltool.workbooks.save_files import save_error
from xltool.workbooks.temporary_names import temporary_path


def name_earlier_version(path: Path) -> Path:
    """Return the unused path under which an existing file or folder is kept."""
    day = f"{datetime.fromtimestamp(path.stat().st_mtime):%Y-%m-%d %H%M}"  # local time, as the file manager shows it
    kept, count = _name_version(path, day), 1
    while kept.exists():
        count += 1
        kept = _name_version(path, f"{day} {count}")
    return kept


def list_earlier_versions(path: Path) -> list[Path]:
    """List what was kept beside ``path`` by earlier runs."""
    pattern = glob.escape(_name_version(path, "\0").name).replace("\0", "[0-9]*")
    return sorted(path.parent.glob(pattern))


def _name_version(path: Path, day: str) -> Path:
    stem, suffix = (path.name, "") if path.is_dir() else (path.stem, path.suffix)
    return path.with_name(catalogue.look_up_word("earlier", "name").format(name=stem, day=day) + suffix)


@contextmanager
def keep_earlier_versions(paths: Iterable[Path]) -> Iterator[None]:
    """Keep the files that exist at ``paths`` while the context replaces them; forget them if it fails.

    Raises WritingError if a copy cannot be made.
    """
    copies: list[tuple[Path, Path]] = []
    try:
        for path in paths:
            if path.is_file():
                copies.append((temporary_path(path), name_earlier_version(path)))
                _copy_file(path, copies[-1][0])
        yield
        for copy, kept in copies:
            copy.replace(kept)
    finally:
        for copy, _ in copies:
            with suppress(OSError):
                copy.unlink(missing_ok=True)


def _copy_file(path: Path, copy: Path) -> None:
    """Link a file to a second name, or copy it where links are impossible."""
    try:
        os.link(path, copy)
    except OSError:
        try:
            shutil.copy2(path, copy)
        except OSError as error:
            raise save_error(path, error) from error


def keep_earlier_folder(folder: Path) -> None:
    """Rename a folder that holds anything. Raises OSError if it cannot be renamed."""
    if folder.is_dir() and any(folder.iterdir()):
        folder.rename(name_earlier_version(folder))
