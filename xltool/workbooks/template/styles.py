"""How the workbooks look: named formats as data. A role of a slot (`forms.slots.Role`) is the name of its style."""

from functools import cache

from xltool.forms.furniture import words
from xltool.forms.slots import Role
from xltool.workbooks.xlsxwriter_adapter import Style

INPUT = "#FFF9E3"  # light yellow: to be filled in
COMPUTED = "#EDEDED"  # grey: computed, locked
PREFILLED = "#E4F0FA"  # light blue: filled in from last year, to be confirmed
CAPTION = "#E9EEF4"
RULE = "#A6A6A6"  # lines of our own furniture; those of the official tables are black
INK = "#404040"
LINK = "#0563C1"
TITLE_SIZE = 16
TEXT_SIZE = 12
GOOD = {"font_color": "#1B5E20", "bg_color": "#E3F1E1"}
BAD = {"font_color": "#9C0006", "bg_color": "#FBE0DE", "bold": True}
WAITING = {"font_color": "#7F6000", "bg_color": "#FFF4D0"}
MARKED = {"font_color": "#9C0006", "bg_color": "#FFB3AB", "bold": True}
# The looks of the columns in the list of findings that are not simply text; figures and text may stand in the sides.
MARKS = {
    "number": ("centred",),
    "cell": ("linked", "literal"),
    "severity": ("centred",),
    "left": ("centred",),
    "right": ("centred",),
}
TABS = {"fill": "#F2C94C", "look": "#7F9DB9"}

_MIDDLE = {"valign": "vcenter", "text_wrap": True}
_CENTRED = {"align": "center", **_MIDDLE}
_PRINTED = {"border": 1}
_OWN = {"border": 1, "border_color": RULE}
_OPEN = {"locked": False, "bg_color": INPUT}
_FIGURE = {**_CENTRED, **_PRINTED, "num_format": "0", "text_wrap": False}


@cache
def styles() -> dict[str, Style]:
    """Every named style of the templates and of the distribution list."""
    heading = words().look["heading_font"]
    return {
        Role.TITLE: {"font_name": heading, "font_size": TITLE_SIZE, **_CENTRED},
        Role.HEADING: {"font_name": heading, "font_size": 12, **_MIDDLE},
        Role.GUIDE: {"font_size": 10, "font_color": INK, **_MIDDLE},
        Role.LABEL: {**_CENTRED, **_PRINTED},
        "item": {**_MIDDLE, **_PRINTED, "align": "left", "indent": 1},
        Role.CAPTION: {"font_name": heading, "font_size": 10, "bg_color": CAPTION, **_CENTRED, **_OWN},
        Role.INPUT: {**_FIGURE, **_OPEN},
        Role.COMPUTED: {**_FIGURE, "bg_color": COMPUTED},
        Role.CONTROL: {**_FIGURE, **_OWN, **_OPEN},
        "prefilled": {"bg_color": PREFILLED},
        "amount": {"num_format": "0.######"},
        "whole": {"num_format": "0"},
        Role.PARAGRAPH: {
            "font_size": TEXT_SIZE,
            "num_format": "@",
            "text_wrap": True,
            "align": "left",
            "valign": "top",
            "border": 4,
            "border_color": RULE,
            **_OPEN,
        },
        Role.FIELD: {"num_format": "@", "align": "left", "indent": 1, **_MIDDLE, **_OWN, **_OPEN},
        Role.CHOICE: {**_CENTRED, **_OWN, **_OPEN, "bold": True},
        Role.IDENTITY: {"align": "left", "indent": 1, **_MIDDLE, **_OWN, "bg_color": COMPUTED},
        Role.UNFILLED: {"font_size": 10, "font_color": INK, **_MIDDLE},
        "count": {**_CENTRED, **_OWN, "num_format": "0", "bg_color": COMPUTED},
        Role.CHECKED: {**_CENTRED, **_OWN, "bg_color": COMPUTED},
        Role.LINK: {"font_color": LINK, "underline": 1, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        Role.ENTRY: {"font_size": 10, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        "listed": {"font_size": 10, "align": "left", "indent": 1, **_MIDDLE, **_OWN},
        "centred": {"font_size": 10, **_CENTRED, **_OWN},
        "linked": {"font_size": 10, "font_color": LINK, "underline": 1, **_CENTRED, **_OWN},
        "number": {"font_size": 10, **_CENTRED, **_OWN, "num_format": "0.######"},
        Role.EXPLANATION: {"font_size": 10, "align": "left", "valign": "top", "text_wrap": True, **_OWN, **_OPEN},
        "text": {"num_format": "@"},
        Role.MARK: {"font_size": 10, "align": "left", "valign": "top", "text_wrap": True},
        "literal": {"quote_prefix": True},  # text, whatever it begins with
        "good": GOOD,
        "bad": BAD,
        "waiting": WAITING,
        "marked": MARKED,
    }
