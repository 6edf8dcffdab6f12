"""The long lists of a consolidated workbook: every finding, every file found, every text an agency wrote."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from xltool.consolidation.finding_fingerprints import changed, of_item, of_whole
from xltool.forms.furniture import words
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.consolidation import Changes, Noted
from xltool.model.form import Box, Severity
from xltool.model.submission import Submission
from xltool.workbooks.summary.agency_status import Told, Tracked, agency_of, open_findings
from xltool.workbooks.summary.summary_context import (
    LIST_FIRST,
    Draft,
    link_to_details,
    link_to_findings,
    set_up_page,
    shown_status,
    shown_time,
)
from xltool.workbooks.template.styles import TABS
from xltool.workbooks.xlsxwriter_adapter import Book, Content, Sheet

# Columns in their order, with their widths. Links look for an agency in the columns of code and name.
TRACKING = {
    "number": 6,
    "code": 14,
    "name": 28,
    "level": 8,
    "status": 13,
    "counted": 7,
    "must_fix": 10,
    "explain": 9,
    "reason": 46,
    "file": 34,
    "time": 18,
    "program": 22,
    "sha256": 52,
}
FINDINGS = {
    "number": 6,
    "severity": 11,
    "code": 14,
    "name": 26,
    "sheet": 12,
    "cell": 9,
    "message": 54,
    "advice": 36,
    "settled": 26,
    "change": 9,
    "status": 13,
    "file": 26,
    "fingerprint": 14,
}
TEXTS = {"number": 6, "code": 14, "name": 26, "section": 22, "paragraph": 6, "text": 110}
_NOT_PRINTED = {"program", "sha256", "fingerprint"}  # the last columns
_LONGEST = 32_000  # characters of one cell
_CHARACTERS_A_LINE = 1.75  # widths of a column that one Chinese character takes, with some air
_LINE = 14.0  # points

Part = tuple[Content, tuple[str, ...]]  # what a cell holds, and its styles
Row = Mapping[str, Part]


def write_tracking(draft: Draft, book: Book) -> None:
    """Every file found, one row each, and who sent nothing."""
    rows = (_tracked(draft, number, row) for number, row in enumerate(draft.tracked, start=1))
    _write(draft, book, "tracking", TRACKING, words().summary.tracking, rows)


def write_findings(draft: Draft, book: Book) -> None:
    """Every finding about every file, the gravest first."""
    rows = [_told(draft, number, row) for number, row in enumerate(draft.told, start=1)]
    say, columns, changes = dict(words().summary.findings), dict(FINDINGS), draft.made.changes
    if changes is None:
        del columns["change"]
    else:
        say["hint"] = say["since"].format(since=changes.since, **_count_changes(changes)) + say["hint"]
        rows += [_gone(number, each) for number, each in enumerate(changes.gone, start=len(rows) + 1)]
    _write(draft, book, "findings", columns, say, rows)


def write_texts(draft: Draft, book: Book) -> None:
    """What the agencies wrote, paragraph by paragraph."""
    agencies = draft.made.roster.agencies if draft.made.roster else {}
    written = chain.from_iterable(
        ((agency_of(part, agencies), *piece) for piece in _pieces(draft, part)) for part in draft.made.parts
    )
    rows = (_text(number, *piece) for number, piece in enumerate(written, start=1))
    _write(draft, book, "texts", TEXTS, words().summary.texts, rows)


def _write(
    draft: Draft, book: Book, key: str, columns: Mapping[str, int], say: Mapping[str, str], rows: Iterable[Row]
) -> None:
    """One list: title, hint, headings with a filter, rows as high as their longest text needs."""
    sheet = book.sheet(words().summary.sheets[key])
    sheet.write_string(0, 0, say["title"], book.style("chapter"))
    sheet.write_string(1, 0, say["hint"], book.style("aside"))
    for column, (name, width) in enumerate(columns.items()):
        sheet.write_string(LIST_FIRST - 2, column, say[name], book.style("head"))
        sheet.set_column(column, column, width)
    last = LIST_FIRST - 1
    for line, row in enumerate(rows, start=LIST_FIRST):
        last = line
        _write_row(book, sheet, line, columns, row)
    if last < LIST_FIRST:
        sheet.write_string(LIST_FIRST - 1, 0, say.get("none", ""), book.style("aside"))
    sheet.set_row(0, 28)
    sheet.set_row(1, 20)
    sheet.set_row(LIST_FIRST - 2, 32)
    sheet.freeze_panes(LIST_FIRST - 1, list(columns).index("name") + 1)
    sheet.autofilter(LIST_FIRST - 2, 0, max(last, LIST_FIRST) - 1, len(columns) - 1)
    sheet.repeat_rows(LIST_FIRST - 2)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS["look"])
    sheet.print_area(0, 0, max(last, LIST_FIRST) - 1, sum(name not in _NOT_PRINTED for name in columns) - 1)
    set_up_page(sheet, draft.plan.form.document, wide=True)


def _write_row(book: Book, sheet: Sheet, line: int, columns: Mapping[str, int], row: Row) -> None:
    lines = 1
    for column, (key, width) in enumerate(columns.items(), start=1):
        content, looks = row[key]
        if looks[0] == "cell" and isinstance(content, str):
            lines = max(lines, _lines(content, width))
        sheet.put(Box(line, column), None if content == "" else content, *looks)
    sheet.set_row(line - 1, min(409.0, lines * _LINE + 6))


def _lines(text: str, width: int) -> int:
    """How many lines a wrapped text takes."""
    a_line = max(1, int(width / _CHARACTERS_A_LINE))
    return sum(max(1, -(-len(part) // a_line)) for part in text.split("\n"))


def _tracked(draft: Draft, number: int, row: Tracked) -> Row:
    say, shared = words().summary.tracking, words().summary.shared
    agency, item = row
    if item is None:
        status, reason, file = ("missing", say["missing"]), say["missing_reason"], ""
    else:
        status = (item.status.value, shown_status(item))
        reason = texts.say(item.reason) if item.reason else ""
        file = draft.files[item.file]
    source = item.submission.source if item and item.submission else None
    counts = {key: open_findings(item, Severity(key)) for key in ("must_fix", "explain")}
    name = link_to_details(draft, agency.name, agency) if item and item.counted and agency.name else agency.name
    return {
        "number": (number, ("mid",)),
        "code": (agency.code, ("plain",)),
        "name": (name, ("jump" if item and item.counted and agency.code in draft.rows else "plain",)),
        "level": (agency.level or "", ("mid",)),
        "status": (status[1], ("mid", f"is_{status[0]}")),
        "counted": (shared["yes" if item and item.counted else "no"], ("mid",)),
        "must_fix": _count(draft, agency, counts["must_fix"]),
        "explain": _count(draft, agency, counts["explain"]),
        "reason": (reason, ("cell",)),
        "file": (file, ("cell",)),
        "time": (shown_time(source.modified) if source else "", ("mid",)),
        "program": (source.program if source else "", ("plain",)),
        "sha256": (item.sha256 if item else "", ("small",)),
    }


def _count(draft: Draft, agency: Agency, count: int) -> Part:
    """How many findings there are, leading to them."""
    if not count or not (agency.code or agency.name):
        return count or None, ("mid",)
    return link_to_findings(draft, count, agency), ("jump_mid",)


def _count_changes(changes: Changes) -> dict[str, int]:
    return {"new": len(changes.new), "still": len(changes.still), "gone": len(changes.gone)}


def _gone(number: int, was: Noted) -> Row:
    """A finding of the last run that is no more. Without the agency's code: links lead to what is still there."""
    held: dict[str, Part] = dict.fromkeys(FINDINGS, ("", ("mid",)))
    return held | {
        "number": (number, ("mid",)),
        "severity": (texts.word("severity", was.severity), ("mid",)),
        "name": (was.name, ("plain",)),
        "message": (was.message, ("cell",)),
        "change": (words().summary.findings["gone"], ("mid", "is_superseded")),
    }


