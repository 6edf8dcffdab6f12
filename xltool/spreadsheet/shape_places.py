"""Where shapes lie on the grid of a sheet: sizes of rows and columns, the cells that a shape covers."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.addresses import format_column

MIN_OPACITY = 0.8  # through less a figure is seen
_NEARLY = 0.01  # a share of a cell that rounding of lengths makes
_MIN_SHARE = 0.5  # of a cell; more must be covered


class GridPlace(NamedTuple):
    """A row or column, from 1, and the share of it that lies before a place."""

    number: int
    share: float


class AxisSizes:
    """The sizes of the rows, or of the columns, of a sheet in one unit of length, in runs of equal ones."""

    def __init__(self, default: float, last: int) -> None:
        self.default, self._last = default, last
        self._sizes: list[float] = []
        self._numbers = [0]  # the last row or column of each run, behind a 0
        self._ends = [0.0]  # where each run ends, behind a 0

    @classmethod
    def of_columns(cls, default: float) -> "AxisSizes":
        """Return sizes for columns, ``default`` that of those not described."""
        return cls(default, limits.MAX_COLUMNS)

    @classmethod
    def of_rows(cls, default: float) -> "AxisSizes":
        """Return sizes for rows, ``default`` that of those not described."""
        return cls(default, limits.MAX_ROWS)

    def add_run(self, count: int, size: float | None, *, hidden: bool) -> None:
        """Describe the next rows or columns; None for the default size."""
        count = min(count, self._last - self._numbers[-1])
        size = 0.0 if hidden else self.default if size is None else size
        if count > 0:
            if self._sizes and self._sizes[-1] == size:
                self._numbers[-1] += count
                self._ends[-1] += count * size
            else:
                self._sizes.append(size)
                self._numbers.append(self._numbers[-1] + count)
                self._ends.append(self._ends[-1] + count * size)

    def describe(self, first: int, last: int, size: float, *, hidden: bool) -> None:
        """Describe rows or columns by number, those between them and the ones before by the default size."""
        before = self._numbers[-1]
        if first > before:
            self.add_run(first - 1 - before, None, hidden=False)
            self.add_run(last - first + 1, size, hidden=hidden)

    def measure(self, number: int, share: float = 0.0) -> float:
        """Return how far from the first row or column a place lies."""
        run = bisect_left(self._numbers, number, 1) - 1
        size = self._sizes[run] if run < len(self._sizes) else self.default
        return self._ends[run] + (number - 1 - self._numbers[run] + share) * size

    def measure_size(self, number: int) -> float:
        """Return the size of one row or column."""
        return self.measure(number, 1.0) - self.measure(number)

    def locate(self, first: int, length: float) -> GridPlace:
        """Return the place so far behind the beginning of a row or column, the end of the grid at most."""
        at = self.measure(min(first, self._last)) + length
        run = bisect_right(self._ends, at, 1) - 1
        size = self._sizes[run] if run < len(self._sizes) else self.default
        passed, share = divmod((at - self._ends[run]) / size, 1.0) if size > 0 else (0.0, 0.0)
        is_at_end = share > 1 - _NEARLY
        number = self._numbers[run] + 1 + int(min(passed, self._last)) + is_at_end
        return GridPlace(number, 0.0 if is_at_end else share) if number <= self._last else GridPlace(self._last, 1.0)


class GroupFrame:
    """The place of a group of shapes on its sheet: ``lengths`` from the first column or row to each of its edges.

    ``inner_box`` has the same edges (left, upper, right, lower) in the coordinates of its shapes.
    """

    def __init__(
        self, inner_box: tuple[int, ...] = (), lengths: tuple[float, ...] = (), *, is_hidden: bool = False
    ) -> None:
        self.inner_box, self.lengths, self.is_hidden = inner_box, lengths, is_hidden

    def convert(self, box: tuple[int, ...]) -> tuple[float, ...]:
        """Return the lengths of the edges of a shape in the group; none if they cannot be known."""
        if not self.lengths or not self.inner_box or not box:
            return ()
        left, top, right, bottom = self.inner_box
        scales = [
            (end - begin) / (last - first) if last > first else 0.0
            for begin, end, first, last in zip(
                self.lengths[:2], self.lengths[2:], (left, top), (right, bottom), strict=True
            )
        ]
        starts = ((left, self.lengths[0]), (top, self.lengths[1])) * 2
        pairs = zip(box, starts, scales * 2, strict=True)
        return tuple(max(length + (edge - first) * scale, 0.0) for edge, (first, length), scale in pairs)


def find_covered_area(down: tuple[GridPlace, GridPlace], across: tuple[GridPlace, GridPlace]) -> str:
    """Return the range of cells of which a shape covers more than half; empty if there is none.

    ``down`` and ``across`` are where the shape begins and ends, by row and by column.
    """
    corners = [
        (first.number + (first.share > _MIN_SHARE), last.number - (last.share <= _MIN_SHARE))
        for first, last in (down, across)
    ]
    (top, bottom), (left, right) = corners
    return "" if bottom < top or right < left else f"{format_cell(top, left)}:{format_cell(bottom, right)}"


def format_cell(row: int, column: int) -> str:
    """Return the address of a cell."""
    return f"{format_column(min(column, limits.MAX_COLUMNS))}{row}"
