"""The demo world, room by room: each room that has a `demo` module adds its part, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.acts import acting
from core.models import RoleGrant, User
from core.roles import Role
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from refdata.models import Party

PASSWORD: Final = "demo"  # noqa: S105 - the documented password of the demo, refused elsewhere
ACCOUNTS: Final = {
    # user: (role, first name, last name)
    "agent": (Role.AGENT, "Camille", "Petit"),
    "agent2": (Role.AGENT, "Sacha", "Girard"),
    "supervisor": (Role.SUPERVISOR, "Dominique", "Faure"),
    "supervisor2": (Role.SUPERVISOR, "Claude", "Mercier"),
    "auditor": (Role.AUDITOR, "Maxime", "Chevalier"),
    "admin": (Role.ADMINISTRATOR, "Alix", "Fontaine"),
}
ROOMS: Final = ("refdata", "desk", "trades", "reconciliation", "reporting")


class NotEmpty(Refusal):
    """The database already holds somebody's data: the demo world never mixes with it."""

    code = "DATABASE_NOT_EMPTY"


def seed(*, business_date: date, at: datetime) -> Iterator[str]:
    """Write the demo accounts, then let each room seed its part; yield each room when done.

    Raises NotEmpty on a database that holds parties already.
    """
    if Party.objects.exists():
        raise NotEmpty(str(_("The database is not empty: the demo day is for a new one.")))
    _accounts()
    yield "accounts"
    for room in ROOMS:
        if find_spec(f"{room}.demo") is not None:
            import_module(f"{room}.demo").seed(business_date=business_date, at=at)
            yield room


def _accounts() -> None:
    with acting(actor=SYSTEM, reason="demo day"):
        for username, (role, first_name, last_name) in ACCOUNTS.items():
            user, created = User.objects.get_or_create(
                username=username,
                defaults={
                    "first_name": first_name,
                    "last_name": last_name,
                    "is_staff": role is Role.ADMINISTRATOR,
                },
            )
            if created:
                user.set_password(PASSWORD)
                user.save(update_fields=["password"])
                RoleGrant.objects.create(user=user, role=role, granted_by="system")
