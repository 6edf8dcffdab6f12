"""The log of an import: every figure of the form, what was read for it, where it stood and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from xltool.forms.identity import LIST_PROPERTY
from xltool.messages import catalogue as texts
from xltool.model.form import Form, Number
from xltool.model.submission import State
from xltool.workbooks.template.styles import styles
from xltool.workbooks.xlsxwriter_adapter import MOST_ROWS, Book, Sheet, long_workbook

_WIDTHS = {
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


_NOTHING = (None, None, None)


class Found(Protocol):
    """A figure of a published report: see `intake.published.FoundFigure`."""

    @property
    def state(self) -> State:
        """Which of the four states it is in."""
        ...

    @property
    def value(self) -> Number | None:
        """Its number, if it has one."""
        ...

    @property
    def raw(self) -> str | None:
        """What stood there."""
        ...

    @property
    def where(self) -> str:
        """Where it stood, in words."""
        ...

    @property
    def sure(self) -> str:
        """How sure that is."""
        ...


class Report(Protocol):
    """What was read of one published report: see `intake.published.Published`."""

    @property
    def form(self) -> str:
        """The id of the form."""
        ...

    @property
    def edition(self) -> str:
        """Its edition."""
        ...

    @property
    def figures(self) -> Mapping[str, Found]:
        """What was found, by cell id."""
        ...


def write_import_log(
    reports: Iterable[tuple[str, Report]], forms: Sequence[Form], path: Path, force: bool = False
) -> None:
    """Write one row a figure of each report: file, figure, value, what stood there, where, how sure.

    What does not fit on a sheet goes on on another. Raises WritingError; UsageError if ``path`` exists (unless
    ``force``).
    """
    known = {form.key: form for form in forms}
    sure = {key: texts.word("import", key) for key in ("printed", "solved", "open", "missing")}
    with long_workbook(path, styles(), force=force) as book:
        sheet, row, number = _sheet(book), 1, 1
        for file, report in reports:
            form = known[report.form, report.edition]
            cells, names = form.cells, {table.id: table.name for table in form.tables}
            if row + len(cells) > MOST_ROWS:
                _finish(sheet, row)
                number += 1
                sheet, row = _sheet(book, f" ({number})"), 1
            for cell in cells.values():
                row += 1
                found = report.figures.get(cell.id)
                held = (found.value, found.raw or None, found.where or None) if found else _NOTHING
                labels = (cell.id, names[cell.table], cell.line_words, cell.column_words)
                sheet.listed(row, 1, (file, *labels, *held, sure[found.sure if found else "missing"]), "listed")
        _finish(sheet, row)
        book.describe(texts.word("import", "sheet"), {LIST_PROPERTY: "import"})


def _sheet(book: Book, number: str = "") -> Sheet:
    sheet = book.sheet(texts.word("import", "sheet") + number)
    for column, width in enumerate(_WIDTHS.values()):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.listed(1, 1, [texts.word("import", key) for key in _WIDTHS], "caption")
    return sheet


def _finish(sheet: Sheet, last: int) -> None:
    sheet.autofilter(0, 0, max(last - 1, 1), len(_WIDTHS) - 1)
