"""Styles for the looks that a form gives to single cells."""

from collections.abc import Mapping

from xltool.forms.slots import Role, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.printed_look import PrintedLook
from xltool.workbooks.xlsxwriter_adapter import StyleProperties

_LINE_NUMBERS = {"thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}
_SIDES = ("left", "right", "top", "bottom")
_VERTICAL = {"center": "vcenter", "justify": "vjustify", "distributed": "vdistributed"}
_COLOURED_ROLES = frozenset({Role.INPUT, Role.COMPUTED})  # their fill says what is filled in


def name_look_style(look: PrintedLook, role: Role) -> str:
    """Return the name of the style of a look; figures keep the fill of every template."""
    return f"look {tuple(look._replace(fill='') if role in _COLOURED_ROLES else look)}"


def list_look_styles(plan: WorkbookPlan) -> Mapping[str, StyleProperties]:
    """Return the styles of every look of a form's workbook by their names."""
    slots = [slot for sheet in plan.sheets for slot in sheet.slots if slot.look is not None]
    return {
        name: _describe_look(slot) for slot in slots if slot.look for name in [name_look_style(slot.look, slot.role)]
    }


def _describe_look(slot: Slot) -> StyleProperties:
    look = slot.look or PrintedLook()
    properties: dict[str, object] = {
        "font_name": look.font,
        "font_size": look.size,
        "bold": look.bold,
        "align": look.align,
        "valign": _VERTICAL.get(look.valign, look.valign),
        "indent": look.indent,
        "bg_color": f"#{look.fill}" if look.fill and slot.role not in _COLOURED_ROLES else "",
    }
    kept = {key: value for key, value in properties.items() if value or (key == "indent" and look.align)}
    lines = {side: _LINE_NUMBERS[line] for side, line in zip(_SIDES, look.borders, strict=True) if line}
    none = dict.fromkeys(_SIDES, 0) if any(look.borders) else {}
    return {**kept, **none, **lines}
