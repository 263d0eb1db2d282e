"""By when each step of a business day must be through, as moments of its calendar."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from kernel.calendars import BusinessCalendar, UnknownDate
from refdata import selectors as refdata


def due_times(
    *, day: date, calendar: BusinessCalendar | None, zone: ZoneInfo
) -> dict[str, datetime | None]:
    """Return the cut-off of each step; None when the calendar does not say which day comes next."""
    return {
        found.step: _moment(day, found.days_after, found.at_time, calendar, zone)
        for found in refdata.cut_offs_in_force(day)
    }


def _moment(
    day: date, days_after: int, at: time, calendar: BusinessCalendar | None, zone: ZoneInfo
) -> datetime | None:
    if days_after:
        if calendar is None:
            return None
        try:
            day = calendar.add(day, days_after)
        except UnknownDate:
            return None
    return datetime.combine(day, at, tzinfo=zone)
