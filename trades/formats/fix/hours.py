"""The hours of a session: whether it is open, and since when, in the time of the house."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def opened_at(opens: time | None, closes: time | None, at: datetime) -> datetime | None:
    """Return when the session that is open at `at` began, or None while it is closed.

    `at` is in the zone of the hours. Without hours it is always open and began in the year 1; hours
    that end before they begin go over midnight.
    """
    if opens is None or closes is None:
        return datetime.min.replace(tzinfo=at.tzinfo)
    began = at.replace(hour=opens.hour, minute=opens.minute, second=opens.second, microsecond=0)
    now = at.time()
    if opens < closes:
        return began if opens <= now < closes else None
    if now >= opens:
        return began
    return began - timedelta(days=1) if now < closes else None
