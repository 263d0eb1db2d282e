"""Giving and taking roles; what a person may not hold together is refused by the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from core.access import Action, require
from core.acts import acting
from core.models import RoleGrant, User
from core.roles import Role
from kernel.actors import Actor
from kernel.findings import Refusal


class UnableToGrant(Refusal):
    """One person would hold both sides of a control, or the desk is not there."""

    code = "UNABLE_TO_GRANT"


REFUSALS: Final = {
    "role_grant_toxic_pair": _("This person holds a role that may not meet this one."),
    "role_grant_not_to_oneself": _("Nobody gives a role to oneself."),
    "role_grant_known_desk": _("There is no such desk."),
}
"""What the database refuses, by its constraint."""


def grant_role(
    *, user: User, role: Role, actor: Actor, at: datetime, desk_code: str = "", reason: str = ""
) -> RoleGrant:
    """Give the role on one desk (or all); the same grant twice is one. Raises UnableToGrant."""
    require(actor, Action.GRANT_ROLE)
    return _insert(user, role, desk_code, granted_by=actor, at=at, reason=reason)


def revoke_role(*, user: User, role: Role, actor: Actor, desk_code: str, reason: str) -> int:
    """Take the role back; effective with the user's next request. Returns what was revoked."""
    require(actor, Action.GRANT_ROLE)
    with acting(actor=actor, reason=reason):
        gone, _by_model = RoleGrant.objects.filter(
            user=user, role=role.value, desk_code=desk_code
        ).delete()
    return gone


def install_grant(
    *, user: User, role: Role, actor: Actor, at: datetime, desk_code: str = ""
) -> None:
    """Give a first role while a system is being set up, where nobody may grant yet."""
    _insert(user, role, desk_code, granted_by=actor, at=at, reason="set up")


def _insert(
    user: User, role: Role, desk_code: str, *, granted_by: Actor, at: datetime, reason: str
) -> RoleGrant:
    try:
        with acting(actor=granted_by, reason=reason):
            grant, _created = RoleGrant.objects.get_or_create(
                user=user,
                role=role.value,
                desk_code=desk_code,
                defaults={"granted_by": granted_by.name, "granted_at": at},
            )
    except IntegrityError as refused:
        constraint = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None)
        if constraint not in REFUSALS:
            raise
        raise UnableToGrant(str(REFUSALS[constraint])) from None
    return grant
