"""What a report of several agencies prints instead of a figure: how many chose each word, or nothing.

Such as 综合 1、专门 2 in the cell of a choice, which only a sum has, and no date or text.
"""

import re
from collections.abc import Mapping

from xltool.forms.workbook_words import workbook_words
from xltool.model.form import Cell, Form, TotalKind
from xltool.model.submission import Entry, EntryState
from xltool.recognition.kind_values import list_worded


def read_printed_tallies(form: Form, entries: Mapping[str, Entry]) -> dict[str, dict[str, int]]:
    """Return how many chose each word, for the cells that say so; empty for the report of one agency."""
    tallies = {cell.id: parse_tally(cell, entries[cell.id].raw or "") for cell in list_worded(form) if cell.choices}
    return {cell: tally for cell, tally in tallies.items() if tally}


def parse_tally(cell: Cell, text: str) -> dict[str, int]:
    """Return how many chose each word of a choice, as `format_tally` writes it; empty for any other text."""
    words = {"".join(word.split()): word for word in sorted(cell.choices, key=len, reverse=True)}
    joint = re.escape(workbook_words().summary.shared["joint"])
    counted = rf"({'|'.join(map(re.escape, words))})(\d{{1,6}})"
    shown = "".join(text.split())
    if not re.fullmatch(rf"{counted}(?:{joint}{counted})*", shown):
        return {}
    found = {words[word]: int(count) for word, count in re.findall(counted, shown)}
    return dict.fromkeys(cell.choices, 0) | found


def drop_unsummed(form: Form, entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Return the entries of a sum; cells that have no figure in it are blank, whatever they show."""
    unsummed = [
        cell.id for cell in form.inputs if cell.total in {TotalKind.COUNT, TotalKind.NONE} and cell.aggregate is None
    ]
    if not unsummed:
        return entries
    return {
        **entries,
        **{cell: entries[cell]._replace(state=EntryState.BLANK, value=None, raw=None, note=None) for cell in unsummed},
    }
