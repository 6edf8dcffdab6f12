"""Prevent double counting of agencies that several files cover.

An earlier consolidation whose members are handed in beside it gives way to them. Other consolidations that overlap
without one containing the other are all refused. A report contained byte for byte in a
consolidation of the same merge counts as part of it. Area figures without a manifest are never added to those of the
area's own members: the area file is set aside.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import PurePath

from xltool.consolidation.agency_keys import AgencyKeys, index_agency_keys
from xltool.consolidation.file_names import split_file_name
from xltool.consolidation.tree import RosterTree, list_manifest
from xltool.model.agency import Agency
from xltool.model.consolidation import ReviewedFile, Status
from xltool.model.finding import Finding
from xltool.model.finding_codes import code_severity
from xltool.model.form import Severity
from xltool.model.submission import Submission


def remove_overlaps(
    reviewed_files: Sequence[ReviewedFile], tree: RosterTree, own_area: Agency | None = None
) -> list[ReviewedFile]:
    """Return the files with no agency covered by two counted ones.

    A consolidation of ``own_area`` among the files is an earlier result of this merge.
    """
    identify = index_agency_keys(reviewed_files).identify_agency
    reviewed_files = [_set_earlier_summary_aside(item, reviewed_files, own_area, identify) for item in reviewed_files]
    for find_changes in (_refuse_overlapping, _drop_contained, _set_areas_aside):
        changed = find_changes(reviewed_files, tree)
        reviewed_files = [changed.get(position, item) for position, item in enumerate(reviewed_files)]
    return list(reviewed_files)


def _set_earlier_summary_aside(
    item: ReviewedFile,
    reviewed_files: Sequence[ReviewedFile],
    own_area: Agency | None,
    identify: Callable[[str, str], str],
) -> ReviewedFile:
    """Set a consolidation aside if its members are handed in beside it and some have changed since.

    One of ``own_area`` is set aside if all of its members are there, changed or not, or any has changed.
    """
    submission = item.submission
    if submission is None or not submission.manifest or not item.counted:
        return item
    contents = {leaf: identify(leaf.code, leaf.name) for leaf in submission.manifest}
    inside = set(contents.values())
    others = (other for other in reviewed_files if other is not item)
    known = {pair for other in others for pair in _list_current_contents(other, inside, identify)}
    keys = {key for key, _ in known}
    changed = any(key in keys and (key, leaf.sha256) not in known for leaf, key in contents.items())
    is_own = own_area is not None and (submission.agency_code, submission.agency_name) == (own_area.code, own_area.name)
    if not ((keys == inside and (changed or is_own)) or (changed and is_own)):
        return item
    alone = tuple(leaf.name or leaf.code for leaf, key in contents.items() if key not in keys)
    code = "merge.earlier_summary_partly" if alone else "merge.earlier_summary"
    facts = {"count": len(inside), "agencies": alone}
    reason = Finding(code, code_severity(code), facts=facts)
    return replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)


def _list_current_contents(
    item: ReviewedFile, inside: Collection[str], identify: Callable[[str, str], str]
) -> Sequence[tuple[str, str]]:
    """List key and SHA-256 of the reports in a file with only some agencies ``inside`` that is not replaced or foreign.

    ``inside`` are the keys of the agencies.
    """
    if item.submission is None or item.status in {Status.SUPERSEDED, Status.FOREIGN}:
        return ()
    leaves = list_manifest(item.submission)
    is_part = len(leaves) < len(inside) or not item.submission.manifest
    pairs = [(identify(leaf.code, leaf.name), leaf.sha256) for leaf in leaves]
    return pairs if is_part and all(key in inside for key, _ in pairs) else ()


def get_age_key(item: ReviewedFile) -> tuple[str, str, str]:
    """Return a sort key, the latest file last: modification time, then name, then content."""
    return (item.submission.source.modified if item.submission else "", item.file, item.sha256)


def name_beside(item: ReviewedFile, other_item: ReviewedFile) -> str:
    """Return the file name, with its archive if the other file is not in it, or its folder if both have one name."""
    parts, others = split_file_name(item.file), split_file_name(other_item.file)
    name = parts[-1] if parts[:-1] == others[:-1] else "/".join(parts)
    return name if name != others[-1] else f"{PurePath(item.file).parent.name}/{name}"


def _refuse_overlapping(reviewed_files: Sequence[ReviewedFile], tree: RosterTree) -> dict[int, ReviewedFile]:
    """Refuse consolidations that share an agency without one containing the other; each names the others."""
    keys = index_agency_keys(reviewed_files)
    leaves = [leaf for _, each in _iterate_summands(reviewed_files) for leaf in list_manifest(each)]
    names = {keys.identify_agency(leaf.code, leaf.name): leaf.name for leaf in leaves}
    found = {}
    for position, others in _find_shared_agencies(reviewed_files, tree, opaque=False).items():
        inside = _list_contents(reviewed_files[position], keys)
        clashing = {
            other: codes
            for other, codes in others.items()
            if not _are_nested(inside, _list_contents(reviewed_files[other], keys))
        }
        if clashing:
            files = tuple(sorted(name_beside(reviewed_files[other], reviewed_files[position]) for other in clashing))
            who = tuple(names[code] or code for code in sorted(set().union(*clashing.values())))
            reason = Finding("merge.overlap", Severity.MUST_FIX, facts={"others": files, "agencies": who})
            found[position] = replace(reviewed_files[position], status=Status.FOREIGN, reason=reason, counted=False)
    return found


def _drop_contained(reviewed_files: Sequence[ReviewedFile], tree: RosterTree) -> dict[int, ReviewedFile]:
    """Mark reports contained in another file as superseded; of equal consolidations the latest is kept."""
    found, keys = {}, index_agency_keys(reviewed_files)

    def get_size_key(item: ReviewedFile) -> tuple[int, tuple[str, str, str]]:
        return len(_list_contents(item, keys)), get_age_key(item)

    for position, others in _find_shared_agencies(reviewed_files, tree, opaque=False).items():
        item = reviewed_files[position]
        holder = max((reviewed_files[other] for other in others), key=get_size_key)
        if get_size_key(item) < get_size_key(holder):
            reason = Finding("merge.contained", Severity.NOTE, facts={"other": name_beside(holder, item)})
            found[position] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)
    return found


def _set_areas_aside(reviewed_files: Sequence[ReviewedFile], tree: RosterTree) -> dict[int, ReviewedFile]:
    """Set aside areas without a manifest if one of their members brings its own return."""
    found = {}
    for position, others in _find_shared_agencies(reviewed_files, tree, opaque=True).items():
        area = _require_submission(reviewed_files[position])
        sharing = [_require_submission(reviewed_files[other]) for other in others]
        members = [each for each in sharing if not (tree.is_opaque(each) and _stands_below(area, each, tree))]
        if tree.is_opaque(area) and members:
            names = tuple(sorted(member.agency_name or member.agency_code for member in members))
            facts = {"agency": area.agency_name or area.agency_code, "members": names}
            reason = Finding("merge.area_beside_members", Severity.MUST_FIX, facts=facts)
            found[position] = replace(reviewed_files[position], status=Status.FOREIGN, reason=reason, counted=False)
    return found


def _stands_below(submission: Submission, area: Submission, tree: RosterTree) -> bool:
    return submission.agency_code in tree.codes_below(area.agency_code)


def _iterate_summands(reviewed_files: Sequence[ReviewedFile]) -> Iterator[tuple[int, Submission]]:
    for position, item in enumerate(reviewed_files):
        if item.counted:
            yield position, _require_submission(item)


def _find_shared_agencies(
    reviewed_files: Sequence[ReviewedFile], tree: RosterTree, *, opaque: bool
) -> dict[int, dict[int, set[str]]]:
    """For each counted return, list the others that cover the same agencies, and the keys of these agencies.

    ``opaque`` includes areas without a manifest.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    identify = index_agency_keys(reviewed_files).identify_agency
    for position, submission in _iterate_summands(reviewed_files):
        if opaque or not tree.is_opaque(submission):
            inside = {identify(leaf.code, leaf.name) for leaf in list_manifest(submission)}
            for key in inside | tree.covered_codes(submission) - {""}:
                holders[key].append(position)
    shared: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for key, positions in holders.items():
        for one, other in permutations(positions, 2):
            shared[one][other].add(key)
    return shared


def _list_contents(item: ReviewedFile, keys: AgencyKeys) -> set[tuple[str, str]]:
    """Return the key of the agency and the SHA-256 of every report in a return."""
    leaves = list_manifest(_require_submission(item))
    return {(keys.identify_agency(leaf.code, leaf.name), leaf.sha256) for leaf in leaves}


def _are_nested(one_group: set[tuple[str, str]], other_group: set[tuple[str, str]]) -> bool:
    return one_group <= other_group or other_group <= one_group


def _require_submission(item: ReviewedFile) -> Submission:
    if item.submission is None:
        raise ValueError(item.file)
    return item.submission
