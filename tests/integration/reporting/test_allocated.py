"""An allocated block is reported as its shares, and what was sent of it before is taken back."""

from __future__ import annotations

import pytest

from reporting import services
from reporting.models import RegulatoryReport, ReportItem
from tests.factories.controlled import FRIDAY
from tests.integration.reporting.world import AT, agent, reporting_world
from tests.integration.trades.allocating import accounts, approved, block, proposed, shares_of
from trades.models import Trade
from trades.services import allocation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_world() -> None:
    reporting_world()
    accounts("A", "B")


def generate() -> None:
    services.generate_rts22(day=FRIDAY, actor=agent(), at=AT)


def answers(*trades: Trade) -> list[tuple[str, str]]:
    found = {report.trade_id: report for report in RegulatoryReport.objects.all()}
    return [(found[trade.pk].state, found[trade.pk].reason) for trade in trades]


def test_a_block_is_reported_as_its_shares() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))

    generate()

    sent = ("IN_FILE", "EXECUTED_ON_EEA_VENUE")
    assert answers(trade) == [("NOT_REPORTABLE", "TRADE_ALLOCATED")]
    assert answers(*shares_of(trade)) == [sent, sent]
    assert {item.action for item in ReportItem.objects.all()} == {"NEWT"}


def test_what_was_sent_of_a_block_is_taken_back_when_it_is_allocated() -> None:
    trade = block()
    generate()
    assert answers(trade)[0][0] == "IN_FILE"
    approved(proposed(trade, A=600, B=400))

    generate()

    actions = list(ReportItem.objects.order_by("pk").values_list("action", flat=True))
    assert answers(trade)[0][0] == "CANCELLED"
    assert actions == ["NEWT", "CANC", "NEWT", "NEWT"]


def test_a_block_that_is_open_again_is_reported_itself() -> None:
    trade = block()
    approved(proposed(trade, A=1000))
    generate()
    (child,) = shares_of(trade)
    trade.refresh_from_db()
    approved(
        allocation.propose_undoing(
            trade_id=trade.pk, seen=trade.fingerprint, reason="wrong", actor=agent(), at=AT
        )
    )

    generate()

    assert answers(trade) == [("IN_FILE", "EXECUTED_ON_EEA_VENUE")]
    assert RegulatoryReport.objects.get(trade=child, version_no=1).state == "CANCELLED"
