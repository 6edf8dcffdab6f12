"""Files are saved whole or not at all, and nothing that is there is replaced unless it was asked for."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xltool.errors import UsageError, WritingError
from xltool.workbooks.temporary_names import draft_beside


def save(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file whole or not at all: to a draft in the same folder, to the disk, and renamed.

    Raises UsageError if ``path`` exists (unless ``force``), WritingError if it cannot be saved.
    """
    refuse_existing([path], force)
    draft = draft_beside(path)
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise unsaved(path, error) from error
    finally:
        with suppress(OSError):  # on Windows a virus scanner may hold it for a moment
            draft.unlink(missing_ok=True)


def refuse_locked(paths: Iterable[Path]) -> None:
    """Raises WritingError for the first of ``paths`` that another program holds, as Excel does on Windows.

    Asked before long work, and before the first of several files is replaced.
    """
    for path in paths:
        if path.is_file():
            try:
                with path.open("r+b"):
                    pass
            except OSError as error:
                raise unsaved(path, error) from error


def unsaved(path: Path, error: OSError) -> WritingError:
    """What a file that could not be saved is told by."""
    return WritingError("writing.not_saved", file=str(path), reason=error.strerror or str(error))


def refuse_existing(paths: Iterable[Path], force: bool) -> None:
    """Raises UsageError for the first of ``paths`` that exists, unless what is there may be replaced."""
    found = None if force else next(filter(Path.exists, paths), None)
    if found is not None:
        raise UsageError("usage.output_exists", path=str(found))


def refuse_filled(folder: Path, force: bool) -> None:
    """Raises UsageError if ``folder`` is a file, or holds anything and must not be written into."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not force)):
        raise UsageError("usage.folder_not_empty", path=str(folder))


@contextmanager
def whole_folder(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """A draft beside ``folder`` whose files move there on leaving, if nothing went wrong.

    Raises UsageError if the folder holds anything (unless ``force``), WritingError if it cannot be written.
    """
    refuse_filled(folder, force)
    draft = draft_beside(folder)
    try:
        draft.mkdir(parents=True)
        yield draft
        folder.mkdir(parents=True, exist_ok=True)
        made = sorted(draft.iterdir())
        refuse_locked(folder / path.name for path in made)
        for path in made:
            path.replace(folder / path.name)
    except OSError as error:
        raise unsaved(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
