"""The entries of tables that an agency has declared not to apply."""

from collections.abc import Iterator, Mapping, Sequence

from xltool.forms.absent_tables import list_switch_words, name_switch
from xltool.forms.workbook_plan import WorkbookPlan
from xltool.model.form import Table
from xltool.model.submission import Entry, EntryState, Observation
from xltool.recognition.assign_sheets import SheetAssignment
from xltool.recognition.identify_form import cell_text


def apply_switches(
    plan: WorkbookPlan, assignment: SheetAssignment, entries: Mapping[str, Entry]
) -> tuple[Mapping[str, Entry], Sequence[Observation]]:
    """Return the entries with the blanks of tables that do not apply as such, and what speaks against it."""
    off = [table for table in plan.form.tables if table.absence and _is_switched_off(plan, assignment, table)]
    return (mark_absent_tables(entries, off), [*observe_filled_tables(entries, off)]) if off else (entries, ())


def _is_switched_off(plan: WorkbookPlan, assignment: SheetAssignment, table: Table) -> bool:
    """Return True if the sheet of a table says that it does not apply."""
    place = plan.fields[name_switch(table)]
    located = assignment.located_sheets.get(place.sheet)
    text = cell_text(located.cells.get(place.address)) if located else ""
    return "".join(text.split()) == list_switch_words()[1]


def mark_absent_tables(entries: Mapping[str, Entry], absent_tables: Sequence[Table]) -> Mapping[str, Entry]:
    """Return the entries; blank inputs of tables that do not apply are not applicable."""
    blank = [
        entries[cell.id]
        for table in absent_tables
        for cell in table.cells
        if not cell.computed and entries[cell.id].state is EntryState.BLANK
    ]
    marked = {
        entry.cell: entry._replace(
            state=EntryState.NOT_APPLICABLE, value=None, raw=list_switch_words()[1], declared=False, note=None
        )
        for entry in blank
    }
    return {**entries, **marked}


def observe_filled_tables(entries: Mapping[str, Entry], absent_tables: Sequence[Table]) -> Iterator[Observation]:
    """Observe each table that does not apply and still has figures."""
    for table in absent_tables:
        inputs = (entries[cell.id] for cell in table.cells if not cell.computed)
        filled = [entry for entry in inputs if entry.state in {EntryState.NUMBER, EntryState.UNREADABLE}]
        if filled:
            facts = {"table": table.title, "count": len(filled), "at": tuple(entry.address for entry in filled)}
            yield Observation("table.filled_in", filled[0].sheet, facts=facts)
