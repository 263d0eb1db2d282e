"""Sharing out a block: nothing is lost, nothing made, and nobody is cut by more than a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import minor_units
from trades.rules.shares import average_price, split_amount, split_quantity


def decimals(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


@pytest.mark.parametrize(
    ("case", "currency", "amount", "quantities", "parts"),
    [
        ("even", "EUR", "100.00", ("1", "1"), ("50.00", "50.00")),
        ("a_cent_over", "EUR", "100.00", ("1", "1", "1"), ("33.34", "33.33", "33.33")),
        ("two_cents_over", "EUR", "200.00", ("1", "1", "1"), ("66.67", "66.67", "66.66")),
        ("most_cut_first", "EUR", "10.00", ("1", "2", "3"), ("1.67", "3.33", "5.00")),
        ("yen_has_no_cents", "JPY", "100", ("1", "1", "1"), ("34", "33", "33")),
        ("three_decimals", "KWD", "1.000", ("1", "1", "1"), ("0.334", "0.333", "0.333")),
        ("three_decimals_too", "TND", "0.002", ("1", "1", "1"), ("0.001", "0.001", "0.000")),
        ("negative", "EUR", "-0.05", ("1", "1"), ("-0.03", "-0.02")),
        ("less_than_a_cent_each", "EUR", "0.01", ("5", "5"), ("0.01", "0.00")),
        ("nothing", "EUR", "0", ("1", "2"), ("0.00", "0.00")),
        ("digits_below_the_cent", "EUR", "0.0301", ("1", "1"), ("0.02", "0.0101")),
        ("one_takes_all", "EUR", "12.3456", ("7",), ("12.3456",)),
    ],
)
def test_amounts_by_hand(
    case: str, currency: str, amount: str, quantities: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    found = split_amount(Decimal(amount), decimals(*quantities), currency=currency)

    assert found == decimals(*parts), case


@pytest.mark.parametrize(
    ("case", "quantity", "percents", "lot", "shares", "remainder"),
    [
        ("whole", "100", {"A": "60", "B": "40"}, "1", {"A": "60", "B": "40"}, "0"),
        ("thirds", "100", {"A": "33.33", "B": "66.67"}, "1", {"A": "33", "B": "66"}, "1"),
        ("not_all", "100", {"A": "50"}, "1", {"A": "50"}, "50"),
        ("lots", "1050", {"A": "50", "B": "50"}, "100", {"A": "500", "B": "500"}, "50"),
        ("below_a_lot", "150", {"A": "99", "B": "1"}, "100", {"A": "100"}, "50"),
        ("fractions", "1", {"A": "50", "B": "50"}, "0.01", {"A": "0.50", "B": "0.50"}, "0"),
    ],
)
def test_quantities_by_hand(  # as many columns as the table has
    case: str,
    quantity: str,
    percents: dict[str, str],
    lot: str,
    shares: dict[str, str],
    remainder: str,
) -> None:
    asked = {account: Decimal(percent) for account, percent in percents.items()}

    found, left = split_quantity(Decimal(quantity), asked, lot=Decimal(lot))

    assert found == {account: Decimal(share) for account, share in shares.items()}, case
    assert left == Decimal(remainder), case


@pytest.mark.parametrize(
    ("fills", "price"),
    [
        ([("100", "10.1"), ("50", "10.1")], "10.1"),
        ([("100", "10"), ("300", "11")], "10.75"),
        ([("1", "1"), ("2", "2")], "1.6666666667"),
    ],
)
def test_average_price(fills: list[tuple[str, str]], price: str) -> None:
    read = [(Decimal(quantity), Decimal(one)) for quantity, one in fills]

    assert average_price(read) == Decimal(price)


quantities = st.lists(
    st.decimals(min_value="0.0000000001", max_value=10**17, places=10), min_size=1, max_size=20
)
amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=4)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "TND"])


@given(amount=amounts, shares=quantities, currency=currencies)
def test_amounts_add_up_and_none_has_the_other_sign(
    amount: Decimal, shares: list[Decimal], currency: str
) -> None:
    unit = Decimal(1).scaleb(-minor_units(currency))
    total = sum(shares)

    parts = split_amount(amount, shares, currency=currency)

    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / total) < unit + Decimal("1e-5")


@given(
    quantity=st.decimals(min_value="0.0000000001", max_value=10**17, places=10),
    percents=st.lists(st.decimals(min_value=0, max_value=5, places=4), max_size=20),
    lot=st.sampled_from(decimals("1", "100", "0.0000000001", "1000")),
)
def test_no_quantity_is_lost(quantity: Decimal, percents: list[Decimal], lot: Decimal) -> None:
    asked = {f"A{n}": percent for n, percent in enumerate(percents)}

    shares, remainder = split_quantity(quantity, asked, lot=lot)

    assert sum(shares.values(), Decimal(0)) + remainder == quantity
    assert all(share > 0 and share % lot == 0 for share in shares.values())
    assert remainder >= 0
    assert len(shares) <= len(asked)


@given(
    fills=st.lists(
        st.tuples(
            st.decimals(min_value="0.01", max_value=10**9, places=2),
            st.decimals(min_value="0.0001", max_value=10**6, places=4),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_the_average_lies_between_the_prices(fills: list[tuple[Decimal, Decimal]]) -> None:
    prices = [price for _quantity, price in fills]
    step = Decimal("1e-10")

    assert min(prices) - step <= average_price(fills) <= max(prices) + step
