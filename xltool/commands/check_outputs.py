"""Check the outputs of a command before any work: none may be one of its inputs.

Every command that writes files calls `check_outputs`. A path counts as an input however it is spelled: through a link,
a hard link, another spelling, or as a file in a folder that is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from xltool.errors import UsageError
from xltool.spreadsheet import remote_files
from xltool.spreadsheet.find_files import find_files
from xltool.spreadsheet.load_file import FileSource, MemoryFile
from xltool.workbooks.save_files import save_error

WRITTEN_SUFFIXES, PAGE_SUFFIXES = (".xlsx",), (".html", ".htm")


class OutputFile(NamedTuple):
    """A file a command will write: its path and the suffixes it may have (the usual one first; empty: any).

    ``is_own`` recognizes an existing file as one that an earlier run of this command wrote. Such a file may lie in a
    folder of inputs and be replaced; it is no input itself.
    """

    path: Path
    suffixes: tuple[str, ...] = ()
    is_own: Callable[[Path], bool] = lambda path: False


def check_outputs(
    files: Sequence[OutputFile],
    inputs: Sequence[FileSource | str],
    sources: Iterable[FileSource] = (),
    folders: Sequence[Path] = (),
) -> tuple[Path, ...]:
    """Check output ``files`` and ``folders`` against ``inputs`` and the ``sources`` of the run context.

    Returns the existing output files, which are not to be read as inputs. Raises UsageError for a wrong suffix, a
    folder that does not exist, two outputs at one path, and an output that is an input.
    """
    for file in files:
        _check_suffix(file)
        _check_parent_folder(file.path)
    _check_distinct([*(file.path for file in files), *folders])
    given = [path for place in (*inputs, *sources) if (path := _as_local_path(place)) is not None]
    _check_folders(folders, given)
    existing = [file for file in files if file.path.exists()]
    if existing:
        _check_files(existing, given)
    return tuple(file.path for file in existing)


def create_folder(folder: Path) -> None:
    """Create an output folder and its parents. Raises WritingError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise save_error(folder, error) from error


def _as_local_path(source: FileSource | str) -> Path | None:
    """Return the path of an input; None for a file in a remote store or in memory."""
    if isinstance(source, Path):
        return source
    if isinstance(source, MemoryFile):
        return None
    return remote_files.find_local_path(source) or (None if remote_files.is_store_address(source) else Path(source))


def _check_suffix(file: OutputFile) -> None:
    if file.suffixes and file.path.suffix.lower() not in file.suffixes:
        expected = file.suffixes[0]
        suggested = file.path.with_suffix(expected).name if file.path.name else expected
        raise UsageError("usage.output_suffix", path=str(file.path), expected=expected, suggested=suggested)


def _check_parent_folder(path: Path) -> None:
    if path.is_dir():
        raise UsageError("usage.output_is_folder", path=str(path))
    if not path.parent.is_dir():
        raise UsageError("usage.no_output_folder", path=path.name, folder=str(path.parent))


def _check_distinct(paths: Sequence[Path]) -> None:
    seen: dict[object, Path] = {}
    for path in paths:
        other = seen.setdefault(_identify(path), path)
        if other is not path:
            raise UsageError("usage.outputs_same", path=str(path), other=str(other))


def _check_folders(folders: Sequence[Path], given: Sequence[Path]) -> None:
    """Refuse a folder to write that is itself given as an input."""
    inputs = {_identify(path) for path in given}
    for folder in folders:
        if folder.exists() and _identify(folder) in inputs:
            raise UsageError("usage.output_is_input", path=str(folder))


def _check_files(existing: Sequence[OutputFile], given: Sequence[Path]) -> None:
    """Refuse a file to write that is given as an input, or lies in a folder of inputs and is not our own output."""
    named = {_identify(path): path for path in given if not path.is_dir()}
    below = {_identify(path): path for path in _iterate_files_below(given)}
    for file in existing:
        key = _identify(file.path)
        source = named.get(key) or (None if file.is_own(file.path) else below.get(key))
        if source is not None:
            raise UsageError("usage.output_replaces_input", path=str(file.path), input=str(source))


def _iterate_files_below(given: Sequence[Path]) -> Iterator[Path]:
    yield from find_files([path for path in given if path.is_dir()])


def _identify(path: Path) -> object:
    """Return a key that is equal for all spellings of one file: device and inode, else the resolved path."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        status = None
    if status is not None and status.st_ino:
        return status.st_dev, status.st_ino
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()
