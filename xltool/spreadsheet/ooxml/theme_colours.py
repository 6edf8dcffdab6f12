"""Read the colours of the theme of an .xlsx or .xlsb."""

from xltool.errors import UnreadableFileError
from xltool.spreadsheet.ooxml.part import Part
from xltool.spreadsheet.ooxml.xml_parser import collect_elements
from xltool.spreadsheet.part_cache import CachedReader
from xltool.spreadsheet.workbook_colours import DEFAULT_COLOURS, parse_rgb

# In the order of the indexes by which cells name them.
_NAMES = ("lt1", "dk1", "lt2", "dk2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
_SCHEME = "a:themeElements/a:clrScheme"
_PATHS = {
    f"{_SCHEME}/a:{name}/a:{kind}": (index, attribute)
    for index, name in enumerate(_NAMES)
    for kind, attribute in (("srgbClr", "val"), ("sysClr", "lastClr"))
}


def _read_theme_colours(part: Part) -> tuple[str, ...]:
    """Return the colours of a theme; those of the Office theme where it does not say them, or is damaged."""
    colours = list(DEFAULT_COLOURS.theme)
    try:
        elements = collect_elements(part, frozenset({"a:theme"}), frozenset(_PATHS))
    except UnreadableFileError:
        return DEFAULT_COLOURS.theme
    for element in elements:
        index, attribute = _PATHS[element.path]
        colours[index] = parse_rgb(element.attributes.get(attribute, "")) or colours[index]
    return tuple(colours)


read_theme_colours = CachedReader(_read_theme_colours)
