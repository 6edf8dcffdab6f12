"""Say of returns of a doubtful owner what is true after decisions about other files: who still has no return."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltool.consolidation.file_status import COUNTING, DOUBTFUL_OWNER
from xltool.messages import catalogue
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding

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
        codes = finding.facts.get("codes")
        if owner is None or not isinstance(codes, tuple) or finding.code != DOUBTFUL_OWNER or not finding.open:
            return finding
        year = item.submission.year if item.submission else None
        has_more = "other" if returns[owner.code, year] > 1 else "only"
        named = "named" if all(returns[code, year] for code in codes) else "nothing"
        facts = {"named": finding.facts["named"], "owner": owner.name}
        missing = catalogue.format_phrase(f"owner_{has_more}_{named}", **facts)
        wording = _BESIDE_DECIDED if decided[owner.code, year] > _is_to_be_counted(item) else finding.wording
        return replace(finding, facts={**finding.facts, "missing": missing}, wording=wording)

    return tuple(
        replace(item, findings=tuple(restate(item, finding) for finding in item.findings)) for item in reviewed
    )


def _is_to_be_counted(item: ReviewedFile) -> bool:
    return item.decision is not None and item.decision.ruling in COUNTING
