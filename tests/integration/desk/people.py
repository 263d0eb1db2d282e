"""People with roles, for tests of the desk and of validation."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.models import RoleGrant, User
from core.roles import Role
from desk.models import ControlException, SupervisorLimit
from desk.services import granting, waive_exception
from kernel.actors import Actor, ActorKind
from tests.factories.refdata import known_desk


def person(name: str, role: Role, *, desk: str = "", limit: str | None = None) -> Actor:
    """Return an actor who holds `role` (on `desk`), with a validation limit when one is given."""
    user, _created = User.objects.get_or_create(username=name)
    RoleGrant.objects.get_or_create(user=user, role=role.value, desk_code=known_desk(desk))
    if limit is not None:
        SupervisorLimit.objects.get_or_create(
            user=user, amount_eur=Decimal(limit), defaults={"set_by": "console"}
        )
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


def waive(row: ControlException, *, by: Actor, granted_by: Actor, at: datetime, why: str) -> None:
    """Have an exception waived by as many people as it takes."""
    asked = waive_exception(exception_id=row.pk, reason=why, actor=by, at=at)
    if asked is not None:
        granting.grant_request(request_id=asked.pk, seen=asked.fingerprint, actor=granted_by, at=at)
