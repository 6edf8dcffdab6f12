"""Working days: the calendar of days off (``templates/holidays.toml``), and counting by it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from xltool.package_data import find_data_folder

_SATURDAY = 5
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)  # of the days that are counted


class HolidayYear(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The days of one year: first and last day of each holiday, and the weekend days that are worked."""

    year: int
    source: tuple[str, ...]
    off: tuple[tuple[date, date], ...]
    work: tuple[date, ...]


class _HolidayYears(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    years: tuple[HolidayYear, ...]


class WorkCalendar(NamedTuple):
    """Days off and working weekend days; outside the years ``known``, days are counted by weekends only."""

    days_off: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    known: frozenset[int] = frozenset()

    def with_days(self, days_off: Iterable[date], working_weekends: Iterable[date]) -> "WorkCalendar":
        """Return the calendar with days that an office added; the last word on a day is the office's."""
        off, work = frozenset(days_off), frozenset(working_weekends)
        known = self.known | {day.year for day in off | work}
        return WorkCalendar(self.days_off - work | off, self.working_weekends - off | work, known)


@cache
def load_holiday_years() -> tuple[HolidayYear, ...]:
    """Load the years shipped with the package."""
    content = (find_data_folder("templates") / "holidays.toml").read_bytes()
    return msgspec.toml.decode(content, type=_HolidayYears).years


@cache
def load_calendar() -> WorkCalendar:
    """Return the calendar of the years shipped with the package."""
    years = load_holiday_years()
    off = frozenset(day for year in years for first, last in year.off for day in iterate_days(first, last))
    work = frozenset(day for year in years for day in year.work)
    return WorkCalendar(off, work, frozenset(year.year for year in years))


def iterate_days(first: date, last: date) -> Iterator[date]:
    """Yield each day from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def is_working_day(day: date, calendar: WorkCalendar) -> bool:
    """Return True for a weekday that is not off, and for a weekend day that is worked."""
    if day in calendar.days_off:
        return False
    return day in calendar.working_weekends or day.weekday() < _SATURDAY


def add_working_days(day: date, count: int, calendar: WorkCalendar) -> date:
    """Return the ``count``-th working day (from 1) after ``day``, which itself is not counted.

    Raises ValueError for days outside the years 2000 to 2100.
    """
    working = _list_working_days(calendar)
    position = _find_position(day, working) + count - 1
    if position >= len(working):
        raise ValueError(day)
    return date.fromordinal(working[position])


def count_working_days(start: date, end: date, calendar: WorkCalendar) -> int:
    """Count the working days after ``start`` up to and with ``end``; negative if ``end`` is earlier.

    Raises ValueError for days outside the years 2000 to 2100.
    """
    working = _list_working_days(calendar)
    return _find_position(end, working) - _find_position(start, working)


def find_unknown_years(start: date, end: date, calendar: WorkCalendar) -> tuple[int, ...]:
    """Return the years of a span that are counted by weekends only, because their days off are not known."""
    return tuple(year for year in range(start.year, end.year + 1) if year not in calendar.known)


def _find_position(day: date, working: tuple[int, ...]) -> int:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError(day)
    return bisect_right(working, day.toordinal())


@lru_cache(maxsize=64)
def _list_working_days(calendar: WorkCalendar) -> tuple[int, ...]:
    """Return every working day as its ordinal, in order."""
    days = iterate_days(_FIRST_DAY, _LAST_DAY)
    return tuple(day.toordinal() for day in days if is_working_day(day, calendar))
