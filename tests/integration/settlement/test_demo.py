"""The demo week has confirmations of every state, the same each time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from backoffice import demo as demo_world
from core import jobs
from settlement import demo, selectors
from settlement.models import Chaser, Confirmation, ConfirmationDecision
from settlement.states import ConfirmationState
from tests.factories.trades import signed_in
from tests.integration.settlement.world import _outbox  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
AT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def told() -> list[tuple[Any, ...]]:
    rows = Confirmation.objects.order_by("trade_date", "reference", "received__reference")
    return list(rows.values_list("reference", "state", "received__reference", "differs"))


def test_every_state_occurs_and_again_changes_nothing() -> None:
    list(demo_world.seed(business_date=DAY, at=AT, trades=150))
    jobs.run_pending()

    states = set(Confirmation.objects.values_list("state", flat=True))
    assert set(ConfirmationState) - states <= {ConfirmationState.CANCELLED}
    assert Chaser.objects.count() == 1
    before, decisions = told(), ConfirmationDecision.objects.count()
    demo.seed(business_date=DAY, at=AT)
    jobs.run_pending()
    assert (told(), ConfirmationDecision.objects.count()) == (before, decisions)
    rate = selectors.rate_of_day(day=date(2026, 11, 19), actor=demo_world._person("auditor"))
    assert rate is not None
    assert rate > 0
    assert signed_in().get("/confirmations/").status_code == 200
