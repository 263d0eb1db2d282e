"""Giving and taking roles; what a person may not hold together is refused by the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from core.access import Action, require
from core.acts import acting
from core.models import RoleGrant, User
from core.people import require_name
from core.roles import Role
from kernel.actors import Actor
from kernel.findings import Refusal


class UnableToGrant(Refusal):
    """One person would hold both sides of a control, or the desk is not there."""

    code = "UNABLE_TO_GRANT"


class UnableToInstall(Refusal):
    """There is an administrator already, or the name belongs to somebody else."""

    code = "UNABLE_TO_INSTALL"


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


def install_administrator(
    *, name: str, actor: Actor, at: datetime, reason: str, break_glass: bool = False
) -> User:
    """Create the administrator of a new house, who can then let in everybody else.

    Where one is at work already this is a way around them: it asks for `break_glass`, which also
    lets an administrator of that name in again. Raises UnableToInstall, UnableToName.
    """
    at_work = RoleGrant.objects.filter(
        role=Role.ADMINISTRATOR.value, desk_code="", user__is_active=True
    )
    if not break_glass and (known := at_work.order_by("pk").first()):
        raise UnableToInstall(f"{known.user.username} is administrator here and lets others in")
    with acting(actor=actor, reason=reason):
        user = User.objects.filter(username=name).first() or User(username=name, date_joined=at)
        if not user.pk:
            require_name(name)
        elif not user.grants.filter(role=Role.ADMINISTRATOR.value, desk_code="").exists():
            raise UnableToInstall(f"{name} is taken by someone who is no administrator")
        user.is_active = user.is_staff = True
        user.set_unusable_password()
        user.full_clean()
        user.save()
        _insert(user, Role.ADMINISTRATOR, "", granted_by=actor, at=at, reason=reason)
    return user


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
