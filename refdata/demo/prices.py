"""Closing prices and rates of the demo days: a smooth, deterministic walk around a base."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from kernel.calendars import SATURDAY

BASE_RATES: Final[Mapping[str, Decimal]] = {
    "USD": Decimal("1.1684"),
    "GBP": Decimal("0.87058"),
    "CHF": Decimal("0.9242"),
    "SEK": Decimal("10.8920"),
    "NOK": Decimal("11.0980"),
    "DKK": Decimal("7.4727"),
    "JPY": Decimal("186.75"),
    "CAD": Decimal("1.6177"),
    "HKD": Decimal("9.1507"),
}
WINDOW_DAYS: Final = 6
SWING: Final = Decimal("0.03")


def last_weekdays(last: date, count: int) -> list[date]:
    """Return `count` weekdays up to and including `last`, oldest first."""
    days: list[date] = []
    while len(days) < count:
        if last.weekday() < SATURDAY:
            days.insert(0, last)
        last -= timedelta(days=1)
    return days


def close(code: str, base: Decimal, day: date) -> Decimal:
    """Return the close of a day: within 3 % of the base, a few tenths away from its neighbours."""
    return (base * (1 + SWING * _noise(code, day))).quantize(Decimal("0.01"))


def rate(currency: str, base: Decimal, day: date) -> Decimal:
    """Return units per euro: within 3 per thousand of the base."""
    return (base * (1 + SWING / 10 * _noise(currency, day))).quantize(Decimal("0.0001"))


def _noise(code: str, day: date) -> Decimal:
    """Return a number between -1 and 1: the mean of the dice of the last days."""
    dice = (_die(code, day - timedelta(days=back)) for back in range(WINDOW_DAYS))
    return sum(dice, Decimal(0)) / WINDOW_DAYS


def _die(code: str, day: date) -> Decimal:
    digest = hashlib.sha256(f"{code} {day}".encode()).digest()
    return Decimal(int.from_bytes(digest[:4], "big")) / Decimal(2**31) - 1
