"""The official tables over the sheet of details, twice: the sum of everything, and the sum of what the filter shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltool.forms.consolidated import PANELS_ROW, moved, panel_places, panels
from xltool.forms.expressions import to_excel
from xltool.forms.furniture import words
from xltool.forms.places import box_address, rectangles
from xltool.forms.places import place as placed
from xltool.forms.sheets import announced, lines_needed
from xltool.forms.slots import Place, Purpose, Role, Slot
from xltool.forms.slots import Sheet as Planned
from xltool.messages import catalogue as texts
from xltool.model.form import Box, Cell, Kind, Relation
from xltool.workbooks.summary.summary_context import Draft, completeness, literal, names, set_up_page, undecided
from xltool.workbooks.template.check_formulas import check_contents
from xltool.workbooks.template.styles import TABS
from xltool.workbooks.xlsxwriter_adapter import Book, Content, Formula, Link, Sheet

_SUM, _SHOWN = "SUM({})", "SUBTOTAL(109,{})"
_NOTHING = " "  # what a cell shows that nobody has filled in: no figure, and no error in sums over it


@dataclass(frozen=True)
class _View:
    """How the figures of one view are made: by which function, and where each of them stands."""

    draft: Draft
    function: str
    where: Callable[[str], Place]

    def figure(self, cell: Cell) -> Formula:
        """The live total of one cell, with its value."""
        value = self.draft.made.summary.values[cell.id]
        if cell.computed:
            return self._computed(cell)
        area = self.draft.details.area(cell.id)
        total = _rounded(self.function.format(area), cell)
        return (
            Formula(f'IF(COUNT({area})=0,"{_NOTHING}",{total})', _NOTHING) if value is None else Formula(total, value)
        )

    def _computed(self, cell: Cell) -> Formula:
        form = self.draft.plan.form
        side = next(relation.expect.right for relation in form.formulas if relation.computes == cell.id)
        own = self.where(cell.id).sheet
        total = _rounded(to_excel(side, self.where, sheet=own), cell)
        value = self.draft.made.summary.values[cell.id]
        if value is not None:
            return Formula(total, value)
        spots = rectangles(placed(self.where(term.cell).address) for term in side.terms)
        filled = ",".join(box_address(box) for box in spots)
        return Formula(f'IF(COUNT({filled})<{len(side.terms)},"{_NOTHING}",{total})', _NOTHING)


def _rounded(formula: str, cell: Cell) -> str:
    """Binary fractions do not add up: amounts are rounded to their places."""
    return f"ROUND({formula},{cell.decimals})" if cell.kind is Kind.AMOUNT else formula


def write_official(draft: Draft, planned: Planned, slots: tuple[Slot, ...], book: Book) -> None:
    """One sheet of the form in its print layout, every figure live over the details."""
    sheet = book.sheet(planned.name)
    view = _View(draft, _SUM, draft.plan.where)
    for slot in slots:
        _put(draft, view, slot, slot.box, sheet)
        if slot.role in {Role.INPUT, Role.COMPUTED}:
            _remark(draft, slot, sheet)
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    shown = {row for slot in slots for row in range(slot.box.row, slot.box.row + slot.box.rows)}
    for row, height in planned.heights.items():
        if row in shown:
            sheet.set_row(row - 1, height)
    _fit_sentence(draft, planned, slots, sheet)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS["look"])
    sheet.center_horizontally()
    set_up_page(sheet, draft.plan.form.document, wide=planned.landscape, pages=1)


def _fit_sentence(draft: Draft, planned: Planned, slots: tuple[Slot, ...], sheet: Sheet) -> None:
    """The row of the sentence on how whole the table is, as high as that sentence needs."""
    for slot in slots:
        if slot.role is Role.UNFILLED:
            lines = lines_needed(_standing(draft)[0], sum(planned.widths) - 2)
            sheet.set_row(slot.box.row - 1, 14.0 * lines + 8)


def write_filtered(draft: Draft, book: Book) -> None:
    """All official tables side by side, summed over the rows that the filter of the details leaves in sight."""
    say = words().summary.filtered
    sheet = book.sheet(words().summary.sheets["filtered"])
    view = _View(draft, _SHOWN, panel_places(draft.plan).__getitem__)
    heights: dict[int, float] = {}
    for panel in panels(draft.plan):
        for slot in panel.slots:
            _put(draft, view, slot, moved(slot, panel).box, sheet)
            height = panel.sheet.heights.get(slot.box.row, 0.0)
            heights[slot.box.row + panel.down] = max(heights.get(slot.box.row + panel.down, 0.0), height)
        for column, width in enumerate(panel.sheet.widths):
            sheet.set_column(panel.right + column, panel.right + column, width)
        sheet.set_column(panel.right + len(panel.sheet.widths), panel.right + len(panel.sheet.widths), 3)
    for row, height in heights.items():
        sheet.set_row(row - 1, height)
    first = panels(draft.plan)[0]
    across = len(first.sheet.widths)
    sheet.put(Box(1, 1, 1, across), say["title"], "sheet_title")
    sheet.put(Box(2, 1, 1, across), say["hint"], "hint")
    sheet.put(Box(3, 1, 1, across), _shown(draft), "sums_label")
    sheet.set_row(0, 30)
    sheet.set_row(1, 20)
    sheet.set_row(2, 20)
    sheet.freeze_panes(PANELS_ROW - 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS["look"])
    sheet.set_v_pagebreaks([panel.right for panel in panels(draft.plan)[1:]])
    set_up_page(sheet, draft.plan.form.document, scale=62)


def _shown(draft: Draft) -> Formula:
    """How many rows of the details the filter leaves in sight, of how many there are."""
    say, rows = words().summary.filtered, len(draft.made.parts)
    after = say["shown_after"].format(count=rows)
    area = draft.details.area("name")
    return Formula(f'"{say["shown_before"]}"&SUBTOTAL(103,{area})&"{after}"', f"{say['shown_before']}{rows}{after}")


def write_checks(draft: Draft, book: Book) -> None:
    """Every relation of the form, live over the totals, on the rows of the plan."""
    planned = draft.plan.sheet(Purpose.CHECKS)
    relations = {relation.id: relation for relation in announced(draft.plan.form)}
    live = {key: _live(draft, relation) for key, relation in relations.items()}
    sheet = book.sheet(planned.name)
    for slot in planned.slots:
        if slot.role is Role.CHECK:
            content, *looks = _check(draft, relations[slot.key], slot, live[slot.key])
            sheet.put(slot.box, content, *looks)
        else:
            sheet.put(slot.box, slot.text, slot.role)
    results = [slot.address for slot in planned.slots if slot.role is Role.CHECK and slot.text == "result"]
    say = words().checks
    for key, look in (("holds", "good"), ("broken", "bad"), ("waiting", "waiting")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{say[key]}"', "format": book.style(look)}
        sheet.conditional_format(f"{results[0]}:{results[-1]}", rule)
    for column, width in enumerate(planned.widths):
        sheet.set_column(column, column, width)
    for row, height in planned.heights.items():
        sheet.set_row(row - 1, height)
    sheet.freeze_panes(planned.frozen, 0)
    sheet.repeat_rows(planned.frozen - 1)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS["look"])
    set_up_page(sheet, draft.plan.form.document, wide=True)


def _live(draft: Draft, relation: Relation) -> dict[str, Content]:
    """The live columns of one relation; without a verdict while a part leaves open what it needs."""
    contents = check_contents(draft.plan, relation, draft.previous, draft.lines[relation.id])
    result, needed = contents["result"], undecided(draft.made, draft.plan, relation)
    if needed and isinstance(result, Formula):
        inside = sum(part.lacking.get(cell, 0) for part in draft.made.parts if part.manifest for cell in needed)
        open_cells = "+".join([str(inside), *(f"COUNTBLANK({area})" for area in draft.details.areas(needed))])
        text = f"IF({open_cells}>0,{literal(words().checks['waiting'])},{result.text})"
        contents["result"] = Formula(text, result.value)
    return contents


def _check(
    draft: Draft, relation: Relation, slot: Slot, live: Mapping[str, Content]
) -> tuple[Content, *tuple[str, ...]]:
    match slot.text:
        case "number":
            return slot.box.row - min(draft.plan.checks.values()) + 1, "mid"
        case "relation":
            return relation.name, "cell"
        case "link":
            return Link(words().checks["link"], *draft.plan.where(relation.terms[0].cell)), "jump_mid"
        case "severity":
            return texts.word("severity", relation.severity), "mid"
        case "basis":
            return relation.basis, "cell"
        case part:
            return live[part], "mid"


def _put(draft: Draft, view: _View, slot: Slot, box: Box, sheet: Sheet) -> None:
    """One slot of an official table."""
    form = draft.plan.form
    match slot.role:
        case Role.TITLE:
            sheet.put(box, slot.text.format(agency=draft.area, year=draft.made.year), slot.role)
        case Role.UNFILLED:
            text, whole = _standing(draft)
            sheet.put(box, text, "hint", *([] if whole else ["alarm"]))
        case Role.INPUT | Role.COMPUTED:
            sheet.put(box, view.figure(form.cells[slot.key]), _look(draft, form.cells[slot.key]))
        case Role.LABEL if (slot.key, slot.text) in draft.listed:
            sheet.put(box, slot.text, "item")
        case _:
            sheet.put(box, slot.text, slot.role)


def _look(draft: Draft, cell: Cell) -> str:
    amount = "_amount" if cell.kind is Kind.AMOUNT else ""
    if draft.made.summary.lacking.get(cell.id) and draft.made.summary.values[cell.id] is not None:
        return f"bound{amount}"
    return "total" if cell.computed else f"sum{amount}"


def _standing(draft: Draft) -> tuple[str, bool]:
    """What a reader of one table has to know about how whole it is."""
    say, made = words().summary.tables, draft.made
    if not made.summary.absent:
        return (say["counted"].format(counted=draft.counted), True) if made.parts else completeness(draft)
    agencies = names([leaf.name or leaf.code for leaf in made.summary.absent])
    facts = {"expected": made.expected, "counted": draft.counted, "count": len(made.summary.absent)}
    return say["incomplete"].format(agencies=agencies, **facts), False


def _remark(draft: Draft, slot: Slot, sheet: Sheet) -> None:
    """A comment on a total that some part gives no figure for, or that is mostly one part's, naming those parts."""
    say, said = words().summary.tables, []
    if slot.role is Role.INPUT and (lacking := draft.lacking.get(slot.key)):
        facts = {"counted": draft.counted, "count": draft.made.summary.lacking[slot.key], "agencies": names(lacking)}
        said.append(say["lacking"].format(**facts))
    if shares := draft.leading.get(slot.key):
        total = Decimal(draft.made.summary.values[slot.key] or 1)
        told = [say["share"].format(**each._asdict(), percent=f"{each.value * 100 / total:.0f}") for each in shares]
        said.append(say["leading"].format(shares=words().summary.shared["joint"].join(told)))
    if said:
        text = "\n".join(said)
        sheet.write_comment(slot.address, text, {"author": "", "x_scale": 2.0, "font_size": 9})
