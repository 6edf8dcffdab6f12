"""The lists of a consolidated workbook: findings, tracking table, texts of the agencies."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePath

from xltool.consolidation.agency_files import find_held_files, find_near_files
from xltool.consolidation.file_status import find_unread_version
from xltool.consolidation.finding_fingerprints import (
    classify_change,
    fingerprint_area_finding,
    fingerprint_file_finding,
    name_check,
)
from xltool.consolidation.finding_remarks import make_remark_key
from xltool.consolidation.show_status import show_file_status
from xltool.forms.check_code import compute_check_code
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import FindingChanges, FindingRecord, ReviewedFile
from xltool.model.form import Severity
from xltool.model.submission import Submission
from xltool.workbooks.decisions_workbook import show_decision
from xltool.workbooks.failing_files import name_failing_file
from xltool.workbooks.summary.agency_status import (
    FindingRow,
    TrackingRow,
    agency_of,
    count_must_fix,
    count_open_findings,
)
from xltool.workbooks.summary.summary_context import (
    LIST_FIRST_ROW,
    SummaryContext,
    link_to_details,
    link_to_findings,
    set_up_page,
    show_figure_changes,
    show_time,
)
from xltool.workbooks.template.styles import TAB_COLOURS
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, SheetWriter

# Columns in their order, with their widths. Links look for an agency in the columns of code and name.
TRACKING_WIDTHS = {
    "number": 6,
    "code": 14,
    "name": 28,
    "contact": 10,
    "phone": 14,
    "level": 8,
    "status": 13,
    "counted": 7,
    "must_fix": 10,
    "explain": 9,
    "check_code": 12,
    "reason": 46,
    "file": 34,
    "time": 18,
    "decision": 30,
    "saved": 18,
    "changes": 40,
    "program": 22,
    "sha256": 52,
}
FINDING_WIDTHS = {
    "number": 6,
    "severity": 11,
    "code": 14,
    "name": 26,
    "sheet": 12,
    "cell": 9,
    "message": 54,
    "advice": 36,
    "settled": 26,
    "remark": 26,
    "change": 9,
    "status": 13,
    "file": 26,
    "fingerprint": 14,
}
TEXT_WIDTHS = {"number": 6, "code": 14, "name": 26, "section": 22, "paragraph": 6, "text": 110}
_UNPRINTED_COLUMNS = {"saved", "changes", "program", "sha256", "fingerprint"}  # the last columns
_MAX_CELL_CHARACTERS = 32_000  # characters of one cell
_WIDTH_PER_CHARACTER = 1.75  # widths of a column that one Chinese character takes, with some air
_LINE_HEIGHT_POINTS = 14.0  # points

StyledContent = tuple[CellContent, tuple[str, ...]]  # what a cell holds, and its styles
ListRow = Mapping[str, StyledContent]
PlannedRow = tuple[ReviewedFile | None, Callable[[], ListRow]]  # the file a row is about, and what makes the row


def write_tracking(context: SummaryContext, book: BookWriter) -> None:
    """Write the tracking table: one row for every agency that sent no file, then one for every file found."""
    reasons, nothing = _explain_missing(context), workbook_words().summary.tracking["missing_reason"]
    missing_first = sorted(context.tracking_rows, key=lambda row: row.item is not None)
    rows = (
        (row.item, partial(_make_tracking_row, context, number, row, reasons.get(row.agency.code, nothing)))
        for number, row in enumerate(missing_first, start=1)
    )
    _write_list(context, book, "tracking", TRACKING_WIDTHS, workbook_words().summary.tracking, rows)


def write_findings(context: SummaryContext, book: BookWriter) -> None:
    """Write every finding about every file, by severity."""
    rows: list[PlannedRow] = [
        (row.item, partial(_make_finding_row, context, number, row))
        for number, row in enumerate(context.finding_rows, start=1)
    ]
    say, columns, changes = dict(workbook_words().summary.findings), dict(FINDING_WIDTHS), context.consolidation.changes
    say["hint"] = _describe_must_fix(context.finding_rows) + say["hint"]
    if changes is None:
        del columns["change"]
    else:
        say["hint"] = say["since"].format(since=changes.since, **_count_changes(changes)) + say["hint"]
        records = enumerate(_list_past_findings(context, changes), start=len(rows) + 1)
        rows += [(None, partial(_make_past_row, number, *listed)) for number, listed in records]
    _write_list(context, book, "findings", columns, say, rows)


def _describe_must_fix(finding_rows: Sequence[FindingRow]) -> str:
    """Say how many findings must be corrected, as on the overview, and which of the rows are not among them."""
    say, counts = workbook_words().summary.findings, count_must_fix(finding_rows)
    rest = {"must_fix_replaced": counts.replaced, "must_fix_settled": counts.settled}
    shown = "".join(say[key].format(count=count) for key, count in rest.items() if count)
    return say["must_fix_open"].format(count=counts.open, rest=shown)


def write_texts(context: SummaryContext, book: BookWriter) -> None:
    """Write the texts of the agencies, one row a paragraph."""
    agencies = context.consolidation.roster.agencies if context.consolidation.roster else {}
    pieces = (
        (context.items_by_submission.get(id(part)), agency_of(part, agencies), piece)
        for part in context.consolidation.parts
        for piece in _split_texts(context, part)
    )
    rows = (
        (item, partial(_make_text_row, number, agency, *piece))
        for number, (item, agency, piece) in enumerate(pieces, start=1)
    )
    say = workbook_words().summary.texts
    numbers = [section.number for section in context.plan.form.sections if section.paragraphs]
    sections = say["sections"].format(numbers=say["joint"].join(numbers)) if numbers else say["all_sections"]
    _write_list(context, book, "texts", TEXT_WIDTHS, {**say, "hint": say["hint"].format(sections=sections)}, rows)


def _write_list(
    context: SummaryContext,
    book: BookWriter,
    key: str,
    columns: Mapping[str, int],
    say: Mapping[str, str],
    planned_rows: Iterable[PlannedRow],
) -> None:
    """Write one list: title, hint, headings with a filter, rows as high as their longest text needs."""
    sheet = book.add_sheet(workbook_words().summary.sheets[key])
    sheet.write_string(0, 0, say["title"], book.combine_styles("chapter"))
    sheet.write_string(1, 0, say["hint"], book.combine_styles("aside"))
    for column, (name, width) in enumerate(columns.items()):
        sheet.write_string(LIST_FIRST_ROW - 2, column, say[name], book.combine_styles("head"))
        sheet.set_column(column, column, width)
    last = LIST_FIRST_ROW - 1
    for line, (item, make_row) in enumerate(planned_rows, start=LIST_FIRST_ROW):
        last = line
        with name_failing_file(item):
            _write_list_row(sheet, line, columns, make_row())
    if last < LIST_FIRST_ROW:
        sheet.write_string(LIST_FIRST_ROW - 1, 0, say.get("none", ""), book.combine_styles("aside"))
    sheet.set_row(0, 28)
    sheet.set_row(1, 20)
    sheet.set_row(LIST_FIRST_ROW - 2, 32)
    sheet.freeze_panes(LIST_FIRST_ROW - 1, list(columns).index("name") + 1)
    sheet.autofilter(LIST_FIRST_ROW - 2, 0, max(last, LIST_FIRST_ROW) - 1, len(columns) - 1)
    sheet.repeat_rows(LIST_FIRST_ROW - 2)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_COLOURS["look"])
    sheet.print_area(0, 0, max(last, LIST_FIRST_ROW) - 1, sum(name not in _UNPRINTED_COLUMNS for name in columns) - 1)
    set_up_page(sheet, context.plan.form.document, wide=True)


def _write_list_row(sheet: SheetWriter, line: int, columns: Mapping[str, int], list_row: ListRow) -> None:
    lines = 1
    cells: list[StyledContent] = []
    for key, width in columns.items():
        content, looks = list_row[key]
        if looks[0] == "cell" and isinstance(content, str):
            lines = max(lines, _count_lines(content, width))
        cells.append((None if content == "" else content, looks))
    sheet.write_styled_row(line, 1, cells)
    sheet.set_row(line - 1, min(409.0, lines * _LINE_HEIGHT_POINTS + 6))


def _count_lines(text: str, width: int) -> int:
    """Count the lines of a wrapped text in a column of ``width`` characters."""
    a_line = max(1, int(width / _WIDTH_PER_CHARACTER))
    return sum(max(1, -(-len(part) // a_line)) for part in text.split("\n"))


def _explain_missing(context: SummaryContext) -> Mapping[str, str]:
    """Say why agencies have no figures, by code: files not read, a held file, one of nearly their name."""
    say, shared = workbook_words().summary.tracking, workbook_words().summary.shared
    unread: dict[str, list[str]] = defaultdict(list)  # names of files that were not read, by the agency they name
    for row in context.tracking_rows:
        if row.item and row.item.named_agency:
            unread[row.agency.code].append(shared["quoted"].format(text=context.shown_file_names[row.item.file]))
    reasons = {}
    for code, item in find_near_files(context.consolidation).items():
        name = item.submission.agency_name if item.submission else ""
        reasons[code] = say["missing_near"].format(name=name, file=context.shown_file_names[item.file])
    for code, file in find_held_files(context.consolidation).items():
        reasons[code] = say["missing_held"].format(file=context.shown_file_names[file])
    return reasons | {
        code: say["missing_unread"].format(files=shared["joint"].join(names)) for code, names in unread.items()
    }


def _make_tracking_row(context: SummaryContext, number: int, tracking_row: TrackingRow, missing_reason: str) -> ListRow:
    say, shared = workbook_words().summary.tracking, workbook_words().summary.shared
    agency, item = tracking_row
    if item is None:
        reason = missing_reason
        status, file = ("missing", say["missing"]), ""
    else:
        status = (item.status.value, show_file_status(item))
        unread = find_unread_version(item) if item.counted else None
        reason = "".join(catalogue.render_finding(each) for each in (item.reason, unread) if each)
        file = context.shown_file_names[item.file]
    source = item.submission.source if item and item.submission else None
    counts = {key: count_open_findings(item, Severity(key)) for key in ("must_fix", "explain")}
    name = link_to_details(context, agency.name, agency) if item and item.counted and agency.name else agency.name
    return {
        "number": (number, ("mid",)),
        "code": (agency.code, ("plain",)),
        "name": (name, ("jump" if item and item.counted and agency.code in context.detail_keys else "plain",)),
        "contact": (agency.contact or "", ("plain",)),
        "phone": (agency.phone or "", ("plain",)),
        "level": (agency.level or "", ("mid",)),
        "status": (status[1], ("mid", f"is_{status[0]}")),
        "counted": (shared["yes" if item and item.counted else "no"], ("mid",)),
        "must_fix": _link_finding_count(context, agency, counts["must_fix"]),
        "explain": _link_finding_count(context, agency, counts["explain"]),
        "check_code": (_compute_code(context, item), ("mid",)),
        "reason": (reason, ("cell",)),
        "file": (file, ("cell",)),
        "time": (show_time(source.modified) if source else "", ("mid",)),
        "saved": (show_time(source.saved) if source else "", ("mid",)),
        "changes": (show_figure_changes(item) if item else "", ("cell",)),
        "decision": (show_decision(item.decision) if item else "", ("cell",)),
        "program": (source.program if source else "", ("plain",)),
        "sha256": (item.sha256 if item else "", ("small",)),
    }


def _compute_code(context: SummaryContext, item: ReviewedFile | None) -> str:
    """Return the check code of a return of this form; empty for other files."""
    read = item.submission if item else None
    if (
        read is None
        or read.year is None
        or (read.form, read.edition) != (context.plan.form.id, context.plan.form.edition)
    ):
        return ""
    return compute_check_code(context.plan, read.values, read.year)


def _link_finding_count(context: SummaryContext, agency: Agency, count: int) -> StyledContent:
    """Return the number of findings, linked to them."""
    if not count or not agency.key:
        return count or None, ("mid",)
    return link_to_findings(context, count, agency), ("jump_mid",)


def _count_changes(finding_changes: FindingChanges) -> dict[str, int]:
    return {"new": len(finding_changes.new), "still": len(finding_changes.still), "gone": len(finding_changes.gone)}


def _list_past_findings(
    context: SummaryContext, finding_changes: FindingChanges
) -> Iterator[tuple[FindingRecord, str, str]]:
    """Yield the findings that are gone since the last run, then those of earlier runs that still have a remark."""
    remarks, say = {remark.key: remark for remark in finding_changes.remarks}, workbook_words().summary.findings
    for record in finding_changes.gone:
        known = remarks.pop(record.fingerprint, None)
        yield record, known.text if known else "", say["gone"]
    shown = {_find_remark_key(context, row) for row in context.finding_rows}
    for remark in remarks.values():
        if remark.key not in shown:
            yield remark.record, remark.text, say["past"]


def _make_past_row(number: int, record: FindingRecord, remark: str, change_word: str) -> ListRow:
    """Return the row of a finding of an earlier run; without agency code, so no link finds it."""
    cells: dict[str, StyledContent] = dict.fromkeys(FINDING_WIDTHS, ("", ("mid",)))
    return cells | {
        "number": (number, ("mid",)),
        "severity": (catalogue.look_up_word("severity", record.severity), ("mid",)),
        "name": (record.name, ("plain",)),
        "message": (record.message, ("cell",)),
        "remark": (remark, ("cell", "remark")),
        "change": (change_word, ("mid", "is_superseded")),
        "fingerprint": (f"{record.fingerprint} {record.code}" if remark and record.fingerprint else "", ("small",)),
    }


def _find_remark_key(context: SummaryContext, finding_row: FindingRow) -> str:
    """Return what the coordinator's remark on a finding is matched by."""
    agency, item, finding, trial = finding_row
    owner = agency.key or (PurePath(item.file).name if item else "")
    return make_remark_key(
        "" if trial else _fingerprint_row(context, finding_row), owner, catalogue.render_problem(finding)
    )


