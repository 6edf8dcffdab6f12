"""Compact mappings for the figures of a submission: a tuple of numbers plus a layout that many submissions share.

Submissions of one form differ in their numbers, rarely in the positions and formulas of their cells, so that
positions and formulas are stored once for all of them.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xltool.model.form import Number
from xltool.model.submission import Entry, EntryState

NOTE_NOT_READ = "not_read"  # note of a blank entry whose figure could not be read: the report itself may have one


class EntryPosition(NamedTuple):
    """The position of one figure and the formula in that cell."""

    sheet: str
    address: str
    formula: str | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class EntryLayout:
    """The positions of a form's figures in some workbooks; ``index`` maps a cell id to its number in form order.

    ``inputs`` are the numbers of the cells that an agency fills in.
    """

    index: Mapping[str, int]
    positions: tuple[EntryPosition, ...]
    inputs: frozenset[int]

    def __reduce__(self) -> tuple[object, ...]:
        return share_entry_layout, (tuple(self.index), self.positions, self.inputs)


@lru_cache(maxsize=64)
def share_entry_layout(
    cell_ids: tuple[str, ...], positions: tuple[EntryPosition, ...], inputs: frozenset[int]
) -> EntryLayout:
    """Return the layout of these cells, the same object for equal arguments."""
    return EntryLayout({cell: number for number, cell in enumerate(cell_ids)}, positions, inputs)


class CompactEntries(Mapping[str, Entry]):
    """A mapping from cell id to `Entry` for every cell of a form in one workbook.

    ``numbers`` holds non-negative numbers stored exactly as written, None for a blank; every other entry is kept whole
    in ``exceptions``, with None as its number. If ``declared``, blank inputs are declared to be zero.
    """

    __slots__ = ("declared", "exceptions", "layout", "numbers")

    def __init__(
        self, layout: EntryLayout, numbers: Sequence[Number | None], exceptions: Mapping[str, Entry], *, declared: bool
    ) -> None:
        self.layout = layout
        self.numbers = tuple(numbers)
        self.exceptions = exceptions
        self.declared = declared

    def __getitem__(self, cell: str) -> Entry:
        if cell in self.exceptions:
            return self.exceptions[cell]
        number = self.layout.index[cell]
        value = self.numbers[number]
        sheet, address, formula = self.layout.positions[number]
        if value is None:
            zero = self.declared and number in self.layout.inputs
            return Entry(cell, EntryState.BLANK, 0 if zero else None, None, sheet, address, None, zero)
        raw = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return Entry(cell, EntryState.NUMBER, value, raw, sheet, address, formula)

    def __contains__(self, cell: object) -> bool:
        return cell in self.layout.index

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout.index)

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_entries, (self.layout, self.numbers, self.exceptions, self.declared)


def _rebuild_entries(
    layout: EntryLayout,
    numbers: tuple[Number | None, ...],
    exceptions: Mapping[str, Entry],
    declared: bool,  # noqa: FBT001 - by `__reduce__`
) -> CompactEntries:
    return CompactEntries(layout, numbers, exceptions, declared=declared)


class CompactValues(Mapping[str, Number | None]):
    """A mapping from every cell id of a form to its figure or None."""

    __slots__ = ("index", "numbers")

    def __init__(self, index: Mapping[str, int], numbers: Sequence[Number | None]) -> None:
        self.index = index
        self.numbers = tuple(numbers)

    def __getitem__(self, cell: str) -> Number | None:
        return self.numbers[self.index[cell]]

    def __contains__(self, cell: object) -> bool:
        return cell in self.index

    def __iter__(self) -> Iterator[str]:
        return iter(self.index)

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return repr(dict(self))

    def keys(self) -> KeysView[str]:
        """Return the cell ids."""
        return self.index.keys()

    def items(self) -> ItemsView[str, Number | None]:
        """Return pairs of cell id and figure."""
        return _CompactItems(self)

    def __reduce__(self) -> tuple[object, ...]:
        return CompactValues, (self.index, self.numbers)


def list_numbers(values: Mapping[str, Number | None], cell_ids: Sequence[str]) -> Sequence[Number | None]:
    """Return the figures of these cells, None for a missing one; those of compact values without a copy."""
    if isinstance(values, CompactValues) and list(values.index) == cell_ids:
        return values.numbers
    return list(map(values.get, cell_ids))


class _CompactItems(ItemsView[str, Number | None]):
    """Iterate over the pairs without one lookup per cell."""

    _mapping: CompactValues

    def __iter__(self) -> Iterator[tuple[str, Number | None]]:
        return zip(self._mapping.index, self._mapping.numbers, strict=True)


def iterate_unusual_entries(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Yield every entry that is not a non-negative number, in form order."""
    candidates: Iterable[Entry] = entries.values()
    if isinstance(entries, CompactEntries):
        numbered = zip(entries.layout.index, entries.numbers, strict=True)
        candidates = (entries[cell] for cell, number in numbered if number is None)
    for entry in candidates:
        if entry.state is not EntryState.NUMBER or entry.value is None or entry.value < 0:
            yield entry


def find_entry_layout(entries: Mapping[str, Entry]) -> EntryLayout:
    """Return the layout of entries, building one for a plain mapping."""
    if isinstance(entries, CompactEntries):
        return entries.layout
    spots = tuple(EntryPosition(entry.sheet, entry.address, entry.formula) for entry in entries.values())
    return share_entry_layout(tuple(entries), spots, frozenset())
