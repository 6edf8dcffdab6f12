"""Merge the rows of lists: one below the other with their agencies, or one row for each key; never by position."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal, localcontext

from xltool.forms.lists.list_words import read_key, read_row_word
from xltool.model.consolidation import Consolidation
from xltool.model.finding import Finding, FindingCell
from xltool.model.finding_facts import Quoted, ShortList
from xltool.model.form import Cell, Form, Severity, TotalKind
from xltool.model.list_table import KeyScope, ListMerge, ListTable
from xltool.model.submission import Entry, EntryRow, EntryState, RowOwner, Submission

_EXACT_CONTEXT = Context(prec=1000)


def merge_lists(part_submissions: Sequence[Submission], form: Form) -> Mapping[str, tuple[EntryRow, ...]]:
    """Merge the rows of every list of the form, in the order of the parts."""
    merged: dict[str, tuple[EntryRow, ...]] = {}
    for list_table in form.lists:
        rows = [row for part in part_submissions for row in _list_owned(part, list_table)]
        if list_table.merge is ListMerge.BY_KEY:
            rows = [_merge_rows(list_table, alike) for alike in _group_by_key(list_table, rows)]
        merged[list_table.id] = tuple(row._replace(number=number) for number, row in enumerate(rows, start=1))
    return merged


def _list_owned(part: Submission, list_table: ListTable) -> Iterator[EntryRow]:
    """Yield the rows of a part with their agencies; those of a consolidation have them already."""
    owner = RowOwner(part.agency_code, part.agency_name)
    for row in part.lists.get(list_table.id, ()):
        yield row if row.owners else row._replace(owners=(owner,))


def _group_by_key(list_table: ListTable, entry_rows: Sequence[EntryRow]) -> Iterator[list[EntryRow]]:
    """Yield the rows of each key, in the order of the first; a row whose key is not complete stands alone."""
    groups: dict[object, list[EntryRow]] = {}
    for number, row in enumerate(entry_rows):
        groups.setdefault(read_key(list_table, row) or number, []).append(row)
    yield from groups.values()


def _merge_rows(list_table: ListTable, entry_rows: Sequence[EntryRow]) -> EntryRow:
    owners = dict.fromkeys(owner for row in entry_rows for owner in row.owners)
    entries = {
        column.id: _merge_entries(column, [row.entries[column.id] for row in entry_rows])
        for column in list_table.columns
    }
    return EntryRow(entries, owners=tuple(owners))


def _merge_entries(list_column: Cell, entries: Sequence[Entry]) -> Entry:
    """Add the figures of a column that adds up; of another, return what all say, or a blank where they differ.

    A figure without a total is the figure of one agency: several make a blank.
    """
    known = [entry.counted for entry in entries if entry.counted is not None]
    if list_column.total is TotalKind.SUM and known:
        with localcontext(_EXACT_CONTEXT):
            total = sum(known, Decimal(0)) if list_column.is_exact else sum(known)
        return entries[0]._replace(state=EntryState.NUMBER, value=total, raw=f"{total}", note=None, declared=False)
    filled = [entry for entry in entries if entry.state is not EntryState.BLANK]
    if len({read_row_word(list_column, entry) for entry in filled}) > 1:
        return entries[0]._replace(state=EntryState.BLANK, value=None, raw=None, note=None, declared=False)
    return filled[0] if filled else entries[0]


def check_merged_lists(consolidation: Consolidation) -> Iterator[Finding]:
    """Yield what the agencies of a sum contradict each other in: one key in several lists, words that differ."""
    for list_table in consolidation.form.lists if len(consolidation.parts) > 1 else ():
        rows = [row for part in consolidation.parts for row in _list_owned(part, list_table)]
        is_shared = list_table.key and list_table.key_scope is KeyScope.FORM
        for alike in _group_by_key(list_table, rows) if is_shared else ():
            owners = dict.fromkeys(owner for row in alike for owner in row.owners)
            if len(alike) > 1 and len(owners) > 1:
                yield from _report_alike(list_table, alike, tuple(owners))


def _report_alike(
    list_table: ListTable, entry_rows: Sequence[EntryRow], owners: Sequence[RowOwner]
) -> Iterator[Finding]:
    key = " ".join(read_row_word(column, entry_rows[0].entries[column.id]) for column in list_table.key_columns)
    facts: dict[str, object] = {"raw": key, "agencies": tuple(owner.name or owner.code for owner in owners)}
    spot = FindingCell("", list_table.name, "")
    if list_table.merge is ListMerge.APPEND:
        facts |= {"count": len(owners), "labels": tuple(column.column_words for column in list_table.key_columns)}
        yield Finding("merge.repeated_row", Severity.EXPLAIN, (spot,), facts)
        return
    for column in list_table.columns:
        words = {
            read_row_word(column, row.entries[column.id]): None
            for row in entry_rows
            if row.entries[column.id].state is not EntryState.BLANK
        }
        if column.is_worded and column.id not in list_table.key and len(words) > 1:
            shown_words = ShortList(tuple(map(Quoted, words)))
            differing = {**facts, "label": column.column_words, "shown": shown_words}
            yield Finding("merge.row_differs", Severity.EXPLAIN, (spot,), differing)
