"""By when each step of a business day must be through: local time, open days after the day.

These are what the product brings; `refdata.CutOff` has what the house set, day by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from kernel.calendars import BusinessCalendar, UnknownDate
from refdata import selectors as refdata
from refdata.states import DayStep

DELIVERED: Final[Mapping[DayStep, tuple[int, time]]] = {
    DayStep.CAPTURE: (0, time(18, 30)),
    DayStep.ENRICH: (0, time(18, 45)),
    DayStep.CONTROL: (0, time(19, 0)),
    DayStep.VALIDATE: (0, time(20, 0)),
    DayStep.STATEMENTS: (1, time(9, 0)),
    DayStep.RECONCILE: (1, time(11, 0)),
    DayStep.REPORT: (1, time(18, 0)),  # RTS 22: by the close of the following working day
    DayStep.CLOSE: (1, time(19, 0)),
}


def due_times(
    *, day: date, calendar: BusinessCalendar | None, zone: ZoneInfo
) -> dict[str, datetime | None]:
    """Return the cut-off of each step; None when the calendar does not say which day comes next."""
    found: dict[str, tuple[int, time]] = {str(step): at for step, at in DELIVERED.items()}
    found |= refdata.cut_offs(day)
    return {
        step: _moment(day, days_after, at, calendar, zone)
        for step, (days_after, at) in found.items()
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
