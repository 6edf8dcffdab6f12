"""The figures of one workbook held closely: what many workbooks have in common is held once for all of them.

Thousands of submissions of one form differ in their numbers, hardly in where these stand or which formulas stand
there. `Entries` and `Figures` are the mappings a `Submission` holds: a tuple of numbers each, and what they share.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xltool.model.form import Number
from xltool.model.submission import Entry, State

NOT_READ = "not_read"  # the note of a blank that says nothing of its report: reading could not tell the figure


class Spot(NamedTuple):
    """Where one figure stands, and the formula there."""

    sheet: str
    address: str
    formula: str | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Places:
    """Where the figures of a form stand in some workbooks: ``index`` numbers the cells in the order of the form.

    ``inputs`` are the numbers of those that an agency fills in.
    """

    index: Mapping[str, int]
    spots: tuple[Spot, ...]
    inputs: frozenset[int]

    def __reduce__(self) -> tuple[object, ...]:
        return places, (tuple(self.index), self.spots, self.inputs)


@lru_cache(maxsize=64)
def places(cells: tuple[str, ...], spots: tuple[Spot, ...], inputs: frozenset[int]) -> Places:
    """The places of these cells; the same ones for the same cells and spots."""
    return Places({cell: number for number, cell in enumerate(cells)}, spots, inputs)


class Entries(Mapping[str, Entry]):
    """What every cell of a form held in one workbook.

    ``numbers`` are numbers from 0 that stand there just as they are written, None a blank; ``odd`` is every entry that
    is told otherwise, its number None too. ``declared``: blanks of inputs are declared to be zero.
    """

    __slots__ = ("declared", "numbers", "odd", "places")

    def __init__(
        self, where: Places, numbers: Sequence[Number | None], odd: Mapping[str, Entry], *, declared: bool
    ) -> None:
        self.places = where
        self.numbers = tuple(numbers)
        self.odd = odd
        self.declared = declared

    def __getitem__(self, cell: str) -> Entry:
        if cell in self.odd:
            return self.odd[cell]
        number = self.places.index[cell]
        value = self.numbers[number]
        sheet, address, formula = self.places.spots[number]
        if value is None:
            zero = self.declared and number in self.places.inputs
            return Entry(cell, State.BLANK, 0 if zero else None, None, sheet, address, None, zero)
        raw = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return Entry(cell, State.NUMBER, value, raw, sheet, address, formula)

    def __contains__(self, cell: object) -> bool:
        return cell in self.places.index

    def __iter__(self) -> Iterator[str]:
        return iter(self.places.index)

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[object, ...]:
        return _entries, (self.places, self.numbers, self.odd, self.declared)


def _entries(where: Places, numbers: tuple[Number | None, ...], odd: Mapping[str, Entry], declared: bool) -> Entries:
    return Entries(where, numbers, odd, declared=declared)


class Figures(Mapping[str, Number | None]):
    """A figure, or None, for every cell of a form."""

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
        """The cells."""
        return self.index.keys()

    def items(self) -> ItemsView[str, Number | None]:
        """Cells with their figures."""
        return _Pairs(self)

    def __reduce__(self) -> tuple[object, ...]:
        return Figures, (self.index, self.numbers)


class _Pairs(ItemsView[str, Number | None]):
    """Pairs of a `Figures`, without looking up each."""

    _mapping: Figures

    def __iter__(self) -> Iterator[tuple[str, Number | None]]:
        return zip(self._mapping.index, self._mapping.numbers, strict=True)


def unusual(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Every entry but numbers that are not negative, in the order of the form."""
    looked_at: Iterable[Entry] = entries.values()
    if isinstance(entries, Entries):
        held = zip(entries.places.index, entries.numbers, strict=True)
        looked_at = (entries[cell] for cell, number in held if number is None)
    for entry in looked_at:
        if entry.state is not State.NUMBER or entry.value is None or entry.value < 0:
            yield entry


def places_of(entries: Mapping[str, Entry]) -> Places:
    """Where entries stand, however they are held."""
    if isinstance(entries, Entries):
        return entries.places
    spots = tuple(Spot(entry.sheet, entry.address, entry.formula) for entry in entries.values())
    return places(tuple(entries), spots, frozenset())
