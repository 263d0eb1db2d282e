"""Work items: opened where something waits for a person, done when it no longer does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from core.acts import acting
from desk.facts import Subject
from desk.models import WorkItem
from desk.states import WorkKind, WorkState
from kernel.actors import Actor
from kernel.findings import Severity

BATCH: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to do about a subject, as it shows in the queue."""

    subject: Subject
    title: str
    severity: Severity = Severity.WARNING


def open_work(*, kind: WorkKind, tasks: Iterable[Task], actor: Actor, at: datetime) -> int:
    """Open one item per subject; a subject that already has an open one of this kind keeps it."""
    items = [
        WorkItem(
            kind=kind.value,
            subject_kind=task.subject.kind,
            subject_id=task.subject.id,
            title=task.title[:200],
            url=task.subject.url,
            desk_code=task.subject.desk_code,
            due_at=task.subject.due_at,
            amount_at_risk=task.subject.amount_at_risk,
            currency=task.subject.currency,
            severity=task.severity.value,
            opened_at=at,
        )
        for task in tasks
    ]
    if items:
        with acting(actor=actor):
            WorkItem.objects.bulk_create(items, batch_size=BATCH, ignore_conflicts=True)
    return len(items)


def close_work(
    *,
    kind: WorkKind,
    subject_kind: str,
    subject_ids: Collection[int],
    actor: Actor,
    at: datetime,
) -> int:
    """Mark the open items of these subjects done; return how many there were."""
    if not subject_ids:
        return 0
    with acting(actor=actor):
        return WorkItem.objects.filter(
            kind=kind.value,
            subject_kind=subject_kind,
            subject_id__in=subject_ids,
            state=WorkState.OPEN.value,
        ).update(state=WorkState.DONE.value, done_at=at, done_by=actor.name)


def assign_work(
    *, kind: WorkKind, subject_kind: str, subject_id: int, owner_id: int | None, actor: Actor
) -> None:
    """Give the open item of a subject to a person, or to nobody."""
    with acting(actor=actor):
        WorkItem.objects.filter(
            kind=kind.value,
            subject_kind=subject_kind,
            subject_id=subject_id,
            state=WorkState.OPEN.value,
        ).update(owner_id=owner_id)
