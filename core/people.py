"""Who a signed-in user is to the services."""

from __future__ import annotations

from typing import Final

from core.models import User
from kernel.actors import Actor, ActorKind

NOBODY: Final = Actor(name="anonymous", kind=ActorKind.PERSON)


def actor_of(user: object) -> Actor:
    """Return the actor that a signed-in user is; an anonymous one has no rights at all."""
    if isinstance(user, User) and user.is_active:
        return Actor(name=user.get_username(), kind=ActorKind.PERSON, user_id=user.pk)
    return NOBODY
