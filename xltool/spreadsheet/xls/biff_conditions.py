"""Parse the conditional formats of an .xls ([MS-XLS] 2.4.56 CondFmt, 2.4.42 CF, 2.5.84 DXFN). Runs in the worker.

What Excel 2007 and later added (CF12: colour scales, icons) is not read.
"""

import struct
from collections.abc import Callable, Iterator

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import LookChange, mark_font
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.xls.formula_tokens import XLS_LAYOUT, write_formula

AREAS, RULE = 0x01B0, 0x01B1
OPERATORS = {1: "between", 2: "between", 3: "=", 4: "<>", 5: ">", 6: "<", 7: ">=", 8: "<="}
NEGATED_OPERATOR = 2
KINDS = {1: ConditionKind.COMPARISON, 2: ConditionKind.FORMULA}

_FIRST_AREA = 12  # where the number of areas stands in CondFmt; before it is the range around them
_HAS_NUMBER, _HAS_FONT, _HAS_ALIGNMENT, _HAS_BORDER, _HAS_PATTERN = (1 << bit for bit in range(25, 30))
_KEEPS_PATTERN, _KEEPS_BACKGROUND, _KEEPS_NUMBER = 1 << 16, 1 << 18, 1 << 19
_OWN_NUMBER = 0x0001
_FONT_SIZE, _ALIGNMENT_SIZE, _BORDER_SIZE = 118, 8, 8
_HEIGHT, _STYLE, _POSITION, _COLOUR, _KEPT_STYLES, _KEEPS_POSITION = 64, 68, 74, 80, 88, 92
_STRUCK, _RAISED, _LOWERED = 0x80, 1, 2
_NOT_STATED = 0xFFFFFFFF
_NO_PATTERN, _SOLID = 0, 1

FindColour = Callable[[int], str]


def name_area(top: int, bottom: int, left: int, right: int) -> str:
    """Return the address of an area, counted from 0."""
    right, bottom = min(right, limits.MAX_COLUMNS - 1), min(bottom, limits.MAX_ROWS - 1)
    return f"{format_column(left + 1)}{top + 1}:{format_column(right + 1)}{bottom + 1}"


def read_areas(data: bytes) -> str:
    """Return the areas of the rules that follow, separated by blanks. Raises struct.error for a record cut short."""
    (count,) = struct.unpack_from("<H", data, _FIRST_AREA)
    areas = (struct.unpack_from("<4H", data, _FIRST_AREA + 2 + 8 * number) for number in range(count))
    return " ".join(name_area(*area) for area in areas)


def read_origin(data: bytes) -> tuple[int, int]:
    """Return the cell to which relative references belong: row and column from 0."""
    top, _bottom, left, _right = struct.unpack_from("<4H", data, 4)
    return top, left


def read_rule(
    data: bytes, areas: str, origin: tuple[int, int], group: int, find_colour: FindColour
) -> ConditionalFormat:
    """Parse one rule of a group. Raises struct.error or IndexError for a record cut short."""
    kind, operator, first, second = struct.unpack_from("<2B2H", data)
    at = len(data) - first - second
    if at < 6:
        raise struct.error("a rule cut short")
    tokens = [data[at : at + first], data[at + first :]]
    operands = [write_formula(piece, XLS_LAYOUT, origin) for piece in tokens if piece]
    return ConditionalFormat(
        areas,
        f"{format_column(origin[1] + 1)}{origin[0] + 1}",
        KINDS.get(kind, ConditionKind.UNKNOWN) if all(operands) else ConditionKind.UNKNOWN,
        _read_change(data[6:at], find_colour),
        OPERATORS.get(operator, ""),
        tuple(operands),
        negated=kind == 1 and operator == NEGATED_OPERATOR,
        stops=True,
        group=group,
    )


def _read_change(data: bytes, find_colour: FindColour) -> LookChange:
    """Parse a DXFN: which properties it states, then those."""
    (flags,) = struct.unpack_from("<I", data)
    change = LookChange()
    for bit, content in _split_properties(data, flags):
        if bit == _HAS_NUMBER and not flags & _KEEPS_NUMBER:
            change = change._replace(format_code=_read_format(data, content))
        elif bit == _HAS_FONT:
            change = _change_font(change, content, find_colour)
        elif bit == _HAS_PATTERN and not flags & _KEEPS_PATTERN | flags & _KEEPS_BACKGROUND:
            pattern, colours = struct.unpack_from("<2H", content)
            if pattern >> 10 in (_NO_PATTERN, _SOLID):
                change = change._replace(background=find_colour(colours >> 7 & 0x7F))
    return change


def _split_properties(data: bytes, flags: int) -> Iterator[tuple[int, bytes]]:
    """Yield the bit and the content of every stated property, in their order."""
    at = 6
    own_number = struct.unpack_from("<H", data, 4)[0] & _OWN_NUMBER
    number_size = struct.unpack_from("<H", data, at)[0] if flags & _HAS_NUMBER and own_number else 2
    sizes = {
        _HAS_NUMBER: number_size,
        _HAS_FONT: _FONT_SIZE,
        _HAS_ALIGNMENT: _ALIGNMENT_SIZE,
        _HAS_BORDER: _BORDER_SIZE,
        _HAS_PATTERN: 4,
    }
    for bit, size in sizes.items():
        if flags & bit:
            yield bit, data[at : at + size]
            at += size


def _read_format(data: bytes, content: bytes) -> str | None:
    """Return the number format: a built-in one by its number, or a code behind its length."""
    if not struct.unpack_from("<H", data, 4)[0] & _OWN_NUMBER:
        return BUILT_IN_FORMATS.get(content[1])
    length, wide = struct.unpack_from("<HB", content, 2)
    text = content[5 : 5 + (length << (wide & 1))]
    return text.decode("utf-16-le" if wide & 1 else "latin-1", "replace")


def _change_font(change: LookChange, content: bytes, find_colour: FindColour) -> LookChange:
    """Return the change with what the font states; flags name the styles it does not state."""
    if len(content) < _FONT_SIZE:
        raise struct.error("a font cut short")
    height, style = struct.unpack_from("<2I", content, _HEIGHT)
    (position,) = struct.unpack_from("<H", content, _POSITION)
    colour, kept, keeps_position = (
        struct.unpack_from("<I", content, at)[0] for at in (_COLOUR, _KEPT_STYLES, _KEEPS_POSITION)
    )
    states_struck, states_position = not kept & _STRUCK, not keeps_position
    mark = mark_font(
        struck=states_struck and bool(style & _STRUCK),
        raised=states_position and position == _RAISED,
        lowered=states_position and position == _LOWERED,
        points=None if height == _NOT_STATED else height / 20,
    )
    return change._replace(
        mark=mark,
        clears_mark=mark is None and (states_struck or states_position),
        colour=None if colour == _NOT_STATED else find_colour(colour),
    )