def _fingerprint_row(context: SummaryContext, finding_row: FindingRow) -> str:
    item, finding = finding_row.item, finding_row.finding
    return fingerprint_file_finding(item, finding) if item else fingerprint_area_finding(context.consolidation, finding)


def _make_finding_row(context: SummaryContext, number: int, finding_row: FindingRow) -> ListRow:
    agency, item, finding, trial = finding_row
    mark = _fingerprint_row(context, finding_row)
    change = "" if trial else classify_change(context.consolidation.changes, mark)
    severity = (
        workbook_words().summary.findings["trial"] if trial else catalogue.look_up_word("severity", finding.severity)
    )
    spot = finding.cells[0] if finding.cells else None
    status = show_file_status(item) if item else ""
    return {
        "number": (number, ("mid",)),
        "severity": (severity, ("mid", f"is_{Severity.NOTE if trial else finding.severity}")),
        "code": (agency.code, ("plain",)),
        "name": (agency.name, ("plain",)),
        "sheet": (spot.sheet if spot else "", ("plain",)),
        "cell": (spot.address if spot else "", ("mid",)),
        "message": (catalogue.render_problem(finding), ("cell",)),
        "advice": (catalogue.render_advice(finding), ("cell",)),
        "settled": (catalogue.render_settlement(finding), ("cell",)),
        "remark": (context.remarks.get(_find_remark_key(context, finding_row), ""), ("cell", "remark")),
        "change": (workbook_words().summary.findings[change] if change else "", ("mid",)),
        "status": (status, ("mid",)),
        "file": (context.shown_file_names[item.file] if item else "", ("cell",)),
        "fingerprint": ("" if trial or not mark else f"{mark} {name_check(finding)}", ("small",)),
    }


def _split_texts(context: SummaryContext, part: Submission) -> Iterator[tuple[str, int, str]]:
    """Yield section, number and text of every paragraph and explanation of one agency."""
    say = workbook_words().summary.texts
    for section in context.plan.form.sections:
        paragraphs = [text for text in part.texts.get(section.id, "").split("\n") if text.strip()]
        for number, text in enumerate(paragraphs, start=1):
            for start in range(0, len(text), _MAX_CELL_CHARACTERS):
                yield section.heading, number, text[start : start + _MAX_CELL_CHARACTERS]
    for number, explanation in enumerate(part.explanations, start=1):
        facts = {key: value for key, value in explanation._asdict().items() if key != "address"}
        yield say["explanation"], number, say["explained"].format(**facts)


def _make_text_row(number: int, agency: Agency, section: str, paragraph: int, text: str) -> ListRow:
    return {
        "number": (number, ("mid",)),
        "code": (agency.code, ("plain",)),
        "name": (agency.name, ("plain",)),
        "section": (section, ("plain",)),
        "paragraph": (paragraph, ("mid",)),
        "text": (text, ("cell",)),
    }
