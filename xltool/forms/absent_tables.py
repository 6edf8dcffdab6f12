"""Tables that do not apply as a whole because the duty is absent: a switch in the workbook, a sentence in reports."""

from collections.abc import Mapping

from xltool.forms.workbook_words import workbook_words
from xltool.model.agency import Scope
from xltool.model.form import Form, Table
from xltool.model.submission import Entry, EntryState, Submission

SWITCH_PREFIX = "applies."  # of the field of a table on its sheet, and of its tally in a sum


def name_switch(table: Table) -> str:
    """Return the name of the field that says whether a table applies."""
    return f"{SWITCH_PREFIX}{table.id}"


def list_switch_words() -> tuple[str, str]:
    """Return the words of the switch: applies, does not apply."""
    say = workbook_words().table
    return say["applies"], say["applies_not"]


def find_absent_tables(form: Form, entries: Mapping[str, Entry]) -> tuple[Table, ...]:
    """Return the tables of a return whose duty is absent: none of their inputs applies."""
    return tuple(
        table
        for table in form.tables
        if table.absence
        and all(
            cell.id in entries and entries[cell.id].state is EntryState.NOT_APPLICABLE
            for cell in table.cells
            if not cell.computed
        )
    )


def find_absent_duties(form: Form, submission: Submission) -> tuple[Table, ...]:
    """Return the tables whose duty is absent; of a sum, those whose duty nobody in it has."""
    if submission.scope is Scope.OWN:
        return find_absent_tables(form, submission.entries)
    applies, applies_not = list_switch_words()
    tallies = {table: submission.tallies.get(name_switch(table), {}) for table in form.tables if table.absence}
    return tuple(table for table, tally in tallies.items() if tally.get(applies_not) and not tally.get(applies))
