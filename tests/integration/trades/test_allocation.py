"""Allocating by hand: proposed by one, decided by another, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from core.access import Forbidden
from core.models import OutboxEvent
from core.roles import Role
from desk.models import Approval, ControlException, WorkItem
from desk.services import approvals
from kernel.findings import Refusal
from tests.factories.trades import cancel, facts, send
from tests.integration.desk.people import person
from tests.integration.trades.allocating import (
    AT,
    accounts,
    agent,
    approved,
    block,
    currency,
    dealt,
    proposed,
    shares_of,
    supervisor,
    validated,
    wish,
)
from trades.models import Allocation, AllocationShare, Block, Trade
from trades.services import allocation, cancellation, capture, manual, validation
from trades.services.manual import TradeChanged
from trades.services.proposals import AlreadyProposed
from trades.services.sharing import Asked, UnableToAllocate, Wish
from trades.services.validation import UnableToFindTrade
from trades.states import Channel

pytestmark = pytest.mark.django_db

AMOUNTS = ("quantity", "gross_amount", "accrued_interest", "fees", "net_amount")


@pytest.fixture(autouse=True)
def the_accounts() -> None:
    accounts("A", "B", "C")


def sums(trades: list[Trade]) -> dict[str, Decimal]:
    return {name: sum(getattr(trade, name) for trade in trades) for name in AMOUNTS}


def status(trade: Trade) -> str:
    return Block.objects.get(trade=trade).state


def open_work(kind: str = "ALLOCATION") -> list[tuple[str, int]]:
    found = WorkItem.objects.filter(kind=kind, state="OPEN").order_by("pk")
    return list(found.values_list("subject_kind", "subject_id"))


def check_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def committed(act: Callable[[], object]) -> None:
    """Do something and ask what is asked when a transaction ends."""
    with transaction.atomic():
        act()
        check_constraints()


def test_shares_become_trades_and_the_block_is_over() -> None:
    trade = block(fees="10.01")
    found = proposed(trade, A=600, B=400)
    assert (status(trade), open_work()) == ("PROPOSED", [("allocation", found.pk)])

    approved(found)

    check_constraints()
    trade.refresh_from_db()
    children = shares_of(trade)
    assert (trade.state, trade.close_reason, trade.version_no) == ("CLOSED", "ALLOCATED", 1)
    assert (status(trade), open_work()) == ("ALLOCATED", [])
    assert [(t.account_code, t.quantity) for t in children] == [("A", 600), ("B", 400)]
    assert [t.fees for t in children] == [Decimal("6.01"), Decimal("4.00")]
    assert sums(children) == sums([trade])
    for child in children:
        assert child.maker == "ana"
        assert (child.version_no, child.source_system) == (1, "ALLOCATION")
        assert child.versions.get().reason
        for name in ("isin", "side", "price", "currency", "trade_date", "traded_at", "book_code"):
            assert getattr(child, name) == getattr(trade, name), name
    decision = Approval.objects.get(subject_kind="allocation")
    assert (decision.maker, decision.checker) == ("ana", "sue")


def test_the_decision_validates_the_shares_that_the_controls_find_clean() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))

    children = shares_of(trade)

    assert [child.state for child in children] == ["VALIDATED", "VALIDATED"]
    assert not ControlException.objects.filter(subject_kind="trade").exists()
    decided = Approval.objects.filter(subject_kind="trade", subject_id__in=[t.pk for t in children])
    assert {(one.maker, one.checker) for one in decided} == {("ana", "sue")}
    assert OutboxEvent.objects.filter(event="trades.changed").exists()


@pytest.mark.parametrize("code", ["EUR", "JPY", "KWD", "TND"])
def test_amounts_add_up_in_every_currency(code: str) -> None:
    if code != "EUR":
        currency(code, "3.3")
    trade = block(currency=code, quantity="1001", price="61.37", fees="7.777")
    approved(proposed(trade, A=333, B=333, C=335))

    check_constraints()
    assert sums(shares_of(trade)) == sums([trade])


def test_what_no_share_takes_stays_open_and_can_be_allocated_later() -> None:
    trade = block()
    approved(proposed(trade, A=600))

    taken, left = shares_of(trade)
    assert (left.account_code, left.quantity, taken.quantity) == ("", 400, 600)
    assert (status(trade), status(left)) == ("PARTLY", "UNALLOCATED")
    assert open_work() == [("trade", left.pk)]
    assert WorkItem.objects.get(subject_id=left.pk, kind="ALLOCATION").due_at is not None

    approved(proposed(left, B=400))

    check_constraints()
    assert (status(trade), status(left), open_work()) == ("ALLOCATED", "ALLOCATED", [])
    live = [taken, *shares_of(left)]
    assert sums(live) == sums([trade])


def test_trades_that_are_alike_become_one_block_at_their_average_price() -> None:
    first = block(source_reference="F-1", quantity="100", price="60", fees="1.01")
    other = block(source_reference="F-2", quantity="200", price="61", fees="2.02")
    found = allocation.propose_allocation(
        trade_id=first.pk,
        seen=first.fingerprint,
        wish=Wish(asked=wish(A=150, B=150).asked, others=[other.pk]),
        actor=agent(),
        at=AT,
    )
    approved(found)

    check_constraints()
    first.refresh_from_db()
    other.refresh_from_db()
    children = shares_of(first)
    assert {first.close_reason, other.close_reason} == {"ALLOCATED"}
    assert {child.price for child in children} == {Decimal("60.6666666667")}
    assert sums(children) == sums([first, other])
    assert [child.gross_amount for child in children] == [Decimal(9100), Decimal(9100)]


def test_trades_that_are_not_alike_are_no_block() -> None:
    first = block(source_reference="F-1")
    other = block(source_reference="F-2", side="SELL")

    with pytest.raises(UnableToAllocate) as refused:
        allocation.propose_allocation(
            trade_id=first.pk,
            seen=first.fingerprint,
            wish=Wish(asked=wish(A=2000).asked, others=[other.pk]),
            actor=agent(),
            at=AT,
        )
    assert [(f.code, f.field) for f in refused.value.findings] == [("ALC-008", "side")]


@pytest.mark.parametrize(
    ("case", "asked", "codes"),
    [
        ("nothing", [], ["ALC-007"]),
        ("nobody's", [("X", "1")], ["ALC-001"]),
        ("zero", [("A", "0")], ["ALC-004"]),
        ("below_zero", [("A", "-1")], ["ALC-004"]),
        ("too_fine", [("A", "0.00000000001")], ["ALC-004"]),
        ("twice", [("A", "1"), ("A", "2")], ["ALC-005"]),
        ("too_much", [("A", "999"), ("B", "2")], ["ALC-006"]),
        ("all_at_once", [("X", "0"), ("A", "1001")], ["ALC-001", "ALC-004", "ALC-006"]),
        ("other_book", [("OTHER", "1")], ["ALC-002"]),
        ("other_currency", [("USD", "1")], ["ALC-003"]),
        ("closed", [("OLD", "1")], ["ALC-001"]),
    ],
)
def test_what_is_no_allocation(case: str, asked: list[tuple[str, str]], codes: list[str]) -> None:
    from tests.factories.refdata import BookFactory

    accounts("OTHER", book=BookFactory.create(code="EQ-OTHER"))
    accounts("USD", kind="CASH", currency="USD")
    accounts("OLD", status="INACTIVE")
    trade = block()

    with pytest.raises(UnableToAllocate) as refused:
        allocation.propose_allocation(
            trade_id=trade.pk,
            seen=trade.fingerprint,
            wish=Wish(asked=[Asked(code, Decimal(quantity)) for code, quantity in asked]),
            actor=agent(),
            at=AT,
        )
    assert [f.code for f in refused.value.findings] == codes, case
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (lambda: agent("eve"), Forbidden),
        (lambda: supervisor("own", desk="OTHER"), UnableToFindTrade),
        (lambda: supervisor("max", limit=None), approvals.OverLimit),
        (lambda: supervisor("min", limit="1"), approvals.OverLimit),
    ],
)
def test_who_may_not_decide(who: object, refusal: type[Refusal]) -> None:
    trade = block()
    found = proposed(trade, A=1000)

    with pytest.raises(refusal):
        approved(found, by=who())  # type: ignore[operator]  # a factory of the table above
    assert status(trade) == "PROPOSED"


def test_nobody_decides_on_their_own_proposal() -> None:
    trade = block()
    found = proposed(trade, A=1000)
    Allocation.objects.filter(pk=found.pk).update(proposed_by="sue")
    found.refresh_from_db()

    with pytest.raises(approvals.UnableToApprove):
        approved(found)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=found.pk).update(state="IN_FORCE")


def test_a_decision_is_on_what_was_seen() -> None:
    found = proposed(block(), A=1000)

    with pytest.raises(approvals.SeenChanged):
        allocation.approve_allocation(
            allocation_id=found.pk, seen="other", actor=supervisor(), at=AT
        )


def test_a_trade_comes_before_its_shares() -> None:
    trade = dealt()
    found = proposed(trade, A=1000)

    with pytest.raises(UnableToAllocate):
        approved(found)
    validated(trade)
    approved(found)
    assert status(trade) == "ALLOCATED"


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_what_is_not_taken_leaves_the_block_open(verb: str) -> None:
    trade = block()
    found = proposed(trade, A=1000)
    if verb == "refuse":
        with pytest.raises(approvals.UnableToApprove):
            allocation.refuse_allocation(
                allocation_id=found.pk, reason="", actor=supervisor(), at=AT
            )
        allocation.refuse_allocation(
            allocation_id=found.pk, reason="B first", actor=supervisor(), at=AT
        )
    else:
        with pytest.raises(UnableToAllocate):
            allocation.withdraw_allocation(allocation_id=found.pk, actor=agent("eve"), at=AT)
        allocation.withdraw_allocation(allocation_id=found.pk, actor=agent(), at=AT)

    trade.refresh_from_db()
    assert (trade.state, status(trade)) == ("VALIDATED", "UNALLOCATED")
    assert open_work() == [("trade", trade.pk)]
    with pytest.raises(approvals.AlreadyDecided):
        approved(found)
    approved(proposed(trade, B=1000))


def test_one_proposal_at_a_time_about_what_stands() -> None:
    trade = block()
    proposed(trade, A=1000)

    with pytest.raises(AlreadyProposed):
        proposed(trade, B=1000)
    with pytest.raises(TradeChanged):
        allocation.propose_allocation(
            trade_id=trade.pk, seen="other", wish=wish(B=1), actor=agent(), at=AT
        )


@pytest.mark.parametrize(
    ("message", "left"),
    [
        (facts(version=2, action="AMEND", isin="FR0000131104", quantity="7"), "UNALLOCATED"),
        (cancel(), "NOT_NEEDED"),
    ],
)
def test_a_new_version_lets_a_proposal_lapse(message: object, left: str) -> None:
    trade = block()
    found = proposed(trade, A=1000)

    send(message)

    found.refresh_from_db()
    assert (found.state, status(trade)) == ("LAPSED", left)
    assert open_work() == ([("trade", trade.pk)] if left == "UNALLOCATED" else [])
    with pytest.raises(approvals.AlreadyDecided):
        approved(found)


def test_what_was_asked_about_the_block_lapses_with_it() -> None:
    trade = block()
    request = cancellation.ask_cancellation(
        trade_id=trade.pk, seen=trade.fingerprint, reason="double", actor=agent(), at=AT
    )

    approved(proposed(trade, A=1000))

    request.refresh_from_db()
    assert (request.state, open_work("CANCELLATION"), status(trade)) == ("LAPSED", [], "ALLOCATED")


def test_a_desk_out_of_reach_does_not_exist() -> None:
    trade = block()

    with pytest.raises(UnableToFindTrade):
        proposed(trade, by=person("far", Role.AGENT, desk="OTHER"), A=1000)
    with pytest.raises(Forbidden):
        proposed(trade, by=supervisor(), A=1000)


def test_a_share_is_not_changed_alone() -> None:
    trade = block()
    approved(proposed(trade, A=600, B=400))
    child = shares_of(trade)[0]

    with pytest.raises(manual.UnableToCapture):
        manual.locked_as_seen(trade_id=child.pk, seen=child.fingerprint, actor=agent())
    with pytest.raises(capture.ReservedSource):
        send(cancel(source_reference=child.source_reference), source_system="ALLOCATION",
             channel=Channel.BULK)  # fmt: skip
    with pytest.raises(validation.IllegalTransition):
        validation.validate_trade(
            trade_id=trade.pk, seen=trade.fingerprint, actor=supervisor("max"), at=AT
        )


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("a share", lambda a: AllocationShare.objects.filter(n=1).update(quantity=599)),
        ("an amount", lambda a: AllocationShare.objects.filter(n=1).update(net_amount=1)),
        ("a trade", lambda a: Trade.objects.filter(share_of__n=1).update(quantity=599)),
        ("its account", lambda a: Trade.objects.filter(share_of__n=1).update(account_code="C")),
        ("its fees", lambda a: Trade.objects.filter(share_of__n=2).update(fees=1)),
        ("the block", lambda a: Trade.objects.filter(allocations=a.members.get()).update(
            state="VALIDATED", close_reason="")),
        ("a member", lambda a: a.members.update(state="LAPSED")),
        ("a booking", lambda a: AllocationShare.objects.filter(n=1).update(trade=None)),
    ],
)  # fmt: skip
def test_the_database_refuses_a_broken_sum(case: str, change: object) -> None:
    trade = block()
    found = approved(proposed(trade, A=600, B=400))
    check_constraints()

    with pytest.raises(IntegrityError):
        committed(lambda: change(found))  # type: ignore[operator]  # an act of the table above


def test_the_database_closes_no_trade_as_allocated_without_an_allocation() -> None:
    trade = block()

    over = Trade.objects.filter(pk=trade.pk)

    with pytest.raises(IntegrityError):
        committed(lambda: over.update(state="CLOSED", close_reason="ALLOCATED"))


def test_nothing_is_counted_twice_over_the_live_trades() -> None:
    trade = block()
    approved(proposed(trade, A=600))

    live = Trade.objects.exclude(state="CLOSED").aggregate(q=Sum("quantity"), n=Sum("net_amount"))

    assert (live["q"], live["n"]) == (trade.quantity, trade.net_amount)
