"""What a later version of a trade does to its matches: they explained another text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from core.acts import acting
from desk import services as desk
from desk.states import WorkKind
from kernel.actors import Actor
from reconciliation.models import Break, MatchAllocation, MatchGroup
from reconciliation.services import matches, queue
from reconciliation.states import BreakState, GroupState, Resolution

LOCK: Final = "reconciliation: what trades say"


def alone(scope: str) -> None:
    """Let one transaction at a time match, or replace, the lines of a scope of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"reconciliation:{scope}"])


def hold_off() -> None:
    """Let `unmatch_changed` wait until this transaction, which reads trades to match them, ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [LOCK])


def unmatch_changed(*, trade_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Undo the matches of trades that were amended or cancelled; return how many there were.

    What explained them is open again as a break. A trade that is not validated has no break of
    its own: it is reconciled again when a supervisor has validated it. Repeated, it does nothing.
    """
    reason = _("The trade was amended or cancelled.")
    with acting(actor=actor, reason=reason):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        live = MatchAllocation.objects.filter(trade_id__in=trade_ids, claims_trade=True).exclude(
            state=GroupState.UNDONE
        )
        ids = sorted(set(live.values_list("group_id", flat=True)))
        for group in MatchGroup.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
            matches.take_apart(group, reason=reason, actor=actor, at=at)
        _end_lonely(trade_ids, actor, at)
    return len(ids)


def _end_lonely(trade_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """End the breaks that only say that such a trade stands alone."""
    lonely = list(
        Break.objects.select_for_update()
        .filter(trade_id__in=trade_ids, line__isnull=True)
        .exclude(trade__state="VALIDATED")
        .exclude(state=BreakState.RESOLVED.value)
        .values_list("pk", flat=True)
    )
    Break.objects.filter(pk__in=lonely).update(
        state=BreakState.RESOLVED.value,
        resolution=Resolution.NO_LONGER_FOUND.value,
        resolved_by=actor.name,
        resolved_at=at,
    )
    desk.close_work(
        kind=WorkKind.BREAK,
        subject_kind=queue.SUBJECT,
        subject_ids=lonely,
        actor=actor,
        at=at,
    )
