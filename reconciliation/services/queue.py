"""Breaks in the one queue of the house."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from desk import services as desk
from desk.facts import Subject
from desk.services.work import assign_work
from desk.states import WorkKind
from kernel.actors import Actor
from reconciliation.models import Break

DUE_IN: Final = timedelta(days=2)
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
    open_tasks(tasks(breaks, at=at), actor=actor, at=at)
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


def tasks(breaks: Iterable[Break | Found], *, at: datetime) -> list[desk.Task]:
    """Say what the queue shows of each break."""
    return [_task(found, at) for found in breaks]


def _task(found: Break | Found, at: datetime) -> desk.Task:
    return desk.Task(
        subject=Subject(
            kind=SUBJECT,
            id=found.pk,
            reference=found.reference,
            url=f"/reconciliation/breaks/{found.pk}/",
            desk_code=found.desk_code,
            due_at=at + DUE_IN,
            amount_at_risk=abs(found.difference),
            currency=found.currency,
        ),
        title=f"{found.category} {found.reference}".strip(),
    )
