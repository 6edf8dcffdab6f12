"""Ask whether a percentage was typed as a share: 0.97 in a cell that holds the number before the sign, 97."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from xltool.checks.context import CheckContext
from xltool.checks.figure_facts import name_cell
from xltool.checks.make_finding import list_ranges, spot_of_entry
from xltool.model.finding import Finding
from xltool.model.finding_facts import Quantity
from xltool.model.form import Cell, CellKind, Number, Severity
from xltool.model.submission import Entry, Submission

_HUNDRED = 100
_FAR = 10  # times: a figure of the period before that is so much larger makes a share likely


def find_meant_percentage(cell: Cell, typed: str | None) -> Decimal | None:
    """Return what a share typed into the cell of a percentage may mean; None if it cannot be a share."""
    if cell.kind is not CellKind.PERCENT or (cell.maximum is not None and cell.maximum < _HUNDRED):
        return None
    try:
        share = Decimal((typed or "").strip())
    except InvalidOperation:
        return None
    if not share.is_finite() or not 0 < share <= 1:
        return None
    meant = share * _HUNDRED
    return meant if meant == round(meant, cell.decimals) else None


def check_percentages(submission: Submission, context: CheckContext) -> Iterator[Finding]:
    """Yield a finding on each column of percentages that may be shares, of a return; lists are columns too.

    It is to be explained where the period before was of another size, a note where nothing is known of it, and none
    where it was of the same size.
    """
    if submission.is_sum:
        return
    for cell in context.form.inputs:
        if cell.kind is CellKind.PERCENT and cell.id in submission.entries:
            before = (context.previous or {}).get(cell.id)
            yield from _check_column(cell, [submission.entries[cell.id]], before)
    for table in context.form.lists:
        rows = submission.lists.get(table.id, ())
        for column in table.columns:
            if column.kind is CellKind.PERCENT:
                yield from _check_column(column, (row.entries[column.id] for row in rows), None)


def _check_column(cell: Cell, entries: Iterable[Entry], previous_value: Number | None) -> Iterator[Finding]:
    shares = [entry for entry in entries if _is_share(entry, cell)]
    if not shares or (previous_value is not None and previous_value < _FAR * (shares[0].value or 0)):
        return
    value = shares[0].value or 0
    facts: dict[str, object] = {
        "name": name_cell(cell),
        "cells": list_ranges(entry.address for entry in shares),
        "count": len(shares),
        "value": Quantity(value),
        "meant": Quantity(value * _HUNDRED),
    }
    severity = Severity.NOTE if previous_value is None else Severity.EXPLAIN
    yield Finding("percent.as_share", severity, tuple(map(spot_of_entry, shares)), facts)


def _is_share(entry: Entry, cell: Cell) -> bool:
    """Return True if what was typed counts as it stands, without a sign or a format that says percent."""
    meant = find_meant_percentage(cell, entry.raw)
    return meant is not None and entry.value is not None and entry.value * _HUNDRED == meant
