"""Write the locked workbook of one agency: fill the slots of the form's plan with contents, styles and validation."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from xltool.forms.absent_tables import SWITCH_PREFIX, list_switch_words
from xltool.forms.check_code import compute_check_code, format_check_code_formula
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.identity import Identity
from xltool.forms.ledger_totals import first_summed_cell
from xltool.forms.period_words import fill_period, name_earlier_period
from xltool.forms.plan_sheets import text_height
from xltool.forms.slots import CellAddress, Purpose, Role, Slot
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.workbooks.save_files import save_file
from xltool.workbooks.template import conditional_formats, explanation_rows, input_messages, list_rows, page_setup
from xltool.workbooks.template.check_formulas import (
    NO_RESULT,
    absolute_address,
    format_overall_result,
    format_total,
    format_unfilled_count,
    overall_result,
)
from xltool.workbooks.template.common_workbook import CommonWorkbook, hide_agency, split_common_workbook
from xltool.workbooks.template.figure_cells import find_kind_style, list_fixed_styles, show_figure
from xltool.workbooks.template.look_styles import list_look_styles, name_look_style
from xltool.workbooks.template.prefilled_figures import prefill_figures
from xltool.workbooks.template.sheet_sentence import list_shown_relations, make_sheet_sentence
from xltool.workbooks.template.styles import MARK_COLUMN_STYLES, TEXT_SIZE_POINTS, TITLE_SIZE_POINTS, template_styles
from xltool.workbooks.template.template_draft import TemplateDraft, prepare_draft
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.xlsxwriter_adapter import (
    BookWriter,
    CellContent,
    Formula,
    Link,
    open_workbook_writer,
)

_MAX_COMMON_WORKBOOKS = 64  # one for each width of a name


SlotContent = tuple[CellContent, tuple[str, ...]]  # content of a slot, and its style names


def write_template(plan: WorkbookPlan, request: TemplateRequest, path: Path, *, force: bool = False) -> None:
    """Write the workbook of ``request``. Raises WritingError; UsageError if ``path`` exists (unless ``force``)."""
    save_file(path, build_template(plan, request), force=force)


def build_template(plan: WorkbookPlan, request: TemplateRequest) -> bytes:
    """Build the workbook of ``request``; what many agencies have in common is written once. Raises WritingError."""
    hidden = hide_agency(request)
    if hidden is not None:
        common = _find_common_workbook(plan, hidden.agency, hidden.year, hidden.serial, hidden.seal)
        filled = common.fill_in(request)
        if filled is not None:
            return filled
    return write_workbook(plan, request)


@lru_cache(maxsize=_MAX_COMMON_WORKBOOKS)
def _find_common_workbook(plan: WorkbookPlan, agency: Agency, year: int, serial: str, seal: str) -> CommonWorkbook:
    return split_common_workbook(write_workbook(plan, TemplateRequest(agency, year, serial, seal=seal)))


def write_workbook(plan: WorkbookPlan, request: TemplateRequest) -> bytes:
    """Write every part of the workbook of ``request``. Raises WritingError."""
    draft, stream = prepare_draft(plan, request), BytesIO()
    styles = {**template_styles(), **list_fixed_styles(plan.form), **list_look_styles(plan)}
    with open_workbook_writer(stream, request.agency.name, styles, workbook_words().look["body_font"]) as book:
        for planned in plan.sheets:
            sheet = book.add_sheet(planned.name)
            for slot in (*planned.slots, *_list_text_slots(draft, planned)):
                content, names = _SLOT_FILLERS[slot.role](draft, planned, slot)
                look = (name_look_style(slot.look, slot.role),) if slot.look else ()
                sheet.write_box(slot.box, content, *names, *look)
            input_messages.add_validations(plan, planned, sheet, draft.prefilled, request.previous)
            list_rows.add_list_validations(plan, planned, sheet)
            list_rows.add_list_formats(plan, planned, sheet, book)
            conditional_formats.add_conditional_formats(plan, planned, sheet, book)
            page_setup.set_up_page(planned, sheet, book, _find_needed_heights(draft, planned), plan.form)
        _write_identity(draft, book)
        for cell, place in plan.cells.items():
            book.define_name(cell, f"={quote_sheet_name(place.sheet)}!{absolute_address(place.address)}")
        book.lock_structure()
    return stream.getvalue()


def template_identity(plan: WorkbookPlan, request: TemplateRequest) -> Identity:
    """Return the identity written into the workbook of ``request``, with its seal if it has one."""
    figures = prefill_figures(plan.form, request.previous).items()
    return Identity(
        form=plan.form.id,
        edition=plan.form.edition,
        year=request.year,
        agency_code=request.agency.code,
        agency_name=request.agency.name,
        scope=request.agency.scope,
        serial=request.serial,
        layout=plan.layout,
        seal=request.seal,
        prefilled=tuple((cell, f"{Decimal(figure):f}") for cell, figure in figures),
        imported=request.imported,
    )


def _list_text_slots(draft: TemplateDraft, planned: Planned) -> tuple[Slot, ...]:
    """Return the rows for text beside the table of a sheet, if there is any."""
    used = any(CellAddress(planned.name, slot.address) in draft.paragraphs for slot in planned.text_slots)
    return planned.text_slots if used else ()


def _find_needed_heights(draft: TemplateDraft, planned: Planned) -> dict[int, float]:
    """Return row heights, in points, for contents the plan does not know: agency name and given paragraphs."""
    needed: dict[int, float] = {}
    for slot in (*planned.slots, *_list_text_slots(draft, planned)):
        row, column, _, columns = slot.box
        width = sum(planned.widths[column - 1 : column - 1 + columns])
        match slot.role:
            case Role.TITLE:
                needed[row] = text_height(_format_title(draft, slot.text), width, TITLE_SIZE_POINTS)
            case Role.IDENTITY if slot.key == "agency":
                needed[row] = text_height(draft.request.agency.name, width)
            case Role.PARAGRAPH if text := draft.paragraphs.get(CellAddress(planned.name, slot.address)):
                needed[row] = text_height(text, width, TEXT_SIZE_POINTS)
    return needed


def _format_title(draft: TemplateDraft, text: str) -> str:
    return fill_period(text, draft.request.year, agency=draft.request.agency.name)


# --- contents of slots, by role --------------------------------------------------------------------------------


def _fill_text(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return slot.text or None, (slot.role,)


def _fill_blank(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return None, (slot.role,)


def _fill_paragraph(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return draft.paragraphs.get(CellAddress(planned.name, slot.address)), (slot.role,)


def _fill_choice(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    if slot.key.startswith(SWITCH_PREFIX):
        absent = slot.key.removeprefix(SWITCH_PREFIX) in draft.request.filling.absent
        return list_switch_words()[1] if absent else None, (slot.role,)
    return workbook_words().cover["yes"] if draft.request.filling.declared else None, (slot.role,)


def _fill_title(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return _format_title(draft, slot.text), (slot.role,)


def _fill_label(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return slot.text, ("item" if (slot.key, slot.text) in draft.items else slot.role,)


def _fill_input(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    cell = draft.plan.form.cells[slot.key]
    kind = find_kind_style(cell)
    if slot.key in draft.request.filling.figures:
        return show_figure(cell, draft.request.filling.figures[slot.key]), (slot.role, kind)
    if slot.key in draft.prefilled:
        return draft.prefilled[slot.key], (slot.role, kind, "prefilled")
    return None, (slot.role, kind)


def _fill_computed(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    cell, value = draft.plan.form.cells[slot.key], draft.figures[slot.key]
    kind = find_kind_style(cell)
    if cell.aggregate:
        return Formula(list_rows.format_aggregate(draft.plan, cell), value or 0), (slot.role, kind)
    if slot.key in draft.request.filling.figures:
        return draft.request.filling.figures[slot.key], (slot.role, kind)
    relation = draft.computing[slot.key]
    text = format_total(draft.plan, relation, planned.name)
    return Formula(text, NO_RESULT if value is None else value), (slot.role, kind)


def _fill_row_input(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    (listed,) = list_rows.list_planned(draft.plan, planned.name)
    column = listed.table.columns_by_id[slot.key]
    figure = draft.list_figures.get((slot.key, slot.box.row - listed.head_row))
    return None if figure is None else show_figure(column, figure), (Role.INPUT, find_kind_style(column))


def _fill_row_check(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    row = slot.box.row
    filled = any(key[1] == row - draft.plan.lists[slot.key].head_row for key in draft.list_figures)
    value = workbook_words().lists["row_filled"] if filled else NO_RESULT
    return Formula(list_rows.format_row_check(draft.plan, draft.plan.lists[slot.key], row), value), (slot.role,)


def _fill_row_number(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return int(slot.text), (slot.role,)


def _fill_identity(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    agency = draft.request.agency
    facts = {
        "agency": agency.name,
        "code": agency.code,
        "year": str(draft.request.year),
        "scope": workbook_words().cover[agency.scope],
    }
    return facts[slot.key], (slot.role,)


def _fill_unfilled(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    """Count blank inputs on the cover; state the count in a sentence on a section's sheet."""
    cover = draft.plan.sheet_for(Purpose.COVER)
    places = {other.key: other.address for other in cover.slots if other.role is Role.UNFILLED}
    count = draft.unfilled[slot.key]
    if planned is cover:
        count_addresses = [spot for key, spot in places.items() if key]
        counted = (format_unfilled_count(draft.plan, slot.key), list_rows.format_open_cells(draft.plan, slot.key))
        text = "+".join(filter(None, counted if slot.key else count_addresses))
        return Formula(text, count), ("count",)
    say = workbook_words().table
    spot = f"{quote_sheet_name(cover.name)}!{places[slot.key]}"
    legend = say["legend"]
    if any(draft.plan.find_figure(cell).sheet == planned.name for cell in draft.prefilled):
        legend += say["legend_prefilled"].format(earlier=name_earlier_period(draft.plan.form.period))
    shown = list_shown_relations(draft.plan, planned.name)
    return make_sheet_sentence(shown, draft.plan, draft.lines, spot, count, legend), (slot.role,)


