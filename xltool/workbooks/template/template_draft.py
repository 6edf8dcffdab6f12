"""Derive from plan and request what the cells of one workbook hold, before it is written."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from xltool.errors import WritingError
from xltool.forms.lists.whole_form import list_all_relations, list_counted_cells, list_row_relations
from xltool.forms.plan_sheets import list_announced_relations
from xltool.forms.slots import CellAddress
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import Number, Relation, Values
from xltool.workbooks.template import page_setup
from xltool.workbooks.template.check_formulas import (
    CheckLine,
    compute_check_lines,
    format_check_row,
    spreadsheet_figures,
)
from xltool.workbooks.template.list_rows import format_row_verdict
from xltool.workbooks.template.prefilled_figures import prefill_figures
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.xlsxwriter_adapter import CellContent


@dataclass(frozen=True)
class TemplateDraft:
    """Everything derived from plan and request before one workbook is written.

    ``prefilled`` are inputs filled in from last year; ``paragraphs`` the texts by cell reference; ``figures`` all
    figures as a spreadsheet program computes them; ``unfilled`` the number of blank inputs by sheet ("" for all);
    ``lines`` the values of the checks sheet and ``checks`` their formulas; ``relations`` by id, ``computing`` by the
    computed cell; ``items`` are the row headers (table, text) that are aligned left; ``list_figures`` the contents of
    lists by column id and number of the row.
    """

    plan: WorkbookPlan
    request: TemplateRequest
    prefilled: Mapping[str, Number]
    figures: Values
    unfilled: Mapping[str, int]
    lines: Mapping[str, CheckLine]
    checks: Mapping[str, Mapping[str, CellContent]]
    relations: Mapping[str, Relation]
    computing: Mapping[str, Relation]
    items: frozenset[tuple[str, str]]
    first_check: int
    paragraphs: Mapping[CellAddress, str]
    list_figures: Mapping[tuple[str, int], Number | str]


def prepare_draft(plan: WorkbookPlan, request: TemplateRequest) -> TemplateDraft:
    """Derive everything one workbook needs. Raises WritingError if a section has more text than rows."""
    form = plan.form
    filling = request.filling
    known = prefill_figures(form, request.previous)
    prefilled = {cell: value for cell, value in known.items() if cell not in filling.figures}
    numbers = {cell: figure for cell, figure in filling.figures.items() if not isinstance(figure, str)}
    profiles = {"without_rule_power"} if request.agency.rule_power is False else set()
    lines = compute_check_lines(
        plan,
        prefilled | numbers,
        request.previous,
        year=request.year,
        declared_zero=filling.declared,
        profiles=profiles,
        absent=filling.absent,
    )
    return TemplateDraft(
        plan=plan,
        request=request,
        prefilled=prefilled,
        figures=spreadsheet_figures(form, prefilled | numbers),
        unfilled=_count_unfilled(plan, filling, prefilled),
        lines=lines,
        checks={
            relation.id: format_check_row(plan, relation, request.previous, lines[relation.id], request.year)
            for relation in list_announced_relations(form)
        }
        | {relation.id: format_row_verdict(plan, relation) for relation in list_row_relations(form)},
        relations={relation.id: relation for relation in list_all_relations(form)},
        computing={relation.computes: relation for relation in form.formulas if relation.computes},
        items=frozenset(page_setup.find_item_labels(form)),
        first_check=plan.check_rows[0],
        paragraphs=_place_paragraphs(plan, filling),
        list_figures={
            (column, number): figure
            for rows in filling.lists.values()
            for number, row in enumerate(rows, start=1)
            for column, figure in row.items()
        },
    )


def _count_unfilled(plan: WorkbookPlan, filling: FilledContents, prefilled: Container[str]) -> dict[str, int]:
    """Count the inputs and lists that are still blank, by sheet; those of all sheets under ""."""
    unfilled = dict.fromkeys(["", *(sheet.name for sheet in plan.sheets)], 0)
    for cell in list_counted_cells(plan.form):
        for key in ("", plan.find_figure(cell.id).sheet):
            declared = filling.declared and not cell.is_worded
            unfilled[key] += not (declared or cell.id in prefilled or cell.id in filling.figures)
    for listed in plan.lists.values():
        empty = not (listed.table.optional or filling.declared or filling.lists.get(listed.table.id))
        unfilled[listed.sheet] += empty
        unfilled[""] += empty
    return unfilled


def _place_paragraphs(plan: WorkbookPlan, filling: FilledContents) -> dict[CellAddress, str]:
    """Return paragraphs by cell reference. Raises WritingError if a section has more than its sheet has rows."""
    placed: dict[CellAddress, str] = {}
    for section, texts_given in filling.texts.items():
        cell_refs = plan.paragraphs.get(section) or plan.table_texts[section]
        if len(texts_given) > len(cell_refs):
            count, room = len(texts_given), len(cell_refs)
            raise WritingError("writing.too_much_text", section=section, count=count, room=room)
        placed |= dict(zip(cell_refs, texts_given, strict=False))
    return placed
