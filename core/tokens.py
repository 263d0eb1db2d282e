"""API tokens: made once, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from core import access
from core.acts import acting
from core.models import ApiToken, RoleGrant, User
from core.people import require_name
from core.prepared import Statement
from core.roles import Role
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal

PREFIX: Final = "dn_"
FIT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}", re.ASCII)
FIND: Final = Statement(
    "find_client",
    f"""
SELECT token.name, token.source_system, person.id, person.username, {access.RIGHTS_OF_PERSON}
  FROM core_apitoken token
  JOIN core_user person ON person.id = token.user_id AND person.is_active
 WHERE token.token_hash = %s AND token.revoked_at IS NULL
   AND (token.expires_at IS NULL OR token.expires_at > %s)
""",  # noqa: S608 - a constant of ours
)


class UnfitToken(Refusal):
    """The token would speak for no source system."""

    code = "UNFIT_TOKEN"


class NameTaken(Refusal):
    """A token or a user of that name exists."""

    code = "NAME_TAKEN"


@dataclass(frozen=True, slots=True)
class Client:
    """Who a valid token speaks for."""

    actor: Actor
    source_system: str
    token_name: str


def create_token(
    *,
    name: str,
    source_system: str,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
    role: Role = Role.API_CLIENT,
) -> str:
    """Create the client user of that name with its role and return its token, once and for all.

    A client of a counterparty speaks for that party: its code is the source system.

    Raises NameTaken, UnableToName, or UnfitToken for a source system that nobody could read again.
    """
    if not FIT.fullmatch(source_system):
        raise UnfitToken("a source system is a word of at most 30 letters, digits and . _ -")
    if User.objects.filter(username=name).exists() or ApiToken.objects.filter(name=name).exists():
        raise NameTaken(f"{name} is taken")
    require_name(name)
    token = PREFIX + secrets.token_urlsafe(32)
    with acting(actor=actor, reason="API token"):
        user = User(username=name, is_active=True, date_joined=at)
        user.set_unusable_password()
        user.save()
        RoleGrant.objects.create(user=user, role=role.value, granted_by=actor.name)
        ApiToken.objects.create(
            name=name,
            source_system=source_system,
            user=user,
            token_hash=digest(token),
            expires_at=expires_at,
        )
    return token


def revoke_token(*, name: str, actor: Actor, at: datetime) -> None:
    """Make the token worthless from now on."""
    with acting(actor=actor, reason="API token revoked"):
        ApiToken.objects.filter(name=name, revoked_at=None).update(revoked_at=at)


def find_client(token: str, *, at: datetime) -> Client | None:
    """Return who the token speaks for, or None when it is unknown, expired or revoked.

    One query reads the rights, too: a request of a client does nothing without them.
    """
    with connection.cursor() as cursor:
        cursor.execute(FIND.ready(), [digest(token), at])
        found = cursor.fetchone()
    if found is None:
        return None
    name, source_system, user_id, username, rights = found
    access.remember(user_id, rights)
    actor = Actor(name=username, kind=ActorKind.CLIENT, user_id=user_id)
    return Client(actor=actor, source_system=source_system, token_name=name)


def digest(token: str) -> str:
    """Return what is stored of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
