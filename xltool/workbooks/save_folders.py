"""Write folders completely or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xltool.workbooks.earlier_versions import keep_earlier_folder
from xltool.workbooks.save_files import refuse_filled_folder, refuse_locked_files, save_error
from xltool.workbooks.temporary_names import temporary_path


def refuse_foreign_folder(folder: Path, own_file: str) -> None:
    """Raise UsageError if ``folder`` is a file, or holds anything but not ``own_file``, which an earlier run wrote."""
    if not (folder / own_file).is_file():
        refuse_filled_folder(folder, force=False)


@contextmanager
def stage_folder(folder: Path, *, force: bool = False, keep_earlier: bool = False) -> Iterator[Path]:
    """Yield a temporary folder; on success its files are moved into ``folder`` when the context exits.

    With ``keep_earlier``, what ``folder`` held before stays beside it under another name. Raises UsageError if the
    folder is not empty (unless ``force`` or ``keep_earlier``), WritingError if it cannot be written.
    """
    refuse_filled_folder(folder, force=force or keep_earlier)
    draft = temporary_path(folder)
    try:
        draft.mkdir(parents=True)
        yield draft
        if keep_earlier:
            keep_earlier_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        written = sorted(draft.iterdir())
        refuse_locked_files(folder / path.name for path in written)
        for path in written:
            path.replace(folder / path.name)
    except OSError as error:
        raise save_error(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def create_whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a draft folder that is renamed to ``folder`` at the end, if it is not empty and no error occurred.

    What ``folder`` held before stays beside it under another name. Raises WritingError if it cannot be written.
    """
    draft = temporary_path(folder)
    try:
        draft.mkdir(parents=True)
        yield draft
        if any(draft.iterdir()):
            keep_earlier_folder(folder)
            if folder.exists():
                folder.rmdir()
            draft.rename(folder)
    except OSError as error:
        raise save_error(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
