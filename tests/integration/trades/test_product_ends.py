"""How trades of each product end, and what is reported of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from core.jobs import run_pending
from kernel.actors import SYSTEM
from refdata import demo as refdata_demo
from reporting import services as reporting
from reporting.models import RegulatoryReport, ReportingProfile
from tests.factories.trades import AT, person
from tests.integration.trades.products import (
    FRIDAY,
    booked,
    close_of,
    rate_of,
    validated,
)
from tests.unit.reporting.samples import BANK, FIRM
from trades import tasks
from trades.models import Trade
from trades.services import maturity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """The demo world on the day of its trades."""
    refdata_demo.seed(business_date=FRIDAY, at=AT)
    with time_machine.travel(AT, tick=False):
        yield


def test_repos_mature_and_contracts_expire_once_they_are_validated() -> None:
    repo = validated(booked("REPO-1", price=close_of("OAT-1132")))
    loan = validated(booked("LOAN-1", price=close_of("TTE")))
    future = validated(booked("FUT-1", price=close_of("FCE-Z28")))
    waiting = booked("REPO-2", end_date="2026-12-01", price=close_of("OAT-1132"))

    before = maturity.close_what_is_over(day=date(2026, 11, 30), actor=SYSTEM, at=AT)
    counts = maturity.close_what_is_over(day=date(2028, 12, 16), actor=SYSTEM, at=AT)
    again = maturity.close_what_is_over(day=date(2028, 12, 16), actor=SYSTEM, at=AT)

    assert before == {"matured": 0, "expired": 0}
    assert counts == {"matured": 1, "expired": 1}
    assert again == before
    for trade in (repo, loan, future, waiting):
        trade.refresh_from_db()
    assert (repo.state, repo.close_reason) == ("CLOSED", "MATURED")
    assert (future.state, future.close_reason) == ("CLOSED", "EXPIRED")
    assert (loan.state, waiting.close_reason) == ("VALIDATED", "")


def test_the_tick_queues_the_closing_only_when_something_is_over() -> None:
    validated(booked("REPO-1", price=close_of("OAT-1132"), end_date="2026-11-25"))

    tasks.look_for_what_is_over()
    with time_machine.travel(datetime(2026, 11, 25, 7, tzinfo=UTC), tick=False):
        tasks.look_for_what_is_over()
        run_pending()

    assert Trade.objects.get().close_reason == "MATURED"


@pytest.mark.parametrize(
    ("reference", "code", "eligibility", "reason"),
    [
        ("FX-1", None, "NOT_REPORTABLE", "NOT_A_FINANCIAL_INSTRUMENT"),
        ("FX-2", None, "NOT_REPORTABLE", "FX_OFF_VENUE"),
        ("REPO-1", "OAT-1132", "NOT_REPORTABLE", "SECURITIES_FINANCING"),
        ("LOAN-1", "TTE", "NOT_REPORTABLE", "SECURITIES_FINANCING"),
        ("FUT-1", "FCE-Z28", "REPORTABLE", "EXECUTED_ON_EEA_VENUE"),
    ],
)
def test_the_decision_to_report_is_kept_with_its_reason(
    reference: str, code: str | None, eligibility: str, reason: str
) -> None:
    changes = {"price": close_of(code)} if code else rate_of(reference)
    trade = validated(booked(reference, **changes))

    ReportingProfile.objects.create(
        regime="RTS22",
        executing_lei=FIRM,
        submitting_lei=FIRM,
        recipient_lei=BANK,
        branch_country="FR",
    )
    reporting.generate_rts22(day=FRIDAY, actor=person(), at=AT)

    report = RegulatoryReport.objects.get(trade=trade)
    assert (report.eligibility, report.reason) == (eligibility, reason)
