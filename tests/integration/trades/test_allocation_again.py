"""An allocation in force: replaced, undone, and reached by what the source says of its block."""

from __future__ import annotations

from typing import Any

import pytest

from desk.models import ControlException, WorkItem
from kernel.actors import Actor
from kernel.findings import Refusal
from tests.factories import controlled
from tests.factories.trades import OMS, cancel, facts, send
from tests.fix import initiator
from tests.integration.trades.allocating import (
    AT,
    accounts,
    agent,
    approved,
    block,
    proposed,
    shares_of,
    supervisor,
    validated,
)
from tests.integration.trades.test_allocation import check_constraints, open_work, status, sums
from trades.models import Allocation, Execution, Trade
from trades.services import allocation
from trades.services.fix import lines
from trades.services.sharing import UnableToAllocate
from trades.states import (
    ALLOCATION_TRANSITIONS,
    BLOCK_TRANSITIONS,
    TO_ALLOCATE,
    AllocationState,
    BlockState,
    Channel,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_accounts() -> None:
    accounts("A", "B", "C")


def undone(trade: Trade, *, by: Actor | None = None) -> Allocation:
    trade.refresh_from_db()
    return allocation.propose_undoing(
        trade_id=trade.pk, seen=trade.fingerprint, reason="wrong", actor=by or agent(), at=AT
    )


def test_allocated_again_the_old_shares_are_cancelled_and_new_ones_booked() -> None:
    trade = block()
    first = approved(proposed(trade, A=600, B=400))
    old = shares_of(trade)
    second = proposed(trade, A=500, C=500)
    assert second.replaces == first
    assert status(trade) == "ALLOCATED"

    approved(second)

    check_constraints()
    first.refresh_from_db()
    new = shares_of(trade)
    for child in old:
        child.refresh_from_db()
        assert (child.close_reason, child.version_no) == ("CANCELLED", 2)
        assert child.versions.get(version_no=2).maker == "ana"
    assert first.state == "ENDED"
    assert [(t.account_code, t.quantity) for t in new] == [("A", 500), ("C", 500)]
    assert sums(new) == sums([trade])
    assert (status(trade), open_work()) == ("ALLOCATED", [])


def test_allocated_again_with_less_it_is_partly_allocated() -> None:
    trade = block()
    approved(proposed(trade, A=1000))
    approved(proposed(trade, A=900))

    check_constraints()
    left = shares_of(trade)[-1]
    assert (status(trade), status(left), left.quantity) == ("PARTLY", "UNALLOCATED", 100)

    approved(proposed(trade, A=900, B=100))

    left.refresh_from_db()
    assert (left.close_reason, status(left), status(trade)) == (
        "CANCELLED",
        "NOT_NEEDED",
        "ALLOCATED",
    )
    assert open_work() == []


def test_undone_the_block_is_open_again_as_it_was_validated() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))
    old = shares_of(trade)
    found = undone(trade)
    assert open_work() == [("allocation", found.pk)]

    approved(found)

    check_constraints()
    trade.refresh_from_db()
    found.refresh_from_db()
    assert (trade.state, trade.close_reason, trade.version_no) == ("VALIDATED", "", 1)
    assert (found.state, status(trade), open_work()) == (
        "ENDED",
        "UNALLOCATED",
        [("trade", trade.pk)],
    )
    assert {Trade.objects.get(pk=child.pk).close_reason for child in old} == {"CANCELLED"}
    approved(proposed(trade, C=1000))


def test_a_remainder_that_was_allocated_further_comes_first() -> None:
    trade = block()
    approved(proposed(trade, A=600))
    left = shares_of(trade)[1]
    approved(proposed(left, B=400))

    with pytest.raises(UnableToAllocate, match="undo that first"):
        approved(undone(trade))
    approved(undone(left))
    assert status(trade) == "PARTLY"
    approved(Allocation.objects.get(state="PROPOSED"))

    check_constraints()
    trade.refresh_from_db()
    assert (trade.state, status(trade), status(left)) == ("VALIDATED", "UNALLOCATED", "NOT_NEEDED")


def test_what_is_settled_is_not_allocated_again() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))
    Trade.objects.filter(pk=shares_of(trade)[0].pk).update(state="CLOSED", close_reason="SETTLED")
    check_constraints()

    with pytest.raises(UnableToAllocate, match="Settled"):
        approved(proposed(trade, C=1000))
    check_constraints()
    assert status(trade) == "ALLOCATED"


