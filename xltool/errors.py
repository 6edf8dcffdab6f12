"""Exceptions that stop a command. An error an agency must correct is a Finding instead.

Every exception carries a stable ``code`` and the ``facts`` of its Chinese sentence, which `messages` holds.

- XltoolError
  - DefinitionError, RosterError: an input of the whole run is wrong
  - UsageError, WritingError: the command cannot be carried out, or its output not be saved
  - FileRowError, UnreadableFileError, ForeignFileError: one file; caught within the batch, which goes on without it
"""

import errno
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar


class XltoolError(Exception):
    """Base class: the command ends with exit code 2 and one message, which is also `str` of the exception.

    ``render`` makes that sentence of an exception; the package sets it, since sentences belong to `messages`.
    """

    render: ClassVar[Callable[["XltoolError"], str] | None] = None

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_error, (type(self), self.code, dict(self.facts))

    def __str__(self) -> str:
        if XltoolError.render is not None:
            try:
                return XltoolError.render(self)
            except KeyError:  # the code of a single file: its sentence is that of a finding
                pass
        return f"{self.code}: " + ", ".join(f"{key}={value}" for key, value in self.facts.items())


def _rebuild_error(error_type: type[XltoolError], code: str, facts: dict[str, object]) -> XltoolError:
    return error_type(code, **facts)


class DefinitionError(XltoolError):
    """A form definition is wrong; facts name file, place, problem and cure. ``others`` are its other mistakes."""

    others: tuple["DefinitionError", ...] = ()


class RosterError(XltoolError):
    """The roster cannot be read or contradicts itself."""


class UsageError(XltoolError):
    """The command cannot be carried out as given (no such path, output exists, nothing to do)."""


class WritingError(XltoolError):
    """A library refused to write a value, or the output could not be saved."""


class FileRowError(XltoolError):
    """What belongs to one file could not be written; caught within the merge, which leaves that file out.

    The cause is the exception that was raised.
    """

    def __init__(self, file: str) -> None:
        super().__init__("file.unexpected", file=file)
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return FileRowError, (self.file,)


class UnreadableFileError(XltoolError):
    """One file cannot be read (damaged, refused, vanished); caught within the batch and turned into a finding."""


class ForeignFileError(XltoolError):
    """One file is not a return of a known form (a picture, a lock file, another workbook)."""


class SystemFault(StrEnum):
    """Why the operating system did not read or write a file; `messages` has a word for each."""

    BUSY = "busy"
    DISK_FULL = "disk_full"
    IS_FOLDER = "is_folder"
    MISSING = "missing"
    NAME_TOO_LONG = "name_too_long"
    NOT_FOLDER = "not_folder"
    NO_ACCESS = "no_access"
    NO_MEMORY = "no_memory"
    READ_ONLY = "read_only"


_FAULTS = {
    errno.EACCES: SystemFault.NO_ACCESS,
    errno.EPERM: SystemFault.NO_ACCESS,
    errno.EBUSY: SystemFault.BUSY,
    errno.EDQUOT: SystemFault.DISK_FULL,
    errno.EISDIR: SystemFault.IS_FOLDER,
    errno.ENAMETOOLONG: SystemFault.NAME_TOO_LONG,
    errno.ENOENT: SystemFault.MISSING,
    errno.ENOMEM: SystemFault.NO_MEMORY,
    errno.ENOSPC: SystemFault.DISK_FULL,
    errno.ENOTDIR: SystemFault.NOT_FOLDER,
    errno.EROFS: SystemFault.READ_ONLY,
}


def find_system_fault(error: OSError) -> SystemFault | str:
    """Return the kind of a system error; its own text if it has no kind here."""
    return _FAULTS.get(error.errno or 0) or error.strerror or str(error)
