"""Write the workbook of periods added up: agencies, their sums with formulas, every period, issues and files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from xltool.consolidation.file_names import show_file_name
from xltool.consolidation.rollup_issues import (
    RollUpIssue,
    RollUpMatter,
    list_issues,
)
from xltool.consolidation.show_rollup import (
    describe_missing_count,
    describe_remark,
    describe_uncompared,
    show_matter,
    show_periods,
)
from xltool.consolidation.show_status import show_file_status
from xltool.forms.cell_addresses import cell_address
from xltool.forms.cell_kinds import format_tally
from xltool.forms.format_formulas import quote_sheet_name
from xltool.forms.identity import LIST_PROPERTY, OwnList
from xltool.forms.period_words import name_period
from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.form import Box, Cell, Number, TotalKind
from xltool.model.period import length_of
from xltool.model.rolled_up import AgencyKey, AgencyPeriods, RolledUp
from xltool.model.submission import EntryState, Submission
from xltool.workbooks.template.page_setup import A4_PAPER_CODE, MAX_ROW_HEIGHT_POINTS
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, Formula, SheetWriter, create_workbook

_TITLE_ROW, _HEAD_ROW, _ID_ROW, _FIRST_ROW = 1, 2, 3, 4
_OVERVIEW_WIDTHS = {"code": 14, "name": 26, "counted": 9, "missing": 34, "blank": 11, "running": 11, "whole": 26}
_ISSUE_WIDTHS = {"code": 14, "name": 22, "matter": 18, "periods": 22, "figure": 34, "place": 16}
_ISSUE_WIDTHS |= {"stated": 11, "added": 11, "difference": 10, "remark": 36, "file": 36}
_FILE_WIDTHS = {"file": 44, "name": 24, "period": 14, "status": 12, "reason": 44, "sha256": 72}
_SUM_LEAD = {"code": 14, "name": 26, "counted": 9}
_PERIOD_LEAD = {"code": 14, "name": 26, "period": 14, "file": 34}
_FIGURE_WIDTH_CHARACTERS = 13
_PAGE_WIDTH_CHARACTERS = 104.0  # characters across landscape A4 at 100 %, with our margins
_PRINT_SCALE_PERCENT = 60
_REPEATED_COLUMNS = 3  # which say whose figures they are, on each page

StyledCell = tuple[CellContent, tuple[str, ...]]
Row = Sequence[StyledCell]
_TEXT, _NUMBER = ("listed", "text"), ("number",)


@dataclass(frozen=True)
class _Places:
    """Where the periods of each agency stand: the first row of each, and the column of each figure."""

    first_rows: Mapping[AgencyKey, int]
    columns: Mapping[str, int]
    sheet: str


def write_rollup(rolled_up: RolledUp, path: Path, *, force: bool = False) -> None:
    """Write the workbook. Raises WritingError; UsageError if ``path`` exists (unless ``force``)."""
    issues = list_issues(rolled_up)
    without = rolled_up.list_without_whole()
    title = catalogue.format_line(
        "rollup_title", title=rolled_up.form.title, period=name_period(rolled_up.whole_period)
    )
    with create_workbook(path, template_styles(), font=workbook_words().look["body_font"], force=force) as book:
        _write_list_sheet(
            book,
            "overview",
            title,
            _OVERVIEW_WIDTHS,
            [_describe_agency(each, rolled_up, lacks_whole=each.key in without) for each in rolled_up.agencies],
        )
        places = _plan_places(rolled_up)
        _write_sums(book, title, rolled_up, places)
        _write_periods(book, title, rolled_up, places)
        _write_list_sheet(book, "issues", title, _ISSUE_WIDTHS, [_describe_issue(issue) for issue in issues])
        _write_list_sheet(book, "files", title, _FILE_WIDTHS, _list_files(rolled_up))
        book.set_document_properties(title, {LIST_PROPERTY: OwnList.ROLL_UP.value})


def _say(key: str) -> str:
    return catalogue.look_up_word("rollup", key)


def _start_sheet(book: BookWriter, key: str, title: str, widths: Mapping[str, float], columns: int) -> SheetWriter:
    sheet = book.add_sheet(_say(f"{key}_sheet"))
    sheet.write_box(Box(_TITLE_ROW, 1, 1, max(columns, 2)), f"{title}{_say('dash')}{_say(f'{key}_sheet')}", "title")
    sheet.set_row(_TITLE_ROW - 1, 32)
    for position, (name, width) in enumerate(widths.items()):
        sheet.write_box(Box(_HEAD_ROW, position + 1), _say(name), "caption")
        sheet.set_column(position, position, width)
    sheet.set_paper(A4_PAPER_CODE)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C{workbook_words().look['footer']}")
    return sheet


def _write_list_sheet(
    book: BookWriter, key: str, title: str, widths: Mapping[str, float], styled_rows: Sequence[Row]
) -> None:
    sheet = _start_sheet(book, key, title, widths, len(widths))
    for row, contents in enumerate(styled_rows, start=_HEAD_ROW + 1):
        sheet.write_styled_row(row, 1, contents)
        texts = ((text, width) for (text, _), width in zip(contents, widths.values(), strict=True))
        heights = [text_height(text, width - 2) for text, width in texts if isinstance(text, str)]
        sheet.set_row(row - 1, min(max(heights), MAX_ROW_HEIGHT_POINTS))
    if not styled_rows:
        sheet.write_box(Box(_HEAD_ROW + 1, 1, 1, len(widths)), _say("nothing"), "listed", "good")
    sheet.set_row(_HEAD_ROW - 1, 24)
    sheet.autofilter(_HEAD_ROW - 1, 0, _HEAD_ROW - 1 + max(len(styled_rows), 1), len(widths) - 1)
    sheet.freeze_panes(_HEAD_ROW, 2)
    sheet.repeat_rows(_HEAD_ROW - 1)


# --- lists -----------------------------------------------------------------------------------------------------------


def _describe_agency(agency: AgencyPeriods, rolled_up: RolledUp, *, lacks_whole: bool) -> Row:
    missing = f"{describe_missing_count(agency, len(rolled_up.expected))}{_say('colon')}{show_periods(agency.missing)}"
    blank = sum(not rolled_up.form.cells[name].computed for name in agency.blank)
    counts = ((blank, "waiting"), (len(agency.cumulative_gaps), "bad"))
    return [
        (agency.code, _TEXT),
        (agency.name, _TEXT),
        (f"{len(agency.parts)}/{len(rolled_up.expected)}", ("centred",)),
        (missing if agency.missing else _say("none_missing"), (*_TEXT, "bad" if agency.missing else "good")),
        *((count, ("number", style if count else "good")) for count, style in counts),
        _describe_whole(agency, rolled_up, lacks_whole=lacks_whole),
    ]


def _describe_whole(agency: AgencyPeriods, rolled_up: RolledUp, *, lacks_whole: bool) -> StyledCell:
    """Say how the periods stand against the reports of the whole."""
    gaps = sum(len(whole.gaps) for whole in agency.whole_reports)
    uncompared = sum(whole.uncompared for whole in agency.whole_reports)
    if gaps:
        return catalogue.format_line("rollup_gaps", count=gaps), (*_TEXT, "bad")
    if uncompared:
        return describe_uncompared(uncompared), (*_TEXT, "waiting")
    if lacks_whole:
        return _say(f"{RollUpMatter.NO_WHOLE}_{length_of(rolled_up.whole_period)}"), (*_TEXT, "waiting")
    return (_say("agrees"), (*_TEXT, "good")) if agency.whole_reports else (None, _TEXT)


def _describe_issue(issue: RollUpIssue) -> Row:
    figure = f"{issue.cell.words}（{issue.cell.id}）" if issue.cell else None
    numbers = (issue.gap.stated, issue.gap.added, issue.gap.difference) if issue.gap else (None, None, None)
    style = (
        "bad"
        if issue.matter in {RollUpMatter.MISSING, RollUpMatter.REPEATED, RollUpMatter.RUNNING, RollUpMatter.WHOLE}
        else "waiting"
    )
    texts = (issue.agency.code, issue.agency.name)
    return [
        *((text, _TEXT) for text in texts),
        (show_matter(issue), (*_TEXT, style)),
        *((text, _TEXT) for text in (show_periods(issue.periods), figure, issue.place or None)),
        *((number, _NUMBER) for number in numbers),
        *((text or None, _TEXT) for text in (describe_remark(issue), show_file_name(issue.file) if issue.file else "")),
    ]


def _list_files(rolled_up: RolledUp) -> list[Row]:
    rows: list[Row] = []
    for item in rolled_up.tracking:
        read = item.submission
        reason = catalogue.render_finding(item.reason) if item.reason else None
        period = name_period(read.year) if read and read.year else None
        texts = (item.file, read.agency_name if read else None, period, show_file_status(item), reason, item.sha256)
        rows.append([(text or None, _TEXT) for text in texts])
    return rows


# --- figures ---------------------------------------------------------------------------------------------------------


def _plan_places(rolled_up: RolledUp) -> _Places:
    count = len(rolled_up.expected)
    rows = {agency.key: _FIRST_ROW + at * count for at, agency in enumerate(rolled_up.agencies)}
    columns = {cell: len(_PERIOD_LEAD) + at for at, cell in enumerate(rolled_up.form.cells, start=1)}
    return _Places(rows, columns, _say("periods_sheet"))


def _break_pages(sheet: SheetWriter, rolled_up: RolledUp, widths: Mapping[str, float]) -> None:
    """Begin a printed page where the figures of the next row of the form would not fit, with the leading columns."""
    lead, room = len(widths), _PAGE_WIDTH_CHARACTERS * 100 / _PRINT_SCALE_PERCENT
    repeated = sum([*widths.values()][:_REPEATED_COLUMNS])
    used, breaks, column = sum(widths.values()), list[int](), lead
    for _, line in groupby(rolled_up.form.cells.values(), lambda cell: (cell.table, cell.line)):
        wide = sum(_FIGURE_WIDTH_CHARACTERS for _ in line)
        if used + wide > room:
            breaks.append(column)
            used = repeated
        used += wide
        column += wide // _FIGURE_WIDTH_CHARACTERS
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.repeat_columns(0, _REPEATED_COLUMNS - 1)
    sheet.set_v_pagebreaks(breaks)
    sheet.set_print_scale(_PRINT_SCALE_PERCENT)


def _write_heads(sheet: SheetWriter, rolled_up: RolledUp, widths: Mapping[str, float]) -> None:
    lead = len(widths)
    names = {table.id: table.name for table in rolled_up.form.tables}
    for column in range(lead):
        sheet.write_box(Box(_ID_ROW, column + 1), None, "caption")
    for column, cell in enumerate(rolled_up.form.cells.values(), start=lead + 1):
        sheet.write_box(Box(_HEAD_ROW, column), f"{names[cell.table]}\n{cell.words}", "caption")
        sheet.write_box(Box(_ID_ROW, column), cell.id, "caption")
        sheet.set_column(column - 1, column - 1, _FIGURE_WIDTH_CHARACTERS)
    sheet.set_row(_HEAD_ROW - 1, 62)
    sheet.set_row(_ID_ROW - 1, 30)
    _break_pages(sheet, rolled_up, widths)
    sheet.freeze_panes(_ID_ROW, 2)
    sheet.repeat_rows(_HEAD_ROW - 1, _ID_ROW - 1)


def _write_periods(book: BookWriter, title: str, rolled_up: RolledUp, row_places: _Places) -> None:
    """Write a row for every agency and period, also for those that are missing."""
    sheet = _start_sheet(book, "periods", title, _PERIOD_LEAD, len(_PERIOD_LEAD))
    _write_heads(sheet, rolled_up, _PERIOD_LEAD)
    for agency in rolled_up.agencies:
        flagged = {(gap.period, gap.cell.id) for gap in agency.cumulative_gaps}
        for row, period in enumerate(rolled_up.expected, start=row_places.first_rows[agency.key]):
            part = agency.parts.get(period)
            file = show_file_name(part.source.file) if part else _say("missing_period")
            style = _TEXT if part else (*_TEXT, "bad")
            lead = [(agency.code, _TEXT), (agency.name, _TEXT), (name_period(period), _TEXT), (file, style)]
            figures = [
                _show_figure(cell, part, is_flagged=(period, cell.id) in flagged)
                for cell in rolled_up.form.cells.values()
            ]
            sheet.write_styled_row(row, 1, [*lead, *figures])
            sheet.set_row(row - 1, text_height(file, _PERIOD_LEAD["file"] - 2))


def _show_figure(cell: Cell, period_report: Submission | None, *, is_flagged: bool) -> StyledCell:
    if period_report is None:
        return None, ("number", "bad")
    word, value = period_report.words.get(cell.id), period_report.values.get(cell.id)
    if word is not None:
        return word, _TEXT
    entry = period_report.entries.get(cell.id)
    if entry is not None and entry.state is EntryState.NOT_APPLICABLE:
        return workbook_words().summary.shared["not_applicable"], _TEXT
    if value is None and not cell.optional:
        return None, ("number", "waiting")
    return value, ("number", "bad") if is_flagged else _NUMBER


def _write_sums(book: BookWriter, title: str, rolled_up: RolledUp, row_places: _Places) -> None:
    """Write a row for every agency with what its periods add up to, as formulas over their rows; the totals above."""
    sheet = _start_sheet(book, "sums", title, _SUM_LEAD, len(_SUM_LEAD))
    _write_heads(sheet, rolled_up, _SUM_LEAD)
    last = _FIRST_ROW + len(rolled_up.agencies)
    for row, agency in enumerate(rolled_up.agencies, start=_FIRST_ROW + 1):
        counted = f"{len(agency.parts)}/{len(rolled_up.expected)}"
        lead = [(agency.code, _TEXT), (agency.name, _TEXT), (counted, ("centred", "bad" if agency.missing else "good"))]
        figures = [_show_sum(cell, agency, rolled_up, row_places) for cell in rolled_up.form.cells.values()]
        sheet.write_styled_row(row, 1, [*lead, *figures])
    totals: list[StyledCell] = [(None, _TEXT), (_say("all"), _TEXT), (None, _TEXT)]
    is_bound = any(agency.missing or agency.blank for agency in rolled_up.agencies)
    for column, cell in enumerate(rolled_up.form.cells.values(), start=len(_SUM_LEAD) + 1):
        value, tally = rolled_up.totals.get(cell.id), rolled_up.total_tallies.get(cell.id)
        if tally and any(tally.values()):
            totals.append((format_tally(tally), _TEXT))
            continue
        block = f"{cell_address(_FIRST_ROW + 1, column)}:{cell_address(last, column)}"
        added = _add_known(each.values.get(cell.id) for each in rolled_up.agencies)
        is_sum = cell.total is TotalKind.SUM and added == value
        shown = Formula(f"=SUM({block})", value) if is_sum and value is not None else value
        totals.append((shown, ("number", "waiting") if is_bound and value is not None else _NUMBER))
    sheet.write_styled_row(_FIRST_ROW, 1, totals)


def _show_sum(cell: Cell, agency: AgencyPeriods, rolled_up: RolledUp, row_places: _Places) -> StyledCell:
    value, tally = agency.values.get(cell.id), agency.tallies.get(cell.id)
    if tally and any(tally.values()):
        return format_tally(tally), _TEXT
    if value is None:
        return None, _NUMBER
    style = ("number", "waiting") if agency.missing or cell.id in agency.blank else _NUMBER
    first, column = row_places.first_rows[agency.key], row_places.columns[cell.id]
    sheet, kind = quote_sheet_name(row_places.sheet), rolled_up.kinds[cell.id]
    if kind is TotalKind.SUM and _add_known(part.values.get(cell.id) for part in agency.parts.values()) == value:
        block = f"{cell_address(first, column)}:{cell_address(first + len(rolled_up.expected) - 1, column)}"
        return Formula(f"=SUM({sheet}!{block})", value), style
    if kind in {TotalKind.FIRST, TotalKind.LAST}:
        period = min(agency.parts) if kind is TotalKind.FIRST else max(agency.parts)
        if agency.parts[period].values.get(cell.id) != value:  # what does not apply is shown as a word and counts as 0
            return value, style
        row = first + [int(each) for each in rolled_up.expected].index(int(period))
        return Formula(f"={sheet}!{cell_address(row, column)}", value), style
    return value, style


def _add_known(numbers: Iterable[Number | None]) -> Number:
    """Add up what a formula over the shown figures adds up."""
    return sum(number for number in numbers if number is not None)
