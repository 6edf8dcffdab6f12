"""Names of drafts: what is being written lies beside its place, under a hidden name, until it is whole.

A run that is killed leaves its draft behind. The name says which machine and process it is of, so that the next run can
tell a draft that nobody will finish from one that is being written, and clears it away.
"""

import hashlib
import os
import platform
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.part")


def draft_beside(path: Path) -> Path:
    """A new name in the same folder. What killed runs of this machine left there is deleted.

    The name is short, so that a long one of ``path`` does not make it impossible.
    """
    with suppress(OSError):
        for left in path.parent.glob(".*.part"):
            known = _NAME.fullmatch(left.name)
            if known and known[1] == _machine() and not _runs(int(known[2])):
                _delete(left)
    return path.with_name(f".{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.part")


def _machine() -> str:
    return hashlib.sha256(platform.node().encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _runs(process: int) -> bool:
    """Whether there is such a process. Where that cannot be asked without harm (on Windows) there may be."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _delete(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