def _fill_check_code(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    year = draft.request.year
    code = compute_check_code(draft.plan, draft.figures, year)
    return Formula(format_check_code_formula(draft.plan, year), code), (slot.role,)


def _fill_checked(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return Formula(format_overall_result(draft.plan), overall_result(draft.plan, draft.lines)), (slot.role,)


def _fill_link(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return Link(slot.text, slot.key, "A1"), (slot.role,)


def _fill_check(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    plan, relation = draft.plan, draft.relations[slot.key]
    amounts = any(term.cell in plan.form.cells and plan.form.cells[term.cell].is_exact for term in relation.terms)
    match slot.text:
        case "number":
            return slot.box.row - draft.first_check + 1, ("centred",)
        case "relation":
            return relation.name, ("listed",)
        case "link":
            return Link(workbook_words().checks["link"], *list_rows.find_relation_place(plan, relation)), ("linked",)
        case "severity":
            return catalogue.look_up_word("severity", relation.severity), ("centred",)
        case "basis":
            return relation.basis, ("listed",)
        case part:
            return draft.checks[relation.id][part], ("centred", "amount" if amounts else "whole")


def _fill_ledger_total(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    amounts = first_summed_cell(draft.plan.form, slot.key).is_exact
    return None, (slot.role, "amount" if amounts else "whole")


def _fill_explanation(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return explanation_rows.fill_explanation(draft.plan, draft.lines, slot)


def _fill_mark(draft: TemplateDraft, planned: Planned, slot: Slot) -> SlotContent:
    return None, MARK_COLUMN_STYLES.get(slot.key, ("listed", "literal"))


_SLOT_FILLERS: Mapping[Role, Callable[[TemplateDraft, Planned, Slot], SlotContent]] = {
    Role.TITLE: _fill_title,
    Role.HEADING: _fill_text,
    Role.TABLE_TITLE: _fill_text,
    Role.GUIDE: _fill_text,
    Role.LABEL: _fill_label,
    Role.CAPTION: _fill_text,
    Role.INPUT: _fill_input,
    Role.COMPUTED: _fill_computed,
    Role.UNUSED: _fill_blank,
    Role.PARAGRAPH: _fill_paragraph,
    Role.FIELD: _fill_blank,
    Role.CHOICE: _fill_choice,
    Role.IDENTITY: _fill_identity,
    Role.UNFILLED: _fill_unfilled,
    Role.CHECKED: _fill_checked,
    Role.CHECK_CODE: _fill_check_code,
    Role.LINK: _fill_link,
    Role.ENTRY: _fill_text,
    Role.CHECK: _fill_check,
    Role.CONTROL: _fill_ledger_total,
    Role.ROW_NUMBER: _fill_row_number,
    Role.ROW_INPUT: _fill_row_input,
    Role.ROW_CHECK: _fill_row_check,
    Role.EXPLANATION: _fill_explanation,
    Role.MARK: _fill_mark,
}


def _write_identity(draft: TemplateDraft, book: BookWriter) -> None:
    """Write the identity to a very hidden sheet and to the document properties."""
    identity = template_identity(draft.plan, draft.request)
    sheet = book.add_sheet(workbook_words().sheets["identity"])
    for row, (key, value) in enumerate((*identity.to_rows(), *draft.request.lines)):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.very_hidden()
    book.set_document_properties(_format_title(draft, draft.plan.form.report_title), identity.to_properties())
