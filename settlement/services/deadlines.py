"""What is past its deadline without a word of the counterparty goes into the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from core.acts import acting
from desk.models import WorkItem
from desk.states import WorkKind, WorkState
from kernel.actors import Actor
from settlement import selectors
from settlement.models import Confirmation
from settlement.services import queue
from settlement.services.holding import hold
from settlement.states import UNCONFIRMED

CHUNK: Final = 2_000
JOB_KIND: Final = "settlement.ask_for_late"


def has_late(*, at: datetime) -> bool:
    """Say whether something is late that nobody was told of."""
    return _late(at).exists()


def ask_for_late(*, actor: Actor, at: datetime) -> int:
    """Put what is late into the queue; return how many. Repeated, it finds nothing left."""
    total = 0
    while True:
        with acting(actor=actor):
            hold()
            rows = list(_late(at).order_by("pk")[:CHUNK])
            queue.ask(rows, actor=actor, at=at)
        total += len(rows)
        if len(rows) < CHUNK:
            return total


def _late(at: datetime) -> QuerySet[Any]:
    told = WorkItem.objects.filter(
        kind=WorkKind.CONFIRMATION.value,
        subject_kind=queue.SUBJECT,
        subject_id=OuterRef("pk"),
        state=WorkState.OPEN.value,
    )
    waiting = Confirmation.objects.filter(state__in=UNCONFIRMED)
    return selectors.late_open(waiting, at).filter(~Exists(told))
