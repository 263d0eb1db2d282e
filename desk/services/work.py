"""Work items: opened where something waits for a person, done when it no longer does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from core.acts import acting
from desk.facts import Subject
from desk.models import WorkItem
from desk.states import WorkKind, WorkState
from kernel.actors import Actor
from kernel.findings import Severity

OPEN: Final = """
INSERT INTO desk_workitem (kind, state, opened_at, done_by, subject_id, subject_kind, title, url,
                           desk_code, due_at, amount_at_risk, currency, severity)
SELECT %s, 'OPEN', %s, '', task.*
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
              %s::numeric[], %s::text[], %s::text[]) AS task
ON CONFLICT DO NOTHING
"""


FOLLOW: Final = """
UPDATE desk_workitem item
   SET desk_code = task.desk_code, due_at = task.due_at, severity = task.severity,
       amount_at_risk = task.amount_at_risk, currency = task.currency
  FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::numeric[], %s::text[], %s::text[])
       AS task (id, desk_code, due_at, amount_at_risk, currency, severity)
 WHERE item.kind = %s AND item.subject_kind = %s AND item.subject_id = task.id
   AND item.state = 'OPEN'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to do about a subject, as it shows in the queue."""

    subject: Subject
    title: str
    severity: Severity = Severity.WARNING


def open_work(*, kind: WorkKind, tasks: Iterable[Task], actor: Actor, at: datetime) -> int:
    """Open one item per subject; a subject that already has an open one of this kind keeps it."""
    rows = [
        (
            task.subject.id,
            task.subject.kind,
            task.title[:200],
            task.subject.url,
            task.subject.desk_code,
            task.subject.due_at,
            task.subject.amount_at_risk,
            task.subject.currency,
            task.severity.value,
        )
        for task in tasks
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with acting(actor=actor), connection.cursor() as cursor:
            cursor.execute(OPEN, [kind.value, at, *columns])
    return len(rows)


def follow_work(*, kind: WorkKind, tasks: Sequence[Task], actor: Actor) -> None:
    """Have the open items of these subjects, all of one kind, say what the subjects are now."""
    if not tasks:
        return
    rows = [
        (
            task.subject.id,
            task.subject.desk_code,
            task.subject.due_at,
            task.subject.amount_at_risk,
            task.subject.currency,
            task.severity.value,
        )
        for task in tasks
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    with acting(actor=actor), connection.cursor() as cursor:
        cursor.execute(FOLLOW, [*columns, kind.value, tasks[0].subject.kind])


def _open_items(
    kinds: Iterable[WorkKind], subject_kind: str, subject_ids: Collection[int]
) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(
        kind__in=[kind.value for kind in kinds],
        subject_kind=subject_kind,
        subject_id__in=subject_ids,
        state=WorkState.OPEN.value,
    )


def close_work(
    *,
    kind: WorkKind | tuple[WorkKind, ...],
    subject_kind: str,
    subject_ids: Collection[int],
    actor: Actor,
    at: datetime,
) -> int:
    """Mark the open items of these subjects done; return how many there were."""
    if not subject_ids:
        return 0
    kinds = (kind,) if isinstance(kind, WorkKind) else kind
    with acting(actor=actor):
        return _open_items(kinds, subject_kind, subject_ids).update(
            state=WorkState.DONE.value, done_at=at, done_by=actor.name
        )


def assign_work(
    *, kind: WorkKind, subject_kind: str, subject_id: int, owner_id: int | None, actor: Actor
) -> None:
    """Give the open item of a subject to a person, or to nobody."""
    with acting(actor=actor):
        _open_items((kind,), subject_kind, [subject_id]).update(owner_id=owner_id)


def retitle_work(
    *, kind: WorkKind, subject_kind: str, subject_id: int, title: str, actor: Actor
) -> None:
    """Let the open item of a subject say what is to be done now."""
    with acting(actor=actor):
        _open_items((kind,), subject_kind, [subject_id]).update(title=title[:200])
