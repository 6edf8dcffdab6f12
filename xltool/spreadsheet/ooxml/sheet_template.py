"""What a worksheet is apart from its values: its shape. Returns of one template have few shapes and many values.

A sheet part is torn into its frame (all of its bytes but what stands between ``<v>`` and ``</v>``) and its values. What
a frame means was found by reading one such sheet strictly; a sheet with the same frame, and with values that mean
nothing but themselves, is that shape with other values. Whatever is unusual is read strictly each time: a value with
a reference, an escape or a forbidden character in it, an empty one, a part of more than one piece.
"""

import re
from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, TypeVar, overload

from xltool.errors import UnreadableFileError
from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.raw_workbook import RawCell, StorageType

SHORT = 40  # characters of a stored number that need no second look
INDEX = 8  # digits that no number of a shared string has in honest files: there are too few of them
_BODY, _END = b"<sheetData", b"</sheetData>"
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_MARK = b"\0"  # no XML holds it: where a value was
# Values that could mean something else than what stands there, or that no XML may hold.
_ODD = re.compile("[&\x01-\x08\x0b-\x1f\ufffe\uffff]|]]>|x14ac:|_x")
# What differs from save to save in front of the rows and is never looked at: its letters and digits do not matter.
_IDLE = (
    (re.compile(rb'( xr:uid="\{)[0-9A-Fa-f-]+(\}")'), rb"\1\2"),
    (re.compile(rb'(<selection (?:pane="[A-Za-z]+" )?activeCell=")[A-Z0-9]+(" sqref=")[A-Z0-9:]+("/>)'), rb"\1\2\3"),
)

_Default = TypeVar("_Default")


class Torn(NamedTuple):
    """A worksheet part in two: its frame, and its values in their order. ``around``: its bytes outside the rows."""

    frame: bytes
    values: tuple[str, ...]
    around: int


class Mould(NamedTuple):
    """All of a cell but its text."""

    stored: StorageType
    formula: str | None
    locked: bool
    look: CellLook


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The structure of the cells of one worksheet.

    ``index`` is where each address stands among the ``moulds``. ``shared`` takes those values that number a shared
    string, ``told`` are the places of those that are no numbers either, ``constant`` are texts that are no values.
    ``laid_out`` makes the text of every cell out of the values, the constant texts and the shared strings, in a row.
    ``silent`` is how many cells have no text; ``seen`` and ``characters`` are what the cells cost besides their values.
    """

    index: Mapping[str, int]
    moulds: tuple[Mould, ...]
    constant: tuple[str, ...]
    shared: Callable[[Sequence[str]], tuple[str, ...]]
    told: frozenset[int]
    laid_out: Callable[[Sequence[str]], tuple[str, ...]]
    silent: int
    seen: int
    characters: int


class Grid(Mapping[str, RawCell]):
    """The cells of a sheet by address: a shape and the texts in it. Each cell is made when it is looked at."""

    __slots__ = ("shape", "texts")

    def __init__(self, shape: Shape, texts: Sequence[str]) -> None:
        self.shape = shape
        self.texts = texts

    def __getitem__(self, address: str) -> RawCell:
        at = self.shape.index[address]
        stored, formula, locked, look = self.shape.moulds[at]
        return RawCell(stored, self.texts[at], formula, locked, look)

    @overload
    def get(self, address: str, /) -> RawCell | None: ...
    @overload
    def get(self, address: str, /, default: RawCell | _Default) -> RawCell | _Default: ...
    def get(self, address: str, /, default: object = None) -> object:
        """The cell at an address, or ``default``."""
        return self[address] if address in self.shape.index else default

    def __contains__(self, address: object) -> bool:
        return address in self.shape.index

    def __iter__(self) -> Iterator[str]:
        return iter(self.shape.index)

    def __len__(self) -> int:
        return len(self.shape.index)

    def keys(self) -> KeysView[str]:
        """The addresses."""
        return self.shape.index.keys()


def picking(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """What takes the texts at these places out of a row of texts, in this order."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda texts: tuple(texts[place] for place in places)


def tear(part: Part) -> Torn | None:
    """A part in two; None where it must be read strictly."""
    try:
        data = b"".join(part.pieces())
        start, end = rows_in(data)
        pieces = _VALUE.split(data[start:end])
        values = b"\0".join(pieces[1::2]).decode()
    except (ValueError, UnreadableFileError):  # what is wrong with it is told when it is read strictly
        return None
    if _MARK in data or _ODD.search(values):
        return None
    head, tail = data[:start], data[end:]
    for pattern, rest in _IDLE:
        head = pattern.sub(rest, head)
    held = tuple(values.split("\0")) if len(pieces) > 1 else ()
    if held and max(map(len, held)) > limits.MAX_TEXT_CHARACTERS:
        return None
    return Torn(_MARK.join((head, *pieces[0::2], tail)), held, start + len(data) - end)


torn = CachedReader(tear)


def rows_in(data: bytes) -> tuple[int, int]:
    """Where the rows of a worksheet begin and end. Raises ValueError where that is not plain."""
    start = data.index(b">", data.index(_BODY)) + 1
    return start, data.index(_END, start)


def is_index(text: str) -> bool:
    """Whether a text is plainly the number of a shared string."""
    return len(text) < INDEX and text.isdecimal() and text.isascii()


def filled(shape: Shape, values: Sequence[str], strings: Sequence[str]) -> Grid | None:
    """The cells of a shape with these values; None where they must be read strictly."""
    if values and max(map(len, values)) >= SHORT and not shape.told.issuperset(_long(values)):
        return None
    numbers = shape.shared(values)
    digits = "".join(numbers)
    if numbers and not (digits.isascii() and digits.isdecimal() and max(map(len, numbers)) < INDEX):
        return None
    try:
        texts = shape.laid_out((*values, *shape.constant, *map(strings.__getitem__, map(int, numbers))))
    except IndexError:
        return None
    return Grid(shape, texts) if texts.count("") == shape.silent else None


def _long(values: Sequence[str]) -> list[int]:
    return [number for number, value in enumerate(values) if len(value) >= SHORT]


def characters(shape: Shape, values: Sequence[str]) -> int:
    """How much text the cells of a shape with these values are counted as."""
    return shape.characters + sum(len(values[number]) for number in shape.told)
