"""Read the styles of an .ods: the look of cells and of runs of text, and number formats as codes of Excel.

`StyleReader` takes the parser events of styles.xml and of the beginning of content.xml.
"""

import re
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, Mark, make_look, mark_font, parse_rgb
from xltool.spreadsheet.number_formats import GENERAL
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_STYLE, _FO, _TEXT, _NUMBER = (f"{_ODF}{name}:1.0 " for name in ("style", "xsl-fo-compatible", "text", "datastyle"))
_LIBREOFFICE = "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0 "
_STYLES = (f"{_STYLE}style", f"{_STYLE}default-style")
_TEXT_PROPERTIES, _CELL_PROPERTIES = f"{_STYLE}text-properties", f"{_STYLE}table-cell-properties"
_NAME, _MAP = f"{_STYLE}name", f"{_STYLE}map"
_DATA_STYLES = frozenset(
    f"{_NUMBER}{kind}-style" for kind in ("number", "percentage", "currency", "text", "boolean", "date", "time")
)
_LITERALS = frozenset(f"{_NUMBER}{name}" for name in ("text", "currency-symbol", "fill-character", "embedded-text"))
_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?[0-9.]+)")
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)(pt|in|cm|mm|px)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75}
_MAX_PARENTS = 20
_MAX_PLACES = 30  # of digits in a number format, before or behind the point


class _Properties(NamedTuple):
    """What one style states; None where its parent decides. ``background`` and ``colour`` are RRGGBB, or ""."""

    parent: str = ""
    data_style: str | None = None
    struck: bool | None = None
    position: str | None = None  # "super", "sub" or ""
    hidden: bool | None = None
    colour: str | None = None
    points: float | None = None
    background: str | None = None


