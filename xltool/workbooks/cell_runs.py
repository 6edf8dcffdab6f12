"""Cells that XlsxWriter stores and writes as one of its own: runs in a row, and equal cells below each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from xltool.forms.cell_addresses import column_letters
from xltool.model.form import Number

_MAX_EXACT_INTEGER = 10**15  # integers below are written with all digits


@dataclass(frozen=True)
class RunFormats:
    """The formats of a run of cells from ``column`` on, with and without a number."""

    column: int
    filled: Sequence[Any]
    blank: Any

    @cached_property
    def xml_pieces(self) -> list[tuple[str, str, str]]:
        """XML of each cell: before its row number, and after it with and without a number.

        Valid only while sheets are written: the library numbers formats then.
        """
        begin = [f'<c r="{column_letters(self.column + at)}' for at in range(len(self.filled))]
        filled = [f'" s="{look._get_xf_index()}"><v>' for look in self.filled]
        blank = f'" s="{self.blank._get_xf_index()}"/>'
        return [(start, piece, blank) for start, piece in zip(begin, filled, strict=True)]


class FigureRun(NamedTuple):
    """Adjacent figures in one row, except the last one, which is a cell of its own.

    The library stores and writes each cell separately, which takes most of the run time for thousands of agencies and a
    hundred bytes a cell. A run is stored as one cell of the library's table and writes the same XML elements.
    """

    numbers: Sequence[Number | None]
    looks: RunFormats

    def to_xml(self, row: int) -> str:
        """Return the XML of the cells, in a row counted from 1."""
        return "".join(
            [
                f"{begin}{row}{blank}" if number is None else f"{begin}{row}{filled}{_format_number(number)}</v></c>"
                for number, (begin, filled, blank) in zip(self.numbers, self.looks.xml_pieces, strict=False)
            ]
        )


class ListRow(NamedTuple):
    """Adjacent texts (as shared string indices) and figures, each in its style; see `FigureRun`."""

    column: int
    contents: Sequence[tuple[str, int | Number] | None]
    looks: Sequence[Any]

    def to_xml(self, row: int) -> str:
        """Return the XML of the cells, in a row counted from 1."""
        pieces = []
        for at, (content, look) in enumerate(zip(self.contents, self.looks, strict=True), start=self.column):
            start = f'<c r="{column_letters(at)}{row}" s="{look._get_xf_index()}"'
            value = "/>" if content is None else f"{content[0]}><v>{_format_number(content[1])}</v></c>"
            pieces.append(start + value)
        return "".join(pieces)


def _format_number(number: Number) -> str:
    """Format a number as the library does: a float with 16 significant digits."""
    return (
        str(number)
        if isinstance(number, int) and -_MAX_EXACT_INTEGER < number < _MAX_EXACT_INTEGER
        else f"{float(number):.16G}"
    )


@dataclass
class AlikeCell:
    """A cell of the library that stands in many rows of one column.

    ``xml`` is what comes before its row number and after it, found when it is first written.
    """

    cell: Any
    xml: tuple[str, str] | None = None
