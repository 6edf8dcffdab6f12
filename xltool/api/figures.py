"""Figures of returns and sums as records, and as a pandas DataFrame."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xltool.commands.run_context import RunContext
from xltool.model.consolidation import Consolidation, ReviewedFile
from xltool.model.form import Form, Number
from xltool.model.submission import Submission

if TYPE_CHECKING:
    from pandas import DataFrame

FigureSource = Consolidation | ReviewedFile | Submission


class FigureRecord(NamedTuple):
    """One figure of one return, or of a sum.

    ``id`` is the same over the years; ``line`` and ``column`` are the printed words. ``value`` is an int for a count, a
    Decimal for an amount, None where there is no number; ``state`` says which of number, blank, not_applicable or
    unreadable it is; ``computed`` is True for totals. ``status`` is that of the file, "" for a submission by itself.
    """

    agency_code: str
    agency_name: str
    year: int | None
    form: str
    id: str
    table: str
    line: str
    column: str
    unit: str
    value: Number | None
    state: str
    computed: bool
    status: str
    file: str
    sheet: str
    address: str


def iterate_figures(sources: FigureSource | Iterable[FigureSource], context: RunContext) -> Iterator[FigureRecord]:
    """Yield one record for each figure of each source.

    A source is a result of `check` (files that could not be read have no figures), a `Submission`, or a
    `Consolidation`, which gives the figures of each return that was summed; those of the sum are in its `summary`.
    """
    if isinstance(sources, Consolidation | ReviewedFile | Submission):
        sources = [sources]
    for source in sources:
        for submission, status in _list_submissions(source):
            yield from _list_records(submission, context.forms.of(submission).form, status)


def figures_to_dataframe(sources: FigureSource | Iterable[FigureSource], context: RunContext) -> "DataFrame":
    """Return `iterate_figures` as a pandas DataFrame; ``value`` holds int, Decimal and None as they are."""
    from pandas import DataFrame

    frame = DataFrame.from_records(list(iterate_figures(sources, context)), columns=FigureRecord._fields)
    frame["value"] = frame["value"].astype(object).where(frame["value"].notna(), None)
    return frame


def _list_submissions(source: FigureSource) -> Iterator[tuple[Submission, str]]:
    match source:
        case Submission():
            yield source, ""
        case ReviewedFile(submission=Submission() as submission):
            yield submission, source.status.value
        case Consolidation():
            status = {id(item.submission): item.status.value for item in source.tracking}
            yield from ((part, status.get(id(part), "")) for part in source.parts)


def _list_records(submission: Submission, form: Form, status: str) -> Iterator[FigureRecord]:
    tables = {table.id: table.name for table in form.tables}
    for cell in form.cells.values():
        entry = submission.entries.get(cell.id)
        yield FigureRecord(
            agency_code=submission.agency_code,
            agency_name=submission.agency_name,
            year=submission.year,
            form=form.id,
            id=cell.id,
            table=tables[cell.table],
            line=cell.line_words,
            column=cell.column_words,
            unit=cell.unit,
            value=submission.values.get(cell.id),
            state=_find_state(submission, cell.id),
            computed=cell.computed,
            status=status,
            file=submission.source.file,
            sheet=entry.sheet if entry else "",
            address=entry.address if entry else "",
        )


def _find_state(submission: Submission, cell: str) -> str:
    """Return the state of a figure; a computed total is a number wherever it has a value, whatever the file stores."""
    if submission.values.get(cell) is not None:
        return "number"
    entry = submission.entries.get(cell)
    return entry.state.value if entry and entry.state.value != "number" else "blank"
