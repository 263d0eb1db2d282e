"""Yields: what the textbook says at par; the price at a yield is the one it came from."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.coupons import Coupons, DayCount, NoInterest
from kernel.yields import NoYield, yield_of

MAY = date(2026, 5, 25)
TEN_YEARS = Coupons(
    rate=Decimal("2.5"), frequency=1, day_count=DayCount.ACT_ACT, maturity=date(2036, 5, 25)
)
HALF_YEARLY = Coupons(
    rate=Decimal(4), frequency=2, day_count=DayCount.THIRTY_360, maturity=date(2030, 3, 31)
)
OF_ZERO = Coupons(
    rate=Decimal(0), frequency=1, day_count=DayCount.ACT_ACT, maturity=date(2034, 5, 25)
)


def worth(coupons: Coupons, percent: float, day: date) -> float:
    """The clean price at a yield, by the sum that the textbook writes, in floats."""
    start, end = coupons.period(day)
    first = (end - day).days / (end - start).days
    months = 12 // coupons.frequency
    left = (coupons.maturity.year - end.year) * 12 + coupons.maturity.month - end.month
    discount = 1 / (1 + percent / 100 / coupons.frequency)
    coupon = float(coupons.rate) / coupons.frequency
    last = left // months
    paid = [coupon + (100 if n == last else 0) for n in range(last + 1)]
    dirty = sum(flow * discount ** (first + n) for n, flow in enumerate(paid))
    return dirty - float(coupons.accrued(nominal=Decimal(100), day=day))


@pytest.mark.parametrize(
    ("coupons", "price", "day", "expected"),
    [
        (TEN_YEARS, "100", MAY, "2.5000"),
        (HALF_YEARLY, "100", date(2026, 3, 31), "4.0000"),
        (OF_ZERO, "80", MAY, "2.8286"),  # (100 / 80) ^ (1 / 8) - 1
    ],
)
def test_a_yield_is_that_of_the_textbook(
    coupons: Coupons, price: str, day: date, expected: str
) -> None:
    assert f"{yield_of(coupons, Decimal(price), day):.4f}" == expected


@given(
    coupons=st.sampled_from([TEN_YEARS, HALF_YEARLY, OF_ZERO]),
    price=st.decimals(50, 160, places=2),
    days=st.integers(0, 1200),
)
def test_the_price_at_a_yield_is_the_one_it_came_from(
    coupons: Coupons, price: Decimal, days: int
) -> None:
    day = MAY + timedelta(days=days)
    found = yield_of(coupons, price, day)

    assert worth(coupons, float(found), day) == pytest.approx(float(price), abs=1e-6)
    assert yield_of(coupons, price + 1, day) < found


def test_where_there_is_no_yield_none_is_invented() -> None:
    with pytest.raises(NoYield):
        yield_of(TEN_YEARS, Decimal(0), MAY)
    with pytest.raises(NoInterest):
        yield_of(TEN_YEARS, Decimal(100), date(2036, 5, 25))
