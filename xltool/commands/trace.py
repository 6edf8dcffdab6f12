"""Trace a figure of a consolidated workbook to its contributions."""

import difflib
from collections.abc import Iterator, Mapping, Sequence

from xltool.errors import ForeignFileError, UnreadableFileError, UsageError
from xltool.forms.cell_kinds import format_tally
from xltool.forms.compiled_form import FormLibrary
from xltool.forms.counted_lines import decode_counted_lines
from xltool.forms.expressions import compute_total
from xltool.forms.lists.aggregates import measure_row
from xltool.forms.lists.list_words import name_row
from xltool.forms.lower_bounds import is_lower_bound
from xltool.forms.workbook_plan import plan_workbook
from xltool.forms.workbook_words import workbook_words
from xltool.messages import catalogue
from xltool.model.agency import Agency, Scope
from xltool.model.contributions import ContributingRow, Contribution, CountedLine, TracedFigure
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_codes import code_severity
from xltool.model.form import Cell, Form, Number, TotalKind, Values
from xltool.model.submission import Submission
from xltool.recognition.read_consolidated import ConsolidatedPart, list_sheet_names, make_skip_rule, read_parts
from xltool.recognition.read_submissions import read_submission
from xltool.spreadsheet.load_file import FileSource
from xltool.spreadsheet.open_workbook import open_named_sheets, open_workbook

_MAX_SUGGESTIONS = 5
_WIDE_EXCLAMATION = "\uff01"
_MIN_SIMILARITY = 0.5  # of two cell ids, as `difflib` ratio


def trace(summary: FileSource, asked: str, forms: FormLibrary, where: str = "") -> tuple[TracedFigure, ...]:
    """Return the contributions to figures of a consolidated workbook, from its details sheet.

    ``asked`` is a cell id, the prefix of some (``requests.received``), or a position (sheet, ``!``, address). ``where``
    selects, among these figures and those they are computed from, the ones whose id or official words contain that
    text. A report that was counted from a ledger is traced to the lines of the ledger. Raises UsageError for an unknown
    figure, or a file that is neither.
    """
    try:
        workbook = open_workbook(summary, skip_rule=make_skip_rule())
        read = read_submission(workbook, forms, str(summary))
        listed = open_named_sheets(summary, list_sheet_names(["details"]))
    except (UnreadableFileError, ForeignFileError) as error:
        hint = catalogue.Phrase(
            catalogue.render_option(Finding(error.code, code_severity(error.code), (), error.facts))
        )
        reason = catalogue.code_title(error.code)
        raise UsageError("usage.summary_unreadable", path=str(summary), reason=reason, hint=hint) from error
    form = forms.of(read).form
    cells = _select_cells(form, asked, where)
    if counted_lines := decode_counted_lines(read.issued):
        return tuple(_trace_counted_cell(cell, read, counted_lines, form) for cell in cells)
    rows = read_parts(listed, {part for cell in cells for part in _iterate_components(form, cell.id)})
    if read.scope is not Scope.AREA or not rows:
        raise UsageError("usage.not_consolidated", path=str(summary))
    return tuple(_trace_cell(cell, read, rows, form) for cell in cells)


def _trace_cell(
    cell: Cell, read: Submission, consolidated_parts: Sequence[ConsolidatedPart], form: Form
) -> TracedFigure:
    entry, total = read.entries[cell.id], read.values[cell.id]
    contributions = [_read_contribution(row, cell, form) for row in consolidated_parts]
    spot = FindingCell(cell.id, entry.sheet, entry.address)
    lacking = len(read.absent) + read.lacking.get(cell.id, 0) if cell.total is not TotalKind.NONE else 0
    expected = len(read.manifest) + len(read.absent)
    if cell.is_worded:
        words = format_tally(read.tallies[cell.id]) if cell.id in read.tallies else read.words.get(cell.id, "")
        contributions.sort(key=lambda each: (not each.word, each.word, each.agency.code))
        return TracedFigure(cell, spot, None, tuple(contributions), expected=expected, lacking=lacking, words=words)
    contributions.sort(key=lambda each: (each.value is None, -(each.value or each.least or 0), each.agency.code))
    added = sum(each.value or each.least or 0 for each in contributions)
    agrees = cell.total is not TotalKind.SUM or total in {added, None}  # a mean is no sum
    rows = _list_rows(cell, read, form)
    bound = is_lower_bound(form, cell)
    return TracedFigure(cell, spot, total, tuple(contributions), agrees, lacking, expected, rows, is_bound=bound)


def _trace_counted_cell(
    cell: Cell, read: Submission, counted_lines: Mapping[str, tuple[CountedLine, ...]], form: Form
) -> TracedFigure:
    """Trace a figure of a report that was counted from a ledger to the lines behind it, a total to those of its parts.

    A figure that the ledger does not give has no lines; one that was changed since does not agree with them.
    """
    entry, total = read.entries[cell.id], read.values[cell.id]
    inputs = [part for part in _iterate_components(form, cell.id) if not form.cells[part].computed]
    lines = tuple(line for part in inputs for line in counted_lines.get(part, ()))
    given = any(part in counted_lines for part in inputs)
    agrees = total in {None, sum(line.amount for line in lines)} or not given
    spot = FindingCell(cell.id, entry.sheet, entry.address)
    return TracedFigure(cell, spot, total, (), agrees, lines=lines)


