"""Interest that has accrued on a bond: coupon dates, day counts, and the days without the coupon.

The day counts are those of ICMA rule 251 and of the 2006 ISDA Definitions, 4.16, in exact numbers:
five formulas of one line do not ask for a library of twenty megabytes.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

from kernel.money import EXACT

MONTHS: Final = 12
PERCENT: Final = Decimal(100)


class DayCount(StrEnum):
    """How the days of a part of a year are counted."""

    ACT_ACT = "ACT/ACT"  # ICMA: actual days over those of the coupon period
    ACT_360 = "ACT/360"
    ACT_365 = "ACT/365F"
    THIRTY_360 = "30/360"  # bond basis
    THIRTY_E_360 = "30E/360"  # Eurobond basis


class NoInterest(ValueError):
    """The day lies outside the life of the bond: nothing accrues, and zero would be a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupons:
    """What a bond pays: `rate` in percent a year, `frequency` times a year until `maturity`.

    Coupon dates are counted back from the maturity, at the end of the month where that is at the
    end of one. Interest starts with `interest_from`, the first period is shorter then. During the
    last `ex_days` calendar days of a period the coupon stays with the seller.
    """

    rate: Decimal
    frequency: int
    day_count: DayCount
    maturity: date
    interest_from: date | None = None
    ex_days: int = 0

    def period(self, day: date) -> tuple[date, date]:
        """Return the coupon period of a day: start <= day < end. Raises NoInterest."""
        if day >= self.maturity or (self.interest_from is not None and day < self.interest_from):
            raise NoInterest(f"{day} is not in the life of a bond until {self.maturity}")
        step = MONTHS // self.frequency
        months = (self.maturity.year - day.year) * MONTHS + self.maturity.month - day.month
        back = months // step * step
        while self._dated(back) > day:
            back += step
        while self._dated(back - step) <= day:
            back -= step
        return self._dated(back), self._dated(back - step)

    def accrued(self, *, nominal: Decimal, day: date) -> Decimal:
        """Return the interest that a buyer who settles on `day` pays; negative without coupon.

        In the currency of the nominal, not rounded. Raises NoInterest.
        """
        share = _share_accrued(self, day)
        product = EXACT.multiply(EXACT.multiply(nominal, self.rate), Decimal(share.numerator))
        return EXACT.divide(product, EXACT.multiply(PERCENT, Decimal(share.denominator)))

    def share(self, first: date, last: date, period: tuple[date, date]) -> Fraction:
        """Return which part of a year's interest accrues between two days of one period."""
        if self.day_count is DayCount.ACT_ACT:
            return Fraction((last - first).days, self.frequency * (period[1] - period[0]).days)
        return part_of_year(first, last, self.day_count)

    def _dated(self, months_back: int) -> date:
        """Return the day that lies so many months before the maturity."""
        whole = self.maturity.year * MONTHS + self.maturity.month - 1 - months_back
        year, month = whole // MONTHS, whole % MONTHS + 1
        last = calendar.monthrange(year, month)[1]
        at_end = _is_month_end(self.maturity)
        return date(year, month, last if at_end else min(self.maturity.day, last))


@lru_cache(maxsize=10_000)
def _share_accrued(coupons: Coupons, day: date) -> Fraction:
    """Return which part of a year's interest a buyer pays; many trades ask for the same."""
    start, end = coupons.period(day)
    if coupons.ex_days and day >= end - timedelta(days=coupons.ex_days):
        return -coupons.share(day, end, (start, end))
    first = max(start, coupons.interest_from) if coupons.interest_from else start
    return coupons.share(first, day, (start, end))


def part_of_year(first: date, last: date, day_count: DayCount) -> Fraction:
    """Return which part of a year lies between two days; ACT/ACT asks for the period of a bond."""
    match day_count:
        case DayCount.ACT_360:
            return Fraction((last - first).days, 360)
        case DayCount.ACT_365:
            return Fraction((last - first).days, 365)
        case DayCount.THIRTY_360 | DayCount.THIRTY_E_360:
            european = day_count is DayCount.THIRTY_E_360
            return Fraction(_thirties(first, last, european=european), 360)
        case DayCount.ACT_ACT:
            raise NoInterest("ACT/ACT counts the days of a coupon period, and there is none")


def _thirties(first: date, last: date, *, european: bool) -> int:
    """Return the days between two days when every month has thirty."""
    start = min(first.day, 30)
    end = min(last.day, 30) if european or start == 30 else last.day  # noqa: PLR2004 - a month's days
    months = (last.year - first.year) * MONTHS + last.month - first.month
    return months * 30 + end - start


def _is_month_end(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]
