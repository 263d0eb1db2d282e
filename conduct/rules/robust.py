"""What is usual: the median and the typical distance from it, which a few odd days do not move.

The mean and the standard deviation follow what they should show: one wild day hides the next. An
isolation forest would rank days without a reason that a person can check (decision 63).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

SIGMA: Final = Decimal("1.4826")
"""By which the median distance of a normal law becomes its standard deviation."""
HALF: Final = 2


@dataclass(frozen=True, slots=True)
class Usual:
    """What the days before say: how many they are, their middle, and how far they lie from it."""

    days: int
    middle: Decimal
    spread: Decimal

    def bound(self, times: Decimal, least: Decimal) -> Decimal:
        """Return above what a day is unlike them: so many spreads, of `least` at least, higher."""
        return self.middle + times * max(self.spread, least)


def median(values: Iterable[Decimal | int]) -> Decimal:
    """Return the middle of the values, between the two middle ones of an even number; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return Decimal(0)
    place = len(ordered) // HALF
    if len(ordered) % HALF:
        return Decimal(ordered[place])
    return Decimal(ordered[place - 1] + ordered[place]) / HALF


def usual(values: Iterable[Decimal | int]) -> Usual:
    """Return what is usual among these values."""
    known = list(values)
    middle = median(known)
    return Usual(len(known), middle, SIGMA * median(abs(value - middle) for value in known))
