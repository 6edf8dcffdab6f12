"""The colours of a workbook: its theme, its palette, tints, and whether characters can be seen before a background."""

import colorsys
import re
from functools import lru_cache
from typing import NamedTuple

MIN_CONTRAST = 1.25  # between character and background (WCAG 2, from 1 to 21); below it nobody sees the character
WHITE, BLACK = "FFFFFF", "000000"

# By the index that cells use: light 1, dark 1, light 2, dark 2, six accents, hyperlinks; of the Office theme.
_OFFICE_THEME = (
    *(WHITE, BLACK, "E7E6E6", "44546A"),
    *("4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47"),
    *("0563C1", "954F72"),
)
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
_FORMAT_COLOURS = {
    "black": "000000",
    "white": "FFFFFF",
    "red": "FF0000",
    "green": "00FF00",
    "blue": "0000FF",
    "yellow": "FFFF00",
    "magenta": "FF00FF",
    "cyan": "00FFFF",
}
_RGB = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")


class WorkbookColours(NamedTuple):
    """The colours of one workbook as RRGGBB, by the index that cells use; "" for one that is not known."""

    theme: tuple[str, ...] = _OFFICE_THEME
    palette: tuple[str, ...] = INDEXED_COLOURS

    def find_theme_colour(self, index: int, tint: float = 0.0) -> str:
        """Return a colour of the theme, "" for an unknown one; ``tint`` from -1 (black) to 1 (white)."""
        return tint_colour(self.theme[index], tint) if 0 <= index < len(self.theme) else ""

    def find_indexed_colour(self, index: int, tint: float = 0.0) -> str:
        """Return a colour of the palette; "" for the automatic ones behind it."""
        return tint_colour(self.palette[index], tint) if 0 <= index < len(self.palette) else ""


DEFAULT_COLOURS = WorkbookColours()


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


def format_colour(name: str) -> str:
    """Return the colour a number format names, "" for none."""
    if name.startswith("#"):
        return parse_rgb(name)
    if name.startswith("color"):
        number = name.removeprefix("color").strip()
        return DEFAULT_COLOURS.find_indexed_colour(int(number) + 7) if number.isdecimal() else ""
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
