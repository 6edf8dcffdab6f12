"""Run all checks on a submission and sort their findings for display."""

from collections.abc import Callable, Iterator

from xltool.checks.cells import check_cells
from xltool.checks.context import CheckContext
from xltool.checks.explanations import settle_findings
from xltool.checks.history import check_jumps
from xltool.checks.identity import check_identity
from xltool.checks.ledger_totals import check_ledger
from xltool.checks.lists import check_lists
from xltool.checks.localisation.group_by_cause import group_findings
from xltool.checks.percentages import check_percentages
from xltool.checks.profile import CheckProfile, apply_profile
from xltool.checks.relations import check_relations
from xltool.checks.seals import check_seal
from xltool.checks.serials import check_serial
from xltool.checks.tampering import check_tampering
from xltool.checks.texts.channels import check_channels
from xltool.checks.texts.quoted_figures import check_quoted_figures
from xltool.checks.texts.required_contents import check_required_contents
from xltool.checks.texts.unfinished_text import check_texts
from xltool.checks.totals import check_totals
from xltool.checks.waivers import apply_waivers
from xltool.forms.cell_addresses import parse_address
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission

CheckFunction = Callable[[Submission, CheckContext], Iterator[Finding]]

CHECKS: tuple[CheckFunction, ...] = (
    *(check_identity, check_seal, check_serial, check_tampering, check_cells, check_totals, check_relations),
    *(check_lists, check_percentages),
    *(check_ledger, check_jumps, check_quoted_figures, check_channels, check_texts, check_required_contents),
)

_SEVERITY_RANKS = {Severity.MUST_FIX: 0, Severity.EXPLAIN: 1, Severity.NOTE: 2}
_SETTLED_RANK = 3


def review_submission(submission: Submission, context: CheckContext) -> tuple[Finding, ...]:
    """Return all findings: must_fix, explain, note, then settled ones; each in form order."""
    return run_checks(submission, context)[0]


def run_checks(submission: Submission, context: CheckContext) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings of `review_submission`, and separately those of rules on trial (for coordinators only)."""
    findings = [finding for check in CHECKS for finding in check(submission, context)]
    trial: list[Finding] = []
    if context.profile or context.index.beta:
        findings, trial = apply_profile(findings, context.profile or CheckProfile(), context.index.beta)
    if submission.explanations:
        findings = list(settle_findings(findings, submission, context))
    if context.waivers:
        findings = list(apply_waivers(findings, submission.agency_code, context.waivers))
    findings = group_findings(findings, submission, context)
    return sort_findings(findings, context), sort_findings(trial, context)


def sort_findings(findings: list[Finding], context: CheckContext) -> tuple[Finding, ...]:
    """Sort findings in place: must_fix, explain, note, then settled ones; each in form order. Return them."""
    if len(findings) > 1:
        sheets = {sheet.name: number for number, sheet in enumerate(context.plan.sheets)}
        findings.sort(key=lambda finding: (_urgency_rank(finding), *_form_position(finding, sheets, context)))
    return tuple(findings)


def _urgency_rank(finding: Finding) -> int:
    return _SETTLED_RANK if finding.settled else _SEVERITY_RANKS[finding.severity]


def _form_position(finding: Finding, sheets: dict[str, int], context: CheckContext) -> tuple[int, int, tuple[int, int]]:
    """Return the sort key: findings on the whole workbook first, then by sheet, cell order in the form, address."""
    if not finding.cells:
        return (-1, 0, (0, 0))
    first = finding.cells[0]
    order = context.index.order.get(first.id, -1)
    return (sheets.get(first.sheet, len(sheets)), order, parse_address(first.address) if first.address else (0, 0))
