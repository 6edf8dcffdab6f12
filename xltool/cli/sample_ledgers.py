"""The invented lines of the sample ledgers (``samples/ledger``)."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.package_data import find_data_folder
from xltool.workbooks.ledger.live_counts import FieldContent, LedgerRow

DEMO_YEAR = 2025
SampleLines = Mapping[tuple[str, int], Sequence[LedgerRow]]  # by agency code and year


def load_sample_lines() -> SampleLines:
    """Load the lines of the sample ledgers."""
    kinds = {column.id: column.kind for column in load_ledger_definition().requests}
    lines: dict[tuple[str, int], list[LedgerRow]] = {}
    with (find_data_folder("samples") / "ledger" / "ledger.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row.pop("agency"), int(row.pop("year"))
            fields = {id: _parse_field(text, kinds[id]) for id, text in row.items() if text}
            lines.setdefault(key, []).append(fields)
    return lines


def _parse_field(text: str, kind: str) -> FieldContent:
    match kind:
        case "date":
            return date.fromisoformat(text)
        case "amount":
            return Decimal(text)
        case _:
            return text
