"""Read the styles of an .ods: the look of cells and of runs of text, and number formats as codes of Excel.

`StyleReader` takes the parser events of styles.xml and of the beginning of content.xml.
"""

import re
from typing import NamedTuple

from xltool.spreadsheet import limits
from xltool.spreadsheet.cell_look import CellLook, LookChange, Mark, make_look, mark_font
from xltool.spreadsheet.number_formats import GENERAL
from xltool.spreadsheet.refusals import LimitKind, exceeded_limit
from xltool.spreadsheet.shape_places import MIN_OPACITY
from xltool.spreadsheet.workbook_colours import parse_rgb

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_STYLE, _FO, _TEXT, _NUMBER = (f"{_ODF}{name}:1.0 " for name in ("style", "xsl-fo-compatible", "text", "datastyle"))
_LIBREOFFICE = "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0 "
_STYLES = (f"{_STYLE}style", f"{_STYLE}default-style")
_TEXT_PROPERTIES, _CELL_PROPERTIES = f"{_STYLE}text-properties", f"{_STYLE}table-cell-properties"
_NAME, _MAP = f"{_STYLE}name", f"{_STYLE}map"
_FONT_FACE, _FONT_FAMILY = f"{_STYLE}font-face", f"{_ODF}svg-compatible:1.0 font-family"
# Elements whose attributes are kept by style, and those that state the size of rows and of columns.
_KEPT = frozenset(f"{_STYLE}{name}-properties" for name in ("table-row", "table-column", "graphic"))
_SIZES = {"table-row": f"{_STYLE}row-height", "table-column": f"{_STYLE}column-width"}
_FILL, _OPACITY = (f"{_ODF}drawing:1.0 {name}" for name in ("fill", "opacity"))
_UPSIDE_DOWN = range(91, 270)  # angles at which digits stand on their heads
_DATA_STYLES = frozenset(
    f"{_NUMBER}{kind}-style" for kind in ("number", "percentage", "currency", "text", "boolean", "date", "time")
)
_LITERALS = frozenset(f"{_NUMBER}{name}" for name in ("text", "currency-symbol", "fill-character", "embedded-text"))
_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?[0-9.]+)")
_LENGTH = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,20})?)(pt|in|cm|mm|px)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75}
_MAX_PARENTS = 20
_DEFAULT_CELL_STYLE = "Default"
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
    font: str | None = None
    repeated: bool | None = None
    angle: int | None = None
    rising: bool | None = None  # a line from corner to corner
    falling: bool | None = None
    shrunk: bool | None = None


