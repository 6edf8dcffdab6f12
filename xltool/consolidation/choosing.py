"""Assign a final status to every file, with a reason, and decide whether its figures are summed.

The rules, in this order:

1. A file of another form or year, of an agency not on the roster, or without an agency, is foreign.
2. A return is undecided while it is in doubt whose it is.
3. Of several returns of one agency the latest counts, whatever its status: a flawed correction replaces a sound first
   return, because the agency withdrew that one. They are undecided where nothing says which is later: see
   `settle_versions`.
4. A return with an unsettled ``must_fix`` finding is returned, and summed only on request.
5. No agency is counted twice: see `overlaps`.
"""

from collections.abc import Sequence
from dataclasses import replace

from xltool.consolidation.file_status import COUNTING, QUESTION_CODES, SHARED_NAME, decide_status
from xltool.consolidation.overlaps import remove_overlaps
from xltool.consolidation.settle_versions import settle_versions
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.model.agency import Agency, Roster
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

_UNKNOWN_AGENCY = "merge.unknown_agency"
_RETURNED_CODES = {False: "merge.returned", True: "merge.returned_counted"}  # by whether flawed returns are counted


def choose_returns(
    reviewed_files: Sequence[ReviewedFile],
    roster: Roster | None,
    form: Form,
    year: int,
    *,
    include_flawed: bool = False,
    own_area: Agency | None = None,
) -> tuple[ReviewedFile, ...]:
    """Return every file, in the order given, with its final status, reason and ``counted``.

    The result does not depend on the order. ``include_flawed`` also counts returns with ``must_fix`` findings;
    a consolidation of ``own_area`` is an earlier result of this merge.
    """
    tree = RosterTree(roster, year)
    final = [_judge_file(item, tree, form, year, include_flawed=include_flawed) for item in reviewed_files]
    settle_versions(final, tree, form)
    return tuple(remove_overlaps(final, tree, own_area))


def _judge_file(item: ReviewedFile, tree: RosterTree, form: Form, year: int, *, include_flawed: bool) -> ReviewedFile:
    """Assign the status that follows from the file alone."""
    if item.submission is None:
        return replace(item, counted=False, reason=item.reason or next(iter(item.findings), None))
    reason = _find_foreign_reason(item.submission, tree, form, year)
    if reason and not (reason.code == _UNKNOWN_AGENCY and _is_one_of_several(item)):
        return replace(item, status=Status.FOREIGN, reason=reason, counted=False)
    if item.decision is not None and item.decision.ruling not in COUNTING:
        return replace(item, counted=False)
    if decide_status(item.findings) is Status.UNDECIDED:
        question = next(finding for finding in item.findings if finding.code in QUESTION_CODES and not finding.settled)
        return replace(item, status=Status.UNDECIDED, reason=question, counted=False)
    flaws = sum(finding.severity is Severity.MUST_FIX and not finding.settled for finding in item.findings)
    if flaws:
        reason = Finding(_RETURNED_CODES[include_flawed], Severity.NOTE, facts={"count": flaws})
        return replace(item, status=Status.RETURNED, reason=reason, counted=include_flawed)
    reason = item.reason if item.decision else None
    return replace(item, status=Status.ACCEPTED, reason=reason, counted=True)


def _is_one_of_several(item: ReviewedFile) -> bool:
    """Return whether the return is of an agency of the roster, but nobody has decided of which."""
    return any(finding.code == SHARED_NAME and finding.open for finding in item.findings)


def _find_foreign_reason(submission: Submission, tree: RosterTree, form: Form, year: int) -> Finding | None:
    """Return the reason why a submission does not belong in this merge, or None."""
    code, name = submission.agency_code, submission.agency_name
    if (submission.form, submission.edition) != form.key:
        facts: dict[str, object] = {"found": f"{submission.form} {submission.edition}", "expected": form.title}
        return Finding("merge.other_form", Severity.MUST_FIX, facts=facts)
    if submission.year != year:
        return Finding("merge.other_year", Severity.MUST_FIX, facts={"found": submission.year, "expected": year})
    if not (code or name):
        return Finding("merge.nobody", Severity.MUST_FIX)
    if (
        tree.roster is None
        or tree.find_agency(code)
        or all(tree.find_agency(leaf.code) for leaf in list_manifest(submission))
    ):
        return None
    facts = {"agency": name or None, "number": code or None, "roster": tree.roster.source}
    return Finding(_UNKNOWN_AGENCY, Severity.MUST_FIX, facts=facts)
