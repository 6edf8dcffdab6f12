"""What was made of a part before: the parse of a part is a function of its bytes, and of nothing else.

Returns of one template, saved by one program, share most of their parts to the byte. So a part whose stored bytes,
size and checksum are those of one that was read is not inflated and parsed again; what reading it cost is spent all the
same, and a part that was refused is never remembered. Each process remembers for itself, and forgets what was used
longest ago.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import Cost, Part

_Made = TypeVar("_Made")


class Memory(Generic[_Made]):
    """What was made of things, by what it follows from. Holds at most ``size`` bytes of them, as its users count."""

    def __init__(self, size: int = limits.REMEMBERED_BYTES) -> None:
        self._made: OrderedDict[Hashable, tuple[_Made, int]] = OrderedDict()
        self._free = size
        self._lock = RLock()

    def recall(self, key: Hashable) -> _Made | None:
        """What was kept for a key; None if nothing was, or not any more."""
        with self._lock:
            known = self._made.get(key)
            if known is None:
                return None
            self._made.move_to_end(key)
            return known[0]

    def keep(self, key: Hashable, made: _Made, size: int) -> None:
        """Keep what was made of something of ``size`` bytes."""
        with self._lock:
            self.forget(key)
            self._made[key] = (made, size)
            self._free -= size
            while self._free < 0 and self._made:
                self.forget(next(iter(self._made)))

    def forget(self, key: Hashable) -> None:
        """Keep no longer what is kept for a key, if anything is."""
        with self._lock:
            known = self._made.pop(key, None)
            if known is not None:
                self._free += known[1]


class Reader(Generic[_Made]):
    """A way to read parts, which remembers. What it gives back is shared: nobody changes it."""

    def __init__(self, read: Callable[[Part], _Made]) -> None:
        self._read = read
        self._memory: Memory[tuple[_Made, Cost]] = Memory()

    def __call__(self, part: Part) -> _Made:
        """What the part holds. Raises what reading it raises."""
        if part.content is None:
            return self._read(part)
        known = self._memory.recall(part.content)
        if known is not None:
            made, cost = known
            for what, amount in cost.items():
                part.effort.spend(part.name, what, amount)
            return made
        before = part.effort.left()
        made = self._read(part)
        self._memory.keep(part.content, (made, part.effort.spent_since(before)), part.content[1] + len(part.content[0]))
        return made
