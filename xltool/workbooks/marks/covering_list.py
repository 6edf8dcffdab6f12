"""The list of files sent back (退回清单): agency, file, and number of findings by severity."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from xltool.forms.plan_sheets import text_height
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile
from xltool.model.form import Box, Severity
from xltool.workbooks.template.page_setup import A4_PAPER_CODE, MAX_ROW_HEIGHT_POINTS
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import CellContent, FileLink, SheetWriter, create_workbook

# Columns in their order, with their widths.
_COLUMN_WIDTHS: Mapping[str, int] = {
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
_COLUMN_STYLES = {
    "returned": ("linked", "text"),
    **dict.fromkeys(("number", "must_fix", "explain", "note"), ("centred",)),
}


class ReturnedFile(NamedTuple):
    """One file sent back: its agency, the file checked, its new name, and its kind (marked, cleared or page)."""

    agency: Agency
    item: ReviewedFile
    file: str
    kind: str


def write_covering_list(rows: Iterable[ReturnedFile], path: Path) -> None:
    """Write the list into the folder of the files it names. Raises WritingError; UsageError if ``path`` exists."""
    say, listed = workbook_words().returning, tuple(rows)
    with create_workbook(path, template_styles(), font=workbook_words().look["body_font"]) as book:
        sheet = book.add_sheet(say["sheet"])
        sheet.write_box(Box(1, 1, 1, len(_COLUMN_WIDTHS)), say["title"], "title")
        sheet.set_row(0, 34)
        for column, (key, width) in enumerate(_COLUMN_WIDTHS.items(), start=1):
            sheet.write_box(Box(2, column), say[key], "caption")
            sheet.set_column(column - 1, column - 1, width)
        for row, returned in enumerate(listed, start=_FIRST_ROW):
            _write_file_row(sheet, row, returned)
        sheet.set_row(1, 24)
        sheet.autofilter(_FIRST_ROW - 2, 0, _FIRST_ROW - 2 + len(listed), len(_COLUMN_WIDTHS) - 1)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(1)
        sheet.set_paper(A4_PAPER_CODE)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{workbook_words().look['footer']}")
        book.set_document_properties(say["title"], {})


def _write_file_row(sheet: SheetWriter, row: int, returned: ReturnedFile) -> None:
    agency, item, file, kind = returned
    say = workbook_words().returning
    contents: dict[str, CellContent] = {
        "number": row - _FIRST_ROW + 1,
        "code": catalogue.quote_text(agency.code),
        "name": catalogue.quote_text(agency.name),
        "contact": agency.contact,
        "received": catalogue.quote_text(item.file),
        "returned": FileLink(file, file),
        "kind": say[kind],
        **{severity.value: _count_unsettled(item, severity) for severity in Severity},
        "remark": say[f"remark_{kind}"],
    }
    for column, key in enumerate(_COLUMN_WIDTHS, start=1):
        value = contents.get(key)
        sheet.write_box(Box(row, column), None if value == "" else value, *_COLUMN_STYLES.get(key, ("listed", "text")))
    needed = [
        text_height(str(value), _COLUMN_WIDTHS[key] - 2) for key, value in contents.items() if isinstance(value, str)
    ]
    sheet.set_row(row - 1, min(max(*needed, text_height(file, _COLUMN_WIDTHS["returned"] - 2)), MAX_ROW_HEIGHT_POINTS))


def _count_unsettled(item: ReviewedFile, severity: Severity) -> int:
    return sum(finding.severity is severity and not finding.settled for finding in item.findings)
