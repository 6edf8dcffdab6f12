"""The sheet of details: one row for every part of the sum, one column for every cell of the form."""

from bisect import bisect
from collections.abc import Sequence
from itertools import groupby

from xltool.forms.cell_addresses import cell_address
from xltool.forms.consolidated_layout import (
    FIRST_ROW,
    HEAD_ROW,
    HINT_ROW,
    ID_ROW,
    LEADING_COLUMNS,
    LINE_ROW,
    SUM_ROW,
    TABLE_ROW,
    TITLE_ROW,
)
from xltool.forms.expressions import compute_total
from xltool.forms.format_formulas import format_excel_formula
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.compact_entries import list_numbers
from xltool.model.expression import LinearExpression
from xltool.model.form import Box, Cell, Severity, TotalKind
from xltool.model.submission import EntryState, Submission
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.summary.agency_status import agency_of, count_open_findings
from xltool.workbooks.summary.summary_context import SummaryContext, link_to_findings, link_to_tracking, set_up_page
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, SheetWriter

_WIDTHS = {
    "number": 6,
    "code": 13,
    "name": 30,
    "level": 8,
    "scope": 9,
    "agencies": 9,
    "status": 11,
    "problems": 8,
    "file": 26,
}
_FIGURE_WIDTH, _AMOUNT_WIDTH = 8.5, 13.0
_HEADING_HEIGHTS = {TITLE_ROW: 30, HINT_ROW: 20, ID_ROW: 11, SUM_ROW: 20, TABLE_ROW: 20, LINE_ROW: 48, HEAD_ROW: 48}
_ROW_HEIGHT_POINTS = 18.0  # points
_PRINT_SCALE_PERCENT = 60  # percent, in print
_PAGE_WIDTH_CHARACTERS = 128.0  # characters across landscape A4 at 100 % and with our margins
_FROZEN_COLUMNS = LEADING_COLUMNS.index("name") + 1


def write_details(context: SummaryContext, book: BookWriter) -> None:
    """Write the sheet: headings in official words, ids, live sums over the filtered rows, and one row per part."""
    table = context.details
    sheet = book.add_sheet(table.sheet)
    _write_heading_rows(context, sheet)
    _write_figure_headings(context, sheet)
    for row, part in enumerate(context.consolidation.parts, start=FIRST_ROW):
        with name_failing_file(context.items_by_submission.get(id(part))):
            _write_lead_columns(context, book, sheet, row, part)
    _write_figures(context, sheet)
    for key, width in _WIDTHS.items():
        sheet.set_column(table.columns[key] - 1, table.columns[key] - 1, width)
    for cell in context.plan.form.cells.values():
        place = table.columns[cell.id] - 1
        sheet.set_column(place, place, _AMOUNT_WIDTH if cell.is_exact else _FIGURE_WIDTH)
    for line, height in _HEADING_HEIGHTS.items():
        sheet.set_row(line - 1, height)
    zero = {"type": "cell", "criteria": "==", "value": 0, "format": book.combine_styles("figure_zero")}
    sheet.conditional_format(FIRST_ROW - 1, len(LEADING_COLUMNS), table.last - 1, len(table.columns) - 1, zero)
    sheet.set_default_row(_ROW_HEIGHT_POINTS)
    sheet.freeze_panes(FIRST_ROW - 1, _FROZEN_COLUMNS)
    sheet.autofilter(HEAD_ROW - 1, 0, table.last - 1, len(table.columns) - 1)
    sheet.set_tab_color(TAB_COLOURS["fill"])
    sheet.repeat_rows(TABLE_ROW - 1, HEAD_ROW - 1)
    sheet.repeat_columns(0, _FROZEN_COLUMNS - 1)
    sheet.set_v_pagebreaks(_find_page_breaks(context))
    set_up_page(sheet, context.plan.form.document, wide=True, scale=_PRINT_SCALE_PERCENT)


