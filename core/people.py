"""Who a signed-in user is to the services."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.utils.translation import gettext

from core.models import User
from kernel.actors import SYSTEM, Actor, ActorKind
from kernel.findings import Refusal

NOBODY: Final = Actor(name="anonymous", kind=ActorKind.PERSON)
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@_+-]*", re.ASCII)


class UnableToName(Refusal):
    """A user name that could be taken for another, is somebody's, or is kept for the system."""

    code = "UNABLE_TO_NAME"


def require_name(name: str) -> None:
    """Raise UnableToName unless a new user may bear `name`; the database asks the same.

    It is an identity for ever: plain letters, no name of the system, none that differs by case.
    """
    if not NAME.fullmatch(name):
        raise UnableToName(
            gettext("A user name is written in letters without accents, digits and . @ _ + -")
        )
    kept = {SYSTEM.name, NOBODY.name, *settings.DATABASE_ROLES.values()}
    if name.lower() in kept:
        raise UnableToName(gettext("This name is kept for the system."))
    if User.objects.filter(username__iexact=name).exists():
        raise UnableToName(gettext("Somebody bears this name already."))


def actor_of(user: object) -> Actor:
    """Return the actor that a signed-in user is; an anonymous one has no rights at all."""
    if isinstance(user, User) and user.is_active:
        return Actor(name=user.get_username(), kind=ActorKind.PERSON, user_id=user.pk)
    return NOBODY
