"""What a new version of a trade makes void: what was asked for about the one before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from desk import services as desk
from desk.states import WorkKind
from kernel.actors import Actor
from trades.models import CancellationRequest
from trades.services import blocks
from trades.states import RequestState

SUBJECT_KIND: Final = "cancellation"


def supersede(*, trade_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """End what waited for another version of these trades: corrections, cancellations, and
    allocations that somebody proposed.
    """
    desk.close_work(
        kind=WorkKind.CORRECTION,
        subject_kind="trade",
        subject_ids=trade_ids,
        actor=actor,
        at=at,
    )
    _lapse_requests(trade_ids, actor, at)
    blocks.lapse(trade_ids=trade_ids, actor=actor, at=at)


def _lapse_requests(trade_ids: Collection[int], actor: Actor, at: datetime) -> None:
    asked = CancellationRequest.objects.filter(
        trade_id__in=trade_ids, state=RequestState.ASKED.value
    )
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    CancellationRequest.objects.filter(pk__in=ids).update(state=RequestState.LAPSED.value)
    desk.close_work(
        kind=WorkKind.CANCELLATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=ids,
        actor=actor,
        at=at,
    )
