"""What trades of two legs come to, by hand-checked tables and by what must always hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import minor_units
from trades.rules import legs

WEEK = (date(2026, 11, 24), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("pair", "dealt", "amount", "rate", "expected"),
    [
        ("EUR/USD", "EUR", "1000000", "1.16845", "1168450.00"),
        ("EUR/USD", "USD", "1000000", "1.16845", "855834.65"),
        ("EUR/JPY", "EUR", "1000.01", "186.755", "186757"),
        ("USD/JPY", "JPY", "1000000", "160.01", "6249.61"),
        ("EUR/KWD", "EUR", "1000", "0.35987", "359.870"),
        ("EUR/TND", "EUR", "333.33", "3.41255", "1137.505"),
        ("EUR/TND", "TND", "1000", "3.41255", "293.04"),
        ("KWD/JPY", "KWD", "1.005", "507.5", "510"),
    ],
)
def test_each_leg_is_rounded_to_its_own_currency(
    pair: str, dealt: str, amount: str, rate: str, expected: str
) -> None:
    other = legs.counter_amount(pair, dealt, Decimal(amount), Decimal(rate))

    assert str(other) == expected


@pytest.mark.parametrize(
    ("case", "currency", "day_count", "rate", "expected"),
    [
        ("euro", "EUR", "ACT/360", "1.94", "3772.22"),
        ("sterling", "GBP", "ACT/365F", "1.94", "3720.55"),
        ("below_zero", "EUR", "ACT/360", "-0.50", "-972.22"),
        ("yen_has_no_minor_unit", "JPY", "ACT/360", "1.94", "3772"),
        ("dinar_has_three", "KWD", "ACT/360", "1.94", "3772.222"),
        ("months_of_thirty", "EUR", "30E/360", "1.94", "3772.22"),
    ],
)
def test_a_repo_of_ten_million_for_a_week_earns(
    case: str, currency: str, day_count: str, rate: str, expected: str
) -> None:
    earned = legs.interest(Decimal(10_000_000), Decimal(rate), WEEK, day_count, currency)

    assert str(earned) == expected, case


def test_a_loan_of_a_million_at_35_points_for_a_week_costs() -> None:
    fee = legs.lending_fee(Decimal(1_000_000), Decimal(35), WEEK, "ACT/360", "EUR")

    assert fee == Decimal("68.06")


@pytest.mark.parametrize(
    ("haircut", "currency", "expected"),
    [
        ("0", "EUR", "1000.55"),
        ("2", "EUR", "980.54"),
        ("2", "JPY", "981"),
        ("-5", "EUR", "1050.58"),
    ],
)
def test_cash_is_the_value_less_the_haircut(haircut: str, currency: str, expected: str) -> None:
    assert str(legs.start_cash(Decimal("1000.55"), Decimal(haircut), currency)) == expected


currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "TND", "GBP"])
amounts = st.decimals(min_value=1, max_value=10**9, places=2)
rates = st.decimals(min_value="0.0001", max_value=10_000, places=6)


@given(
    base=currencies,
    quoted=currencies,
    amount=amounts,
    rate=rates,
    side=st.sampled_from(["BUY", "SELL"]),
)
def test_an_exchange_pays_one_currency_and_receives_the_other(
    base: str, quoted: str, amount: Decimal, rate: Decimal, side: str
) -> None:
    pair = f"{base}/{quoted}"
    other = legs.counter_amount(pair, base, amount, rate)

    dealt, counter = legs.exchange_legs(side, (base, amount), (quoted, other), WEEK[0])

    assert dealt.amount is not None
    assert counter.amount is not None
    assert dealt.amount * counter.amount <= 0
    assert (dealt.amount > 0) is (side == "BUY")
    exponent = other.as_tuple().exponent
    assert exponent == -minor_units(quoted)
    assert abs(other - amount * rate) <= Decimal(1).scaleb(-minor_units(quoted)) / 2


@given(
    quantity=amounts, cash=amounts, earned=st.decimals(min_value=-100, max_value=100, places=2),
    side=st.sampled_from(["BUY", "SELL"]),
)  # fmt: skip
def test_what_goes_out_comes_back(
    quantity: Decimal, cash: Decimal, earned: Decimal, side: str
) -> None:
    start, end = legs.financing_legs(side, quantity, ("EUR", cash, cash + earned), WEEK)

    assert start.quantity is not None and end.quantity is not None  # noqa: PT018 - both are told
    assert start.amount is not None and end.amount is not None  # noqa: PT018 - both are told
    assert start.quantity + end.quantity == 0
    assert start.quantity * start.amount < 0
    assert start.amount + end.amount == (earned if side == "BUY" else -earned)
