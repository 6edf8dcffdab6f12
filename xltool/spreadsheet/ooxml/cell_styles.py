"""Read the cell formats of a workbook: whether each locks its cells, and how it makes them look."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import (
    PLAIN_LOOK,
    CellLook,
    Mark,
    indexed_colour,
    make_look,
    mark_font,
    parse_rgb,
    theme_colour,
    tint_colour,
)
from xltool.spreadsheet.number_formats import BUILT_IN_FORMATS, GENERAL
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import XmlElement, collect_elements, is_true
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.refusals import DamageKind, LimitKind, damaged_workbook, exceeded_limit

_FORMAT, _FONT, _FILL, _XF = "numFmts/numFmt", "fonts/font", "fills/fill", "cellXfs/xf"
_PATTERN, _FILL_COLOUR = f"{_FILL}/patternFill", f"{_FILL}/patternFill/fgColor"
_PROTECTION = f"{_XF}/protection"
_FONT_PARTS = frozenset({f"{_FONT}/{name}" for name in ("strike", "vertAlign", "sz", "color")})
_WANTED = frozenset({_FORMAT, _FONT, _FILL, _PATTERN, _FILL_COLOUR, _XF, _PROTECTION}) | _FONT_PARTS


class CellStyle(NamedTuple):
    """One cell format."""

    locked: bool = True
    look: CellLook = PLAIN_LOOK


def read_font_parts(parts: Mapping[str, Mapping[str, str]]) -> tuple[Mark | None, str]:
    """Return mark and colour of a font from the attributes of its elements strike, vertAlign, sz and color."""
    strike, position = parts.get("strike"), parts.get("vertAlign", {}).get("val")
    points = None
    with suppress(ValueError):
        points = float(parts.get("sz", {}).get("val", ""))
    mark = mark_font(
        struck=strike is not None and is_true(strike.get("val", "1")),
        raised=position == "superscript",
        lowered=position == "subscript",
        points=points,
    )
    return mark, read_colour(parts.get("color", {}))


def read_colour(attributes: Mapping[str, str]) -> str:
    """Return RRGGBB of a colour element, "" for an automatic one."""
    tint = 0.0
    with suppress(ValueError):
        tint = min(max(float(attributes.get("tint", "0")), -1.0), 1.0)
    if "rgb" in attributes:
        return tint_colour(parse_rgb(attributes["rgb"]), tint)
    for key, find_colour in (("theme", theme_colour), ("indexed", indexed_colour)):
        number = attributes.get(key, "")
        if number.isascii() and number.isdigit():
            return tint_colour(find_colour(int(number[:9])), tint)
    return ""


class _StyleReader:
    """Collects fonts, fills, number formats and cell formats in their order."""

    def __init__(self, part: str) -> None:
        self.styles: list[CellStyle] = []
        self._part = part
        self._formats = dict(BUILT_IN_FORMATS)
        self._fonts: list[dict[str, Mapping[str, str]]] = []
        self._font_looks: dict[int, tuple[Mark | None, str]] = {}
        self._fills: list[str] = []
        self._patterned = False
        self._own_formats = 0

    def add_element(self, element: XmlElement) -> None:
        """Handle the next wanted element."""
        handler = _HANDLERS.get(element.path)
        if handler:
            handler(self, element.attributes)
        else:
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
        self._fills.append("")

    def read_pattern(self, attributes: Mapping[str, str]) -> None:
        """Read the kind of the latest fill; only a solid one hides characters."""
        self._patterned = attributes.get("patternType") == "solid"

    def read_fill_colour(self, attributes: Mapping[str, str]) -> None:
        """Read the colour of the latest fill."""
        if self._patterned:
            self._fills[-1] = read_colour(attributes)

    def add_cell_format(self, attributes: Mapping[str, str]) -> None:
        """Add a cell format."""
        if len(self.styles) >= limits.MAX_FORMATS:
            raise exceeded_limit(self._part, LimitKind.FORMATS, limits.MAX_FORMATS)
        code = self._formats.get(self._parse_index(attributes, "numFmtId"), GENERAL)
        font, fill = self._parse_index(attributes, "fontId"), self._parse_index(attributes, "fillId")
        mark, colour = self._read_font(font)
        background = self._fills[fill] if fill < len(self._fills) else ""
        self.styles.append(CellStyle(look=make_look(code, mark, colour, background)))

    def read_protection(self, attributes: Mapping[str, str]) -> None:
        """Read whether the latest cell format locks its cells."""
        if "locked" in attributes:
            self.styles[-1] = self.styles[-1]._replace(locked=is_true(attributes["locked"]))

    def _read_font(self, index: int) -> tuple[Mark | None, str]:
        if index >= len(self._fonts):
            return None, ""
        if index not in self._font_looks:
            self._font_looks[index] = read_font_parts(self._fonts[index])
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
    _XF: _StyleReader.add_cell_format,
    _PROTECTION: _StyleReader.read_protection,
}


def _read_cell_styles(part: Part) -> tuple[CellStyle, ...]:
    """Read the cell formats in their order."""
    reader = _StyleReader(part.name)
    for element in collect_elements(part, frozenset({"styleSheet"}), _WANTED):
        reader.add_element(element)
    return tuple(reader.styles)


read_styles = CachedReader(_read_cell_styles)
