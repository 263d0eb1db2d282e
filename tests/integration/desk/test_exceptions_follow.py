"""What is open about a trade follows it: its desk, its amount, its day, its version."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.models import AuditEntry
from core.roles import Role
from desk import selectors, services
from desk.models import ControlException, Request, WorkItem
from tests.integration.desk.people import person
from tests.integration.desk.test_exceptions import AT, TRADE, finding, settle

pytestmark = pytest.mark.django_db
MOVED = dataclasses.replace(
    TRADE,
    version_no=2,
    desk_code="FI",
    amount_at_risk=Decimal(605_000),
    day=date(2026, 11, 23),
    due_at=datetime(2026, 11, 23, 22, tzinfo=UTC),
)


def test_an_exception_follows_its_trade_to_another_desk_amount_and_day() -> None:
    settle(finding())
    of_the_old_desk = person("old", Role.AGENT, desk=TRADE.desk_code)

    settle(finding(), subject=MOVED)

    row, item = ControlException.objects.get(), WorkItem.objects.get()
    for now in (row, item):
        assert (now.desk_code, now.amount_at_risk, now.due_at) == (
            "FI",
            Decimal(605_000),
            MOVED.due_at,
        )
    assert (row.version_no, row.day, row.state) == (2, MOVED.day, "OPEN")
    assert not selectors.list_exceptions(actor=of_the_old_desk).exists()


def test_a_waiver_that_was_asked_for_is_of_one_version() -> None:
    settle(finding(severity="BLOCKING"))
    row = ControlException.objects.get()
    services.waive_exception(
        exception_id=row.pk, reason="Agreed", actor=person("ana", Role.AGENT), at=AT
    )
    assert Request.objects.get().state == "ASKED"

    settle(finding(severity="BLOCKING"), subject=dataclasses.replace(TRADE, version_no=2))

    assert Request.objects.get().state == "LAPSED"


def test_who_waived_a_finding_is_known_after_it_is_gone() -> None:
    sue = person("sue", Role.SUPERVISOR)
    settle(finding(severity="WARNING"))
    row = ControlException.objects.get()
    services.waive_exception(exception_id=row.pk, reason="Agreed by phone", actor=sue, at=AT)

    settle()

    row.refresh_from_db()
    assert (row.state, row.ended_by, row.reason) == ("WAIVED", "sue", "Agreed by phone")
    assert row.ended_at == AT
    assert settle(finding(severity="WARNING")) == set(), "it says what was waived, of that version"


def test_what_did_not_move_is_not_written_again() -> None:
    settle(finding())
    before = AuditEntry.objects.count()

    settle(finding())

    assert AuditEntry.objects.count() == before
