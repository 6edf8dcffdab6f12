"""What a cell lets itself be filled with, and what it says when it is selected or refuses."""

from collections.abc import Mapping
from decimal import Decimal

from xltool.forms.furniture import words
from xltool.forms.layout import Plan
from xltool.forms.slots import Purpose, Slot
from xltool.model.form import Cell, Kind, Number

TITLE_LIMIT = 32  # UTF-16 units; more is refused by spreadsheet programs
MESSAGE_LIMIT = 255
_MOST = 999_999_999_999

Validation = Mapping[str, object]


def for_figure(cell: Cell, slot: Slot, sheet: str, prefilled: Number | None) -> Validation:
    """Whole numbers from 0, any whole numbers, or amounts from 0 with so many decimal places."""
    say = words().prompts
    facts = {
        "line": cell.line_words,
        "column": cell.column_words,
        "unit": cell.unit,
        "decimals": cell.decimals,
        "sheet": sheet,
        "address": slot.address,
        "value": _plain(prefilled) if prefilled is not None else "",
    }
    lines = [say["line"], say["column"] if cell.column_words else "", say[f"{cell.kind}_rule"]]
    lines += [say["prefilled"]] if prefilled is not None else []
    return {
        **_limits(cell, slot.address),
        "input_title": _clipped(say["figure_title"].format(**facts), TITLE_LIMIT),
        "input_message": _clipped("\n".join(filter(None, lines)).format(**facts), MESSAGE_LIMIT),
        "error_title": _clipped(say["error_title"].format(**facts), TITLE_LIMIT),
        "error_message": _clipped(say[f"{cell.kind}_error"].format(**facts), MESSAGE_LIMIT),
    }


def _limits(cell: Cell, address: str) -> Validation:
    match cell.kind:
        case Kind.COUNT:
            return {"validate": "integer", "criteria": ">=", "value": 0}
        case Kind.SIGNED_COUNT:
            return {"validate": "integer", "criteria": "between", "minimum": -_MOST, "maximum": _MOST}
        case Kind.AMOUNT:
            exact = f"ROUND({address},{cell.decimals})={address}"
            return {"validate": "custom", "value": f"=AND(ISNUMBER({address}),{address}>=0,{exact})"}


def for_control(cell: Cell, first: str) -> Validation:
    """What the figures it adds up may be, for all control figures of one kind from ``first`` on."""
    say = words().prompts
    facts = {"unit": cell.unit, "decimals": cell.decimals}
    return {
        **_limits(cell, first),
        "input_title": words().controls["title"],
        "input_message": words().controls["prompt"],
        "error_title": say["error_title"],
        "error_message": _clipped(say[f"{cell.kind}_error"].format(**facts), MESSAGE_LIMIT),
    }


def for_declaration() -> Validation:
    """Yes or no, from a list."""
    say, cover = words().prompts, words().cover
    return {
        "validate": "list",
        "source": [cover["yes"], cover["no"]],
        "input_title": cover["declaration"],
        "input_message": _clipped(cover["declaration_hint"], MESSAGE_LIMIT),
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def for_field(name: str) -> Validation:
    """Free text, with a word on what is meant."""
    return {
        "validate": "any",
        "input_title": words().cover[name],
        "input_message": words().prompts[name],
    }


def for_relation(plan: Plan) -> Validation:
    """One of the names on the checks sheet."""
    say = words().prompts
    rows = sorted(plan.checks.values())
    sheet = plan.sheet(Purpose.CHECKS).name.replace("'", "''")
    return {
        "validate": "list",
        "source": f"='{sheet}'!$B${rows[0]}:$B${rows[-1]}",
        "input_title": words().explanations["relation"],
        "input_message": say["relation"],
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def _plain(value: Number) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _clipped(text: str, limit: int) -> str:
    """The text, cut to so many UTF-16 units."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    while len(text.encode("utf-16-le")) // 2 >= limit:
        text = text[:-1]
    return f"{text}…"
