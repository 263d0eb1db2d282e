"""Acts that touch several rooms at once: taking work out of the one queue, and giving it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from core import access, bulk, delegations
from core.acts import acting
from core.pages.selection import SelectionChanged
from core.people import actor_of
from desk import selectors as desk
from desk.models import WorkItem
from desk.services import exceptions, work
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Refusal
from reconciliation.services import breaks

TAKE_JOB = "backoffice.take_work"


class UnableToGive(Refusal):
    """Work of this kind is neither taken nor given back."""

    code = "UNABLE_TO_GIVE"


DONE_BY = {
    WorkKind.EXCEPTION: access.Action.RESOLVE_EXCEPTION,
    WorkKind.VALIDATION: access.Action.VALIDATE_TRADE,
    WorkKind.CANCELLATION: access.Action.VALIDATE_TRADE,
    WorkKind.CORRECTION: access.Action.AMEND_TRADE,
    WorkKind.ALLOCATION: access.Action.RESOLVE_EXCEPTION,  # of who proposes and of who decides
    WorkKind.CONFIRMATION: access.Action.CONFIRM,
    WorkKind.BREAK: access.Action.MATCH,
    WorkKind.REPORT: access.Action.GENERATE_REPORT,
    WorkKind.WEBHOOK: access.Action.CONFIGURE,
    WorkKind.QUARANTINE: access.Action.IMPORT_FILE,
    WorkKind.ACCESS: access.Action.GRANT_ROLE,
    WorkKind.CONDUCT: access.Action.WAIVE_EXCEPTION,
    WorkKind.WAIVER: access.Action.WAIVE_EXCEPTION,
    WorkKind.MENTION: access.Action.VIEW_TRADES,
    WorkKind.STATIC_DATA: access.Action.APPROVE_REFDATA,
}
"""Who takes work of a kind must be allowed to do it."""


def take_work(
    *, item_ids: Collection[int], owner_id: int | None, actor: Actor, at: datetime
) -> int:
    """Give open work to a person (None: back to the team), all or nothing; return how many.

    Raises SelectionChanged when one of the items is done or out of the actor's reach, and Forbidden
    when it is not the actor's kind of work.
    """
    with acting(actor=actor):
        items = list(desk.list_work(actor=actor).filter(pk__in=item_ids).order_by("pk"))
        if len(items) != len(set(item_ids)):
            raise SelectionChanged(_("Part of this work is done already. Nothing was done."))
        for item in items:
            _give(item, owner_id, actor, at)
    return len(items)


def hand_over(*, item_ids: Collection[int], actor: Actor, at: datetime) -> tuple[int, int]:
    """Give open work to who stands in for its owner and may do it; return how many, and the rest.

    Of several who stand in, in other roles or on other desks, the first one lent to who may do it.
    Raises Forbidden when it is not the actor's kind of work.
    """
    given = 0
    with acting(actor=actor):
        items = desk.list_work(actor=actor).filter(pk__in=item_ids, owner__isnull=False)
        lent = delegations.living(at=at).filter(starts_at__lte=at).order_by("pk")
        stand_ins: defaultdict[int, dict[int, Actor]] = defaultdict(dict)
        for row in lent:
            stand_ins[row.lender_id].setdefault(row.delegate_id, actor_of(row.delegate))
        for item in items.order_by("pk"):
            others = stand_ins[item.owner_id or 0]
            other = next((pk for pk, one in others.items() if _may_do(item, one)), None)
            if other is not None:
                _give(item, other, actor, at)
                given += 1
    return given, len(set(item_ids)) - given


def _may_do(item: WorkItem, actor: Actor) -> bool:
    desk = access.desk_or_any(item.desk_code)
    return access.allows(actor, DONE_BY[WorkKind(item.kind)], desk=desk)


def take_step(step: bulk.Step) -> list[bulk.Outcome]:
    """Give some items of a job to a person (None: back to the team), and say of each what came."""
    owner_id = step.parameters["owner_id"]
    items = desk.list_work(actor=step.actor).filter(pk__in=step.seen)

    def take(item_id: int) -> None:
        take_work(item_ids=[item_id], owner_id=owner_id, actor=step.actor, at=step.at)

    return bulk.one_by_one(step, take, named={item.pk: (item.title, item.url) for item in items})


def _give(item: WorkItem, owner_id: int | None, actor: Actor, at: datetime) -> None:
    kind = WorkKind(item.kind)
    if kind is WorkKind.MENTION:
        raise UnableToGive(_("A mention is to one person: open it, and it is done."))
    access.require(actor, DONE_BY[kind], desk=access.desk_or_any(item.desk_code))
    if kind in (WorkKind.EXCEPTION, WorkKind.REPORT, WorkKind.CONDUCT):
        exceptions.assign_exception(
            exception_id=item.subject_id, owner_id=owner_id, actor=actor, at=at
        )
    elif kind is WorkKind.BREAK:
        breaks.assign_break(break_id=item.subject_id, owner_id=owner_id, actor=actor, at=at)
    work.assign_work(
        kind=kind,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        owner_id=owner_id,
        actor=actor,
    )
