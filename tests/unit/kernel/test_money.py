"""Money is exact, finite and keeps to its currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import CurrencyMismatch, Money, UnreadableDecimal, decimal_from_text


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("10.005", "EUR", "10.01"),
        ("-10.005", "EUR", "-10.01"),
        ("10.5", "JPY", "11"),
        ("1.2345", "KWD", "1.235"),
        ("1.2345", "TND", "1.235"),
    ],
)
def test_rounding_asks_the_currency_for_its_minor_unit(
    amount: str, currency: str, rounded: str
) -> None:
    assert Money(Decimal(amount), currency).rounded() == Money(Decimal(rounded), currency)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
def test_money_is_finite(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money(amount, "EUR")


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]  # the mistake under test


def test_currencies_do_not_mix() -> None:
    euro, dollar = Money(Decimal(1), "EUR"), Money(Decimal(1), "USD")
    for operation in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar):
        with pytest.raises(CurrencyMismatch):
            operation()


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1_000", "１２", "NaN", "Infinity", "1e400", "1,5", "+1", "1.", ".5", "0x1", "--1"],
)
def test_only_plain_ascii_decimals_are_read(text: str) -> None:
    with pytest.raises(UnreadableDecimal):
        decimal_from_text(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15)))
def test_every_plain_decimal_is_read_back_exactly(number: Decimal) -> None:
    number = number.copy_abs() if number > 10**20 else number
    text = f"{number:f}"
    if len(text) < 24:
        assert decimal_from_text(text) == number
