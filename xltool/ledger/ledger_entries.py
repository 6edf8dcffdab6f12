"""The lines of a ledger (依申请公开台账) as read: requests and disputes, with the rows they stood in.

A field is None where nothing was filled in. What was filled in and cannot be read is named in ``unreadable``, what was
declined with ``/`` in ``declined``; both hold ids of columns, so that a blank is never taken for either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from xltool.model.finding import Finding, FindingCell

_NONE: frozenset[str] = frozenset()


class Request(NamedTuple):
    """One line of the sheet of requests. Choices are ids of the ledger's definition, amounts are in yuan.

    ``sheet`` and ``row`` are where it stood; ``agency`` is the code of the agency it belongs to in a ledger of several.
    """

    sheet: str
    row: int
    number: str | None = None
    received: date | None = None
    channel: str | None = None
    applicant_type: str | None = None
    applicant: str | None = None
    content: str | None = None
    correction_sent: date | None = None
    correction_received: date | None = None
    third_party_from: date | None = None
    third_party_until: date | None = None
    extended: date | None = None
    closed: date | None = None
    result: str | None = None
    fee_notified: date | None = None
    fee_amount: Decimal | None = None
    fee_paid_on: date | None = None
    fee_paid: Decimal | None = None
    review_accepted: date | None = None
    review_outcome: str | None = None
    suit_filed: date | None = None
    suit_kind: str | None = None
    suit_outcome: str | None = None
    remarks: str | None = None
    agency: str = ""
    unreadable: frozenset[str] = _NONE
    declined: frozenset[str] = _NONE

    @property
    def name(self) -> str:
        """Its number; the place of the line where it has none."""
        return self.number or f"{self.sheet}!{self.row}"


class Dispute(NamedTuple):
    """One line of the sheet of disputes: a review or a suit. ``co_defendant`` is yes or no as the definition says."""

    sheet: str
    row: int
    case_number: str | None = None
    request_number: str | None = None
    kind: str | None = None
    accepted: date | None = None
    outcome: str | None = None
    closed: date | None = None
    co_defendant: str | None = None
    remarks: str | None = None
    agency: str = ""
    unreadable: frozenset[str] = _NONE
    declined: frozenset[str] = _NONE

    @property
    def name(self) -> str:
        """Its case number; the place of the line where it has none."""
        return self.case_number or f"{self.sheet}!{self.row}"


LedgerLine = Request | Dispute


class LedgerAgency(NamedTuple):
    """An agency whose lines a ledger holds; what the workbook says, not checked against a roster."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as read. ``year`` is None where the workbook does not say it.

    ``agencies`` is one for the ledger of an office, several for that of an area. ``columns`` are the letters of the
    columns found, by sheet and column id, ``common_columns`` those that every sheet of requests has; ``problems`` what
    was noticed while reading. ``days_off`` and ``working_weekends`` are those on its own sheet of days off.
    """

    file: str
    year: int | None
    agencies: tuple[LedgerAgency, ...] = ()
    requests: tuple[Request, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[Finding, ...] = ()
    sha256: str = ""
    has_disputes: bool = True
    common_columns: frozenset[str] = _NONE
    days_off: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()

    @property
    def agency(self) -> LedgerAgency:
        """The only agency; an empty one where it is unknown or there are several."""
        return self.agencies[0] if len(self.agencies) == 1 else LedgerAgency("", "")

    def locate_field(self, ledger_line: LedgerLine, column: str) -> FindingCell:
        """Return the place of a field of a line; of its row where the column is missing."""
        letter = self.columns.get(ledger_line.sheet, {}).get(column) or self.columns.get(ledger_line.sheet, {}).get(
            "number", "A"
        )
        return FindingCell("", ledger_line.sheet, f"{letter}{ledger_line.row}")
