"""Find out which of two returns of one agency is the later version.

Witnesses of time are the date saved inside the workbook, the file's date, the file's name, the marks of an earlier
check and the order in an archive. A version is later only if a decisive witness says so and none says otherwise.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from xltool.consolidation.version_names import compare_version_names
from xltool.model.beijing_time import BEIJING
from xltool.model.consolidation import ReviewedFile
from xltool.model.submission import Source

_MIN_FILE_DATE_SECONDS = 3  # file systems and archives store even seconds, and copying takes a moment
_MIN_MIXED_DATE_SECONDS = 14 * 3600  # between a date with and one without a time zone
_MIN_ARCHIVE_DATE_SECONDS = 24 * 3600  # an archive stores the clock of the place where it was made, without a zone
_MIN_YEAR_SAVED = 2008  # an earlier date is that of a clock that was not set


class TimeWitness(NamedTuple):
    """One witness: ``sign`` is 1 if the first version is later, -1 if the second; ``decisive`` if it may decide alone.

    ``source`` is saved, file, marks, archive or that of a `NameVerdict`; ``left`` and ``right`` are the dates compared,
    ISO 8601. ``is_void`` if a name only says that the earlier one is void.
    """

    source: str
    sign: int
    decisive: bool = True
    left: str = ""
    right: str = ""
    is_void: bool = False


class Order(NamedTuple):
    """The order of two versions: 1 if the first is later, -1 if the second, 0 if unknown; with all witnesses."""

    sign: int
    witnesses: tuple[TimeWitness, ...]

    @property
    def rests_on_void(self) -> bool:
        """Return whether nothing decides but that a name says that one of the versions is void."""
        return bool(self.sign) and all(witness.is_void for witness in self.witnesses if witness.decisive)

    def reverse(self) -> "Order":
        """Return the order of the second version and the first."""
        witnesses = (each._replace(sign=-each.sign, left=each.right, right=each.left) for each in self.witnesses)
        return Order(-self.sign, tuple(witnesses))


def find_order(left_file: ReviewedFile, right_file: ReviewedFile) -> Order:
    """Find the order of two returns by all witnesses of time."""
    if left_file.submission is None or right_file.submission is None:
        return Order(0, ())
    year, one, other = left_file.submission.year, left_file.submission.source, right_file.submission.source
    names = compare_version_names(left_file.file, right_file.file, year)
    witnesses = (
        TimeWitness("saved", _compare_saved(one.saved, other.saved, year), left=one.saved, right=other.saved),
        TimeWitness("file", _compare_file_dates(one, other), left=one.modified, right=other.modified),
        *(TimeWitness(name.source, name.sign, name.decisive, is_void=name.is_void) for name in names),
        TimeWitness("marks", one.marked - other.marked),
        TimeWitness("archive", _compare_positions(one, other), decisive=False),
    )
    speaking = tuple(witness for witness in witnesses if witness.sign)
    signs = {witness.sign for witness in speaking}
    agreed = len(signs) == 1 and any(witness.decisive for witness in speaking)
    return Order(signs.pop() if agreed else 0, speaking)


def _compare_saved(left: str, right: str, year: int | None) -> int:
    one, other = _parse_moment(left), _parse_moment(right)
    earliest = max(year or 0, _MIN_YEAR_SAVED)
    if one is None or other is None or min(one.year, other.year) < earliest:
        return 0
    mixed = (one.tzinfo is None) != (other.tzinfo is None)
    return _find_sign(one, other, _MIN_MIXED_DATE_SECONDS if mixed else 1)


def _compare_file_dates(one_source: Source, other_source: Source) -> int:
    """Compare the dates of two files; those in one archive, or outside of any, were set by one clock."""
    left, right = _parse_moment(one_source.modified), _parse_moment(other_source.modified)
    least = _MIN_FILE_DATE_SECONDS if one_source.archive == other_source.archive else _MIN_ARCHIVE_DATE_SECONDS
    return 0 if left is None or right is None else _find_sign(left, right, least)


def _compare_positions(one_source: Source, other_source: Source) -> int:
    """Compare the positions in one archive; an archive sorted by name says nothing."""
    if (
        not one_source.archive
        or one_source.archive != other_source.archive
        or one_source.position is None
        or other_source.position is None
    ):
        return 0
    return (one_source.position > other_source.position) - (one_source.position < other_source.position)


def _find_sign(one_time: datetime, other_time: datetime, min_seconds: int) -> int:
    seconds = (_set_zone(one_time) - _set_zone(other_time)).total_seconds()
    return 0 if abs(seconds) < min_seconds else 1 if seconds > 0 else -1


def _parse_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _set_zone(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(UTC)
