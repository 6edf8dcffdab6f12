"""Comparing two folders: each agency's file in the one with its file in the other."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from xltool.commands.compare import beside, may_write, side_of, write
from xltool.commands.run_context import Progress, Setting
from xltool.comparison.comparing import Pairs
from xltool.comparison.sides import Side
from xltool.errors import ForeignFileError, UnreadableFileError
from xltool.forms.placeholders import squeezed
from xltool.messages import catalogue as texts
from xltool.spreadsheet.find_files import files_below


def compare_folders(
    left: Path,
    right: Path,
    about: Setting,
    page: Path | None = None,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Pairs:
    """In what the files of two folders differ, each with that of the same agency and year, or of the same agency.

    A file that cannot be read is named and the others are compared. ``page`` holds the pairs that differ. Raises
    UsageError, WritingError.
    """
    may_write(page, force)
    files = [(number, path) for number, folder in enumerate((left, right)) for path in files_below([folder])]
    sides: tuple[list[Side], list[Side]] = ([], [])
    unreadable: list[tuple[str, str]] = []
    for done, (number, path) in enumerate(files, start=1):
        try:
            sides[number].append(side_of(path, about))
        except (UnreadableFileError, ForeignFileError) as error:
            unreadable.append((str(path), texts.title(error.code)))
        if progress:
            progress(done, len(files), len(unreadable))
    pairs, *alone = _paired(*sides)
    found = [beside(one, other) for one, other in pairs]
    write(page, [each for each in found if not each.same], force)
    only_left, only_right = (tuple(side.submission.source.file for side in rest) for rest in alone)
    return Pairs(tuple(found), only_left, only_right, tuple(unreadable))


def _by_code(side: Side) -> tuple[object, ...]:
    return side.submission.agency_code, side.submission.year


def _by_name(side: Side) -> tuple[object, ...]:
    return squeezed(side.submission.agency_name), side.submission.year


_KEYS: tuple[Callable[[Side], tuple[object, ...]], ...] = (
    *(_by_code, _by_name),
    *(lambda side: _by_code(side)[:1], lambda side: _by_name(side)[:1]),
)


def _paired(
    left: Sequence[Side], right: Sequence[Side]
) -> tuple[list[tuple[Side, Side]], Sequence[Side], Sequence[Side]]:
    """Who belongs together, by agency and year, then by agency alone; and who is left in either folder.

    Two files of one agency and year in one folder belong to nobody: which of them is meant cannot be known.
    """
    pairs: list[tuple[Side, Side]] = []
    for key in _KEYS:
        one, other = dict(_unique(key, left)), dict(_unique(key, right))
        found = [(side, other[name]) for name, side in one.items() if name in other]
        taken = {id(side) for pair in found for side in pair}
        left, right = ([side for side in sides if id(side) not in taken] for sides in (left, right))
        pairs += found
    return sorted(pairs, key=lambda pair: pair[0].submission.source.file), left, right


def _unique(key: Callable[[Side], tuple[object, ...]], sides: Sequence[Side]) -> Iterator[tuple[object, Side]]:
    counts = Counter(key(side) for side in sides)
    return ((key(side), side) for side in sides if key(side)[0] and counts[key(side)] == 1)
