"""Which trades count beside the one that is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from trades.states import CloseReason, TradeState

DEAD: Final = frozenset({TradeState.CLOSED, TradeState.REJECTED})


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
