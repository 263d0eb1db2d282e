"""Tickets as they are typed, in the world of clean trades."""

from __future__ import annotations

from typing import Any

from tests.factories.controlled import BNP_ISIN
from tests.factories.trades import AT, person
from trades.models import Trade
from trades.services import manual


def booked(**changes: Any) -> Trade:
    """Return a trade that was entered by hand."""
    item = manual.enter_trade(reference="M-7", fields=fields(**changes), actor=person(), at=AT)
    assert item.trade is not None
    return Trade.objects.get(pk=item.trade.id)


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "isin": BNP_ISIN, "side": "BUY", "quantity": "100", "price": "60.5", "currency": "EUR",
        "traded_at": "2026-11-20T10:00:00", "venue": "XPAR", "counterparty": "BNPP",
        "book": "EQ-PAR-1", "trader": "T-ANA", "capacity": "DEAL",
    } | changes  # fmt: skip


def fields(**changes: Any) -> dict[str, Any]:
    sent = ticket(**changes)
    return sent | {"traded_at": f"{sent['traded_at']}+01:00"}
