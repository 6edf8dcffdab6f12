"""Write the lines of a ledger without what is private: the copy that leaves the office, and the ledger of an area."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

from xltool.forms.identity import LIST_PROPERTY, PROPERTY_PREFIX, OwnList
from xltool.forms.workbook_words import workbook_words
from xltool.ledger.ledger_definition import LedgerColumn, load_ledger_definition
from xltool.ledger.ledger_entries import Ledger, LedgerAgency, LedgerLine
from xltool.ledger.reading.ledger_words import load_reading_words, shown_choices
from xltool.model.day_numbers import DAY_ZERO
from xltool.model.form import Box
from xltool.workbooks.template.page_setup import A4_PAPER_CODE
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import BookWriter, CellContent, SheetWriter, open_workbook_writer

_HEADING_ROW = 2
_CODE_WIDTH, _NAME_WIDTH = 20.0, 30.0
_KIND_STYLES = {"date": ("centred", "date"), "amount": ("centred", "amount")}
_UNREADABLE = "?"  # of a field that cannot be read: the copy says so, and not what stood there
_DECLINED = "/"


def write_ledger_copy(ledger: Ledger, title: str) -> bytes:
    """Build the workbook: public columns only, the code and name of its agency on every line if there are several.

    A field that could not be read is marked and stays unreadable. Raises WritingError.
    """
    definition, stream = load_ledger_definition(), BytesIO()
    with open_workbook_writer(stream, ledger.file, template_styles(), workbook_words().look["body_font"]) as book:
        sheets = definition.sheets
        _write_lines(
            book, sheets.requests, title, list_public_columns(definition.requests, ledger), ledger, ledger.requests
        )
        if ledger.has_disputes:
            _write_lines(
                book, sheets.disputes, title, list_public_columns(definition.disputes), ledger, ledger.disputes
            )
        agency = ledger.agency
        identity = {"year": str(ledger.year or ""), "agency_code": agency.code, "agency_name": agency.name}
        properties = {f"{PROPERTY_PREFIX}{key}": text for key, text in identity.items() if text}
        book.set_document_properties(title, {LIST_PROPERTY: OwnList.LEDGER.value, **properties})
    return stream.getvalue()


def list_public_columns(
    ledger_columns: Iterable[LedgerColumn], ledger: Ledger | None = None
) -> tuple[LedgerColumn, ...]:
    """Return the columns that may leave the office; of requests those that the ledger has."""
    public = (column for column in ledger_columns if not column.private and not column.computed)
    return tuple(column for column in public if ledger is None or column.id in ledger.common_columns)


def format_copy_title(year: int | None, name: str) -> str:
    """Return the title of a copy."""
    return load_ledger_definition().title.format(agency=name, year=year or "")


def _write_lines(
    book: BookWriter,
    name: str,
    title: str,
    ledger_columns: Sequence[LedgerColumn],
    ledger: Ledger,
    ledger_lines: Sequence[LedgerLine],
) -> None:
    """Write one sheet."""
    sheet, words = book.add_sheet(name), load_reading_words()
    several = {agency.code or agency.name: agency for agency in ledger.agencies} if len(ledger.agencies) > 1 else {}
    leading = [(words.agency_code[0], _CODE_WIDTH), (words.agency_name[0], _NAME_WIDTH)] if several else []
    headings = [*leading, *((column.title, column.width) for column in ledger_columns)]
    sheet.write_box(Box(1, 1, 1, len(headings)), title, "title")
    sheet.set_row(0, 34)
    for position, (heading, width) in enumerate(headings, start=1):
        sheet.write_box(Box(_HEADING_ROW, position), heading, "caption")
        sheet.set_column(position - 1, position - 1, width)
    for row, line in enumerate(ledger_lines, start=_HEADING_ROW + 1):
        agency = several.get(line.agency, LedgerAgency(line.agency, ""))
        for position, text in enumerate(agency if several else (), start=1):
            sheet.write_box(Box(row, position), text or None, "listed", "text")
        _write_line(sheet, row, len(leading) + 1, ledger_columns, line)
    sheet.autofilter(_HEADING_ROW - 1, 0, _HEADING_ROW - 1 + len(ledger_lines), len(headings) - 1)
    sheet.freeze_panes(_HEADING_ROW, len(leading) + 1)
    sheet.repeat_rows(_HEADING_ROW - 1)
    sheet.set_paper(A4_PAPER_CODE)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_line(
    sheet: SheetWriter, row: int, first: int, ledger_columns: Sequence[LedgerColumn], ledger_line: LedgerLine
) -> None:
    choices = shown_choices()
    for position, column in enumerate(ledger_columns, start=first):
        content = _show_field(ledger_line, column.id, choices.get(column.id, {}))
        is_text = content is None or isinstance(content, str)
        styles = ("listed", "text") if is_text else _KIND_STYLES.get(column.kind, ("listed",))
        sheet.write_box(Box(row, position), content, *styles)


def _show_field(ledger_line: LedgerLine, column: str, choice_words: Mapping[str, str]) -> CellContent:
    """Return what the copy holds: the contents as read; a mark for what cannot be read or does not apply."""
    if column in ledger_line.unreadable:
        return _UNREADABLE
    if column in ledger_line.declined:
        return _DECLINED
    value = getattr(ledger_line, column)
    if isinstance(value, date):
        return (value - DAY_ZERO).days
    return value if isinstance(value, Decimal) or value is None else choice_words.get(value, str(value))
