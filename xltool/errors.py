"""The few exceptions that stop work. What an agency must correct is a Finding, never one of these.

Every exception carries a stable ``code`` and the ``facts`` its Chinese sentence needs; `texts` holds the words.
"""

from collections.abc import Mapping


class XltoolError(Exception):
    """Work cannot go on; the command ends with exit code 2 and one clear message."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, dict(self.facts))

    def __str__(self) -> str:
        return f"{self.code}: " + ", ".join(f"{key}={value}" for key, value in self.facts.items())


def _rebuild(kind: type[XltoolError], code: str, facts: dict[str, object]) -> XltoolError:
    return kind(code, **facts)


class DefinitionError(XltoolError):
    """A form definition is wrong; facts name file, place, problem and cure."""


class RosterError(XltoolError):
    """The roster cannot be read, or contradicts itself."""


class UsageError(XltoolError):
    """The command was asked for something impossible (no such path, output exists, nothing to do)."""


class WritingError(XltoolError):
    """A library refused to write something, or the output could not be saved."""


class UnreadableFileError(XltoolError):
    """One handed-in file cannot be read (damaged, refused, vanished). Never leaves the batch: it becomes a finding."""


class ForeignFileError(XltoolError):
    """One file found is not a return of a known form (a picture, a lock file, another workbook)."""
