"""Find the files of a run that the rows of a decisions workbook are about."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

from xltool.model.consolidation import ReviewedFile
from xltool.workbooks.decisions_workbook import DecisionRow


class MatchedFiles(NamedTuple):
    """The positions of the files a row is about, or what is wrong with the row: the key of a phrase and its facts."""

    positions: tuple[int, ...] = ()
    problem: str = ""
    facts: Mapping[str, object] = MappingProxyType({})


class IndexedFiles(NamedTuple):
    """The files of a run by SHA-256, and by name without folders."""

    items: Sequence[ReviewedFile]
    by_content: Mapping[str, tuple[int, ...]]
    by_name: Mapping[str, tuple[int, ...]]


def index_files(reviewed: Sequence[ReviewedFile]) -> IndexedFiles:
    """Index the files of a run by SHA-256 and by name."""
    by_content: dict[str, list[int]] = defaultdict(list)
    by_name: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(reviewed):
        if item.sha256:
            by_content[item.sha256.casefold()].append(position)
        by_name[_split_path(item.file)[-1]].append(position)
    freeze = {key: tuple(positions) for key, positions in by_content.items()}
    return IndexedFiles(reviewed, freeze, {key: tuple(positions) for key, positions in by_name.items()})


def _split_path(path: str) -> tuple[str, ...]:
    """Return the folders and the name of a path, written with slashes of either kind, in lower case."""
    parts = PurePath(path.replace("\\", "/").casefold()).parts
    return tuple(part for part in parts if part != "..") or ("",)


def _find_named(decision_row: DecisionRow, files: IndexedFiles) -> tuple[int, ...]:
    """Return the positions of the files that a row names, in whatever way their folder is written.

    Of several files of the name they are those that share most folders with the row, counted from the file upwards.
    """
    wanted = _split_path(decision_row.file)
    shared = {
        at: _count_shared_parts(wanted, _split_path(files.items[at].file)) for at in files.by_name.get(wanted[-1], ())
    }
    most = max(shared.values(), default=0)
    return tuple(at for at, count in shared.items() if count == most)


def _count_shared_parts(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def match_row(decision_row: DecisionRow, files: IndexedFiles) -> MatchedFiles:
    """Find the files a row is about; of several agencies in one file, those of its agency.

    Of several files with the content decided about, only those of the name in the row are meant, if there are any.
    """
    found = _find_named(decision_row, files)
    if decision_row.sha256:
        named, found = found, files.by_content.get(decision_row.sha256.casefold(), ())
        name = _split_path(decision_row.file)[-1]
        same_name = tuple(at for at in found if _split_path(files.items[at].file)[-1] == name)
        if found and named and not same_name:
            return MatchedFiles(problem="decision_other_content", facts={"other": files.items[found[0]].file})
        found = tuple(at for at in found if at in named) or same_name or found
    if len(found) > 1 and decision_row.code:
        submissions = {at: read for at in found if (read := files.items[at].submission)}
        same = tuple(at for at, read in submissions.items() if read.agency_code == decision_row.code)
        codes = tuple(dict.fromkeys(read.agency_code for read in submissions.values() if read.agency_code))
        return (
            MatchedFiles(same)
            if same
            else MatchedFiles(problem="decision_no_agency", facts={"code": decision_row.code, "codes": codes})
        )
    return MatchedFiles(found)


def find_present(decision_row: DecisionRow, files: IndexedFiles) -> tuple[int, ...]:
    """Return the positions of the files that stand where the file of a row stood, whatever is in them.

    A file in another folder is meant only if it is the only one of that name, and of the agency of the row.
    """
    named, wanted = _find_named(decision_row, files), _split_path(decision_row.file)
    present = []
    for position in named:
        item = files.items[position]
        path = _split_path(item.file)
        is_there = _count_shared_parts(wanted, path) == min(len(wanted), len(path))
        is_of_agency = (
            not decision_row.code or item.submission is None or item.submission.agency_code == decision_row.code
        )
        if is_there or (len(named) == 1 and is_of_agency):
            present.append(position)
    return tuple(present)
