"""Decide the status of a file by its findings."""

import hashlib
from collections.abc import Iterable

from xltool.model.consolidation import Status
from xltool.model.decision import Ruling
from xltool.model.finding import Finding
from xltool.model.form import Severity

DOUBTFUL_OWNER = "owner.doubtful"
DOUBTFUL_VERSION = "version.doubtful"
UNRELATED_VERSION = "version.unrelated"
LAPSED_DECISION = "decision.outdated"
QUESTION_CODES = frozenset({DOUBTFUL_OWNER, DOUBTFUL_VERSION, UNRELATED_VERSION, LAPSED_DECISION})
COUNTING = frozenset({Ruling.COUNT, Ruling.COUNT_AS})
_QUESTION_DIGITS = 12


def identify_question(code: str, contents: Iterable[str]) -> str:
    """Return an id of a question about files with these SHA-256; another file makes it another question."""
    digest = hashlib.sha256("|".join([code, *sorted(contents)]).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{code.partition('.')[0]}-{digest[:_QUESTION_DIGITS]}"


def decide_status(findings: Iterable[Finding]) -> Status:
    """Return UNDECIDED for an open question, else RETURNED for an unsettled ``must_fix`` finding, else ACCEPTED."""
    unsettled = [finding for finding in findings if not finding.settled]
    if any(finding.code in QUESTION_CODES for finding in unsettled):
        return Status.UNDECIDED
    flawed = any(finding.severity is Severity.MUST_FIX for finding in unsettled)
    return Status.RETURNED if flawed else Status.ACCEPTED
