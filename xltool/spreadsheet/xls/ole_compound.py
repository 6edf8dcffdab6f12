"""Read the streams of an OLE2 compound file ([MS-CFB]); the length of every chain is bounded, so none can loop."""

import struct

_HEADER = struct.Struct("<HH6x9I")  # from the sector size to the number of DIFAT sectors
_FIRST_FREE = 0xFFFFFFFA  # values from here on are not sectors: end of chain, or markers of the table
_ENTRY_BYTES = 128
_ROOT, _STREAM = 5, 2
_HEADER_SECTORS = 109  # FAT sectors listed in the header


class CompoundFile:
    """An OLE2 file. Raises ValueError for other data, and for damage where it is read."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise ValueError("too short for a header")
        self._data = memoryview(data)
        fields = _HEADER.unpack_from(data, 30)
        shift, mini_shift, _directories, tables, first, _transaction, cutoff, mini, _minis, more, _mores = fields
        if shift not in (9, 12) or mini_shift != 6 or cutoff > 1 << 20:
            raise ValueError("sectors of an unknown size")
        self._size, self._cutoff = 1 << shift, cutoff
        self._table = self._read_sector_numbers(self._list_table_sectors(tables, more))
        self._entries = self._read_chain(first)
        self._mini_table = (
            self._read_sector_numbers(self._follow_chain(mini, self._table)) if mini < _FIRST_FREE else ()
        )

    def read_stream(self, *names: str) -> bytes:
        """Return the bytes of the first of these streams that exists; names ignore case."""
        entries: dict[str, bytes] = {}
        root = b""
        for at in range(0, len(self._entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = self._entries[at : at + _ENTRY_BYTES]
            length, kind = int.from_bytes(entry[64:66], "little"), entry[66]
            if kind in (_ROOT, _STREAM) and 2 <= length <= 64:
                name = entry[: length - 2].decode("utf-16-le", "replace").casefold()
                entries.setdefault(name, entry)
                root = root or (entry if kind == _ROOT else b"")
        for name in names:
            if name.casefold() in entries:
                return self._read_content(entries[name.casefold()], root)
        raise ValueError("no such stream")

    def _read_content(self, entry: bytes, root: bytes) -> bytes:
        start, size = struct.unpack_from("<IQ", entry, 116)
        size &= 0xFFFFFFFF  # in version 3 the upper half is undefined
        if size >= self._cutoff:
            return self._read_chain(start)[:size]
        small = self._read_chain(struct.unpack_from("<I", root, 116)[0]) if root else b""
        return b"".join(small[at * 64 : at * 64 + 64] for at in self._follow_chain(start, self._mini_table))[:size]

    def _read_sector(self, number: int) -> memoryview:
        at = (number + 1) * self._size
        if at >= len(self._data):
            raise ValueError("a sector past the end")
        return self._data[at : at + self._size]

    def _follow_chain(self, start: int, sector_table: tuple[int, ...]) -> list[int]:
        chain: list[int] = []
        while start < _FIRST_FREE:
            if start >= len(sector_table) or len(chain) >= len(sector_table):
                raise ValueError("a chain without end")
            chain.append(start)
            start = sector_table[start]
        return chain

    def _read_chain(self, start: int) -> bytes:
        return b"".join(self._read_sector(number) for number in self._follow_chain(start, self._table))

    def _read_sector_numbers(self, sectors: list[int]) -> tuple[int, ...]:
        content = b"".join(self._read_sector(number) for number in sectors)
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _list_table_sectors(self, count: int, more: int) -> list[int]:
        """Return the FAT sectors: those in the header, then those in DIFAT sectors chained by their last entry."""
        sectors = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", self._data, 76))
        most = len(self._data) // self._size + 1
        while more < _FIRST_FREE:
            entries = struct.unpack(f"<{self._size // 4}I", bytes(self._read_sector(more)).ljust(self._size, b"\xff"))
            sectors += entries[:-1]
            more = entries[-1]
            if len(sectors) > most + self._size:
                raise ValueError("a table without end")
        return [number for number in sectors if number < _FIRST_FREE][: min(count, most)]
