"""Decide the status of a file by its findings."""

import hashlib
from collections.abc import Iterable

from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.decision import Ruling
from xltool.model.finding import Finding
from xltool.model.form import Severity

DOUBTFUL_OWNER = "owner.doubtful"
SHARED_NAME = "owner.shared_name"
DOUBTFUL_VERSION = "version.doubtful"
UNRELATED_VERSION = "version.unrelated"
VOID_VERSION = "version.void"
LAPSED_DECISION = "decision.outdated"
UNREAD_VERSION = "version.unread"
QUESTION_CODES = frozenset(
    {DOUBTFUL_OWNER, SHARED_NAME, DOUBTFUL_VERSION, UNRELATED_VERSION, VOID_VERSION, LAPSED_DECISION}
)
COUNTING = frozenset({Ruling.COUNT, Ruling.COUNT_AS})
VERSION_QUESTION = "version-"  # the ids of questions about versions begin with it
_QUESTION_DIGITS = 12


def identify_question(code: str, contents: Iterable[str]) -> str:
    """Return an id of a question about files with these SHA-256; another file makes it another question."""
    digest = hashlib.sha256("|".join([code, *sorted(contents)]).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{code.partition('.')[0]}-{digest[:_QUESTION_DIGITS]}"


def find_unread_version(item: ReviewedFile) -> Finding | None:
    """Return the open finding that another file of the agency, perhaps a later one, could not be read; else None."""
    return next((finding for finding in item.findings if finding.code == UNREAD_VERSION and finding.open), None)


def decide_status(findings: Iterable[Finding]) -> Status:
    """Return UNDECIDED for an open question, else RETURNED for an unsettled ``must_fix`` finding, else ACCEPTED."""
    unsettled = [finding for finding in findings if not finding.settled]
    if any(finding.code in QUESTION_CODES for finding in unsettled):
        return Status.UNDECIDED
    flawed = any(finding.severity is Severity.MUST_FIX for finding in unsettled)
    return Status.RETURNED if flawed else Status.ACCEPTED
