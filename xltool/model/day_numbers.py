"""Days that a spreadsheet stores as a number, where a text is wanted."""

import re
from datetime import date, timedelta

DAY_ZERO = date(1899, 12, 30)  # spreadsheet programs store the days since then
_DAY_NUMBER = re.compile(r"([0-9]{5})(?:\.[0-9]*)?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def find_day(number: int) -> date:
    """Return the day that a number of days stands for."""
    return DAY_ZERO + timedelta(days=number)


def show_day(text: str) -> str:
    """Return the day (ISO 8601) that a number of days stands for; any other text unchanged."""
    match = _DAY_NUMBER.fullmatch(text)
    day = find_day(int(match[1])) if match else None
    return day.isoformat() if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else text
