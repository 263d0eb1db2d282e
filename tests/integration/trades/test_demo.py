"""The demo week: deterministic, through the real capture, with every flaw it promises."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.factories import refdata as refdata_factories
from tests.factories.trades import OMS, small_world
from trades import demo
from trades.models import Execution, Trade

pytestmark = pytest.mark.django_db
DAYS = (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20))


def test_the_week_is_the_same_each_time_and_ends_in_trades_and_exceptions() -> None:
    small_world()
    refdata_factories.PartyFactory.create(code="SOCGEN", is_counterparty=True)

    totals = demo.seed_trades(days=DAYS, count=600, actor=OMS)

    assert Trade.objects.count() + Execution.objects.filter(outcome="EXCEPTION").count() >= 600
    assert "invalid" not in totals
    assert "conflict" not in totals
    assert Trade.objects.filter(close_reason="CANCELLED").exists()
    assert Trade.objects.filter(version_no=2).exclude(state="CLOSED").exists()
    assert _messages() == _messages()


def _messages() -> list[demo.Deal]:
    market = demo.Market.of_reference_data()
    return list(demo._day(random.Random(7), market, DAYS[0], 50))  # noqa: S311 - test data
