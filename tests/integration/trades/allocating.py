"""A block and the people around it, for tests of allocations."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.roles import Role
from kernel.actors import SYSTEM, Actor
from refdata.models import FxRate
from tests.factories import controlled
from tests.factories import refdata as refdata_factories
from tests.factories.trades import facts, send
from tests.integration.desk.people import person
from trades.models import Allocation, Trade
from trades.services import allocation, control, validation
from trades.services.sharing import Asked, Wish

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
BOOK = "EQ-PAR-1"


def agent(name: str = "ana") -> Actor:
    return person(name, Role.AGENT)


def supervisor(name: str = "sue", *, desk: str = "", limit: str | None = "1000000000") -> Actor:
    return person(name, Role.SUPERVISOR, desk=desk, limit=limit)


def accounts(*codes: str, **changes: Any) -> None:
    """Make securities accounts of the house under these codes."""
    controlled.world()
    for code in codes:
        refdata_factories.AccountFactory.create(
            **({"code": code, "kind": "SECURITIES", "currency": "", "iban": "", "book": None})
            | changes
        )


def dealt(**changes: Any) -> Trade:
    """Return a trade that came through the real capture; the controls find nothing about it."""
    controlled.world()
    terms: dict[str, Any] = {"isin": controlled.BNP_ISIN, "price": "60.5", "quantity": "1000"}
    captured = send(facts(**(terms | changes)), at=AT)
    row = captured.items[0].trade
    assert row is not None, captured.items[0].findings
    return Trade.objects.get(pk=row.id)


def block(**changes: Any) -> Trade:
    """Return a validated trade that came through capture and controls."""
    return validated(dealt(**changes))


def validated(trade: Trade) -> Trade:
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    trade.refresh_from_db()
    if trade.state == "ON_HOLD":  # what was found is not what these tests are about
        Trade.objects.filter(pk=trade.pk).update(state="PENDING_VALIDATION")
    validation.validate_trade(
        trade_id=trade.pk, seen=trade.fingerprint, actor=supervisor("val"), at=AT
    )
    trade.refresh_from_db()
    return trade


def wish(**shares: str | int) -> Wish:
    """Return a wish: account=quantity, with _ for - in the name of an account."""
    return Wish(
        asked=[
            Asked(account.replace("_", "-"), Decimal(quantity))
            for account, quantity in shares.items()
        ]
    )


def proposed(trade: Trade, *, by: Actor | None = None, **shares: str | int) -> Allocation:
    trade.refresh_from_db()
    return allocation.propose_allocation(
        trade_id=trade.pk,
        seen=trade.fingerprint,
        wish=wish(**shares),
        actor=by or agent(),
        at=AT,
    )


def approved(found: Allocation, *, by: Actor | None = None) -> Allocation:
    return allocation.approve_allocation(
        allocation_id=found.pk, seen=found.fingerprint, actor=by or supervisor(), at=AT
    )


def shares_of(trade: Trade) -> list[Trade]:
    """Return the trades that the shares of the allocation in force were booked as."""
    found = Allocation.objects.get(state="IN_FORCE", members__trade=trade)
    return [share.trade for share in found.shares.order_by("n") if share.trade]


def currency(code: str, rate: str) -> None:
    """Make a currency with what one euro buys of it."""
    controlled.world()
    refdata_factories.CurrencyFactory.create(code=code)
    FxRate.objects.get_or_create(
        currency=code, day=AT.date(), source="ECB", defaults={"rate": Decimal(rate)}
    )
