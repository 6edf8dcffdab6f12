"""Write the workbook of a ledger: its sheets in order, and whose it is."""

from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from xltool.forms.identity import LIST_PROPERTY, Identity, OwnList, make_serial
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.forms.workbook_words import workbook_words
from xltool.ledger.ledger_definition import LedgerDefinition, load_ledger_definition
from xltool.ledger.working_days import load_calendar
from xltool.model.agency import Agency
from xltool.workbooks.ledger.calculation_sheet import write_calculation_sheet
from xltool.workbooks.ledger.entry_sheets import CARRIED, write_entry_sheet
from xltool.workbooks.ledger.form_sheets import list_form_sheets, write_form_sheets
from xltool.workbooks.ledger.holiday_sheet import write_holiday_sheet
from xltool.workbooks.ledger.ledger_layout import Area, LedgerLayout
from xltool.workbooks.ledger.ledger_styles import ledger_styles
from xltool.workbooks.ledger.live_counts import LedgerRow, Lines
from xltool.workbooks.ledger.notes_sheet import write_notes_sheet
from xltool.workbooks.ledger.reminder_sheet import write_reminder_sheet
from xltool.workbooks.ledger.request_states import TermContext, compute_dispute_values, compute_line_values
from xltool.workbooks.ledger.statistics_sheet import write_statistics_sheet
from xltool.workbooks.template.common_workbook import CommonWorkbook, hide_agency, split_common_workbook
from xltool.workbooks.template.template_request import TemplateRequest
from xltool.workbooks.xlsxwriter_adapter import BookWriter, open_workbook_writer

LEDGER_FORM = "ledger"  # what stands for the form in the identity of a ledger
LEDGER_EDITION = "1"
_MAX_COMMON_WORKBOOKS = 64  # one for each width of a name


class LedgerRequest(NamedTuple):
    """What one workbook is made of: whose it is, the year, room for lines, and the lines it begins with.

    The first ``carried`` requests, or all if it is None, are shown as those of the year before.
    """

    agency: Agency
    year: int
    lines: int
    requests: tuple[LedgerRow, ...] = ()
    disputes: tuple[LedgerRow, ...] = ()
    seal: str = ""
    carried: int | None = None


def ledger_identity(request: LedgerRequest) -> Identity:
    """Return the identity written into the workbook, with its seal if it has one."""
    agency = request.agency
    bare = Identity(
        LEDGER_FORM, LEDGER_EDITION, request.year, agency.code, agency.name, agency.scope, "", "", seal=request.seal
    )
    return bare._replace(serial=make_serial(bare))


def build_ledger(plan: WorkbookPlan, request: LedgerRequest) -> bytes:
    """Build the workbook; what the ledgers of many agencies have in common is written once. Raises WritingError."""
    serial = ledger_identity(request).serial
    asked = TemplateRequest(request.agency, request.year, serial, seal=request.seal)
    hidden = hide_agency(asked) if not request.requests and not request.disputes else None
    if hidden is not None:
        common = _find_common_ledger(plan, hidden.agency, request.year, request.lines, hidden.serial, hidden.seal)
        filled = common.fill_in(asked)
        if filled is not None:
            return filled
    return write_ledger(plan, request, serial)


@lru_cache(maxsize=_MAX_COMMON_WORKBOOKS)
def _find_common_ledger(
    plan: WorkbookPlan, agency: Agency, year: int, capacity: int, serial: str, seal: str
) -> CommonWorkbook:
    return split_common_workbook(write_ledger(plan, LedgerRequest(agency, year, capacity, seal=seal), serial))


def write_ledger(plan: WorkbookPlan, request: LedgerRequest, serial: str) -> bytes:
    """Write every part of the workbook; ``plan`` is that of the annual form of the year. Raises WritingError."""
    layout = LedgerLayout(load_ledger_definition(), request.year, request.lines, len(request.disputes))
    context = TermContext(date(request.year, 1, 1), load_calendar())
    lines, stream, name = _complete_lines(layout, request, context), BytesIO(), request.agency.name
    with open_workbook_writer(stream, name, ledger_styles(), workbook_words().look["body_font"]) as book:
        for area in Area:
            write_entry_sheet(layout, area, lines, name, book)
        write_reminder_sheet(layout, lines, context, name, book)
        write_statistics_sheet(layout, lines, name, book)
        write_form_sheets(layout, plan, lines, name, book)
        write_holiday_sheet(layout, book)
        write_notes_sheet(layout, list(list_form_sheets(layout, plan)), request.agency, book)
        write_calculation_sheet(layout, lines, context, book)
        _write_identity(layout.definition, request, serial, book)
        book.lock_structure()
    return stream.getvalue()


def _complete_lines(layout: LedgerLayout, request: LedgerRequest, context: TermContext) -> Lines:
    """Return the lines with their computed columns, and whether they are shown as carried."""
    first, carried = layout.first_row(Area.REQUESTS), request.carried
    requests = [
        {**compute_line_values(row, first + at, layout, context), CARRIED: int(carried is None or at < carried)}
        for at, row in enumerate(request.requests)
    ]
    disputes = [{**compute_dispute_values(row, layout), CARRIED: 1} for row in request.disputes]
    return {Area.REQUESTS: requests, Area.DISPUTES: disputes}


def _write_identity(definition: LedgerDefinition, request: LedgerRequest, serial: str, book: BookWriter) -> None:
    """Write whose ledger it is to a very hidden sheet and to the document properties."""
    identity = ledger_identity(request)._replace(serial=serial)
    sheet = book.add_sheet(workbook_words().sheets["identity"])
    for row, (key, value) in enumerate(identity.to_rows()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.very_hidden()
    title = definition.title.format(agency=request.agency.name, year=request.year)
    book.set_document_properties(title, {LIST_PROPERTY: OwnList.LEDGER.value, **identity.to_properties()})
