"""Inputs and outputs of the public functions: paths, bytes and binary streams are equivalent."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile

from xltool.spreadsheet.load_file import FileSource, MemoryFile

Input = str | Path | bytes | BinaryIO | MemoryFile
Output = str | Path | BinaryIO

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
_MEMBER_SUFFIXES = (("xl/", ".xlsx"), ("word/", ".docx"), ("content.xml", ".ods"))


def list_inputs(inputs: Input | Iterable[Input]) -> list[Input]:
    """Return the inputs of a call as a list; a single one may be given by itself."""
    if isinstance(inputs, str | Path | bytes | MemoryFile):
        return [inputs]
    return [cast("BinaryIO", inputs)] if hasattr(inputs, "read") else list(inputs)


def to_place(source: Input, number: int = 1) -> FileSource | str:
    """Return a path (or address, as str), or the content of a stream or bytes object under a name.

    The name of a stream is its own ``name``, that of bytes ``input-1`` with a suffix that fits the content.
    """
    match source:
        case str() | Path() | MemoryFile():
            return source
        case bytes():
            return _name_content(source, number)
    data = source.read()
    name = getattr(source, "name", "")
    return MemoryFile(Path(name).name, data) if isinstance(name, str) and name else _name_content(data, number)


def to_places(inputs: Input | Iterable[Input]) -> list[FileSource | str]:
    """Return `to_place` of every input, numbered."""
    return [to_place(source, number) for number, source in enumerate(list_inputs(inputs), start=1)]


def to_file(source: Input, number: int = 1) -> FileSource:
    """Return a local path, or the content of a stream or bytes object under a name."""
    place = to_place(source, number)
    return Path(place) if isinstance(place, str) else place


def to_files(inputs: Input | Iterable[Input]) -> list[FileSource]:
    """Return `to_file` of every input, numbered."""
    return [to_file(source, number) for number, source in enumerate(list_inputs(inputs), start=1)]


@contextmanager
def as_path(source: Input | None, name: str) -> Iterator[Path | None]:
    """Yield a path to an input; bytes and streams are in a temporary file called ``name`` while the context is open."""
    if source is None or isinstance(source, str | Path):
        yield Path(source) if source is not None else None
        return
    place = to_file(source)
    if isinstance(place, Path):
        yield place
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(place.data)
        yield path


@contextmanager
def output_path(output: Output | None, name: str) -> Iterator[Path | None]:
    """Yield the path to write an output to; for a stream a temporary one, copied to it when the context exits.

    Nothing is written to the stream if the context raises.
    """
    if output is None or isinstance(output, str | Path):
        yield Path(output) if output is not None else None
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        yield path
        if path.exists():
            output.write(path.read_bytes())


@contextmanager
def all_as_paths(*sources: tuple[Input | None, str]) -> Iterator[list[Path | None]]:
    """Yield `as_path` of several inputs."""
    with ExitStack() as stack:
        yield [stack.enter_context(as_path(source, name)) for source, name in sources]


def _name_content(data: bytes, number: int) -> MemoryFile:
    return MemoryFile(f"input-{number}{_guess_suffix(data)}", data)


def _guess_suffix(data: bytes) -> str:
    """Return the suffix that fits the content: functions for several kinds of files choose by it."""
    if data.startswith(_OLE_SIGNATURE):
        return ".xls"
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data.startswith(b"PK"):
        return _guess_package_suffix(data)
    return ".html"


def _guess_package_suffix(data: bytes) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError):
        return ".xlsx"
    return next((suffix for start, suffix in _MEMBER_SUFFIXES if any(name.startswith(start) for name in names)), ".zip")
