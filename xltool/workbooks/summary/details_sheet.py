"""The sheet of details: one row for every part of the sum, one column for every cell of the form."""

from bisect import bisect
from itertools import groupby

from xltool.forms.consolidated import (
    FIRST_ROW,
    HEAD_ROW,
    HINT_ROW,
    ID_ROW,
    LEAD,
    LINE_ROW,
    SUM_ROW,
    TABLE_ROW,
    TITLE_ROW,
)
from xltool.forms.furniture import words
from xltool.forms.places import address
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.form import Box, Cell, Kind, Number, Severity
from xltool.model.submission import State, Submission
from xltool.workbooks.summary.agency_status import agency_of, open_findings
from xltool.workbooks.summary.summary_context import Draft, link_to_findings, link_to_tracking, set_up_page
from xltool.workbooks.template.styles import TABS
from xltool.workbooks.xlsxwriter_adapter import Book, Content, Formula, Sheet

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
_FIGURE, _AMOUNT = 8.5, 13.0
_HEIGHTS = {TITLE_ROW: 30, HINT_ROW: 20, ID_ROW: 11, SUM_ROW: 20, TABLE_ROW: 20, LINE_ROW: 48, HEAD_ROW: 48}
_ROW = 18.0  # points
_SCALE = 60  # percent, in print
_PAGE = 128.0  # characters across A4 on its side, at full size and with our margins
_FROZEN = LEAD.index("name") + 1


def write_details(draft: Draft, book: Book) -> None:
    """The whole sheet: headings in official words, ids, live sums of what the filter shows, and the parts."""
    table = draft.details
    sheet = book.sheet(table.sheet)
    _head(draft, sheet)
    _figure_heads(draft, sheet)
    for row, part in enumerate(draft.made.parts, start=FIRST_ROW):
        _lead(draft, book, sheet, row, part)
    _figures(draft, sheet)
    for key, width in _WIDTHS.items():
        sheet.set_column(table.columns[key] - 1, table.columns[key] - 1, width)
    for cell in draft.plan.form.cells.values():
        place = table.columns[cell.id] - 1
        sheet.set_column(place, place, _AMOUNT if cell.kind is Kind.AMOUNT else _FIGURE)
    for line, height in _HEIGHTS.items():
        sheet.set_row(line - 1, height)
    zero = {"type": "cell", "criteria": "==", "value": 0, "format": book.style("figure_zero")}
    sheet.conditional_format(FIRST_ROW - 1, len(LEAD), table.last - 1, len(table.columns) - 1, zero)
    sheet.set_default_row(_ROW)
    sheet.freeze_panes(FIRST_ROW - 1, _FROZEN)
    sheet.autofilter(HEAD_ROW - 1, 0, table.last - 1, len(table.columns) - 1)
    sheet.set_tab_color(TABS["fill"])
    sheet.repeat_rows(TABLE_ROW - 1, HEAD_ROW - 1)
    sheet.repeat_columns(0, _FROZEN - 1)
    sheet.set_v_pagebreaks(_page_breaks(draft))
    set_up_page(sheet, draft.plan.form.document, wide=True, scale=_SCALE)


def _page_breaks(draft: Draft) -> list[int]:
    """Before which columns a printed page begins: never inside a line of the form, whose heading would be cut."""
    repeated = sum(_WIDTHS[key] for key in LEAD[:_FROZEN])
    room, breaks = _PAGE * 100 / _SCALE, []
    taken = float(sum(_WIDTHS.values()))
    for _, line in groupby(draft.plan.form.cells.values(), lambda cell: (cell.table, cell.line)):
        cells = list(line)
        wide = sum(_AMOUNT if cell.kind is Kind.AMOUNT else _FIGURE for cell in cells)
        if taken + wide > room:
            breaks.append(draft.details.columns[cells[0].id] - 1)
            taken = repeated
        taken += wide
    return breaks


def _head(draft: Draft, sheet: Sheet) -> None:
    say = words().summary.details
    sheet.put(Box(TITLE_ROW, 1, 1, len(LEAD)), say["title"], "chapter")
    sheet.put(Box(HINT_ROW, 1), say["hint"], "aside")
    sheet.put(Box(SUM_ROW, 1), say["shown"], "sums_label")
    for key in LEAD:
        column = draft.details.columns[key]
        sheet.put(Box(ID_ROW, column), key, "id")
        sheet.put(Box(TABLE_ROW, column, HEAD_ROW - TABLE_ROW + 1), say[key], "head")
    for key in draft.plan.form.cells:
        column = draft.details.columns[key]
        sheet.put(Box(ID_ROW, column), key, "id")
        area = f"{address(FIRST_ROW, column)}:{address(draft.details.last, column)}"
        total = draft.made.summary.values[key]
        sheet.put(Box(SUM_ROW, column), Formula(f"SUBTOTAL(109,{area})", _shown_sum(draft, key, total)), "sums")


