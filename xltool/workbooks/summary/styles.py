"""Named formats of a consolidated workbook as data, in addition to those of the templates."""

from functools import cache

from xltool.forms.workbook_words import workbook_words
from xltool.workbooks.template.styles import (
    BORDER_COLOUR,
    CAPTION_COLOUR,
    COMPUTED_COLOUR,
    INK_COLOUR,
    INPUT_COLOUR,
    LINK_COLOUR,
    template_styles,
)
from xltool.workbooks.xlsxwriter_adapter import StyleProperties

SECONDARY_COLOUR = "#7F7F7F"  # ids, secondary hints
TILE_COLOUR = "#F7F9FB"
HEADING_COLOUR = "#1F3864"
LOWER_BOUND_COLOUR = "#FFF4D0"  # the sum is only a lower bound
BLANK_COLOUR = "#FDE9D9"  # nothing was filled in
CHART_COLOURS = ("#4472C4", "#70AD47")  # of charts
STATUS_STYLES: dict[str, StyleProperties] = {  # of files and agencies, by status
    "accepted": {"font_color": "#1B5E20", "bg_color": "#E3F1E1"},
    "inside": {"font_color": "#1B5E20", "bg_color": "#E3F1E1"},
    "returned": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "returned_counted": {"font_color": "#7F6000", "bg_color": "#FFF4D0"},
    "undecided": {"font_color": "#7F6000", "bg_color": "#FFF4D0", "bold": True},
    "unreadable": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "superseded": {"font_color": SECONDARY_COLOUR, "bg_color": "#EFEFEF"},
    "foreign": {"font_color": SECONDARY_COLOUR, "bg_color": "#EFEFEF"},
    "missing": {"font_color": "#9C0006", "bg_color": "#FBE0DE", "bold": True},
    "ended": {"font_color": SECONDARY_COLOUR},
    "not_begun": {"font_color": SECONDARY_COLOUR},
    "must_fix": {"font_color": "#9C0006", "bg_color": "#FBE0DE"},
    "explain": {"font_color": "#7F6000", "bg_color": "#FFF4D0"},
    "note": {"font_color": INK_COLOUR},
}

_MIDDLE = {"valign": "vcenter", "text_wrap": True}
_CENTRED = {"align": "center", **_MIDDLE}
_THIN_BORDER = {"border": 1, "border_color": BORDER_COLOUR}
_LIST_CELL = {"font_size": 10, "valign": "vcenter", **_THIN_BORDER}
_BANNER = {"font_size": 11, "align": "left", "indent": 1, **_MIDDLE, "bold": True}
_TILE = {**_CENTRED, **_THIN_BORDER, "bg_color": TILE_COLOUR}
_SUM = {**_CENTRED, "border": 1, "text_wrap": False}


@cache
def summary_styles() -> dict[str, StyleProperties]:
    """Return every named style of the consolidated workbook, including those of the templates."""
    states = {f"is_{state}": look for state, look in STATUS_STYLES.items()}
    return {**template_styles(), **_sum_styles(), **_overview_styles(), **_list_styles(), **states}


def _sum_styles() -> dict[str, StyleProperties]:
    at_least = workbook_words().summary.shared["at_least"]
    return {
        "hint": {"font_size": 10, "font_color": INK_COLOUR, "align": "left", **_MIDDLE},
        "aside": {"font_size": 10, "font_color": INK_COLOUR, "valign": "vcenter"},
        "sum": {**_SUM, "num_format": "0"},
        "sum_amount": {**_SUM, "num_format": "General"},
        "total": {**_SUM, "num_format": "0", "bg_color": COMPUTED_COLOUR},
        "total_amount": {**_SUM, "num_format": "General", "bg_color": COMPUTED_COLOUR},
        "bound": {**_SUM, "num_format": f'"{at_least}"0', "bg_color": LOWER_BOUND_COLOUR},
        "bound_amount": {**_SUM, "num_format": f'"{at_least}"General', "bg_color": LOWER_BOUND_COLOUR},
        "partial": {**_SUM, "num_format": "0", "bg_color": LOWER_BOUND_COLOUR},
        "partial_amount": {**_SUM, "num_format": "General", "bg_color": LOWER_BOUND_COLOUR},
    }


def _overview_styles() -> dict[str, StyleProperties]:
    heading = workbook_words().look["heading_font"]
    at_least = workbook_words().summary.shared["at_least"]
    return {
        "sheet_title": {"font_name": heading, "font_size": 18, "font_color": HEADING_COLOUR, **_CENTRED},
        "subtitle": {"font_size": 10, "font_color": INK_COLOUR, **_CENTRED},
        "banner_good": {**_BANNER, **STATUS_STYLES["accepted"]},
        "banner_bad": {**_BANNER, **STATUS_STYLES["missing"]},
        "chapter": {
            "font_name": heading,
            "font_size": 12,
            "font_color": HEADING_COLOUR,
            "valign": "vcenter",
            "bottom": 2,
            "bottom_color": HEADING_COLOUR,
        },
        "leading": {"font_color": LINK_COLOUR, "underline": 1},
        "tile_label": {**_TILE, "font_size": 10, "font_color": INK_COLOUR, "bottom": 0},
        "tile": {**_TILE, "font_size": 18, "bold": True, "font_color": HEADING_COLOUR, "top": 0},
        "tile_count": {"num_format": "#,##0"},
        "tile_amount": {"num_format": "#,##0.00####"},
        "tile_note": {**_TILE, "font_size": 9, "font_color": INK_COLOUR, "top": 0},
        "tile_bound": {"num_format": f'"{at_least} "#,##0'},
        "tile_bound_amount": {"num_format": f'"{at_least} "#,##0.00####'},
        "alarm": {"font_color": "#9C0006"},
    }


def _list_styles() -> dict[str, StyleProperties]:
    """Return the styles of lists and of the details, a row an agency."""
    heading = workbook_words().look["heading_font"]
    return {
        "head": {"font_name": heading, "font_size": 10, "bg_color": CAPTION_COLOUR, **_CENTRED, **_THIN_BORDER},
        "cell": {**_LIST_CELL, "align": "left", "text_wrap": True},
        "remark": {"bg_color": INPUT_COLOUR, "num_format": "@"},
        "plain": {**_LIST_CELL, "align": "left", "indent": 1},
        "small": {**_LIST_CELL, "align": "left", "font_size": 8, "font_color": SECONDARY_COLOUR},
        "mid": {**_LIST_CELL, "align": "center"},
        "jump": {**_LIST_CELL, "align": "left", "indent": 1, "font_color": LINK_COLOUR, "underline": 1},
        "jump_mid": {**_LIST_CELL, "align": "center", "font_color": LINK_COLOUR, "underline": 1},
        "id": {"font_size": 7, "font_color": SECONDARY_COLOUR, "align": "center", "shrink": True},
        "figure": {**_LIST_CELL, "align": "right", "num_format": "0"},
        "figure_total": {**_LIST_CELL, "align": "right", "num_format": "0", "bg_color": COMPUTED_COLOUR},
        "figure_amount": {**_LIST_CELL, "align": "right", "num_format": "General"},
        "figure_zero": {"font_color": "#A6A6A6"},
        "figure_open": {**_LIST_CELL, "bg_color": BLANK_COLOUR},
        "sums": {"font_size": 10, "bold": True, "align": "right", "valign": "vcenter", "num_format": "General"},
        "sums_label": {"font_size": 10, "bold": True, "align": "left", "valign": "vcenter"},
    }
