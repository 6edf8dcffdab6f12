"""The list that goes with what is sent back (退回清单): who gets which file, and how much there is to correct."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xltool.forms.furniture import words
from xltool.forms.sheets import height_of
from xltool.messages import catalogue as texts
from xltool.model.agency import Agency
from xltool.model.consolidation import Reviewed
from xltool.model.form import Box, Severity
from xltool.workbooks.template.page_setup import A4, TALLEST
from xltool.workbooks.template.styles import styles
from xltool.workbooks.xlsxwriter_adapter import Content, FileLink, Sheet, new_workbook

# Columns in their order, with their widths.
_COLUMNS: Mapping[str, int] = {
    "number": 6,
    "code": 16,
    "name": 32,
    "contact": 14,
    "received": 40,
    "returned": 40,
    "kind": 18,
    "must_fix": 10,
    "explain": 8,
    "note": 8,
    "sent": 12,
    "remark": 36,
}
_FIRST_ROW = 3
_STYLES = {"returned": ("linked", "text"), **dict.fromkeys(("number", "must_fix", "explain", "note"), ("centred",))}


class Returned(NamedTuple):
    """One file that goes back: to whom, made of which, called what, and how it tells (marked, cleared or page)."""

    agency: Agency
    item: Reviewed
    file: str
    kind: str


def write_covering_list(rows: Iterable[Returned], path: Path) -> None:
    """Write the list, beside the files it names. Raises WritingError; UsageError if ``path`` exists."""
    say, listed = words().returning, tuple(rows)
    with new_workbook(path, styles(), font=words().look["body_font"]) as book:
        sheet = book.sheet(say["sheet"])
        sheet.put(Box(1, 1, 1, len(_COLUMNS)), say["title"], "title")
        sheet.set_row(0, 34)
        for column, (key, width) in enumerate(_COLUMNS.items(), start=1):
            sheet.put(Box(2, column), say[key], "caption")
            sheet.set_column(column - 1, column - 1, width)
        for row, returned in enumerate(listed, start=_FIRST_ROW):
            _write(sheet, row, returned)
        sheet.set_row(1, 24)
        sheet.autofilter(_FIRST_ROW - 2, 0, _FIRST_ROW - 2 + len(listed), len(_COLUMNS) - 1)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{words().look['footer']}")
        book.describe(say["title"], {})


def _write(sheet: Sheet, row: int, returned: Returned) -> None:
    agency, item, file, kind = returned
    say = words().returning
    held: dict[str, Content] = {
        "number": row - _FIRST_ROW + 1,
        "code": texts.quoted(agency.code),
        "name": texts.quoted(agency.name),
        "contact": agency.contact,
        "received": texts.quoted(item.file),
        "returned": FileLink(file, file),
        "kind": say[kind],
        **{severity.value: _count(item, severity) for severity in Severity},
        "remark": say[f"remark_{kind}"],
    }
    for column, key in enumerate(_COLUMNS, start=1):
        value = held.get(key)
        sheet.put(Box(row, column), None if value == "" else value, *_STYLES.get(key, ("listed", "text")))
    needed = [height_of(str(value), _COLUMNS[key] - 2) for key, value in held.items() if isinstance(value, str)]
    sheet.set_row(row - 1, min(max(*needed, height_of(file, _COLUMNS["returned"] - 2)), TALLEST))


def _count(item: Reviewed, severity: Severity) -> int:
    return sum(finding.severity is severity and not finding.settled for finding in item.findings)
