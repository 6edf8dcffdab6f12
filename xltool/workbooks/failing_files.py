"""Name the file whose row in an output cannot be written, so that it can be left out and the rest be written."""

from collections.abc import Iterator
from contextlib import contextmanager

from xltool.errors import FileRowError
from xltool.model.consolidation import ReviewedFile


@contextmanager
def name_failing_file(item: ReviewedFile | None) -> Iterator[None]:
    """Turn an exception raised inside into a FileRowError of this file. Faults of the system, and of no file, stay."""
    try:
        yield
    except (OSError, MemoryError, FileRowError):
        raise
    except Exception as error:
        if item is None:
            raise
        raise FileRowError(item.file) from error
