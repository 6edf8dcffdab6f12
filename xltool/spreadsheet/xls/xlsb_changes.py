"""Parse the looks of conditional formats in an .xlsb ([MS-XLSB] BrtDXF: properties by number, [MS-XLS] XFProp)."""

import struct
from collections.abc import Iterator

from xltool.spreadsheet.cell_look import LookChange, mark_font
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS
from xltool.spreadsheet.workbook_colours import WorkbookColours
from xltool.spreadsheet.xls.xlsb_colours import read_colour

_PATTERN, _FRONT, _BACK, _TEXT_COLOUR, _FONT_NAME = 0x00, 0x01, 0x02, 0x05, 0x18
_POSITION, _STRUCK, _SIZE, _FORMAT, _FORMAT_NUMBER = 0x1B, 0x1D, 0x24, 0x26, 0x29
_RAISED, _LOWERED = 1, 2
_NO_FILL, _SOLID = 0, 1
_HEAD = 6  # flags, a reserved field, the number of properties


def read_change(data: bytes, colours: WorkbookColours) -> LookChange:
    """Return the look of a conditional format. Raises struct.error for a record cut short."""
    stated = dict(_iterate_properties(data))
    position = stated[_POSITION][0] if _POSITION in stated else 0
    mark = mark_font(
        struck=_STRUCK in stated and bool(stated[_STRUCK][0]),
        raised=position == _RAISED,
        lowered=position == _LOWERED,
        points=struct.unpack_from("<I", stated[_SIZE])[0] / 20 if _SIZE in stated else None,
        name=stated[_FONT_NAME][2:].decode("utf-16-le", "replace") if _FONT_NAME in stated else "",
    )
    return LookChange(
        _read_format(stated),
        mark,
        mark is None and bool(stated.keys() & {_STRUCK, _POSITION}),
        read_colour(stated[_TEXT_COLOUR], colours) if _TEXT_COLOUR in stated else None,
        _read_fill(stated, colours),
    )


def _iterate_properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of every property."""
    (count,) = struct.unpack_from("<H", data, _HEAD - 2)
    at = _HEAD
    for _ in range(count):
        kind, size = struct.unpack_from("<2H", data, at)
        if size < 4 or at + size > len(data):
            raise struct.error("a property cut short")
        yield kind, data[at + 4 : at + size]
        at += size


def _read_format(stated: dict[int, bytes]) -> str | None:
    if _FORMAT in stated:
        return stated[_FORMAT][4:].decode("utf-16-le", "replace")
    if _FORMAT_NUMBER in stated:
        return BUILT_IN_FORMATS.get(struct.unpack_from("<H", stated[_FORMAT_NUMBER])[0])
    return None


def _read_fill(stated: dict[int, bytes], colours: WorkbookColours) -> str | None:
    pattern = stated[_PATTERN][0] if _PATTERN in stated else _SOLID
    colour = stated.get(_BACK, stated.get(_FRONT))
    if pattern == _NO_FILL and _PATTERN in stated:
        return ""
    return read_colour(colour, colours) if colour is not None and pattern == _SOLID else None
