"""Decisions on confirmations, and moves along the table of their states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from kernel.actors import Actor
from kernel.states import require_transition
from settlement.facts import Pair
from settlement.models import Confirmation, ConfirmationDecision
from settlement.services import news
from settlement.states import TRANSITIONS, UNCONFIRMED, ConfirmationState, Deed

SAVE: Final = """
UPDATE settlement_confirmation c
   SET state = s.state, end_reason = s.end_reason, received_id = s.received_id, basis = s.basis,
       differs = string_to_array(s.differs, ',')::varchar[], sent_at = s.sent_at,
       sent_file_id = s.sent_file_id, matched_at = s.matched_at
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
              %s::timestamptz[], %s::bigint[], %s::timestamptz[])
       AS s (id, state, end_reason, received_id, basis, differs, sent_at, sent_file_id, matched_at)
 WHERE c.id = s.id
"""


def save(rows: Sequence[Confirmation]) -> None:
    """Write what moves of locked confirmations, in one statement however many they are."""
    if not rows:
        return
    columns: list[list[Any]] = [
        [row.pk for row in rows],
        [row.state for row in rows],
        [row.end_reason for row in rows],
        [row.received_id for row in rows],
        [row.basis for row in rows],
        [",".join(row.differs) for row in rows],
        [row.sent_at for row in rows],
        [row.sent_file_id for row in rows],
        [row.matched_at for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(SAVE, columns)


def move(row: Confirmation, target: ConfirmationState) -> None:
    """Set the state of a locked row; raises IllegalTransition where the table has no arrow."""
    require_transition(TRANSITIONS, source=ConfirmationState(row.state), target=target)
    row.state = target.value


def waiting_state(row: Confirmation) -> ConfirmationState:
    """Return where one of ours stands that is paired with nothing."""
    return ConfirmationState.SENT if row.sent_at else ConfirmationState.TO_SEND


def release(row: Confirmation) -> None:
    """Take the message away from a locked confirmation of ours; it waits for another one."""
    target = waiting_state(row)
    if row.state not in UNCONFIRMED:
        move(row, target)
    row.received, row.basis, row.differs, row.matched_at = None, "", [], None


def evidence(pair: Pair) -> dict[str, Any]:
    """Return what a pair rests on, to be stored with its decision."""
    return {
        "profile": pair.profile,
        "fields": {
            one.field: {
                "ours": one.ours,
                "theirs": one.theirs,
                "allowed": one.allowed,
                "agrees": one.agrees,
            }
            for one in pair.fields
        },
        "rivals_ours": list(pair.rivals_ours),
        "rivals_theirs": list(pair.rivals_theirs),
    }


def decision(
    row_id: int,
    deed: Deed,
    *,
    actor: Actor,
    at: datetime,
    received_id: int | None = None,
    basis: str = "",
    found: Mapping[str, Any] | None = None,
    reason: str = "",
) -> ConfirmationDecision:
    """Return a decision to be saved."""
    return ConfirmationDecision(
        confirmation_id=row_id,
        received_id=received_id,
        deed=deed.value,
        basis=basis,
        evidence=dict(found or {}),
        reason=reason,
        actor=actor.name,
        at=at,
    )


def record(decisions: Iterable[ConfirmationDecision]) -> None:
    """Save decisions, and have those who follow from outside told of them."""
    news.of_decisions(ConfirmationDecision.objects.bulk_create(decisions, batch_size=2_000))