def _find_page_breaks(context: SummaryContext) -> list[int]:
    """Return the 0-based columns at which a printed page begins: never inside a row of the form."""
    repeated = sum(_WIDTHS[key] for key in LEADING_COLUMNS[:_FROZEN_COLUMNS])
    width, breaks = _PAGE_WIDTH_CHARACTERS * 100 / _PRINT_SCALE_PERCENT, []
    used = float(sum(_WIDTHS.values()))
    for _, line in groupby(context.plan.form.cells.values(), lambda cell: (cell.table, cell.line)):
        cells = list(line)
        wide = sum(_AMOUNT_WIDTH if cell.is_exact else _FIGURE_WIDTH for cell in cells)
        if used + wide > width:
            breaks.append(context.details.columns[cells[0].id] - 1)
            used = repeated
        used += wide
    return breaks


def _write_heading_rows(context: SummaryContext, sheet: SheetWriter) -> None:
    say = workbook_words().summary.details
    sheet.write_box(Box(TITLE_ROW, 1, 1, len(LEADING_COLUMNS)), say["title"], "chapter")
    sheet.write_box(Box(HINT_ROW, 1), say["hint"], "aside")
    sheet.write_box(Box(SUM_ROW, 1), say["shown"], "sums_label")
    for key in LEADING_COLUMNS:
        column = context.details.columns[key]
        sheet.write_box(Box(ID_ROW, column), key, "id")
        sheet.write_box(Box(TABLE_ROW, column, HEAD_ROW - TABLE_ROW + 1), say[key], "head")
    sums = _make_shown_sums(context)
    for key in context.plan.form.cells:
        column = context.details.columns[key]
        sheet.write_box(Box(ID_ROW, column), key, "id")
        sheet.write_box(Box(SUM_ROW, column), sums.get(key), "sums")


def _make_shown_sums(context: SummaryContext) -> dict[str, Formula]:
    """Return the sum over the filtered rows by cell id, for cells that are summed.

    A computed cell is computed from the sums beside it, as in the official tables: a part without its total because
    one figure is missing still gives its other figures.
    """
    form, columns = context.plan.form, context.details.columns
    computing = {relation.computes: relation for relation in form.formulas}
    known = {key: total for key, total in context.consolidation.summary.values.items() if total is not None}
    sums: dict[str, Formula] = {}
    for key, cell in form.cells.items():
        relation = computing.get(key)
        side = relation.expect.right if relation else None
        if cell.total is not TotalKind.SUM:
            continue
        if relation and isinstance(side, LinearExpression):
            known.setdefault(key, compute_total(relation, known, missing_as_zero=True) or 0)
            text = format_excel_formula(side, lambda each: ("", cell_address(SUM_ROW, columns[each])))
        else:
            first, last = cell_address(FIRST_ROW, columns[key]), cell_address(context.details.last, columns[key])
            text = f"SUBTOTAL(109,{first}:{last})"
        sums[key] = Formula(text, known.get(key, 0))
    return sums


def _write_figure_headings(context: SummaryContext, sheet: SheetWriter) -> None:
    """Write section, row and column heading of every figure; equal neighbours on a page are merged."""
    breaks = _find_page_breaks(context)
    form, columns = context.plan.form, context.details.columns
    headings = {section.id: section.heading for section in form.sections}
    of_table = {table.id: headings[table.section] for table in form.tables}
    for (table, _), cells in groupby(
        form.cells.values(), lambda cell: (cell.table, bisect(breaks, columns[cell.id] - 1))
    ):
        run = list(cells)
        sheet.write_box(Box(TABLE_ROW, columns[run[0].id], 1, len(run)), of_table[table], "head")
        for _, line in groupby(run, lambda cell: cell.line):
            of_line = list(line)
            sheet.write_box(Box(LINE_ROW, columns[of_line[0].id], 1, len(of_line)), of_line[0].line_words, "head")
            for cell in of_line:
                sheet.write_box(Box(HEAD_ROW, columns[cell.id]), _find_heading_words(cell), "head")


def _find_heading_words(cell: Cell) -> str:
    """Return the last word of the column heading, with the unit for amounts; the unit alone without a heading."""
    unit = workbook_words().summary.shared["unit"].format(unit=cell.unit) if cell.unit else ""
    last = cell.column_words.rpartition("·")[2]
    return last + unit if cell.is_exact and cell.unit not in last else last or unit


