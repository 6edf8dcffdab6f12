"""The named styles of a ledger's workbook: those of the templates, and those of its lines."""

from functools import cache

from xltool.ledger.ledger_definition import LedgerColumn
from xltool.workbooks.template.styles import (
    BORDER_COLOUR,
    COMPUTED_COLOUR,
    INPUT_COLOUR,
    PREFILLED_COLOUR,
    template_styles,
)
from xltool.workbooks.xlsxwriter_adapter import StyleProperties

_CELL = {"font_size": 10, "valign": "vcenter", "border": 1, "border_color": BORDER_COLOUR}
_BAND_COLOUR = "#DCE3EC"


@cache
def ledger_styles() -> dict[str, StyleProperties]:
    """Return every named style of a ledger's workbook."""
    return {
        **template_styles(),
        "field": {**_CELL, "locked": False, "bg_color": INPUT_COLOUR, "align": "left"},
        "carried": {"bg_color": PREFILLED_COLOUR},
        "shown": {"font_size": 10, "valign": "vcenter", "align": "center", "shrink": True},
        "framed": {"border": 1, "border_color": BORDER_COLOUR},
        "shrunk": {"shrink": True, "align": "center"},
        "figured": {**_CELL, "bg_color": COMPUTED_COLOUR, "align": "center"},
        "open": {"locked": False},
        "day": {"num_format": "yyyy-mm-dd", "align": "center"},
        "order": {"num_format": "0.000000"},
        "money": {"num_format": "0.00", "align": "right"},
        "word": {"num_format": "@", "align": "center", "shrink": True},
        "long": {"num_format": "@", "align": "left", "text_wrap": True},
        "band": {"font_size": 10, "bg_color": _BAND_COLOUR, "align": "center", "valign": "vcenter", "border": 1}
        | {"border_color": BORDER_COLOUR},
        "left": {"align": "left", "indent": 1},
        "leading": {"bold": True},
        "later": {"font_color": "#A6A6A6"},
        "small_day": {"num_format": "m-d", "font_size": 8, "font_color": "#7F7F7F"},
    }


def column_style(column: LedgerColumn) -> str:
    """Return the name of the style of a column's fields."""
    if column.kind == "date":
        return "day"
    if column.kind == "amount":
        return "money"
    return "long" if column.kind == "text" else "word"
