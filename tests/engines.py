"""Work for the tests of where work runs: items that are well, and items that end or exhaust their process."""

import os
import signal
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
