"""The streams of an OLE2 file ([MS-CFB]), by chains that are followed at most once around: none of them can loop."""

import struct

_HEADER = struct.Struct("<HH6x9I")  # from the sector size on, to the number of sectors that list the table
_FREE = 0xFFFFFFFA  # this and above are no sectors: the end of a chain, or marks of the table itself
_ENTRY_BYTES = 128
_ROOT, _STREAM = 5, 2
_IN_HEADER = 109  # sectors of the table that the header lists itself


class Compound:
    """An OLE2 file. Raises ValueError for what is none, or broken where it has to be read."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise ValueError("too short for a header")
        self._data = memoryview(data)
        fields = _HEADER.unpack_from(data, 30)
        shift, mini_shift, _directories, tables, first, _transaction, cutoff, mini, _minis, more, _mores = fields
        if shift not in (9, 12) or mini_shift != 6 or cutoff > 1 << 20:
            raise ValueError("sectors of an unknown size")
        self._size, self._cutoff = 1 << shift, cutoff
        self._table = self._numbers(self._listed(tables, more))
        self._entries = self._chained(first)
        self._mini_table = self._numbers(self._chain(mini, self._table)) if mini < _FREE else ()

    def stream(self, *names: str) -> bytes:
        """The bytes of the first of these streams that is there, whatever the case of its name."""
        found: dict[str, bytes] = {}
        root = b""
        for at in range(0, len(self._entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = self._entries[at : at + _ENTRY_BYTES]
            length, kind = int.from_bytes(entry[64:66], "little"), entry[66]
            if kind in (_ROOT, _STREAM) and 2 <= length <= 64:
                name = entry[: length - 2].decode("utf-16-le", "replace").casefold()
                found.setdefault(name, entry)
                root = root or (entry if kind == _ROOT else b"")
        for name in names:
            if name.casefold() in found:
                return self._content(found[name.casefold()], root)
        raise ValueError("no such stream")

    def _content(self, entry: bytes, root: bytes) -> bytes:
        start, size = struct.unpack_from("<IQ", entry, 116)
        size &= 0xFFFFFFFF  # version 3 may leave rubbish above
        if size >= self._cutoff:
            return self._chained(start)[:size]
        small = self._chained(struct.unpack_from("<I", root, 116)[0]) if root else b""
        return b"".join(small[at * 64 : at * 64 + 64] for at in self._chain(start, self._mini_table))[:size]

    def _sector(self, number: int) -> memoryview:
        at = (number + 1) * self._size
        if at >= len(self._data):
            raise ValueError("a sector past the end")
        return self._data[at : at + self._size]

    def _chain(self, start: int, table: tuple[int, ...]) -> list[int]:
        chain: list[int] = []
        while start < _FREE:
            if start >= len(table) or len(chain) >= len(table):
                raise ValueError("a chain without end")
            chain.append(start)
            start = table[start]
        return chain

    def _chained(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(start, self._table))

    def _numbers(self, sectors: list[int]) -> tuple[int, ...]:
        content = b"".join(self._sector(number) for number in sectors)
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _listed(self, count: int, more: int) -> list[int]:
        """The sectors of the table: those in the header, then those in sectors that are chained by their last entry."""
        sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76))
        most = len(self._data) // self._size + 1
        while more < _FREE:
            entries = struct.unpack(f"<{self._size // 4}I", bytes(self._sector(more)).ljust(self._size, b"\xff"))
            sectors += entries[:-1]
            more = entries[-1]
            if len(sectors) > most + self._size:
                raise ValueError("a table without end")
        return [number for number in sectors if number < _FREE][: min(count, most)]
