"""Work for the tests of where work runs: items that are well, and items that end or exhaust their process."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

GIB = 1 << 30


class Done(NamedTuple):
    """A result: what was shared, the item, and the process it was made in."""

    shared: Any
    item: object
    process: int


def work(shared: Any, item: object) -> Done:
    """The item with what is shared, unless the item is a harm."""
    match item:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill worker":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(5)
        case ("sleep", float(seconds)):
            time.sleep(seconds)
        case "exit":
            os._exit(3)
        case "fill":
            return Done(shared, len(bytearray(GIB)), os.getpid())
        case ("kill once", folder):
            if not _tried(Path(str(folder))):
                os.kill(os.getpid(), signal.SIGKILL)
        case "folder":
            return Done(shared, str(Path.cwd()), os.getpid())
    return Done(shared, item, os.getpid())


def safely(shared: Any, item: object) -> Done:
    """`work`, with a word for want of memory."""
    try:
        return work(shared, item)
    except MemoryError:
        return Done(shared, "no memory", 0)


def lost(item: object) -> Done:
    """What a lost item comes to."""
    return Done("lost", item, 0)


def _tried(folder: Path) -> bool:
    """Whether this was tried before; from now on it was."""
    try:
        (folder / "tried").touch(exist_ok=False)
    except FileExistsError:
        return True
    return False


def alike(folder: str, sample: Sequence[object]) -> Mapping[str, str]:
    """What must be the same on every worker; a worker can be told to be another by its environment."""
    assert folder
    assert sample
    return {"program": os.environ.get("XLTOOL_TEST_PROGRAM", "1.0")}