def _read_contribution(consolidated_part: ConsolidatedPart, cell: Cell, form: Form) -> Contribution:
    lead = consolidated_part.lead
    area = lead.get("scope") == workbook_words().cover[Scope.AREA]
    agency = Agency(lead["code"].strip(), lead.get("name", ""), scope=Scope.AREA if area else Scope.OWN)
    count = lead.get("agencies", "")
    value = consolidated_part.figures.get(cell.id)
    least = _add_known_components(form, cell.id, consolidated_part.figures) if value is None and cell.computed else None
    agencies, word = int(count) if count.isdecimal() else 1, ""
    if cell.is_worded:
        word = consolidated_part.texts.get(cell.id, "")
        value = None
    return Contribution(agency, agencies, lead.get("file", ""), value, least, word)


def _list_rows(cell: Cell, read: Submission, form: Form) -> tuple[ContributingRow, ...]:
    """List the rows behind a figure that is computed from a list."""
    if cell.aggregate is None:
        return ()
    list_table = next(each for each in form.lists if each.id == cell.table)
    rows = []
    for row in read.lists.get(cell.table, ()):
        if value := measure_row(cell, row):
            agencies = tuple(owner.name or owner.code for owner in row.owners)
            address = row.entries[list_table.columns[0].id].address
            rows.append(ContributingRow(agencies, name_row(list_table, row), address, value))
    return tuple(rows)


def _add_known_components(form: Form, cell: str, figures: Values) -> Number | None:
    """Return a computed figure from those of its components that are known; None if none is, or it is no sum."""
    if (value := figures.get(cell)) is not None:
        return value
    relation = next((each for each in form.formulas if each.computes == cell), None)
    if relation is None or not relation.is_linear:
        return None
    components = {term.cell: _add_known_components(form, term.cell, figures) for term in relation.expect.right.terms}
    if all(each is None for each in components.values()):
        return None
    return compute_total(
        relation, {key: each for key, each in components.items() if each is not None}, missing_as_zero=True
    )


def _select_cells(form: Form, asked: str, where: str) -> list[Cell]:
    """Return the selected cells in form order. Raises UsageError if there are none."""
    named = {f"{place.sheet}!{place.address}": cell for cell, place in plan_workbook(form).cells.items()}
    known = named.get(asked.replace("$", "").replace(_WIDE_EXCLAMATION, "!"), asked.strip())
    selected = [cell for cell in form.cells.values() if f"{cell.id}.".startswith(f"{known}.")]
    if not selected:
        similar = tuple(_phrase_cell(form, cell) for cell in _suggest_cells(form, asked))
        raise UsageError("usage.unknown_cell", cell=asked, similar=similar)
    if not where:
        return selected
    within = {part for cell in selected for part in _iterate_components(form, cell.id)}
    chosen = [cell for cell in form.cells.values() if cell.id in within and _mentions_text(cell, where)]
    if not chosen:
        raise UsageError(
            "usage.nothing_where",
            cell=asked,
            where=where,
            similar=tuple(_phrase_cell(form, cell) for cell in sorted(within)[:_MAX_SUGGESTIONS]),
        )
    return chosen


def _iterate_components(form: Form, cell: str) -> Iterator[str]:
    """Yield a cell id and those it is computed from, down to the inputs."""
    yield cell
    for relation in form.formulas:
        if relation.computes == cell:
            for term in relation.expect.right.terms:
                yield from _iterate_components(form, term.cell)


def _mentions_text(cell: Cell, text: str) -> bool:
    return text.casefold() in cell.id or text in "".join((*cell.row_path, *cell.column_path))


def _suggest_cells(form: Form, asked: str) -> tuple[str, ...]:
    """Suggest cell ids for an unknown one: similar ids, then ids whose words contain it."""
    words = asked.strip()
    by_words = [cell for cell in form.cells.values() if words and _mentions_text(cell, words)]
    totals = [cell for cell in by_words if cell.computed and words in cell.line_words]  # one for each row
    by_words = totals or by_words
    by_id = difflib.get_close_matches(asked, form.cells, _MAX_SUGGESTIONS, _MIN_SIMILARITY)
    return tuple(dict.fromkeys([*by_id, *(cell.id for cell in by_words)]))[:_MAX_SUGGESTIONS]


def _phrase_cell(form: Form, cell: str) -> catalogue.Phrase:
    """Name a cell by its position and its official words."""
    place = plan_workbook(form).cells[cell]
    words = form.cells[cell].words
    return catalogue.format_phrase("cell_to_trace", place=f"{place.sheet}!{place.address}", words=words)
