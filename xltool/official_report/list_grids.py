"""Lists in the published report: their rows as printed, or one row for each agency of an area."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xltool.forms.cell_kinds import format_value
from xltool.forms.lists.aggregates import measure_row
from xltool.forms.lists.list_words import read_row_word
from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Box, Cell, Form, Section, Values
from xltool.model.list_table import ListPrinting, ListTable
from xltool.model.submission import EntryRow, RowOwner, Submission
from xltool.official_report.grid import Grid, GridCell

_OWNER_WIDTH = 20.0  # characters


class AgencyFigures(NamedTuple):
    """The name of an agency in a sum, and its figures by cell id."""

    name: str
    values: Values


def build_list_grids(
    form: Form, section: Section, submission: Submission, agency_figures: Sequence[AgencyFigures] = ()
) -> Iterator[Grid]:
    """Yield the lists of a section as printed.

    Rows that several agencies share do not say which adds what: ``agency_figures`` do. Without them the rows are
    printed.
    """
    for list_table in form.lists:
        if list_table.section == section.id:
            rows = submission.lists.get(list_table.id, ())
            owned = any(row.owners for row in rows)
            is_shared = any(len(row.owners) > 1 for row in rows)
            by_agency = agency_figures if is_shared else _add_up_rows(form, list_table, rows)
            if owned and by_agency and list_table.printing is ListPrinting.AGENCIES:
                yield _build_agency_grid(form, list_table, by_agency, submission)
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


def _add_up_rows(form: Form, list_table: ListTable, entry_rows: Sequence[EntryRow]) -> list[AgencyFigures]:
    """Compute for each agency what the figures computed from the list are for its rows."""
    by_owner: dict[tuple[RowOwner, ...], list[EntryRow]] = {}
    for row in entry_rows:
        by_owner.setdefault(row.owners, []).append(row)
    figures = [cell for cell in form.cells.values() if cell.table == list_table.id]
    return [
        AgencyFigures(_join_owners(owners), {cell.id: sum(measure_row(cell, row) for row in rows) for cell in figures})
        for owners, rows in by_owner.items()
    ]


def _build_agency_grid(
    form: Form, list_table: ListTable, agency_figures: Sequence[AgencyFigures], submission: Submission
) -> Grid:
    """Print one row for each agency: what the figures computed from the list are for its rows; below them the sums."""
    say = workbook_words().lists
    figures = [cell for cell in form.cells.values() if cell.table == list_table.id]
    texts = [
        [str(number), agency.name, *(_format_known(cell, agency.values) for cell in figures)]
        for number, agency in enumerate(agency_figures, start=1)
    ]
    texts.append(["", say["total"], *(_format_known(cell, submission.values) for cell in figures)])
    heads = [say["number"], say["owner"], *(cell.column_path[0] for cell in figures)]
    widths = (list_table.widths[0], _OWNER_WIDTH, *[14.0] * len(figures))
    return _build_grid(list_table, heads, texts, [None, None, *figures], widths)


def _format_known(cell: Cell, values: Values) -> str:
    value = values.get(cell.id)
    return "" if value is None else format_value(cell, value)


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
        head_line=list_table.head_line,
        landscape=list_table.landscape,
    )
