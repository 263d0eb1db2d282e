"""The demo world's reporting: who reports to whom, and the files of the days that are over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from core.acts import acting
from core.models import User
from desk.models import Approval
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import selectors as refdata
from reporting import selectors, services
from reporting.models import REGIME, ReportingProfile
from trades.models import Trade

REGULATOR_LEI: Final = "9695DEMOREGULATEUR84"
"""Right check digits, nobody's identifier: the demo day reports to no real authority."""
DAYS_MAX: Final = 10


def seed(*, business_date: date, at: datetime) -> None:
    """Enter the profile, then generate each trade date before `business_date`; again is harmless.

    The files stay as a new installation would have them: released by nobody yet, and checked only
    where the operator's schemas are.
    """
    firm = refdata.own_firm()
    if firm is None:
        return
    with acting(actor=SYSTEM, reason="demo day"):
        ReportingProfile.objects.get_or_create(
            regime=REGIME,
            defaults={
                "executing_lei": firm.lei,
                "submitting_lei": firm.lei,
                "recipient_lei": REGULATOR_LEI,
                "branch_country": firm.country or "FR",
            },
        )
    user = User.objects.filter(username="agent").first()
    if user is None or not Approval.objects.exists():
        return
    actor = Actor(name=user.username, kind=ActorKind.PERSON, user_id=user.pk)
    for day in reversed(selectors.list_days(limit=DAYS_MAX)):
        if day < business_date and Trade.objects.filter(trade_date=day).exists():
            services.generate_rts22(day=day, actor=actor, at=at)
