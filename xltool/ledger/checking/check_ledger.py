"""Run all checks of a ledger: its lines, its disputes, last year's ledger, and what was noticed while reading."""

from xltool.forms.cell_addresses import parse_address
from xltool.ledger.checking.check_lines import (
    LedgerContext,
    check_applicants,
    check_disputes,
    check_lines,
    check_numbers,
    check_years,
)
from xltool.ledger.checking.compare_ledgers import compare_ledgers
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.ledger_entries import Ledger
from xltool.ledger.working_days import WorkCalendar, load_calendar
from xltool.model.finding import Finding
from xltool.model.form import Severity

_RANKS = {Severity.MUST_FIX: 0, Severity.EXPLAIN: 1, Severity.NOTE: 2}


def check_ledger(
    ledger: Ledger,
    earlier_ledger: Ledger | None = None,
    year: int | None = None,
    calendar: WorkCalendar | None = None,
) -> tuple[Finding, ...]:
    """Return the findings of a ledger, the urgent ones first, each in the order of sheets and lines.

    ``year`` is that of a ledger that does not say it.
    """
    known = (calendar or load_calendar()).with_days(ledger.days_off, ledger.working_weekends)
    context = LedgerContext(load_ledger_definition(), known, ledger.year or year)
    findings = [*ledger.problems, *check_numbers(ledger), *check_years(ledger, context)]
    findings += [*check_lines(ledger, context), *check_applicants(ledger), *check_disputes(ledger, context)]
    if earlier_ledger is not None:
        findings += compare_ledgers(ledger, earlier_ledger, context)
    return sort_line_findings(findings, ledger)


def sort_line_findings(findings: list[Finding], ledger: Ledger) -> tuple[Finding, ...]:
    """Return findings by severity, then those of the whole ledger, then by sheet and cell."""
    sheets = {sheet: number for number, sheet in enumerate(ledger.columns)}

    def find_rank(finding: Finding) -> tuple[int, int, tuple[int, int]]:
        cell = finding.cells[0] if finding.cells else None
        place = parse_address(cell.address) if cell and cell.address else (0, 0)
        return _RANKS[finding.severity], sheets.get(cell.sheet, len(sheets)) if cell else -1, place

    return tuple(sorted(findings, key=find_rank))
