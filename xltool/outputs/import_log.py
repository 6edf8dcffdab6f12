"""The log of an import: every figure of the form, what was read for it, where it stood and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from xltool import texts
from xltool.model import Box, Form, Number, State
from xltool.outputs.styles import styles
from xltool.outputs.writing import new_workbook

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

    Raises WritingError; UsageError if ``path`` exists (unless ``force``).
    """
    with new_workbook(path, styles(), force=force) as book:
        sheet = book.sheet(texts.word("import", "sheet"))
        for column, (key, width) in enumerate(_WIDTHS.items(), start=1):
            sheet.put(Box(1, column), texts.word("import", key), "caption")
            sheet.set_column(column - 1, column - 1, width)
        row = 1
        for file, report in reports:
            form = next(form for form in forms if form.key == (report.form, report.edition))
            for cell in form.cells.values():
                row += 1
                found = report.figures.get(cell.id)
                held = {
                    "report": file,
                    "cell": cell.id,
                    "table": cell.table,
                    "line": cell.line_words,
                    "column": cell.column_words,
                    "value": found.value if found else None,
                    "raw": found.raw if found else None,
                    "where": found.where if found else None,
                    "sure": texts.word("import", found.sure if found else "missing"),
                }
                for column, key in enumerate(_WIDTHS, start=1):
                    sheet.put(Box(row, column), held[key] or (0 if held[key] == 0 else None), "listed")
        sheet.autofilter(0, 0, max(row - 1, 1), len(_WIDTHS) - 1)
        sheet.freeze_panes(1, 0)
        book.describe(texts.word("import", "sheet"), {})