@pytest.mark.parametrize(
    ("message", "state", "left"),
    [
        (
            facts(version=2, action="AMEND", isin="FR0000131104", price="60.5", quantity="1100"),
            ("RECEIVED", "", 2, 1100),
            "UNALLOCATED",
        ),
        (cancel(version=2), ("CLOSED", "CANCELLED", 2, 1000), "NOT_NEEDED"),
    ],
)
def test_what_the_source_says_after_the_allocation_waits_until_that_is_undone(
    message: object, state: tuple[object, ...], left: str
) -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))

    send(message, actor=OMS)

    waiting = Execution.objects.get(outcome="EXCEPTION")
    held = ControlException.objects.get(subject_kind="execution", subject_id=waiting.pk)
    found = Allocation.objects.get(state="PROPOSED")
    assert (waiting.reason_code, held.state) == ("CAP-111", "OPEN")
    assert held.found == str(waiting.action)
    assert (found.shares.count(), found.proposed_by) == (0, "oms")
    assert open_work() == [("allocation", found.pk)]
    assert {child.close_reason for child in shares_of(trade)} == {""}

    approved(found)

    check_constraints()
    trade.refresh_from_db()
    waiting.refresh_from_db()
    held.refresh_from_db()
    stands = (trade.state, trade.close_reason, trade.version_no, int(trade.quantity))
    assert (stands, status(trade)) == (state, left)
    assert (waiting.outcome, held.state) == ("BOOKED", "CLOSED")
    assert Trade.objects.filter(source_system="ALLOCATION", close_reason="CANCELLED").count() == 2
    assert not WorkItem.objects.filter(kind="ALLOCATION", subject_kind="allocation", state="OPEN")


def test_what_a_counterparty_busts_over_fix_after_the_allocation_is_undone_and_cancelled() -> None:
    broker = initiator.session()
    by: dict[str, Any] = {
        "actor": lines.actor_of(broker),
        "source_system": broker.source_system,
        "channel": Channel.FIX,
    }
    controlled.world()
    captured = send(facts(isin=controlled.BNP_ISIN, price="60.5", quantity="1000"), at=AT, **by)
    assert captured.items[0].trade is not None
    trade = validated(Trade.objects.get(pk=captured.items[0].trade.id))
    approved(proposed(trade, A=1000))

    send(cancel(version=2), **by)
    found = Allocation.objects.get(state="PROPOSED")
    assert found.proposed_by == "FIX BROKER"
    approved(found)

    check_constraints()
    trade.refresh_from_db()
    assert (trade.close_reason, status(trade)) == ("CANCELLED", "NOT_NEEDED")


def test_an_allocation_is_not_replaced_while_its_source_waits() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))
    found = proposed(trade, C=1000)

    send(cancel(version=2), actor=OMS)

    found.refresh_from_db()
    waiting = Allocation.objects.get(state="PROPOSED")
    assert (found.state, waiting.shares.count()) == ("LAPSED", 0)
    with pytest.raises(Refusal):
        approved(found)


@pytest.mark.parametrize("source", list(AllocationState))
@pytest.mark.parametrize("target", list(AllocationState))
def test_an_allocation_moves_along_its_arrows_only(
    source: AllocationState, target: AllocationState
) -> None:
    allowed = {
        ("PROPOSED", "IN_FORCE"),
        ("PROPOSED", "REFUSED"),
        ("PROPOSED", "LAPSED"),
        ("PROPOSED", "ENDED"),
        ("IN_FORCE", "ENDED"),
    }
    assert (target in ALLOCATION_TRANSITIONS[source]) == ((source, target) in allowed)


@pytest.mark.parametrize("source", list(BlockState))
@pytest.mark.parametrize("target", list(BlockState))
def test_a_block_moves_along_its_arrows_only(source: BlockState, target: BlockState) -> None:
    allowed = {
        ("UNALLOCATED", "PROPOSED"),
        ("UNALLOCATED", "NOT_NEEDED"),
        ("PROPOSED", "UNALLOCATED"),
        ("PROPOSED", "PARTLY"),
        ("PROPOSED", "ALLOCATED"),
        ("PROPOSED", "NOT_NEEDED"),
        ("PARTLY", "UNALLOCATED"),
        ("PARTLY", "ALLOCATED"),
        ("ALLOCATED", "UNALLOCATED"),
        ("ALLOCATED", "PARTLY"),
    }
    assert (target in BLOCK_TRANSITIONS[source]) == ((source, target) in allowed)
    assert BlockState.ALLOCATED not in TO_ALLOCATE


def test_only_a_second_person_undoes() -> None:
    trade = block()
    approved(proposed(trade, A=1000))
    found = undone(trade)

    with pytest.raises(Refusal):
        approved(found, by=agent("eve"))
    approved(found, by=supervisor("max"))
