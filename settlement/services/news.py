"""Notes to the feed: what was decided on confirmations, came in, and was chased.

A note costs one small row per step, however many confirmations it is about; it becomes events after
the commit (`services/feed.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from feeds.facts import EventType
from settlement.models import ConfirmationDecision, ConfirmationNews
from settlement.states import Deed

OF_DEEDS: Final[Mapping[str, EventType]] = {
    Deed.SENT: EventType.CONFIRMATION_SENT,
    Deed.MATCHED: EventType.CONFIRMATION_MATCHED,
    Deed.MISMATCHED: EventType.CONFIRMATION_MISMATCHED,
    Deed.ALLEGED: EventType.CONFIRMATION_ALLEGED,
    Deed.UNPAIRED: EventType.CONFIRMATION_UNPAIRED,
    Deed.DISPUTED: EventType.CONFIRMATION_DISPUTED,
    Deed.CANCELLED: EventType.CONFIRMATION_CANCELLED,
}
"""What is told of a decision; a dispute that ends is told by what the pair comes to then."""


def of_decisions(decisions: Iterable[ConfirmationDecision]) -> None:
    """Note decisions that were just saved."""
    notes: dict[tuple[EventType, datetime], list[int]] = {}
    for one in decisions:
        if one.deed in OF_DEEDS:
            notes.setdefault((OF_DEEDS[one.deed], one.at), []).append(one.pk)
    ConfirmationNews.objects.bulk_create(
        ConfirmationNews(type=kind.value, ids=ids, at=at) for (kind, at), ids in notes.items()
    )


def of_received(ids: Collection[int], *, at: datetime) -> None:
    """Note messages of counterparties that were just kept."""
    _note(EventType.CONFIRMATION_RECEIVED, ids, at)


def of_chaser(chaser_id: int, *, at: datetime) -> None:
    """Note that a counterparty was written to."""
    _note(EventType.CONFIRMATION_CHASED, [chaser_id], at)


def _note(kind: EventType, ids: Collection[int], at: datetime) -> None:
    ConfirmationNews.objects.create(type=kind.value, ids=list(ids), at=at)
