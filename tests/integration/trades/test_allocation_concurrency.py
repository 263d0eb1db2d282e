"""Two people at one block, on real connections: one wins, and nothing is booked twice."""

from __future__ import annotations

import pytest

from tests.at_once import at_once
from tests.factories.trades import facts, send
from tests.integration.trades.allocating import (
    accounts,
    agent,
    approved,
    block,
    proposed,
    supervisor,
)
from trades.models import Allocation, Trade

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_propose_for_one_block() -> None:
    accounts("A", "B")
    trade, ana, bob = block(), agent("ana"), agent("bob")

    said = at_once(
        lambda: proposed(Trade.objects.get(pk=trade.pk), by=ana, A=1000),
        lambda: proposed(Trade.objects.get(pk=trade.pk), by=bob, B=1000),
    )

    assert said == ["ALREADY_PROPOSED", "DONE"]
    assert Allocation.objects.filter(state="PROPOSED").count() == 1


def test_two_people_approve_one_allocation() -> None:
    accounts("A", "B")
    trade = block()
    found = proposed(trade, A=600, B=400)
    sue, max_ = supervisor("sue"), supervisor("max")

    said = at_once(lambda: approved(found, by=sue), lambda: approved(found, by=max_))

    assert said == ["ALREADY_DECIDED", "DONE"]
    assert Trade.objects.filter(source_system="ALLOCATION").count() == 2


def test_an_amendment_races_with_the_approval() -> None:
    """Either the allocation lapses, or the amendment waits behind it; never both half."""
    accounts("A", "B")
    trade = block()
    found = proposed(trade, A=600, B=400)
    sue = supervisor("sue")
    amendment = facts(version=2, action="AMEND", isin=trade.isin, price="60.5", quantity="1100")

    said = at_once(lambda: approved(found, by=sue), lambda: send(amendment))

    trade.refresh_from_db()
    found.refresh_from_db()
    booked = Trade.objects.filter(source_system="ALLOCATION").count()
    if trade.close_reason == "ALLOCATED":
        waiting = Allocation.objects.get(state="PROPOSED")
        assert (said, booked, waiting.replaces) == (["DONE", "DONE"], 2, found)
    else:
        assert (found.state, booked, trade.version_no) == ("LAPSED", 0, 2)
        assert said == ["ALREADY_DECIDED", "DONE"]
