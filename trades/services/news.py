"""Notes to the feed: what a transaction leaves behind for those who follow from outside.

A note costs one small row per step, however many messages or trades it is about; it becomes events,
with their numbers, after the commit (`services/feed.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from core.sequences import array_of
from feeds.facts import EventType
from trades.services.plan import Item
from trades.services.writing import Table, row
from trades.states import Action, Outcome, TradeState

BOOKED: Final[Mapping[str, EventType]] = {
    Action.NEW: EventType.TRADE_CAPTURED,
    Action.AMEND: EventType.TRADE_AMENDED,
    Action.CANCEL: EventType.TRADE_CANCELLED,
}
KEPT: Final[Mapping[Outcome, EventType]] = {
    Outcome.PARKED: EventType.TRADE_PARKED,
    Outcome.EXCEPTION: EventType.TRADE_EXCEPTION,
    Outcome.IGNORED: EventType.TRADE_IGNORED,
}
OF_MESSAGES: Final = frozenset({*BOOKED.values(), *KEPT.values(), EventType.TRADE_ENRICHED})
OF_STATES: Final[Mapping[TradeState, EventType]] = {
    TradeState.ON_HOLD: EventType.TRADE_ON_HOLD,
    TradeState.PENDING_VALIDATION: EventType.TRADE_TO_VALIDATE,
    TradeState.VALIDATED: EventType.TRADE_VALIDATED,
    TradeState.REJECTED: EventType.TRADE_REJECTED,
}
COLUMNS: Final = ("type", "ids", "versions", "at")
TELL: Final = "INSERT INTO trades_news (type, ids, versions, at) VALUES (%s, %s, %s, %s)"


def of_messages(items: Iterable[Item], *, at: datetime) -> Table:
    """Return the notes about messages that were just kept or replayed, as rows to be written."""
    numbers: dict[EventType, list[str]] = {}
    for item in items:
        facts, outcome = item.facts, item.outcome
        if facts is None or outcome is None:
            continue
        kind = BOOKED[facts.action] if outcome is Outcome.BOOKED else KEPT[outcome]
        kind = EventType.TRADE_ENRICHED if item.of_house else kind
        numbers.setdefault(kind, []).append(str(item.execution_id))
    lines = [row(kind, f"{{{','.join(ids)}}}", "{}", at) for kind, ids in numbers.items()]
    return Table("trades_news", COLUMNS, lines)


def tell_states(state: TradeState, trades: Sequence[tuple[int, int]], *, at: datetime) -> None:
    """Note that these trades, each with the number of its version, came to that state."""
    if not trades:
        return
    ids, versions = zip(*trades, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(TELL, [OF_STATES[state].value, array_of(ids), array_of(versions), at])
