"""Trades of each product in the demo world, from the documented messages."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from backoffice.launcher import places
from core.roles import Role
from desk.models import ControlException
from kernel.actors import SYSTEM
from refdata.models import FxRate, Price
from tests.factories.trades import AT, send
from tests.integration.desk.people import person as supervisor_of
from trades import selectors
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.services import control, validation

FRIDAY = date(2026, 11, 20)
EXAMPLES = places.ROOT / "docs" / "examples"


def messages() -> dict[str, dict[str, Any]]:
    """Return the documented message of each product, by its reference."""
    lines = (EXAMPLES / "products.ndjson").read_text().splitlines()
    return {one["source_reference"]: one for one in map(json.loads, lines)}


def booked(reference: str, **changes: Any) -> Trade:
    fields = {n: v for n, v in (messages()[reference] | changes).items() if v is not None}
    item = send(read_fields(fields)).items[0]
    assert item.trade is not None, item.findings
    return Trade.objects.get(pk=item.trade.id)


def found(trade: Trade) -> list[str]:
    """Return the codes of what the controls find about a trade, information left out."""
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    rows = ControlException.objects.filter(subject_kind="trade", subject_id=trade.pk, state="OPEN")
    return sorted(rows.exclude(severity="INFO").values_list("rule_code", flat=True))


def legs(trade: Trade) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (
            leg.kind,
            leg.currency,
            str(leg.settlement_date) if leg.settlement_date else None,
            None if leg.amount is None else f"{leg.amount.normalize():f}",
        )
        for leg in selectors.legs_of(trade_id=trade.pk, version_no=trade.version_no)
    ]


def validated(trade: Trade) -> Trade:
    assert found(trade) == []
    trade.refresh_from_db()
    checker = supervisor_of("checker", Role.SUPERVISOR, limit="100000000")
    validation.validate_trade(trade_id=trade.pk, seen=trade.fingerprint, actor=checker, at=AT)
    trade.refresh_from_db()
    return trade


def close_of(code: str) -> str:
    """Return the close on the tick next to it: what a venue would fill at."""
    price = Price.objects.select_related("instrument").get(instrument__code=code, day=FRIDAY)
    tick = price.instrument.tick_size or Decimal("0.01")
    return f"{((price.close / tick).to_integral_value() * tick).normalize():f}"


def rate_of(reference: str) -> dict[str, str]:
    currency = messages()[reference]["pair"][4:]
    rate = FxRate.objects.get(currency=currency, day=FRIDAY).rate
    return {"price": f"{rate + Decimal(messages()[reference].get('forward_points', '0')):f}"}
