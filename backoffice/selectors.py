"""What the home page and the navigation read from the rooms below."""

from __future__ import annotations

from datetime import date

from core.models import RoleGrant
from kernel.actors import Actor


def business_date() -> date | None:
    """Return the business date of the house, None while it has none."""
    return None


def role_names(user_id: int) -> str:
    """Return the roles of a person, for the user menu."""
    found = RoleGrant.objects.filter(user_id=user_id).values_list("role", flat=True)
    return ", ".join(sorted({role.replace("_", " ").lower() for role in found}))


def count_my_work(actor: Actor) -> int:
    """Count the open work of this person and of nobody yet."""
    return 0


def count_exceptions(actor: Actor) -> int:
    """Count the open exceptions."""
    return 0


def count_to_validate(actor: Actor) -> int:
    """Count the trades that wait for a supervisor."""
    return 0


def count_breaks(actor: Actor) -> int:
    """Count the open breaks."""
    return 0
