"""The official tables as live sums over the details: of all rows, and of the rows the filter shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltool.forms.absent_tables import list_switch_words, name_switch
from xltool.forms.cell_addresses import box_address, cover_with_rectangles
from xltool.forms.cell_addresses import parse_address as placed
from xltool.forms.consolidated_layout import PANELS_ROW, move_slot, panel_addresses, plan_panels
from xltool.forms.format_formulas import format_excel_formula, format_operation
from xltool.forms.lower_bounds import has_rates, is_lower_bound
from xltool.forms.period_words import fill_period
from xltool.forms.plan_sheets import count_lines, list_announced_relations
from xltool.forms.slots import CellAddress, Purpose, Role, Slot
from xltool.forms.slots import SheetPlan as Planned
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.expression import LinearExpression, Side
from xltool.model.form import Box, Cell, Relation, TotalKind
from xltool.workbooks.summary.filtered_totals import MEANS, make_shown_total
from xltool.workbooks.summary.merged_rows import write_merged_rows
from xltool.workbooks.summary.summary_context import (
    SummaryContext,
    describe_completeness,
    find_undecided_inputs,
    join_names,
    quote_formula_text,
    set_up_page,
)
from xltool.workbooks.template.check_formulas import format_check_row
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, Link, SheetWriter

_SUM_ALL, _SUM_SHOWN = "SUM({})", "SUBTOTAL(109,{})"
_BLANK_TOTAL = " "  # shown in a cell without any figure: sums over it are no error


@dataclass(frozen=True)
class _TableView:
    """One view of the figures: the summing function, and the place of each cell."""

    context: SummaryContext
    function: str
    locate_cell: Callable[[str], CellAddress]

    def make_total(self, cell: Cell) -> CellContent:
        """Return the live total of one cell, with its value."""
        value = self.context.consolidation.summary.values[cell.id]
        if cell.computed:
            return self._make_computed_total(cell)
        if cell.total is not TotalKind.SUM:
            return self._make_other_total(cell)
        area = self.context.details.column_range(cell.id)
        total = _round_amount(self.function.format(area), cell)
        return (
            Formula(f'IF(COUNT({area})=0,"{_BLANK_TOTAL}",{total})', _BLANK_TOTAL)
            if value is None
            else Formula(total, value)
        )

    def _make_other_total(self, cell: Cell) -> CellContent:
        """Return a mean, live where every part is one agency, or how many chose each word."""
        summary, details = self.context.consolidation.summary, self.context.details
        is_live = not any(part.manifest for part in self.context.consolidation.parts)
        if self.function != _SUM_ALL:
            return make_shown_total(cell, details, summary) if is_live else None
        if cell.total is TotalKind.COUNT:
            return summary.words.get(cell.id)
        value, area = summary.values[cell.id], details.column_range(cell.id)
        if value is None or not is_live or cell.total not in MEANS:
            return value
        formula = f"AVERAGE({area})"
        if cell.total is TotalKind.WEIGHTED_MEAN:
            weights = details.column_range(cell.weight)
            formula = f"SUMPRODUCT({area},{weights})/SUMPRODUCT(--ISNUMBER({area}),{weights})"
        return Formula(f"ROUND({formula},{cell.decimals})", value)

    def _make_computed_total(self, cell: Cell) -> Formula:
        form = self.context.plan.form
        side = next(relation.expect.right for relation in form.formulas if relation.computes == cell.id)
        own = self.locate_cell(cell.id).sheet
        total = _format_computed(side, self.locate_cell, own, cell)
        value = self.context.consolidation.summary.values[cell.id]
        if value is not None:
            return Formula(total, value)
        spots = cover_with_rectangles(placed(self.locate_cell(term.cell).address) for term in side.terms)
        filled = ",".join(box_address(box) for box in spots)
        return Formula(f'IF(COUNT({filled})<{len(side.terms)},"{_BLANK_TOTAL}",{total})', _BLANK_TOTAL)


def _format_computed(side: Side, locate_cell: Callable[[str], CellAddress], sheet: str, cell: Cell) -> str:
    """Format the formula that computes a cell from the totals on its sheet."""
    if isinstance(side, LinearExpression):
        return _round_amount(format_excel_formula(side, locate_cell, sheet=sheet), cell)

    def format_part(part: Side) -> str:
        if isinstance(part, LinearExpression):
            return format_excel_formula(part, locate_cell, sheet=sheet)
        return format_operation(part, format_part)

    return f'IFERROR(ROUND({format_operation(side, format_part)},{cell.decimals}),"{_BLANK_TOTAL}")'


def _round_amount(formula: str, cell: Cell) -> str:
    """Round amounts to their decimals, because binary fractions do not add up."""
    return f"ROUND({formula},{cell.decimals})" if cell.is_exact else formula


def write_official_sheet(context: SummaryContext, planned: Planned, slots: tuple[Slot, ...], book: BookWriter) -> None:
    """Write one sheet of the form in its print layout, every figure live over the details."""
    sheet = book.add_sheet(planned.name)
    view = _TableView(context, _SUM_ALL, context.plan.find_figure)
    for slot in slots:
        _write_slot(context, view, slot, slot.box, sheet)
        if slot.role in {Role.INPUT, Role.COMPUTED}:
            _write_comment(context, slot, sheet)
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    shown = {row for slot in slots for row in range(slot.box.row, slot.box.row + slot.box.rows)}
    for row, height in planned.heights.items():
        if row in shown:
            sheet.set_row(row - 1, height)
    _fit_completeness_row(context, planned, slots, sheet)
    lists = [place for place in context.plan.lists.values() if place.sheet == planned.name]
    for list_plan in lists:
        write_merged_rows(context, list_plan, sheet)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.center_horizontally()
    set_up_page(sheet, context.plan.form.document, wide=planned.landscape or bool(lists), pages=0 if lists else 1)


def _fit_completeness_row(
    context: SummaryContext, planned: Planned, slots: tuple[Slot, ...], sheet: SheetWriter
) -> None:
    """Make the row of the completeness sentence as high as the sentence needs."""
    for slot in slots:
        if slot.role is Role.UNFILLED:
            text = _describe_table_completeness(context)[0] + _describe_duties(context, slot.key)
            lines = count_lines(text, sum(planned.widths) - 2)
            sheet.set_row(slot.box.row - 1, 14.0 * lines + 8)


def write_filtered_tables(context: SummaryContext, book: BookWriter) -> None:
    """Write all official tables side by side, summed over the rows that the filter of the details shows."""
    say = workbook_words().summary.filtered
    sheet = book.add_sheet(workbook_words().summary.sheets["filtered"])
    view = _TableView(context, _SUM_SHOWN, panel_addresses(context.plan).__getitem__)
    heights: dict[int, float] = {}
    for panel in plan_panels(context.plan):
        for slot in panel.slots:
            _write_slot(context, view, slot, move_slot(slot, panel).box, sheet)
            height = panel.sheet.heights.get(slot.box.row, 0.0)
            heights[slot.box.row + panel.down] = max(heights.get(slot.box.row + panel.down, 0.0), height)
        for column, width in enumerate(panel.sheet.widths):
            sheet.set_column(panel.right + column, panel.right + column, width)
        sheet.set_column(panel.right + len(panel.sheet.widths), panel.right + len(panel.sheet.widths), 3)
    for row, height in heights.items():
        sheet.set_row(row - 1, height)
    first = plan_panels(context.plan)[0]
    across = len(first.sheet.widths)
    sheet.write_box(Box(1, 1, 1, across), say["title"], "sheet_title")
    sheet.write_box(Box(2, 1, 1, across), say[_choose_hint(context)], "hint")
    sheet.write_box(Box(3, 1, 1, across), _count_shown_rows(context), "sums_label")
    sheet.set_row(0, 30)
    sheet.set_row(1, 20)
    sheet.set_row(2, 20)
    sheet.freeze_panes(PANELS_ROW - 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.set_v_pagebreaks([panel.right for panel in plan_panels(context.plan)[1:]])
    set_up_page(sheet, context.plan.form.document, scale=62)


def _choose_hint(context: SummaryContext) -> str:
    """Return which hint is true: means and counts of words inside areas cannot be computed again."""
    has_others = any(cell.total in {*MEANS, TotalKind.COUNT} for cell in context.plan.form.cells.values())
    within_areas = any(part.manifest for part in context.consolidation.parts)
    return "hint_areas" if has_others and within_areas else "hint"


def _count_shown_rows(context: SummaryContext) -> Formula:
    """Return a formula: how many rows of the details the filter shows, of how many."""
    say, rows = workbook_words().summary.filtered, len(context.consolidation.parts)
    after = say["shown_after"].format(count=rows)
    area = context.details.column_range("name")
    return Formula(f'"{say["shown_before"]}"&SUBTOTAL(103,{area})&"{after}"', f"{say['shown_before']}{rows}{after}")


def write_checks_sheet(context: SummaryContext, book: BookWriter) -> None:
    """Write every relation of the form, live over the totals, on the rows of the plan."""
    planned = context.plan.sheet_for(Purpose.CHECKS)
    relations = {relation.id: relation for relation in list_announced_relations(context.plan.form)}
    live = {key: _make_live_columns(context, relation) for key, relation in relations.items()}
    sheet = book.add_sheet(planned.name)
    for slot in planned.slots:
        if slot.role is Role.CHECK and slot.key not in relations:  # of the rows of lists, which returns satisfied
            continue
        if slot.role is Role.CHECK:
            content, *looks = _make_check_cell(context, relations[slot.key], slot, live[slot.key])
            sheet.write_box(slot.box, content, *looks)
        else:
            sheet.write_box(slot.box, slot.text, slot.role)
    results = "F{}:F{}".format(*context.plan.check_rows)
    say = workbook_words().checks
    for key, look in (("holds", "good"), ("broken", "bad"), ("waiting", "waiting")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{say[key]}"', "format": book.combine_styles(look)}
        sheet.conditional_format(results, rule)
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    for row, height in planned.heights.items():
        sheet.set_row(row - 1, height)
    sheet.freeze_panes(planned.frozen, 0)
    sheet.repeat_rows(planned.frozen - 1)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_COLOURS["look"])
    set_up_page(sheet, context.plan.form.document, wide=True)


def _make_live_columns(context: SummaryContext, relation: Relation) -> dict[str, CellContent]:
    """Return the live columns of one relation; without a verdict while a part has no figure for an input."""
    line, year = context.check_rows[relation.id], context.consolidation.year
    contents = format_check_row(context.plan, relation, context.previous, line, year)
    result, needed = contents["result"], find_undecided_inputs(context.consolidation, context.plan, relation)
    if needed and isinstance(result, Formula):
        inside = sum(
            part.lacking.get(cell, 0) for part in context.consolidation.parts if part.manifest for cell in needed
        )
        open_cells = "+".join([str(inside), *(f"COUNTBLANK({area})" for area in context.details.column_ranges(needed))])
        text = f"IF({open_cells}>0,{quote_formula_text(workbook_words().checks['waiting'])},{result.text})"
        contents["result"] = Formula(text, result.value)
    return contents


def _make_check_cell(
    context: SummaryContext, relation: Relation, slot: Slot, live: Mapping[str, CellContent]
) -> tuple[CellContent, *tuple[str, ...]]:
    match slot.text:
        case "number":
            return slot.box.row - context.plan.check_rows[0] + 1, "mid"
        case "relation":
            return relation.name, "cell"
        case "link":
            return Link(workbook_words().checks["link"], *context.plan.find_figure(relation.terms[0].cell)), "jump_mid"
        case "severity":
            return catalogue.look_up_word("severity", relation.severity), "mid"
        case "basis":
            return relation.basis, "cell"
        case part:
            return live[part], "mid"


def _write_slot(context: SummaryContext, view: _TableView, slot: Slot, box: Box, sheet: SheetWriter) -> None:
    """Write one slot of an official table."""
    form = context.plan.form
    match slot.role:
        case Role.TITLE:
            sheet.write_box(box, fill_period(slot.text, context.consolidation.year, agency=context.area), slot.role)
        case Role.UNFILLED:
            text, whole = _describe_table_completeness(context)
            text += _describe_duties(context, slot.key)
            sheet.write_box(box, text, "hint", *([] if whole else ["alarm"]))
        case Role.INPUT | Role.COMPUTED:
            sheet.write_box(box, view.make_total(form.cells[slot.key]), _choose_style(context, form.cells[slot.key]))
        case Role.LABEL if (slot.key, slot.text) in context.left_aligned_labels:
            sheet.write_box(box, slot.text, "item")
        case _:
            sheet.write_box(box, slot.text, slot.role)


def _choose_style(context: SummaryContext, cell: Cell) -> str:
    amount = "_amount" if cell.is_exact else ""
    look = "bound" if is_lower_bound(context.plan.form, cell) else "partial"
    if context.consolidation.summary.lacking.get(cell.id) and context.consolidation.summary.values[cell.id] is not None:
        return f"{look}{amount}"
    if cell.is_worded:
        return "total"
    return f"{'total' if cell.computed else 'sum'}{amount}"


def _describe_table_completeness(context: SummaryContext) -> tuple[str, bool]:
    """Return the completeness sentence of one table, and whether it is complete."""
    say, made = workbook_words().summary.tables, context.consolidation
    if not made.summary.absent:
        return (say["counted"].format(counted=context.counted), True) if made.parts else describe_completeness(context)
    agencies = join_names([leaf.name or leaf.code for leaf in made.summary.absent])
    facts = {"expected": made.expected, "counted": context.counted, "count": len(made.summary.absent)}
    key = "incomplete_in_part" if has_rates(context.plan.form) else "incomplete"
    return say[key].format(agencies=agencies, **facts), False


def _describe_duties(context: SummaryContext, sheet_name: str) -> str:
    """Return the sentences that say to how many the tables of a sheet apply; "" if they always do."""
    say, tallies = workbook_words().summary.tables, context.consolidation.summary.tallies
    own = [table for table in context.plan.form.tables if table.absence and table.name == sheet_name]
    counts = ((table.title, tallies.get(name_switch(table), {})) for table in own)
    applies, applies_not = list_switch_words()
    return "".join(
        say["duties"].format(table=title, applies=tally.get(applies, 0), applies_not=tally.get(applies_not, 0))
        for title, tally in counts
    )


def _write_comment(context: SummaryContext, slot: Slot, sheet: SheetWriter) -> None:
    """Comment on a total that lacks figures of some parts, or of which one part makes more than half."""
    say, sentences = workbook_words().summary.tables, []
    if slot.role is Role.INPUT and (lacking := context.parts_without_figure.get(slot.key)):
        facts = {
            "counted": context.counted,
            "count": context.consolidation.summary.lacking.get(slot.key, len(lacking)),
            "agencies": join_names(lacking),
        }
        bound = is_lower_bound(context.plan.form, context.plan.form.cells[slot.key])
        sentences.append(say["lacking" if bound else "lacking_in_part"].format(**facts))
    if shares := context.largest_shares.get(slot.key):
        total = Decimal(context.consolidation.summary.values[slot.key] or 1)
        phrases = [
            say["share"].format(**share._asdict(), percent=f"{share.value * 100 / total:.0f}") for share in shares
        ]
        sentences.append(say["leading"].format(shares=workbook_words().summary.shared["joint"].join(phrases)))
    if sentences:
        text = "\n".join(sentences)
        sheet.write_comment(slot.address, text, {"author": "", "x_scale": 2.0, "font_size": 9})
