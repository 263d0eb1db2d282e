"""Confirmations in the one queue of the house: mismatched, alleged, or open past the deadline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from desk import services as desk
from desk.facts import Subject
from desk.models import WorkItem
from desk.services.work import retitle_work
from desk.states import WorkKind, WorkState
from kernel.actors import Actor
from kernel.findings import Severity
from settlement import selectors
from settlement.models import Confirmation
from settlement.states import ConfirmationState

SUBJECT: Final = "confirmation"


def ask(rows: Sequence[Confirmation], *, actor: Actor, at: datetime) -> None:
    """Put confirmations in the queue, due at the deadline of their trade date; none twice."""
    due = selectors.deadlines({row.trade_date for row in rows if row.trade_date})
    tasks = [
        desk.Task(
            subject=Subject(
                kind=SUBJECT,
                id=row.pk,
                reference=row.reference,
                desk_code=row.desk_code,
                url=f"/confirmations/{row.pk}/",
                due_at=due.get(row.trade_date) if row.trade_date else None,
                amount_at_risk=None if row.amount is None else abs(row.amount),
                currency=row.currency,
                day=row.trade_date,
            ),
            title=title(row),
            severity=_severity(row),
        )
        for row in rows
    ]
    desk.open_work(kind=WorkKind.CONFIRMATION, tasks=tasks, actor=actor, at=at)
    known = WorkItem.objects.filter(
        kind=WorkKind.CONFIRMATION.value,
        subject_kind=SUBJECT,
        subject_id__in=[row.pk for row in rows],
        state=WorkState.OPEN.value,
    )
    titles = dict(known.values_list("subject_id", "title"))
    for row in rows:
        if titles.get(row.pk) != title(row):
            retitle_work(
                kind=WorkKind.CONFIRMATION,
                subject_kind=SUBJECT,
                subject_id=row.pk,
                title=title(row),
                actor=actor,
            )


def done(ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Take confirmations out of the queue."""
    desk.close_work(
        kind=WorkKind.CONFIRMATION, subject_kind=SUBJECT, subject_ids=ids, actor=actor, at=at
    )


def title(row: Confirmation) -> str:
    """Return the code of the state and what it is about; pages say the code in words."""
    about = row.reference or f"{row.isin or row.pair} {row.trade_date}"
    return f"{row.state} {about}"


def _severity(row: Confirmation) -> Severity:
    alleged = row.state == ConfirmationState.ALLEGED.value
    return Severity.BLOCKING if alleged else Severity.WARNING
