"""How a consolidated workbook looks: named formats as data, beside those of the templates."""

from functools import cache

from xltool.forms.furniture import words
from xltool.workbooks.template.styles import CAPTION, COMPUTED, INK, LINK, RULE, styles
from xltool.workbooks.xlsxwriter_adapter import Style

QUIET = "#7F7F7F"  # ids, hints of lesser weight
FAINT = "#F7F9FB"
STRONG = "#1F3864"
BOUND = "#FFF4D0"  # the sum is only a lower bound
OPEN = "#FDE9D9"  # nothing was filled in
COLOURS = ("#4472C4", "#70AD47")  # of charts
STATES: dict[str, Style] = {  # of files and agencies, by status
    "accepted": {"font_color": "#1B5E20", "bg_color": "#E3F1E1"},
    "inside": {"font_color": "#1B5E20", "bg_color": "#E3F1E1"},
    "returned": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "returned_counted": {"font_color": "#7F6000", "bg_color": "#FFF4D0"},
    "unreadable": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "superseded": {"font_color": QUIET, "bg_color": "#EFEFEF"},
    "foreign": {"font_color": QUIET, "bg_color": "#EFEFEF"},
    "missing": {"font_color": "#9C0006", "bg_color": "#FBE0DE", "bold": True},
    "ended": {"font_color": QUIET},
    "not_begun": {"font_color": QUIET},
    "must_fix": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "explain": {"font_color": "#7F6000", "bg_color": "#FFF4D0"},
    "note": {"font_color": INK},
}

_MIDDLE = {"valign": "vcenter", "text_wrap": True}
_CENTRED = {"align": "center", **_MIDDLE}
_OWN = {"border": 1, "border_color": RULE}
_ROW = {"font_size": 10, "valign": "vcenter", **_OWN}


@cache
def summary_styles() -> dict[str, Style]:
    """Every named style of the consolidated workbook, those of the templates among them."""
    heading = words().look["heading_font"]
    at_least = words().summary.shared["at_least"]
    figure = {**_CENTRED, "border": 1, "text_wrap": False}
    own: dict[str, Style] = {
        "hint": {"font_size": 10, "font_color": INK, "align": "left", **_MIDDLE},
        "aside": {"font_size": 10, "font_color": INK, "valign": "vcenter"},
        "sum": {**figure, "num_format": "0"},
        "sum_amount": {**figure, "num_format": "General"},
        "total": {**figure, "num_format": "0", "bg_color": COMPUTED},
        "bound": {**figure, "num_format": f'"{at_least}"0', "bg_color": BOUND},
        "bound_amount": {**figure, "num_format": f'"{at_least}"General', "bg_color": BOUND},
        # overview
        "sheet_title": {"font_name": heading, "font_size": 18, "font_color": STRONG, **_CENTRED},
        "subtitle": {"font_size": 10, "font_color": INK, **_CENTRED},
        "banner_good": {"font_size": 11, "align": "left", "indent": 1, **_MIDDLE, "bold": True, **STATES["accepted"]},
        "banner_bad": {"font_size": 11, "align": "left", "indent": 1, **_MIDDLE, "bold": True, **STATES["missing"]},
        "chapter": {
            "font_name": heading,
            "font_size": 12,
            "font_color": STRONG,
            "valign": "vcenter",
            "bottom": 2,
            "bottom_color": STRONG,
        },
        "leading": {"font_color": LINK, "underline": 1},
        "tile_label": {"font_size": 10, "font_color": INK, **_CENTRED, **_OWN, "bottom": 0, "bg_color": FAINT},
        "tile": {"font_size": 18, "bold": True, "font_color": STRONG, **_CENTRED, **_OWN, "top": 0, "bg_color": FAINT},
        "tile_count": {"num_format": "#,##0"},
        "tile_amount": {"num_format": "#,##0.00####"},
        "tile_note": {"font_size": 9, "font_color": INK, **_CENTRED, **_OWN, "top": 0, "bg_color": FAINT},
        "tile_bound": {"num_format": f'"{at_least} "#,##0'},
        "tile_bound_amount": {"num_format": f'"{at_least} "#,##0.00####'},
        "alarm": {"font_color": "#9C0006"},
        # lists
        "head": {"font_name": heading, "font_size": 10, "bg_color": CAPTION, **_CENTRED, **_OWN},
        "cell": {**_ROW, "align": "left", "text_wrap": True},
        "plain": {**_ROW, "align": "left", "indent": 1},
        "small": {**_ROW, "align": "left", "font_size": 8, "font_color": QUIET},
        "mid": {**_ROW, "align": "center"},
        "jump": {**_ROW, "align": "left", "indent": 1, "font_color": LINK, "underline": 1},
        "jump_mid": {**_ROW, "align": "center", "font_color": LINK, "underline": 1},
        # details
        "id": {"font_size": 7, "font_color": QUIET, "align": "center", "shrink": True},
        "figure": {**_ROW, "align": "right", "num_format": "0"},
        "figure_total": {**_ROW, "align": "right", "num_format": "0", "bg_color": COMPUTED},
        "figure_amount": {**_ROW, "align": "right", "num_format": "General"},
        "figure_zero": {"font_color": "#A6A6A6"},
        "figure_open": {**_ROW, "bg_color": OPEN},
        "sums": {"font_size": 10, "bold": True, "align": "right", "valign": "vcenter", "num_format": "General"},
        "sums_label": {"font_size": 10, "bold": True, "align": "left", "valign": "vcenter"},
    }
    return {**styles(), **own, **{f"is_{state}": look for state, look in STATES.items()}}
