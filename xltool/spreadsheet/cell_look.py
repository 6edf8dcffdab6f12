"""How the characters of a cell look: struck out, raised, invisible; and the colours that decide the last.

A text of which some characters look different is a `MarkedText`: its value is what is stored, ``visible`` what a person
reads. The look of a whole cell is a `CellLook`. Theme colours are those of the Office theme.
"""

import colorsys
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xltool.spreadsheet.number_formats import GENERAL, is_date_format, is_plain_format

MIN_CONTRAST = 1.25  # between character and background (WCAG 2, from 1 to 21); below it nobody sees the character
MIN_FONT_POINTS = 2.0  # a smaller character is a dot
WHITE, BLACK = "FFFFFF", "000000"

_THEME = (WHITE, BLACK, "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")
_BASIC = ("000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
_PALETTE = (
    *("800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080"),
    *("9999FF", "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF"),
    *("000080", "FF00FF", "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF"),
    *("00CCFF", "CCFFFF", "CCFFCC", "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99"),
    *("3366FF", "33CCCC", "99CC00", "FFCC00", "FF9900", "FF6600", "666699", "969696"),
    *("003366", "339966", "003300", "333300", "993300", "993366", "333399", "333333"),
)
INDEXED_COLOURS = (*_BASIC, *_BASIC, *_PALETTE)  # by index from 0 to 63
_FORMAT_COLOURS = dict(
    zip(("black", "white", "red", "green", "blue", "yellow", "magenta", "cyan"), _BASIC, strict=True)
)
_RGB = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")


class Mark(StrEnum):
    """How characters look, or why they are not seen."""

    STRUCK = "struck"
    RAISED = "raised"
    LOWERED = "lowered"
    INVISIBLE = "invisible"  # in the colour of the background, hidden, or too small
    RUBY = "ruby"  # small characters above the text; not part of what is stored


class Run(NamedTuple):
    """Characters of one look. ``colour`` is theirs if it is not automatic; the background decides whether it is seen.

    ``inherits``: they look as the cell does.
    """

    text: str
    mark: Mark | None = None
    colour: str = ""
    inherits: bool = False


class MarkedText(str):
    """A stored text with runs of different look. Equal only to a text with the same runs."""

    __slots__ = ("runs",)
    runs: tuple[Run, ...]

    def __new__(cls, runs: Iterable[Run]) -> "MarkedText":
        """Join the runs; those of ruby stay outside."""
        kept = tuple(runs)
        marked = super().__new__(cls, "".join(run.text for run in kept if run.mark is not Mark.RUBY))
        marked.runs = kept
        return marked

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MarkedText) and self.runs == other.runs

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __getnewargs__(self) -> tuple[tuple[Run, ...]]:  # type: ignore[override]  # how it is pickled
        return (self.runs,)


class CellLook(NamedTuple):
    """The look of a whole cell. ``background`` is RRGGBB; ``is_plain``: every whole number is shown as it is."""

    format_code: str = GENERAL
    marks: tuple[Mark, ...] = ()
    background: str = WHITE
    is_plain: bool = True
    is_date: bool = False


PLAIN_LOOK = CellLook()


@lru_cache(maxsize=4096)
def make_look(format_code: str, mark: Mark | None, colour: str, background: str) -> CellLook:
    """Return the look of a cell from its number format, the mark of its font, its font colour and its fill."""
    marks = (mark,) if mark else (Mark.INVISIBLE,) if is_unseen(colour, background) else ()
    is_date = is_date_format(format_code)
    is_plain = not marks and (is_date or is_plain_format(format_code))
    return CellLook(format_code, marks, background or WHITE, is_plain, is_date)


def mark_font(*, struck: bool, raised: bool, lowered: bool, points: float | None) -> Mark | None:
    """Return the mark of a font; ``points`` is its size, None if not stated."""
    if points is not None and points < MIN_FONT_POINTS:
        return Mark.INVISIBLE
    if struck:
        return Mark.STRUCK
    return Mark.RAISED if raised else Mark.LOWERED if lowered else None


def mark_runs(runs: Iterable[Run]) -> str:
    """Join runs to a text: a plain one if all look the same and none has a colour of its own."""
    kept = [run for run in runs if run.text]
    if all(run.mark is None and not run.colour for run in kept):
        return "".join(run.text for run in kept)
    return MarkedText(kept)


# --- colours -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def is_unseen(colour: str, background: str) -> bool:
    """Return True for characters nobody sees before a background; both RRGGBB, "" for automatic."""
    if not colour:
        return False
    light, dark = sorted((_luminance(colour), _luminance(background or WHITE)), reverse=True)
    return (light + 0.05) / (dark + 0.05) < MIN_CONTRAST


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parse_rgb(text: str) -> str:
    """Return RRGGBB of a colour such as FFAABBCC or #aabbcc; "" for any other text."""
    match = _RGB.fullmatch(text.lstrip("#"))
    return match[1].upper() if match else ""


def theme_colour(index: int, tint: float = 0.0) -> str:
    """Return a colour of the Office theme, "" for an unknown one; ``tint`` from -1 (black) to 1 (white)."""
    return tint_colour(_THEME[index], tint) if 0 <= index < len(_THEME) else ""


def indexed_colour(index: int) -> str:
    """Return a colour of the default palette; "" for the automatic ones behind it."""
    return INDEXED_COLOURS[index] if 0 <= index < len(INDEXED_COLOURS) else ""


def format_colour(name: str) -> str:
    """Return the colour a number format names, "" for none."""
    if name.startswith("#"):
        return parse_rgb(name)
    if name.startswith("color"):
        number = name.removeprefix("color").strip()
        return indexed_colour(int(number) + 7) if number.isdecimal() else ""
    return _FORMAT_COLOURS.get(name, "")


@lru_cache(maxsize=1024)
def tint_colour(colour: str, tint: float) -> str:
    """Return a colour made darker (below 0) or lighter (ECMA-376 part 1, 18.8.19)."""
    if not tint or not colour:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    channels = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), saturation)
    return "".join(f"{round(channel * 255):02X}" for channel in channels)
