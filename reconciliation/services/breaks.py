"""Breaks and their lives: taken by somebody, talked about, resolved with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.models import User
from core.reasons import reason_of
from desk import services as desk
from desk.facts import Place
from desk.models import Comment
from desk.services.work import assign_work
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from reconciliation.models import Break
from reconciliation.states import BREAK_TRANSITIONS, BreakState, Resolution

SUBJECT: Final = "break"
BY_PERSON: Final = (Resolution.ACCEPTED, Resolution.OURS_CORRECTED, Resolution.THEIRS_CORRECTED)


class UnableToResolve(Refusal):
    """The break lacks a reason, or the resolution is not one that a person gives."""

    code = "UNABLE_TO_RESOLVE"


def _locked(break_id: int, actor: Actor) -> Break:
    found = Break.objects.select_for_update(of=("self",)).get(pk=break_id)
    access.require(actor, access.Action.MATCH, desk=access.desk_or_any(found.desk_code))
    return found


def assign_break(*, break_id: int, owner_id: int | None, actor: Actor, at: datetime) -> Break:
    """Give the break to a person, or back to nobody. Raises IllegalTransition, Forbidden."""
    with acting(actor=actor):
        found = _locked(break_id, actor)
        owner = User.objects.get(pk=owner_id, is_active=True) if owner_id else None
        target = BreakState.ASSIGNED if owner else BreakState.OPEN
        if found.state != target:
            require_transition(BREAK_TRANSITIONS, source=BreakState(found.state), target=target)
        found.state, found.owner = target.value, owner
        found.save(update_fields=["state", "owner"])
        assign_work(
            kind=WorkKind.BREAK,
            subject_kind=SUBJECT,
            subject_id=found.pk,
            owner_id=owner_id,
            actor=actor,
        )
    return found


def comment_break(*, break_id: int, text: str, actor: Actor, at: datetime) -> Comment:
    """Add a comment to the break. Raises UnableToComment, Forbidden."""
    with acting(actor=actor):
        found = _locked(break_id, actor)
        return desk.comment(
            subject_kind=SUBJECT,
            subject_id=found.pk,
            text=text,
            actor=actor,
            at=at,
            place=Place(
                url=found.get_absolute_url(),
                desk_code=access.desk_or_any(found.desk_code),
                action=access.Action.VIEW_RECONCILIATION,
            ),
        )


def resolve_break(
    *, break_id: int, resolution: Resolution, reason: str, actor: Actor, at: datetime
) -> Break:
    """End the break with a resolution and a reason; an accepted one is not opened again.

    Raises UnableToResolve, IllegalTransition, Forbidden.
    """
    if not reason_of(reason):
        raise UnableToResolve(_("Give a reason."))
    if resolution not in BY_PERSON:
        raise UnableToResolve(_("Choose how the break was resolved."))
    with acting(actor=actor, reason=reason):
        found = _locked(break_id, actor)
        require_transition(
            BREAK_TRANSITIONS, source=BreakState(found.state), target=BreakState.RESOLVED
        )
        found.state, found.resolution = BreakState.RESOLVED.value, resolution.value
        found.reason, found.resolved_by, found.resolved_at = reason_of(reason), actor.name, at
        found.save()
        desk.close_work(
            kind=WorkKind.BREAK, subject_kind=SUBJECT, subject_ids=[found.pk], actor=actor, at=at
        )
    return found
