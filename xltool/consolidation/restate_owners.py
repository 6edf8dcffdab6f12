"""Say of returns of a doubtful owner what is true after decisions about other files: who still has no return."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.consolidation.file_status import COUNTING
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_facts import ReceivedReturns

_BESIDE_DECIDED = "owner.doubtful_beside"


def restate_doubtful_owners(
    reviewed: Sequence[ReviewedFile], agencies: Mapping[str, Agency]
) -> tuple[ReviewedFile, ...]:
    """Return the files; open questions about owners say which agencies have a return now, or one that is to count."""
    read = [(item, (item.submission.agency_code, item.submission.year)) for item in reviewed if item.submission]
    returns = Counter(key for item, key in read if item.status is not Status.FOREIGN)
    decided = Counter(key for item, key in read if _is_to_be_counted(item))

    def restate(item: ReviewedFile, finding: Finding) -> Finding:
        owner = agencies.get(item.submission.agency_code) if item.submission else None
        codes, before = finding.facts.get("codes"), finding.facts.get("who_reported")
        if owner is None or not isinstance(codes, tuple) or not isinstance(before, ReceivedReturns) or not finding.open:
            return finding
        year = item.submission.year if item.submission else None
        received = find_received(owner, year, before.named, codes, returns)
        wording = _BESIDE_DECIDED if decided[owner.code, year] > _is_to_be_counted(item) else finding.wording
        return replace(finding, facts={**finding.facts, "who_reported": received}, wording=wording)

    return tuple(
        replace(item, findings=tuple(restate(item, finding) for finding in item.findings)) for item in reviewed
    )


def find_received(
    owner: Agency,
    year: int | None,
    named: tuple[str, ...],
    codes: Sequence[str],
    return_counts: Counter[tuple[str, int | None]],
) -> ReceivedReturns:
    """Return who has a return for a year besides one in doubt; ``return_counts`` are by code and year."""
    named_have_any = all(return_counts[code, year] for code in codes)
    return ReceivedReturns(owner.name, named, return_counts[owner.code, year] > 1, named_have_any)


def _is_to_be_counted(item: ReviewedFile) -> bool:
    return item.decision is not None and item.decision.ruling in COUNTING
