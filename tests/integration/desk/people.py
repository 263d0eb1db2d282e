"""People with roles, for tests of the desk and of validation."""

from __future__ import annotations

from decimal import Decimal

from core.models import RoleGrant, User
from core.roles import Role
from desk.models import SupervisorLimit
from kernel.actors import Actor, ActorKind
from tests.factories.refdata import known_desk


def person(name: str, role: Role, *, desk: str = "", limit: str | None = None) -> Actor:
    """Return an actor who holds `role` (on `desk`), with a validation limit when one is given."""
    user, _created = User.objects.get_or_create(username=name)
    RoleGrant.objects.get_or_create(user=user, role=role.value, desk_code=known_desk(desk))
    if limit is not None:
        SupervisorLimit.objects.get_or_create(
            user=user, amount_eur=Decimal(limit), defaults={"set_by": "admin"}
        )
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)
