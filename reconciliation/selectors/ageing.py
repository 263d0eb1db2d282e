"""How old a break is, in business days, and what its age asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from kernel.calendars import BusinessCalendar, UnknownDate
from refdata.selectors import UnknownCalendar, calendar_for

CALENDAR: Final = "TARGET"
BANDS: Final = (  # market practice: code, first day, last day of the band
    ("WATCH", 0, 2),
    ("OWNER", 3, 5),
    ("ESCALATE", 6, 30),
    ("MANAGEMENT", 31, 60),
    ("PROVISION", 61, None),
)


@dataclass(frozen=True, slots=True)
class Ageing:
    """Ages as of one day; plain weekdays where the payment calendar knows nothing."""

    today: date
    calendar: BusinessCalendar

    def age(self, day: date) -> int:
        """Return the business days from `day` to today, 0 for the future."""
        try:
            return max(self.calendar.between(day, self.today), 0)
        except UnknownDate:
            return max(_weekdays().between(day, self.today), 0)

    def bounds(self, band: str) -> tuple[date | None, date]:
        """Return the oldest (None: any) and the latest value date of a band."""
        _code, first, last = next(item for item in BANDS if item[0] == band)
        latest = date.max if first == 0 else self._moved(-first)
        return (None if last is None else self._moved(-last)), latest

    def is_open(self, day: date) -> bool:
        """Say whether a day is a business day."""
        try:
            return self.calendar.is_open(day)
        except UnknownDate:
            return _weekdays().is_open(day)

    def later(self, days: int) -> date:
        """Return the n-th business day after today."""
        return self._moved(days)

    def _moved(self, days: int) -> date:
        try:
            return self.calendar.add(self.today, days)
        except UnknownDate:
            return _weekdays().add(self.today, days)


def ageing(today: date) -> Ageing:
    """Return how to tell ages as of `today`."""
    try:
        return Ageing(today, calendar_for(CALENDAR))
    except UnknownCalendar:
        return Ageing(today, _weekdays())


def _weekdays() -> BusinessCalendar:
    return BusinessCalendar("WEEKDAYS", date.min, date.max, frozenset())
