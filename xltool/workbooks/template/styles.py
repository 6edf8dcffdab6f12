"""Named cell styles as data. The role of a slot (`forms.slots.Role`) is the name of its style."""

from functools import cache

from xltool.forms.slots import Role
from xltool.forms.workbook_words import workbook_words
from xltool.workbooks.xlsxwriter_adapter import StyleProperties

INPUT_COLOUR = "#FFF9E3"  # light yellow: to be filled in
COMPUTED_COLOUR = "#EDEDED"  # grey: computed, locked
PREFILLED_COLOUR = "#E4F0FA"  # light blue: filled in from last year, to be confirmed
CAPTION_COLOUR = "#E9EEF4"
BORDER_COLOUR = "#A6A6A6"  # borders outside the official tables, whose borders are black
INK_COLOUR = "#404040"
LINK_COLOUR = "#0563C1"
TITLE_SIZE_POINTS = 16
TEXT_SIZE_POINTS = 12
GOOD_STYLE = {"font_color": "#1B5E20", "bg_color": "#E3F1E1"}
BAD_STYLE = {"font_color": "#9C0006", "bg_color": "#FBE0DE", "bold": True}
WAITING_STYLE = {"font_color": "#7F6000", "bg_color": "#FFF4D0"}
DOUBTFUL_STYLE = {"font_color": "#7A4B00", "bg_color": "#FFE08A", "bold": True}
MARKED_STYLE = {"font_color": "#9C0006", "bg_color": "#FFB3AB", "bold": True}
# Styles of the columns in the list of findings that are not plain text; the sides may contain figures or text.
MARK_COLUMN_STYLES = {
    "number": ("centred",),
    "cell": ("linked", "literal"),
    "severity": ("centred",),
    "left": ("centred",),
    "right": ("centred",),
}
TAB_COLOURS = {"fill": "#F2C94C", "look": "#7F9DB9"}

_MIDDLE = {"valign": "vcenter", "text_wrap": True}
_CENTRED = {"align": "center", **_MIDDLE}
_PRINTED = {"border": 1}
_OWN = {"border": 1, "border_color": BORDER_COLOUR}
_OPEN = {"locked": False, "bg_color": INPUT_COLOUR}
_FIGURE = {**_CENTRED, **_PRINTED, "num_format": "0", "text_wrap": False}


@cache
def template_styles() -> dict[str, StyleProperties]:
    """Return every named style of the templates and of the distribution list."""
    heading = workbook_words().look["heading_font"]
    return {
        Role.TITLE: {"font_name": heading, "font_size": TITLE_SIZE_POINTS, **_CENTRED},
        Role.HEADING: {"font_name": heading, "font_size": 12, **_MIDDLE},
        Role.TABLE_TITLE: {"font_name": heading, "font_size": 11, "align": "center", "valign": "bottom"},
        Role.GUIDE: {"font_size": 10, "font_color": INK_COLOUR, **_MIDDLE},
        Role.LABEL: {**_CENTRED, **_PRINTED},
        "item": {**_MIDDLE, **_PRINTED, "align": "left", "indent": 1},
        Role.CAPTION: {"font_name": heading, "font_size": 10, "bg_color": CAPTION_COLOUR, **_CENTRED, **_OWN},
        Role.INPUT: {**_FIGURE, **_OPEN},
        Role.COMPUTED: {**_FIGURE, "bg_color": COMPUTED_COLOUR},
        Role.CONTROL: {**_FIGURE, **_OWN, **_OPEN},
        "prefilled": {"bg_color": PREFILLED_COLOUR},
        "amount": {"num_format": "0.######"},
        "whole": {"num_format": "0"},
        "date": {"num_format": "yyyy-mm-dd"},
        "words": {"num_format": "@", "text_wrap": True},
        Role.UNUSED: {**_CENTRED, **_PRINTED},
        Role.PARAGRAPH: {
            "font_size": TEXT_SIZE_POINTS,
            "num_format": "@",
            "text_wrap": True,
            "align": "left",
            "valign": "top",
            "border": 4,
            "border_color": BORDER_COLOUR,
            **_OPEN,
        },
        Role.FIELD: {"num_format": "@", "align": "left", "indent": 1, **_MIDDLE, **_OWN, **_OPEN},
        Role.CHOICE: {**_CENTRED, **_OWN, **_OPEN, "bold": True},
        Role.IDENTITY: {"align": "left", "indent": 1, **_MIDDLE, **_OWN, "bg_color": COMPUTED_COLOUR},
        Role.UNFILLED: {"font_size": 10, "font_color": INK_COLOUR, **_MIDDLE},
        "count": {**_CENTRED, **_OWN, "num_format": "0", "bg_color": COMPUTED_COLOUR},
        Role.CHECKED: {**_CENTRED, **_OWN, "bg_color": COMPUTED_COLOUR},
        Role.CHECK_CODE: {**_CENTRED, **_OWN, "bg_color": COMPUTED_COLOUR, "bold": True},
        Role.LINK: {"font_color": LINK_COLOUR, "underline": 1, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        Role.ENTRY: {"font_size": 10, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        "listed": {"font_size": 10, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        "centred": {"font_size": 10, **_CENTRED, **_OWN},
        "linked": {"font_size": 10, "font_color": LINK_COLOUR, "underline": 1, **_CENTRED, **_OWN},
        "number": {"font_size": 10, **_CENTRED, **_OWN, "num_format": "0.######"},
        Role.ROW_NUMBER: {**_CENTRED, **_PRINTED, "num_format": "0", "font_color": INK_COLOUR},
        Role.ROW_CHECK: {"font_size": 10, **_CENTRED, **_OWN, "bg_color": COMPUTED_COLOUR},
        Role.EXPLANATION: {"font_size": 10, "align": "left", "valign": "top", "text_wrap": True, **_OWN, **_OPEN},
        "text": {"num_format": "@"},
        Role.MARK: {"font_size": 10, "align": "left", "valign": "top", "text_wrap": True},
        "literal": {"quote_prefix": True},  # text, whatever its first character
        "good": GOOD_STYLE,
        "bad": BAD_STYLE,
        "waiting": WAITING_STYLE,
        "marked": MARKED_STYLE,
        "doubtful": DOUBTFUL_STYLE,
    }
