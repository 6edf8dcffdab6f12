"""Nothing is counted twice, and no choice is made that is not ours.

Consolidations that overlap, neither lying whole inside the other, are all refused by name. A report that lies, byte for
byte, inside a consolidation of the same merge counts there. The figures of an area that does not say whose they are
are never added to those of its own members: they are set aside.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import PurePath

from xltool.consolidation.tree import Tree, leaves
from xltool.model.consolidation import Reviewed, Status
from xltool.model.finding import Finding
from xltool.model.form import Severity
from xltool.model.submission import Submission


def without_overlaps(items: Sequence[Reviewed], tree: Tree) -> list[Reviewed]:
    """The same files, none of those summed covering an agency that another covers."""
    for sift in (_refused, _contained, _set_aside):
        changed = sift(items, tree)
        items = [changed.get(position, item) for position, item in enumerate(items)]
    return list(items)


def age(item: Reviewed) -> tuple[str, str, str]:
    """What the later of two files is told by: its time, then its name, then its content."""
    return (item.submission.source.modified if item.submission else "", item.file, item.sha256)


def named(item: Reviewed, beside: Reviewed) -> str:
    """The file's name; with its folder where the other file is called the same."""
    path, other = PurePath(item.file), PurePath(beside.file)
    return path.name if path.name != other.name else f"{path.parent.name}/{path.name}"


def _refused(items: Sequence[Reviewed], tree: Tree) -> dict[int, Reviewed]:
    """Consolidations that share an agency, neither lying whole inside the other, each naming the others."""
    names = {leaf.code: leaf.name for _, each in _summands(items) for leaf in leaves(each)}
    found = {}
    for position, others in _sharing(items, tree, opaque=False).items():
        inside = _contents(items[position])
        clashing = {other: codes for other, codes in others.items() if not _nested(inside, _contents(items[other]))}
        if clashing:
            files = tuple(sorted(named(items[other], items[position]) for other in clashing))
            who = tuple(names[code] or code for code in sorted(set().union(*clashing.values())))
            reason = Finding("merge.overlap", Severity.MUST_FIX, facts={"others": files, "agencies": who})
            found[position] = replace(items[position], status=Status.FOREIGN, reason=reason, counted=False)
    return found


def _contained(items: Sequence[Reviewed], tree: Tree) -> dict[int, Reviewed]:
    """Reports that lie inside another, which then holds them; of equal consolidations the latest is the holder."""
    found = {}
    for position, others in _sharing(items, tree, opaque=False).items():
        item, size = items[position], len(_contents(items[position]))
        holder = max((items[other] for other in others), key=lambda other: (len(_contents(other)), age(other)))
        if (size, age(item)) < (len(_contents(holder)), age(holder)):
            reason = Finding("merge.contained", Severity.NOTE, facts={"other": named(holder, item)})
            found[position] = replace(item, status=Status.SUPERSEDED, reason=reason, counted=False)
    return found


def _set_aside(items: Sequence[Reviewed], tree: Tree) -> dict[int, Reviewed]:
    """Areas that do not say whose figures they hold, where an agency inside them brings its own."""
    found = {}
    for position, others in _sharing(items, tree, opaque=True).items():
        area = _submission(items[position])
        sharing = [_submission(items[other]) for other in others]
        members = [each for each in sharing if not (tree.is_opaque(each) and _is_below(area, each, tree))]
        if tree.is_opaque(area) and members:
            names = tuple(sorted(member.agency_name or member.agency_code for member in members))
            facts = {"agency": area.agency_name or area.agency_code, "members": names}
            reason = Finding("merge.area_beside_members", Severity.MUST_FIX, facts=facts)
            found[position] = replace(items[position], status=Status.FOREIGN, reason=reason, counted=False)
    return found


def _is_below(one: Submission, other: Submission, tree: Tree) -> bool:
    return one.agency_code in tree.below(other.agency_code)


def _summands(items: Sequence[Reviewed]) -> Iterator[tuple[int, Submission]]:
    for position, item in enumerate(items):
        if item.counted:
            yield position, _submission(item)


def _sharing(items: Sequence[Reviewed], tree: Tree, *, opaque: bool) -> dict[int, dict[int, set[str]]]:
    """For each summed return the others that cover an agency it covers, and which agencies those are.

    ``opaque`` says whether areas that do not tell their members take part.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for position, submission in _summands(items):
        if opaque or not tree.is_opaque(submission):
            for code in tree.covered(submission):
                holders[code].append(position)
    shared: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code, positions in holders.items():
        for one, other in permutations(positions, 2):
            shared[one][other].add(code)
    return shared


def _contents(item: Reviewed) -> set[tuple[str, str]]:
    """Code and SHA-256 of every report a return brings."""
    return {(leaf.code, leaf.sha256) for leaf in leaves(_submission(item))}


def _nested(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> bool:
    return one <= other or other <= one


def _submission(item: Reviewed) -> Submission:
    if item.submission is None:
        raise ValueError(item.file)
    return item.submission
