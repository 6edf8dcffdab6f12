"""What becomes of every file found: one of five states, with the reason, and whether its figures are summed.

The rules, in this order:

1. A file of another form or year, of an agency that is not on the roster, or of nobody, does not belong here.
2. Of one agency's returns the latest counts, whatever its state: a flawed correction replaces a good first return,
   because the agency itself took that back. The same bytes under two names are one return, as old as the older.
3. A return with something that must be fixed goes back, and is summed only on request.
4. Nothing is counted twice: see `overlaps`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from xltool.consolidation.overlaps import age, named, without_overlaps
from xltool.consolidation.tree import Tree, leaves
from xltool.model.agency import Roster
from xltool.model.consolidation import Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

_SUMMED = {False: "merge.returned", True: "merge.returned_counted"}  # by whether flawed returns are asked for


def choose(
    reviewed: Sequence[Reviewed], roster: Roster | None, form: Form, year: int, *, include_flawed: bool = False
) -> tuple[Reviewed, ...]:
    """Every file, in the order given, with its final status, the reason for it, and whether its figures are summed.

    The outcome does not depend on the order. ``include_flawed`` sums returns with something that must be fixed.
    """
    tree = Tree(roster, year)
    final = [_judged(item, tree, form, year, include_flawed) for item in reviewed]
    for places in _by_agency(final, tree).values():
        _settle_versions(final, places)
    return tuple(without_overlaps(final, tree))


def _judged(item: Reviewed, tree: Tree, form: Form, year: int, include_flawed: bool) -> Reviewed:
    """The file with the status its own content gives it."""
    if item.submission is None:
        return replace(item, counted=False, reason=item.reason or next(iter(item.findings), None))
    if reason := _stranger(item.submission, tree, form, year):
        return replace(item, status=Status.FOREIGN, reason=reason, counted=False)
    flaws = sum(finding.severity is Severity.MUST_FIX and not finding.settled for finding in item.findings)
    if flaws:
        reason = Finding(_SUMMED[include_flawed], Severity.NOTE, facts={"count": flaws})
        return replace(item, status=Status.RETURNED, reason=reason, counted=include_flawed)
    return replace(item, status=Status.ACCEPTED, reason=None, counted=True)


def _stranger(submission: Submission, tree: Tree, form: Form, year: int) -> Finding | None:
    """Why a return has no place in this merge, if it has none."""
    code, name = submission.agency_code, submission.agency_name
    if (submission.form, submission.edition) != form.key:
        facts: dict[str, object] = {"found": f"{submission.form} {submission.edition}", "expected": form.title}
        return Finding("merge.other_form", Severity.MUST_FIX, facts=facts)
    if submission.year != year:
        return Finding("merge.other_year", Severity.MUST_FIX, facts={"found": submission.year, "expected": year})
    if not (code or name):
        return Finding("merge.nobody", Severity.MUST_FIX)
    if tree.roster is None or tree.agency(code) or all(tree.agency(leaf.code) for leaf in leaves(submission)):
        return None
    facts = {"agency": name or None, "number": code or None, "roster": tree.roster.source}
    return Finding("merge.unknown_agency", Severity.MUST_FIX, facts=facts)


# --- one return an agency --------------------------------------------------------------------------------------


def _by_agency(items: Sequence[Reviewed], tree: Tree) -> dict[tuple[bool, str], list[int]]:
    """Positions of the returns of each agency; what it says of itself and of its area are two different returns."""
    found: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for position, item in enumerate(items):
        submission = item.submission
        if submission and item.status in {Status.ACCEPTED, Status.RETURNED}:
            found[tree.is_area(submission), _who(submission)].append(position)
    return found


def _who(submission: Submission) -> str:
    """What tells one agency from another. Areas without a code may share a name, but not what they begin with."""
    if submission.agency_code or not submission.manifest:
        return submission.agency_code or submission.agency_name
    return f"{submission.agency_name}|{min(leaf.code for leaf in submission.manifest)}"


def _settle_versions(items: list[Reviewed], places: Sequence[int]) -> None:
    """Leave the latest return of one agency; the others are superseded by it, or are copies."""
    firsts: dict[str, Reviewed] = {}  # of the same bytes, the oldest file
    for item in sorted((items[place] for place in places), key=age):
        firsts.setdefault(_content(item), item)
    latest = max(firsts.values(), key=age)
    for place in places:
        item, first = items[place], firsts[_content(items[place])]
        if item is latest:
            items[place] = _replacing(item, [each for each in firsts.values() if each is not latest])
        elif item is first:
            reason = Finding("merge.superseded", Severity.NOTE, facts={"other": named(latest, item)})
            items[place] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)
        else:
            reason = Finding("merge.duplicate", Severity.NOTE, facts={"other": named(first, item)})
            items[place] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)


def _content(item: Reviewed) -> str:
    return item.sha256 or item.file


def _replacing(latest: Reviewed, earlier: Sequence[Reviewed]) -> Reviewed:
    """The return that counts, saying what it replaced."""
    if not earlier:
        return latest
    others = tuple(sorted(named(item, latest) for item in earlier))
    if latest.reason is None:
        return replace(latest, reason=Finding("merge.replaces", Severity.NOTE, facts={"others": others}))
    facts = {**latest.reason.facts, "others": others}
    return replace(latest, reason=Finding(f"{latest.reason.code}_replaces", Severity.NOTE, facts=facts))
