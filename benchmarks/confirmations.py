"""Confirm 20,000 trades of one day with ten counterparties: expected, sent, told by them, matched.

Run through `manage.py bench confirmations`. One message in twenty differs or finds nobody; every
second one quotes our reference. The figures are those of one pass over an empty room.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import override_settings

from kernel.actors import SYSTEM
from refdata.models import Party
from settlement.facts import Told
from settlement.models import Confirmation
from settlement.rules.products import OPPOSITE
from settlement.services import expecting, matching, receiving, sending
from settlement.states import Door
from trades.models import CaptureBatch, Trade

TRADES = 20_000
PARTIES = 10
EVERY = 20
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
ISINS = ("FR0000131104", "FR0000120271", "DE0007164600", "NL0010273215")


def _trades() -> list[Trade]:
    batch = CaptureBatch.objects.create(
        channel="FILE", source_system="BENCH", actor_name="bench", received_at=AT
    )
    parties = [
        Party.objects.get_or_create(code=f"CP{n}", defaults={"name": f"Counterparty {n}"})[0]
        for n in range(PARTIES)
    ]
    rows = []
    for n in range(1, TRADES + 1):
        quantity, price = Decimal(100 + n % 900), Decimal(10) + Decimal(n % 997) / 100
        rows.append(
            Trade(
                id=n, source_system="BENCH", source_reference=f"B-{n}", source_version=1,
                state="VALIDATED", batch=batch, isin=ISINS[n % len(ISINS)],
                side="BUY" if n % 3 else "SELL", quantity=quantity, price=price, currency="EUR",
                gross_amount=quantity * price, net_amount=quantity * price, trade_date=DAY,
                traded_at=AT, settlement_date=DAY + timedelta(days=4), desk_code="EQ",
                counterparty=parties[n % PARTIES], counterparty_code=parties[n % PARTIES].code,
                maker="bench", fingerprint="0" * 64,
            )
        )  # fmt: skip
    return Trade.objects.bulk_create(rows, batch_size=5_000)


def _told(trades: list[Trade]) -> list[Told]:
    return [
        Told(
            reference=f"THEIRS-{n}",
            party=trade.counterparty_code,
            our_reference=trade.reference if n % 2 else "",
            isin=trade.isin,
            side=OPPOSITE[trade.side],
            quantity=trade.quantity,
            price=trade.price * (Decimal("1.2") if n % EVERY == 0 else 1),
            amount=trade.net_amount,
            currency=trade.currency,
            trade_date=trade.trade_date,
            settlement_date=trade.settlement_date,
        )
        for n, trade in enumerate(trades)
    ]


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    result = act()
    return round(perf_counter() - began, 2), result


def run() -> dict[str, object]:
    """Return the seconds of each step, and what became of the confirmations."""
    _trades()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    trades = list(Trade.objects.order_by("pk"))
    ids = [trade.pk for trade in trades]
    with tempfile.TemporaryDirectory() as folder, override_settings(CONFIRMATION_DIR=folder):
        expect_s, _counts = _timed(
            lambda: expecting.confirm_trades(trade_ids=ids, actor=SYSTEM, at=AT)
        )
        send_s, _sent = _timed(lambda: sending.send_all(actor=SYSTEM, at=AT))
        told = _told(trades)
        receive_s, kept = _timed(
            lambda: receiving.receive(told=told, door=Door.API, actor=SYSTEM, at=AT)
        )
        buckets = {(row.party_id, DAY, row.isin) for row in kept.rows}
        match_s, counts = _timed(lambda: matching.match(buckets=buckets, actor=SYSTEM, at=AT))
        again_s, _none = _timed(lambda: matching.match(buckets=buckets, actor=SYSTEM, at=AT))
    states = Confirmation.objects.order_by("state").values_list("state", flat=True)
    return {
        "trades": TRADES, "expect_s": expect_s, "send_s": send_s, "receive_s": receive_s,
        "match_s": match_s, "match_again_s": again_s, "counts": counts,
        "states": {state: list(states).count(state) for state in sorted(set(states))},
    }  # fmt: skip
