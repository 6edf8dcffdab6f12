"""Parse the colours of an .xlsb ([MS-XLSB] 2.5.16, BrtColor)."""

import struct

from xltool.spreadsheet.workbook_colours import WorkbookColours, tint_colour

_INDEXED, _RGB, _THEME = 1, 2, 3


def read_colour(data: bytes, colours: WorkbookColours) -> str:
    """Parse a colour: RRGGBB, or "" for an automatic one."""
    kind, index, tint = data[0] >> 1, data[1], struct.unpack_from("<h", data, 2)[0] / 32767
    if kind == _THEME:
        return colours.find_theme_colour(index, tint)
    if kind == _INDEXED:
        return colours.find_indexed_colour(index, tint)
    return tint_colour(data[4:7].hex().upper(), tint) if kind == _RGB and data[0] & 1 else ""
