"""Write the import log: for every figure of the form, the value read, its source text, its location and certainty."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from xltool.forms.identity import LIST_PROPERTY
from xltool.messages import catalogue
from xltool.messages.figure_phrases import render_place
from xltool.model.form import Form, Number
from xltool.model.published import FoundFigure, PublishedReport
from xltool.workbooks.template.styles import template_styles
from xltool.workbooks.xlsxwriter_adapter import MAX_ROWS, BookWriter, SheetWriter, create_long_workbook

_WIDTHS_CHARACTERS = {
    "report": 40,
    "cell": 44,
    "table": 12,
    "line": 44,
    "column": 24,
    "value": 14,
    "raw": 20,
    "where": 36,
    "sure": 12,
}


_NO_FIGURE = (None, None, None)


def write_import_log(
    reports: Iterable[tuple[str, PublishedReport]], forms: Sequence[Form], path: Path, *, force: bool = False
) -> None:
    """Write one row for each figure of each report: file, figure, value, source text, location, certainty.

    A further sheet is started where one is full. Raises WritingError; UsageError if ``path`` exists (unless
    ``force``).
    """
    known = {form.key: form for form in forms}
    sure = {key: catalogue.look_up_word("import", key) for key in ("printed", "solved", "open", "missing")}
    with create_long_workbook(path, template_styles(), force=force) as book:
        sheet, row, number = _start_sheet(book), 1, 1
        for file, report in reports:
            form = known[report.form, report.edition]
            cells, names = form.cells, {table.id: table.name for table in form.tables}
            if row + len(cells) > MAX_ROWS:
                _finish_sheet(sheet, row)
                number += 1
                sheet, row = _start_sheet(book, f" ({number})"), 1
            for cell in cells.values():
                row += 1
                figure = report.figures.get(cell.id)
                contents = _figure_contents(figure) if figure else _NO_FIGURE
                labels = (cell.id, names[cell.table], cell.line_words, cell.column_words)
                sheet.write_list_row(
                    row, 1, (file, *labels, *contents, sure[figure.sure if figure else "missing"]), "listed"
                )
        _finish_sheet(sheet, row)
        book.set_document_properties(catalogue.look_up_word("import", "sheet"), {LIST_PROPERTY: "import"})


def _figure_contents(found_figure: FoundFigure) -> tuple[Number | None, str | None, str | None]:
    return (
        found_figure.value,
        found_figure.raw or None,
        render_place(found_figure.where) if found_figure.where else None,
    )


def _start_sheet(book: BookWriter, number: str = "") -> SheetWriter:
    sheet = book.add_sheet(catalogue.look_up_word("import", "sheet") + number)
    for column, width in enumerate(_WIDTHS_CHARACTERS.values()):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.write_list_row(1, 1, [catalogue.look_up_word("import", key) for key in _WIDTHS_CHARACTERS], "caption")
    return sheet


def _finish_sheet(sheet: SheetWriter, last: int) -> None:
    sheet.autofilter(0, 0, max(last - 1, 1), len(_WIDTHS_CHARACTERS) - 1)
