"""Save files completely or not at all; existing files are replaced only with ``force``."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from xltool.errors import SystemFault, UsageError, WritingError, find_system_fault
from xltool.workbooks.temporary_names import temporary_path


def save_file(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file completely or not at all: write and sync a temporary file in the same folder, then rename it.

    Raises UsageError if ``path`` exists (unless ``force``), WritingError if it cannot be saved.
    """
    refuse_existing([path], force=force)
    draft = temporary_path(path)
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise save_error(path, error) from error
    finally:
        with suppress(OSError):  # on Windows a virus scanner may briefly lock it
            draft.unlink(missing_ok=True)


def refuse_locked_files(paths: Iterable[Path]) -> None:
    """Raise WritingError for the first of ``paths`` locked by another program, as by Excel on Windows.

    Call it before long work, and before the first of several files is replaced.
    """
    for path in paths:
        if path.is_file():
            try:
                with path.open("r+b"):
                    pass
            except OSError as error:
                raise save_error(path, error) from error


def save_error(path: Path, error: OSError) -> WritingError:
    """Return the WritingError for a file that could not be saved."""
    fault = find_system_fault(error)
    return WritingError(_FAULT_CODES.get(fault, "writing.not_saved"), file=str(path), reason=fault)


_FAULT_CODES: dict[str, str] = {
    SystemFault.DISK_FULL: "writing.disk_full",
    SystemFault.MISSING: "writing.no_folder",
    SystemFault.NAME_TOO_LONG: "writing.name_too_long",
    SystemFault.NOT_FOLDER: "writing.no_folder",
}


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Raise UsageError for the first of ``paths`` that exists, unless ``force``."""
    existing = None if force else next(filter(Path.exists, paths), None)
    if existing is not None:
        raise UsageError("usage.output_exists", path=str(existing))


def refuse_filled_folder(folder: Path, *, force: bool) -> None:
    """Raise UsageError if ``folder`` is a file, or is not empty (unless ``force``)."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not force)):
        raise UsageError("usage.folder_not_empty", path=str(folder))
