"""What a bond yields at a price, and how far its price moves with that."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from kernel.coupons import Coupons

#: Yields are compared, never paid: twenty digits are more than the hundredth of a basis point.
ROUNDED: Final = Context(prec=20)
HUNDRED: Final = Decimal(100)
NEAR_ENOUGH: Final = Decimal("1e-9")
STEPS_MAX: Final = 60
LOWEST: Final = Decimal("-0.9")


class NoYield(ValueError):
    """No yield gives that price: there is nothing to compare."""


@lru_cache(maxsize=10_000)
def yield_of(coupons: Coupons, price: Decimal, day: date) -> Decimal:
    """Return the yield to maturity in percent a year of a clean price in percent, settled on a day.

    Compounded as often as the coupon is paid (ICMA rule 803); a bond in its last period likewise.
    Raises NoYield, and NoInterest outside the life of the bond.
    """
    if price <= 0 or not coupons.frequency:
        raise NoYield(f"price {price}")
    dirty = price + coupons.accrued(nominal=HUNDRED, day=day)
    flows, first = _flows(coupons, day)
    per_period = coupons.rate / HUNDRED / coupons.frequency
    for _step in range(STEPS_MAX):
        worth, slope = _worth(flows, first, per_period)
        if not slope:
            break
        step = ROUNDED.divide(worth - dirty, slope)
        per_period = max(ROUNDED.subtract(per_period, step), LOWEST)
        if abs(step) < NEAR_ENOUGH:
            return ROUNDED.multiply(per_period, HUNDRED * coupons.frequency)
    raise NoYield(f"price {price}")


def _flows(coupons: Coupons, day: date) -> tuple[tuple[Decimal, ...], Decimal]:
    """Return what is still paid per hundred, a period apart, and the periods until the first."""
    start, end = coupons.period(day)
    amount = ROUNDED.divide(coupons.rate, Decimal(coupons.frequency))
    months = 12 // coupons.frequency
    left = (coupons.maturity.year - end.year) * 12 + coupons.maturity.month - end.month
    after = round(Fraction(left, months))
    first = ROUNDED.divide(Decimal((end - day).days), Decimal((end - start).days))
    earns = not coupons.ex_days or (end - day).days > coupons.ex_days
    paid = [amount] * (after + 1)
    if not earns:
        paid[0] = Decimal(0)
    paid[-1] += HUNDRED
    return tuple(paid), first


def _worth(
    flows: tuple[Decimal, ...], first: Decimal, per_period: Decimal
) -> tuple[Decimal, Decimal]:
    """Return what payments are worth at a yield per period, and how that moves with the yield."""
    discount = ROUNDED.divide(Decimal(1), 1 + per_period)
    worth = moved = Decimal(0)
    for flow in reversed(flows):  # Horner: from the last payment to the first
        moved = ROUNDED.fma(moved, discount, worth)
        worth = ROUNDED.fma(worth, discount, flow)
    # worth = sum of flow times discount^n; moved = the sum of n flow discount^(n-1)
    begin = ROUNDED.power(discount, first)
    value = ROUNDED.multiply(worth, begin)
    by_discount = ROUNDED.multiply(
        begin, ROUNDED.add(moved, ROUNDED.divide(ROUNDED.multiply(worth, first), discount))
    )
    return value, ROUNDED.multiply(by_discount, -ROUNDED.multiply(discount, discount))
