"""Statements that are not there in time go into the queue, and leave it when they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Max
from django.utils import timezone

from core.acts import acting
from desk import services as desk
from desk.facts import Subject
from desk.states import WorkKind
from kernel.actors import Actor
from reconciliation.models import LateStatement, Statement, StatementSchedule
from reconciliation.selectors import Ageing, ageing
from reconciliation.states import Purpose, StatementState

JOB_KIND: Final = "reconciliation.tell_late"
SUBJECT: Final = "late_statement"
TITLE: Final = "STATEMENT_LATE"
LOOKED_BACK: Final = timedelta(days=14)
"""Older days are not looked for: what never came was told when it was late."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many statements were found late, and how many of those told before came."""

    late: int
    came: int


def has_news(*, at: datetime) -> bool:
    """Say whether a statement is late that nobody was told of, or came that was late."""
    return any(True for _found in _late(at)) or any(True for _found in _came())


def tell_late(*, actor: Actor, at: datetime) -> Told:
    """Note what is late and queue it, take out what came; again it does nothing."""
    with acting(actor=actor):
        late = LateStatement.objects.bulk_create(list(_late(at)), ignore_conflicts=True)
        rows = LateStatement.objects.filter(came_at=None).select_related("schedule__account")
        desk.open_work(
            kind=WorkKind.QUARANTINE,
            tasks=[_task(row) for row in rows.order_by("pk")],
            actor=actor,
            at=at,
        )
        came = [row.pk for row in _came()]
        LateStatement.objects.filter(pk__in=came).update(came_at=at)
        desk.close_work(
            kind=WorkKind.QUARANTINE,
            subject_kind=SUBJECT,
            subject_ids=came,
            actor=actor,
            at=at,
        )
    return Told(len(late), len(came))


def _task(row: LateStatement) -> desk.Task:
    account = row.schedule.account
    return desk.Task(
        subject=Subject(
            kind=SUBJECT,
            id=row.pk,
            reference=account.code,
            url="/reconciliation/statements/",
            due_at=row.due_at,
            currency=account.currency,
            day=row.day,
        ),
        title=f"{TITLE} {account.code} {row.day.isoformat()}",
    )


def _late(at: datetime) -> Iterator[LateStatement]:
    """Yield the days that are past their hour without a statement, and were not noted yet."""
    schedules = list(StatementSchedule.objects.select_related("account"))
    known = set(LateStatement.objects.values_list("schedule_id", "day"))
    covered = _covered({schedule.account_id for schedule in schedules})
    today = timezone.localtime(at).date()
    calendar = ageing(today)
    for schedule in schedules:
        until = covered.get(schedule.account_id)
        for day in _days(schedule, today, calendar):
            due_at = _due(schedule, day)
            if due_at < at and (schedule.pk, day) not in known and (until is None or until < day):
                yield LateStatement(schedule=schedule, day=day, due_at=due_at)


def _came() -> list[LateStatement]:
    """Return what was noted as late and is covered by a statement now."""
    rows = list(LateStatement.objects.filter(came_at=None).select_related("schedule"))
    covered = _covered({row.schedule.account_id for row in rows})
    return [
        row
        for row in rows
        if (until := covered.get(row.schedule.account_id)) is not None and until >= row.day
    ]


def _covered(accounts: set[int]) -> dict[int, date]:
    """Return the last day that the booked statements of each account cover."""
    held = Statement.objects.filter(
        account_id__in=accounts,
        purpose=Purpose.FINAL,
        is_last_page=True,
        source__state=StatementState.IMPORTED,
        period_to__isnull=False,
    )
    return dict(held.values_list("account_id").annotate(last=Max("period_to")).order_by())


def _days(schedule: StatementSchedule, today: date, calendar: Ageing) -> Iterator[date]:
    """Yield the business days that the schedule speaks of, until today."""
    day = max(schedule.valid_from, today - LOOKED_BACK)
    last = min(schedule.valid_to or today, today)
    while day <= last:
        if calendar.is_open(day):
            yield day
        day += timedelta(days=1)


def _due(schedule: StatementSchedule, day: date) -> datetime:
    on = ageing(day).later(schedule.days_after) if schedule.days_after else day
    return datetime.combine(on, schedule.at_time, tzinfo=timezone.get_current_timezone())