def _write_lead_columns(
    context: SummaryContext, book: BookWriter, sheet: SheetWriter, row: int, part: Submission
) -> None:
    """Write the columns before the figures for one part."""
    agency = agency_of(part, context.consolidation.roster.agencies if context.consolidation.roster else {})
    item = context.items_by_submission.get(id(part))
    if item is None:
        _write_area_columns(context, sheet, row, part, agency)
        return
    problems = sum(count_open_findings(item, severity) for severity in Severity)
    say: dict[str, tuple[CellContent, str]] = {
        "number": (row - FIRST_ROW + 1, "mid"),
        "code": (agency.code, "plain"),
        "name": (agency.name or workbook_words().summary.shared["not_named"], "plain"),
        "level": (agency.level or "", "mid"),
        "scope": (workbook_words().cover[part.scope], "mid"),
        "agencies": (len(part.manifest) or 1, "mid"),
        "status": (catalogue.look_up_word("status", item.status), "mid"),
        "problems": (link_to_findings(context, problems, agency), "jump_mid") if problems else (0, "mid"),
        "file": (link_to_tracking(context, context.shown_file_names[item.file], agency), "jump"),
    }
    cells: list[tuple[CellContent, tuple[str, ...]]] = []
    for key in LEADING_COLUMNS:
        content, look = say[key]
        looks = (look, f"is_{item.status}") if key == "status" else (look,)
        cells.append((None if content == "" else content, looks))
    sheet.write_styled_row(row, context.details.columns[LEADING_COLUMNS[0]], cells)


def _write_area_columns(
    context: SummaryContext, sheet: SheetWriter, row: int, part: Submission, agency: Agency
) -> None:
    """Write the same columns for an area given as one part; its files are in the tracking table."""
    say = workbook_words().summary
    contents: dict[str, tuple[CellContent, str]] = {
        "number": (row - FIRST_ROW + 1, "mid"),
        "code": (agency.code, "plain"),
        "name": (agency.name, "plain"),
        "level": (agency.level or "", "mid"),
        "scope": (workbook_words().cover[part.scope], "mid"),
        "agencies": (len(part.manifest), "mid"),
        "status": (say.details["folded"], "mid"),
        "problems": ("", "mid"),
        "file": (say.details["folded_file"], "plain"),
    }
    for key, (content, look) in contents.items():
        sheet.write_box(Box(row, context.details.columns[key]), None if content == "" else content, look)


def _write_figures(context: SummaryContext, sheet: SheetWriter) -> None:
    """Write the figures row by row; a row with cells that do not apply is written cell by cell."""
    cells = list(context.plan.form.cells.values())
    first = context.details.columns[cells[0].id]
    looks = [_choose_style(cell) for cell in cells]
    for row, part in enumerate(context.consolidation.parts, start=FIRST_ROW):
        with name_failing_file(context.items_by_submission.get(id(part))):
            _write_part_figures(sheet, row, first, part, cells, looks)


def _write_part_figures(
    sheet: SheetWriter, row: int, first: int, part: Submission, cells: Sequence[Cell], looks: Sequence[str]
) -> None:
    """Write the figures of one part from the column ``first`` on."""
    entries = part.entries
    numbers = list_numbers(part.values, [cell.id for cell in cells])
    blanks = [at for at, number in enumerate(numbers) if number is None]
    not_applicable = [at for at in blanks if (entry := entries.get(cells[at].id)) and entry.state is _NOT_APPLICABLE]
    if not (not_applicable or part.words):
        sheet.write_figures(row, first, numbers, looks, "figure_open")
        return
    for at, (number, look) in enumerate(zip(numbers, looks, strict=True)):
        content: CellContent = workbook_words().summary.shared["not_applicable"] if at in not_applicable else number
        content = part.words.get(cells[at].id, content)
        sheet.write_box(Box(row, first + at), content, "figure_open" if content is None else look)


_NOT_APPLICABLE = EntryState.NOT_APPLICABLE


def _choose_style(cell: Cell) -> str:
    if cell.is_worded:
        return "cell"
    if cell.is_exact:
        return "figure_amount"
    return "figure_total" if cell.computed else "figure"
