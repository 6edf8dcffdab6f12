"""Names of temporary files: output is written under a hidden name in the target folder until it is complete.

A killed run leaves its temporary file behind. The name contains machine and process id, so that a later run can delete
the temporary files of dead processes and leave those of running ones.
"""

import hashlib
import os
import platform
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

_TEMPORARY_NAME = re.compile(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.part")


def temporary_path(path: Path) -> Path:
    """Return a new hidden path in the same folder; delete what killed runs of this machine left there.

    The name is short: it must be valid even where the name of ``path`` is as long as the file system allows.
    """
    with suppress(OSError):
        for left in path.parent.glob(".*.part"):
            match = _TEMPORARY_NAME.fullmatch(left.name)
            if match and match[1] == _machine_id() and not _is_running(int(match[2])):
                _delete_leftover(left)
    return path.with_name(f".{_machine_id()}-{os.getpid()}-{secrets.token_hex(4)}.part")


def _machine_id() -> str:
    return hashlib.sha256(platform.node().encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _is_running(process: int) -> bool:
    """Return True if the process may be running; always True where testing could harm it (Windows)."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _delete_leftover(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
