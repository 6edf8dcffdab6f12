"""Carry a filled return of one edition of a form into the template of another, and say what found no place there."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from xltool.commands.make_templates import compute_serial
from xltool.errors import UsageError
from xltool.forms.absent_tables import find_absent_tables
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.load_definitions import find_named_form
from xltool.forms.workbook_plan import plan_workbook
from xltool.model.agency import Agency
from xltool.model.form import Cell, CellKind, Form, Number
from xltool.model.submission import Entry, EntryState, Submission
from xltool.recognition.read_consolidated import make_skip_rule
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.open_workbook import open_workbook
from xltool.workbooks.template.template_request import FilledContents, TemplateRequest
from xltool.workbooks.template.write_template import write_template


class LostFigure(NamedTuple):
    """A figure that found no place: its cell in the old edition, its place there, and what stood in it."""

    cell: Cell
    place: str
    text: str


class MigratedReturn(NamedTuple):
    """What was carried over: how many figures; those without a place, texts without one, and new cells left blank."""

    old: Form
    new: Form
    kept: int
    lost: tuple[LostFigure, ...]
    lost_texts: tuple[str, ...]
    blank: tuple[Cell, ...]


def migrate_return(
    return_file: Path, form_library: FormLibrary, output: Path, *, edition: str | None = None, force: bool = False
) -> MigratedReturn:
    """Write ``return_file`` into the template of ``edition`` (by default the latest) of its form.

    Figures are carried by the id of their cell, choices by their word. Raises UsageError for an edition the form does
    not have or a return without agency or year, XltoolError if it cannot be read or written.
    """
    submission = read_submission(open_workbook(return_file, skip_rule=make_skip_rule()), form_library, str(return_file))
    old, new = form_library.of(submission).form, find_named_form(form_library, submission.form, edition)
    if submission.year is None:
        raise UsageError("usage.no_identity", path=str(return_file))
    figures: dict[str, Number | str] = {}
    lost = []
    for cell in old.inputs:
        entry = submission.entries[cell.id]
        figure = _carry_figure(cell, entry, new.cells, submission)
        if figure is not None:
            figures[cell.id] = figure
        elif entry.state is not EntryState.BLANK:
            shown = submission.words.get(cell.id) or (entry.raw or "").strip()
            lost.append(LostFigure(cell, f"{entry.sheet}!{entry.address}", shown))
    places = {**plan_workbook(new).paragraphs, **plan_workbook(new).table_texts}
    texts = {key: text.split("\n") for key, text in submission.texts.items() if text}
    absent = tuple(table.id for table in find_absent_tables(old, submission.entries) if table.id in _list_tables(new))
    contents = FilledContents(
        figures, {key: text for key, text in texts.items() if key in places}, submission.declared_zero, absent
    )
    agency = Agency(submission.agency_code, submission.agency_name, scope=submission.scope)
    serial = compute_serial(new, agency, submission.year)
    request = TemplateRequest(agency, submission.year, serial, filling=contents)
    write_template(plan_workbook(new), request, output, force=force)
    headings = tuple(section.heading for section in old.sections if section.id in texts.keys() - places.keys())
    blank = tuple(cell for cell in new.inputs if cell.id not in old.cells)
    return MigratedReturn(old, new, len(figures), tuple(lost), headings, blank)


def _list_tables(form: Form) -> set[str]:
    """Return the ids of the tables that may not apply."""
    return {table.id for table in form.tables if table.absence}


def _carry_figure(
    cell: Cell, entry: Entry, new_cells: Mapping[str, Cell], submission: Submission
) -> Number | str | None:
    """Return what the new edition holds for a figure; None if it is blank or has no place there."""
    there = new_cells.get(cell.id)
    if there is None or there.computed or entry.state is EntryState.BLANK:
        return None
    if entry.state is not EntryState.NUMBER or entry.value is None:
        return (entry.raw or "").strip()
    if cell.choices or there.choices:
        word = submission.words.get(cell.id)
        return there.choices.index(word) + 1 if word in there.choices else None
    if cell.is_worded or there.is_worded:
        if cell.kind is not there.kind:
            return None
        return submission.words[cell.id] if cell.kind is CellKind.TEXT else entry.value
    return entry.value
