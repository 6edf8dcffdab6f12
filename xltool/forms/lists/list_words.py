"""What a person reads in a row of a list, and by which words a row is known."""

from xltool.forms.cell_kinds import format_value
from xltool.model.agency_names import normalize_name
from xltool.model.form import Cell, CellKind
from xltool.model.list_table import ListTable
from xltool.model.submission import Entry, EntryRow


def read_row_word(list_column: Cell, entry: Entry) -> str:
    """Return what a person reads in an entry of a row: the figure or word; "" for a blank, else the text as typed."""
    if entry.value is None or list_column.kind is CellKind.TEXT:
        return (entry.raw or "").strip()
    return format_value(list_column, entry.value)


def read_key(list_table: ListTable, entry_row: EntryRow) -> tuple[str, ...]:
    """Return the words of a row's key, without differences of width, white space and case; empty if one is blank."""
    words = [normalize_name(read_row_word(column, entry_row.entries[column.id])) for column in list_table.key_columns]
    return tuple(words) if list_table.key and all(words) else ()


def name_row(list_table: ListTable, entry_row: EntryRow) -> str:
    """Return the words by which a person knows a row: those of its key, else of its first column."""
    return " ".join(read_row_word(column, entry_row.entries[column.id]) for column in list_table.key_columns)
