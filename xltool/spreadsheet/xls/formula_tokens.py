"""Write the parsed expression of a formula ([MS-XLS] and [MS-XLSB] 2.5.97/98) as text, as far as it is simple.

Simple are constants, arithmetic, references to cells of the same sheet, and the functions `evaluate_formula` and
`evaluate_condition` know.
"""

import struct
from typing import NamedTuple

from xltool.spreadsheet.ooxml.addresses import format_column

_OPERATORS = {0x03: "+", 0x04: "-", 0x05: "*", 0x06: "/", 0x07: "^", 0x09: "<", 0x0A: "<=", 0x0B: "="}
_OPERATORS |= {0x0C: ">=", 0x0D: ">", 0x0E: "<>"}
_FUNCTIONS = {4: "SUM", 5: "AVERAGE", 6: "MIN", 7: "MAX", 24: "ABS", 25: "INT", 27: "ROUND", 183: "PRODUCT"}
_FUNCTIONS |= {212: "ROUNDUP", 213: "ROUNDDOWN"}
_FUNCTIONS |= {36: "AND", 37: "OR", 38: "NOT", 3: "ISERROR", 127: "ISTEXT", 128: "ISNUMBER", 129: "ISBLANK"}
_FIXED_ARGUMENTS = {24: 1, 25: 1, 27: 2, 212: 2, 213: 2, 38: 1, 3: 1, 127: 1, 128: 1, 129: 1}
_SPACE, _SUM_ATTRIBUTE, _MEANINGLESS_ATTRIBUTES = 0x40, 0x10, 0x01
_RELATIVE_BITS = 0x3FFF
_RELATIVE_COLUMN, _RELATIVE_ROW = 0x4000, 0x8000


class _Layout(NamedTuple):
    """How references are stored: in .xls rows of two bytes, in .xlsb of four; lengths and sizes of the grid."""

    cell: struct.Struct
    area: struct.Struct
    rows: int
    columns: int
    wide: bool

    def read_text(self, tokens: bytes, at: int) -> tuple[str, int]:
        """Return a constant text, and how many bytes it fills."""
        if self.wide:
            size = 2 * struct.unpack_from("<H", tokens, at)[0]
            return tokens[at + 2 : at + 2 + size].decode("utf-16-le"), 2 + size
        size = tokens[at] << (tokens[at + 1] & 1)
        encoding = "utf-16-le" if tokens[at + 1] & 1 else "latin-1"
        return tokens[at + 2 : at + 2 + size].decode(encoding), 2 + size


XLS_LAYOUT = _Layout(struct.Struct("<HH"), struct.Struct("<4H"), 1 << 16, 1 << 8, wide=False)
XLSB_LAYOUT = _Layout(struct.Struct("<IH"), struct.Struct("<2I2H"), 1 << 20, 1 << 14, wide=True)


def write_formula(tokens: bytes, layout: _Layout, origin: tuple[int, int] | None = None) -> str:
    """Return the formula without its equals sign; "" if it is not simple, or damaged.

    ``origin`` is the cell (row and column from 0) from which a condition counts; absolute references are then marked.
    """
    try:
        return _write_tokens(tokens, layout, origin)
    except (struct.error, IndexError, KeyError, ValueError):
        return ""


def _write_tokens(tokens: bytes, layout: _Layout, origin: tuple[int, int] | None) -> str:
    stack: list[str] = []
    at = 0
    while at < len(tokens):
        kind = tokens[at]
        base = kind if kind < 0x20 else kind & 0x1F | 0x20  # the class of an operand (reference, value, array)
        at += 1
        if kind in _OPERATORS:
            right, left = stack.pop(), stack.pop()
            stack.append(f"{left}{_OPERATORS[kind]}{right}")
        elif kind in (0x12, 0x13):
            stack.append(("+" if kind == 0x12 else "-") + stack.pop())
        elif kind == 0x14:
            stack.append(stack.pop() + "%")
        elif kind == 0x15:
            stack.append(f"({stack.pop()})")
        elif kind == 0x19:
            at += _apply_attribute(tokens, at, stack)
        else:
            at += _push_operand(base, tokens, at, stack, layout, origin)
    (formula,) = stack
    return formula


def _apply_attribute(tokens: bytes, at: int, stack: list[str]) -> int:
    """Handle an attribute; return its size. Raises ValueError for those that choose or jump."""
    if tokens[at] == _SUM_ATTRIBUTE:
        stack.append(f"SUM({stack.pop()})")
    elif tokens[at] & ~(_SPACE | _MEANINGLESS_ATTRIBUTES):
        raise ValueError("an attribute that changes the order")
    return 3


def _push_operand(
    base: int, tokens: bytes, at: int, stack: list[str], layout: _Layout, origin: tuple[int, int] | None
) -> int:
    """Push a constant, a reference or a function call; return how many bytes follow its kind."""
    if base == 0x17:
        text, size = layout.read_text(tokens, at)
        stack.append('"' + text.replace('"', '""') + '"')
        return size
    if base == 0x1D:
        stack.append("TRUE" if tokens[at] else "FALSE")
        return 1
    if origin is not None and base in (0x24, 0x2C):
        row, column = layout.cell.unpack_from(tokens, at)
        stack.append(_name_marked_cell(row, column, layout, origin if base == 0x2C else (0, 0)))
        return layout.cell.size
    if base == 0x1E:
        stack.append(str(struct.unpack_from("<H", tokens, at)[0]))
        return 2
    if base == 0x1F:
        stack.append(repr(struct.unpack_from("<d", tokens, at)[0]).upper().removesuffix(".0"))
        return 8
    if base == 0x24:
        row, column = layout.cell.unpack_from(tokens, at)
        stack.append(_name_cell(row, column))
        return layout.cell.size
    if base == 0x25:
        first, last, left, right = layout.area.unpack_from(tokens, at)
        stack.append(f"{_name_cell(first, left)}:{_name_cell(last, right)}")
        return layout.area.size
    if base == 0x21:
        index = struct.unpack_from("<H", tokens, at)[0]
        _call_function(index, _FIXED_ARGUMENTS[index], stack)
        return 2
    if base == 0x22:
        count, index = struct.unpack_from("<BH", tokens, at)
        _call_function(index, count, stack)
        return 3
    raise ValueError("not a simple formula")


def _call_function(index: int, count: int, stack: list[str]) -> None:
    if count > len(stack):
        raise ValueError("too few arguments")
    arguments = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    stack.append(f"{_FUNCTIONS[index]}({','.join(arguments)})")


def _name_cell(row: int, column: int) -> str:
    return f"{format_column((column & _RELATIVE_BITS) + 1)}{row + 1}"


def _name_marked_cell(row: int, column: int, layout: _Layout, origin: tuple[int, int]) -> str:
    """Return a reference with "$" where it is absolute; relative parts are counted from ``origin``, around the grid."""
    across, down = column & _RELATIVE_COLUMN, column & _RELATIVE_ROW
    number = column & _RELATIVE_BITS
    number = (number + origin[1]) % layout.columns if across else number
    row = (row + origin[0]) % layout.rows if down else row
    return f"{'' if across else '$'}{format_column(number + 1)}{'' if down else '$'}{row + 1}"
