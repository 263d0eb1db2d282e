"""Deals of both sides for the tests of matching: each default agrees with the other side's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from settlement.facts import Deal

DAY = date(2026, 11, 20)


def deal(number: int, **changes: Any) -> Deal:
    """Return BUY 100 at 10 (1,000 EUR) of party 1 unless changed."""
    values: dict[str, Any] = {
        "party_id": 1,
        "isin": "FR0000131104",
        "side": "BUY",
        "quantity": Decimal(100),
        "price": Decimal(10),
        "amount": Decimal(1000),
        "currency": "EUR",
        "trade_date": DAY,
        "settlement_date": date(2026, 11, 24),
        "asset_class": "EQUITY",
    }
    numbers = ("quantity", "price", "amount")
    given = {n: Decimal(v) if n in numbers else v for n, v in changes.items()}
    return Deal(id=number, **(values | given))
