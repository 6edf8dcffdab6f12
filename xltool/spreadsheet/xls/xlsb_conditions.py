"""Parse the conditional formats of an .xlsb ([MS-XLSB] BrtBeginConditionalFormatting, BrtBeginCFRule).

What colour scales, bars and icons do is not read.
"""

import struct
from collections.abc import Sequence

from xltool.spreadsheet.cell_look import LookChange
from xltool.spreadsheet.conditional_formats import ConditionalFormat, ConditionKind
from xltool.spreadsheet.ooxml.addresses import format_column
from xltool.spreadsheet.xls.biff_conditions import KINDS, NEGATED_OPERATOR, OPERATORS, name_area
from xltool.spreadsheet.xls.formula_tokens import XLSB_LAYOUT, write_formula
from xltool.spreadsheet.xls.xlsb_records import read_wide_string

AREAS, RULE = 461, 463
_COMPARISON, _TEXT_TEMPLATE = 1, 8
_STOPS = 0x02
_TEXT_OPERATORS = {0: ("contains", False), 1: ("contains", True), 2: ("begins", False), 3: ("ends", False)}


def read_areas(data: bytes) -> tuple[str, tuple[int, int]]:
    """Return the areas of the rules that follow, and the first cell of the first: row and column from 0."""
    (count,) = struct.unpack_from("<I", data, 8)
    areas = [struct.unpack_from("<4I", data, 12 + 16 * number) for number in range(min(count, len(data) // 16))]
    return " ".join(name_area(*area) for area in areas), (areas[0][0], areas[0][2]) if areas else (0, 0)


def read_rule(
    data: bytes, areas: str, origin: tuple[int, int], look_changes: Sequence[LookChange]
) -> tuple[int, ConditionalFormat]:
    """Parse one rule; return its priority, too. Raises struct.error or IndexError for a record cut short."""
    kind, template, look, priority, parameter = struct.unpack_from("<5I", data)
    flags, *sizes = struct.unpack_from("<H3I", data, 28)
    text, at = read_wide_string(data, 42)
    operands: list[str] = []
    for _ in filter(None, sizes):
        (size,) = struct.unpack_from("<I", data, at)
        operands.append(write_formula(data[at + 4 : at + 4 + size], XLSB_LAYOUT, origin))
        at += 4 + size
        at += 4 + struct.unpack_from("<I", data, at)[0]
    item = ConditionalFormat(
        areas,
        f"{format_column(origin[1] + 1)}{origin[0] + 1}",
        KINDS.get(kind, ConditionKind.UNKNOWN) if operands and all(operands) else ConditionKind.UNKNOWN,
        look_changes[look] if look < len(look_changes) else LookChange(),
        OPERATORS.get(parameter, "") if kind == _COMPARISON else "",
        tuple(operands),
        negated=kind == _COMPARISON and parameter == NEGATED_OPERATOR,
        stops=bool(flags & _STOPS),
    )
    if template == _TEXT_TEMPLATE and text and parameter in _TEXT_OPERATORS:
        operator, negated = _TEXT_OPERATORS[parameter]
        item = item._replace(kind=ConditionKind.TEXT, operator=operator, operands=(text,), negated=negated)
    return priority, item
