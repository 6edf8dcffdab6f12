"""Periods in words: 2025年9月, 2025年第三季度, 2025年上半年; and patterns that name the year."""

import re

from xltool.forms.workbook_words import workbook_words
from xltool.model.period import Period, PeriodLength

_YEAR = re.compile(r"\{year\} ?(?P<word>\w?)")


def name_period(period: int) -> str:
    """Return a period in words, with the word for year."""
    say = workbook_words().periods
    if not isinstance(period, Period):
        return say["year"].format(year=period)
    if period.length is PeriodLength.MONTH:
        return say["month"].format(year=period.year, part=period.part)
    part = say[f"{period.length}_{period.part}"]
    return say["part"].format(year=period.year, part=part)


def name_part_of_year(period: int) -> str:
    """Return which part of its year a period is, such as 9月 or 第三季度; empty for a whole year."""
    return name_period(period).removeprefix(name_period(period.year)) if isinstance(period, Period) else ""


def name_earlier_period(length: PeriodLength) -> str:
    """Return the word for the period before: the year before, or the period before of a part of a year."""
    return workbook_words().periods["earlier_year" if length is PeriodLength.YEAR else "earlier_period"]


def name_same_period() -> str:
    """Return the word for the same period of the year before."""
    return workbook_words().periods["earlier_same_period"]


def name_both(length: PeriodLength) -> str:
    """Return what two periods of that length are called together."""
    return workbook_words().periods["both_year" if length is PeriodLength.YEAR else "both_part"]


def fill_period(pattern: str, period: int | None, **facts: object) -> str:
    """Fill a pattern with ``{year}`` and ``{period}``; of a part of a year ``{year}年`` becomes its words."""
    if not isinstance(period, Period):
        return pattern.format(year="" if period is None else period, period=name_period(period or 0), **facts)
    for suffix in workbook_words().periods["year_words"].split():
        pattern = pattern.replace("{year}" + suffix, "{period}").replace("{year} " + suffix, "{period}")
    return pattern.format(year=period.year, period=name_period(period), **facts)


def parse_period_words(text: str) -> str:
    """Return the text of a period in words (``2025-09``); unchanged if it is none."""
    say = workbook_words().periods
    numbers = re.match(r"\d{4}", text)
    if numbers is None:
        return text
    year = int(numbers[0])
    for length, parts in ((PeriodLength.HALF, 2), (PeriodLength.QUARTER, 4), (PeriodLength.MONTH, 12)):
        for part in range(parts):
            period = Period(year * parts + part, length)
            if name_period(period) == text:
                return str(period)
    return str(year) if text == say["year"].format(year=year) else text
