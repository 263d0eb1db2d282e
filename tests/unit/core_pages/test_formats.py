"""Figures and days as French and British readers write them, with every digit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from core.pages import formats, status
from core.pages.exports import inert

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", f"1{NARROW}234{NARROW}567,50"), ("en", "1,234,567.50")],
)
def test_an_amount_follows_the_reader(language: str, written: str) -> None:
    with translation.override(language):
        assert formats.amount(Decimal("1234567.5000"), "EUR") == written


@pytest.mark.parametrize(
    ("case", "value", "currency", "written"),
    [
        ("yen_has_no_minor_unit", "1234.0000", "JPY", "1,234"),
        ("dinar_has_three", "1.5", "TND", "1.500"),
        ("negative", "-0.01", "EUR", "-0.01"),
        ("larger_than_a_float", "12345678901234567.89", "EUR", "12,345,678,901,234,567.89"),
    ],
)
def test_an_amount_has_the_minor_units_of_its_currency(
    case: str, value: str, currency: str, written: str
) -> None:
    with translation.override("en"):
        assert formats.amount(Decimal(value), currency) == written, case


@pytest.mark.parametrize(
    ("value", "quantity", "price"),
    [
        ("100.0000000000", "100", "100.00"),
        ("0.0000000001", "0.0000000001", "0.0000000001"),
        ("1500000", "1,500,000", "1,500,000.00"),
        ("99.125", "99.125", "99.125"),
    ],
)
def test_quantities_and_prices_keep_every_digit(value: str, quantity: str, price: str) -> None:
    with translation.override("en"):
        assert formats.quantity(Decimal(value)) == quantity
        assert formats.price(Decimal(value)) == price


def test_days_follow_the_preference() -> None:
    day = date(2026, 11, 3)
    assert formats.day(day) == "03/11/2026"
    token = formats.date_style.set("iso")
    assert formats.day(day) == "2026-11-03"
    assert formats.moment(datetime(2026, 11, 3, 23, 30, tzinfo=UTC)) == "2026-11-04 00:30:00"
    formats.date_style.reset(token)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx"])
def test_a_formula_in_an_export_is_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


def test_an_unknown_state_is_shown_in_its_own_words() -> None:
    assert status.look("SOMETHING_NEW") == status.Look("Something new", "grey")
    with pytest.raises(ValueError, match="pink"):
        status.Look("x", "pink")
