"""Lists in the published report: their rows as printed, or one row for each agency of an area."""

from collections.abc import Iterator, Sequence

from xltool.forms.cell_kinds import format_value
from xltool.forms.lists.aggregates import measure_row
from xltool.forms.lists.list_words import read_row_word
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box, Cell, Form, Section
from xltool.model.list_table import ListPrinting, ListTable
from xltool.model.submission import EntryRow, RowOwner, Submission
from xltool.official_report.grid import Grid, GridCell

_OWNER_WIDTH = 20.0  # characters


def build_list_grids(form: Form, section: Section, submission: Submission) -> Iterator[Grid]:
    """Yield the lists of a section as printed."""
    for list_table in form.lists:
        if list_table.section == section.id:
            rows = submission.lists.get(list_table.id, ())
            owned = any(row.owners for row in rows)
            if owned and list_table.printing is ListPrinting.AGENCIES:
                yield _build_agency_grid(form, list_table, rows, submission)
            else:
                yield _build_row_grid(list_table, rows, owned=owned)


def _build_row_grid(list_table: ListTable, entry_rows: Sequence[EntryRow], *, owned: bool) -> Grid:
    """Print every row, in an area's report with its agency."""
    say = workbook_words().lists
    heads = [
        say["number"],
        *(column.column_path[0] for column in list_table.columns),
        *([say["owner"]] if owned else []),
    ]
    texts = [
        [
            str(number),
            *(read_row_word(column, row.entries[column.id]) for column in list_table.columns),
            *([_join_owners(row.owners)] if owned else []),
        ]
        for number, row in enumerate(entry_rows, start=1)
    ]
    kinds: list[Cell | None] = [None, *list_table.columns, *([None] if owned else [])]
    widths = (*list_table.widths[:-1], *([_OWNER_WIDTH] if owned else []))
    if not texts:
        texts = [["", say["nothing"], *[""] * (len(heads) - 2)]]
    return _build_grid(list_table, heads, texts, kinds, widths)


def _build_agency_grid(
    form: Form, list_table: ListTable, entry_rows: Sequence[EntryRow], submission: Submission
) -> Grid:
    """Print one row for each agency: what the figures computed from the list are for its rows; below them the sums."""
    say = workbook_words().lists
    figures = [cell for cell in form.cells.values() if cell.table == list_table.id]
    by_owner: dict[tuple[RowOwner, ...], list[EntryRow]] = {}
    for row in entry_rows:
        by_owner.setdefault(row.owners, []).append(row)
    texts = [
        [
            str(number),
            _join_owners(owners),
            *(format_value(cell, sum(measure_row(cell, row) for row in rows)) for cell in figures),
        ]
        for number, (owners, rows) in enumerate(by_owner.items(), start=1)
    ]
    totals = [(cell, submission.values.get(cell.id)) for cell in figures]
    texts.append(["", say["total"], *("" if value is None else format_value(cell, value) for cell, value in totals)])
    heads = [say["number"], say["owner"], *(cell.column_path[0] for cell in figures)]
    widths = (list_table.widths[0], _OWNER_WIDTH, *[14.0] * len(figures))
    return _build_grid(list_table, heads, texts, [None, None, *figures], widths)


def _join_owners(owners: Sequence[RowOwner]) -> str:
    return workbook_words().summary.shared["joint"].join(owner.name or owner.code for owner in owners)


def _build_grid(
    list_table: ListTable,
    head_texts: Sequence[str],
    row_texts: Sequence[Sequence[str]],
    kinds: Sequence[Cell | None],
    widths: tuple[float, ...],
) -> Grid:
    cells = [GridCell(Box(1, column), text, "col") for column, text in enumerate(head_texts, start=1)]
    for row, line in enumerate(row_texts, start=2):
        for column, (text, kind) in enumerate(zip(line, kinds, strict=True), start=1):
            worded = kind is None or kind.is_worded
            cells.append(GridCell(Box(row, column), text, "", kind.id if kind else list_table.id, worded))
    return Grid(
        id=list_table.id,
        title=list_table.title,
        rows=len(row_texts) + 1,
        columns=len(head_texts),
        widths=widths,
        cells=tuple(cells),
        head_rows=1,
        footnotes=list_table.notes,
        landscape=list_table.landscape,
    )
