"""Assign a final status to every file, with a reason, and decide whether its figures are summed.

The rules, in this order:

1. A file of another form or year, of an agency not on the roster, or without an agency, is foreign.
2. Of several returns of one agency the latest counts, whatever its status: a flawed correction replaces a sound first
   return, because the agency withdrew that one. Files with equal bytes are one return with the earlier time.
3. A return with an unsettled ``must_fix`` finding is returned, and summed only on request.
4. No agency is counted twice: see `overlaps`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from xltool.consolidation.overlaps import get_age_key, name_beside, remove_overlaps
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.model.agency import Roster
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

_RETURNED_CODES = {False: "merge.returned", True: "merge.returned_counted"}  # by whether flawed returns are counted


def choose_returns(
    reviewed_files: Sequence[ReviewedFile],
    roster: Roster | None,
    form: Form,
    year: int,
    *,
    include_flawed: bool = False,
) -> tuple[ReviewedFile, ...]:
    """Return every file, in the order given, with its final status, reason and ``counted``.

    The result does not depend on the order. ``include_flawed`` also counts returns with ``must_fix`` findings.
    """
    tree = RosterTree(roster, year)
    final = [_judge_file(item, tree, form, year, include_flawed) for item in reviewed_files]
    for places in _group_by_agency(final, tree).values():
        _settle_versions(final, places)
    return tuple(remove_overlaps(final, tree))


def _judge_file(item: ReviewedFile, tree: RosterTree, form: Form, year: int, include_flawed: bool) -> ReviewedFile:
    """Assign the status that follows from the file alone."""
    if item.submission is None:
        return replace(item, counted=False, reason=item.reason or next(iter(item.findings), None))
    if reason := _find_foreign_reason(item.submission, tree, form, year):
        return replace(item, status=Status.FOREIGN, reason=reason, counted=False)
    flaws = sum(finding.severity is Severity.MUST_FIX and not finding.settled for finding in item.findings)
    if flaws:
        reason = Finding(_RETURNED_CODES[include_flawed], Severity.NOTE, facts={"count": flaws})
        return replace(item, status=Status.RETURNED, reason=reason, counted=include_flawed)
    return replace(item, status=Status.ACCEPTED, reason=None, counted=True)


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
    return Finding("merge.unknown_agency", Severity.MUST_FIX, facts=facts)


# --- one return an agency --------------------------------------------------------------------------------------


def _group_by_agency(items: Sequence[ReviewedFile], tree: RosterTree) -> dict[tuple[bool, str], list[int]]:
    """Group the positions of returns by agency. Its own return and that of its area are two different returns."""
    positions: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for position, item in enumerate(items):
        submission = item.submission
        if submission and item.status in {Status.ACCEPTED, Status.RETURNED}:
            positions[tree.is_area(submission), _identify_agency(submission)].append(position)
    return positions


def _identify_agency(submission: Submission) -> str:
    """Return a key of the agency: its code, else its name; for areas without a code also their first member."""
    if submission.agency_code or not submission.manifest:
        return submission.agency_code or submission.agency_name
    return f"{submission.agency_name}|{min(leaf.code for leaf in submission.manifest)}"


def _settle_versions(items: list[ReviewedFile], positions: Sequence[int]) -> None:
    """Keep the latest return of one agency; mark the others as superseded or as copies."""
    firsts: dict[str, ReviewedFile] = {}  # the oldest file of each content
    for item in sorted((items[place] for place in positions), key=get_age_key):
        firsts.setdefault(_identify_content(item), item)
    latest = max(firsts.values(), key=get_age_key)
    for place in positions:
        item, first = items[place], firsts[_identify_content(items[place])]
        if item is latest:
            items[place] = _add_replaced_files(item, [each for each in firsts.values() if each is not latest])
        elif item is first:
            reason = Finding("merge.superseded", Severity.NOTE, facts={"other": name_beside(latest, item)})
            items[place] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)
        else:
            reason = Finding("merge.duplicate", Severity.NOTE, facts={"other": name_beside(first, item)})
            items[place] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)


def _identify_content(item: ReviewedFile) -> str:
    return item.sha256 or item.file


def _add_replaced_files(latest: ReviewedFile, earlier: Sequence[ReviewedFile]) -> ReviewedFile:
    """Name the replaced files in the reason of the return that counts."""
    if not earlier:
        return latest
    others = tuple(sorted(name_beside(item, latest) for item in earlier))
    if latest.reason is None:
        return replace(latest, reason=Finding("merge.replaces", Severity.NOTE, facts={"others": others}))
    facts = {**latest.reason.facts, "others": others}
    return replace(latest, reason=Finding(f"{latest.reason.code}_replaces", Severity.NOTE, facts=facts))
