"""Explain in the user's language why a settings file in TOML cannot be read."""

import re
import tomllib
from enum import StrEnum
from pathlib import Path

from xltool.errors import UsageError, find_system_fault

_POSITION = re.compile(r"line (\d+), column (\d+)")


class TomlFault(StrEnum):
    """What is wrong with a settings file as a whole."""

    NOT_UTF8 = "not_utf8"
    AT_END = "at_end"


def explain_toml_error(
    code: str, path: Path | str, error: OSError | UnicodeDecodeError | tomllib.TOMLDecodeError
) -> UsageError:
    """Return the error of this code, or the one ending in ``_at`` with line and column where they are known."""
    if isinstance(error, OSError):
        return UsageError(code, path=str(path), problem=find_system_fault(error))
    if isinstance(error, UnicodeDecodeError):
        return UsageError(code, path=str(path), problem=TomlFault.NOT_UTF8)
    position = _POSITION.search(str(error))
    if position is None:
        return UsageError(code, path=str(path), problem=TomlFault.AT_END)
    return UsageError(f"{code}_at", path=str(path), line=int(position[1]), column=int(position[2]))
