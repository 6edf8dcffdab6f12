"""The report of one agency as its row in a consolidated workbook gives it."""

from collections.abc import Mapping
from dataclasses import replace

from xltool.forms.expressions import recompute_figures
from xltool.model.agency import Agency
from xltool.model.form import Form, Number
from xltool.model.submission import Entry, EntryState, Submission


def build_row_submission(
    summary: Submission, form: Form, agency: Agency, agency_figures: Mapping[str, Number | None], sheet: str
) -> Submission:
    """Build the report of an agency from its figures in ``summary``; ``sheet`` says where they stand."""
    inputs = {cell.id: agency_figures.get(cell.id) for cell in form.inputs}
    values = recompute_figures(form.formulas, inputs)
    return replace(
        summary,
        scope=agency.scope,
        agency_code=agency.code,
        agency_name=agency.name,
        entries={
            cell: Entry(cell, EntryState.BLANK if value is None else EntryState.NUMBER, value, None, sheet, "")
            for cell, value in values.items()
        },
        values={cell: values[cell] for cell in form.cells},
        texts={},
        manifest=(),
        absent=(),
        lacking={},
        words={},
        tallies={},
        bases={},
        lists={},
    )
