"""News: what happened, told upwards. Receivers are jobs, written in the teller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from core import context, doorbell
from core.models import Job, OutboxEvent
from kernel.actors import SYSTEM


class OutsideAnAct(RuntimeError):
    """News must commit or vanish with the change that it tells of."""


def announce(event: str, *, subject: str, payload: Mapping[str, Any] | None = None) -> OutboxEvent:
    """Record the event, and queue the jobs that the subscription table names for it.

    All in the caller's transaction: no news of a change that was rolled back, none lost. The
    payload becomes the parameters of the jobs. Raises OutsideAnAct without a transaction.
    """
    if not connection.in_atomic_block:
        raise OutsideAnAct(event)
    told = OutboxEvent.objects.create(
        event=event,
        subject=subject,
        payload=dict(payload or {}),
        actor_name=_current_actor(),
        request_id=context.request_id.get(),
        published_at=Now(),
    )
    kinds = subscriptions().get(event, ())
    Job.objects.bulk_create(
        Job(
            kind=kind,
            title=subject[:200],
            parameters=dict(payload or {}),
            actor_name=SYSTEM.name,
            actor_kind=SYSTEM.kind.value,
            request_id=told.request_id,
            event=told,
        )
        for kind in kinds
    )
    if kinds:
        transaction.on_commit(doorbell.ring, robust=True)
    return told


def subscriptions() -> Mapping[str, Sequence[str]]:
    """Return the table event -> job kinds, which lives in the composition root."""
    table: Mapping[str, Sequence[str]] = import_string(settings.SUBSCRIPTIONS)
    return table


def _current_actor() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('denouement.actor', true), '')")
        return str(cursor.fetchone()[0])
