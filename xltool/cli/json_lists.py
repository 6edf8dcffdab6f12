"""Encode the rows of lists as JSON."""

from decimal import Decimal

from xltool.model.form import Number
from xltool.model.submission import Entry, EntryRow, Submission


def encode_lists(submission: Submission) -> dict[str, object]:
    """Encode the rows of every list by its id; nothing for a form without lists.

    An entry has its state, the ``value`` (of a choice its position, of a date its serial day, of a text its length),
    the ``text`` as shown and its address; a row of a consolidation has its agencies.
    """
    if not submission.lists:
        return {}
    return {"lists": {name: [_encode_row(row) for row in rows] for name, rows in submission.lists.items()}}


def _encode_row(entry_row: EntryRow) -> dict[str, object]:
    owners = [owner._asdict() for owner in entry_row.owners]
    entries = {column.partition(".")[2]: _encode_entry(entry) for column, entry in entry_row.entries.items()}
    return {"row": entry_row.number, **({"agencies": owners} if owners else {}), "entries": entries}


def _encode_entry(entry: Entry) -> dict[str, object]:
    answer: dict[str, object] = {
        "state": entry.state.value,
        "value": _encode_value(entry.value),
        "text": entry.shown or entry.raw,
    }
    return answer | ({"address": entry.address} if entry.address else {})


def _encode_value(value: Number | None) -> int | str | None:
    return f"{value:f}" if isinstance(value, Decimal) else value
