"""Data validation of cells: accepted values, input messages and error messages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xltool.forms.absent_tables import SWITCH_PREFIX, list_switch_words
from xltool.forms.cell_addresses import box_address, cell_address, cover_with_rectangles
from xltool.forms.cell_kinds import MAX_DATE, MIN_DATE, format_value, show_limit
from xltool.forms.ledger_totals import first_summed_cell
from xltool.forms.period_words import name_earlier_period
from xltool.forms.slots import Purpose, Role, Slot
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.model.day_numbers import find_day
from xltool.model.form import Box, Cell, CellKind, Form, Number, Values
from xltool.workbooks.xlsxwriter_adapter import SheetWriter

MAX_TITLE_UNITS = 32  # UTF-16 code units; spreadsheet programs refuse more
MAX_MESSAGE_UNITS = 255
_MAX_SIGNED_COUNT = 999_999_999_999

CellValidation = Mapping[str, object]


def add_validations(
    plan: WorkbookPlan,
    planned: Planned,
    sheet: SheetWriter,
    prefilled: Mapping[str, Number],
    previous: Values | None = None,
) -> None:
    """Add data validation to unlocked cells: one rule for a line of figures, a kind of ledger totals, a list.

    The prompt of a line tells the figures of last year (``previous``).
    """
    for slot in planned.slots:
        match slot.role:
            case Role.CHOICE:
                switched = slot.key.startswith(SWITCH_PREFIX)
                allowed = switch_validation() if switched else declaration_validation()
            case Role.FIELD:
                allowed = field_validation(slot.key, plan.form)
            case _:
                continue
        sheet.data_validation(slot.address, allowed)
    for slots in _group_inputs(plan.form, planned, prefilled):
        boxes, cell = _cover_slots(slots), plan.form.cells[slots[0].key]
        before = _list_previous(plan.form.cells, slots, previous)
        word = name_earlier_period(plan.form.period)
        allowed = figure_validation(cell, planned.name, boxes, prefilled.get(cell.id), before, word)
        _validate_boxes(sheet, boxes, allowed)
    for cell, boxes in _group_ledger_totals(plan.form, planned):
        first = cell_address(boxes[0].row, boxes[0].column)
        _validate_boxes(sheet, boxes, ledger_total_validation(cell, first))
    explained = [
        slot for slot in planned.slots if slot.role is Role.EXPLANATION and slot.key == "relation" and not slot.text
    ]
    if explained:
        _validate_boxes(sheet, _cover_slots(explained), relation_validation(plan))


def _list_previous(cells: Mapping[str, Cell], slots: Sequence[Slot], previous: Values | None) -> str:
    """Return the figures of last year of some cells, in their order; empty if none is known, and of texts."""
    cells_with_figures = [(cells[slot.key], (previous or {}).get(slot.key)) for slot in slots]
    if all(figure is None or cell.kind is CellKind.TEXT for cell, figure in cells_with_figures):
        return ""
    say = workbook_words().prompts
    texts = (say["unknown"] if figure is None else _show_value(cell, figure) for cell, figure in cells_with_figures)
    return say["joint"].join(texts)


def _group_inputs(form: Form, planned: Planned, prefilled: Mapping[str, Number]) -> Iterator[list[Slot]]:
    """Yield the inputs of each line that share a prompt."""
    groups: dict[object, list[Slot]] = {}
    for slot in planned.slots:
        if slot.role is Role.INPUT:
            cell = form.cells[slot.key]
            line = (cell.line_words, cell.kind, cell.unit, cell.decimals, *describe_limits(cell).values())
            groups.setdefault(slot.key if slot.key in prefilled else line, []).append(slot)
    yield from groups.values()


def _group_ledger_totals(form: Form, planned: Planned) -> Iterator[tuple[Cell, list[Box]]]:
    """Yield the ledger totals of each kind: what one of them sums, and where they are."""
    kinds: dict[object, list[Slot]] = {}
    for slot in planned.slots:
        if slot.role is Role.CONTROL:
            cell = first_summed_cell(form, slot.key)
            kinds.setdefault((cell.kind, cell.unit, cell.decimals), []).append(slot)
    for slots in kinds.values():
        yield first_summed_cell(form, slots[0].key), _cover_slots(slots)


def _cover_slots(slots: Sequence[Slot]) -> list[Box]:
    return cover_with_rectangles(slot.box[:2] for slot in slots)


def _validate_boxes(sheet: SheetWriter, boxes: Sequence[Box], allowed: CellValidation) -> None:
    first, *others = boxes
    rest = [[box.row - 1, box.column - 1, box.row + box.rows - 2, box.column + box.columns - 2] for box in others]
    sheet.data_validation(box_address(first), {**allowed, "other_cells": rest})


def figure_validation(
    cell: Cell,
    sheet: str,
    boxes: Sequence[Box],
    prefilled: Number | None = None,
    previous: str = "",
    period_before: str = "",
) -> CellValidation:
    """Accept non-negative integers, integers, or non-negative amounts with the cell's decimals, by kind of cell.

    ``boxes`` are the cells of one line that share the rule. A single cell is named with its column. ``previous`` are
    their figures of the period before, which is called ``period_before``.
    """
    say = workbook_words().prompts
    facts = {
        "line": cell.line_words,
        "column": cell.column_words,
        "unit": cell.unit,
        "decimals": cell.decimals,
        "sheet": sheet,
        "address": say["ranges"].join(map(box_address, boxes)),
        **describe_limits(cell),
        "value": _show_value(cell, prefilled) if prefilled is not None else "",
        "previous": previous,
        "earlier": period_before,
    }
    title = say["figure_title" if cell.unit else "figure_title_without_unit"]
    is_single = len(boxes) == 1 and boxes[0].rows == boxes[0].columns == 1
    lines = [say["line"], say["column"] if cell.column_words and is_single else "", say[f"{cell.kind}_rule"]]
    if prefilled is not None:
        lines.append(say["prefilled"])
    elif previous:
        lines.append(say["previous" if is_single else "previous_line"])
    return {
        **_value_limits(cell, cell_address(boxes[0].row, boxes[0].column)),
        "input_title": clip_text(title.format(**facts), MAX_TITLE_UNITS),
        "input_message": clip_text("\n".join(filter(None, lines)).format(**facts), MAX_MESSAGE_UNITS),
        "error_title": clip_text(say["error_title"].format(**facts), MAX_TITLE_UNITS),
        "error_message": clip_text(say[f"{cell.kind}_error"].format(**facts), MAX_MESSAGE_UNITS),
    }


def _value_limits(cell: Cell, address: str) -> CellValidation:
    has_limits = cell.maximum is not None or cell.minimum is not None
    if has_limits and cell.kind in {CellKind.COUNT, CellKind.SIGNED_COUNT, CellKind.AMOUNT}:
        return _exact_limits(cell, address, 0 if cell.minimum is None else cell.minimum, cell.maximum)
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
            return _exact_limits(cell, address, 0, None)
        case CellKind.PERCENT | CellKind.DECIMAL:
            return _exact_limits(cell, address, cell.minimum, cell.maximum)
        case CellKind.CHOICE | CellKind.YES_NO:
            return {"validate": "list", "source": list(cell.choices)}
        case CellKind.DATE:
            first = MIN_DATE if cell.minimum is None else find_day(int(cell.minimum))
            last = MAX_DATE if cell.maximum is None else find_day(int(cell.maximum))
            return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        case CellKind.TEXT:
            return {"validate": "length", "criteria": "<=", "value": cell.length}


def _exact_limits(cell: Cell, address: str, minimum: Number | None, maximum: Number | None) -> CellValidation:
    """Accept numbers with at most the cell's decimals, within its limits."""
    rules = [f"ISNUMBER({address})"]
    rules += [f"{address}>={minimum}"] if minimum is not None else []
    rules += [f"{address}<={maximum}"] if maximum is not None else []
    rules.append(f"ROUND({address},{cell.decimals})={address}")
    return {"validate": "custom", "value": f"=AND({','.join(rules)})"}


