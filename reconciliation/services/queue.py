"""Breaks in the one queue of the house."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils import timezone

from desk import services as desk
from desk.facts import Subject
from desk.services.work import assign_work, retitle_work
from desk.states import WorkKind
from kernel.actors import Actor
from reconciliation.models import Break
from reconciliation.selectors import ageing

#: Business days, as breaks age: the days that a break may be watched before it needs an owner.
DUE_IN: Final = 2
SUBJECT: Final = "break"


class Found(NamedTuple):
    """What the queue shows of a break that a run saved."""

    pk: int
    category: str
    reference: str
    desk_code: str
    difference: Decimal
    currency: str


def open_work(breaks: Iterable[Break], *, actor: Actor, at: datetime) -> None:
    """Put each break into the queue, with the owner that it has."""
    breaks = list(breaks)
    open_tasks(tasks(breaks, due_at=due_from(at)), actor=actor, at=at)
    for found in breaks:
        if found.owner_id is not None:
            assign_work(
                kind=WorkKind.BREAK,
                subject_kind=SUBJECT,
                subject_id=found.pk,
                owner_id=found.owner_id,
                actor=actor,
            )


def open_tasks(known: Iterable[desk.Task], *, actor: Actor, at: datetime) -> None:
    """Put tasks about breaks that nobody owns into the queue."""
    desk.open_work(kind=WorkKind.BREAK, tasks=known, actor=actor, at=at)


def rename(found: Break, *, actor: Actor) -> None:
    """Let the queue show what the break is now."""
    retitle_work(
        kind=WorkKind.BREAK,
        subject_kind=SUBJECT,
        subject_id=found.pk,
        title=_title(found),
        actor=actor,
    )


def due_from(at: datetime) -> datetime:
    """Return when a break that is opened now falls due: at this hour of a business day."""
    now = timezone.localtime(at)
    return datetime.combine(ageing(now.date()).later(DUE_IN), now.timetz())


def tasks(breaks: Iterable[Break | Found], *, due_at: datetime) -> list[desk.Task]:
    """Say what the queue shows of each break; asks the database nothing."""
    return [_task(found, due_at) for found in breaks]


def _task(found: Break | Found, due_at: datetime) -> desk.Task:
    return desk.Task(
        subject=Subject(
            kind=SUBJECT,
            id=found.pk,
            reference=found.reference,
            url=f"/reconciliation/breaks/{found.pk}/",
            desk_code=found.desk_code,
            due_at=due_at,
            amount_at_risk=abs(found.difference),
            currency=found.currency,
        ),
        title=_title(found),
    )


def _title(found: Break | Found) -> str:
    """Return the code of the category and the reference; pages say the code in words."""
    return f"{found.category} {found.reference}".strip()
