"""The demo world's reporting: who reports to whom, and the files of the days before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from core.acts import acting
from core.jobs import enqueue
from core.models import User
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import selectors as refdata
from refdata.models import Instrument, InstrumentListing
from reporting.models import REGIME, ReportingProfile
from reporting.rules.eligibility import EEA
from trades import selectors as trades

REGULATOR_LEI: Final = "9695DEMOREGULATEUR84"
"""Right check digits, nobody's identifier: the demo day reports to no real authority."""

REPORTER: Final = "agent"
JOB_KIND: Final = "reporting.generate_rts22"
DAYS_MAX: Final = 10
ADMITTING_MIC: Final = "XETR"
ADMITTED_ON: Final = date(2018, 1, 3)
TERMINATED_ON: Final = date(2025, 12, 31)
LEFT_ISIN: Final = "US30231G1022"
UNKNOWN_ISIN: Final = "GB0005405286"


def seed(*, business_date: date, at: datetime) -> None:
    """Enter the profile of the demo firm and queue each trade date before `business_date`.

    Again, it changes nothing. The files stay as a new installation would have them: released by
    nobody yet, and checked only where the operator's schemas are.
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
        _admit()
        _queue(business_date, at)


def _admit() -> None:
    """Enter where instruments dealt abroad are admitted in the EEA, so that every answer occurs.

    One was admitted once and is no more (not reportable); of one nothing is known (blocked).
    """
    abroad = Instrument.objects.exclude(venue__country__in=EEA).exclude(isin__isnull=True)
    for isin in abroad.order_by("isin").values_list("isin", flat=True):
        if isin == UNKNOWN_ISIN:
            continue
        InstrumentListing.objects.get_or_create(
            isin=isin,
            mic=ADMITTING_MIC,
            defaults={
                "admitted_on": ADMITTED_ON,
                "terminated_on": TERMINATED_ON if isin == LEFT_ISIN else None,
            },
        )


def _queue(business_date: date, at: datetime) -> None:
    user = User.objects.filter(username=REPORTER).first()
    if user is None:
        return
    for day in reversed(trades.list_days(limit=DAYS_MAX, until=business_date)):
        if day < business_date:
            enqueue(
                kind=JOB_KIND,
                parameters={"day": day.isoformat()},
                title=day.isoformat(),
                actor=Actor(name=user.username, kind=ActorKind.PERSON, user_id=user.pk),
                at=at,
                due_key=f"demo:rts22:{day}",
            )