class StyleMap(NamedTuple):
    """A condition in the style of a cell, and the style that applies where it is met."""

    condition: str
    style: str
    base: str


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
        self._changes: dict[str, LookChange] = {}
        self._maps: dict[str, list[StyleMap]] = {}
        self._names_by_display: dict[str, str] = {}
        self._font_families: dict[str, str] = {}
        self._kept: dict[tuple[str, str], dict[str, str]] = {}
        self._found_sizes: dict[tuple[str, str], float | None] = {}

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
            self._change(_read_cell_properties(self._styles[self._open], attributes))
        elif self._open is not None and name in _KEPT:
            self._kept[self._open] = attributes
        elif self._open is not None and name == _MAP:
            self._add_map(self._open[1], attributes)
        elif name == _FONT_FACE:
            self._font_families[attributes.get(_NAME, "")] = attributes.get(_FONT_FAMILY, "").strip("'\"")

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
            found = self._resolve("table-cell", style)._replace(hidden=None)  # of a cell: Gnumeric's "hide formulas"
            mark = self._find_mark(found)
            code = self._format_code(found.data_style or "")
            placed = Mark.REPEATED if found.repeated else Mark.UPSIDE_DOWN if found.angle in _UPSIDE_DOWN else None
            placed = placed or (Mark.FITTED if found.shrunk or found.angle else None)
            placed = Mark.CROSSED if found.rising or found.falling else placed
            self._looks[style] = make_look(code, mark, found.colour or "", found.background or "", placed, "")
        return self._looks[style]

    def find_change(self, style: str) -> LookChange:
        """Return what a conditional format changes that applies a style: what it and its own parents state.

        ``style`` is its name, or the name that people see.
        """
        if style not in self._changes:
            found = self._resolve("table-cell", self._names_by_display.get(style, style), inherited=False)
            mark = self._find_mark(found)
            clears = mark is None and not (found.struck is None and found.position is None)
            code = None if found.data_style is None else self._format_code(found.data_style)
            self._changes[style] = LookChange(code, mark, clears, found.colour, found.background)
        return self._changes[style]

    def find_maps(self, style: str) -> list[StyleMap]:
        """Return the conditions in a style of cells, or in the nearest of its parents that has some."""
        chain = self._list_chain("table-cell", style)
        return next((self._maps[name] for name in chain if name in self._maps), [])

    def find_size(self, family: str, style: str) -> float | None:
        """Return the height of rows ("table-row") or the width of columns ("table-column") of a style in points."""
        if (family, style) not in self._found_sizes:
            stated = (self._kept.get((family, name), {}) for name in self._list_chain(family, style))
            sizes = (parse_length(attributes.get(_SIZES[family], "")) for attributes in stated)
            self._found_sizes[family, style] = next((size for size in sizes if size is not None), None)
        return self._found_sizes[family, style]

    def is_filled(self, style: str, *, by_default: bool) -> bool:
        """Whether shapes of a style hide what is below; ``by_default`` those whose style does not say so."""
        stated = [self._kept.get(("graphic", name), {}) for name in self._list_chain("graphic", style)]
        fill = next((each[_FILL] for each in stated if _FILL in each), "solid" if by_default else "none")
        opacity = next((each[_OPACITY] for each in stated if _OPACITY in each), "100%").partition(".")[0].rstrip("%")
        return fill != "none" and not (opacity.isdecimal() and int(opacity[:9]) < 100 * MIN_OPACITY)

    def find_run_look(self, style: str) -> tuple[Mark | None, str]:
        """Return mark and colour of runs of a text style."""
        found = self._resolve("text", style)
        return self._find_mark(found), found.colour or ""

    def _begin_style(self, attributes: dict[str, str]) -> None:
        if len(self._styles) >= limits.MAX_FORMATS:
            raise exceeded_limit(self._part, LimitKind.FORMATS, limits.MAX_FORMATS)
        self._open = attributes.get(f"{_STYLE}family", ""), attributes.get(_NAME, "")
        if display := attributes.get(f"{_STYLE}display-name"):
            self._names_by_display[display] = self._open[1]
        data_style = attributes.get(f"{_STYLE}data-style-name")
        self._styles[self._open] = _Properties(attributes.get(f"{_STYLE}parent-style-name", ""), data_style)

    def _add_map(self, style: str, attributes: dict[str, str]) -> None:
        names = ("condition", "apply-style-name", "base-cell-address")
        self._maps.setdefault(style, []).append(StyleMap(*(attributes.get(f"{_STYLE}{name}", "") for name in names)))

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

    def _list_chain(self, family: str, style: str) -> list[str]:
        """Return the names of a style and of its parents."""
        chain = [style]
        while len(chain) < _MAX_PARENTS and (parent := self._styles.get((family, chain[-1]), _Properties()).parent):
            chain.append(parent)
        return chain

    def _resolve(self, family: str, style: str, *, inherited: bool = True) -> _Properties:
        """Return the properties of a style, completed from its parents and, if ``inherited``, the default styles."""
        chain = self._list_chain(family, style)
        found = _Properties()
        for name in (*chain, "") if inherited else [name for name in chain if name != _DEFAULT_CELL_STYLE]:
            parent_values = self._styles.get((family, name), _Properties())
            pairs = zip(found, parent_values, strict=True)
            found = _Properties._make(own if own is not None else inherited for own, inherited in pairs)
        return found

    def _find_mark(self, found: _Properties) -> Mark | None:
        if found.hidden:
            return Mark.INVISIBLE
        raised, lowered = found.position == "super", found.position == "sub"
        font = self._font_families.get(found.font or "") or found.font or ""
        return mark_font(struck=bool(found.struck), raised=raised, lowered=lowered, points=found.points, name=font)

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


def parse_length(text: str) -> float | None:
    """Return a length in points; None for none, one below 0 or one with too many digits."""
    length = _LENGTH.fullmatch(text)
    return None if length is None else float(length[1]) * _POINTS[length[2]]


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
    length = parse_length(size)
    return style._replace(
        struck=style.struck if line == [None, None] else any(text not in (None, "none") for text in line),
        position=style.position if position is None else _position_word(position),
        hidden=style.hidden if display is None else display == "none",
        colour=style.colour if colour is None else parse_rgb(colour),
        points=style.points if length is None else length,
        font=attributes.get(f"{_STYLE}font-name") or attributes.get(f"{_FO}font-family", "").strip("'\"") or style.font,
    )


def _read_cell_properties(style: _Properties, attributes: dict[str, str]) -> _Properties:
    """Return a style with the properties of cells an element states."""
    background, shrunk = attributes.get(f"{_FO}background-color"), attributes.get(f"{_STYLE}shrink-to-fit")
    repeated = attributes.get(f"{_STYLE}repeat-content")
    rising, falling = (attributes.get(f"{_STYLE}diagonal-{corners}") for corners in ("bl-tr", "tl-br"))
    angle = re.fullmatch(r"([0-9]{1,3})(?:\.[0-9]+)?(?:deg)?", attributes.get(f"{_STYLE}rotation-angle", ""))
    return style._replace(
        background=style.background if background is None else parse_rgb(background),
        repeated=style.repeated if repeated is None else repeated == "true",
        angle=int(angle[1]) if angle else style.angle,
        shrunk=style.shrunk if shrunk is None else shrunk == "true",
        rising=style.rising if rising is None else "none" not in rising.split(),
        falling=style.falling if falling is None else "none" not in falling.split(),
    )


def _position_word(text: str) -> str:
    """Return "super", "sub" or "" for a text position such as "super 58%" or "-33% 58%"."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if first in ("super", "sub"):
        return first
    if first.startswith("-"):
        return "sub" if first.strip("-%0.") else ""
    return "super" if first.strip("+%0.") else ""
