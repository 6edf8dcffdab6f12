"""All checks of a submission, in one list, and their findings in the order a person should see them."""

from collections.abc import Callable, Iterator

from xltool.checks.cells import cells
from xltool.checks.context import Context
from xltool.checks.explanations import settle
from xltool.checks.form_index import index
from xltool.checks.history import jumps
from xltool.checks.identity import identity
from xltool.checks.ledger import ledger
from xltool.checks.localisation.group_by_cause import causes
from xltool.checks.profile import Profile, tuned
from xltool.checks.relations import relations
from xltool.checks.seals import seals
from xltool.checks.serials import serials
from xltool.checks.tampering import tampering
from xltool.checks.texts.quoted_figures import narrative
from xltool.checks.texts.unfinished_text import wording
from xltool.checks.totals import totals
from xltool.checks.waivers import waived
from xltool.forms.places import place
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission

Check = Callable[[Submission, Context], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    *(identity, seals, serials, tampering, cells, totals, relations),
    *(ledger, jumps, narrative, wording),
)

_URGENCY = {Severity.MUST_FIX: 0, Severity.EXPLAIN: 1, Severity.NOTE: 2}
_SETTLED = 3


def review(submission: Submission, context: Context) -> tuple[Finding, ...]:
    """All findings: what must be fixed, what wants a reason, notes, what a reason settles; each in form order."""
    return judged(submission, context)[0]


def judged(submission: Submission, context: Context) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """`review`, and apart from it what rules on trial found: that is for coordinators only."""
    findings = [found for check in CHECKS for found in check(submission, context)]
    trial: list[Finding] = []
    if context.profile or index(context.form).beta:
        findings, trial = tuned(findings, context.profile or Profile(), index(context.form).beta)
    if submission.explanations:
        findings = list(settle(findings, submission, context))
    if context.waivers:
        findings = list(waived(findings, submission.agency_code, context.waivers))
    findings = causes(findings, submission, context)
    return _in_order(findings, context), _in_order(trial, context)


def _in_order(findings: list[Finding], context: Context) -> tuple[Finding, ...]:
    if len(findings) > 1:
        sheets = {sheet.name: number for number, sheet in enumerate(context.plan.sheets)}
        findings.sort(key=lambda found: (_urgency(found), *_position(found, sheets, context)))
    return tuple(findings)


def _urgency(found: Finding) -> int:
    return _SETTLED if found.settled else _URGENCY[found.severity]


def _position(found: Finding, sheets: dict[str, int], context: Context) -> tuple[int, int, tuple[int, int]]:
    """What is about the whole workbook first; then by sheet, by the form's cells, by address."""
    if not found.spots:
        return (-1, 0, (0, 0))
    first = found.spots[0]
    order = index(context.form).order.get(first.id, -1)
    return (sheets.get(first.sheet, len(sheets)), order, place(first.address) if first.address else (0, 0))
