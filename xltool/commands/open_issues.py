"""What in the result of a run must still be looked at."""

from collections.abc import Iterable

from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding


def select_open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that need action: not notes, and not settled by a written reason."""
    return tuple(finding for finding in findings if finding.open)


def has_open_issues(reviewed_files: Iterable[ReviewedFile]) -> bool:
    """Return True if any file was refused or has an open finding (exit code 1)."""
    refused_states = {Status.UNREADABLE, Status.FOREIGN}
    return any(
        select_open_findings(item.findings) or (item.status in refused_states and item.reason is None)
        for item in reviewed_files
        if item.status is not Status.SUPERSEDED
    )
