"""Check the rows of lists: each entry as a figure of the form, rows of one key, relations of a row, too many rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from xltool.checks.cells import report_cells, report_normalised_entries, report_unreadable
from xltool.checks.context import CheckContext
from xltool.checks.make_finding import list_ranges, make_finding, spot_of_entry
from xltool.checks.relations import report_breach
from xltool.forms.compiled_form import CompiledForm
from xltool.forms.expressions import RelationVerdict, check_relation
from xltool.forms.lists.list_words import name_row, read_key
from xltool.model.finding import Finding, FindingCell
from xltool.model.form import MAX_CACHED_FORMS, Form, Relation, Values
from xltool.model.list_table import ListTable
from xltool.model.submission import Entry, EntryRow, EntryState, Submission

_NOTE_NOT_PLACED = "place"  # the column of the entry was not found, which is told once


def check_lists(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield the findings on the lists of a return, list by list. A sum has rows that were checked already."""
    if not context.form.lists or submission.manifest:
        return
    within = replace(context, compiled=_add_columns(context.compiled))
    changed = {str(item.facts["expected"]) for item in submission.observations if item.code == "label.changed"}
    for item in submission.observations:
        if item.code == "list.no_column" and item.facts["label"] not in changed:
            yield make_finding("list.no_column", FindingCell("", item.sheet, ""), label=item.facts["label"])
        elif item.code == "list.typed_total":
            entry = submission.entries[item.cell or ""]
            spot = FindingCell(entry.cell, item.sheet, item.address)
            yield make_finding("list.typed_total", spot, raw=item.facts["raw"], right=entry.value)
    for table in context.form.lists:
        if table.id in submission.lists:
            yield from _check_list(table, submission, within)


@lru_cache(maxsize=MAX_CACHED_FORMS)
def _extend_form(form: Form) -> CompiledForm:
    columns = {column.id: column for table in form.lists for column in table.columns}
    return CompiledForm(replace(form, cells={**form.cells, **columns}))


def _add_columns(compiled: CompiledForm) -> CompiledForm:
    """Return the compiled form with the columns of its lists among its cells."""
    return _extend_form(compiled.form)


def _check_list(list_table: ListTable, submission: Submission, context: CheckContext) -> Iterator[Finding]:
    rows = submission.lists[list_table.id]
    sheet = FindingCell("", _find_sheet(list_table, submission), "")
    none = any(item.code == "list.none" and item.facts["list"] == list_table.id for item in submission.observations)
    if not (rows or none or list_table.optional or submission.declared_zero):
        yield make_finding("list.empty", sheet)
    if len(rows) > list_table.rows:
        yield _report_surplus(list_table, rows)
    yield from _check_entries(list_table, rows, context)
    if not submission.is_sum or any(row.owners for row in rows):  # rows of several agencies, not told apart
        yield from _find_repeated_keys(list_table, rows)
    for row in rows:
        yield from _check_row(list_table, row, submission, context)


def _find_sheet(list_table: ListTable, submission: Submission) -> str:
    """Return the name of the sheet on which a list stands."""
    own = (entry for cell, entry in submission.entries.items() if cell.startswith(f"{list_table.id}."))
    return next((entry.sheet for entry in own), list_table.name)


def _list_filled(entry_row: EntryRow) -> list[Entry]:
    return [entry for entry in entry_row.entries.values() if entry.address and entry.raw is not None]


def _report_surplus(list_table: ListTable, entry_rows: Sequence[EntryRow]) -> Finding:
    """Make the finding on more rows than the template offers."""
    entries = [entry for row in entry_rows[list_table.rows :] for entry in _list_filled(row)]
    cells = list_ranges(entry.address for entry in entries)
    spots = [spot_of_entry(entry) for entry in entries]
    return make_finding("list.surplus", *spots, count=len(entry_rows), limit=list_table.rows, cells=cells)


# --- entries -----------------------------------------------------------------------------------------------------


def _check_entries(list_table: ListTable, entry_rows: Sequence[EntryRow], context: CheckContext) -> Iterator[Finding]:
    columns = list_table.columns_by_id
    entries = [entry for row in entry_rows for entry in row.entries.values() if entry.note != _NOTE_NOT_PLACED]
    yield from report_unreadable([entry for entry in entries if entry.state is EntryState.UNREADABLE], context)
    blank = [
        entry
        for entry in entries
        if entry.state is EntryState.BLANK and not (entry.declared or columns[entry.cell].optional)
    ]
    if blank and "blank" in context.form.standards:
        yield report_cells("blank", "blank.row", blank, context)
    unclear = [entry for entry in entries if entry.state is EntryState.NOT_APPLICABLE]
    if unclear and "not_applicable" in context.form.standards:
        yield report_cells("not_applicable", "not_applicable", unclear, context)
    yield from report_normalised_entries((entry.note or "", entry) for entry in entries if entry.value is not None)


def _find_repeated_keys(list_table: ListTable, entry_rows: Sequence[EntryRow]) -> Iterator[Finding]:
    """Yield one finding for each key that several rows have; a row whose key is not complete has none.

    In the report of an area each row has its agencies, and rows of different ones are not compared.
    """
    by_key: dict[tuple[object, ...], list[EntryRow]] = {}
    for row in entry_rows:
        if key := read_key(list_table, row):
            by_key.setdefault((row.owners, *key), []).append(row)
    for alike in by_key.values():
        if len(alike) > 1:
            keys = [row.entries[column.id] for row in alike for column in list_table.key_columns]
            yield make_finding(
                "list.repeated_key",
                *map(spot_of_entry, keys),
                labels=tuple(column.column_words for column in list_table.key_columns),
                raw=name_row(list_table, alike[0]),
                count=len(alike),
                cells=list_ranges(entry.address for entry in keys),
            )


# --- relations within a row --------------------------------------------------------------------------------------


def _check_row(
    list_table: ListTable, entry_row: EntryRow, submission: Submission, context: CheckContext
) -> Iterator[Finding]:
    for relation in list_table.relations:
        values = {**submission.counted, **entry_row.values}
        verdict = _decide_row(relation, entry_row, values)
        if verdict.holds is False:
            one = replace(submission, entries={**submission.entries, **entry_row.entries}, values=values)
            yield report_breach(relation, verdict, one, context, values)


def _decide_row(relation: Relation, entry_row: EntryRow, values: Values) -> RelationVerdict:
    """Evaluate a relation for a row; undecided where a figure of the row does not apply: it is no 0."""
    sides = [side for item in (relation.expect, *relation.when) for side in item.sides]
    used = {term.cell for side in sides for term in side.terms} & entry_row.entries.keys()
    if any(entry_row.entries[column].state is EntryState.NOT_APPLICABLE for column in used):
        return RelationVerdict(None)
    return check_relation(relation, values)
