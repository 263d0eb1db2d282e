"""The desk's part of the demo world: what each supervisor may validate."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.acts import acting
from core.models import User
from desk.models import SupervisorLimit
from kernel.actors import SYSTEM

LIMITS: Final = {"supervisor": Decimal(5_000_000), "supervisor2": Decimal(100_000_000)}


def seed(*, business_date: date, at: datetime) -> None:
    """Give the two supervisors of the demo their limits; again, it changes nothing."""
    with acting(actor=SYSTEM, reason="demo day"):
        for username, amount in LIMITS.items():
            user = User.objects.filter(username=username).first()
            if user is not None:
                SupervisorLimit.objects.get_or_create(
                    user=user,
                    valid_from=date(2000, 1, 1),
                    defaults={"amount_eur": amount, "set_by": SYSTEM.name},
                )
