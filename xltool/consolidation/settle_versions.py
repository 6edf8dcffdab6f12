"""Decide which of several returns of one agency counts; hold them where nothing says which is the later.

1. Returns with equal figures and texts are one return: the later file stays, else the accepted one; the others are
   duplicates.
2. A version that is later than all others by every witness that says anything counts; it replaces the others.
3. Otherwise the versions that no other is later than are undecided, as are "versions" that share hardly any figure.
4. A decision on record about these versions comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from xltool.consolidation.agency_keys import AgencyKeys, index_agency_keys
from xltool.consolidation.apply_decisions import make_decision_finding
from xltool.consolidation.compare_versions import (
    are_unrelated,
    identify_figures,
    identify_texts,
    list_figure_changes,
    list_text_changes,
    select_figures,
)
from xltool.consolidation.describe_versions import (
    describe_basis,
    describe_changes_briefly,
    describe_open_order,
    record_version,
)
from xltool.consolidation.file_status import (
    COUNTING,
    DOUBTFUL_VERSION,
    UNRELATED_VERSION,
    VERSION_QUESTION,
    VOID_VERSION,
    identify_question,
)
from xltool.consolidation.find_area import find_area
from xltool.consolidation.overlaps import get_age_key, name_beside, remove_overlaps
from xltool.consolidation.tree import RosterTree
from xltool.consolidation.version_names import count_shared_folders, find_void_word
from xltool.consolidation.version_witnesses import Order, find_order
from xltool.model.agency import Roster
from xltool.model.consolidation import FigureChange, ReviewedFile, Status
from xltool.model.decision import Decision, Ruling
from xltool.model.finding import Finding
from xltool.model.form import Form, Severity
from xltool.model.submission import Submission

_CODES_OF_FLAWED = {"merge.returned", "merge.returned_counted"}
VERSION_STATUSES = {Status.ACCEPTED, Status.RETURNED}


def settle_versions(reviewed_files: list[ReviewedFile], tree: RosterTree, form: Form) -> None:
    """Settle the versions of every agency among files of one form and year, in place.

    A version that is left, and whose name says that it is void or a draft, is held.
    """
    shared = count_shared_folders(item.file for item in reviewed_files)
    for positions in group_by_agency(reviewed_files, tree).values():
        items = {position: reviewed_files[position] for position in positions}
        for position, item in (_settle_agency(items, form) if len(items) > 1 else items).items():
            reviewed_files[position] = _hold_if_void(item, shared)


def settle_all_versions(
    reviewed: Sequence[ReviewedFile], forms: Iterable[Form], roster: Roster | None
) -> tuple[ReviewedFile, ...]:
    """Return the files with the versions of every agency settled, for each form and year apart.

    What a consolidation of all would set aside, so that no agency is counted twice, has that status here too.
    """
    by_key = {form.key: form for form in forms}
    batches: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for position, item in enumerate(reviewed):
        if item.submission and item.submission.year is not None:
            batches[item.submission.form, item.submission.edition, item.submission.year].append(position)
    settled = list(reviewed)
    for (form_id, edition, year), positions in batches.items():
        items = [settled[at] for at in positions]
        tree = RosterTree(roster, year)
        settle_versions(items, tree, by_key[form_id, edition])
        counted = [replace(item, counted=item.status is Status.ACCEPTED) for item in items]
        items = [replace(item, counted=False) for item in remove_overlaps(counted, tree, find_area(roster, None))]
        for at, item in zip(positions, items, strict=True):
            settled[at] = item
    return tuple(settled)


def group_by_agency(reviewed_files: Sequence[ReviewedFile], tree: RosterTree) -> dict[tuple[bool, str], list[int]]:
    """Group the positions of returns by agency. Its own return and that of its area are two different returns."""
    positions: dict[tuple[bool, str], list[int]] = defaultdict(list)
    keys = index_agency_keys(reviewed_files)
    for position, item in enumerate(reviewed_files):
        submission = item.submission
        key = _identify_agency(submission, keys) if submission and item.status in VERSION_STATUSES else ""
        if submission and key:
            positions[tree.is_area(submission), key].append(position)
    return positions


def _identify_agency(submission: Submission, keys: AgencyKeys) -> str:
    """Return a key of the agency; for areas without a code with their first member, "" for a return of nobody."""
    if submission.agency_code or not submission.manifest:
        return keys.identify_agency(submission.agency_code, submission.agency_name)
    return f"{submission.agency_name}|{min(leaf.code for leaf in submission.manifest)}"


def _settle_agency(items: Mapping[int, ReviewedFile], form: Form) -> dict[int, ReviewedFile]:
    """Return the files of one agency with their status, reason and versions."""
    groups = _group_equal(items, form)
    chosen = [_choose_representative([items[at] for at in group], group) for group in groups]
    settled = dict(items)
    for at, group in zip(chosen, groups, strict=True):
        for position in group:
            if position != at:
                settled[position] = _mark_duplicate(items[position], items[at])
    if len(chosen) > 1:
        settled |= _settle_different({at: items[at] for at in chosen}, form)
    settled |= {at: item for at, item in items.items() if item.decision and item.decision.ruling is Ruling.RETURN}
    records = tuple(record_version(item) for _, item in sorted(settled.items()))
    return {at: replace(item, versions=records) for at, item in settled.items()}


def _hold_if_void(item: ReviewedFile, shared_folders: int) -> ReviewedFile:
    """Hold a return whose name says that it is not meant to be counted, unless somebody decided about it.

    A flawed return that is not counted anyway goes back as it is: there is nothing to decide.
    """
    if item.submission is None or not _could_count(item):
        return item
    word = find_void_word(item.file, shared_folders, item.submission.agency_name)
    if not word:
        return item
    if decision := next(filter(_is_about_versions, item.decisions), None):
        return item if item.decision else _record_decision(item, decision)
    question = identify_question(VOID_VERSION, (item.sha256 or item.file,))
    finding = Finding(VOID_VERSION, Severity.EXPLAIN, facts={"word": word, "question": question})
    findings = (finding, *item.findings)
    return replace(item, status=Status.UNDECIDED, reason=finding, counted=False, findings=findings)


def _record_decision(item: ReviewedFile, decision: Decision) -> ReviewedFile:
    """Return the file with the decision that took effect, which is its reason where it has no other."""
    return replace(item, decision=decision, reason=item.reason or make_decision_finding(decision))


def _could_count(item: ReviewedFile) -> bool:
    return item.status is Status.ACCEPTED or (item.status is Status.RETURNED and item.counted)


# --- equal contents ------------------------------------------------------------------------------------------------


def _group_equal(items: Mapping[int, ReviewedFile], form: Form) -> list[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for position, item in items.items():
        if item.submission:
            key = identify_figures(item.submission, form), item.submission.manifest, identify_texts(item.submission)
            groups[key].append(position)
    return list(groups.values())


def _choose_representative(reviewed_files: Sequence[ReviewedFile], positions: Sequence[int]) -> int:
    """Return the position of the file that stands for returns with equal figures.

    A file that is to be counted by decision comes before all others. Of files with equal bytes it is the oldest; of
    others the latest, then an accepted one, then the oldest file.
    """
    if decided := [at for at, item in enumerate(reviewed_files) if _is_to_be_counted(item)]:
        reviewed_files, positions = [reviewed_files[at] for at in decided], [positions[at] for at in decided]
    firsts: dict[str, int] = {}
    for at in sorted(range(len(reviewed_files)), key=lambda at: get_age_key(reviewed_files[at])):
        firsts.setdefault(reviewed_files[at].sha256 or reviewed_files[at].file, at)
    best, *others = firsts.values()
    for at in others:
        sign = find_order(reviewed_files[at], reviewed_files[best]).sign
        if sign > 0 or (
            not sign
            and reviewed_files[best].status is not Status.ACCEPTED
            and reviewed_files[at].status is Status.ACCEPTED
        ):
            best = at
    return positions[best]


def _mark_duplicate(item: ReviewedFile, other_file: ReviewedFile) -> ReviewedFile:
    code = "merge.duplicate" if item.sha256 == other_file.sha256 else "merge.same_figures"
    reason = Finding(code, Severity.NOTE, facts={"other": name_beside(other_file, item)})
    return replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)


# --- different contents --------------------------------------------------------------------------------------------


def _settle_different(items: Mapping[int, ReviewedFile], form: Form) -> dict[int, ReviewedFile]:
    """Settle versions with different figures or texts."""
    question = identify_question(DOUBTFUL_VERSION, (item.sha256 or item.file for item in items.values()))
    preferred = [(at, decision) for at, item in items.items() if (decision := _find_preference(item, question))]
    if len(preferred) == 1:
        at, decision = preferred[0]
        decided = {**items, at: replace(items[at], decision=decision)}
        return _replace_others(decided, at, {}, form)
    orders: dict[tuple[int, int], Order] = {}
    for at, other in combinations(items, 2):
        orders[at, other] = find_order(items[at], items[other])
        orders[other, at] = orders[at, other].reverse()
    void = {at for (at, _), order in orders.items() if order.sign < 0 and order.rests_on_void}
    void = {at for at in void if _could_count(items[at])}
    if void:  # the others are settled among themselves; these are held later, for the words in their names
        rest = {at: item for at, item in items.items() if at not in void}
        return _settle_different(rest, form) if len(rest) > 1 else rest
    figures = {at: select_figures(item.submission, form) for at, item in items.items() if item.submission}
    unrelated = frozenset(
        pair
        for one, other in combinations(figures, 2)
        if are_unrelated(figures[one], figures[other])
        for pair in ((one, other), (other, one))
    )
    latest = [at for at in items if all(orders[at, other].sign > 0 for other in items if other != at)]
    if latest and not any((latest[0], other) in unrelated for other in items):
        return _replace_others(items, latest[0], orders, form)
    replaced = {at: other for (other, at), order in orders.items() if order.sign > 0 and (other, at) not in unrelated}
    held = [at for at in items if at not in replaced] or list(items)
    settled = {at: _hold_version(at, items, held, orders, unrelated, question, form) for at in held}
    for at in items.keys() - set(held):
        settled[at] = _supersede(items[at], items[replaced[at]], orders[replaced[at], at], form)
    return settled


def _find_preference(item: ReviewedFile, question: str) -> Decision | None:
    """Return the decision to count this version: one about these versions, or one that somebody added."""
    answers = (each for each in item.decisions if each.ruling in COUNTING and each.question in ("", question))
    return next(answers, None)


def _is_to_be_counted(item: ReviewedFile) -> bool:
    """Return whether a decision about versions, or one that somebody added, says that this file counts."""
    return any(each.ruling in COUNTING and _is_about_versions(each) for each in item.decisions)


def _is_about_versions(decision: Decision) -> bool:
    """Return whether a decision answers a question about versions, or any: one that somebody added."""
    return not decision.question or decision.question.startswith(VERSION_QUESTION)


def _replace_others(
    items: Mapping[int, ReviewedFile], latest: int, orders: Mapping[tuple[int, int], Order], form: Form
) -> dict[int, ReviewedFile]:
    winner, others = items[latest], [at for at in items if at != latest]
    settled = {}
    for at in others:
        settled[at] = _supersede(items[at], winner, orders.get((latest, at)), form)
    nearest = max(others, key=lambda at: get_age_key(items[at]))
    return {
        latest: _name_replaced(
            winner, [items[at] for at in others], items[nearest], orders.get((latest, nearest)), form
        )
    } | settled


def _supersede(item: ReviewedFile, winner: ReviewedFile, order: Order | None, form: Form) -> ReviewedFile:
    changes = _list_changes(item, winner, form)
    kind = "changed" if order else "differs"
    briefly = describe_changes_briefly(changes, _list_text_changes(item, winner, form), kind)
    facts = {"other": name_beside(winner, item), "basis": describe_basis(order), **briefly}
    code = "merge.superseded" if order else "merge.superseded_by_decision"
    reason = Finding(code, Severity.NOTE, facts=facts)
    return replace(item, status=Status.SUPERSEDED, reason=reason, counted=False, figure_changes=changes)


def _name_replaced(
    winner: ReviewedFile, others: Sequence[ReviewedFile], nearest: ReviewedFile, order: Order | None, form: Form
) -> ReviewedFile:
    """Name the replaced files and the changes since the newest of them in the reason of the version that counts."""
    changes = _list_changes(nearest, winner, form)
    names = tuple(sorted(name_beside(other, winner) for other in others))
    facts: dict[str, object] = {
        "others": names,
        "basis": describe_basis(order),
        "since": name_beside(nearest, winner),
        **describe_changes_briefly(
            changes, _list_text_changes(nearest, winner, form), "changed" if order else "differs"
        ),
    }
    code = "merge.replaces" if order else "merge.replaces_by_decision"
    own = winner.reason.code if winner.reason else ""
    if own in _CODES_OF_FLAWED and winner.reason is not None:
        code, facts = f"{own}_{code.partition('.')[2]}", {"flaws": winner.reason.facts["count"], **facts}
    reason = Finding(code, Severity.NOTE, facts=facts)
    return replace(winner, reason=reason, figure_changes=changes)


def _hold_version(
    at: int,
    items: Mapping[int, ReviewedFile],
    held: Sequence[int],
    orders: Mapping[tuple[int, int], Order],
    unrelated: frozenset[tuple[int, int]],
    question: str,
    form: Form,
) -> ReviewedFile:
    """Hold one version, with a finding that compares it with another held one."""
    item = items[at]
    rivals = [other for other in held if other != at] or [other for other in items if other != at]
    rival = next((other for other in rivals if (at, other) in unrelated), rivals[0])
    other, order = items[rival], orders[at, rival]
    submission = item.submission
    assert submission is not None  # it has figures
    changes = _list_changes(item, other, form)
    facts: dict[str, object] = {
        "other": name_beside(other, item),
        "others": tuple(sorted(name_beside(items[each], item) for each in rivals)),
        "question": question,
        "agency": submission.agency_name or submission.agency_code,
        "order": describe_open_order(order),
        **describe_changes_briefly(changes, _list_text_changes(item, other, form), "held"),
    }
    code = UNRELATED_VERSION if (at, rival) in unrelated else DOUBTFUL_VERSION
    finding = Finding(code, Severity.EXPLAIN, facts=facts)
    return replace(
        item,
        status=Status.UNDECIDED,
        reason=finding,
        counted=False,
        findings=(finding, *item.findings),
        figure_changes=changes,
    )


def _list_text_changes(before: ReviewedFile, after: ReviewedFile, form: Form) -> tuple[str, ...]:
    if before.submission is None or after.submission is None:
        return ()
    return list_text_changes(before.submission, after.submission, form)


def _list_changes(before: ReviewedFile, after: ReviewedFile, form: Form) -> tuple[FigureChange, ...]:
    if before.submission is None or after.submission is None:
        return ()
    return list_figure_changes(before.submission, after.submission, form)
