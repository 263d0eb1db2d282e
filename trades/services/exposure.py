"""What trades of a day add up to, in EUR, by who dealt them and with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, Sum

from trades.models import Trade
from trades.states import CloseReason, TradeState

DEAD: Final = (TradeState.CLOSED.value, TradeState.REJECTED.value)
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counted:
    """Which trades count beside others: as a condition on rows, and in SQL of the trade `old`."""

    rows: Q
    sql: str


LIVE: Final = Counted(~Q(state__in=DEAD), "old.state NOT IN ('CLOSED', 'REJECTED')")
"""What stands: trades that are settled or otherwise over are no longer of interest."""
MEANT: Final = Counted(
    ~Q(state=TradeState.REJECTED.value) & ~Q(close_reason=CloseReason.CANCELLED.value),
    "old.state <> 'REJECTED' AND old.close_reason <> 'CANCELLED'",
)
"""What was meant, over or not: a day of the past as it was lived."""
Sums = tuple[dict[tuple[str, date], Decimal], dict[tuple[str, date], int]]


@dataclass(slots=True)
class Exposure:
    """By code: the gross amount of a day, and how many trades it lacks for want of an amount."""

    gross: dict[str, Decimal] = field(default_factory=dict)
    unvalued: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, total: Decimal | None, lacking: int) -> None:
        """Count one more group of trades: `total` is None where none of them has an amount."""
        if total is not None:
            self.gross[code] = self.gross.get(code, ZERO) + total
        if lacking:
            self.unvalued[code] += lacking


@dataclass(slots=True)
class DayExposure:
    """One day by trader and by counterparty."""

    traders: Exposure = field(default_factory=Exposure)
    counterparties: Exposure = field(default_factory=Exposure)


def exposures_of(days: set[date], *, counted: Counted = LIVE) -> dict[date, DayExposure]:
    """Return what the trades that count add up to on each of these days."""
    found = {day: DayExposure() for day in days}
    rows = (
        Trade.objects.filter(counted.rows, trade_date__in=days)
        .values_list("trade_date", "trader_code", "counterparty_code")
        .annotate(
            total=Sum("risk_amount_eur"),
            lacking=Count("pk", filter=Q(risk_amount_eur__isnull=True)),
        )
    )
    for day, trader, counterparty, total, lacking in rows:
        found[day].traders.add(trader, total, lacking)
        found[day].counterparties.add(counterparty, total, lacking)
    return found


def by_code_and_day(
    exposures: Mapping[date, Exposure],
) -> Sums:
    """Return the gross amounts, and the numbers of trades that these lack, by (code, day)."""
    gross = {(c, day): total for day, one in exposures.items() for c, total in one.gross.items()}
    lacking = {(c, day): n for day, one in exposures.items() for c, n in one.unvalued.items()}
    return gross, lacking
