"""Read the widths of columns and the heights of rows of a worksheet, for the places of its shapes."""

import re
from collections.abc import Iterator

from xltool.spreadsheet import limits
from xltool.spreadsheet.ooxml.package import Package
from xltool.spreadsheet.shape_places import AxisSizes

EMU_OF_DIGIT, EMU_OF_POINT = 66_675, 12_700  # the unit of the widths of columns, and of the heights of rows
_USUAL_WIDTH, _USUAL_HEIGHT = 609_600, 190_500  # EMU
_TAG = re.compile(rb"<(?:\w+:)?(row|col|sheetFormatPr)\s([^<>]*)>")
_ATTRIBUTE = re.compile(rb'(?:^|\s)(\w+)\s*=\s*"([0-9]{1,7}(?:\.[0-9]{1,20})?|true)"')
_MAX_TAG_BYTES = 65_536


class SheetSizes:
    """The sizes of the columns and rows of a worksheet in EMU."""

    def __init__(self) -> None:
        self.columns, self.rows = AxisSizes.of_columns(_USUAL_WIDTH), AxisSizes.of_rows(_USUAL_HEIGHT)

    def add_tag(self, name: str, tag_values: dict[bytes, str]) -> None:
        """Add what the start tag of a column, of a row or of the default sizes states."""
        hidden = tag_values.get(b"hidden") in ("1", "true")
        if name == "row" and tag_values.get(b"r", "").isdecimal():
            row, height = int(tag_values[b"r"]), tag_values.get(b"ht")
            self.rows.describe(row, row, float(height) * EMU_OF_POINT if height else self.rows.default, hidden=hidden)
        elif name == "col" and tag_values.get(b"min", "").isdecimal() and tag_values.get(b"max", "").isdecimal():
            width = float(tag_values[b"width"]) * EMU_OF_DIGIT if b"width" in tag_values else self.columns.default
            self.columns.describe(int(tag_values[b"min"]), int(tag_values[b"max"]), width, hidden=hidden)
        elif name == "sheetFormatPr":
            if height := tag_values.get(b"defaultRowHeight"):
                self.rows.default = float(height) * EMU_OF_POINT
            if width_stated := tag_values.get(b"defaultColWidth"):
                self.columns.default = float(width_stated) * EMU_OF_DIGIT


def read_sheet_sizes(package: Package, sheet_part: str) -> SheetSizes:
    """Return the sizes that a worksheet states; of one in an unusual encoding the usual ones."""
    sizes = SheetSizes()
    for count, tag in enumerate(_iterate_tags(package.open_part(sheet_part).pieces())):
        if count >= limits.MAX_ELEMENTS:
            break
        sizes.add_tag(tag[1].decode(), {name: value.decode() for name, value in _ATTRIBUTE.findall(tag[2])})
    return sizes


def _iterate_tags(pieces: Iterator[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield the start tags with a size; one may begin in one piece and end in the next."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        yield from _TAG.finditer(text)
        begun = text.rfind(b"<", max(len(text) - _MAX_TAG_BYTES, 0))
        rest = text[begun:] if begun >= 0 and b">" not in text[begun:] else b""
