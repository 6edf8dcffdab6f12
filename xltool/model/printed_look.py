"""How a form looks where it is printed: fonts, fills, alignment and borders of its cells, and the page of a sheet."""

from typing import NamedTuple


class PrintedLook(NamedTuple):
    """The look of a cell; what is empty or 0 is as in every template. ``size`` in points, ``fill`` as RRGGBB.

    ``borders`` are the line styles left, right, top and bottom, as a spreadsheet program calls them.
    """

    font: str = ""
    size: float = 0.0
    bold: bool = False
    align: str = ""
    valign: str = ""
    indent: int = 0
    fill: str = ""
    borders: tuple[str, str, str, str] = ("", "", "", "")


class PrintedPage(NamedTuple):
    """The page of a sheet: paper code (9 is A4), margins left, right, top, bottom in inches, rows on every page.

    ``repeated`` are first and last row of a table's grid; ``title`` is the look of the title above it.
    """

    paper: int = 0
    margins: tuple[float, float, float, float] | None = None
    repeated: tuple[int, int] | None = None
    title: PrintedLook = PrintedLook()
