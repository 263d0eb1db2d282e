"""Broken glass as work: seen by every administrator at once, reviewed on the next day of work."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from core import emergency
from core.acts import acting
from core.models import LoneGrant, RoleGrant
from core.roles import Role
from desk.services import roles
from kernel.actors import Actor


def break_glass(
    *, role: Role, desk_code: str, minutes: int, reason: str, actor: Actor, at: datetime
) -> LoneGrant:
    """Take a role for some minutes and let its review wait until the evening of the next weekday.

    Raises UnableToBreakGlass.
    """
    with acting(actor=actor, reason=reason):
        grant = emergency.break_glass(
            role=role, desk_code=desk_code, minutes=minutes, reason=reason, actor=actor, at=at
        )
        lone = filed(grant).get()
        roles.open_review_of(lone, actor=actor, at=at)
    return lone


def filed(grant: RoleGrant) -> QuerySet[LoneGrant]:
    """Return what the database filed of a broken glass."""
    return LoneGrant.objects.select_related("user").filter(
        user=grant.user_id, desk_code=grant.desk_code, until=grant.valid_until
    )
