"""The report of one agency as its row in a consolidated workbook gives it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from xltool.forms.cell_kinds import find_word_value
from xltool.forms.expressions import recompute_figures
from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Agency
from xltool.model.form import Form, Number, Values
from xltool.model.submission import Entry, EntryState, Submission


def build_row_submission(
    summary: Submission,
    form: Form,
    agency: Agency,
    agency_figures: Mapping[str, Number | None],
    sheet: str,
    agency_texts: Mapping[str, str] = MappingProxyType({}),
) -> Submission:
    """Build the report of an agency from its figures in ``summary``; ``sheet`` says where they stand.

    ``agency_texts`` are the texts of the cells, which hold its choices and what does not apply. The row of an area has
    no choices: how many chose each word is not in it.
    """
    inputs = {cell.id: agency_figures.get(cell.id) for cell in form.inputs}
    worded = {cell.id: find_word_value(cell, agency_texts.get(cell.id, "")) for cell in form.inputs if cell.is_worded}
    inputs |= {cell: value for cell, value in worded.items() if value is not None}
    values = recompute_figures(form.formulas, inputs)
    idle_word = workbook_words().summary.shared["not_applicable"]
    idle = {cell.id for cell in form.inputs if agency_texts.get(cell.id) == idle_word}
    values |= dict.fromkeys(idle)
    words = {
        cell.id: agency_texts.get(cell.id, "") for cell in form.cells.values() if cell.is_worded and cell.id not in idle
    }
    return replace(
        summary,
        scope=agency.scope,
        agency_code=agency.code,
        agency_name=agency.name,
        entries=build_figure_entries(values, sheet, idle),
        values={cell: values[cell] for cell in form.cells},
        texts={},
        manifest=(),
        absent=(),
        lacking={},
        words={cell: word for cell, word in words.items() if word},
        tallies={},
        bases={},
        lists={},
    )


def build_figure_entries(values: Values, sheet: str = "", idle: Collection[str] = ()) -> dict[str, Entry]:
    """Build entries, by cell id, of figures that stand in no cell of their own; those of ``idle`` ones do not apply."""
    return {
        cell: Entry(cell, _find_state(value, is_idle=cell in idle), value, None, sheet, "")
        for cell, value in values.items()
    }


def _find_state(value: Number | None, *, is_idle: bool) -> EntryState:
    if is_idle:
        return EntryState.NOT_APPLICABLE
    return EntryState.BLANK if value is None else EntryState.NUMBER