class StyleReader:
    """Collects the styles of one workbook."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._styles: dict[tuple[str, str], _Properties] = {}
        self._data_styles: dict[str, _DataStyle] = {}
        self._open: tuple[str, str] | None = None
        self._data_style: _DataStyle | None = None
        self._literal: list[str] | None = None
        self._looks: dict[str, CellLook] = {}

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the beginning of an element."""
        if name in _STYLES:
            self._begin_style(attributes)
        elif name in _DATA_STYLES:
            self._data_style = _DataStyle(name.removeprefix(_NUMBER).removesuffix("-style"))
            self._data_styles[attributes.get(_NAME, "")] = self._data_style
        elif self._data_style is not None:
            self._read_number_element(self._data_style, name, attributes)
        elif self._open is not None and name == _TEXT_PROPERTIES:
            self._change(_read_text_properties(self._styles[self._open], attributes))
        elif self._open is not None and name == _CELL_PROPERTIES:
            background = attributes.get(f"{_FO}background-color")
            if background is not None:
                self._change(self._styles[self._open]._replace(background=parse_rgb(background)))

    def end_element(self, name: str) -> None:
        """Handle the end of an element."""
        if name in _LITERALS:
            self._literal = None
        elif name in _DATA_STYLES:
            self._data_style = None
        elif name in _STYLES:
            self._open = None

    def add_characters(self, text: str) -> None:
        """Handle text, which matters inside literals of number formats only."""
        if self._literal is not None:
            self._literal[0] += text

    def find_look(self, style: str) -> CellLook:
        """Return the look of cells of a style; "" is the default one."""
        if style not in self._looks:
            found = self._resolve("table-cell", style)
            mark = self._find_mark(found)
            code = self._format_code(found.data_style or "")
            self._looks[style] = make_look(code, mark, found.colour or "", found.background or "")
        return self._looks[style]

    def find_run_look(self, style: str) -> tuple[Mark | None, str]:
        """Return mark and colour of runs of a text style."""
        found = self._resolve("text", style)
        return self._find_mark(found), found.colour or ""

    def _begin_style(self, attributes: dict[str, str]) -> None:
        if len(self._styles) >= limits.MAX_FORMATS:
            raise exceeded_limit(self._part, LimitKind.FORMATS, limits.MAX_FORMATS)
        self._open = attributes.get(f"{_STYLE}family", ""), attributes.get(_NAME, "")
        data_style = attributes.get(f"{_STYLE}data-style-name")
        self._styles[self._open] = _Properties(attributes.get(f"{_STYLE}parent-style-name", ""), data_style)

    def _change(self, properties: _Properties) -> None:
        if self._open is not None:
            self._styles[self._open] = properties

    def _read_number_element(self, data_style: "_DataStyle", name: str, attributes: dict[str, str]) -> None:
        if name in _LITERALS:
            self._literal = data_style.add_literal(name, attributes)
        elif name == _MAP:
            data_style.maps.append(
                (attributes.get(f"{_STYLE}condition", ""), attributes.get(f"{_STYLE}apply-style-name", ""))
            )
        elif name == _TEXT_PROPERTIES:
            data_style.colour = parse_rgb(attributes.get(f"{_FO}color", ""))
        else:
            data_style.add_digits(name.removeprefix(_NUMBER), attributes)

    def _resolve(self, family: str, style: str) -> _Properties:
        """Return the properties of a style, completed from its parents and the default style."""
        chain = [style]
        while len(chain) < _MAX_PARENTS and (parent := self._styles.get((family, chain[-1]), _Properties()).parent):
            chain.append(parent)
        found = _Properties()
        for name in (*chain, ""):
            parent_values = self._styles.get((family, name), _Properties())
            pairs = zip(found, parent_values, strict=True)
            found = _Properties._make(own if own is not None else inherited for own, inherited in pairs)
        return found

    @staticmethod
    def _find_mark(found: _Properties) -> Mark | None:
        if found.hidden:
            return Mark.INVISIBLE
        raised, lowered = found.position == "super", found.position == "sub"
        return mark_font(struck=bool(found.struck), raised=raised, lowered=lowered, points=found.points)

    def _format_code(self, name: str) -> str:
        """Return the number format of a data style as a code of Excel: its conditional sections, then its own."""
        data_style = self._data_styles.get(name)
        if data_style is None:
            return GENERAL
        sections = [
            f"[{match[1].replace('!=', '<>')}{match[2]}]{mapped.make_section()}"
            for condition, target in data_style.maps
            if (match := _CONDITION.fullmatch(condition)) and (mapped := self._data_styles.get(target))
        ]
        return ";".join([*sections[:3], data_style.make_section()])


class _DataStyle:
    """One number format in the making."""

    def __init__(self, kind: str) -> None:
        self.maps: list[tuple[str, str]] = []
        self.colour = ""
        self._kind = kind
        self._pieces: list[list[str]] = []  # each a text that may still grow, behind the kind of piece it is
        self._embedded: list[tuple[int, list[str]]] = []

    def add_literal(self, name: str, attributes: dict[str, str]) -> list[str]:
        """Add a literal; return the list whose first item is its text."""
        literal = [""]
        if name.endswith("embedded-text"):
            self._embedded.append((_read_position(attributes), literal))
        else:
            literal.append("literal")
            self._pieces.append(literal)
        return literal

    def add_digits(self, name: str, attributes: dict[str, str]) -> None:
        """Add the element with the digits of a number."""
        if name == "number":
            self._pieces.append([_number_code(attributes)])
        elif name == "scientific-number":
            exponent = "0" * max(_read_count(attributes, "min-exponent-digits"), 1)
            self._pieces.append([f"{_number_code(attributes)}E+{exponent}"])
        elif name == "fraction":
            largest = _read_count(attributes, "max-denominator-value")
            digits = "?" * (len(str(largest)) if largest else _read_count(attributes, "min-denominator-digits") or 1)
            self._pieces.append([f"# {digits}/{digits}"])
        elif name == "text-content":
            self._pieces.append(["@"])

    def make_section(self) -> str:
        """Return the section of a format code."""
        if self._kind in ("boolean", "date", "time"):
            return GENERAL
        section = ""
        for piece in self._pieces:
            if len(piece) > 1:
                percent = self._kind == "percentage" and "%" in piece[0]
                quoted = '"' + piece[0].replace('"', "").replace("%", "" if percent else "%") + '"'
                section += (quoted if len(quoted) > 2 else "") + ("%" if percent else "")
            else:
                section += self._embed(piece[0])
        colour = f"[#{self.colour}]" if self.colour else ""
        return colour + (section or '""')

    def _embed(self, digits: str) -> str:
        """Insert literals between the digits; a position counts from the point to the left, below 0 to the right."""
        whole, point, places = digits.partition(".")
        for position, literal in sorted(self._embedded, key=lambda item: item[0]):
            at = [index for index, character in enumerate(whole) if character in "0#?"]
            quoted = f'"{literal[0]}"' if literal[0] else ""
            if 0 <= position <= len(at):
                cut = at[-position] if position else len(whole)
                whole = whole[:cut] + quoted + whole[cut:]
            elif position < 0:
                places = places[: -position - 1] + quoted + places[-position - 1 :]
        return whole + point + places