def _told(draft: Draft, number: int, row: Told) -> Row:
    agency, item, finding, trial = row
    mark = of_item(item, finding) if item else of_whole(draft.made, finding)
    change = "" if trial else changed(draft.made.changes, mark)
    severity = words().summary.findings["trial"] if trial else texts.word("severity", finding.severity)
    spot = finding.spots[0] if finding.spots else None
    status = shown_status(item) if item else ""
    return {
        "number": (number, ("mid",)),
        "severity": (severity, ("mid", f"is_{Severity.NOTE if trial else finding.severity}")),
        "code": (agency.code, ("plain",)),
        "name": (agency.name, ("plain",)),
        "sheet": (spot.sheet if spot else "", ("plain",)),
        "cell": (spot.address if spot else "", ("mid",)),
        "message": (texts.problem(finding), ("cell",)),
        "advice": (texts.cure(finding), ("cell",)),
        "settled": (finding.settled or "", ("cell",)),
        "change": (words().summary.findings[change] if change else "", ("mid",)),
        "status": (status, ("mid",)),
        "file": (draft.files[item.file] if item else "", ("cell",)),
        "fingerprint": ("" if trial else mark, ("small",)),
    }


def _pieces(draft: Draft, part: Submission) -> Iterator[tuple[str, int, str]]:
    """Section, number and text of every paragraph and explanation of one agency."""
    say = words().summary.texts
    for section in draft.plan.form.sections:
        paragraphs = [text for text in part.texts.get(section.id, "").split("\n") if text.strip()]
        for number, text in enumerate(paragraphs, start=1):
            for start in range(0, len(text), _LONGEST):
                yield section.heading, number, text[start : start + _LONGEST]
    for number, written in enumerate(part.explanations, start=1):
        facts = {key: value for key, value in written._asdict().items() if key != "address"}
        yield say["explanation"], number, say["explained"].format(**facts)


def _text(number: int, agency: Agency, section: str, paragraph: int, text: str) -> Row:
    return {
        "number": (number, ("mid",)),
        "code": (agency.code, ("plain",)),
        "name": (agency.name, ("plain",)),
        "section": (section, ("plain",)),
        "paragraph": (paragraph, ("mid",)),
        "text": (text, ("cell",)),
    }