def _shown_sum(draft: Draft, cell: str, total: Number | None) -> Number:
    """What the sum over one column comes to: for a computed cell that of the parts that have one."""
    if not draft.plan.form.cells[cell].computed:
        return total or 0
    return sum(part.values.get(cell) or 0 for part in draft.made.parts)


def _figure_heads(draft: Draft, sheet: Sheet) -> None:
    """Section, line and column of every figure, in the words of the form; equal neighbours share one box a page."""
    breaks = _page_breaks(draft)
    form, columns = draft.plan.form, draft.details.columns
    headings = {section.id: section.heading for section in form.sections}
    of_table = {table.id: headings[table.section] for table in form.tables}
    for (table, _), cells in groupby(
        form.cells.values(), lambda cell: (cell.table, bisect(breaks, columns[cell.id] - 1))
    ):
        run = list(cells)
        sheet.put(Box(TABLE_ROW, columns[run[0].id], 1, len(run)), of_table[table], "head")
        for _, line in groupby(run, lambda cell: cell.line):
            of_line = list(line)
            sheet.put(Box(LINE_ROW, columns[of_line[0].id], 1, len(of_line)), of_line[0].line_words, "head")
            for cell in of_line:
                sheet.put(Box(HEAD_ROW, columns[cell.id]), _head_words(cell), "head")


def _head_words(cell: Cell) -> str:
    """The innermost word of its column; its unit where there is none, or where it is an amount without one."""
    unit = words().summary.shared["unit"].format(unit=cell.unit)
    last = cell.column_words.rpartition("·")[2]
    return last + unit if cell.kind is Kind.AMOUNT and cell.unit not in last else last or unit


def _lead(draft: Draft, book: Book, sheet: Sheet, row: int, part: Submission) -> None:
    """What is said of one part before its figures."""
    agency = agency_of(part, draft.made.roster.agencies if draft.made.roster else {})
    item = draft.items.get(id(part))
    if item is None:
        _area(draft, sheet, row, part, agency)
        return
    problems = sum(open_findings(item, severity) for severity in Severity)
    say: dict[str, tuple[Content, str]] = {
        "number": (row - FIRST_ROW + 1, "mid"),
        "code": (agency.code, "plain"),
        "name": (agency.name or words().summary.shared["not_named"], "plain"),
        "level": (agency.level or "", "mid"),
        "scope": (words().cover[part.scope], "mid"),
        "agencies": (len(part.manifest) or 1, "mid"),
        "status": (texts.word("status", item.status), "mid"),
        "problems": (link_to_findings(draft, problems, agency), "jump_mid") if problems else (0, "mid"),
        "file": (link_to_tracking(draft, draft.files[item.file], agency), "jump"),
    }
    for key, (content, look) in say.items():
        looks = (look, f"is_{item.status}") if key == "status" else (look,)
        sheet.put(Box(row, draft.details.columns[key]), None if content == "" else content, *looks)


def _area(draft: Draft, sheet: Sheet, row: int, part: Submission, agency: Agency) -> None:
    """The same of an area that stands for its agencies: their files are in the tracking table, one by one."""
    say = words().summary
    held: dict[str, tuple[Content, str]] = {
        "number": (row - FIRST_ROW + 1, "mid"),
        "code": (agency.code, "plain"),
        "name": (agency.name, "plain"),
        "level": (agency.level or "", "mid"),
        "scope": (words().cover[part.scope], "mid"),
        "agencies": (len(part.manifest), "mid"),
        "status": (say.details["folded"], "mid"),
        "problems": ("", "mid"),
        "file": (say.details["folded_file"], "plain"),
    }
    for key, (content, look) in held.items():
        sheet.put(Box(row, draft.details.columns[key]), None if content == "" else content, look)


def _figures(draft: Draft, sheet: Sheet) -> None:
    """The figures themselves, row by row; what does not apply is told cell by cell."""
    cells = list(draft.plan.form.cells.values())
    first = draft.details.columns[cells[0].id]
    looks = [_look(cell) for cell in cells]
    not_applicable = words().summary.shared["not_applicable"]
    for row, part in enumerate(draft.made.parts, start=FIRST_ROW):
        values, entries = dict(part.values.items()), part.entries
        numbers = [values.get(cell.id) for cell in cells]
        open_ones = [at for at, number in enumerate(numbers) if number is None]
        silent = [at for at in open_ones if (entry := entries.get(cells[at].id)) and entry.state is _SILENT]
        if not silent:
            sheet.figures(row, first, numbers, looks, "figure_open")
            continue
        for at, (number, look) in enumerate(zip(numbers, looks, strict=True)):
            said = not_applicable if at in silent else number
            sheet.put(Box(row, first + at), said, "figure_open" if said is None else look)


_SILENT = State.NOT_APPLICABLE


def _look(cell: Cell) -> str:
    if cell.kind is Kind.AMOUNT:
        return "figure_amount"
    return "figure_total" if cell.computed else "figure"
