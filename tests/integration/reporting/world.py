"""A small reporting world: validated trades, people, a profile."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from core.models import User
from core.roles import Role
from desk.models import Approval
from kernel.actors import Actor
from reporting.models import ReportingProfile
from tests.factories.controlled import trade, world
from tests.integration.desk.people import person
from tests.unit.reporting.samples import BANK, FIRM
from trades.models import Trade, TradeVersion

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def agent() -> Actor:
    return person("agent", Role.AGENT)


def supervisor() -> Actor:
    return person("supervisor", Role.SUPERVISOR)


def reporting_world() -> None:
    world()
    ReportingProfile.objects.get_or_create(
        regime="RTS22",
        defaults={
            "executing_lei": FIRM,
            "submitting_lei": FIRM,
            "recipient_lei": BANK,
            "branch_country": "FR",
        },
    )


def approve(made: Trade, version_no: int = 1) -> Approval:
    version = made.versions.get(version_no=version_no)
    return Approval.objects.create(
        subject_kind="trade",
        subject_id=made.pk,
        version_no=version_no,
        fingerprint=version.fingerprint,
        decision="APPROVED",
        maker=version.maker,
        contributors=version.contributors,
        checker=supervisor().name,
    )


def validated(number: int, **changes: Any) -> Trade:
    """Return a trade whose first version is validated."""
    reporting_world()
    made = trade(number, **changes)
    approve(made)
    return moved(made, "VALIDATED")


def moved(made: Trade, state: str, **changes: object) -> Trade:
    """Put a trade where its life would bring it."""
    Trade.objects.filter(pk=made.pk).update(state=state, **changes)
    made.refresh_from_db()
    return made


def amended(made: Trade, *, action: str = "AMEND", validate: bool = True, **terms: Any) -> Trade:
    """Add the next version with other terms; validated unless told otherwise."""
    before = made.versions.get(version_no=made.version_no)
    number = made.version_no + 1
    values = {
        field.attname: getattr(before, field.attname)
        for field in TradeVersion._meta.concrete_fields
        if field.attname not in ("id", "recorded_at")
    }
    print_ = hashlib.sha256(f"{made.pk}-{number}".encode()).hexdigest()
    values |= terms | {"version_no": number, "action": action, "fingerprint": print_}
    TradeVersion.objects.create(**values)
    moved(made, "PENDING_VALIDATION", version_no=number, fingerprint=print_, **terms)
    if validate:
        approve(made, number)
        moved(made, "VALIDATED")
    return made


def signed_in(client: Any, actor: Actor) -> None:
    client.force_login(User.objects.get(pk=actor.user_id))
