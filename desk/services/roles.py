"""Roles by two people as work: what is asked for, and what one alone gave, waits in the queue."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from django.utils import timezone

from core import grants
from core.acts import acting
from core.models import LoneGrant, RoleProposal, User
from core.roles import Role
from core.states import ProposalState, ReviewState
from desk.facts import Subject
from desk.services.work import Task, close_work, open_work
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.calendars import BusinessCalendar
from kernel.findings import Severity

ASKED: Final = "proposed_role"
ALONE: Final = "lone_grant"
EVENING: Final = time(18)
WEEKDAYS: Final = BusinessCalendar("weekdays", date.min, date.max, frozenset())


def propose_role(
    *, user: User, role: Role, actor: Actor, at: datetime, reason: str, desk_code: str = ""
) -> RoleProposal:
    """Ask for a role, and let it wait for another administrator until the next evening of work."""
    with acting(actor=actor, reason=reason):
        row = grants.propose_role(
            user=user, role=role, actor=actor, at=at, reason=reason, desk_code=desk_code
        )
        task = Task(subject=_subject(ASKED, row, at), title=_title("ROLE_ASKED", row))
        open_work(kind=WorkKind.ACCESS, tasks=[task], actor=actor, at=at)
    return row


def decide_role(
    *, proposal_id: int, approve: bool, actor: Actor, at: datetime, note: str = ""
) -> RoleProposal:
    """Give the proposed role or refuse it, and end the work."""
    with acting(actor=actor, reason=note):
        row = grants.decide_role(
            proposal_id=proposal_id, approve=approve, actor=actor, at=at, note=note
        )
        _close(ASKED, row.pk, actor, at)
    return row


def review_lone_grant(
    *, lone_id: int, keep: bool, note: str, actor: Actor, at: datetime
) -> LoneGrant:
    """Keep or take away what one person alone gave, and end the work."""
    with acting(actor=actor, reason=note):
        row = grants.review_lone_grant(lone_id=lone_id, keep=keep, note=note, actor=actor, at=at)
        _close(ALONE, row.pk, actor, at)
    return row


def open_reviews(*, actor: Actor, at: datetime) -> int:
    """Open work for every right that one person alone gave; what has its work keeps it.

    Due on the evening of the next weekday after it was given. Returns how many wait.
    """
    waiting = LoneGrant.objects.filter(state=ReviewState.OPEN.value).select_related("user")
    tasks = [
        Task(subject=_subject(ALONE, row, row.given_at), title=_title(_code(row), row))
        for row in waiting.order_by("pk")
    ]
    return open_work(kind=WorkKind.ACCESS, tasks=tasks, actor=actor, at=at)


def open_review_of(row: LoneGrant, *, actor: Actor, at: datetime) -> None:
    """Open the work of reviewing one of them at once."""
    task = Task(
        subject=_subject(ALONE, row, row.given_at),
        title=_title(_code(row), row),
        severity=Severity.BLOCKING,
    )
    open_work(kind=WorkKind.ACCESS, tasks=[task], actor=actor, at=at)


def _code(row: LoneGrant) -> str:
    return "ROLE_ALONE" if row.until is None else "GLASS_BROKEN"


def is_open(row: RoleProposal | LoneGrant) -> bool:
    """Say whether a row still waits for its second person."""
    return row.state in (ProposalState.PROPOSED.value, ReviewState.OPEN.value)


def _subject(kind: str, row: RoleProposal | LoneGrant, since: datetime) -> Subject:
    return Subject(kind=kind, id=row.pk, url=row.get_absolute_url(), due_at=evening_after(since))


def evening_after(since: datetime) -> datetime:
    """Return the evening of the next weekday: by then somebody else has looked at it."""
    day = WEEKDAYS.add(timezone.localdate(since), 1)
    return timezone.make_aware(datetime.combine(day, EVENING))


def _title(code: str, row: RoleProposal | LoneGrant) -> str:
    return f"{code} {row.user.username} · {row.role} {row.desk_code}".strip()


def _close(kind: str, key: int, actor: Actor, at: datetime) -> None:
    close_work(kind=WorkKind.ACCESS, subject_kind=kind, subject_ids=[key], actor=actor, at=at)
