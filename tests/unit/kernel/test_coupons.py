"""Interest that has accrued on a bond, by hand-checked tables and by what must always hold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.coupons import Coupons, DayCount, NoInterest, part_of_year
from kernel.money import rounded

MILLION = Decimal(1_000_000)


def bond(**changes: object) -> Coupons:
    """An OAT 3.50 % of 25 November 2033 unless changed."""
    terms: dict[str, object] = {
        "rate": Decimal("3.5"),
        "frequency": 1,
        "day_count": DayCount.ACT_ACT,
        "maturity": date(2033, 11, 25),
    }
    return Coupons(**(terms | changes))  # type: ignore[arg-type]  # the cases change any of them


@pytest.mark.parametrize(
    ("case", "changes", "day", "expected"),
    [
        ("coupon_day", {}, date(2026, 11, 25), "0.00"),
        ("five_days", {}, date(2026, 11, 30), "479.45"),
        ("the_day_before_the_coupon", {}, date(2027, 11, 24), "34904.11"),
        ("leap_year_has_366_days", {}, date(2027, 11, 26), "95.63"),
        ("half_yearly", {"frequency": 2}, date(2027, 5, 24), "17403.31"),
        ("act_360", {"day_count": DayCount.ACT_360}, date(2027, 5, 25), "17597.22"),
        ("act_365", {"day_count": DayCount.ACT_365}, date(2027, 5, 25), "17356.16"),
        ("thirties", {"day_count": DayCount.THIRTY_E_360}, date(2027, 5, 25), "17500.00"),
        ("first_period", {"interest_from": date(2026, 11, 28)}, date(2026, 11, 30), "191.78"),
        ("on_its_first_day", {"interest_from": date(2026, 11, 28)}, date(2026, 11, 28), "0.00"),
        ("last_day_with_coupon", {"ex_days": 7}, date(2027, 11, 17), "34232.88"),
        ("first_day_without", {"ex_days": 7}, date(2027, 11, 18), "-671.23"),
        ("no_interest", {"rate": Decimal(0)}, date(2027, 5, 25), "0.00"),
    ],
)
def test_what_a_buyer_pays_for_a_million(
    case: str, changes: dict[str, object], day: date, expected: str
) -> None:
    accrued = bond(**changes).accrued(nominal=MILLION, day=day)

    assert rounded(accrued, "EUR") == Decimal(expected), case


@pytest.mark.parametrize(
    ("day_count", "first", "last", "days"),
    [
        (DayCount.THIRTY_360, date(2027, 1, 30), date(2027, 1, 31), 0),
        (DayCount.THIRTY_360, date(2027, 1, 29), date(2027, 1, 31), 2),
        (DayCount.THIRTY_E_360, date(2027, 1, 29), date(2027, 1, 31), 1),
        (DayCount.THIRTY_E_360, date(2027, 2, 28), date(2027, 3, 31), 32),
        (DayCount.ACT_360, date(2028, 2, 28), date(2028, 3, 1), 2),
    ],
)
def test_days_at_the_end_of_a_month(
    day_count: DayCount, first: date, last: date, days: int
) -> None:
    paid = bond(
        day_count=day_count, interest_from=first, maturity=date(2033, 12, 31), rate=Decimal(360)
    )

    assert paid.accrued(nominal=Decimal(100), day=last) == days


@pytest.mark.parametrize(
    ("maturity", "frequency", "day", "period"),
    [
        (date(2033, 11, 25), 1, date(2026, 11, 24), (date(2025, 11, 25), date(2026, 11, 25))),
        (date(2033, 11, 25), 1, date(2026, 11, 25), (date(2026, 11, 25), date(2027, 11, 25))),
        (date(2033, 8, 31), 2, date(2027, 2, 28), (date(2027, 2, 28), date(2027, 8, 31))),
        (date(2033, 8, 31), 2, date(2028, 2, 28), (date(2027, 8, 31), date(2028, 2, 29))),
        (date(2033, 8, 30), 2, date(2027, 3, 1), (date(2027, 2, 28), date(2027, 8, 30))),
        (date(2033, 1, 15), 4, date(2032, 12, 31), (date(2032, 10, 15), date(2033, 1, 15))),
        (date(2033, 1, 15), 12, date(2032, 12, 31), (date(2032, 12, 15), date(2033, 1, 15))),
    ],
)
def test_periods_are_counted_back_from_the_maturity(
    maturity: date, frequency: int, day: date, period: tuple[date, date]
) -> None:
    assert bond(maturity=maturity, frequency=frequency).period(day) == period


@pytest.mark.parametrize("day", [date(2033, 11, 25), date(2040, 1, 1), date(2026, 11, 27)])
def test_outside_its_life_nothing_accrues_and_zero_is_not_guessed(day: date) -> None:
    with pytest.raises(NoInterest):
        bond(interest_from=date(2026, 11, 28)).accrued(nominal=MILLION, day=day)


DAYS = st.dates(date(2000, 1, 1), date(2049, 12, 31))


@given(
    day=DAYS,
    maturity=st.dates(date(2050, 1, 1), date(2080, 12, 31)),
    frequency=st.sampled_from([1, 2, 4, 12]),
    day_count=st.sampled_from(DayCount),
)
def test_interest_grows_by_the_day_and_starts_again_with_each_coupon(
    day: date, maturity: date, frequency: int, day_count: DayCount
) -> None:
    paid = bond(maturity=maturity, frequency=frequency, day_count=day_count)
    start, end = paid.period(day)

    assert start <= day < end
    assert paid.period(end - timedelta(days=1)) == (start, end)
    accrued = paid.accrued(nominal=MILLION, day=day)
    assert paid.accrued(nominal=MILLION, day=start) == 0
    assert 0 <= accrued <= paid.accrued(nominal=MILLION, day=max(day, end - timedelta(days=1)))
    if day_count is DayCount.ACT_ACT:
        whole = Fraction(MILLION * paid.rate / 100) / frequency
        assert Fraction(accrued) == pytest.approx(
            whole * Fraction((day - start).days, (end - start).days)
        )


@pytest.mark.parametrize(
    ("day_count", "first", "last", "part"),
    [
        (DayCount.ACT_360, date(2028, 2, 28), date(2028, 3, 6), Fraction(7, 360)),
        (DayCount.ACT_365, date(2028, 2, 28), date(2028, 3, 6), Fraction(7, 365)),
        (DayCount.THIRTY_E_360, date(2028, 2, 28), date(2028, 3, 6), Fraction(8, 360)),
        (DayCount.THIRTY_360, date(2027, 1, 29), date(2027, 1, 31), Fraction(2, 360)),
    ],
)
def test_part_of_a_year_without_coupons(
    day_count: DayCount, first: date, last: date, part: Fraction
) -> None:
    assert part_of_year(first, last, day_count) == part


def test_act_act_has_no_days_without_a_coupon_period() -> None:
    with pytest.raises(NoInterest):
        part_of_year(date(2026, 11, 24), date(2026, 12, 1), DayCount.ACT_ACT)
