"""By when each step of a business day must be through: local time, open days after the day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from kernel.calendars import BusinessCalendar, UnknownDate

CUT_OFFS: Final[dict[str, tuple[int, time]]] = {
    "capture": (0, time(18, 30)),
    "enrich": (0, time(18, 45)),
    "control": (0, time(19, 0)),
    "validate": (0, time(20, 0)),
    "statements": (1, time(9, 0)),
    "reconcile": (1, time(11, 0)),
    "report": (1, time(18, 0)),  # RTS 22: no later than the close of the following working day
    "close": (1, time(19, 0)),
}


def due_at(
    step: str, *, day: date, calendar: BusinessCalendar | None, zone: ZoneInfo
) -> datetime | None:
    """Return the cut-off of a step, None when the calendar does not say which day comes next."""
    days_after, cut_off = CUT_OFFS[step]
    if days_after:
        if calendar is None:
            return None
        try:
            day = calendar.add(day, days_after)
        except UnknownDate:
            return None
    return datetime.combine(day, cut_off, tzinfo=zone)
