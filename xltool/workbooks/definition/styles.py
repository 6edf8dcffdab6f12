"""Styles of a definition workbook by the role of a cell."""

from functools import cache

from xltool.workbooks.template.styles import (
    BORDER_COLOUR,
    CAPTION_COLOUR,
    INPUT_COLOUR,
    TITLE_SIZE_POINTS,
)
from xltool.workbooks.xlsxwriter_adapter import StyleProperties

_WRAPPED = {"text_wrap": True, "valign": "top", "num_format": "@"}
_BORDER = {"border": 1, "border_color": BORDER_COLOUR}
_GREY = "#7F7F7F"
REGION_COLOUR = "#2F5D8A"


@cache
def definition_styles() -> dict[str, StyleProperties]:
    """Return every style."""
    return {
        "title": {"bold": True, "font_size": TITLE_SIZE_POINTS, "valign": "vcenter"},
        "note": {"font_size": 10, "font_color": _GREY, "text_wrap": True, "valign": "top"},
        "region": {"bold": True, "font_size": 12, "font_color": REGION_COLOUR, "valign": "vcenter"},
        "purpose": {"font_size": 10, "font_color": _GREY, "valign": "vcenter"},
        "mark": {"font_size": 9, "font_color": _GREY, "valign": "top"},
        "heading": {"bold": True, "bg_color": CAPTION_COLOUR, "text_wrap": True, "valign": "vcenter", **_BORDER},
        "meaning": {"font_size": 9, "font_color": _GREY, **_WRAPPED, **_BORDER},
        "example": {"font_size": 9, "font_color": _GREY, "italic": True, **_WRAPPED, **_BORDER},
        "setting": {"bg_color": CAPTION_COLOUR, **_WRAPPED, **_BORDER},
        "value": {**_WRAPPED, **_BORDER},
        "number": {"num_format": "General", "align": "left"},
        "open": {"bg_color": INPUT_COLOUR, **_WRAPPED, **_BORDER},
        "label": {"text_wrap": True, "align": "center", "valign": "vcenter", "border": 1},
        "figure": {
            "font_size": 8,
            "bg_color": INPUT_COLOUR,
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
            "border": 1,
        },
    }
