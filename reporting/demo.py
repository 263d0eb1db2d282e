"""The demo world's reporting: who reports to whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from core.acts import acting
from kernel.actors import SYSTEM
from refdata import selectors as refdata
from reporting.models import REGIME, ReportingProfile

REGULATOR_LEI: Final = "9695DEMOREGULATEUR84"
"""Right check digits, nobody's identifier: the demo day reports to no real authority."""


def seed(*, business_date: date, at: datetime) -> None:
    """Enter the reporting profile of the demo firm; again, it changes nothing."""
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
