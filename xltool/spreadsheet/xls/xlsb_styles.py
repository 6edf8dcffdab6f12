"""Read from an .xlsb ([MS-XLSB]) how cells and characters look, and the shared strings with their runs."""

import struct
from contextlib import suppress

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, LookChange, Mark, make_look, mark_alignment, mark_font
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS, GENERAL
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours
from xltool.spreadsheet.xls.sheet_values import join_runs
from xltool.spreadsheet.xls.xlsb_changes import read_change
from xltool.spreadsheet.xls.xlsb_colours import read_colour
from xltool.spreadsheet.xls.xlsb_records import iterate_records, read_wide_string

_STRING, _FORMAT, _FONT, _FILL, _BORDER, _CELL_FORMAT = 19, 44, 43, 45, 46, 47
_BEGIN_CELL_FORMATS, _END_CELL_FORMATS = 617, 618
_STRUCK, _SOLID, _RICH = 0x0008, 1, 0x01
_RAISED, _LOWERED = 1, 2
_CHANGE, _PALETTE_COLOUR = 507, 475
_FONT_NAME = 21  # where the name of a font begins
_ALIGNMENT, _HORIZONTAL = 12, 0x07  # the byte of a cell format with the alignment, and its bits
_ROTATION, _SHRINKS, _SHRINK = 10, 13, 0x01
_DIAGONALS, _DIAGONAL_STYLE = 0x03, 41  # of a border: the bits of its first byte, and the byte that says how they look


class BinaryStyles:
    """The looks of the cells of one workbook by cell format, those of its conditional formats, and its fonts."""

    def __init__(self, content: bytes, theme: tuple[str, ...] = DEFAULT_COLOURS.theme) -> None:
        self.looks: list[CellLook] = []
        self.changes: list[LookChange] = []
        self.colours = _read_colours(content, theme)
        self._fonts: list[tuple[Mark | None, str]] = []
        fills: list[str] = []
        crossed: list[bool] = []
        formats = dict(BUILT_IN_FORMATS)
        inside = False
        for kind, data in iterate_records(content):
            if kind == _FORMAT:
                formats[struct.unpack_from("<H", data)[0]] = read_wide_string(data, 2)[0]
            elif kind == _FONT:
                self._fonts.append(_read_font(data, self.colours))
            elif kind == _FILL:
                fills.append(
                    read_colour(data[4:12], self.colours) if struct.unpack_from("<I", data)[0] == _SOLID else ""
                )
            elif kind == _BORDER:
                crossed.append(bool(data[:1] and data[0] & _DIAGONALS and any(data[_DIAGONAL_STYLE:][:1])))
            elif kind in (_BEGIN_CELL_FORMATS, _END_CELL_FORMATS):
                inside = kind == _BEGIN_CELL_FORMATS
            elif kind == _CELL_FORMAT and inside:
                _parent, number, font, fill, border = struct.unpack_from("<5H", data)
                mark, colour = self.find_font(font)
                background = fills[fill] if fill < len(fills) else ""
                placed = mark_alignment(data[_ALIGNMENT] & _HORIZONTAL) if len(data) > _ALIGNMENT else None
                placed = Mark.CROSSED if border < len(crossed) and crossed[border] else placed
                fitted = len(data) > _SHRINKS and (data[_ROTATION] or data[_SHRINKS] & _SHRINK)
                placed = placed or (Mark.FITTED if fitted else None)
                self.looks.append(make_look(formats.get(number, GENERAL), mark, colour, background, placed))
            elif kind == _CHANGE:
                change = LookChange()
                with suppress(struct.error, IndexError):  # a look that cannot be known
                    change = read_change(data, self.colours)
                self.changes.append(change)

    def find_font(self, index: int) -> tuple[Mark | None, str]:
        """Return mark and colour of a font."""
        return self._fonts[index] if index < len(self._fonts) else (None, "")

    def find_look(self, index: int) -> CellLook:
        """Return the look of the cells of one cell format."""
        return self.looks[index] if index < len(self.looks) else CellLook()

    def read_rich_string(self, data: bytes, at: int = 0) -> str:
        """Return a RichStr; marked where its runs look different."""
        text, end = read_wide_string(data, at + 1)
        if not data[at] & _RICH:
            return text
        count = struct.unpack_from("<I", data, end)[0]
        starts = struct.unpack_from(f"<{2 * min(count, limits.MAX_TEXT_CHARACTERS)}H", data, end + 4)
        return join_runs(text, zip(starts[::2], starts[1::2], strict=True), self.find_font)


def _read_colours(content: bytes, theme: tuple[str, ...]) -> WorkbookColours:
    """Return the colours of a workbook: its own palette replaces the first colours of the default one."""
    palette = DEFAULT_COLOURS.palette
    own = [data[:3].hex().upper() for kind, data in iterate_records(content) if kind == _PALETTE_COLOUR][: len(palette)]
    return WorkbookColours(theme, (*own, *palette[len(own) :]))


def _read_font(data: bytes, colours: WorkbookColours) -> tuple[Mark | None, str]:
    height, flags, _weight, position = struct.unpack_from("<4H", data)
    mark = mark_font(
        struck=bool(flags & _STRUCK),
        raised=position == _RAISED,
        lowered=position == _LOWERED,
        points=height / 20,
        name=read_wide_string(data, _FONT_NAME)[0] if len(data) > _FONT_NAME else "",
    )
    return mark, read_colour(data[12:20], colours)


def read_strings(content: bytes, styles: BinaryStyles) -> list[str]:
    """Return the shared strings in order. Raises ValueError for more text than the limits allow."""
    strings: list[str] = []
    total = 0
    for kind, data in iterate_records(content):
        if kind == _STRING:
            strings.append(styles.read_rich_string(data))
            total += len(strings[-1])
            if total > limits.MAX_TOTAL_CHARACTERS or len(strings) > limits.MAX_SHARED_STRINGS:
                raise ValueError("too much text")
    return strings
