"""Apply decisions on record to the files they are about.

A decision about the owner of a return settles the question, or assigns the return to another agency. One about its
versions is used by `settle_versions`. A row that somebody added answers whatever is open about the file, so that a
return with findings is counted, or a sound one is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from xltool.consolidation.file_status import (
    DOUBTFUL_OWNER,
    LAPSED_DECISION,
    QUESTION_CODES,
    SHARED_NAME,
    VERSION_QUESTION,
    decide_status,
)
from xltool.consolidation.owner_witnesses import drop_identity_doubts
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.finding_facts import DecisionNote
from xltool.model.form import Severity
from xltool.model.submission import Submission

_ANSWERED_BY_ROW = (DOUBTFUL_OWNER, SHARED_NAME, LAPSED_DECISION)
_DECIDED_WORDINGS = {
    DOUBTFUL_OWNER: "owner.decided",
    SHARED_NAME: "owner.shared_name_decided",
    LAPSED_DECISION: "decision.renewed",
}
_KEPT_CODES = QUESTION_CODES | {"serial.shared"}  # they follow from all files of a run
_RULING_CODES = {
    Ruling.COUNT: "decision.counted",
    Ruling.COUNT_AS: "decision.counted_as",
    Ruling.EXCLUDE: "decision.excluded",
    Ruling.RETURN: "decision.returned",
}


def apply_decisions(item: ReviewedFile, decisions: Sequence[Decision], agencies: Mapping[str, Agency]) -> ReviewedFile:
    """Return a file with the decisions about it applied; without any, unchanged."""
    if not decisions or item.submission is None:
        return item
    item = replace(item, decisions=tuple(decisions))
    for ruling in (Ruling.EXCLUDE, Ruling.RETURN):
        decision = next((each for each in decisions if each.ruling is ruling), None)
        if decision:
            return _refuse_by_decision(item, decision)
    for decision in decisions:
        if not decision.question.startswith(VERSION_QUESTION):
            item = _count_by_decision(item, decision, agencies)
    return item


def reassign_return(item: ReviewedFile, target: Agency, review: Callable[[Submission], ReviewedFile]) -> ReviewedFile:
    """Return a file as one of another agency, checked against what is known of that one: ``review`` checks it.

    Questions about the file, and that it uses a workbook issued to another agency, stay as they are.
    """
    if item.submission is None or item.submission.agency_code == target.code:
        return item
    again = review(replace(item.submission, agency_code=target.code, agency_name=target.name))
    kept = tuple(finding for finding in item.findings if finding.code in _KEPT_CODES)
    findings = (*kept, *drop_identity_doubts(again.findings))
    return replace(
        item, submission=again.submission, findings=findings, trial=again.trial, status=decide_status(findings)
    )


def make_decision_finding(decision: Decision, target: str = "", flaws: int = 0) -> Finding:
    """Make the finding that states a decision.

    ``target`` is the name of the agency to count the file as, ``flaws`` the number of problems it is counted with.
    """
    code = _RULING_CODES[decision.ruling] + ("_flawed" if flaws else "")
    facts = {"reason": decision.reason, "author": decision.author, "date": decision.date, "target": target}
    return Finding(code, code_severity(code), facts={**facts, "count": flaws})


def _refuse_by_decision(item: ReviewedFile, decision: Decision) -> ReviewedFile:
    """Leave a file out, or return it, with the decision as the reason."""
    reason = make_decision_finding(decision)
    findings = tuple(_settle(item.findings, decision, _ANSWERED_BY_ROW))
    if decision.ruling is Ruling.EXCLUDE:
        settled = tuple(_settle(item.findings, decision, None))
        return replace(item, status=Status.FOREIGN, reason=reason, findings=settled, decision=decision, counted=False)
    return replace(
        item, status=Status.RETURNED, reason=reason, findings=(reason, *findings), decision=decision, counted=False
    )


def _count_by_decision(item: ReviewedFile, decision: Decision, agencies: Mapping[str, Agency]) -> ReviewedFile:
    codes = _ANSWERED_BY_ROW if decision.question else None
    findings = tuple(_settle(item.findings, decision, codes))
    submission, target = item.submission, agencies.get(decision.target)
    if submission is not None and target is not None and decision.ruling is Ruling.COUNT_AS:
        submission = replace(submission, agency_code=target.code, agency_name=target.name)
    flaws = sum(isinstance(each.settled, DecisionNote) and each.severity is Severity.MUST_FIX for each in findings)
    reason = make_decision_finding(decision, target.name if target else "", flaws)
    status = decide_status(findings)
    return replace(
        item,
        submission=submission,
        findings=findings,
        status=status,
        reason=reason if status is Status.ACCEPTED else item.reason,
        decision=decision,
    )


def _settle(findings: Iterable[Finding], decision: Decision, codes: tuple[str, ...] | None) -> Iterable[Finding]:
    """Mark open findings of these codes (all for None) as settled by the decision."""
    note = DecisionNote(decision.reason, decision.author, decision.date)
    for finding in findings:
        applies = finding.open and (codes is None or finding.code in codes)
        wording = _DECIDED_WORDINGS.get(finding.code, finding.wording)
        yield replace(finding, settled=note, wording=wording) if applies else finding
