"""How far two sides may differ, in which currency, under which profile."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from settlement.facts import Profile
from settlement.rules.tolerances import DELIVERED, compared, is_close, profile_for
from tests.unit.settlement.deals import DAY, deal

RATES = {"EUR": Decimal(1), "USD": Decimal("1.10"), "JPY": Decimal(160)}


def profile(**changes: Any) -> Profile:
    values: dict[str, Any] = {
        "version": "1", "valid_from": date(2026, 1, 1), "price_percent": Decimal(1),
        "amount_small": Decimal(5), "amount_large": Decimal(50), "amount_limit": Decimal(100_000),
        "close_percent": Decimal(5),
    }  # fmt: skip
    return Profile(**(values | changes))


@pytest.mark.parametrize(
    ("case", "ours", "theirs", "differs"),
    [
        ("same", {}, {}, []),
        ("two euros", {}, {"amount": "1002.00"}, []),
        ("a cent more", {}, {"amount": "1002.01"}, ["amount"]),
        ("two euros less", {}, {"amount": "998.00"}, []),
        ("up to the limit", {"amount": "100000"}, {"amount": "100002.01"}, ["amount"]),
        ("above the limit", {"amount": "100000.01"}, {"amount": "100025.01"}, []),
        ("above it, too far", {"amount": "100000.01"}, {"amount": "100025.02"}, ["amount"]),
        ("a basis point", {}, {"price": "10.001"}, []),
        ("more than one", {}, {"price": "10.0011"}, ["price"]),
        ("dollars", {"currency": "USD"}, {"currency": "USD", "amount": "1002.20"}, []),
        ("too many", {"currency": "USD"}, {"currency": "USD", "amount": "1002.21"}, ["amount"]),
        ("no rate", {"currency": "SEK"}, {"currency": "SEK", "amount": "1000.01"}, ["amount"]),
        ("other currency", {}, {"currency": "USD"}, ["currency"]),
        ("a day later", {}, {"settlement_date": date(2026, 11, 25)}, ["settlement_date"]),
        ("no day of ours", {"settlement_date": None}, {}, ["settlement_date"]),
        ("no day at all", {"settlement_date": None}, {"settlement_date": None},
         ["settlement_date"]),
        ("other side", {}, {"side": "SELL"}, ["side"]),
        ("other quantity", {}, {"quantity": "101"}, ["quantity"]),
    ],
)  # fmt: skip
def test_fields_agree_within_what_the_product_brings(
    case: str, ours: dict[str, Any], theirs: dict[str, Any], differs: list[str]
) -> None:
    fields = compared(deal(1, **ours), deal(2, **theirs), DELIVERED, RATES)

    assert [one.field for one in fields if not one.agrees] == differs, case


def test_the_comparison_says_both_sides_and_what_was_allowed() -> None:
    fields = compared(deal(1), deal(2, amount="1003.5"), DELIVERED, RATES)
    amount = next(one for one in fields if one.field == "amount")

    assert (amount.ours, amount.theirs, amount.allowed) == ("1000", "1003.5", "2")


@pytest.mark.parametrize(
    ("case", "given", "version"),
    [
        ("nothing set", [], "delivered"),
        ("for everyone", [profile(version="1")], "1"),
        ("not yet", [profile(valid_from=date(2026, 11, 21))], "delivered"),
        ("later one", [profile(version="1"),
                       profile(version="2", valid_from=DAY)], "2"),
        ("asset class", [profile(version="1", valid_from=DAY),
                         profile(version="2", asset_class="EQUITY")], "2"),
        ("party first", [profile(version="1", asset_class="EQUITY"),
                         profile(version="2", party_id=1)], "2"),
        ("both", [profile(version="1", party_id=1),
                  profile(version="2", party_id=1, asset_class="EQUITY")], "2"),
        ("another party", [profile(version="1", party_id=2)], "delivered"),
        ("another class", [profile(version="1", asset_class="BOND")], "delivered"),
    ],
)  # fmt: skip
def test_the_most_specific_profile_in_force_counts(
    case: str, given: list[Profile], version: str
) -> None:
    assert profile_for(deal(1), given).version == version, case
    assert profile_for(deal(1), given[::-1]).version == version, case


@pytest.mark.parametrize(
    ("price", "amount", "close"),
    [("10", "1000", True), ("10.5", "2000", True), ("20", "1050", True), ("11", "1100", False)],
)
def test_close_enough_is_price_or_amount(price: str, amount: str, close: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_close(deal(1), deal(2, price=price, amount=amount), DELIVERED) is close
