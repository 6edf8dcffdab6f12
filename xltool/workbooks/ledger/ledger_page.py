"""Protection and printing of the sheets of a ledger's workbook."""

from xltool.forms.workbook_words import workbook_words
from xltool.workbooks.template.page_setup import A4_PAPER_CODE
from xltool.workbooks.xlsxwriter_adapter import SheetWriter

A3_PAPER_CODE = 8
_COMPUTED_OPTIONS = {"format_rows": True, "format_columns": True}
_ENTRY_OPTIONS = {**_COMPUTED_OPTIONS, "sort": True, "autofilter": True}


def protect_sheet(sheet: SheetWriter, *, sortable: bool = False) -> None:
    """Lock a sheet without a password; of a ``sortable`` one, the lines can be filtered and sorted."""
    sheet.protect("", _ENTRY_OPTIONS if sortable else _COMPUTED_OPTIONS)


def set_up_printing(sheet: SheetWriter, *, landscape: bool = False, repeated: int = 0, wide: bool = False) -> None:
    """Set paper, margins and page numbers; the first ``repeated`` rows come on every page."""
    sheet.set_paper(A3_PAPER_CODE if wide else A4_PAPER_CODE)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    if repeated:
        sheet.repeat_rows(0, repeated - 1)
    look = workbook_words().look
    sheet.set_footer(f'&C&"{look["body_font"]},Regular"&9 {look["footer"]}', {"margin": 0.3})