def describe_limits(cell: Cell) -> Mapping[str, object]:
    """Return the placeholders of prompts that say what a cell may hold."""
    say = workbook_words().prompts
    dated = "date_" if cell.kind is CellKind.DATE else ""
    limits = [say[f"{dated}from"].format(limit=show_limit(cell.kind, cell.minimum))] if cell.minimum else []
    if cell.maximum is not None:
        limits.append(say[f"{dated}to"].format(limit=show_limit(cell.kind, cell.maximum)))
    return {"choices": say["ranges"].join(cell.choices), "length": cell.length, "limits": "".join(limits)}


def ledger_total_validation(cell: Cell, first: str) -> CellValidation:
    """Accept what the summands may be, for all ledger totals of one kind; ``first`` is the address of the first."""
    say = workbook_words().prompts
    facts = {"unit": cell.unit, "decimals": cell.decimals, **describe_limits(cell)}
    return {
        **_value_limits(cell, first),
        "input_title": workbook_words().controls["title"],
        "input_message": workbook_words().controls["prompt"],
        "error_title": say["error_title"],
        "error_message": clip_text(say[f"{cell.kind}_error"].format(**facts), MAX_MESSAGE_UNITS),
    }


def declaration_validation() -> CellValidation:
    """Accept yes or no from a list."""
    say, cover = workbook_words().prompts, workbook_words().cover
    return {
        "validate": "list",
        "source": [cover["yes"], cover["no"]],
        "input_title": cover["declaration"],
        "input_message": clip_text(cover["declaration_hint"], MAX_MESSAGE_UNITS),
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def switch_validation() -> CellValidation:
    """Accept from a list whether a table applies."""
    say = workbook_words()
    return {
        "validate": "list",
        "source": [*list_switch_words()],
        "input_title": say.table["applies_title"],
        "input_message": say.table["applies_prompt"],
        "error_title": say.prompts["error_title"],
        "error_message": say.prompts["list_error"],
    }


def field_validation(name: str, form: Form) -> CellValidation:
    """Accept any text in a field of the cover, with an input message; the form may call the field otherwise."""
    words = workbook_words()
    label = next((item.label for item in form.signature if item.id == name), words.cover.get(name, name))
    usual = label == words.cover.get(name)
    return {
        "validate": "any",
        "input_title": clip_text(label, MAX_TITLE_UNITS),
        "input_message": words.prompts[name] if usual else words.prompts["signature"].format(label=label),
    }


def relation_validation(plan: WorkbookPlan) -> CellValidation:
    """Accept one of the relation names on the checks sheet."""
    say = workbook_words().prompts
    first_row, last_row = plan.check_rows
    sheet = plan.sheet_for(Purpose.CHECKS).name.replace("'", "''")
    return {
        "validate": "list",
        "source": f"='{sheet}'!$B${first_row}:$B${last_row}",
        "input_title": workbook_words().explanations["relation"],
        "input_message": say["relation"],
        "error_title": say["error_title"],
        "error_message": say["list_error"],
    }


def _show_value(cell: Cell, value: Number) -> str:
    """Return a figure as a person reads it without the label: a percentage always has its sign."""
    return format_value(replace(cell, row_path=(), column_path=()), value)


def clip_text(text: str, limit: int) -> str:
    """Cut a text to so many UTF-16 code units."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    while len(text.encode("utf-16-le")) // 2 >= limit:
        text = text[:-1]
    return f"{text}…"
