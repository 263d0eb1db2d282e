"""Many senders at once, on real connections: one trade per identity, nothing waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic

import pytest
from django.db import connection, transaction

from tests.factories.trades import cancel, facts, send, small_world
from trades.facts import ExecutionFacts
from trades.models import Execution, Trade, TradeVersion
from trades.services.plan import ItemStatus

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 4


def at_once(*acts: Callable[[], list[ItemStatus]]) -> list[ItemStatus]:
    """Run every act in its own thread and connection, all starting together."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], list[ItemStatus]]) -> list[ItemStatus]:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [status for result in pool.map(run, acts) for status in result]


def sending(*messages: ExecutionFacts) -> Callable[[], list[ItemStatus]]:
    return lambda: [item.status for item in send(*messages).items]


def test_the_same_message_from_many_is_booked_once() -> None:
    small_world()

    statuses = at_once(*[sending(facts())] * SENDERS)

    assert sorted(statuses) == [ItemStatus.CREATED] + [ItemStatus.REPEATED] * (SENDERS - 1)
    assert (Trade.objects.count(), TradeVersion.objects.count()) == (1, 1)


def test_a_new_that_is_refused_promises_nothing_to_what_follows_it() -> None:
    """Its version is used already; meanwhile another NEW comes alone, with the version of what
    follows: one of the two is in conflict, however they meet.
    """
    small_world()
    names = [f"Q-{n}" for n in range(10)]
    for name in names:
        send(facts(source_reference=name, version=2, action="AMEND"))

        follows = facts(source_reference=name, version=1, action="AMEND", quantity="7")
        at_once(
            sending(facts(source_reference=name, version=2), follows),
            sending(facts(source_reference=name, version=1)),
        )

    for name in names:
        kept = Execution.objects.filter(source_reference=name)
        assert sorted(kept.values_list("source_version", flat=True)) == [1, 2], name


def test_overlapping_bulks_in_opposite_order_both_end() -> None:
    small_world()
    many = [facts(source_reference=f"N-{n}") for n in range(50)]

    statuses = at_once(sending(*many), sending(*reversed(many)))

    assert statuses.count(ItemStatus.CREATED) == 50
    assert statuses.count(ItemStatus.REPEATED) == 50
    assert Trade.objects.count() == 50


def test_a_cancel_that_races_with_its_new_never_waits_for_ever() -> None:
    small_world()
    pairs = [f"R-{n}" for n in range(5)]

    for reference in pairs:
        at_once(
            sending(facts(source_reference=reference)),
            sending(cancel(source_reference=reference, version=2)),
            sending(facts(source_reference=reference, version=1)),
        )

    assert Trade.objects.filter(state="CLOSED").count() == len(pairs)
    assert not Execution.objects.filter(outcome="PARKED").exists()


def test_two_amendments_of_one_version_leave_one() -> None:
    small_world()
    send(facts())

    statuses = at_once(
        sending(facts(version=2, action="AMEND", quantity="2")),
        sending(facts(version=2, action="AMEND", quantity="3")),
    )

    assert sorted(statuses) == [ItemStatus.CONFLICT, ItemStatus.CREATED]
    assert Trade.objects.get().version_no == 2


def test_an_amendment_that_waits_for_another_sees_what_it_left() -> None:
    """The row lock is had when the other is done: the head is read then, not before."""
    small_world()
    send(facts())

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            send(facts(version=2, action="AMEND", quantity="2"))
            later = pool.submit(at_once, sending(facts(version=3, action="AMEND", quantity="3")))
            until_somebody_waits()
        assert later.result() == [ItemStatus.CREATED]

    trade = Trade.objects.get()
    assert (trade.version_no, trade.source_version, trade.quantity) == (3, 3, 3)
    assert not Execution.objects.exclude(outcome="BOOKED").exists()


def until_somebody_waits() -> None:
    """Return when another connection waits for a lock of ours."""
    deadline = monotonic() + 20
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        assert monotonic() < deadline, "nobody waits"
