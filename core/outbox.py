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
    return announce_each(event, [(subject, payload or {})])[0]


def announce_each(event: str, news: Sequence[tuple[str, Mapping[str, Any]]]) -> list[OutboxEvent]:
    """Announce the same event of several subjects, each with its payload, as `announce` does."""
    if not connection.in_atomic_block:
        raise OutsideAnAct(event)
    actor, request = _current_actor(), context.request_id.get()
    told = OutboxEvent.objects.bulk_create(
        OutboxEvent(
            event=event,
            subject=subject,
            payload=dict(payload),
            actor_name=actor,
            request_id=request,
            published_at=Now(),
        )
        for subject, payload in news
    )
    kinds = subscriptions().get(event, ())
    Job.objects.bulk_create(
        Job(
            kind=kind,
            title=one.subject[:200],
            parameters=one.payload,
            actor_name=SYSTEM.name,
            actor_kind=SYSTEM.kind.value,
            request_id=request,
            event=one,
        )
        for one in told
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
