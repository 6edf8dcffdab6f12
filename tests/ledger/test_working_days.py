"""Working days against lists written by hand, from the notices and a wall calendar."""

from datetime import date

import pytest

from xltool.ledger.answer_terms import TermDates, compute_due_date, find_awaited
from xltool.ledger.ledger_definition import load_ledger_definition
from xltool.ledger.working_days import (
    WorkCalendar,
    add_working_days,
    count_working_days,
    find_unknown_years,
    is_working_day,
    iterate_days,
    load_calendar,
    load_holiday_years,
)

CALENDAR = load_calendar()
TERMS = load_ledger_definition().terms
# February 2026 has the long holiday of 15 to 23, and two Saturdays that are worked.
FEBRUARY_2026 = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28]
# October 2025: 1 to 8 off, Saturday 11 worked.
OCTOBER_2025 = [9, 10, 11, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 27, 28, 29, 30, 31]


@pytest.mark.parametrize(("year", "month", "wanted"), [(2026, 2, FEBRUARY_2026), (2025, 10, OCTOBER_2025)])
def test_working_days__of_a_month(year: int, month: int, wanted: list[int]) -> None:
    last = 28 if month == 2 else 31
    days = iterate_days(date(year, month, 1), date(year, month, last))
    assert [day.day for day in days if is_working_day(day, CALENDAR)] == wanted


@pytest.mark.parametrize(
    ("day", "count", "wanted"),
    [
        (date(2026, 1, 30), 16, date(2026, 2, 28)),  # all of February
        (date(2026, 1, 30), 17, date(2026, 3, 2)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # a worked Saturday, then the holiday
        (date(2026, 2, 18), 1, date(2026, 2, 24)),  # received in the holiday
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # a worked Sunday
        (date(2025, 9, 30), 20, date(2025, 11, 4)),  # October has 18
        (date(2028, 1, 7), 1, date(2028, 1, 10)),  # no notice known: weekends only
    ],
)
def test_add_working_days__by_hand(day: date, count: int, wanted: date) -> None:
    assert add_working_days(day, count, CALENDAR) == wanted
    assert count_working_days(day, wanted, CALENDAR) == count
    assert count_working_days(wanted, day, CALENDAR) == -count


def test_holidays__no_day_is_both_and_worked_days_are_weekend_days() -> None:
    assert not CALENDAR.days_off & CALENDAR.working_weekends
    assert {day.weekday() for day in CALENDAR.working_weekends} == {5, 6}
    for year in load_holiday_years():
        assert all(first <= last and last.year == year.year for first, last in year.off)
        assert all(abs(day.toordinal() - date(year.year, 7, 1).toordinal()) < 190 for day in year.work)
        assert len(year.source) >= 1


def test_unknown_years__are_named_and_an_offices_days_make_them_known() -> None:
    assert find_unknown_years(date(2026, 12, 1), date(2027, 1, 20), CALENDAR) == (2027,)
    own = CALENDAR.with_days([date(2027, 1, 1)], [date(2027, 1, 3)])
    assert find_unknown_years(date(2026, 12, 1), date(2027, 1, 20), own) == ()
    assert add_working_days(date(2026, 12, 31), 1, own) == date(2027, 1, 3)
    assert add_working_days(date(2026, 12, 31), 1, CALENDAR) == date(2027, 1, 1)
    assert not is_working_day(date(2026, 1, 4), CALENDAR.with_days([date(2026, 1, 4)], []))


def test_days__outside_what_is_counted() -> None:
    with pytest.raises(ValueError, match="1999"):
        count_working_days(date(1999, 12, 31), date(2026, 1, 1), WorkCalendar())
    with pytest.raises(ValueError, match="2100"):
        add_working_days(date(2100, 12, 30), 20, WorkCalendar())


RECEIVED = date(2025, 9, 30)


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        (TermDates(RECEIVED), date(2025, 11, 4)),
        (TermDates(RECEIVED, extended=date(2025, 10, 20)), date(2025, 12, 2)),
        (TermDates(RECEIVED, date(2025, 10, 9), date(2025, 10, 15)), date(2025, 11, 12)),
        # asked on 9 October, answered on 15: five working days (10, 11, 13, 14, 15) are left out
        (TermDates(RECEIVED, None, None, date(2025, 10, 9), date(2025, 10, 15)), date(2025, 11, 11)),
        # the term began anew on 15 October, so that only 16 and 17 are left out
        (
            TermDates(RECEIVED, date(2025, 10, 9), date(2025, 10, 15), date(2025, 10, 10), date(2025, 10, 17)),
            date(2025, 11, 14),
        ),
        # asked and answered before the term began anew
        (
            TermDates(RECEIVED, date(2025, 10, 9), date(2025, 10, 15), date(2025, 10, 9), date(2025, 10, 14)),
            date(2025, 11, 12),
        ),
        (TermDates(RECEIVED, correction_sent=date(2025, 10, 9)), None),
        (TermDates(RECEIVED, third_party_from=date(2025, 10, 9)), None),
        (TermDates(RECEIVED, fee_notified=date(2025, 10, 9)), None),
        # a payment starts the term anew, whatever came before it
        (TermDates(RECEIVED, fee_notified=date(2025, 10, 9), fee_paid_on=date(2025, 10, 15)), date(2025, 11, 12)),
        (
            TermDates(
                RECEIVED,
                date(2025, 10, 9),
                date(2025, 10, 10),
                fee_notified=date(2025, 10, 13),
                fee_paid_on=date(2025, 10, 15),
            ),
            date(2025, 11, 12),
        ),
        (TermDates(None), None),
    ],
)
def test_due_date__by_hand(dates: TermDates, wanted: date | None) -> None:
    assert compute_due_date(dates, TERMS, CALENDAR) == wanted
    assert bool(find_awaited(dates)) == (wanted is None and dates.received is not None)
