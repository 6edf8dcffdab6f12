"""The period a report is for: a whole year, which is a plain int, or a half, quarter or month of one."""

import re
from enum import StrEnum
from typing import Self

_TEXT = re.compile(r"(?P<year>[12][0-9]{3})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")


class PeriodLength(StrEnum):
    """How long the periods of a form are."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"


_PARTS = {PeriodLength.HALF: 2, PeriodLength.QUARTER: 4, PeriodLength.MONTH: 12}
_MARKS = {PeriodLength.HALF: "H", PeriodLength.QUARTER: "Q", PeriodLength.MONTH: ""}


class Period(int):
    """A half, quarter or month of a year, where a whole year is an int.

    Its number counts the periods of its length since the year 0, so that periods are ordered, and ``period - 1`` is the
    one before; no two periods of different lengths, and no period and no year, have the same number. Its text is
    ``2025-H1``, ``2025-Q3`` or ``2025-09``.
    """

    length: PeriodLength

    def __new__(cls, number: int, length: PeriodLength) -> Self:
        """Make the period with that number."""
        made = super().__new__(cls, number)
        made.length = length
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Period, (int(self), self.length)

    @property
    def year(self) -> int:
        """The calendar year it is in."""
        return int(self) // _PARTS[self.length]

    @property
    def part(self) -> int:
        """Its place in the year, from 1."""
        return int(self) % _PARTS[self.length] + 1

    @property
    def is_first(self) -> bool:
        """Whether it is the first of its year."""
        return self.part == 1

    @property
    def year_before(self) -> "Period":
        """The same period of the year before."""
        return self - _PARTS[self.length]

    def __sub__(self, other: int) -> "Period":
        return Period(int(self) - int(other), self.length)

    def __str__(self) -> str:
        digits = 2 if self.length is PeriodLength.MONTH else 1
        return f"{self.year}-{_MARKS[self.length]}{self.part:0{digits}d}"

    def __repr__(self) -> str:
        return f"Period({str(self)!r})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def parse_period(text: str) -> int:
    """Parse ``2025``, ``2025-H1``, ``2025-Q3`` or ``2025-09``. Raises ValueError."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    for length in _PARTS:
        if part := match[length.value]:
            return make_period(int(match["year"]), int(part), length)
    return int(match["year"])


def make_period(year: int, place_in_year: int, length: PeriodLength) -> Period:
    """Return the half, quarter or month of a year with that place in it, from 1."""
    return Period(year * _PARTS[length] + place_in_year - 1, length)


def list_parts(longer_period: int, length: PeriodLength) -> tuple[Period, ...]:
    """List the periods of a shorter length inside a year or period, in order; empty if they are not shorter."""
    if not is_shorter(length, length_of(longer_period)):
        return ()
    count, parts = _count_months(length_of(longer_period)) // _count_months(length), _PARTS[length]
    before = 0 if not isinstance(longer_period, Period) else (longer_period.part - 1) * count
    first = calendar_year(longer_period) * parts + before
    return tuple(Period(first + at, length) for at in range(count))


def is_shorter(length: PeriodLength, longer: PeriodLength) -> bool:
    """Return whether one length is shorter than another."""
    return _count_months(length) < _count_months(longer)


def _count_months(length: PeriodLength) -> int:
    return _PARTS[PeriodLength.MONTH] // _PARTS.get(length, 1)


def calendar_year(period: int) -> int:
    """Return the calendar year of a period or year."""
    return period.year if isinstance(period, Period) else period


def length_of(period: int) -> PeriodLength:
    """Return the length of a period or year."""
    return period.length if isinstance(period, Period) else PeriodLength.YEAR


def plain_year(period: int | None) -> int | str | None:
    """Return what other programs get: a year as a number, a part of one as text."""
    return str(period) if isinstance(period, Period) else period
