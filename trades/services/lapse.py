"""What a new version of a trade makes void: requests that were made about the one before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from desk import services as desk
from desk.states import WorkKind
from kernel.actors import Actor
from trades.models import CancellationRequest
from trades.states import RequestState

SUBJECT_KIND: Final = "cancellation"


def lapse_requests(*, trade_ids: Collection[int], actor: Actor, at: datetime) -> int:
    """End the open cancellation requests of these trades; return how many there were."""
    asked = CancellationRequest.objects.filter(
        trade_id__in=trade_ids, state=RequestState.ASKED.value
    )
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    CancellationRequest.objects.filter(pk__in=ids).update(state=RequestState.LAPSED.value)
    return desk.close_work(
        kind=WorkKind.CANCELLATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=ids,
        actor=actor,
        at=at,
    )
