"""Read the cell formats of a workbook: whether each locks its cells, and how it makes them look.

Also the looks that its conditional formats give to cells (``dxfs``), and its colours.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from math import isfinite
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import (
    PLAIN_LOOK,
    CellLook,
    LookChange,
    Mark,
    make_look,
    mark_alignment,
    mark_font,
)
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS, GENERAL
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, collect_elements, is_true
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, WorkbookColours, parse_rgb, tint_colour

_FORMAT, _FONT, _FILL, _XF = "numFmts/numFmt", "fonts/font", "fills/fill", "cellXfs/xf"
_PATTERN, _FILL_COLOUR = f"{_FILL}/patternFill", f"{_FILL}/patternFill/fgColor"
_BACK_COLOUR, _STOP_COLOUR = f"{_FILL}/patternFill/bgColor", f"{_FILL}/gradientFill/stop/color"
_PROTECTION, _ALIGNMENT = f"{_XF}/protection", f"{_XF}/alignment"
_BORDER, _DIAGONAL = "borders/border", "borders/border/diagonal"
_PALETTE_COLOUR = "colors/indexedColors/rgbColor"
_FONT_NAMES = ("strike", "vertAlign", "sz", "color", "name")
_FONT_PARTS = frozenset(f"{_FONT}/{name}" for name in _FONT_NAMES)
_CHANGE = "dxfs/dxf"
_CHANGE_PARTS = frozenset(
    {
        *(f"{_CHANGE}/font/{name}" for name in _FONT_NAMES),
        *(f"{_CHANGE}/numFmt", f"{_CHANGE}/fill/patternFill"),
        *(f"{_CHANGE}/fill/patternFill/{name}" for name in ("fgColor", "bgColor")),
    }
)
CHANGE_NAMES = frozenset({"numFmt", "patternFill", "fgColor", "bgColor", *_FONT_NAMES})
_WANTED = (
    frozenset(
        {
            _FORMAT,
            _FONT,
            _FILL,
            _PATTERN,
            _FILL_COLOUR,
            _BACK_COLOUR,
            _STOP_COLOUR,
            _XF,
            _PROTECTION,
            _ALIGNMENT,
            _BORDER,
            _DIAGONAL,
            _PALETTE_COLOUR,
            _CHANGE,
        }
    )
    | _FONT_PARTS
    | _CHANGE_PARTS
)


class CellStyle(NamedTuple):
    """One cell format."""

    locked: bool = True
    look: CellLook = PLAIN_LOOK


class StyleSheet(NamedTuple):
    """The cell formats of a workbook and the looks of its conditional formats in their order, and its colours."""

    styles: tuple[CellStyle, ...] = ()
    changes: tuple[LookChange, ...] = ()
    colours: WorkbookColours = DEFAULT_COLOURS


def read_font_parts(
    parts: Mapping[str, Mapping[str, str]], colours: WorkbookColours = DEFAULT_COLOURS
) -> tuple[Mark | None, str]:
    """Return mark and colour of a font from the attributes of its elements strike, vertAlign, sz, color and name."""
    strike, position = parts.get("strike"), parts.get("vertAlign", {}).get("val")
    points = None
    with suppress(ValueError):
        points = float(parts.get("sz", {}).get("val", ""))
    mark = mark_font(
        struck=strike is not None and is_true(strike.get("val", "1")),
        raised=position == "superscript",
        lowered=position == "subscript",
        points=points,
        name=(parts.get("name") or parts.get("rFont") or {}).get("val", ""),
    )
    return mark, read_colour(parts.get("color", {}), colours)


def read_colour(attributes: Mapping[str, str], colours: WorkbookColours = DEFAULT_COLOURS) -> str:
    """Return RRGGBB of a colour element, "" for an automatic one."""
    tint = 0.0
    with suppress(ValueError):
        stated = float(attributes.get("tint", "0"))
        tint = min(max(stated, -1.0), 1.0) if isfinite(stated) else 0.0
    if "rgb" in attributes:
        return tint_colour(parse_rgb(attributes["rgb"]), tint)
    for key, find_colour in (("theme", colours.find_theme_colour), ("indexed", colours.find_indexed_colour)):
        number = attributes.get(key, "")
        if number.isascii() and number.isdigit():
            return find_colour(int(number[:9]), tint)
    return ""


def read_look_change(parts: Mapping[str, Mapping[str, str]], colours: WorkbookColours) -> LookChange:
    """Return the look a conditional format gives, from the elements of its ``dxf`` by their names.

    Its fill is the colour of the background even where the pattern is solid.
    """
    mark, colour = read_font_parts(parts, colours)
    pattern = parts.get("patternFill")
    background = None
    if pattern is not None and pattern.get("patternType") == "none":
        background = ""
    elif pattern is not None and pattern.get("patternType", "solid") == "solid":
        stated = parts.get("bgColor") or parts.get("fgColor")
        background = None if stated is None else read_colour(stated, colours)
    return LookChange(
        parts["numFmt"].get("formatCode", "") if "numFmt" in parts else None,
        mark,
        mark is None and ("strike" in parts or "vertAlign" in parts),
        colour if "color" in parts else None,
        background,
    )


class _StyleReader:
    """Collects fonts, fills, number formats and cell formats in their order."""

    def __init__(self, part: str, colours: WorkbookColours) -> None:
        self.styles: list[CellStyle] = []
        self.changes: list[dict[str, Mapping[str, str]]] = []
        self._colours = colours
        self._part = part
        self._formats = dict(BUILT_IN_FORMATS)
        self._fonts: list[dict[str, Mapping[str, str]]] = []
        self._font_looks: dict[int, tuple[Mark | None, str]] = {}
        self._fills: list[list[str]] = []
        self._pattern = ""
        self._borders = 0
        self._has_diagonal = False
        self._crossed: set[str] = set()
        self._own_formats = 0

    def add_element(self, element: XmlElement) -> None:
        """Handle the next wanted element."""
        handler = _HANDLERS.get(element.path)
        if handler:
            handler(self, element.attributes)
        elif element.path in _CHANGE_PARTS:
            self.changes[-1][element.path.rpartition("/")[2]] = element.attributes
        elif element.path in _FONT_PARTS:
            self._fonts[-1][element.path.rpartition("/")[2]] = element.attributes

    def add_format(self, attributes: Mapping[str, str]) -> None:
        """Add a number format."""
        self._own_formats += 1
        if self._own_formats > limits.MAX_NUMBER_FORMATS:
            raise exceeded_limit(self._part, LimitKind.NUMBER_FORMATS, limits.MAX_NUMBER_FORMATS)
        self._formats[self._parse_index(attributes, "numFmtId")] = attributes.get("formatCode", "")

    def begin_font(self, _attributes: Mapping[str, str]) -> None:
        """Begin the next font."""
        self._fonts.append({})

    def begin_fill(self, _attributes: Mapping[str, str]) -> None:
        """Begin the next fill."""
        self._fills.append([])
        self._pattern = ""

    def read_pattern(self, attributes: Mapping[str, str]) -> None:
        """Read the kind of the latest fill."""
        self._pattern = attributes.get("patternType", "none")

    def read_fill_colour(self, attributes: Mapping[str, str]) -> None:
        """Read the front colour of a pattern, or the next colour of a gradient."""
        if self._pattern != "none":
            self._fills[-1].append(read_colour(attributes, self._colours))

    def read_back_colour(self, attributes: Mapping[str, str]) -> None:
        """Read the back colour of a pattern; a solid one shows only its front."""
        if self._pattern not in ("none", "solid"):
            self._fills[-1].append(read_colour(attributes, self._colours))

    def begin_border(self, attributes: Mapping[str, str]) -> None:
        """Begin the next border."""
        self._borders += 1
        self._has_diagonal = any(is_true(attributes.get(name)) for name in ("diagonalUp", "diagonalDown"))

    def read_diagonal(self, attributes: Mapping[str, str]) -> None:
        """Read the line from corner to corner of the latest border."""
        if self._has_diagonal and attributes.get("style", "none") != "none":
            self._crossed.add(str(self._borders - 1))

    def _find_background(self, index: int) -> str:
        """Return the colour of a fill, "" for none; one of several colours hides nothing."""
        colours = set(self._fills[index]) if index < len(self._fills) else set()
        return colours.pop() if len(colours) == 1 else ""

    def add_cell_format(self, attributes: Mapping[str, str]) -> None:
        """Add a cell format."""
        if len(self.styles) >= limits.MAX_FORMATS:
            raise exceeded_limit(self._part, LimitKind.FORMATS, limits.MAX_FORMATS)
        code = self._formats.get(self._parse_index(attributes, "numFmtId"), GENERAL)
        font, fill = self._parse_index(attributes, "fontId"), self._parse_index(attributes, "fillId")
        mark, colour = self._read_font(font)
        background = self._find_background(fill)
        placed = Mark.CROSSED if attributes.get("borderId") in self._crossed else None
        self.styles.append(CellStyle(look=make_look(code, mark, colour, background, placed)))

    def read_alignment(self, attributes: Mapping[str, str]) -> None:
        """Read how the latest cell format places characters."""
        fitted = is_true(attributes.get("shrinkToFit")) or attributes.get("textRotation", "0") != "0"
        placed = mark_alignment(attributes.get("horizontal", "")) or (Mark.FITTED if fitted else None)
        look = self.styles[-1].look
        if placed and look.placed is None:
            look = make_look(look.format_code, look.font_mark, look.colour, look.background, placed)
            self.styles[-1] = self.styles[-1]._replace(look=look)

    def begin_change(self, _attributes: Mapping[str, str]) -> None:
        """Begin the look of the next conditional format."""
        if len(self.changes) >= limits.MAX_FORMATS:
            raise exceeded_limit(self._part, LimitKind.FORMATS, limits.MAX_FORMATS)
        self.changes.append({})

    def read_protection(self, attributes: Mapping[str, str]) -> None:
        """Read whether the latest cell format locks its cells."""
        if "locked" in attributes:
            self.styles[-1] = self.styles[-1]._replace(locked=is_true(attributes["locked"]))

    def _read_font(self, index: int) -> tuple[Mark | None, str]:
        if index >= len(self._fonts):
            return None, ""
        if index not in self._font_looks:
            self._font_looks[index] = read_font_parts(self._fonts[index], self._colours)
        return self._font_looks[index]

    def _parse_index(self, attributes: Mapping[str, str], name: str) -> int:
        text = attributes.get(name, "0")
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise damaged_workbook(self._part, DamageKind.STYLES)
        return int(text)


_HANDLERS: dict[str, Callable[[_StyleReader, Mapping[str, str]], None]] = {
    _FORMAT: _StyleReader.add_format,
    _FONT: _StyleReader.begin_font,
    _FILL: _StyleReader.begin_fill,
    _PATTERN: _StyleReader.read_pattern,
    _FILL_COLOUR: _StyleReader.read_fill_colour,
    _STOP_COLOUR: _StyleReader.read_fill_colour,
    _BACK_COLOUR: _StyleReader.read_back_colour,
    _BORDER: _StyleReader.begin_border,
    _DIAGONAL: _StyleReader.read_diagonal,
    _XF: _StyleReader.add_cell_format,
    _PROTECTION: _StyleReader.read_protection,
    _ALIGNMENT: _StyleReader.read_alignment,
    _CHANGE: _StyleReader.begin_change,
}


def _read_style_sheet(part: Part, theme: tuple[str, ...]) -> StyleSheet:
    """Read the styles; ``theme`` are the colours of the workbook's theme."""
    elements = collect_elements(part, frozenset({"styleSheet"}), _WANTED)
    colours = _read_colours(elements, theme)
    reader = _StyleReader(part.name, colours)
    for element in elements:
        reader.add_element(element)
    changes = tuple(read_look_change(parts, colours) for parts in reader.changes)
    return StyleSheet(tuple(reader.styles), changes, colours)


def _read_colours(elements: list[XmlElement], theme: tuple[str, ...]) -> WorkbookColours:
    """Return the colours of a workbook: its own palette replaces the first colours of the default one."""
    own = [parse_rgb(element.attributes.get("rgb", "")) for element in elements if element.path == _PALETTE_COLOUR]
    palette = DEFAULT_COLOURS.palette
    own = own[: len(palette)]
    return WorkbookColours(theme, (*own, *palette[len(own) :]))


read_styles = CachedReader(_read_style_sheet)
