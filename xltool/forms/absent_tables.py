"""Tables that do not apply as a whole because the duty is absent: a switch in the workbook, a sentence in reports."""

from collections.abc import Mapping

from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Form, Table
from xltool.model.submission import Entry, EntryState

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
