"""Trades whose account lacks what they deliver or pay, or was stated long ago."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from tests.unit.trades.rule_world import BNP_ISIN, FRIDAY, facts, world
from trades.rules.context import Shortfall


def short(what: str, needs: int, free: int) -> Shortfall:
    """Return what an account lacks that has nothing blocked or pledged."""
    return Shortfall(what, Decimal(needs), Decimal(free), Decimal(free), FRIDAY, *[Decimal(0)] * 2)


SALE: Final = facts(
    side="SELL", net_amount=Decimal("6047.00"), quantity=Decimal(100), account_code="SEC-1"
)
PROVISION_CASES: Final = (
    ("TRD-117", "sold", SALE, world(short_of_securities={7: short(BNP_ISIN, 100, 99)})),
    ("TRD-118", "bought", facts(), world(short_of_cash={7: short("EUR", 6053, 12345)})),
    (
        "TRD-119",
        "stated_five_days_ago",
        facts(account_code="SEC-1"),
        world(stated_on={"SEC-1": date(2026, 11, 15)}),
    ),
)
