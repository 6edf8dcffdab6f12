"""Data validation of cells: accepted values, input messages and error messages."""

from collections.abc import Mapping
from decimal import Decimal

from xltool.forms.slots import Purpose, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Cell, CellKind, Number

MAX_TITLE_UNITS = 32  # UTF-16 code units; spreadsheet programs refuse more
MAX_MESSAGE_UNITS = 255
_MAX_SIGNED_COUNT = 999_999_999_999

CellValidation = Mapping[str, object]


def figure_validation(cell: Cell, slot: Slot, sheet: str, prefilled: Number | None) -> CellValidation:
    """Accept non-negative integers, integers, or non-negative amounts with the cell's decimals, by kind of cell."""
    say = workbook_words().prompts
    facts = {
        "line": cell.line_words,
        "column": cell.column_words,
        "unit": cell.unit,
        "decimals": cell.decimals,
        "sheet": sheet,
        "address": slot.address,
        "value": _format_number(prefilled) if prefilled is not None else "",
    }
    lines = [say["line"], say["column"] if cell.column_words else "", say[f"{cell.kind}_rule"]]
    lines += [say["prefilled"]] if prefilled is not None else []
    return {
        **_value_limits(cell, slot.address),
        "input_title": _clip_text(say["figure_title"].format(**facts), MAX_TITLE_UNITS),
        "input_message": _clip_text("\n".join(filter(None, lines)).format(**facts), MAX_MESSAGE_UNITS),
        "error_title": _clip_text(say["error_title"].format(**facts), MAX_TITLE_UNITS),
        "error_message": _clip_text(say[f"{cell.kind}_error"].format(**facts), MAX_MESSAGE_UNITS),
    }


def _value_limits(cell: Cell, address: str) -> CellValidation:
    match cell.kind:
        case CellKind.COUNT:
            return {"validate": "integer", "criteria": ">=", "value": 0}
        case CellKind.SIGNED_COUNT:
            return {
                "validate": "integer",
                "criteria": "between",
                "minimum": -_MAX_SIGNED_COUNT,
                "maximum": _MAX_SIGNED_COUNT,
            }
        case CellKind.AMOUNT:
            exact = f"ROUND({address},{cell.decimals})={address}"
            return {"validate": "custom", "value": f"=AND(ISNUMBER({address}),{address}>=0,{exact})"}


def ledger_total_validation(cell: Cell, first: str) -> CellValidation:
    """Accept what the summands may be, for all ledger totals of one kind; ``first`` is the address of the first."""
    say = workbook_words().prompts
    facts = {"unit": cell.unit, "decimals": cell.decimals}
    return {
        **_value_limits(cell, first),
        "input_title": workbook_words().controls["title"],
        "input_message": workbook_words().controls["prompt"],
        "error_title": say["error_title"],
        "error_message": _clip_text(say[f"{cell.kind}_error"].format(**facts), MAX_MESSAGE_UNITS),
    }


def declaration_validation() -> CellValidation:
    """Accept yes or no from a list."""
    say, cover = workbook_words().prompts, workbook_words().cover
    return {
        "validate": "list",
        "source": [cover["yes"], cover["no"]],
        "input_title": cover["declaration"],
        "input_message": _clip_text(cover["declaration_hint"], MAX_MESSAGE_UNITS),
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def field_validation(name: str) -> CellValidation:
    """Accept any text, with an input message."""
    return {
        "validate": "any",
        "input_title": workbook_words().cover[name],
        "input_message": workbook_words().prompts[name],
    }


def relation_validation(plan: WorkbookPlan) -> CellValidation:
    """Accept one of the relation names on the checks sheet."""
    say = workbook_words().prompts
    rows = sorted(plan.checks.values())
    sheet = plan.sheet_for(Purpose.CHECKS).name.replace("'", "''")
    return {
        "validate": "list",
        "source": f"='{sheet}'!$B${rows[0]}:$B${rows[-1]}",
        "input_title": workbook_words().explanations["relation"],
        "input_message": say["relation"],
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def _format_number(value: Number) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _clip_text(text: str, limit: int) -> str:
    """Cut a text to so many UTF-16 code units."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    while len(text.encode("utf-16-le")) // 2 >= limit:
        text = text[:-1]
    return f"{text}…"
