"""Compare two folders: pair the files of each agency and compare the pairs."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from xltool.commands.compare import check_page, compare_sides, read_side, write_difference_page
from xltool.commands.run_context import Progress, RunContext
from xltool.comparison.comparing import FolderComparison
from xltool.comparison.sides import ComparedSide
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.placeholders import remove_whitespace
from xltool.messages import catalogue
from xltool.spreadsheet.find_files import find_files


def compare_folders(
    left: Path,
    right: Path,
    run_context: RunContext,
    page: Path | None = None,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> FolderComparison:
    """Compare the files of two folders, paired by agency and year, or by agency.

    Unreadable files are listed and do not end the comparison. ``page`` shows the pairs that differ. Raises UsageError,
    WritingError.
    """
    check_page(page, (left, right), run_context, force=force)
    files = [(number, path) for number, folder in enumerate((left, right)) for path in find_files([folder])]
    sides: tuple[list[ComparedSide], list[ComparedSide]] = ([], [])
    unreadable: list[tuple[str, str]] = []
    for done, (number, path) in enumerate(files, start=1):
        try:
            sides[number].append(read_side(path, run_context))
        except (UnreadableFileError, ForeignFileError) as error:
            unreadable.append((str(path), catalogue.code_title(error.code)))
        if progress:
            progress(done, len(files), len(unreadable))
    pairs, *alone = _pair_sides(*sides)
    comparisons = []
    for one, other in pairs:
        try:
            comparisons.append(compare_sides(one, other, run_context.password))
        except (UnreadableFileError, ForeignFileError) as error:
            unreadable += [(str(side.source), catalogue.code_title(error.code)) for side in (one, other)]
    write_difference_page(page, [comparison for comparison in comparisons if not comparison.is_same], force=force)
    only_left, only_right = (tuple(side.submission.source.file for side in rest) for rest in alone)
    return FolderComparison(tuple(comparisons), only_left, only_right, tuple(unreadable))


def _key_by_code(side: ComparedSide) -> tuple[object, ...]:
    return side.submission.agency_code, side.submission.year


def _key_by_name(side: ComparedSide) -> tuple[object, ...]:
    return remove_whitespace(side.submission.agency_name), side.submission.year


_PAIRING_KEYS: tuple[Callable[[ComparedSide], tuple[object, ...]], ...] = (
    *(_key_by_code, _key_by_name),
    *(lambda side: _key_by_code(side)[:1], lambda side: _key_by_name(side)[:1]),
)


def _pair_sides(
    left_sides: Sequence[ComparedSide], right_sides: Sequence[ComparedSide]
) -> tuple[list[tuple[ComparedSide, ComparedSide]], Sequence[ComparedSide], Sequence[ComparedSide]]:
    """Pair sides by agency and year, then by agency alone; return the pairs and the unpaired sides of each folder.

    Two files of one agency and year in one folder are ambiguous and stay unpaired.
    """
    pairs: list[tuple[ComparedSide, ComparedSide]] = []
    for key in _PAIRING_KEYS:
        one, other = dict(_iterate_unique(key, left_sides)), dict(_iterate_unique(key, right_sides))
        matched = [(side, other[name]) for name, side in one.items() if name in other]
        taken = {id(side) for pair in matched for side in pair}
        left_sides, right_sides = (
            [side for side in sides if id(side) not in taken] for sides in (left_sides, right_sides)
        )
        pairs += matched
    return sorted(pairs, key=lambda pair: pair[0].submission.source.file), left_sides, right_sides


def _iterate_unique(
    key: Callable[[ComparedSide], tuple[object, ...]], sides: Sequence[ComparedSide]
) -> Iterator[tuple[object, ComparedSide]]:
    counts = Counter(key(side) for side in sides)
    return ((key(side), side) for side in sides if key(side)[0] and counts[key(side)] == 1)