def _number_code(attributes: dict[str, str]) -> str:
    """Return the digits of a number element as placeholders."""
    places = attributes.get(f"{_NUMBER}decimal-places")
    whole = "0" * _read_count(attributes, "min-integer-digits") or "#"
    if places is None:
        return GENERAL if len(whole) == 1 else whole
    if attributes.get(f"{_NUMBER}grouping") == "true":
        whole = f"#,{whole.rjust(3, '#')}" if len(whole) < 4 else f"{whole[:-3]},{whole[-3:]}"
    count = _read_count(attributes, "decimal-places")
    shown = min(_read_count(attributes, "min-decimal-places", default=count), count)
    code = f"{whole}.{'0' * shown}{'#' * (count - shown)}" if count else whole
    factor = attributes.get(f"{_NUMBER}display-factor", "1")
    thousands = (len(factor.partition(".")[0]) - 1) // 3 if factor.strip("0.") == "1" else 0
    return code + "," * thousands


def _read_count(attributes: dict[str, str], *names: str, default: int = 0) -> int:
    for name in names:
        text = attributes.get(f"{_NUMBER}{name}", attributes.get(f"{_LIBREOFFICE}{name}", ""))
        if text.isascii() and text.isdecimal():
            return min(int(text[:9]), _MAX_PLACES if "denominator" not in name else 999_999)
    return default


def _read_position(attributes: dict[str, str]) -> int:
    text = attributes.get(f"{_NUMBER}position", "0")
    digits = text.removeprefix("-")
    number = min(int(digits[:9]), _MAX_PLACES) if digits.isascii() and digits.isdecimal() else 0
    return -number if text.startswith("-") else number


def _read_text_properties(style: _Properties, attributes: dict[str, str]) -> _Properties:
    """Return a style with the text properties an element states."""
    line = [attributes.get(f"{_STYLE}text-line-through-{name}") for name in ("style", "type")]
    position, size = attributes.get(f"{_STYLE}text-position"), attributes.get(f"{_FO}font-size", "")
    display, colour = attributes.get(f"{_TEXT}display"), attributes.get(f"{_FO}color")
    if attributes.get(f"{_STYLE}use-window-font-color") == "true":
        colour = ""
    length = _LENGTH.fullmatch(size)
    return style._replace(
        struck=style.struck if line == [None, None] else any(text not in (None, "none") for text in line),
        position=style.position if position is None else _position_word(position),
        hidden=style.hidden if display is None else display == "none",
        colour=style.colour if colour is None else parse_rgb(colour),
        points=style.points if length is None else float(length[1]) * _POINTS[length[2]],
    )


def _position_word(text: str) -> str:
    """Return "super", "sub" or "" for a text position such as "super 58%" or "-33% 58%"."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if first in ("super", "sub"):
        return first
    if first.startswith("-"):
        return "sub" if first.strip("-%0.") else ""
    return "super" if first.strip("+%0.") else ""
