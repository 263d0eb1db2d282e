"""Business days over a set of closed days; unknown dates raise, they are never assumed open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

SATURDAY: Final = 5
YEARS: Final = range(1900, 3000)
"""The years that a date of a trade, a statement or a record may lie in."""
SPAN: Final = f"{YEARS[0]} .. {YEARS[-1]}"


class UnknownDate(LookupError):
    """A date outside the span for which the calendar holds data."""


def is_plausible(day: date) -> bool:
    """Say whether a day is one that business can be about: 0001 and 9999 are how machines say none.

    A day that no door lets in cannot run past the end of the calendar further down.
    """
    return day.year in YEARS


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """One or several calendars joined: a day is open when none of them is closed.

    `first` and `last` bound what is known; `holidays` are the closed weekdays (weekends are
    always closed).
    """

    code: str
    first: date
    last: date
    holidays: frozenset[date]

    def is_open(self, day: date) -> bool:
        if not self.first <= day <= self.last:
            raise UnknownDate(f"{self.code} knows {self.first} to {self.last}, not {day}")
        return day.weekday() < SATURDAY and day not in self.holidays

    def add(self, day: date, business_days: int) -> date:
        """Return the n-th open day after `day` (before it, when negative); 0 rolls forward.

        Raises UnknownDate where the calendar ends, be it that of Python.
        """
        step = timedelta(days=-1 if business_days < 0 else 1)
        left = abs(business_days)
        try:
            while left == 0 and not self.is_open(day):
                day += step
            while left:
                day += step
                left -= self.is_open(day)
        except OverflowError:
            raise UnknownDate(f"{self.code} knows {self.first} to {self.last}") from None
        return day

    def between(self, start: date, end: date) -> int:
        """Count the open days after `start` up to and including `end`; negative if end < start."""
        if end < start:
            return -self.between(end, start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_open(day) for day in days)

    def joined(self, other: BusinessCalendar) -> BusinessCalendar:
        """Return the calendar that is open only when both are."""
        return BusinessCalendar(
            code=f"{self.code}+{other.code}",
            first=max(self.first, other.first),
            last=min(self.last, other.last),
            holidays=self.holidays | other.holidays,
        )
