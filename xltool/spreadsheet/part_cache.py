"""Cache parsed parts by their stored bytes, size and checksum, so a result can never belong to other content.

Workbooks of one template, saved by one program, share most of their parts. The limits are charged for a cached part as
if it had been parsed again; a refused part is never cached. Each process has its own cache; the least recently used
value is dropped first.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.part import EffortCost, Part

_Parsed = TypeVar("_Parsed")


class BoundedCache(Generic[_Parsed]):
    """A least-recently-used cache bounded by the total size of its values, in bytes as its users state them."""

    def __init__(self, max_bytes: int = limits.CACHE_BYTES) -> None:
        self._made: OrderedDict[Hashable, tuple[_Parsed, int]] = OrderedDict()
        self._free = max_bytes
        self._lock = RLock()

    def get_value(self, key: Hashable) -> _Parsed | None:
        """Return the cached value of a key; None if there is none."""
        with self._lock:
            known = self._made.get(key)
            if known is None:
                return None
            self._made.move_to_end(key)
            return known[0]

    def put_value(self, key: Hashable, parsed_part: _Parsed, size: int) -> None:
        """Cache a value of ``size`` bytes; drop old values beyond the bound."""
        with self._lock:
            self.drop_value(key)
            self._made[key] = (parsed_part, size)
            self._free -= size
            while self._free < 0 and self._made:
                self.drop_value(next(iter(self._made)))

    def drop_value(self, key: Hashable) -> None:
        """Drop the value of a key, if there is one."""
        with self._lock:
            known = self._made.pop(key, None)
            if known is not None:
                self._free += known[1]


class CachedReader(Generic[_Parsed]):
    """A function that reads parts, with a cache. Its results are shared and must not be changed.

    ``context`` is whatever else the result depends on; most functions have none.
    """

    def __init__(self, read: Callable[..., _Parsed]) -> None:
        self._read = read
        self._memory: BoundedCache[tuple[_Parsed, EffortCost]] = BoundedCache()

    def __call__(self, part: Part, *context: Hashable) -> _Parsed:
        """Return the parsed part. Raises whatever the reading function raises."""
        if part.content is None:
            return self._read(part, *context)
        key = (part.content, *context)
        known = self._memory.get_value(key)
        if known is not None:
            made, cost = known
            for what, amount in cost.items():
                part.effort.spend(part.name, what, amount)
            return made
        before = part.effort.copy_remaining()
        made = self._read(part, *context)
        self._memory.put_value(key, (made, part.effort.spent_since(before)), part.content[1] + len(part.content[0]))
        return made
