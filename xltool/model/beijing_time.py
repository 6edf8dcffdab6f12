"""Times as offices in China read them: texts in ISO 8601, shown in Beijing time."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def to_beijing(text: str) -> datetime | None:
    """Return a text in ISO 8601 as a moment in Beijing time, its zone if it names none; None if it is no moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(BEIJING) if moment.tzinfo else moment.replace(tzinfo=BEIJING)
