"""List what became of every cell of an office's workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xltool.form_authoring.definitions.build_definition import explains_form
from xltool.form_authoring.office_workbooks.office_workbook import OfficeCell, OfficeSheet, Spot
from xltool.form_authoring.placements import Fate, Placement
from xltool.form_authoring.read_form_workbook import SheetReading, WorkbookReading
from xltool.form_authoring.relations.formula_evidence import is_plain_sum
from xltool.form_authoring.tables.grid_cells import CellPart, TableCell
from xltool.form_authoring.tables.list_tables import ListDraft
from xltool.form_authoring.tables.table_draft import DraftFigure, TableDraft, show_label
from xltool.forms.cell_addresses import column_letters

DOUBTFUL_REASONS = frozenset(
    {
        *("sample_value", "part_not_read", "taken_as_note", "unnamed_blank", "closed_total", "open_total"),
        *("same_words", "check_column"),
    }
)


def list_placements(reading: WorkbookReading) -> tuple[Placement, ...]:
    """Return one placement for every cell with content and every cell of a table, sheet by sheet."""
    placed: list[Placement] = []
    by_sheet = {sheet.sheet.name: sheet for sheet in reading.sheets}
    for sheet in reading.book.sheets:
        if sheet.name in by_sheet:
            placed += _place_sheet(reading, by_sheet[sheet.name])
        elif sheet.state != "visible":
            placed.append(Placement(sheet.name, "", "", Fate.HIDDEN, reason="hidden_sheet", doubtful=True))
        else:
            placed += _place_plain_sheet(sheet)
    return tuple(placed)


def _place_plain_sheet(office_sheet: OfficeSheet) -> Iterator[Placement]:
    """Place the cells of a sheet without a table: explanations, or nothing that the form could use."""
    explains = explains_form(office_sheet.name)
    for cell in sorted(office_sheet.cells.values(), key=lambda cell: cell.spot):
        if cell.is_blank:
            continue
        if explains and cell.text:
            yield Placement(office_sheet.name, cell.address, cell.text, Fate.NOTE, reason="instruction")
        else:
            text = _show_content(cell)
            yield Placement(office_sheet.name, cell.address, text, Fate.UNPLACED, reason="no_table_here", doubtful=True)


def _place_sheet(reading: WorkbookReading, page: SheetReading) -> Iterator[Placement]:
    name = page.sheet.name
    yield from _place_hidden(page)
    for draft in page.drafts:
        for item in draft.cells:
            if item.part is not CellPart.CHECK:
                yield _add_remark(reading, draft, _place_grid_cell(reading, draft, item))
    for cell, fate, reason in page.around.fates:
        doubtful = fate is Fate.UNPLACED or reason in DOUBTFUL_REASONS
        yield Placement(name, cell.address, _show_content(cell), fate, reason=reason, doubtful=doubtful)
    yield from (item for item in reading.found.placements if item.sheet == name)
    if page.sheet.drawings:
        facts = {"count": page.sheet.drawings}
        yield Placement(name, "", "", Fate.UNPLACED, reason="drawings", facts=facts, doubtful=True)


def _add_remark(reading: WorkbookReading, draft: TableDraft, placement: Placement) -> Placement:
    """Say at the cell that shows it why a table is no list, at its first cell that it is on another page."""
    if placement.doubtful:
        return placement
    refusal = next((item for item in reading.refusals if item.draft is draft), None)
    if refusal is not None and refusal.address == placement.address:
        facts = {**placement.facts, "list_fault": refusal.fault}
        return replace(placement, reason="not_a_list", facts=facts, doubtful=True)
    first = next(iter(draft.cells)).cell.address
    moved = any(draft is other for page in reading.sheets for part in page.parts[1:] for other in part.drafts[:1])
    if moved and placement.address == first:
        return replace(placement, reason="own_page", facts={"page": draft.sheet}, doubtful=True)
    return placement


def _place_hidden(page: SheetReading) -> Iterator[Placement]:
    """Name the hidden rows and columns inside the tables, each once, and every cell with content in them."""
    known = {item.cell.spot for draft in page.drafts for item in draft.cells}
    for draft in page.drafts:
        area = draft.cells.grid.area
        for row in sorted(page.sheet.hidden_rows & set(range(area.row, area.row + area.rows))):
            yield Placement(page.sheet.name, f"{row}:{row}", "", Fate.HIDDEN, reason="hidden_row", doubtful=True)
        for column in sorted(page.sheet.hidden_columns & set(range(area.column, area.column + area.columns))):
            letters = column_letters(column)
            at = f"{letters}:{letters}"
            yield Placement(page.sheet.name, at, "", Fate.HIDDEN, reason="hidden_column", doubtful=True)
        for spot, cell in sorted(page.sheet.cells.items()):
            hidden = spot[0] in page.sheet.hidden_rows or spot[1] in page.sheet.hidden_columns
            if hidden and draft.cells.grid.contains(spot) and not cell.is_blank and spot not in known:
                yield Placement(page.sheet.name, cell.address, _show_content(cell), Fate.HIDDEN, reason="hidden_cell")


def _place_grid_cell(reading: WorkbookReading, draft: TableDraft, member: TableCell) -> Placement:
    sheet, address = draft.source.name, member.cell.address
    figure = draft.figures.get(member.place)
    listed = next((item for item in reading.lists if item.table is draft), None)
    if figure is not None and listed is not None:
        return _place_list_figure(reading, listed, figure)
    if figure is not None:
        return _place_figure(reading, draft, figure)
    text = show_label(member) if member.is_label else ""
    if listed is not None and member.reason == "closed_total":
        return Placement(sheet, address, text, Fate.BLANK, reason="list_total")
    fate = Fate.LABEL if member.part is CellPart.LABEL else Fate.BLANK
    reason = member.reason or ("struck" if member.part is CellPart.STRUCK else "")
    if reason == "same_words" and member.within:
        whole = draft.cells.find_at(*member.within)
        facts = {"within": whole.cell.text if whole else ""}
        return Placement(sheet, address, text, fate, "", reason, facts, doubtful=True)
    old = _renamed_from(reading, draft, member.place)
    if old:
        return Placement(sheet, address, text, fate, "", "new_beside_old", {"old": old}, doubtful=True)
    return Placement(sheet, address, text, fate, reason=reason, doubtful=reason in DOUBTFUL_REASONS)


def _renamed_from(reading: WorkbookReading, draft: TableDraft, grid_place: Spot) -> str:
    kept = next((ids for ids in reading.kept if ids.table == draft.id), None)
    return kept.doubtful.get((grid_place[0], grid_place[1] + draft.offset), "") if kept else ""


def _place_list_figure(reading: WorkbookReading, list_draft: ListDraft, draft_figure: DraftFigure) -> Placement:
    """Place a figure of a list: filled in in every row; a total is made by the program."""
    draft, cell = list_draft.table, draft_figure.item.cell
    kind, name = draft_figure.kind, f"{list_draft.table.id}.{draft_figure.column}"
    facts: dict[str, object] = {
        "kind": kind.kind,
        "unit": kind.unit,
        "told_by": kind.reason,
        "formula": cell.formula,
        "limits": kind.dropped_limits,
    }
    if draft_figure.item.box.row in list_draft.totals:
        plain = not cell.formula or is_plain_sum(cell.formula)
        del facts["told_by"]  # the columns say it
        reason, fate = ("list_total", Fate.BLANK) if plain else ("list_total_formula", Fate.UNPLACED)
        return Placement(
            draft.source.name, cell.address, _show_content(cell), fate, name, reason, facts, doubtful=not plain
        )
    failed = reading.found.failed.get((draft.source.name, cell.spot))
    reason = "list_formula" if cell.formula else kind.remark or "kind"
    if failed is not None:
        reason, facts = "formula_filled_in", {**facts, "part": failed.part, "why": failed.reason}
    doubtful = reason != "kind" and draft_figure.item.box.row == list_draft.rows[0]
    return Placement(
        draft.source.name, cell.address, _show_content(cell), Fate.INPUT, name, reason, facts, doubtful=doubtful
    )


def _place_figure(reading: WorkbookReading, draft: TableDraft, draft_figure: DraftFigure) -> Placement:
    cell, sheet = draft_figure.item.cell, draft.source.name
    name = str(draft.name_figure(draft_figure.item.place))
    text = _show_content(cell)
    error = reading.found.failed.get((sheet, cell.spot))
    facts: Mapping[str, object] = {
        "kind": draft_figure.kind.kind,
        "unit": draft_figure.kind.unit,
        "told_by": draft_figure.kind.reason,
        "formula": cell.formula,
        "limits": draft_figure.kind.dropped_limits,
    }
    if error is not None:
        facts = {**facts, "part": error.part, "why": error.reason}
        reason = "list_condition" if error.reason == "list_condition" else "formula_filled_in"
        return Placement(sheet, cell.address, text, Fate.UNPLACED, name, reason, facts, doubtful=True)
    fate = Fate.COMPUTED if cell.formula else Fate.INPUT
    reason = draft_figure.item.reason if draft_figure.item.reason in DOUBTFUL_REASONS else ""
    reason = reason or draft_figure.kind.remark or "kind"
    old = _renamed_from(reading, draft, draft_figure.item.place)
    if old:
        reason, facts = "new_beside_old", {**facts, "old": old}
    return Placement(sheet, cell.address, text, fate, name, reason, facts, doubtful=reason != "kind")


def _show_content(office_cell: OfficeCell) -> str:
    if office_cell.formula:
        return f"={office_cell.formula}"
    return "" if office_cell.value is None else str(office_cell.value).strip()
