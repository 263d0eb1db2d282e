"""Validated trades, their counterparty, and what it tells of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core import jobs
from core.outbox import announce
from core.roles import Role
from kernel.actors import SYSTEM, Actor
from refdata.models import Party
from settlement.facts import Told
from settlement.models import Confirmation
from settlement.services import receiving
from settlement.states import Door
from tests.factories import static_data
from tests.factories.trades import person
from tests.integration.reporting.world import validated
from trades.models import Trade

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
OTHER = {"BUY": "SELL", "SELL": "BUY"}


def agent(desk: str = "") -> Actor:
    return person("agent", Role.AGENT, desk=desk)


def traded(number: int = 1, **changes: Any) -> Trade:
    """Return a validated trade (BUY 1,000 at 60.50) of which the outbox told nothing yet."""
    return validated(number, **({"quantity": Decimal(1000)} | changes))


def expected(*trades: Trade) -> list[Confirmation]:
    """Tell of trades as the trade room does, run the jobs, return the live confirmations."""
    with transaction.atomic():
        announce("trades.validated", subject="x", payload={"trade_ids": [t.pk for t in trades]})
    jobs.run_pending()
    return [live(trade) for trade in trades]


def live(trade: Trade) -> Confirmation:
    return Confirmation.objects.exclude(state="CANCELLED").get(trade=trade)


def told(trade: Trade, reference: str = "THEIRS-1", **changes: Any) -> Told:
    """Return what the counterparty would say of a trade: the same, from its side."""
    assert trade.settlement_date is not None
    values: dict[str, Any] = {
        "reference": reference,
        "party": trade.counterparty_code,
        "isin": trade.isin,
        "side": OTHER[trade.side],
        "quantity": trade.quantity,
        "price": trade.price,
        "amount": trade.net_amount,
        "currency": trade.currency,
        "trade_date": trade.trade_date,
        "settlement_date": trade.settlement_date,
    }
    return Told(**(values | changes))


def received(*messages: Told) -> list[int]:
    """Take messages in and let the jobs run; return their numbers."""
    kept = receiving.receive(told=messages, door=Door.UPLOAD, actor=SYSTEM, at=AT)
    jobs.run_pending()
    return [row.pk for row in kept.rows]


def channel(kind: str, **more: str) -> Party:
    """Let the counterparty get its confirmations this way."""
    static_data.changed(Party.objects.filter(code="BNPP"), confirmation_channel=kind, **more)
    return Party.objects.get(code="BNPP")


@pytest.fixture(name="outbox")
def _outbox(settings: Any, tmp_path: Path) -> Path:
    settings.CONFIRMATION_DIR = tmp_path
    return tmp_path
