"""The tables of the annual form that a ledger gives (表三, 表四, 六), as they will be printed, with live formulas."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xltool.forms.expressions import recompute_figures
from xltool.forms.period_words import fill_period
from xltool.forms.slots import Purpose, Role, SheetPlan, Slot
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import Number, Values
from xltool.workbooks.ledger.annual_counts import Counts, count_form_cells
from xltool.workbooks.ledger.ledger_layout import LedgerLayout
from xltool.workbooks.ledger.live_counts import Lines, evaluate_count, format_count
from xltool.workbooks.ledger.summary_sentences import make_form_sentence
from xltool.workbooks.template.check_formulas import format_total
from xltool.workbooks.template.page_setup import find_item_labels, set_up_page
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula

_SHOWN_ROLES = {Role.TITLE, Role.HEADING, Role.LABEL, Role.INPUT, Role.COMPUTED, Role.UNFILLED}


def list_form_sheets(layout: LedgerLayout, plan: WorkbookPlan) -> Iterator[SheetPlan]:
    """Yield the sheets whose figures a ledger gives, without rows for text."""
    counted = count_form_cells(layout).keys()
    for planned in plan.sheets:
        if planned.purpose is Purpose.SECTION and any(slot.key in counted for slot in planned.slots):
            slots = tuple(slot for slot in planned.slots if slot.role in _SHOWN_ROLES)
            last = max(slot.box.row + slot.box.rows for slot in slots)
            heights = {row: height for row, height in planned.heights.items() if row < last}
            yield replace(planned, slots=slots, heights=heights, frozen=0)


def write_form_sheets(
    layout: LedgerLayout, plan: WorkbookPlan, lines_by_area: Lines, agency: str, book: BookWriter
) -> None:
    """Write the sheets."""
    counts = count_form_cells(layout)
    figures = _compute_figures(plan, counts, lines_by_area)
    items = find_item_labels(plan.form)
    for planned in list_form_sheets(layout, plan):
        sheet = book.add_sheet(planned.name)
        for slot in planned.slots:
            content, style = _fill_slot(layout, plan, planned, slot, counts, figures)
            if slot.role is Role.UNFILLED:
                content = make_form_sentence(layout, lines_by_area)
            elif slot.role is Role.TITLE:
                content = fill_period(slot.text, layout.year, agency=agency)
            look = "item" if (slot.key, slot.text) in items else style
            kind = ("amount" if plan.form.cells[slot.key].is_exact else "whole",) if slot.key in plan.form.cells else ()
            sheet.write_box(slot.box, content, look, *kind)
        set_up_page(planned, sheet, book, {}, plan.form)


def _compute_figures(plan: WorkbookPlan, counts: Mapping[str, Counts], lines_by_area: Lines) -> Values:
    """Return every figure of the form, those without a count as 0."""
    inputs: dict[str, Number] = {cell.id: 0 for cell in plan.form.inputs}
    inputs |= {id: evaluate_count(each, lines_by_area) for id, each in counts.items()}
    return recompute_figures(plan.form.formulas, inputs)


def _fill_slot(
    layout: LedgerLayout,
    plan: WorkbookPlan,
    planned: SheetPlan,
    slot: Slot,
    counts: Mapping[str, Counts],
    figures: Values,
) -> tuple[CellContent, str]:
    """Return the content and the style of a slot."""
    if slot.role is Role.INPUT:
        return Formula(format_count(layout, counts[slot.key]), figures[slot.key] or 0), Role.COMPUTED
    if slot.role is Role.COMPUTED:
        relation = next(each for each in plan.form.formulas if each.computes == slot.key)
        return Formula(format_total(plan, relation, planned.name), figures[slot.key] or 0), Role.COMPUTED
    return slot.text or None, slot.role
