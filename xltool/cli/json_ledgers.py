"""Encode counts and checks of ledgers as JSON; lines are named by their numbers only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xltool.cli.json_output import encode_number
from xltool.messages import catalogue
from xltool.model.finding import Finding
from xltool.model.period import plain_year

if TYPE_CHECKING:
    from xltool.commands.ledger_files import ReviewedLedger
    from xltool.commands.merge_ledgers import MergedLedgers
    from xltool.ledger.count_ledger import LedgerCount


def encode_ledgers(reviewed_ledgers: Sequence["ReviewedLedger"]) -> dict[str, object]:
    """Encode the answer of ``ledger count --json`` and ``ledger check --json``: one entry for every file.

    ``figures`` are the inputs and totals of the form by id, null where the ledger leaves one open; ``lines`` the lines
    behind each figure, ``open`` those that may or may not count in one, ``unplaced`` those that count in none.
    """
    return {"ledgers": [_encode_ledger(item) for item in reviewed_ledgers]}


def encode_merged_ledgers(merged: "MergedLedgers") -> dict[str, object]:
    """Encode the answer of ``ledger merge --json``: the files, and the count of the area."""
    agencies = [{"code": agency.code or None, "name": agency.name or None} for agency in merged.ledger.agencies]
    return {
        **encode_ledgers(merged.items),
        "agencies": agencies,
        "total": _encode_count(merged.total) if merged.total else None,
    }


def _encode_ledger(reviewed_ledger: "ReviewedLedger") -> dict[str, object]:
    ledger, count = reviewed_ledger.ledger, reviewed_ledger.count
    encoded: dict[str, object] = {
        "file": reviewed_ledger.reviewed.file,
        "status": reviewed_ledger.reviewed.status.value,
        "findings": [_encode_finding(finding) for finding in reviewed_ledger.findings],
        "written": [str(path) for path in reviewed_ledger.files],
    }
    if ledger is not None:
        encoded |= {"code": ledger.agency.code or None, "agency": ledger.agency.name or None, "year": ledger.year}
        encoded |= {"requests": len(ledger.requests), "disputes": len(ledger.disputes)}
    return encoded | ({"count": _encode_count(count)} if count is not None else {})


def _encode_finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "cells": [f"{cell.sheet}!{cell.address}" for cell in finding.cells],
        "message": catalogue.render_finding(finding),
    }


def _encode_count(count: "LedgerCount") -> dict[str, object]:
    given = {
        cell: value for cell, value in count.values.items() if cell in count.lines or count.form.cells[cell].computed
    }
    return {
        "form": count.form.id,
        "edition": count.form.edition,
        "period": plain_year(count.period),
        "figures": {cell: encode_number(value) for cell, value in given.items()},
        "lines": {cell: [line.name for line in lines] for cell, lines in count.lines.items() if lines},
        "open": {cell: list(names) for cell, names in count.open.items()},
        "unplaced": {event: list(names) for event, names in count.unplaced.items()},
    }
